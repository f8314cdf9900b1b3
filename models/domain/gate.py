"""Which command is possible at which stage, as data. Everything not listed is refused."""

from __future__ import annotations

from collections.abc import Callable, Collection

from models.domain.changes import ChangeState, not_open
from models.domain.errors import Refusal
from models.domain.order import ENDED, Answer, Order, Stage, stage
from models.domain.transfers import coming, leaving

_LIVE = frozenset(Stage) - ENDED - {Stage.DRAFT}
_GOING = _LIVE - {Stage.COUNTERED}
_ANY = frozenset(Stage) - {Stage.DRAFT}
_BACK = frozenset({Stage.IN_PROCESS, Stage.SHIPPED, Stage.RECEIVING, Stage.RECEIVED})

ALLOWED: dict[str, frozenset[Stage]] = {
    "issue": frozenset({Stage.DRAFT}),
    # While a proposal waits, the supplier's last word counts.
    "acknowledge": _LIVE,
    "answer-counter": _LIVE - {Stage.ISSUED, Stage.ACKNOWLEDGED},
    # A proposal is answered first: two sets of terms at once would be nobody's.
    "propose-change": _GOING,
    "decide-change": _LIVE,
    "withdraw-change": _LIVE,
    # Before anything was sent; its decision says so of pieces still on their way out.
    "merge": frozenset({Stage.ISSUED, Stage.ACKNOWLEDGED}),
    # Once everything was sent, all of it would go to the first of them.
    "split": _GOING - {Stage.RECEIVED},
    "plan-contingency": _LIVE - {Stage.RECEIVED},
    "settle-contingency": _LIVE,
    "expedite": _GOING - {Stage.RECEIVED},
    # Also when the supplier declined.
    "reassign": _LIVE - {Stage.RECEIVED},
    "send": _GOING,
    "report-milestone": _GOING,
    "report-process": _GOING,
    "submit-inspection": _GOING - {Stage.RECEIVED},
    "review-inspection": _GOING,
    # What was sent before the supplier declined has to come back, or be given up.
    "ship": _LIVE,
    "answer-transfer": _LIVE,
    # An ended order takes back only pieces that had been given up as lost.
    "receive": _ANY,
    # After its end, pieces that had been lost and turned up.
    "judge": _BACK | ENDED,
    "report-nonconformance": _BACK | ENDED,
    "disposition": _BACK,
    "decide-disposition": _BACK,
    "confirm-return": _BACK,
    # What went wrong is put right also after the order has ended.
    "plan-action": _BACK | ENDED,
    "complete-action": _BACK | ENDED,
    "verify-action": _BACK | ENDED,
    "set-responsibility": _BACK | ENDED,
    "review-nonconformance": _BACK | ENDED,
    "declare-loss": _LIVE,
    "settle-claim": _ANY,
    "short-close": _GOING,
    "resolve-over": _BACK,
    "correct": _LIVE,
    "add-document": _ANY,
    "hold": _LIVE,
    "resume": _LIVE,
    "cancel": _LIVE,
    "close": frozenset({Stage.RECEIVED}),
    "force-complete": _GOING,
    "acknowledge-alert": _ANY,
    "pass-deadlines": _ANY,
    "warn-pushed": _LIVE,
    "take-back-push": _ANY,
    "report-part-work": _ANY,
    "report-undeliverable": _ANY,
    "report-lot-hold": _ANY,
    "report-lot-release": _ANY,
    "replan": _LIVE,
}
# What goes on while the order is on hold: what is already moving, and saying so.
ON_HOLD = frozenset(
    {
        "ship",
        "answer-transfer",
        "receive",
        "report-milestone",  # only of kind `received`; its decision says so
        "add-document",
        "report-nonconformance",
        "plan-action",
        "complete-action",
        "verify-action",
        "set-responsibility",
        "review-nonconformance",
        "declare-loss",
        "settle-claim",
        "correct",
        "cancel",
        "resume",
        "plan-contingency",
        "settle-contingency",
        "acknowledge-alert",
        "pass-deadlines",
        "warn-pushed",
        "take-back-push",
        "report-part-work",
        "report-undeliverable",
        "report-lot-hold",
        "report-lot-release",
        "replan",
    }
)
# What starts something new is over once cancellation was asked for, or the supplier declined.
NOT_WHILE_CANCELLING = frozenset(
    {
        "acknowledge",
        "answer-counter",
        "propose-change",
        "decide-change",
        "withdraw-change",
        "merge",
        "split",
        "expedite",
        "reassign",
        "plan-contingency",
        "send",
        "hold",
        "cancel",
        "close",
        "force-complete",
    }
)
NOT_WHEN_DECLINED = frozenset({"send", "propose-change", "merge", "split", "expedite"})
# What ends or divides an order waits until pieces that go straight to it were answered; what gives up or
# divides those that are out, for those that go from it, too.
NOT_WHILE_OFFERED = frozenset({"cancel", "close", "force-complete", "merge", "split", "reassign"})
NOT_WHILE_LEAVING = frozenset({"force-complete", "split", "reassign"})
# What brings other terms waits for those that are open already.
OTHER_TERMS = frozenset({"propose-change", "merge", "split", "reassign", "expedite"})
# What was given to another supplier is not begun here any more; what is out comes back, and it is closed.
NOT_WHEN_REASSIGNED = NOT_WHILE_CANCELLING - {"hold", "cancel", "close", "force-complete"}
# What each condition of an order beside its stage keeps from going on, by the condition's words. The other
# flags (late, urgent, nonconforming, export_controlled, lot_hold) keep no command as such from it.
CONDITIONS: dict[str, frozenset[str]] = {
    "on hold": frozenset(ALLOWED) - ON_HOLD,
    "being cancelled": NOT_WHILE_CANCELLING,
    "declined": NOT_WHEN_DECLINED,
    "given away": NOT_WHEN_REASSIGNED,
    "pieces offered to it": NOT_WHILE_OFFERED,
    "pieces going straight on": NOT_WHILE_LEAVING & NOT_WHILE_OFFERED,
    "change open": OTHER_TERMS,
}
# When each of them holds.
_HOLDS: dict[str, Callable[[Order], bool]] = {
    "on hold": lambda order: order.hold is not None,
    "being cancelled": lambda order: order.cancelling,
    "declined": lambda order: order.answer is Answer.DECLINED,
    "given away": lambda order: order.reassigned is not None,
    "pieces offered to it": lambda order: any(True for _ in coming(order)),
    "pieces going straight on": lambda order: any(True for _ in leaving(order)),
    "change open": lambda order: order.open_change is not None,
}
FINAL = frozenset({Answer.ACCEPTED, Answer.DECLINED})


