"""Everything an order's history and page can say has words in every language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from activities.codes import BUCKETS, ROLES
from activities.i18n import LOCALES
from activities.mail_contexts import MAILS as CONTEXTS
from api.pages.order import wording
from api.pages.order.sentences import SENTENCES, sentence
from api.pages.order.telling import Telling
from api.pages.tasks import gaps
from api.pages.wording import ACTIONS
from api.supplier.words import Words
from models.domain import events as e
from models.domain import gate
from models.domain.authority import SYSTEM_ONLY, Role
from models.domain.changes import Commercial, LineCommercial
from models.domain.charges import Charge, ChargeKind
from models.domain.evidence import DocumentType, Mismatch, Printed
from models.domain.evolve import evolve
from models.domain.headline import HEADLINES
from models.domain.hurrying import HurriedPart
from models.domain.inspection import Failure, Result
from models.domain.next_steps import Step
from models.domain.order import Order
from models.domain.parted import PartWork
from models.domain.pieces import Bucket, Move
from models.domain.records import Contingency, LineTerms, PlannedLot, Proposal, Share
from models.domain.transfers import Transfer, TransferLine
from tests.domain.asking import NC, PARCEL, RECEIPT, accept, receive, send, ship
from tests.domain.orders import BERLIN, given, issued

AT = datetime(2026, 11, 10, 9, tzinfo=UTC)
BEFORE = (LineTerms(1, Decimal(100), Decimal("0.85"), date(2026, 12, 18)),)
AFTER = (LineTerms(1, Decimal(80), Decimal("0.95"), date(2026, 12, 22)),)


def scene() -> Order:
    """Ten of a hundred rejected; one alert is open."""
    story = given(issued(), accept(), send(), ship(), receive(90, rejected=10))
    alert = e.AlertRaised(
        "SO-1-A1", "milestone_overdue", "REC-2026-11-04", AT, "supplier", "Material received"
    )
    return evolve(story.order, alert, story.order.version + 1, AT)


ORDER = scene()
CHANGED = Commercial(
    date(2026, 12, 11),
    "2024",
    (LineCommercial(1, Decimal(80), Decimal("0.95"), (PlannedLot("L1", Decimal(80), "H1"),)),),
)


COMING = Transfer(
    "SO-1-T1",
    "SO-1",
    "SO-2",
    (TransferLine(1, "L1", Decimal(40), 1, "L1"),),
    "Acme Plating",
    "Next Coating",
    "DHL",
    "T-77",
)


def moved(target: Bucket, quantity: int = 100) -> tuple[Move, ...]:
    return (Move(1, "L1", Decimal(quantity), Bucket.AT_SUPPLIER, target),)


PLAN_B = Contingency(
    1, "u_2", AT, date(2026, 12, 4), "buyer", "One bath only", "DELTA", "Delta Coating", "200 flanges"
)
LINE = e.ReceiptLine(
    1,
    "L1",
    Decimal(100),
    Decimal(90),
    Decimal(10),
    *(Decimal(0),) * 5,
    kept_pending=Decimal(2),
    kept_because="inspection",
)
CHARGES = (
    Charge(ChargeKind.PRICE, 1, Decimal(100), "C62", Decimal("0.85"), Decimal("85.00"), Decimal(100)),
    Charge(ChargeKind.LATE, 1, Decimal(2), "DAY", Decimal(-17), Decimal("-34.00")),
)
EXAMPLES: tuple[tuple[e.Event, str], ...] = (
    (e.OrderIssued(ORDER), "Bea issued the order to Acme Plating."),
    (e.OrderAcknowledged(date(2026, 12, 18), "AP-1"), "Bea accepted the order for Fri 18 Dec, as order AP-1."),
    (e.OrderCountered(BEFORE, AFTER, "s_1", "No capacity"), "Bea proposed other terms."),
    (e.CounterAccepted(BEFORE, AFTER, 2), "Bea accepted the proposal; the order is at revision 2."),
    (e.CounterRejected("Too late"), "Bea rejected the proposal."),
    (e.OrderDeclined("The bath is down"), "Bea declined the order."),
    (e.ChangeProposed("SO-1-C1", ORDER.commercial, CHANGED, "u_2", "Sooner"), "Bea proposed change SO-1-C1."),
    (e.ChangeApproved("SO-1-C1", "Fine"), "Bea approved change SO-1-C1; Acme Plating is asked."),
    (e.ChangeRejected("SO-1-C1", "Too dear"), "Bea rejected change SO-1-C1."),
    (e.ChangeWithdrawn("SO-1-C1"), "Bea withdrew change SO-1-C1."),
    (e.ChangeAcknowledged("SO-1-C1", ORDER.commercial, CHANGED, 2), "Bea accepted change SO-1-C1; the order is at revision 2."),
    (e.ChangeDeclined("SO-1-C1", "The bath is full"), "Bea declined change SO-1-C1; the order stands as it was."),
    (e.OrderExpedited("SO-1-C1", date(2026, 12, 18), date(2026, 12, 11), "u_2", "The line stands"), "Bea expedited the order; Acme Plating is asked whether Fri 11 Dec is possible."),
    (e.OrderPushed("SO-2", "SO-2-C1", date(2026, 12, 18), date(2026, 12, 25)), "SO-2 was expedited and goes first at Acme Plating."),
    (e.PushTakenBack("SO-2", "SO-2-C1", date(2026, 12, 25), date(2026, 12, 18)), "SO-2 does not go first at Acme Plating after all."),
    (e.ContingencyPlanned(PLAN_B), "Bea made a contingency plan, to be decided by Fri 4 Dec."),
    (e.ContingencySettled(1, "drop", "They delivered"), "Bea dropped the contingency plan."),
    (e.OrdersMerged((e.MergedOrder("SO-2", ORDER.lines), e.MergedOrder("SO-3", ())), ORDER.commercial, CHANGED, 2, "normal", (), False), "Bea merged SO-2, SO-3 into this order, which is at revision 2; Acme Plating is asked again."),
    (e.OrderMergedInto("SO-2"), "Bea merged this order into SO-2, where it goes on."),
    (e.OrderSplit(("SO-4", "SO-5"), moved(Bucket.AT_SUPPLIER)), "Bea split the order into SO-4, SO-5."),
    (e.PiecesTakenOver("SO-1", moved(Bucket.AT_SUPPLIER)), "100 pcs of lot L1 came over from SO-1, each where it was."),
    (e.PartWorkReported((PartWork("SO-1/1", "SO-5", Decimal(34), ("L1",)), PartWork("SO-1/1", "SO-6", becomes=("SO-7",)))), "Lots and minimum of what was split are charged here; other parts of it came to an end, or go on as others."),
    (e.OrderReassigned("SO-4", "BETA", "transfer", "Bath down"), "Bea gave what was not done to BETA, as draft SO-4."),
    (e.PiecesSent(moved(Bucket.IN_TRANSIT_OUT), "DHL", "12"), "Bea sent 100 pcs of lot L1."),
    (e.MilestoneReported("REC", AT, None, "phone"), "Bea reported “Material received” for 10:00."),
    (e.ProcessReported(1, "Bath 2", "L-7", AT, AT, {"L1": Decimal(100)}, "phone", {"temperature": "42"}), "Bea reported load L-7 on Bath 2, 10:00 to 10:00."),
    (e.InspectionSubmitted("SO-1-I1", 1, "", "", Decimal(100), (Result("1", 1, "13"),), "fail", (Failure("1", 1, "13", "{name} does not conform.", (("name", "Adhesion"),)),)), "Bea submitted 1 measured values of FLANGE B as SO-1-I1; they do not fit the plan."),
    (e.InspectionReviewed("SO-1-I1", "release", "Fine"), "Bea released SO-1-I1."),
    (e.ParcelShipped(PARCEL, moved(Bucket.IN_TRANSIT_BACK), Decimal(100), "DHL", "34"), f"Bea shipped 100 pcs of lot L1 back as parcel {PARCEL}."),
    (e.ParcelNamed(PARCEL, "DHL", "34", {"1:L1": Decimal(7)}), f"Bea named the parcel {PARCEL}, which had arrived already."),
    (e.TransferOffered(COMING), "Bea sent 40 pcs of lot L1 straight on to Next Coating for SO-2, as SO-1-T1; its answer is awaited."),
    (e.TransferAnnounced(COMING), "40 pcs of lot L1 come straight from Acme Plating, order SO-1, as SO-1-T1."),
    (e.PiecesForwarded("SO-1-T1", "SO-2", moved(Bucket.FORWARDED, 40)), "40 pcs of lot L1 went on to SO-2 (SO-1-T1)."),
    (e.TransferTaken("SO-0-T1", "SO-0", moved(Bucket.IN_TRANSIT_OUT, 40)), "Bea took over 40 pcs of lot L1 from SO-0 (SO-0-T1)."),
    (e.TransferRefused("SO-0-T1", reason="No room"), "Bea did not take SO-0-T1."),
    (e.TransferWithdrawn("SO-0-T1", "SO-0"), "SO-0-T1 was withdrawn by SO-0; its pieces do not come this way."),
    (e.TransferCameHere("SO-1-T1", "SO-2"), "SO-1-T1 did not go to SO-2: its pieces were counted here, and it is withdrawn."),
    (e.PiecesReceived(RECEIPT, (LINE,), moved(Bucket.ACCEPTED), parcel=PARCEL), f"Bea received parcel {PARCEL} as {RECEIPT}."),
    (e.PiecesJudged(moved(Bucket.REJECTED, 5)), "Bea judged pieces."),
    (e.NonconformanceOpened(NC, 1, Decimal(10), "Blisters", ()), f"Bea opened {NC}: 10 pcs rejected."),
    (e.NonconformanceWithdrawn(NC), f"{NC} was withdrawn with the entry that opened it."),
    (e.NonconformanceDispositioned(NC, "rework", "supplier", 1, Decimal(10), (), (), "Thin", "supplier"), f"Bea decided about 10 pcs of {NC}: rework at the supplier."),
    (e.DispositionProposed(NC, (Proposal(1, "L1", Decimal(10), "use_as_is", "here", "u_1"),), ()), f"Bea proposed what to do with {NC}; the design authority decides."),
    (e.DispositionDecided(NC, "approve", "Dr. Stahl", "", (), ()), f"Bea approved what was proposed for {NC}, signed Dr. Stahl."),
    (e.ActionPlanned(NC, f"{NC}-C1", "Bath too cold", "Measure it", "supplier", date(2026, 11, 20), "u_1"), f"Bea planned a corrective action for {NC} until Fri 20 Nov."),
    (e.ActionCompleted(NC, f"{NC}-C1", "Alarm", "u_1"), f"Bea said that corrective action {NC}-C1 is done."),
    (e.ActionVerified(NC, f"{NC}-C1", True, "", "u_2"), f"Bea verified that {NC}-C1 was effective."),
    (e.ResponsibilitySet(NC, "us"), f"Bea said who is responsible for {NC}: us."),
    (e.NonconformanceReviewed(NC, "Seen", "u_2"), f"Bea reviewed {NC}."),
    (e.NonconformanceClosed(NC), f"{NC} is closed: every piece has an end."),
    (e.ReturnConfirmed(NC, Decimal(10), moved(Bucket.RETURNED_TO_SUPPLIER, 10), ()), f"Bea confirmed that 10 pcs of lot L1 of {NC} went back to the supplier."),
    (e.PiecesLost(moved(Bucket.LOST, 2), "Claim deadline passed"), "Bea declared 2 pcs of lot L1 lost."),
    (e.ClaimSettled("SO-1-L1", "credited", "u_1", Decimal("1.70")), "Bea settled claim SO-1-L1: credited, 1.70 EUR."),
    (e.LinesShortClosed((1,), "Enough"), "Bea closed FLANGE B short: nothing more will be sent."),
    (e.OverResolved(1, "L1", Decimal(3), "accept", (), Decimal(103)), "Bea settled 3 pcs beyond what was expected: kept and ordered."),
    (e.EventCorrected(5, "pieces_received", "Typed wrongly"), "Bea took back entry #5."),
    (e.DocumentAdded("SO-1-D1", DocumentType.coc, Printed(number="C-1"), "0", 1, "application/pdf", "c.pdf", mismatches=(Mismatch("lot", "L9", "L1"),)), "Bea added Certificate of conformance C-1 (c.pdf)."),
    (e.OrderHeld("New drawing"), "Bea put the order on hold."),
    (e.OrderResumed(), "Bea resumed the order."),
    (e.CancellationRequested("Not needed"), "Bea asked to cancel the order; what is out has to come back."),
    (e.OrderCancelled(), "The order was cancelled."),
    (e.OrderClosed(), "Bea closed the order."),
    (
        e.OrderForceCompleted("Enough", "Abel Stone", "no more needed"),
        "Bea completed the order as it is, signed Abel Stone.",
    ),
    (e.OrderSettled(CHARGES), "What the order costs was settled: 51.00 EUR."),
    (e.SettlementAdjusted(CHARGES[1:]), "What the order costs was adjusted by -34.00 EUR."),
    (e.ReminderSent("milestone_due_soon", "REC-2026-11-04", AT), "Acme Plating was reminded: Due soon: Material received."),
    (e.AlertRaised("SO-1-A1", "milestone_overdue", "x", AT, "supplier"), "Alert raised: Milestone overdue: Material received"),
    (e.AlertEscalated("SO-1-A1", 1), "Nobody answered “Milestone overdue: Material received”; the next in line was told."),
    (e.AlertAcknowledged("SO-1-A1", "other", "Called"), "Bea answered the alert “Milestone overdue: Material received”."),
    (e.AlertCleared("SO-1-A1"), "Alert over: Milestone overdue: Material received"),
    (e.LotHeld("h1", "STEEL", ("L1",), "suspect heat", supplier_told=True), "Lot STEEL is on hold; the supplier was asked to stop work on L1."),
    (e.LotReleased("h1", "STEEL", ("L1",), "Fine"), "Lot STEEL was released, and with it the pieces of L1."),
    (e.OrderReplanned(BERLIN, BERLIN), "Bea planned the order anew with today's calendars."),
)  # fmt: skip


def told(event: e.Event, locale: str) -> str:
    words = Words(locale, "Europe/Berlin", AT.date())
    found = sentence(event, Telling(ORDER, words))
    return words.say(found.text, who="Bea", **found.values).replace("\u00a0", " ")


def named(pair: tuple[e.Event, str]) -> str:
    return pair[0].name


def test_every_event_has_a_sentence() -> None:
    assert set(SENTENCES) == set(e.EVENTS.values())
    assert [type(event) for event, _ in EXAMPLES] == list(SENTENCES)


def test_who_has_the_pieces_hears_from_whom_they_were_not_taken() -> None:
    refused = e.TransferRefused("SO-1-T1", "Next Coating", "No room")
    assert told(refused, "en") == "Next Coating did not take SO-1-T1; the pieces are where they were."


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_an_event_is_a_sentence(example: tuple[e.Event, str]) -> None:
    event, expected = example
    assert told(event, "en") == expected


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale != "en"])
@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_its_sentence_is_the_readers(example: tuple[e.Event, str], locale: str) -> None:
    event, expected = example
    assert told(event, locale) != expected


def test_a_proposal_shows_what_was_before_and_what_is_after() -> None:
    words = Words("en", "Europe/Berlin", AT.date())
    changes = sentence(e.OrderCountered(BEFORE, AFTER, "s_1"), Telling(ORDER, words)).changes
    shown = [(each.what, each.before, each.after) for each in changes]
    assert [tuple(part.replace("\u00a0", " ") for part in each) for each in shown] == [
        ("FLANGE B: quantity", "100 pcs", "80 pcs"),
        ("FLANGE B: price", "0.85 EUR", "0.95 EUR"),
        ("FLANGE B: day", "Fri 18 Dec", "Tue 22 Dec"),
    ]


def test_deliveries_are_told_apart_and_what_is_asked_again_is_named() -> None:
    words = Words("en", "Europe/Berlin", AT.date())
    halves = tuple(replace(BEFORE[0], quantity=Decimal(some)) for some in (60, 40))
    event = e.CounterAccepted(BEFORE, halves, 2, "Too dear", (1,))
    assert told(event, "en") == "Bea accepted part of the proposal; the order is at revision 2."
    found = sentence(event, Telling(ORDER, words))
    assert found.details == ("Rejected, and asked again: FLANGE B",)
    assert [each.what for each in found.changes] == [
        "FLANGE B, delivery 1: quantity",
        "FLANGE B, delivery 2: quantity",
    ]


def test_where_a_fee_for_hurrying_is_charged_it_is_told_who_came_in_time() -> None:
    event = e.PartWorkReported(
        (),
        (HurriedPart("SO-1-C1", "SO-5", came=True, kept=False), HurriedPart("SO-1-C1", "SO-6", True, True)),
    )
    assert told(event, "en").startswith("The fee for hurrying what was split is charged here")
    found = sentence(event, Telling(ORDER, Words("en", "Europe/Berlin", AT.date())))
    assert found.details == ("SO-5 did not come by the earlier day", "SO-6 came by the earlier day")


def test_a_forecast_that_moves_shows_both_days() -> None:
    words = Words("en", "Europe/Berlin", AT.date())
    event = e.MilestoneReported(
        "REC", None, date(2026, 11, 20), "phone", previous_forecast=date(2026, 11, 12), late_entry=True
    )
    found = sentence(event, Telling(ORDER, words))
    assert [(each.before, each.after) for each in found.changes] == [
        ("Thu\u00a012\u00a0Nov", "Fri\u00a020\u00a0Nov")
    ]
    assert "Entered late." in found.details


def test_a_report_that_says_no_more_than_that_something_is_done_ends_there() -> None:
    told = sentence(
        e.MilestoneReported("REC", None, None, "phone"),
        Telling(ORDER, Words("en", "Europe/Berlin", AT.date())),
    )
    assert told.text == "{who} reported part of “{milestone}”."


@pytest.mark.parametrize(
    ("event", "role"),
    [
        (
            e.DispositionDecided(NC, "approve", "Stahl", "", (), (), "design_authority"),
            "Signed as: design authority",
        ),
        (
            e.DispositionDecided(NC, "reject", "Stahl", "", (), (), "design_authority"),
            "Signed as: design authority",
        ),
        (e.OrderForceCompleted("Enough", "Abel", "ok", "approver"), "Signed as: approver"),
        (e.ChangeApproved("SO-1-C1", "", "approver"), "Decided as: approver"),
        (e.ChangeRejected("SO-1-C1", "", "admin"), "Decided as: administrator"),
    ],
)
def test_it_is_told_in_which_role_somebody_signed_or_decided(event: e.Event, role: str) -> None:
    telling = Telling(ORDER, Words("en", "Europe/Berlin", AT.date()))
    assert sentence(event, telling).details[-1] == role


def test_the_cause_of_a_corrective_action_is_told_by_its_name() -> None:
    event = e.ActionPlanned(
        NC, f"{NC}-C1", "machine: the rectifier", "Renew it", "supplier", AT.date(), "u_1"
    )
    told = sentence(event, Telling(ORDER, Words("en", "Europe/Berlin", AT.date())))
    assert told.details == ("Machine or equipment down: the rectifier",)


def test_what_was_counted_is_said_line_by_line() -> None:
    words = Words("en", "Europe/Berlin", AT.date())
    line = replace(LINE, kept_because="document")
    event = e.PiecesReceived(RECEIPT, (line,), moved(Bucket.ACCEPTED), parcel=PARCEL)
    counted, kept = sentence(event, Telling(ORDER, words)).details
    assert counted.replace("\u00a0", " ") == "FLANGE B L1: 100 pcs counted: 90 accepted, 10 rejected"
    assert kept.replace("\u00a0", " ") == "2 pcs kept waiting: a certificate contradicts the order"


@pytest.mark.parametrize(
    ("locale", "unit", "counted"),
    [
        ("zh", "C62", "FLANGE B L1：清点 100 件：合格 90、拒收 10"),
        ("zh", "KGM", "FLANGE B L1：清点 100 kg：合格 90、拒收 10"),
        ("es", "C62", "FLANGE B L1: recuento de 100 uds.: aceptado: 90, rechazado: 10"),
        ("es", "KGM", "FLANGE B L1: recuento de 100 kg: aceptado: 90, rechazado: 10"),
    ],
)
def test_how_many_are_where_reads_right_of_pieces_and_of_kilograms(
    locale: str, unit: str, counted: str
) -> None:
    order = replace(ORDER, lines=tuple(replace(line, unit=unit) for line in ORDER.lines))
    tell = Telling(order, Words(locale, "Europe/Berlin", AT.date()))
    event = e.PiecesReceived(RECEIPT, (replace(LINE, kept_pending=Decimal(0)),), (), parcel=PARCEL)
    assert [text.replace("\u00a0", " ") for text in sentence(event, tell).details] == [counted]


def test_every_code_on_the_page_has_a_word() -> None:
    assert HEADLINES.keys() == wording.STEPS.keys() == set(Step)
    assert BUCKETS.keys() == wording.AMOUNTS.keys() == set(Bucket)
    assert wording.SHARES.keys() == wording.SHARE_OWED_BY.keys() == set(Share)
    assert wording.MAILS.keys() == CONTEXTS.keys()
    assert ACTIONS.keys() == gate.ALLOWED.keys() - SYSTEM_ONLY
    assert ROLES.keys() == set(Role)


def test_whatever_is_missing_on_an_order_is_a_step_of_its_page() -> None:
    assert gaps._OWED.keys() - {"answer"} <= {step.value for step in Step}
