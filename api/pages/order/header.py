"""The top of an order's pages: one sentence that says how it stands, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from activities import wording
from activities.i18n import N_
from activities.wording import PARTIES
from api.pages.desk import Desk
from api.pages.order.kinship import Kinship, kinships
from api.pages.order.possible import form_of
from api.pages.order.telling import alert_title
from api.pages.order.wording import PARTIES_TOO, STEP_ACTIONS, STEPS
from api.pages.wording import ACTIONS, flags_told, stage_name
from api.supplier.naming import line_among
from api.supplier.returning import pieces_told
from api.supplier.words import Words
from models.domain import going_back
from models.domain.deadlines import now_about, now_owed_by
from models.domain.evidence import DOCUMENTS, DocumentType
from models.domain.flags import LATENESS
from models.domain.headline import HEADLINES, counted_back, ended
from models.domain.next_steps import COMMANDS, NextStep, Step, days_late, next_steps
from models.domain.order import Answer, Order
from models.domain.pieces import OUT
from models.domain.purpose import why_pointless
from models.domain.records import Kin


@dataclass(frozen=True, slots=True)
class Head:
    """`sentence` in parts. `days_late` against need-by; `expected` when that day is still to come."""

    number: str
    path: str
    # In English, to be translated where it is shown.
    stage_name: str
    flags: tuple[str, ...]
    sentence: tuple[str, ...]
    days_late: int
    expected: bool
    about: tuple[str, ...]
    version: int
    kin: tuple[Kinship, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something the order waits for. `address` leads to the form, empty when the reader may not; an
    alert's leads to the alert, whose `label` recommends what to do."""

    text: str
    owner: str
    since: str = ""
    alert: bool = False
    address: str = ""
    label: str = ""


def head(desk: Desk, supplier: str = "", process: str = "") -> Head:
    """What stands at the top of every page of an order; `pages/_order_head.html` draws it. A draft
    knows its supplier and process by their codes only; they may be named here."""
    view, words = desk.view, desk.words
    order = desk.order
    if order is not None:
        supplier, process = order.supplier_name, order.process_name
    spec = " ".join(filter(None, [view["spec"], view["spec_revision"]]))
    late = days_late(order, _today(desk, order)) if order is not None else 0
    return Head(
        number=desk.number,
        path=desk.path,
        stage_name=stage_name(view["stage"], declined=order is not None and order.answer is Answer.DECLINED),
        flags=flags_told(view["flags"], _lateness(order) if order is not None else ""),
        sentence=tuple(_sentence(order, words)),
        days_late=late,
        expected=order is not None and _today(desk, order) <= order.need_by,
        about=tuple(
            filter(
                None, [supplier or view["supplier"], process or view["process"], spec, view["purchase_order"]]
            )
        ),
        version=view["version"],
        kin=kinships(
            order.kin if order is not None else Kin(reassigned_from=view["reassigned_from"] or ""), words
        ),
    )


def waiting(desk: Desk) -> list[Waiting]:
    """What is owed and by whom: the next step first, then the open alerts."""
    order = desk.order
    if order is None:
        return []
    steps = [_step(desk, order, item) for item in next_steps(order)]
    return [*steps, *_alerts(desk, order)]


def owner(code: str, words: Words) -> str:
    """Who owes something, in words."""
    return words.say({**PARTIES, **PARTIES_TOO}.get(code, code))


def _lateness(order: Order) -> str:
    """The worst rule that makes the order late."""
    rules = {alert.rule for alert in order.open_alerts}
    return next((rule for rule in LATENESS if rule in rules), "")


def _today(desk: Desk, order: Order) -> date:
    return order.plant_calendar.local_date(desk.staff.now)


def _sentence(order: Order | None, words: Words) -> Iterator[str]:
    if order is None:
        yield words.say(N_("Draft: nobody outside has seen it"))
        return
    if order.end is not None:
        text, orders = ended(order)
        yield words.say(text, orders=orders)
    else:
        first = next(iter(next_steps(order)), None)
        if first is not None:
            yield _worded(HEADLINES[first.step], order, first, words)
    yield from _back(order, words)


