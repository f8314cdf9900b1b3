"""Orders: the stream that is the truth, the commands that asked, and the tables folded from it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.tables.types import Exact, Json, Utc, Word

_OPEN = text("ended_at IS NULL")
_TO_DECIDE = text("change_since IS NOT NULL")
_PLANNED = text("plan_due IS NOT NULL")
_CLAIMED = text("claim_due IS NOT NULL")


class OrderRow(SQLModel, table=True):
    """One order. `draft` until it is issued, then `snapshot`: the folded state as JSON."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_list", "stage", "supplier", "need_by"),
        Index("ix_orders_due", "next_due"),
        # Lists show what is still open, the most pressing first, however much has ended before.
        Index("ix_orders_open", "need_by", "number", postgresql_where=_OPEN, sqlite_where=_OPEN),
        # Few changes wait for approval at a time.
        Index(
            "ix_orders_change",
            "change_since",
            "number",
            postgresql_where=_TO_DECIDE,
            sqlite_where=_TO_DECIDE,
        ),
        Index("ix_orders_plan", "plan_due", "number", postgresql_where=_PLANNED, sqlite_where=_PLANNED),
        Index("ix_orders_claim", "claim_due", "number", postgresql_where=_CLAIMED, sqlite_where=_CLAIMED),
    )

    number: str = Field(primary_key=True)
    plant: str = Field(foreign_key="plant.code")
    buyer: str
    supplier: str = Field(foreign_key="supplier.code", index=True)
    process: str = Field(foreign_key="process.code", index=True)
    # That of its work orders, see `models.domain.order_types`.
    type: str = "MTO"
    purchase_order: str = Field(default="", index=True)
    stage: str = Field(default="draft", index=True)
    flags: list[str] = Field(default_factory=list, sa_type=Json)
    late: bool = Field(default=False, index=True)
    export_controlled: bool = False
    need_by: date
    promise_first: date | None = None
    promise_current: date | None = None
    forecast: date | None = None
    version: int = 0
    revision: int = 1
    last_hash: str = ""
    next_due: datetime | None = Field(default=None, sa_type=Utc)
    draft: dict[str, Any] | None = Field(default=None, sa_type=Json)
    snapshot: str | None = Field(default=None, sa_type=Text)
    # The change that waits for approval: since when, who asked for it, and for which terms.
    change_since: datetime | None = Field(default=None, sa_type=Utc)
    change_by: str = ""
    change_terms: list[str] = Field(default_factory=list, sa_type=Json)
    # The contingency plan to be decided about: by when, and whether buyer or planner does.
    plan_due: date | None = None
    plan_decides: str = ""
    # By when the first open claim for lost pieces is due; it outlives the order.
    claim_due: date | None = None
    created_at: datetime = Field(sa_type=Utc)
    issued_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)


class OrderSeries(SQLModel, table=True):
    """The last number given in a series and year; its row is the lock that keeps two orders apart."""

    __tablename__ = "order_series"

    series: str = Field(primary_key=True)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int


class CommandRow(SQLModel, table=True):
    """What somebody asked, saved before anything else. `status`: received, applied or refused."""

    __tablename__ = "command"
    __table_args__ = (
        UniqueConstraint("order_number", "sequence", name="uq_command_sequence"),
        UniqueConstraint("actor_id", "idempotency_key", name="uq_command_idempotency"),
        Index("ix_command_waiting", "status", "received_at"),
        # Open pages ask once a second what has been asked and done since.
        Index("ix_command_received", "received_at"),
        Index("ix_command_applied", "applied_at"),
    )

    id: str = Field(primary_key=True)
    order_number: str = Field(foreign_key="orders.number")
    sequence: int
    name: str
    payload: dict[str, Any] = Field(sa_type=Json)
    actor_id: str
    actor_kind: str
    actor_roles: list[str] = Field(default_factory=list, sa_type=Json)
    cleared: bool = False
    on_behalf_of: dict[str, Any] | None = Field(default=None, sa_type=Json)
    revision: int | None = None
    if_match: int | None = None
    idempotency_key: str | None = None
    request_hash: str = ""
    received_at: datetime = Field(sa_type=Utc)
    status: str = "received"
    applied_at: datetime | None = Field(default=None, sa_type=Utc)
    result: dict[str, Any] | None = Field(default=None, sa_type=Json)
    # Answered 202: a refusal that comes later is told by mail.
    answered_early: bool = False