def why_not(order: Order, command: str, at: Stage | None = None, *, outside: bool = False) -> Refusal | None:
    """The reason `command` is impossible now, or None. Looks at stage and flags only, not at content.
    `at`: its stage, from who asks about many commands. `outside`: it is said to the supplier, who is told of no
    order that another one has."""
    now = at or stage(order)
    allowed = ALLOWED[command]
    if now not in ENDED and (nothing := _nothing_to_answer(order, command)) is not None:
        return nothing
    if now not in allowed:
        return Refusal(
            "order.stage",
            _ELSEWHERE[_way_on(order, command, now, outside)],
            stage=_standing(order, now),
            stages=_words([step for step in Stage if step in allowed]),
            orders=", ".join(_next_ones(order, outside)),
        )
    if command not in ON_HOLD and (held := on_hold(order)) is not None:
        return held
    if order.hold is None and command == "resume":
        return Refusal(
            "order.not_held", "The order is not on hold: it goes on, and nothing has to be resumed."
        )
    if order.cancelling and command in NOT_WHILE_CANCELLING:
        return Refusal(
            "order.cancelling",
            "The order is being cancelled: nothing new is started, only what is out comes back. Receive "
            "it, or "
            "declare it lost; then the order ends.",
        )
    if order.reassigned is not None and command in NOT_WHEN_REASSIGNED and outside:
        return Refusal(
            "order.reassigned",
            "Somebody else goes on with what was not done; nothing new is started here. Send back what you have, "
            "or write to the buyer.",
        )
    if order.reassigned is not None and command in NOT_WHEN_REASSIGNED:
        return Refusal(
            "order.reassigned",
            "What was not done went to another supplier as {order}; nothing new is started here. "
            "Go on with that one.",
            order=order.reassigned.to,
        )
    if order.answer is Answer.DECLINED and command in NOT_WHEN_DECLINED:
        return Refusal(
            "order.declined",
            "{supplier} declined this order. Cancel it and place it elsewhere.",
            supplier=order.supplier_name,
        )
    if command in NOT_WHILE_OFFERED and (waiting := _on_offer(order, command)) is not None:
        return waiting
    return _one_at_a_time(order) if command in OTHER_TERMS else None


def conditions(order: Order) -> tuple[str, ...]:
    """What keeps commands from an order beside its stage, in the words of the API."""
    return tuple(words.replace(" ", "_") for words, holds in _HOLDS.items() if holds(order))


def _next_ones(order: Order, outside: bool) -> tuple[str, ...]:
    """The orders that go on with it, but outside none that is another supplier's."""
    return tuple(each for each in order.kin.next_ones if not outside or each != order.kin.reassigned_to)


def _way_on(order: Order, command: str, now: Stage, outside: bool) -> str:
    """Which of `_ELSEWHERE` it is."""
    if command == "issue":
        return "issued"
    if now in ENDED:
        return "gone on" if _next_ones(order, outside) else "ended"
    if now is Stage.COUNTERED and order.answer is Answer.DECLINED:
        return "declined"
    if now is Stage.COUNTERED and Stage.ACKNOWLEDGED in ALLOWED[command]:
        return "proposal"
    line = list(Stage)
    later = any(line.index(now) < line.index(step) for step in ALLOWED[command] - ENDED)
    return "early" if later else "past"