def _back(order: Order, words: Words) -> Iterator[str]:
    """1,180 of 1,200 pieces back; by unit, where lines are counted differently."""
    for unit, (back, gone) in counted_back(order).items():
        text = N_("{back} of {pieces} back")
        yield words.say(text, back=words.number(back), pieces=words.amount(gone, unit))


def _step(desk: Desk, order: Order, item: NextStep) -> Waiting:
    command = _takes(desk, order, item)
    return Waiting(
        text=_worded(STEPS[item.step], order, item, desk.words),
        owner=order.supplier_name if item.owed_by == "supplier" else owner(item.owed_by, desk.words),
        address=form_of(desk.number, command) + _about(item) if command else "",
        label=desk.words.say(STEP_ACTIONS.get(item.step, ACTIONS[command])) if command else "",
    )


def _takes(desk: Desk, order: Order, item: NextStep) -> str:
    command = COMMANDS[item.step]
    return command if desk.staff.may(command) and why_pointless(order, command) is None else ""


def _about(item: NextStep) -> str:
    """What the form is to be filled in about."""
    names = {
        Step.DOCUMENT: "type",
        Step.CORRECTION: "supersedes",
        Step.REVIEW: "inspection",
        Step.INSPECTION: "line",
        Step.FIRST_ARTICLE: "line",
        Step.DISPOSITION: "nonconformance",
        Step.DECIDE_DISPOSITION: "nonconformance",
        Step.CONFIRM_RETURN: "nonconformance",
        Step.SETTLE_CLAIM: "claim",
        Step.COMPLETE_ACTION: "action",
        Step.VERIFY_ACTION: "action",
    }
    if item.step not in names:
        return ""
    return f"?{urlencode({names[item.step]: item.subject.removeprefix('line-')})}"


def _worded(text: str, order: Order, item: NextStep, words: Words) -> str:
    return words.say(text, supplier=order.supplier_name, subject=_subject(order, item, words))


def _subject(order: Order, item: NextStep, words: Words) -> str:
    match item.step:
        case Step.DOCUMENT:
            return words.say(DOCUMENTS[DocumentType(item.subject)].name)
        case Step.CORRECTION:
            document = order.documents[item.subject]
            return f"{words.say(DOCUMENTS[document.type].name)} · {document.filename}"
        case Step.INSPECTION | Step.FIRST_ARTICLE | Step.BEYOND_ORDERED:
            line = order.line(item.line)
            return line_among(order, line, words) if line is not None else item.subject
        case Step.EXCESS:
            line = order.line(item.line)
            assert line is not None, "pieces are owed for the order's lines"
            owed = going_back.owed(order, line)
            return pieces_told(order, line, going_back.lots(order, line, owed, *OUT), words)
        case Step.USE_ALTERNATE:
            used = order.contingency
            assert used is not None, "only a plan that was made is used"
            return used.supplier_name
        case Step.SETTLE_CONTINGENCY:
            plan = order.open_contingency
            assert plan is not None, "only an open plan is to be decided about"
            return words.far_day(plan.decide_by)
        case Step.SETTLE_CLAIM:
            claim = item.subject.removeprefix(f"{order.number}-")
            return f"{claim} · {words.far_day(order.claims[item.subject].due)}"
        case _:
            return item.subject


def _alerts(desk: Desk, order: Order) -> Iterator[Waiting]:
    words = desk.words
    for alert in sorted(order.open_alerts, key=lambda alert: alert.since):
        answered = alert.acknowledged_at is not None
        owed_by = now_owed_by(order, alert)
        yield Waiting(
            text=alert_title(words, alert.rule, now_about(order, alert)),
            owner=order.supplier_name if owed_by == "supplier" else owner(owed_by, words),
            since=words.time(alert.since),
            alert=True,
            address=f"/alerts?order={order.number}#{alert.alert}",
            label=(
                not answered and wording.rule_action(words.locale, alert.rule, owed_by, order.supplier_name)
            )
            or words.say(N_("Look at it")),
        )