class EventRow(SQLModel, table=True):
    """One event of one order, chained by hash; never updated, never deleted."""

    __tablename__ = "event"

    order_number: str = Field(primary_key=True, foreign_key="orders.number")
    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    type: str
    at: datetime = Field(sa_type=Utc)
    actor: str
    on_behalf_of: dict[str, Any] | None = Field(default=None, sa_type=Json)
    command: str = Field(index=True)
    payload: dict[str, Any] = Field(sa_type=Json)
    prev_hash: str
    hash: str


class DraftLineRow(SQLModel, table=True):
    """Which operation a line of a draft is for and how many pieces, until the order is issued."""

    __tablename__ = "draft_line"
    __table_args__ = (Index("ix_draft_line_operation", "work_order", "operation"),)

    order_number: str = Field(primary_key=True, foreign_key="orders.number")
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    work_order: str
    operation: int
    quantity: Decimal = Field(sa_type=Exact)


class LineRow(SQLModel, table=True):
    __tablename__ = "order_line"

    order_number: str = Field(primary_key=True, foreign_key="orders.number")
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    work_order: str = Field(index=True)
    operation: int
    part: str = Field(index=True)
    part_revision: str
    unit: str
    ordered: Decimal = Field(sa_type=Exact)
    unit_price: Decimal = Field(sa_type=Exact)
    short_closed: bool = False
    # See `models.domain.still_ordered` for both.
    still_ordered: Decimal = Field(sa_type=Exact)
    gone: Decimal = Field(sa_type=Exact)


class PiecesRow(SQLModel, table=True):
    """Where the pieces of one lot on one line are. `sent` is the sum of the buckets without `over`."""

    __tablename__ = "order_pieces"

    order_number: str = Field(primary_key=True, foreign_key="orders.number")
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    lot: str = Field(primary_key=True, index=True)
    in_transit_out: Decimal = Field(sa_type=Exact)
    at_supplier: Decimal = Field(sa_type=Exact)
    in_transit_back: Decimal = Field(sa_type=Exact)
    pending: Decimal = Field(sa_type=Exact)
    accepted: Decimal = Field(sa_type=Exact)
    rejected: Decimal = Field(sa_type=Exact)
    scrapped: Decimal = Field(sa_type=Exact)
    test_consumed: Decimal = Field(sa_type=Exact)
    lost: Decimal = Field(sa_type=Exact)
    forwarded: Decimal = Field(sa_type=Exact)
    returned_unprocessed: Decimal = Field(sa_type=Exact)
    returned_to_supplier: Decimal = Field(sa_type=Exact)
    over: Decimal = Field(sa_type=Exact)
    # What they took of a lot that is counted in another unit, in that.
    took: Decimal = Field(sa_type=Exact)
    took_unit: str


class MilestoneRow(SQLModel, table=True):
    __tablename__ = "milestone"

    order_number: str = Field(primary_key=True, foreign_key="orders.number")
    code: str = Field(primary_key=True)
    kind: str
    planned: date
    forecast: date | None = None
    actual: datetime | None = Field(default=None, sa_type=Utc)
    reported_at: datetime | None = Field(default=None, sa_type=Utc)


class DocumentRow(SQLModel, table=True):
    __tablename__ = "document"

    id: str = Field(primary_key=True)
    order_number: str = Field(foreign_key="orders.number", index=True)
    type: str
    number: str = Field(default="", index=True)
    issuer: str = ""
    sha256: str = Field(index=True)
    size: int
    media_type: str
    filename: str
    matched: bool
    superseded_by: str = ""
    added_at: datetime = Field(sa_type=Utc)


class KeptFileRow(SQLModel, table=True):
    """A file that came before anybody said what is printed on it. `id` is that of the form it came with,
    so that it comes once, and becomes the key of the command that makes a document of it."""

    __tablename__ = "kept_file"

    id: str = Field(primary_key=True)
    order_number: str = Field(foreign_key="orders.number", index=True)
    contact: str
    type: str
    sha256: str = Field(index=True)
    size: int
    media_type: str
    filename: str
    # What the form said beside it.
    typed: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    arrived_at: datetime = Field(sa_type=Utc)
    # Put aside by who sent it; the file itself stays, as with everything that came.
    removed: bool = False


