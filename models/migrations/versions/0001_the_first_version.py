"""The first version"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _beginning(table: str, name: str, column: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        small = sa.func.lower(sa.literal_column(column)).label("small")
        op.create_index(name, table, [small], postgresql_ops={"small": "text_pattern_ops"})


def upgrade() -> None:
    op.create_table(
        "calendar",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("workdays", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("exceptions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "idempotency",
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key"),
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_created_at"), ["created_at"], unique=False)

    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "lot_series",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "vendor"),
    )
    op.create_table(
        "master_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("after", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("master_change", schema=None) as batch_op:
        batch_op.create_index("ix_master_change_row", ["table_name", "key"], unique=False)

    op.create_table(
        "order_series",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("context", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_order_number"), ["order_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_state"), ["state"], unique=False)

    op.create_table(
        "part",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("uom", sa.String(), nullable=False),
        sa.Column("trace", sa.String(), nullable=False),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("material", sa.String(), nullable=True),
        sa.Column("export_controlled", sa.Boolean(), nullable=False),
        sa.Column("dfars", sa.Boolean(), nullable=False),
        sa.Column("bom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("safety_stock", sa.BigInteger(), nullable=True),
        sa.Column("lot_multiple", sa.BigInteger(), nullable=True),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", "revision"),
    )
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_part_gtin"), ["gtin"], unique=False)

    op.create_table(
        "process",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("release_before_ship", sa.Boolean(), nullable=False),
        sa.Column("milestones", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "required_documents", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("instructions", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "specification",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("revisions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "inspection_plan",
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column(
            "characteristics", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["part", "revision"], ["part.number", "part.revision"], name="fk_inspection_plan_part"
        ),
        sa.ForeignKeyConstraint(
            ["process"],
            ["process.code"],
        ),
        sa.PrimaryKeyConstraint("part", "revision", "process"),
    )
    op.create_table(
        "outbox_recipient",
        sa.Column("outbox_id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("smtp_code", sa.Integer(), nullable=True),
        sa.Column("smtp_text", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_id"],
            ["outbox.id"],
        ),
        sa.PrimaryKeyConstraint("outbox_id", "party"),
    )
    op.create_table(
        "plant",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar"],
            ["calendar.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "supplier",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar"],
            ["calendar.code"],
        ),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "work_order",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("customer_order", sa.String(), nullable=True),
        sa.Column("project", sa.String(), nullable=True),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["part", "revision"], ["part.number", "part.revision"], name="fk_work_order_part"
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_order_customer"), ["customer"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_order_customer_order"), ["customer_order"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_order_parent"), ["parent"], unique=False)
        batch_op.create_index("ix_work_order_part", ["part", "revision"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_order_project"), ["project"], unique=False)
    for column in ("customer", "customer_order", "project", "parent", "part"):
        _beginning("work_order", f"ix_work_order_{column}_small", column)

    op.create_table(
        "lot",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("part_revision", sa.String(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("uom", sa.String(), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=True),
        sa.Column("supplier_lot", sa.String(), nullable=True),
        sa.Column("heat_number", sa.String(), nullable=True),
        sa.Column("country_of_melt", sa.String(), nullable=True),
        sa.Column("country_of_origin", sa.String(), nullable=True),
        sa.Column("unit_cost", sa.BigInteger(), nullable=True),
        sa.Column("certificate", sa.String(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("plant", sa.String(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("hold_reason", sa.String(), nullable=True),
        sa.Column("held_by", sa.String(), nullable=True),
        sa.Column(
            "serials",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plant"],
            ["plant.code"],
        ),
        sa.ForeignKeyConstraint(
            ["supplier"],
            ["supplier.code"],
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_certificate"), ["certificate"], unique=False)
        batch_op.create_index(batch_op.f("ix_lot_heat_number"), ["heat_number"], unique=False)
        batch_op.create_index(
            "ix_lot_held",
            ["held"],
            unique=False,
            postgresql_where=sa.text("held"),
            sqlite_where=sa.text("held = 1"),
        )
        batch_op.create_index(batch_op.f("ix_lot_part"), ["part"], unique=False)
        batch_op.create_index(
            "ix_lot_serials",
            ["part"],
            unique=False,
            postgresql_where=sa.text("serials <> '[]'::jsonb"),
            sqlite_where=sa.text("serials <> '[]'"),
        )
        batch_op.create_index(batch_op.f("ix_lot_supplier"), ["supplier"], unique=False)
        batch_op.create_index(batch_op.f("ix_lot_supplier_lot"), ["supplier_lot"], unique=False)
    op.create_index("ix_lot_number_small", "lot", [sa.func.lower(sa.literal_column("number"))], unique=True)
    _beginning("lot", "ix_lot_heat_small", "heat_number")
    _beginning("lot", "ix_lot_supplier_lot_small", "supplier_lot")
    _beginning("lot", "ix_lot_certificate_small", "certificate")

    op.create_table(
        "lot_document",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("supersedes", sa.String(), nullable=False),
        sa.Column("superseded_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lot"],
            ["lot.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("lot_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_document_lot"), ["lot"], unique=False)
        batch_op.create_index(batch_op.f("ix_lot_document_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_lot_document_sha256"), ["sha256"], unique=False)
    _beginning("lot_document", "ix_lot_document_number_small", "number")

    op.create_table(
        "lot_hold",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("held_by", sa.String(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "orders",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_reason", sa.String(), nullable=True),
        sa.Column("signature", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["lot"],
            ["lot.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("lot_hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_hold_lot"), ["lot"], unique=False)

    op.create_table(
        "operation",
        sa.Column("work_order", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=True),
        sa.Column("spec", sa.String(), nullable=True),
        sa.Column("spec_revision", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["work_order"],
            ["work_order.number"],
        ),
        sa.PrimaryKeyConstraint("work_order", "sequence"),
    )
    with op.batch_alter_table("operation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_operation_process"), ["process"], unique=False)

    op.create_table(
        "routing",
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("operations", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["part", "revision"], ["part.number", "part.revision"], name="fk_routing_part"
        ),
        sa.PrimaryKeyConstraint("part", "revision"),
    )
    op.create_table(
        "sales_order",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_order_customer"), ["customer"], unique=False)

    op.create_table(
        "sales_order_line",
        sa.Column("sales_order", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["part", "revision"], ["part.number", "part.revision"], name="fk_sales_order_line_part"
        ),
        sa.ForeignKeyConstraint(
            ["sales_order"],
            ["sales_order.number"],
        ),
        sa.PrimaryKeyConstraint("sales_order", "line"),
    )
    with op.batch_alter_table("sales_order_line", schema=None) as batch_op:
        batch_op.create_index("ix_sales_order_line_part", ["part", "revision"], unique=False)

    op.create_table(
        "work_order_demand",
        sa.Column("work_order", sa.String(), nullable=False),
        sa.Column("sales_order", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sales_order", "line"],
            ["sales_order_line.sales_order", "sales_order_line.line"],
            name="fk_work_order_demand_line",
        ),
        sa.ForeignKeyConstraint(
            ["work_order"],
            ["work_order.number"],
        ),
        sa.PrimaryKeyConstraint("work_order"),
    )
    with op.batch_alter_table("work_order_demand", schema=None) as batch_op:
        batch_op.create_index("ix_work_order_demand_line", ["sales_order", "line"], unique=False)

    op.create_table(
        "pick",
        sa.Column("work_order", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lot"],
            ["lot.number"],
        ),
        sa.ForeignKeyConstraint(
            ["work_order"],
            ["work_order.number"],
        ),
        sa.PrimaryKeyConstraint("work_order", "lot"),
    )
    with op.batch_alter_table("pick", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pick_lot"), ["lot"], unique=False)

    op.create_table(
        "orders",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("plant", sa.String(), nullable=False),
        sa.Column("buyer", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("purchase_order", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("flags", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("export_controlled", sa.Boolean(), nullable=False),
        sa.Column("need_by", sa.Date(), nullable=False),
        sa.Column("promise_first", sa.Date(), nullable=True),
        sa.Column("promise_current", sa.Date(), nullable=True),
        sa.Column("forecast", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(), nullable=False),
        sa.Column("next_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("snapshot", sa.Text(), nullable=True),
        sa.Column("change_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("change_by", sa.String(), nullable=False),
        sa.Column("change_terms", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("plan_due", sa.Date(), nullable=True),
        sa.Column("plan_decides", sa.String(), nullable=False),
        sa.Column("claim_due", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["plant"],
            ["plant.code"],
        ),
        sa.ForeignKeyConstraint(
            ["process"],
            ["process.code"],
        ),
        sa.ForeignKeyConstraint(
            ["supplier"],
            ["supplier.code"],
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index(
            "ix_orders_change",
            ["change_since", "number"],
            unique=False,
            sqlite_where=sa.text("change_since IS NOT NULL"),
            postgresql_where=sa.text("change_since IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_orders_claim",
            ["claim_due", "number"],
            unique=False,
            sqlite_where=sa.text("claim_due IS NOT NULL"),
            postgresql_where=sa.text("claim_due IS NOT NULL"),
        )
        batch_op.create_index("ix_orders_due", ["next_due"], unique=False)
        batch_op.create_index(batch_op.f("ix_orders_late"), ["late"], unique=False)
        batch_op.create_index("ix_orders_list", ["stage", "supplier", "need_by"], unique=False)
        batch_op.create_index(
            "ix_orders_open",
            ["need_by", "number"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "ix_orders_plan",
            ["plan_due", "number"],
            unique=False,
            sqlite_where=sa.text("plan_due IS NOT NULL"),
            postgresql_where=sa.text("plan_due IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_orders_process"), ["process"], unique=False)
        batch_op.create_index(batch_op.f("ix_orders_purchase_order"), ["purchase_order"], unique=False)
        batch_op.create_index(batch_op.f("ix_orders_stage"), ["stage"], unique=False)
        batch_op.create_index(batch_op.f("ix_orders_supplier"), ["supplier"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("plant", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["plant"],
            ["plant.code"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "supplier_approval",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("spec", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("certificate", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["process"],
            ["process.code"],
        ),
        sa.ForeignKeyConstraint(
            ["supplier"],
            ["supplier.code"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("supplier", "process", "spec", "valid_from", name="uq_supplier_approval"),
    )
    with op.batch_alter_table("supplier_approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplier_approval_process"), ["process"], unique=False)
        batch_op.create_index(batch_op.f("ix_supplier_approval_supplier"), ["supplier"], unique=False)

    op.create_table(
        "supplier_contact",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("notify", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier"],
            ["supplier.code"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("supplier", "email", name="uq_supplier_contact_email"),
    )
    with op.batch_alter_table("supplier_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplier_contact_supplier"), ["supplier"], unique=False)

    op.create_table(
        "supplier_terms",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("minimum", sa.BigInteger(), nullable=False),
        sa.Column("lot_charge", sa.BigInteger(), nullable=False),
        sa.Column("expedite_fee", sa.BigInteger(), nullable=False),
        sa.Column("late_per_day", sa.BigInteger(), nullable=False),
        sa.Column("reject_charge", sa.BigInteger(), nullable=False),
        sa.Column("early_reward", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier"],
            ["supplier.code"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "supplier", "process", "part", "currency", "valid_from", name="uq_supplier_terms"
        ),
    )
    with op.batch_alter_table("supplier_terms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplier_terms_supplier"), ["supplier"], unique=False)

    op.create_table(
        "alert",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("occurrence", sa.String(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owed_by", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("escalations", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_number", "rule", "occurrence", name="uq_alert_occurrence"),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index("ix_alert_open", ["open", "raised_at"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fingerprint"),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_user_id"), ["user_id"], unique=False)

    op.create_table(
        "command",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_roles", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("on_behalf_of", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("if_match", sa.Integer(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("answered_early", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("actor_id", "idempotency_key", name="uq_command_idempotency"),
        sa.UniqueConstraint("order_number", "sequence", name="uq_command_sequence"),
    )
    with op.batch_alter_table("command", schema=None) as batch_op:
        batch_op.create_index("ix_command_waiting", ["status", "received_at"], unique=False)
        batch_op.create_index("ix_command_received", ["received_at"], unique=False)
        batch_op.create_index("ix_command_applied", ["applied_at"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("matched", sa.Boolean(), nullable=False),
        sa.Column("superseded_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_order_number"), ["order_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_sha256"), ["sha256"], unique=False)

    op.create_table(
        "kept_file",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("typed", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("kept_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_file_order_number"), ["order_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_kept_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "event",
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on_behalf_of", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("prev_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("order_number", "sequence"),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_command"), ["command"], unique=False)

    op.create_table(
        "genealogy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_node", sa.String(), nullable=False),
        sa.Column("to_node", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("parcel", sa.String(), nullable=False),
        sa.Column("load", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=True),
        sa.Column("event", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("assumed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("genealogy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_genealogy_from_node"), ["from_node"], unique=False)
        batch_op.create_index(batch_op.f("ix_genealogy_to_node"), ["to_node"], unique=False)

    op.create_table(
        "order_identifier",
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("word", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("order_number", "kind", "word"),
    )
    with op.batch_alter_table("order_identifier", schema=None) as batch_op:
        batch_op.create_index("ix_order_identifier_search", ["word", "kind", "order_number"], unique=False)
        batch_op.create_index("ix_order_identifier_value", ["value"], unique=False)

    op.create_table(
        "link",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact"],
            ["supplier_contact.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fingerprint"),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index("ix_link_order", ["order_number", "contact"], unique=False)

    op.create_table(
        "milestone",
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("planned", sa.Date(), nullable=False),
        sa.Column("forecast", sa.Date(), nullable=True),
        sa.Column("actual", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("order_number", "code"),
    )
    op.create_table(
        "nonconformance",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("defect", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("part_revision", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("responsibility", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("decided", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("actions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("action_state", sa.String(), nullable=False),
        sa.Column("action_due", sa.Date(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviews", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("recorded_only", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("nonconformance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nonconformance_action_state"), ["action_state"], unique=False)
        batch_op.create_index(batch_op.f("ix_nonconformance_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index("ix_nonconformance_ledger", ["opened_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_nonconformance_part"), ["part"], unique=False)
        batch_op.create_index(batch_op.f("ix_nonconformance_supplier"), ["supplier"], unique=False)
        batch_op.create_index(batch_op.f("ix_nonconformance_open"), ["open"], unique=False)
        batch_op.create_index(batch_op.f("ix_nonconformance_order_number"), ["order_number"], unique=False)

    op.create_table(
        "draft_line",
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("work_order", sa.String(), nullable=False),
        sa.Column("operation", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("order_number", "line"),
    )
    with op.batch_alter_table("draft_line", schema=None) as batch_op:
        batch_op.create_index("ix_draft_line_operation", ["work_order", "operation"], unique=False)

    op.create_table(
        "order_line",
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("work_order", sa.String(), nullable=False),
        sa.Column("operation", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("part_revision", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("ordered", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("short_closed", sa.Boolean(), nullable=False),
        sa.Column("still_ordered", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("order_number", "line"),
    )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_line_part"), ["part"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_line_work_order"), ["work_order"], unique=False)

    op.create_table(
        "payable",
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("settlement", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("purchase_order", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("part_revision", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("pieces", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("rate", sa.String(), nullable=False),
        sa.Column("amount", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("adjustment", sa.Boolean(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nonconformance", sa.String(), nullable=False),
        sa.Column("promised", sa.Date(), nullable=True),
        sa.Column("promise_moved", sa.Date(), nullable=True),
        sa.Column("received", sa.Date(), nullable=True),
        sa.Column("receipts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("order_number", "settlement", "place"),
    )
    with op.batch_alter_table("payable", schema=None) as batch_op:
        batch_op.create_index("ix_payable_list", ["settled_on", "order_number"], unique=False)

    op.create_table(
        "order_pieces",
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("in_transit_out", sa.BigInteger(), nullable=False),
        sa.Column("at_supplier", sa.BigInteger(), nullable=False),
        sa.Column("in_transit_back", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("scrapped", sa.BigInteger(), nullable=False),
        sa.Column("test_consumed", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=False),
        sa.Column("forwarded", sa.BigInteger(), nullable=False),
        sa.Column("returned_unprocessed", sa.BigInteger(), nullable=False),
        sa.Column("returned_to_supplier", sa.BigInteger(), nullable=False),
        sa.Column("over", sa.BigInteger(), nullable=False),
        sa.Column("took", sa.BigInteger(), nullable=False),
        sa.Column("took_unit", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("order_number", "line", "lot"),
    )
    with op.batch_alter_table("order_pieces", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_pieces_lot"), ["lot"], unique=False)

    op.create_table(
        "order_serial",
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("bucket", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parcel", sa.String(), nullable=False),
        sa.Column("output", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("order_number", "line", "serial"),
    )
    with op.batch_alter_table("order_serial", schema=None) as batch_op:
        batch_op.create_index("ix_order_serial_piece", ["serial", "part"], unique=False)

    op.create_table(
        "transfer",
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("tracking", sa.String(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["orders.number"],
        ),
        sa.ForeignKeyConstraint(
            ["source"],
            ["orders.number"],
        ),
        sa.ForeignKeyConstraint(
            ["target"],
            ["orders.number"],
        ),
        sa.PrimaryKeyConstraint("order_number", "id"),
    )
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.create_index("ix_transfer_id", ["id"], unique=False)
        batch_op.create_index("ix_transfer_open", ["order_number", "state"], unique=False)

    op.create_table(
        "web_session",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_user_id"), ["user_id"], unique=False)

    # The shop floor.
    op.create_table(
        "customer",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contacts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "dispatch_series",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year"),
    )
    op.create_table(
        "dispatch",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("vehicle", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("shipped_on", sa.Date(), nullable=False),
        sa.Column("plant", sa.String(), nullable=True),
        sa.Column("export_controlled", sa.Boolean(), nullable=False),
        sa.Column("warnings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by", sa.String(), nullable=True),
        sa.Column("reverse_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plant"],
            ["plant.code"],
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("dispatch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatch_customer"), ["customer"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispatch_shipped_on"), ["shipped_on"], unique=False)

    op.create_table(
        "consumption",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("work_order", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("part_revision", sa.String(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("serials", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("operation", sa.Integer(), nullable=True),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by", sa.String(), nullable=True),
        sa.Column("reverse_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lot"],
            ["lot.number"],
        ),
        sa.ForeignKeyConstraint(
            ["work_order"],
            ["work_order.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("consumption", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consumption_lot"), ["lot"], unique=False)
        batch_op.create_index(batch_op.f("ix_consumption_work_order"), ["work_order"], unique=False)

    op.create_table(
        "dispatch_line",
        sa.Column("dispatch", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("part_revision", sa.String(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("serials", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispatch"],
            ["dispatch.number"],
        ),
        sa.ForeignKeyConstraint(
            ["lot"],
            ["lot.number"],
        ),
        sa.PrimaryKeyConstraint("dispatch", "line"),
    )
    with op.batch_alter_table("dispatch_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatch_line_lot"), ["lot"], unique=False)
        batch_op.create_index(batch_op.f("ix_dispatch_line_part"), ["part"], unique=False)

    op.create_table(
        "dispatch_sale",
        sa.Column("dispatch", sa.String(), nullable=False),
        sa.Column("dispatch_line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sales_order", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispatch", "dispatch_line"],
            ["dispatch_line.dispatch", "dispatch_line.line"],
            name="fk_dispatch_sale_dispatch",
        ),
        sa.ForeignKeyConstraint(
            ["sales_order", "line"],
            ["sales_order_line.sales_order", "sales_order_line.line"],
            name="fk_dispatch_sale_line",
        ),
        sa.PrimaryKeyConstraint("dispatch", "dispatch_line", "sales_order", "line"),
    )
    with op.batch_alter_table("dispatch_sale", schema=None) as batch_op:
        batch_op.create_index("ix_dispatch_sale_line", ["sales_order", "line"], unique=False)

    op.create_table(
        "output",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("work_order", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("part_revision", sa.String(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("serials", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("operation", sa.Integer(), nullable=True),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("inspection", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by", sa.String(), nullable=True),
        sa.Column("reverse_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lot"],
            ["lot.number"],
        ),
        sa.ForeignKeyConstraint(
            ["work_order"],
            ["work_order.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("output", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_output_lot"), ["lot"], unique=False)
        batch_op.create_index(batch_op.f("ix_output_work_order"), ["work_order"], unique=False)

    op.create_table(
        "material_mismatch",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("consumption", sa.String(), nullable=True),
        sa.Column("work_order", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("part_revision", sa.String(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("wrong", sa.String(), nullable=False),
        sa.Column("expected", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("signature", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("earlier", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["consumption"],
            ["consumption.id"],
        ),
        sa.ForeignKeyConstraint(
            ["work_order"],
            ["work_order.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("consumption"),
    )
    with op.batch_alter_table("material_mismatch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_material_mismatch_decision"), ["decision"], unique=False)
        batch_op.create_index(batch_op.f("ix_material_mismatch_work_order"), ["work_order"], unique=False)

    op.create_table(
        "scrapped_output",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("mismatch", sa.String(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("part_revision", sa.String(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lot"],
            ["lot.number"],
        ),
        sa.ForeignKeyConstraint(
            ["mismatch"],
            ["material_mismatch.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("scrapped_output", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scrapped_output_lot"), ["lot"], unique=False)
        batch_op.create_index(batch_op.f("ix_scrapped_output_mismatch"), ["mismatch"], unique=False)

    op.create_table(
        "recall",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("controlled", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("team", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("actions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("conclusion", sa.String(), nullable=False),
        sa.Column("retest_on", sa.Date(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_name", sa.String(), nullable=False),
        sa.Column("approved_as", sa.String(), nullable=False),
        sa.Column("mails", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("recall", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recall_opened_at"), ["opened_at"], unique=False)

    op.create_table(
        "recall_report",
        sa.Column("recall", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_as", sa.String(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recall"],
            ["recall.number"],
        ),
        sa.PrimaryKeyConstraint("recall", "sequence"),
        sa.UniqueConstraint("recall", "content", "signed_by", name="uq_recall_report_signed_by"),
    )
    op.create_table(
        "recall_series",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year"),
    )
