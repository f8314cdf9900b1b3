"""The doctor: a healthy system has no findings, and every kind of damage has one."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, create_engine, delete, insert, select, text, update
from sqlmodel import SQLModel
from temporalio.testing import WorkflowEnvironment

from activities.delivery_types import Patience
from activities.doctor import examine
from activities.doctor_workflows import Doubts
from activities.findings import REMEDIES, Finding
from models.db import Database
from models.domain.authority import Role
from models.settings import Settings
from models.tables.lots import Lot, LotHoldRow
from models.tables.orders import CommandRow, EventRow, LinkRow, OrderRow
from models.tables.outbox import Outbox
from models.tables.projection import TABLES
from models.tables.shop_floor import DispatchLineRow
from models.tables.suppliers import SupplierContact
from models.tables.types import table
from tests.stories import BEHALF, LOT, MEASURED, draft, issued, master_data
from tests.systems import System, running
from tests.workflows.journeys import eventually
from workflows.order import OrderWorkflow

ORDERS, EVENTS, COMMANDS = table(OrderRow), table(EventRow), table(CommandRow)
LOTS, LINKS, OUTBOX = table(Lot), table(LinkRow), table(Outbox)
HOLDS = table(LotHoldRow)
DISPATCHED = table(DispatchLineRow)
EDGES = SQLModel.metadata.tables["genealogy"]
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\ncertificate"
Damage = Callable[[Connection], Any]


class Patient:
    """A running system with an order in the middle of its life, a draft, and a draft refused at issue."""

    def __init__(self, system: System, order: str, refused: str, plain: str) -> None:
        self.system = system
        self.order = order
        self.refused = refused
        self.plain = plain

    @property
    def database(self) -> Database:
        return self.system.database

    @property
    def files(self) -> Path:
        return self.system.settings.files_dir

    async def examined(self, *, later: timedelta = timedelta(0), **options: Any) -> list[Finding]:
        options = {"client": None, **options}
        return await examine(
            self.database,
            self.files,
            options.pop("client"),
            datetime.now(UTC) + later,
            task_queue=self.system.settings.task_queue,
            **options,
        )

    @contextmanager
    def damaged(self, damage: Damage, *tables: Table) -> Iterator[None]:
        """What `damage` does to `tables`, taken back afterwards; foreign keys look away."""
        with self._unguarded() as connection:
            kept = {
                each: [dict(row) for row in connection.execute(select(each)).mappings()] for each in tables
            }
            damage(connection)
        try:
            yield
        finally:
            with self._unguarded() as connection:
                for each, rows in kept.items():
                    connection.execute(delete(each))
                    if rows:
                        connection.execute(insert(each), rows)

    @contextmanager
    def _unguarded(self) -> Iterator[Connection]:
        sqlite = self.database.is_sqlite
        off, on = (
            ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON")
            if sqlite
            else ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT")
        )
        # An engine of its own: the product's begins a transaction whatever it is told.
        engine = create_engine(self.database.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(off)
            yield connection
            connection.exec_driver_sql(on)
        engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
async def patient(
    request: pytest.FixtureRequest, temporal_env: WorkflowEnvironment
) -> AsyncIterator[Patient]:
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("TEMPORAL_ADDRESS", temporal_env.client.service_client.config.target_host)
        settings = Settings(
            _env_file=None,
            data_dir=Path(folder),
            database_url=_empty(request, Path(folder)),
            task_queue=f"test-{uuid.uuid4().hex}",
            secret_key="a key for tests, long enough to sign with",
        )
        async with running(settings, temporal_env.client) as system:
            yield await _story(system)


def _empty(request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of a migrated, empty database for the whole module."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        (folder / "sendout.db").write_bytes(template.read_bytes())
        return f"sqlite:///{folder}/sendout.db"
    server = request.getfixturevalue("postgres_server")
    name = f"patient_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text(f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('postgres_template')}")
        )
    engine.dispose()
    url: str = server.set(database=name).render_as_string(hide_password=False)
    return url


async def _story(system: System) -> Patient:
    """Two parcels, a rejection on its way back, a certificate, an alert: every table has a row."""
    await master_data(system)
    number = await issued(system, quantity=600)
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 600}])
    late = str(datetime.now(UTC).date() + timedelta(days=40))
    await system.command(
        Role.PLANNER, number, "report-milestone", code="SHIP", forecast=late, on_behalf_of=BEHALF
    )
    made = await system.command(
        Role.BUYER, number, "submit-inspection", line=1, results=MEASURED, on_behalf_of=BEHALF
    )
    await system.command(
        Role.QUALITY, number, "review-inspection", inspection=made["inspection"], decision="release"
    )
    box = await system.command(
        Role.BUYER, number, "ship", lines=[{"line": 1, "quantity": 400}], on_behalf_of=BEHALF
    )
    counted = {"line": 1, "counted": 400, "accepted": 390, "rejected": 10, "output_lot": "PLATED-1"}
    made = await system.command(Role.RECEIVING, number, "receive", parcel=box["parcel"], lines=[counted])
    rework = {"quantity": 10, "decision": "rework"}
    await system.command(
        Role.QUALITY,
        number,
        "disposition",
        nonconformance=made["nonconformance"],
        lines=[rework],
        cause="thin",
        responsibility="supplier",
    )
    answer = await system.login(Role.QUALITY).post(
        f"/api/v1/orders/{number}/documents?type=coc&lot={LOT}",
        content=PDF,
        headers={"Content-Type": "application/pdf", "X-Filename": "coc.pdf"},
    )
    assert answer.status_code == 201, answer.text
    await _ended(system)
    await _handed_on(system)
    await _on_the_floor(system)
    await _told_piece_from_piece(system)
    await _on_hold(system)
    refused = await draft(system, quantity=600, spec="Nobody is approved for this")
    await system.command(Role.BUYER, refused, "issue", status=409)
    edited = await draft(system, quantity=600)
    buyer = system.login(Role.BUYER)
    assert (await buyer.patch(f"/api/v1/orders/{edited}", json={"priority": "urgent"})).status_code == 200
    # What is looked at days later has been sent by then.
    await eventually(lambda: not _queued(system), "its mails")
    return Patient(system, number, refused, edited)


def _queued(system: System) -> bool:
    with system.database.read() as session:
        return session.scalar(select(OUTBOX.c.id).where(OUTBOX.c.state == "queued").limit(1)) is not None


async def _ended(system: System) -> None:
    """Another order, of which all came back: it is settled."""
    number = await issued(system, quantity=20)
    measured: dict[str, Any] = {"line": 1, "results": MEASURED, "on_behalf_of": BEHALF}
    shipped: dict[str, Any] = {"lines": [{"line": 1, "quantity": 20}], "on_behalf_of": BEHALF}
    counted = [{"line": 1, "counted": 20, "accepted": 20}]
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 20}])
    made = await system.command(Role.BUYER, number, "submit-inspection", **measured)
    released = {"inspection": made["inspection"], "decision": "release"}
    await system.command(Role.QUALITY, number, "review-inspection", **released)
    box = await system.command(Role.BUYER, number, "ship", **shipped)
    await system.command(Role.RECEIVING, number, "receive", parcel=box["parcel"], lines=counted)
    signed = {"reason": "The certificate never came", "signature": {"name": "Abel Stone"}}
    await system.command(Role.APPROVER, number, "force-complete", **signed)


async def _handed_on(system: System) -> None:
    """An order whose supplier sent its pieces straight to another one, which did not take them; both ended."""
    first, second = [await issued(system, quantity=5) for _ in range(2)]
    await system.command(Role.RECEIVING, first, "send", lines=[{"line": 1, "lot": LOT, "quantity": 5}])
    lines = [{"line": 1, "quantity": 5, "unprocessed": 5}]
    onward = {"lines": lines, "to_order": second, "on_behalf_of": BEHALF}
    made = await system.command(Role.BUYER, first, "ship", **onward)
    refused = {"transfer": made["transfer"], "decision": "refuse", "on_behalf_of": BEHALF}
    await system.command(Role.BUYER, second, "answer-transfer", **refused)
    await system.command(Role.BUYER, second, "cancel", reason="Not needed")
    signed = {"reason": "They were lost", "signature": {"name": "Abel Stone"}}
    await system.command(Role.APPROVER, first, "force-complete", **signed)


async def _on_the_floor(system: System) -> None:
    """A job used up some of the flanges and made others, which left; one of each was typed wrongly."""
    job = {"number": "WO-77", "part": "FLANGE-DN50", "revision": "B", "quantity": 10}
    await system.post(Role.ADMIN, "/work-orders", job, status=201)
    dispatch = {"customer": "CONTOSO", "destination": "Graz", "lines": [{"lot": "WO-77-A", "quantity": 3}]}
    for path, body in (
        ("/work-orders/WO-77/consumptions", {"lot": LOT, "quantity": 4}),
        ("/work-orders/WO-77/outputs", {"lot": "WO-77-A", "quantity": 4}),
        ("/dispatches", dispatch),
    ):
        wrong = await system.post(Role.RECEIVING, path, body, status=201)
        name = wrong.get("number") or wrong["id"]
        await system.post(Role.RECEIVING, f"{path}/{name}/reverse", {"reason": "Typed wrongly"})
        await system.post(Role.RECEIVING, path, body, status=201)


async def _told_piece_from_piece(system: System) -> None:
    """Two pumps with numbers of their own, one of which came back; the order has ended."""
    part = {"number": "PUMP", "revision": "A", "uom": "C62", "trace": "serial"}
    outside = {"sequence": 30, "kind": "outside", "process": "PLATE", "spec": "ASTM B633"}
    job = {"number": "WO-88", "part": "PUMP", "revision": "A", "quantity": 2, "operations": [outside]}
    lot = {"number": "PUMPS", "part": "PUMP", "quantity": 2, "uom": "C62"}
    for path, body in (("/parts", part), ("/work-orders", job), ("/lots", lot)):
        await system.post(Role.ADMIN, path, body, status=201)
    line = {"work_order": "WO-88", "operation": 30, "quantity": 2, "unit_price": "9", "currency": "USD"}
    number = await issued(system, lines=[line | {"lots": [{"lot": "PUMPS", "quantity": 2}]}])
    sent = [{"line": 1, "lot": "PUMPS", "quantity": 2, "serials": ["P-1", "P-2"]}]
    await system.command(Role.RECEIVING, number, "send", lines=sent)
    result = [{"serial": "P-1", "result": "accepted"}]
    counted = [{"line": 1, "counted": 1, "accepted": 1, "serials": result}]
    await system.command(Role.RECEIVING, number, "receive", lines=counted, packing_slip="1")
    signed = {"reason": "The other one was lost", "signature": {"name": "Abel Stone"}}
    await system.command(Role.APPROVER, number, "force-complete", **signed)


async def _on_hold(system: System) -> None:
    """A lot that stands still."""
    lot = {"number": "SUSPECT", "part": "FLANGE-DN50", "quantity": 5, "uom": "C62"}
    await system.post(Role.ADMIN, "/lots", lot, status=201)
    await system.post(Role.QUALITY, "/lots/SUSPECT/hold", {"reason": "Wrong melt"})


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


async def test_a_healthy_system_has_no_findings(patient: Patient) -> None:
    assert await patient.examined(client=patient.system.temporal) == []
    assert await patient.examined(client=patient.system.temporal, everything=False) == []
    with patient.database.read() as session:
        empty = [name for name, (each, _) in TABLES.items() if session.execute(select(each)).first() is None]
    assert empty == [], "the story fills every table, else nothing is proved"


def change(target: Table, where: dict[str, Any] | None = None, **values: Any) -> Damage:
    conditions = [target.c[name] == value for name, value in (where or {}).items()]
    return lambda connection: connection.execute(update(target).where(*conditions).values(**values))


def remove(target: Table, **where: Any) -> Damage:
    return lambda connection: connection.execute(
        delete(target).where(*(target.c[name] == value for name, value in where.items()))
    )


PIECES, LINES = TABLES["pieces"][0], TABLES["lines"][0]
IDENTIFIERS = TABLES["identifiers"][0]
DAMAGES: dict[str, tuple[set[str], Damage, Table]] = {
    "an event rewritten": ({"stream.chain"}, change(EVENTS, {"sequence": 3}, actor="u_somebody"), EVENTS),
    "a hash rewritten": ({"stream.chain"}, change(EVENTS, {"sequence": 3}, hash="0" * 64), EVENTS),
    "an event removed": ({"stream.gap"}, remove(EVENTS, sequence=3), EVENTS),
    "an event of an unknown kind": (
        {"stream.chain", "stream.unreadable"},
        change(EVENTS, {"sequence": 2}, type="order_eaten"),
        EVENTS,
    ),
    "the last hash on the order": (
        {"order.head"},
        change(ORDERS, {"stage": "receiving"}, last_hash="0"),
        ORDERS,
    ),
    "the version on the order": (
        {"order.head", "order.row"},
        change(ORDERS, {"stage": "receiving"}, version=2),
        ORDERS,
    ),
    "a column of the order": ({"order.row"}, change(ORDERS, {"stage": "receiving"}, stage="shipped"), ORDERS),
    "the supplier of the order": ({"order.row"}, change(ORDERS, {"stage": "receiving"}, buyer="u_x"), ORDERS),
    "the stored state": ({"order.snapshot"}, change(ORDERS, {"stage": "receiving"}, snapshot="{}"), ORDERS),
    "a draft without its content": (
        {"order.snapshot"},
        change(ORDERS, {"stage": "draft"}, draft=None),
        ORDERS,
    ),
    "pieces made": (
        {"pieces.not_conserved", "tables.differ", "lot.unexplained", "lot.through_twice"},
        change(PIECES, accepted=600),
        PIECES,
    ),
    "pieces moved": ({"tables.differ"}, change(PIECES, {"accepted": 390}, accepted=389, scrapped=1), PIECES),
    "less than nothing": (
        {"pieces.negative", "tables.differ"},
        change(PIECES, {"accepted": 390}, lost=-10, scrapped=10),
        PIECES,
    ),
    "pieces removed": ({"pieces.not_conserved", "tables.differ", "lot.unexplained"}, remove(PIECES), PIECES),
    "a line's price": ({"tables.differ"}, change(LINES, unit_price=1), LINES),
    "a line nobody ordered": (
        {"tables.differ"},
        lambda connection: connection.execute(
            insert(LINES).values(dict(connection.execute(select(LINES)).mappings().all()[0]) | {"line": 2})
        ),
        LINES,
    ),
    "an identifier of something else": (
        {"tables.differ"},
        change(IDENTIFIERS, {"value": "PLATED-1"}, word="plated-2"),
        IDENTIFIERS,
    ),
    "an identifier with another value": (
        {"tables.differ"},
        change(IDENTIFIERS, {"word": "plated-1"}, value="PLATED-2"),
        IDENTIFIERS,
    ),
    "a draft that is found no more": (
        {"tables.differ"},
        lambda connection: connection.execute(
            delete(IDENTIFIERS).where(
                IDENTIFIERS.c.order_number.in_(select(ORDERS.c.number).where(ORDERS.c.stage == "draft"))
            )
        ),
        IDENTIFIERS,
    ),
    "a draft that cannot be read": (
        {"order.snapshot"},
        change(ORDERS, {"stage": "draft"}, draft={"number": 1}),
        ORDERS,
    ),
    "an edge removed": ({"genealogy.differ"}, remove(EDGES, how="process"), EDGES),
    "an edge added": (
        {"genealogy.differ"},
        lambda connection: connection.execute(
            insert(EDGES).from_select(
                [name for name in EDGES.c.keys() if name != "id"],  # noqa: SIM118
                select(*(column for column in EDGES.c if column.name != "id")).limit(1),
            )
        ),
        EDGES,
    ),
    "the edge of a record removed": (
        {"genealogy.differ", "lot.unexplained"},
        remove(EDGES, how="consume"),
        EDGES,
    ),
    "an edge of no record": ({"genealogy.differ"}, change(EDGES, {"how": "dispatch"}, source="x"), EDGES),
    "a dispatched quantity rewritten": (
        {"genealogy.differ", "lot.on_hand"},
        change(DISPATCHED, {"lot": "WO-77-A"}, quantity=1),
        DISPATCHED,
    ),
    "a registered lot's stock": (
        {"lot.on_hand", "lot.unexplained"},
        change(LOTS, {"number": LOT}, on_hand=599),
        LOTS,
    ),
    "a received lot's stock": (
        {"lot.on_hand", "lot.unexplained"},
        change(LOTS, {"number": "PLATED-1"}, on_hand=391),
        LOTS,
    ),
    "how much a received lot was": (
        {"lot.unexplained"},
        change(LOTS, {"number": "PLATED-1"}, quantity=391),
        LOTS,
    ),
    "what a lot is": ({"lot.unexplained"}, change(LOTS, {"number": LOT}, part="PUMP"), LOTS),
    "a lot held by nobody": ({"lot.held"}, change(LOTS, {"number": "PLATED-1"}, held=True), LOTS),
    "a lot let go without its hold": ({"lot.held"}, change(LOTS, {"number": "SUSPECT"}, held=False), LOTS),
    "a hold released without its lot": (
        {"lot.held"},
        change(HOLDS, {"lot": "SUSPECT"}, released_at=datetime(2026, 3, 17, 8, tzinfo=UTC)),
        HOLDS,
    ),
    "a link of nobody": ({"link.contact"}, remove(table(SupplierContact)), table(SupplierContact)),
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_damage_is_found(patient: Patient, damage: str) -> None:
    expected, do, target = DAMAGES[damage]
    with patient.damaged(do, target):
        findings = await patient.examined()
    assert codes(findings) == expected
    assert all(finding.what and finding.where and finding.remedy for finding in findings)
    assert await patient.examined() == [], "taken back"


@pytest.mark.parametrize("name", TABLES)
async def test_a_row_missing_from_any_table_is_found(patient: Patient, name: str) -> None:
    target, _ = TABLES[name]
    with patient.damaged(remove(target), target):
        assert "tables.differ" in codes(await patient.examined(everything=False))


async def test_the_stock_of_a_lot_that_somebody_corrected_is_compared_as_well(patient: Patient) -> None:
    admin = patient.system.login(Role.ADMIN)
    lot = {"number": "TYPED-1", "part": "FLANGE-DN50", "uom": "C62"}
    assert (await admin.post("/api/v1/lots", json=lot | {"quantity": "400"})).status_code == 201
    answer = await admin.put("/api/v1/lots/TYPED-1", json=lot | {"quantity": "401"})
    assert answer.json()["on_hand"] == "401", answer.text
    assert await patient.examined() == []
    with patient.damaged(change(LOTS, {"number": "TYPED-1"}, on_hand=390), LOTS):
        assert codes(await patient.examined()) == {"lot.on_hand", "lot.unexplained"}


async def test_what_is_unexplained_says_of_which_lot_by_the_hour_too(patient: Patient) -> None:
    with patient.damaged(change(LOTS, {"number": "PLATED-1"}, quantity=391), LOTS):
        (finding,) = await patient.examined(everything=False)
    assert (finding.code, finding.where) == ("lot.unexplained", "lot PLATED-1")
    assert finding.what.startswith("1 C62 of FLANGE-DN50 are unexplained: made 391, on hand 390")


async def test_a_state_written_before_a_field_existed_contradicts_nothing(patient: Patient) -> None:
    """After an update, open orders keep the state an earlier version wrote until their next command."""

    def older(connection: Connection) -> None:
        kept = connection.execute(select(ORDERS.c.snapshot).where(ORDERS.c.number == patient.order)).scalar()
        state = json.loads(str(kept))
        del state["counter"], state["counters"], state["lines"][0]["loads"]
        connection.execute(
            update(ORDERS).where(ORDERS.c.number == patient.order).values(snapshot=json.dumps(state))
        )

    with patient.damaged(older, ORDERS):
        assert await patient.examined() == []


async def test_a_removed_last_event_is_found(patient: Patient) -> None:
    def cut(connection: Connection) -> None:
        last = connection.scalar(select(ORDERS.c.version).where(ORDERS.c.number == patient.order))
        connection.execute(delete(EVENTS).where(EVENTS.c.sequence == last))

    with patient.damaged(cut, EVENTS):
        assert {"order.head", "order.row"} <= codes(await patient.examined())


async def test_a_link_to_another_suppliers_contact_is_found(patient: Patient) -> None:
    others = {
        "code": "OTHER",
        "email": "o@other.example",
        "name": "Other",
        "timezone": "UTC",
        "country": "US",
    }
    await patient.system.post(Role.ADMIN, "/suppliers", others, status=201)
    contacts = table(SupplierContact)
    with patient.damaged(change(contacts, supplier="OTHER"), contacts):
        assert codes(await patient.examined()) == {"link.contact"}
    revoked = change(LINKS, revoked_at=datetime.now(UTC))
    with patient.damaged(change(contacts, supplier="OTHER"), contacts), patient.damaged(revoked, LINKS):
        assert await patient.examined() == [], "a revoked link opens nothing"


async def test_a_deadline_nobody_passed_on_is_found(patient: Patient) -> None:
    with patient.database.read() as session:
        due = session.scalar(select(ORDERS.c.next_due).where(ORDERS.c.number == patient.order))
    assert due is not None
    grace = due - datetime.now(UTC) + timedelta(minutes=2)
    assert codes(await patient.examined(later=grace - timedelta(seconds=5))) == set()
    assert codes(await patient.examined(later=grace + timedelta(seconds=5))) == {"deadline.missed"}


async def test_a_command_that_waits_too_long_is_found(patient: Patient) -> None:
    def stuck(connection: Connection) -> None:
        waits = {"status": "received", "received_at": datetime.now(UTC)}
        connection.execute(update(COMMANDS).where(COMMANDS.c.name == "disposition").values(**waits))

    with patient.damaged(stuck, COMMANDS):
        assert codes(await patient.examined(later=timedelta(minutes=4))) == set()
        assert codes(await patient.examined(later=timedelta(minutes=6))) == {"command.stuck"}


async def test_a_mail_that_waits_longer_than_its_delivery_would_is_found(patient: Patient) -> None:
    patience = timedelta(seconds=Patience().give_up_after)

    def queued(before: timedelta) -> Damage:
        values = {"state": "queued", "created_at": datetime.now(UTC) - before}
        return change(OUTBOX, {"template": "order_issued"}, **values)

    with patient.damaged(queued(patience + timedelta(hours=2)), OUTBOX):
        assert codes(await patient.examined()) == {"mail.stuck"}
    with patient.damaged(queued(patience), OUTBOX):
        assert await patient.examined() == []
        found = await patient.examined(client=patient.system.temporal)
        assert codes(found) == {"mail.unattended"}


def stored(patient: Patient) -> Path:
    name = hashlib.sha256(PDF).hexdigest()
    return patient.files / name[:2] / name[2:]


async def test_a_missing_file_is_found(patient: Patient) -> None:
    file = stored(patient)
    file.rename(file.with_suffix(".away"))
    try:
        assert "file.missing" in codes(await patient.examined(everything=False))
    finally:
        file.with_suffix(".away").rename(file)


async def test_a_changed_file_is_found_by_its_content_and_by_the_sweep_by_its_size(patient: Patient) -> None:
    file = stored(patient)
    try:
        file.write_bytes(PDF.upper())
        assert codes(await patient.examined()) == {"file.changed"}
        file.write_bytes(PDF[:-1])
        assert codes(await patient.examined(everything=False)) == {"file.changed"}
    finally:
        file.write_bytes(PDF)


async def test_forgotten_files_are_found_once_no_upload_can_be_under_way(patient: Patient) -> None:
    orphan, broken = patient.files / "00" / ("1" * 62), patient.files / "incoming" / "half"
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"x")
    broken.write_bytes(b"x")
    try:
        assert await patient.examined() == []
        long_ago = datetime.now(UTC).timestamp() - 3700
        os.utime(orphan, (long_ago, long_ago))
        os.utime(broken, (long_ago, long_ago))
        assert codes(await patient.examined()) == {"file.orphan", "file.unfinished"}
    finally:
        orphan.unlink()
        broken.unlink()


async def test_the_file_of_a_refused_upload_is_a_record_and_no_orphan(patient: Patient) -> None:
    later = PDF + b" for nobody"
    answer = await patient.system.login(Role.QUALITY).post(
        f"/api/v1/orders/{patient.plain}/documents?type=coc",
        content=later,
        headers={"Content-Type": "application/pdf"},
    )
    assert answer.status_code == 409, answer.text
    name = hashlib.sha256(later).hexdigest()
    long_ago = datetime.now(UTC).timestamp() - 3700
    os.utime(patient.files / name[:2] / name[2:], (long_ago, long_ago))
    assert await patient.examined() == []


async def test_a_list_that_came_too_late_accuses_nobody(patient: Patient) -> None:
    doubts = Doubts(patient.database, patient.system.temporal, datetime.now(UTC))
    assert await doubts.missing(patient.order) is None, "it runs"
    assert await doubts.missing(patient.plain) is None, "it is not open"
    assert await doubts.surplus(patient.order) is None, "it is open"
    assert await doubts.surplus("SO-1999-00000") is None, "it does not run any more"


async def test_an_open_order_without_a_workflow_is_found(patient: Patient) -> None:
    await patient.system.temporal.get_workflow_handle(patient.order).terminate("a test")
    found = await patient.examined(client=patient.system.temporal)
    assert [(finding.code, finding.where) for finding in found] == [("workflow.missing", patient.order)]


async def test_a_workflow_without_an_open_order_is_found(patient: Patient) -> None:
    client, settings = patient.system.temporal, patient.system.settings
    unknown = f"SO-1999-{uuid.uuid4().hex[:5]}"
    quiet = await draft(patient.system, quantity=600)
    for number in (unknown, quiet):
        await client.start_workflow(OrderWorkflow.run, number, id=number, task_queue=settings.task_queue)
    found = await patient.examined(client=client)
    surplus = [finding.where for finding in found if finding.code == "workflow.surplus"]
    assert surplus == sorted([unknown, quiet])


def test_every_code_says_what_to_do() -> None:
    assert all(remedy.endswith(".") for remedy in REMEDIES.values())
