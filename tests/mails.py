"""One example of every mail, and outbox rows made of them."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

from activities.mail_contexts import dump, load, name_of
from activities.mail_parts import (
    ChangeOrder,
    ClaimDue,
    DueMilestone,
    LineChange,
    LineDays,
    MailContext,
    MergedOrder,
    NewLine,
    OrderLine,
    Pieces,
    PlannedLot,
    Sentence,
    TermsChange,
    Total,
)
from activities.our_mails import (
    ActionDue,
    ActionPlanned,
    Alert,
    ChangeAnswered,
    ChangeDecided,
    ChangeProposed,
    ClaimReminder,
    CommandRefused,
    ContingencyReminder,
    DrillReminder,
    HeldDispatch,
    HoldPlaced,
    HoldReleased,
    MaterialLeft,
    OrderAcknowledged,
    OrderCountered,
    OrderDeclined,
    PushTakenBack,
    TransferAnnounced,
    TransferRefused,
)
from activities.supplier_mails import (
    AcknowledgmentReminder,
    ChangeApproved,
    ChangeReminder,
    ChangeWithdrawn,
    CounterAnswered,
    Dispatched,
    ExpediteRequested,
    FreshLink,
    InspectionReviewed,
    LotHeld,
    LotReleased,
    MilestoneReminder,
    OrderCancelled,
    OrderClosed,
    OrderHeld,
    OrderIssued,
    OrderReassigned,
    OrderResumed,
    OrdersMerged,
    OrderSplit,
    PiecesReturned,
    RecallNotice,
    ReturnReminder,
    ReworkRequested,
    TransferOffered,
    TransferWithdrawn,
)
from models.db import Database
from models.tables.outbox import Outbox, OutboxRecipient, message_id, thread_id, workflow_id

ORDER = "SO-000042"
HOST = "sendout.test"
WRITTEN_AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
NEED_BY = date(2026, 12, 18)
LINK_ID = "0f3c2f0a-6f5e-4b7e-9d3c-2b1a0c9d8e7f"
_OURS: dict[str, Any] = {"order": ORDER, "company": "Northfield Valves"}
_LINKED: dict[str, Any] = {
    **_OURS,
    "buyer": "Ana Ruiz",
    "buyer_email": "ana@northfield.test",
    "link_id": LINK_ID,
}
_FLANGES = OrderLine(
    work_order="WO-3201",
    part="FL-DN50",
    revision="C",
    description="SS Flange DN50",
    quantity="1200",
    unit="C62",
    lots=(PlannedLot(lot="20260315-STEEL-001", quantity="1200", heat="HX-1"),),
    need_by=date(2026, 12, 4),
    currency="USD",
    unit_price="0.85",
    amount="1020.00",
    lot_charge="25",
    minimum="60",
)
_BRACKETS = OrderLine(
    work_order="WO-3202",
    part="BR-8",
    revision="A",
    description="Bracket",
    quantity="61.25",
    unit="KGM",
    first_article="5",
    setup="2.5",
)
FLANGE = Pieces(part="FL-DN50", revision="C", quantity="1200", unit="C62", lot="20260315-STEEL-001")

_HOLD: dict[str, Any] = {
    **_OURS,
    "part": "BAR-4140",
    "revision": "A",
    "by": "Ana Ruiz",
    "lots": ("J4520-A", "J4520-B"),
    "orders": (ORDER,),
    "jobs": ("4520",),
    "dispatches": (
        HeldDispatch(
            dispatch="DN-2026-00007",
            customer="NORTHWIND",
            name="Northwind Traders",
            shipped_on=date(2026, 12, 1),
            lots=("J4520-B",),
        ),
    ),
}

LINE_DAYS = (
    LineDays(
        part="FL-DN50",
        revision="C",
        quantity="800",
        unit="C62",
        needed=NEED_BY,
        promised=NEED_BY,
        line=1,
        delivery=1,
    ),
    LineDays(
        part="FL-DN50",
        revision="C",
        quantity="400",
        unit="C62",
        needed=NEED_BY,
        promised=date(2027, 1, 8),
        line=2,
        delivery=2,
    ),
)
AGAIN = LineDays(part="FL-DN65", revision="B", quantity="40", unit="C62", needed=date(2026, 12, 30))
LATER_DELIVERY = TermsChange(
    part="FL-DN50",
    revision="C",
    unit="C62",
    currency="USD",
    quantity=("1200", "400"),
    unit_price=("0.85", "0.9"),
    promise_date=(NEED_BY, date(2027, 1, 8)),
    delivery=2,
)
PROPOSED = TermsChange(
    part="FL-DN50",
    revision="C",
    unit="C62",
    currency="USD",
    quantity=("1200", "1000"),
    unit_price=("0.85", "0.875"),
    promise_date=(NEED_BY, date(2027, 1, 8)),
)

CHANGED = ChangeOrder(
    change="SO-000042-C1",
    need_by=(NEED_BY, date(2026, 12, 11)),
    spec_revision=("2023", "2024"),
    lines=(
        LineChange(
            part="FL-DN50",
            revision="C",
            unit="C62",
            currency="USD",
            quantity=("1200", "1000"),
            unit_price=("0.85", "0.875"),
            lots=(
                (PlannedLot(lot="20260315-STEEL-001", quantity="1200", heat="HX-1"),),
                (PlannedLot(lot="20260315-STEEL-001", quantity="1000", heat="HX-1"),),
            ),
        ),
    ),
    added=(
        NewLine(
            part="FL-DN50",
            revision="C",
            work_order="WO-3207",
            unit="C62",
            currency="USD",
            quantity="300",
            unit_price="0.9",
            lots=(PlannedLot(lot="20260401-STEEL-002", quantity="300", heat="HX-4"),),
        ),
    ),
)

_ACTION: dict[str, Any] = {
    **_OURS,
    "supplier": "Acme Plating",
    "nonconformance": "SO-000042-N1",
    "part": "FL-DN50",
    "revision": "C",
    "defect": "Coating 4 µm, at least 8 µm needed",
    "cause": "The bath was too cold",
    "action": "Measure it every hour",
    "due": date(2026, 12, 4),
}
SAMPLES: tuple[MailContext, ...] = (
    OrderIssued(
        **_LINKED,
        process="Zinc plating",
        spec="ASTM B633",
        spec_revision="2023",
        need_by=NEED_BY,
        ship_by=date(2026, 12, 15),
        purchase_order="PO-7781",
        lines=(_FLANGES, _BRACKETS),
    ),
    AcknowledgmentReminder(**_LINKED, process="Zinc plating", need_by=NEED_BY, issued_on=date(2026, 11, 23)),
    MilestoneReminder(
        **_LINKED,
        milestones=(
            DueMilestone(name="Material received", planned=date(2026, 11, 27), overdue=True),
            DueMilestone(name="Plating complete", planned=date(2026, 12, 8), overdue=False),
        ),
    ),
    OrderHeld(**_LINKED, reason="The drawing is being revised"),
    OrderResumed(**_LINKED, need_by=NEED_BY),
    OrderCancelled(**_LINKED, reason="The customer cancelled", returns=(FLANGE,)),
    OrderCancelled(**{**_LINKED, "link_id": ""}, reason="Placed twice"),
    ReworkRequested(
        **_LINKED, nonconformance="NC-3", defect="Coating 4 µm, at least 8 µm needed", pieces=(FLANGE,)
    ),
    PiecesReturned(
        **_LINKED, nonconformance="NC-4", defect="Coating 4 µm, at least 8 µm needed", pieces=(FLANGE,)
    ),
    InspectionReviewed(**_LINKED, inspection="IN-1", decision="release", pieces=FLANGE),
    InspectionReviewed(
        **_LINKED, inspection="IN-2", decision="reject", pieces=FLANGE, note="Thickness below the limit"
    ),
    OrderClosed(
        **_LINKED,
        totals=(
            Total(part="FL-DN50", revision="C", unit="C62", ordered="1200", accepted="1190", scrapped="10"),
        ),
    ),
    FreshLink(**_LINKED, process="Zinc plating", expires_on=date(2027, 3, 23)),
    OrderAcknowledged(
        **_OURS,
        supplier="Acme Plating",
        process="Zinc plating",
        need_by=NEED_BY,
        promise_date=date(2026, 12, 21),
        supplier_order="A-991",
    ),
    OrderAcknowledged(
        **_OURS,
        supplier="Acme Plating",
        process="Zinc plating",
        need_by=NEED_BY,
        promise_date=NEED_BY,
    ),
    OrderAcknowledged(
        **_OURS,
        supplier="Acme Plating",
        process="Zinc plating",
        need_by=NEED_BY,
        promise_date=date(2027, 1, 8),
        lines=LINE_DAYS,
    ),
    OrderAcknowledged(
        **_OURS,
        supplier="Acme Plating",
        process="Zinc plating",
        need_by=NEED_BY,
        promise_date=NEED_BY,
        lines=LINE_DAYS[:1],
        rest=True,
    ),
    OrderCountered(
        **_OURS,
        supplier="ACME Galvanik",
        process="Zinc plating",
        need_by=NEED_BY,
        changes=(PROPOSED,),
        reason="One bath is down",
        supplier_order="AG-1001",
    ),
    CounterAnswered(
        **_LINKED, decision="accept", need_by=NEED_BY, changes=(PROPOSED,), reason="Agreed by phone"
    ),
    CounterAnswered(**_LINKED, decision="reject", need_by=NEED_BY, reason="Our customer waits"),
    CounterAnswered(
        **_LINKED,
        decision="accept",
        need_by=NEED_BY,
        changes=(LATER_DELIVERY,),
        reason="Our customer waits",
        rejected=("FL-DN65 B",),
        agreed=LINE_DAYS,
        again=(AGAIN,),
    ),
    ChangeApproved(**_LINKED, change=CHANGED, reason="Our customer waits", revision=1, returns=(FLANGE,)),
    ClaimReminder(
        **_OURS,
        supplier="ACME Galvanik",
        process="Zinc plating",
        due=date(2026, 12, 4),
        claims=(
            ClaimDue(claim="SO-000042-L1", due=date(2026, 12, 4), pieces=(FLANGE,), whose="DHL 4711"),
            ClaimDue(claim="SO-000042-L2", due=date(2026, 12, 7), pieces=(FLANGE,)),
        ),
    ),
    ContingencyReminder(
        **_OURS,
        supplier="ACME Galvanik",
        process="Zinc plating",
        decide_by=date(2026, 12, 4),
        note="They have one bath only",
        alternate="Delta Coating",
        material="200 flanges",
    ),
    ExpediteRequested(
        **_LINKED,
        process="Zinc plating",
        need_by=(NEED_BY, date(2026, 12, 11)),
        reason="Our customer waits",
        revision=1,
    ),
    ChangeReminder(
        **_LINKED,
        change=CHANGED,
        reason="Our customer waits",
        revision=1,
        asked_on=date(2026, 11, 23),
        returns=(FLANGE,),
    ),
    ChangeWithdrawn(**_LINKED, change="SO-000042-C1", need_by=NEED_BY),
    ChangeProposed(
        **_OURS,
        supplier="Acme Plating",
        process="Zinc plating",
        change=CHANGED,
        reason="Our customer waits",
    ),
    ChangeDecided(
        **_OURS, supplier="Acme Plating", decision="approve", change=CHANGED, reason="Agreed with sales"
    ),
    ChangeDecided(**_OURS, supplier="Acme Plating", decision="reject", change=CHANGED, reason="Too dear"),
    ChangeAnswered(**_OURS, supplier="Acme Plating", decision="accept", change=CHANGED, revision=2),
    ChangeAnswered(
        **_OURS,
        supplier="Acme Plating",
        decision="decline",
        change=CHANGED,
        revision=1,
        reason="The bath is full",
    ),
    OrderDeclined(
        **_OURS, supplier="Acme Plating", process="Zinc plating", need_by=NEED_BY, reason="Line is down"
    ),
    Alert(
        **_OURS,
        rule="milestone_overdue",
        since=datetime(2026, 12, 8, 15, 0, tzinfo=UTC),
        timezone="Asia/Shanghai",
        supplier="Acme Plating",
        process="Zinc plating",
        owed_by="supplier",
        details="Plating complete",
    ),
    CommandRefused(
        **_OURS,
        command="ship",
        received_at=datetime(2026, 12, 10, 9, 5, tzinfo=UTC),
        timezone="Europe/Madrid",
        why=Sentence(text="{entered} is not a number.", values={"entered": "12 boxes"}),
        problems=(
            Sentence(
                text="Line {line} has nothing left to send. To send more, change the quantity first.",
                values={"line": "1"},
            ),
        ),
        link_id=LINK_ID,
    ),
    RecallNotice(
        **_LINKED,
        customer="Northwind",
        reason="The mill reports a wrong melt",
        pieces=(
            Dispatched(
                part="FL-DN50",
                revision="C",
                quantity="2",
                unit="C62",
                lot="J4520-B",
                dispatch="D-2026-0007",
                shipped_on=date(2026, 12, 1),
                serials=("S-1", "S-2"),
            ),
        ),
    ),
    HoldPlaced(**{**_HOLD, "reason": "Wrong melt"}),
    HoldReleased(**{**_HOLD, "reason": "Analysis is fine", "more": 2}),
    MaterialLeft(
        **_OURS,
        work_order="4520",
        wrong="part",
        lot="20260315-STEEL-001",
        part="BAR-4140",
        revision="A",
        quantity="2",
        unit="C62",
        dispatches=_HOLD["dispatches"],
        more=1,
    ),
    DrillReminder(**_OURS, first=date(2026, 7, 1), last=date(2026, 9, 30), due=date(2026, 12, 31)),
    OrderCancelled(**_LINKED, reason="Too late", coming=(FLANGE,)),
    ActionPlanned(**_ACTION, link_id=LINK_ID),
    ActionDue(**_ACTION),
    LotHeld(**_LINKED, lots=("20260315-STEEL-001",), pieces=(FLANGE,), reason="Wrong melt"),
    LotReleased(**_LINKED, lots=("20260315-STEEL-001",), pieces=(FLANGE,), need_by=NEED_BY),
    InspectionReviewed(**_LINKED, inspection="IN-3", decision="release", pieces=FLANGE, first_article=True),
    InspectionReviewed(**_LINKED, inspection="IN-4", decision="reject", pieces=FLANGE, first_article=True),
    TransferOffered(
        **_LINKED,
        transfer="SO-000040-T1",
        sender="Forge Heat Treat",
        former="SO-000040",
        pieces=(FLANGE,),
        carrier="DHL",
        tracking="00340",
    ),
    TransferWithdrawn(**_LINKED, transfer="SO-000040-T1", sender="Forge Heat Treat", pieces=(FLANGE,)),
    TransferAnnounced(
        **_OURS,
        supplier="Acme Plating",
        transfer="SO-000040-T1",
        sender="Forge Heat Treat",
        former="SO-000040",
        pieces=(FLANGE,),
        carrier="DHL",
        tracking="00340",
    ),
    TransferRefused(
        **_OURS,
        supplier="Forge Heat Treat",
        transfer="SO-000042-T1",
        refuser="Acme Plating",
        onward="SO-000043",
        pieces=(FLANGE,),
        reason="No room this week",
    ),
    PushTakenBack(
        **_OURS,
        supplier="Acme Plating",
        by="SO-000043",
        expected=date(2026, 12, 18),
        need_by=NEED_BY,
    ),
    OrdersMerged(
        **_LINKED,
        process="Zinc plating",
        need_by=(NEED_BY, date(2026, 12, 11)),
        lines=(_FLANGES,),
        sources=(MergedOrder(order="SO-000043", lines=(_BRACKETS,)),),
    ),
    OrderReassigned(
        **_LINKED,
        reason="The bath is down",
        transfer=False,
        there=(FLANGE,),
        kept=(FLANGE,),
        rework=(FLANGE,),
    ),
    OrderReassigned(**_LINKED, reason="Capacity", transfer=True, there=(FLANGE,), coming=(FLANGE,)),
    ReturnReminder(**_LINKED, returns=(FLANGE,), coming=(FLANGE,)),
    OrderSplit(
        **_LINKED,
        former="SO-000040",
        siblings=("SO-000043",),
        process="Zinc plating",
        need_by=NEED_BY,
        lines=(_FLANGES,),
        sent=(FLANGE,),
        promised=NEED_BY,
    ),
    OrderSplit(
        **_LINKED,
        former="SO-000040",
        siblings=("SO-000042",),
        process="Zinc plating",
        need_by=NEED_BY,
        lines=(_BRACKETS,),
    ),
)
BY_NAME = {name_of(sample): sample for sample in reversed(SAMPLES)}


def changed(name: str, **values: object) -> MailContext:
    """The example of this mail with some fields of its own."""
    return load(name, dump(BY_NAME[name]) | values)


def put_in_outbox(
    database: Database,
    *addresses: str,
    context: MailContext = BY_NAME["order_issued"],
    locale: str = "en",
    written_at: datetime = WRITTEN_AT,
) -> str:
    """Writes one outbox row to these addresses, in order, and gives its id."""
    outbox_id = str(uuid.uuid4())
    row = Outbox(
        id=outbox_id,
        order_number=context.order,
        template=name_of(context),
        context=dump(context),
        locale=locale,
        message_id=message_id(outbox_id, HOST),
        thread=thread_id(context.order, HOST),
        workflow_id=workflow_id(outbox_id),
        created_at=written_at,
    )
    recipients = [
        OutboxRecipient(
            outbox_id=outbox_id,
            party=f"supplier_contact:{number}",
            address=address,
            name=address.partition("@")[0].title(),
            updated_at=written_at,
        )
        for number, address in enumerate(addresses)
    ]
    with database.write() as session:
        session.add(row)
        session.flush()
        session.add_all(recipients)
    return outbox_id