class NonconformanceRow(SQLModel, table=True):
    """A line of the quality ledger."""

    __tablename__ = "nonconformance"
    __table_args__ = (Index("ix_nonconformance_ledger", "opened_at", "id"),)

    id: str = Field(primary_key=True)
    order_number: str = Field(foreign_key="orders.number", index=True)
    open: bool = Field(index=True)
    quantity: Decimal = Field(sa_type=Exact)
    defect: str
    opened_at: datetime = Field(sa_type=Utc)
    # Who has to decide about some of its pieces next.
    decided_by: str = Field(default="", index=True)
    supplier: str = Field(default="", index=True)
    line: int = 0
    part: str = Field(default="", index=True)
    part_revision: str = ""
    unit: str = ""
    responsibility: str = ""
    cause: str = ""
    # What became of its pieces, and what was done about it, as the API shows them.
    decided: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    actions: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    action_state: str = Field(default="none", index=True)
    action_due: date | None = None
    reviewed_at: datetime | None = Field(default=None, sa_type=Utc)
    reviews: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    recorded_only: bool = False
    withdrawn: bool = False


class TransferRow(SQLModel, table=True):
    """Pieces that go straight from one order to another, as each of the two has it: a row for both, like an
    entry in two books. `lines` says which pieces, by line and lot on either side."""

    __tablename__ = "transfer"
    __table_args__ = (Index("ix_transfer_open", "order_number", "state"), Index("ix_transfer_id", "id"))

    order_number: str = Field(primary_key=True, foreign_key="orders.number")
    id: str = Field(primary_key=True)
    source: str = Field(foreign_key="orders.number")
    target: str = Field(foreign_key="orders.number")
    state: str
    quantity: Decimal = Field(sa_type=Exact)
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    carrier: str
    tracking: str
    offered_at: datetime = Field(sa_type=Utc)
    answered_at: datetime | None = Field(default=None, sa_type=Utc)
    reason: str = ""


class AlertRow(SQLModel, table=True):
    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("order_number", "rule", "occurrence", name="uq_alert_occurrence"),
        Index("ix_alert_open", "open", "raised_at"),
    )

    id: str = Field(primary_key=True)
    order_number: str = Field(foreign_key="orders.number")
    rule: str
    occurrence: str
    open: bool
    since: datetime = Field(sa_type=Utc)
    raised_at: datetime = Field(sa_type=Utc)
    owed_by: str
    # What it is about: a milestone, a parcel, a document.
    details: str = ""
    escalations: int = 0
    acknowledged_at: datetime | None = Field(default=None, sa_type=Utc)
    cleared_at: datetime | None = Field(default=None, sa_type=Utc)
    cause: str = ""
    action: str = ""


class IdentifierRow(SQLModel, table=True):
    """One word of something an order is known by, see `models.domain.identifiers`; `value` is all of it."""

    __tablename__ = "order_identifier"
    __table_args__ = (
        Index("ix_order_identifier_search", "word", "kind", "order_number"),
        # From lots and jobs to their orders.
        Index("ix_order_identifier_value", "value"),
    )

    order_number: str = Field(primary_key=True, foreign_key="orders.number")
    kind: str = Field(primary_key=True)
    word: str = Field(primary_key=True, sa_type=Word)
    value: str


class EdgeRow(SQLModel, table=True):
    """Genealogy: `quantity` went from one node to another. Append-only; a correction adds its reverse.

    Written by an event of an order, or by the record of the shop floor that `source` names.
    """

    __tablename__ = "genealogy"

    id: int | None = Field(default=None, primary_key=True)
    from_node: str = Field(index=True)
    to_node: str = Field(index=True)
    quantity: Decimal = Field(sa_type=Exact)
    unit: str
    how: str
    parcel: str = ""
    load: str = ""
    order_number: str | None = Field(default=None, foreign_key="orders.number")
    event: int | None = None
    source: str = ""
    # So many may have gone this way: nobody named their lot, and several were out.
    assumed: Decimal = Field(default=Decimal(0), sa_type=Exact, sa_column_kwargs={"default": Decimal(0)})


class LinkRow(SQLModel, table=True):
    """An emailed link for one order and one contact; the token itself is never stored."""

    __tablename__ = "link"
    __table_args__ = (Index("ix_link_order", "order_number", "contact"),)

    id: str = Field(primary_key=True)
    fingerprint: str = Field(unique=True)
    order_number: str = Field(foreign_key="orders.number")
    contact: str = Field(foreign_key="supplier_contact.id")
    created_at: datetime = Field(sa_type=Utc)
    expires_at: datetime = Field(sa_type=Utc)
    revoked_at: datetime | None = Field(default=None, sa_type=Utc)