# Why a stage refuses a command, and how it goes on from there.
_ELSEWHERE = {
    "issued": (
        "Not possible while the order stands at “{stage}”; possible at: {stages}. It was issued already; "
        "to change its terms, propose a change."
    ),
    "ended": (
        "Not possible while the order stands at “{stage}”; possible at: {stages}. The order has ended: "
        "place what is still needed on another one."
    ),
    "gone on": "Not possible while the order stands at “{stage}”; possible at: {stages}. It went on as {orders}: go "
    "on there.",
    "declined": (
        "Not possible while the order stands at “{stage}”; possible at: {stages}. Give it to another "
        "supplier, or cancel it."
    ),
    "proposal": (
        "Not possible while the order stands at “{stage}”; possible at: {stages}. Answer the supplier's "
        "proposal first."
    ),
    "early": (
        "Not possible while the order stands at “{stage}”; possible at: {stages}. It is too early: do "
        "first what the order waits for now."
    ),
    "past": (
        "Not possible while the order stands at “{stage}”; possible at: {stages}. It is too late for that: "
        "go on with what the order waits for, or use another order."
    ),
}


def _on_offer(order: Order, command: str) -> Refusal | None:
    """Why an order does not end or divide although its stage allows it: pieces are on their way to it, or
    from it straight to another."""
    for transfer in (*coming(order), *(leaving(order) if command in NOT_WHILE_LEAVING else ())):
        return Refusal(
            "transfer.open",
            "{quantity} pieces go straight from {source} to {target} ({transfer}). Have that answered first.",
            quantity=transfer.quantity,
            source=transfer.source,
            target=transfer.target,
            transfer=transfer.transfer,
        )
    return None


def _nothing_to_answer(order: Order, command: str) -> Refusal | None:
    """Why what `command` would answer is not open; None for a command that answers nothing."""
    change = order.open_change
    match command:
        case "acknowledge" if order.answer in FINAL and order.change_to_answer is None:
            return answered(order)
        case "answer-counter" if order.counter is None:
            return Refusal(
                "counter.none",
                "No proposal is waiting for an answer: none was made, or it was answered already. Look "
                "at the "
                "terms as they stand; for others, propose a change.",
            )
        case "decide-change" if change is None or change.state is not ChangeState.PROPOSED:
            return _settled(order) or Refusal(
                "change.none",
                "No change is waiting for approval: none was proposed. Look at the order again.",
            )
        case "settle-contingency" if order.open_contingency is None:
            return Refusal(
                "contingency.none", "No contingency plan is waiting for a decision. Make one first."
            )
        case "answer-transfer" if not coming(order):
            return Refusal(
                "transfer.none",
                "Nothing is offered to this order that waits for an answer. Look at the order again: it was "
                "answered or withdrawn already.",
            )
        case "withdraw-change" if change is None:
            return _settled(order) or Refusal(
                "change.no_open", "No change is open, so that nothing has to be withdrawn."
            )
    return None


def _settled(order: Order) -> Refusal | None:
    """What became of the change that was asked for last; None when none ever was."""
    last = max(order.changes.values(), key=lambda each: each.at, default=None)
    return not_open(last) if last is not None else None


def _one_at_a_time(order: Order) -> Refusal | None:
    """Why no other terms can be asked for now although the order goes on."""
    if order.open_change is not None:
        return Refusal(
            "change.open",
            "Change {change} is still open. Wait for its answer, or withdraw it.",
            change=order.open_change.change,
        )
    if order.counter is not None:
        return Refusal(
            "change.proposal_waits",
            "{supplier} proposed other terms. Answer the proposal first.",
            supplier=order.supplier_name,
        )
    return None


def answered(order: Order) -> Refusal:
    """What is said to who answers an order a second time."""
    return Refusal(
        "order.answered",
        "This order has been answered already ({answer}). For other terms, the buyer proposes a change or "
        "gives it to another supplier.",
        answer=order.answer,
    )


def on_hold(order: Order) -> Refusal | None:
    """What is said to whoever has to wait until the order is resumed; None when nobody has."""
    if order.hold is None:
        return None
    return Refusal(
        "order.hold",
        "The order is on hold ({reason}). It goes on once it is resumed.",
        reason=order.hold.reason,
    )


def check(order: Order, command: str, change: str = "", *, outside: bool = False) -> None:
    """Raises what `why_not` finds; of what is said to a `change` that is settled, what became of it."""
    named = order.changes.get(change)
    if order.end is None and named is not None and not named.open:
        raise not_open(named)
    refusal = why_not(order, command, outside=outside)
    if refusal is not None:
        raise refusal


def _standing(order: Order, now: Stage) -> str:
    """What its supplier declined stands at the same stage as a proposal, and is another matter to people."""
    return "declined" if order.answer is Answer.DECLINED and now is Stage.COUNTERED else _words([now])


def _words(stages: Collection[Stage]) -> str:
    return ", ".join(step.replace("_", " ") for step in stages)
