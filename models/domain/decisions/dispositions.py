"""disposition, decide-disposition, confirm-return: what becomes of rejected pieces."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from models.domain import serials
from models.domain.authority import acting_as, roles_for
from models.domain.commands import ConfirmReturn, DecideDisposition, Disposition, DispositionLine
from models.domain.decisions import checks
from models.domain.decisions.accepting import may_accept, within_ordered
from models.domain.decisions.drawing import Taken
from models.domain.errors import Forbidden, Refusal
from models.domain.events import (
    DispositionDecided,
    DispositionProposed,
    Event,
    NonconformanceDispositioned,
    ReturnConfirmed,
    ShareMove,
)
from models.domain.facts import Asked, Facts
from models.domain.order import Line, Order
from models.domain.pieces import Bucket, Move, line_of, lot_of
from models.domain.quantities import ZERO
from models.domain.records import Nonconformance, Proposal, Share
from models.domain.serials import Named
from models.domain.signing import signed

# (decision, at) -> where rejected pieces go and which share they join; None: settled.
# What is not listed (use as is, repair) is only proposed: the design authority decides it.
_OUTCOME: dict[tuple[str, str], tuple[Bucket, Share | None]] = {
    ("scrap", "supplier"): (Bucket.SCRAPPED, None),
    ("scrap", "here"): (Bucket.SCRAPPED, None),
    ("reinspect", "supplier"): (Bucket.PENDING, Share.REINSPECTING),
    ("reinspect", "here"): (Bucket.PENDING, Share.REINSPECTING),
    ("rework", "here"): (Bucket.PENDING, Share.REINSPECTING),
    ("rework", "supplier"): (Bucket.IN_TRANSIT_OUT, Share.REWORKING),
    ("return", "supplier"): (Bucket.IN_TRANSIT_OUT, Share.RETURNING),
    ("return", "here"): (Bucket.IN_TRANSIT_OUT, Share.RETURNING),
}
_APPROVED: dict[tuple[str, str], tuple[Bucket, Share | None]] = {
    ("use_as_is", "supplier"): (Bucket.ACCEPTED, None),
    ("use_as_is", "here"): (Bucket.ACCEPTED, None),
    ("repair", "supplier"): (Bucket.IN_TRANSIT_OUT, Share.REWORKING),
    ("repair", "here"): (Bucket.PENDING, Share.REINSPECTING),
}


def disposition(order: Order, command: Disposition, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    checks.some_lines(command.lines)
    item = checks.the_nonconformance(order, command.nonconformance)
    left = {at: shares.get(Share.UNDECIDED, ZERO) for at, shares in item.shares.items()}
    free = [name for name, share in item.serials.items() if share is Share.UNDECIDED]
    events: list[Event] = []
    for index, wanted in enumerate(command.lines):
        line = _line_of(order, item, wanted, index)
        if line.by_serial:
            lot = checks.the_lot(order, line, wanted.lot, index) if wanted.lot else ""
            entered = checks.counted(line, wanted.quantity, index)
            named = checks.serials(line, wanted.serials, entered, index)
            taken = serials_with(order, item, line, entered, named, free, Bucket.REJECTED, lot)
        else:
            checks.serials(line, wanted.serials, wanted.quantity, index)
            taken = _undecided(order, item, wanted, left, index)
        outcome = _OUTCOME.get((wanted.decision, wanted.at))
        if outcome is None:
            events.append(_proposed(item, command, wanted, taken, asked.actor.id))
        else:
            events.append(_disposed(item, command, wanted, taken, *outcome))
    return events


def _undecided(
    order: Order, item: Nonconformance, wanted: DispositionLine, left: dict[str, Decimal], index: int
) -> list[Taken]:
    """Takes the pieces one line speaks of off what is undecided."""
    line = _line_of(order, item, wanted, index)
    remaining = entered = checks.counted(line, wanted.quantity, index)
    lot = checks.the_lot(order, line, wanted.lot, index) if wanted.lot else ""
    taken: list[Taken] = []
    for at in left:
        some = min(remaining, left[at])
        if some <= 0 or line_of(at) != line.line or lot not in ("", lot_of(at)):
            continue
        left[at] -= some
        remaining -= some
        taken.append(Taken(line.line, lot_of(at), Bucket.REJECTED, some))
    if remaining:
        raise Refusal(
            "disposition.more_than_rejected",
            "{nonconformance} has {left} undecided pieces; you entered {entered}. Enter at most that many.",
            field=f"lines.{index}.quantity",
            nonconformance=item.nonconformance,
            left=entered - remaining,
            entered=entered,
        )
    return taken


def serials_with(
    order: Order,
    item: Nonconformance,
    line: Line,
    wanted: Decimal,
    named: Named,
    free: list[str],
    bucket: Bucket,
    lot: str = "",
) -> list[Taken]:
    """Takes the pieces named off `free`, the serials of the nonconformance that may be; all of them when
    none are named. Raises `Refusal` when one is not among them."""
    there = [name for name in free if line_of(name) == line.line and lot in ("", order.serials[name].lot)]
    expected = [lot_of(name) for name in there]
    wrong = [serial for serial in named.names if serial not in expected]
    if wrong:
        raise serials.not_there(order, line.line, wrong, expected, named.field)
    if wanted > len(there):
        raise serials.not_enough(line, len(there), wanted, named.field)
    if not named.names and wanted < len(there):
        raise serials.missing(line.line, expected, named.field)
    by_lot: dict[str, list[str]] = {}
    for name in there:
        if not named.names or lot_of(name) in named.names:
            free.remove(name)
            by_lot.setdefault(order.serials[name].lot, []).append(lot_of(name))
    return [
        Taken(line.line, at, bucket, Decimal(len(some)), serials=tuple(some)) for at, some in by_lot.items()
    ]


def _line_of(order: Order, item: Nonconformance, wanted: DispositionLine, index: int) -> Line:
    """The line named, else the one the nonconformance is about."""
    if wanted.line is not None:
        return checks.the_line(order, wanted.line, index)
    return next((checks.the_line(order, line_of(at), index) for at in item.shares), order.lines[0])


def _disposed(
    item: Nonconformance,
    command: Disposition,
    wanted: DispositionLine,
    taken: list[Taken],
    target: Bucket,
    share: Share | None,
) -> NonconformanceDispositioned:
    return NonconformanceDispositioned(
        nonconformance=item.nonconformance,
        decision=wanted.decision,
        at=wanted.at,
        line=taken[0].line,
        quantity=sum((part.quantity for part in taken), ZERO),
        moves=tuple(part.to(target) for part in taken),
        shares=_shares(item, taken, share),
        cause=command.cause.strip(),
        responsibility=command.responsibility,
    )


def _proposed(
    item: Nonconformance, command: Disposition, wanted: DispositionLine, taken: list[Taken], by: str
) -> DispositionProposed:
    return DispositionProposed(
        nonconformance=item.nonconformance,
        proposals=tuple(
            Proposal(part.line, part.lot, part.quantity, wanted.decision, wanted.at, by, part.serials)
            for part in taken
        ),
        shares=_shares(item, taken, Share.PROPOSED),
        cause=command.cause.strip(),
        responsibility=command.responsibility,
    )


def _shares(item: Nonconformance, taken: list[Taken], target: Share | None) -> tuple[ShareMove, ...]:
    return tuple(
        ShareMove(
            item.nonconformance, part.line, part.lot, part.quantity, Share.UNDECIDED, target, part.serials
        )
        for part in taken
    )


def decide_disposition(
    order: Order, command: DecideDisposition, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    """The design authority approves or rejects what quality proposed; rejected, it is undecided again."""
    item = checks.the_nonconformance(order, command.nonconformance)
    if not item.proposals:
        raise Refusal(
            "disposition.nothing_proposed",
            "Nothing is proposed for {nonconformance}. Quality proposes use as is or repair first.",
            field="nonconformance",
            nonconformance=item.nonconformance,
        )
    signed_by, meaning = signed(command.signature, facts.signer)
    if any(proposal.by == asked.actor.id for proposal in item.proposals):
        raise Forbidden(
            "forbidden.own_proposal",
            "Somebody else than who proposed it decides. Ask another design authority.",
        )
    moves: list[Move] = []
    shares: list[ShareMove] = []
    accepted: dict[int, Decimal] = {}
    for proposal in item.proposals:
        share: Share | None = Share.UNDECIDED
        if command.decision == "approve":
            target, share = _APPROVED[proposal.decision, proposal.at]
            taken = Taken(
                proposal.line, proposal.lot, Bucket.REJECTED, proposal.quantity, serials=proposal.serials
            )
            line = checks.the_line(order, proposal.line)
            if target is Bucket.ACCEPTED:
                # The signature stands in for the inspection, not for papers or a held lot.
                may_accept(order, facts, line, [taken], field="nonconformance")
                within_ordered(order, line, [taken], accepted, field="nonconformance")
            moves.append(taken.to(target, line=line))
        shares.append(
            ShareMove(
                item.nonconformance,
                proposal.line,
                proposal.lot,
                proposal.quantity,
                Share.PROPOSED,
                share,
                proposal.serials,
            )
        )
    return [
        DispositionDecided(
            nonconformance=item.nonconformance,
            decision=command.decision,
            signed_by=signed_by,
            meaning=meaning or f"{command.decision} disposition",
            moves=tuple(moves),
            shares=tuple(shares),
            signed_as=acting_as(asked.actor.roles, roles_for(command.name)),
        )
    ]


def confirm_return(
    order: Order, command: ConfirmReturn, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    """The supplier has the pieces that went back to it for good."""
    item = checks.the_nonconformance(order, command.nonconformance)
    line = next((checks.the_line(order, line_of(at)) for at in item.shares), order.lines[0])
    remaining = entered = checks.counted(line, command.quantity)
    named = checks.serials(line, command.serials, entered)
    moves: list[Move] = []
    shares: list[ShareMove] = []
    if line.by_serial:
        free = [name for name, share in item.serials.items() if share is Share.RETURNING]
        for part in serials_with(order, item, line, entered, named, free, Bucket.IN_TRANSIT_OUT):
            moves.append(part.to(Bucket.RETURNED_TO_SUPPLIER))
            shares.append(
                ShareMove(
                    item.nonconformance,
                    part.line,
                    part.lot,
                    part.quantity,
                    Share.RETURNING,
                    None,
                    part.serials,
                )
            )
        return [ReturnConfirmed(item.nonconformance, entered, tuple(moves), tuple(shares))]
    for at, mine in item.shares.items():
        some = min(remaining, mine.get(Share.RETURNING, ZERO))
        if some <= 0:
            continue
        remaining -= some
        moves.append(Move(line_of(at), lot_of(at), some, Bucket.IN_TRANSIT_OUT, Bucket.RETURNED_TO_SUPPLIER))
        shares.append(ShareMove(item.nonconformance, line_of(at), lot_of(at), some, Share.RETURNING, None))
    if remaining:
        raise Refusal(
            "return.more_than_returning",
            "{nonconformance}: {returning} pieces are on their way back to the supplier; you entered "
            "{entered}. Enter at most that many.",
            field="quantity",
            nonconformance=item.nonconformance,
            returning=entered - remaining,
            entered=entered,
        )
    return [ReturnConfirmed(item.nonconformance, entered, tuple(moves), tuple(shares))]
