"""judge, report-nonconformance, disposition, confirm-return: what becomes of doubtful pieces."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from models.domain.commands import (
    ConfirmReturn,
    DecideDisposition,
    Disposition,
    DispositionLine,
    Judge,
    ReportNonconformance,
)
from models.domain.decisions import drawing
from models.domain.decisions.documents import contradicted
from models.domain.decisions.inspecting import released_left
from models.domain.decisions.shares import settle
from models.domain.errors import Forbidden, Invalid, Refusal
from models.domain.events import (
    DispositionDecided,
    DispositionProposed,
    Event,
    NonconformanceDispositioned,
    NonconformanceOpened,
    PiecesJudged,
    ReturnConfirmed,
    ShareMove,
)
from models.domain.facts import Asked, Facts
from models.domain.order import Line, Nonconformance, Order, Proposal, Share
from models.domain.pieces import Bucket, Move, key, line_of, lot_of
from models.domain.quantities import ZERO, quantity


def judge(order: Order, command: Judge, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    drawing.some_lines(command.lines)
    shelf = drawing.Shelf(order)
    used = dict(order.judged)
    moves: list[Move] = []
    unknown = False
    for index, item in enumerate(command.lines):
        line = drawing.the_line(order, item.line, index)
        lot = drawing.the_lot(order, line, item.lot, index)
        for name, target in (
            ("accepted", Bucket.ACCEPTED),
            ("rejected", Bucket.REJECTED),
            ("tested", Bucket.TEST_CONSUMED),
        ):
            wanted = drawing.counted(line, getattr(item, name), index, name, zero=True)
            if not wanted:
                continue
            taken = shelf.take(line.line, lot, wanted, [Bucket.PENDING])
            found = sum((part.quantity for part in taken), ZERO)
            if found < wanted:
                raise Refusal(
                    "judge.more_than_pending",
                    "Line {line}: {found} pieces are pending; you entered {entered}.",
                    field=f"lines.{index}.{name}",
                    line=line.line,
                    found=found,
                    entered=wanted,
                )
            if target is Bucket.ACCEPTED:
                _may_accept(order, line, taken, used, index)
            moves += drawing.moves(line.line, taken, target)
            unknown = unknown or (not lot and len({part.lot for part in taken}) > 1)
    if not moves:
        raise Invalid(
            "judge.nothing", "Say how many are accepted, rejected or used for tests.", field="lines"
        )
    rejected = [move for move in moves if move.target is Bucket.REJECTED]
    judged = PiecesJudged(tuple(moves), settle(order, moves), unknown)
    return [judged, *open_for(order, rejected, "Rejected when judged")]


def _may_accept(
    order: Order, line: Line, taken: list[drawing.Taken], used: dict[str, Decimal], index: int
) -> None:
    field = f"lines.{index}.accepted"
    if contradicted(order, line.line):
        raise Refusal(
            "judge.document",
            "Line {line}: a certificate contradicts the order. Get it corrected first.",
            field=field,
            line=line.line,
        )
    if line.plan is None:
        return
    for part in taken:
        covered = released_left(order, line, part.lot, used)
        if part.quantity > covered:
            raise Refusal(
                "judge.not_released",
                "Line {line}: released inspections cover {covered} more pieces; you entered {entered}. "
                "Release an inspection first.",
                field=field,
                line=line.line,
                covered=covered,
                entered=part.quantity,
            )
        at = key(line.line, part.lot)
        used[at] = used.get(at, ZERO) + part.quantity


def report_nonconformance(
    order: Order, command: ReportNonconformance, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    """Found later: accepted pieces still on our shelf, then pending ones, become rejected."""
    drawing.some_lines(command.lines)
    if not command.defect.strip():
        raise Invalid("defect.missing", "Say what is wrong with the pieces.", field="defect")
    shelf = drawing.Shelf(order)
    moves: list[Move] = []
    recorded: list[tuple[Line, Decimal]] = []
    for index, item in enumerate(command.lines):
        line = drawing.the_line(order, item.line, index)
        wanted = drawing.counted(line, item.quantity, index)
        lot = drawing.the_lot(order, line, item.lot, index)
        if order.end is not None:
            recorded.append((line, wanted))
            continue
        taken: list[drawing.Taken] = []
        for part in shelf.take(line.line, lot, wanted, [Bucket.ACCEPTED, Bucket.PENDING]):
            here = min(part.quantity, _on_shelf(line, part, facts))
            if here:
                taken.append(drawing.Taken(part.lot, part.bucket, here))
        moves += drawing.moves(line.line, taken, Bucket.REJECTED)
        gone = wanted - sum((part.quantity for part in taken), ZERO)
        if gone:
            recorded.append((line, gone))
    opened = open_for(order, moves, command.defect.strip(), moving=True, shares=settle(order, moves))
    count = len(order.nonconformances) + len(opened)
    return [
        *opened,
        *(
            NonconformanceOpened(
                f"{order.number}-N{count + place + 1}",
                line.line,
                gone,
                command.defect.strip(),
                (),
                recorded_only=True,
            )
            for place, (line, gone) in enumerate(recorded)
        ),
    ]


def _on_shelf(line: Line, part: drawing.Taken, facts: Facts) -> Decimal:
    """Accepted pieces that were used or dispatched since are no longer ours to reject."""
    fact = facts.lots.get(line.output_lot(part.lot))
    if part.bucket is Bucket.PENDING or fact is None or fact.unit != line.unit:
        return part.quantity
    return max(ZERO, fact.on_hand)


def open_for(
    order: Order,
    rejected: Iterable[Move],
    defect: str,
    *,
    receipt: str = "",
    moving: bool = False,
    shares: tuple[ShareMove, ...] = (),
) -> list[NonconformanceOpened]:
    """One nonconformance per line of newly rejected pieces; with `moving` it carries the moves itself."""
    by_line: dict[int, list[Move]] = {}
    for move in rejected:
        by_line.setdefault(move.line, []).append(move)
    opened = []
    for place, (line, moves) in enumerate(by_line.items()):
        name = f"{order.number}-N{len(order.nonconformances) + place + 1}"
        mine = tuple(ShareMove(name, line, move.lot, move.quantity, None, Share.UNDECIDED) for move in moves)
        opened.append(
            NonconformanceOpened(
                name,
                line,
                sum((move.quantity for move in moves), ZERO),
                defect,
                (*(share for share in shares if share.line == line), *mine),
                moves=tuple(moves) if moving else (),
                receipt=receipt,
            )
        )
    return opened


# What is not listed (use as is, repair) is only proposed: the design authority decides it.
# decision, at -> where rejected pieces go and which share they join; `None`: settled.
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


def disposition(order: Order, command: Disposition, asked: Asked, facts: Facts, now: datetime) -> list[Event]:
    drawing.some_lines(command.lines)
    item = the_nonconformance(order, command.nonconformance)
    left = {at: shares.get(Share.UNDECIDED, ZERO) for at, shares in item.shares.items()}
    events: list[Event] = []
    for index, line in enumerate(command.lines):
        events.append(_disposed(order, item, command, line, left, index, asked.actor.id))
    return events


def _disposed(
    order: Order,
    item: Nonconformance,
    command: Disposition,
    wanted: DispositionLine,
    left: dict[str, Decimal],
    index: int,
    actor: str,
) -> Event:
    places = [
        at
        for at in left
        if (wanted.line is None or line_of(at) == wanted.line)
        and (not wanted.lot or lot_of(at) == wanted.lot)
    ]
    line = drawing.the_line(order, line_of(places[0]) if places else wanted.line or 0, index)
    quantity = remaining = drawing.counted(line, wanted.quantity, index)
    target, share = _OUTCOME.get((wanted.decision, wanted.at), (None, Share.PROPOSED))
    moves: list[Move] = []
    shares: list[ShareMove] = []
    for at in places:
        some = min(remaining, left[at])
        if some <= 0:
            continue
        left[at] -= some
        remaining -= some
        moves.append(Move(line_of(at), lot_of(at), some, Bucket.REJECTED, target))
        shares.append(ShareMove(item.nonconformance, line_of(at), lot_of(at), some, Share.UNDECIDED, share))
    if remaining:
        raise Refusal(
            "disposition.more_than_rejected",
            "{nonconformance} has {left} undecided pieces; you entered {entered}.",
            field=f"lines.{index}.quantity",
            nonconformance=item.nonconformance,
            left=quantity - remaining,
            entered=quantity,
        )
    if target is None:
        return DispositionProposed(
            nonconformance=item.nonconformance,
            proposals=tuple(
                Proposal(move.line, move.lot, move.quantity, wanted.decision, wanted.at, actor)
                for move in moves
            ),
            shares=tuple(shares),
            cause=command.cause.strip(),
            responsibility=command.responsibility,
        )
    return NonconformanceDispositioned(
        nonconformance=item.nonconformance,
        decision=wanted.decision,
        at=wanted.at,
        line=line.line,
        quantity=quantity,
        moves=tuple(moves),
        shares=tuple(shares),
        cause=command.cause.strip(),
        responsibility=command.responsibility,
    )


_APPROVED: dict[tuple[str, str], tuple[Bucket, Share | None]] = {
    ("use_as_is", "supplier"): (Bucket.ACCEPTED, None),
    ("use_as_is", "here"): (Bucket.ACCEPTED, None),
    ("repair", "supplier"): (Bucket.IN_TRANSIT_OUT, Share.REWORKING),
    ("repair", "here"): (Bucket.PENDING, Share.REINSPECTING),
}


def decide_disposition(
    order: Order, command: DecideDisposition, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    """The design authority approves or rejects what quality proposed; rejected, it is undecided again."""
    item = the_nonconformance(order, command.nonconformance)
    if not item.proposals:
        raise Refusal(
            "disposition.nothing_proposed",
            "Nothing is proposed for {nonconformance}.",
            field="nonconformance",
            nonconformance=item.nonconformance,
        )
    if not command.signature.name.strip():
        raise Invalid("signature.missing", "Sign with your printed name.", field="signature.name")
    if any(proposal.by == asked.actor.id for proposal in item.proposals):
        raise Forbidden(
            "forbidden.own_proposal",
            "Somebody else than who proposed it decides. Ask another design authority.",
        )
    moves: list[Move] = []
    shares: list[ShareMove] = []
    for proposal in item.proposals:
        share: Share | None = Share.UNDECIDED
        if command.decision == "approve":
            target, share = _APPROVED[proposal.decision, proposal.at]
            moves.append(Move(proposal.line, proposal.lot, proposal.quantity, Bucket.REJECTED, target))
        shares.append(
            ShareMove(
                item.nonconformance, proposal.line, proposal.lot, proposal.quantity, Share.PROPOSED, share
            )
        )
    return [
        DispositionDecided(
            nonconformance=item.nonconformance,
            decision=command.decision,
            signed_by=command.signature.name.strip(),
            meaning=command.signature.meaning.strip() or f"{command.decision} disposition",
            moves=tuple(moves),
            shares=tuple(shares),
        )
    ]


def confirm_return(
    order: Order, command: ConfirmReturn, asked: Asked, facts: Facts, now: datetime
) -> list[Event]:
    item = the_nonconformance(order, command.nonconformance)
    units = {line.unit for at in item.shares if (line := order.line(line_of(at))) is not None}
    wanted = remaining = quantity(command.quantity, unit=next(iter(units), None))
    moves: list[Move] = []
    shares: list[ShareMove] = []
    for at, mine in item.shares.items():
        some = min(remaining, mine.get(Share.RETURNING, ZERO))
        if some <= 0:
            continue
        remaining -= some
        moves.append(Move(line_of(at), lot_of(at), some, Bucket.IN_TRANSIT_OUT, Bucket.RETURNED_TO_SUPPLIER))
        shares.append(ShareMove(item.nonconformance, line_of(at), lot_of(at), some, Share.RETURNING, None))
    if remaining or not moves:
        raise Refusal(
            "return.more_than_returning",
            "{nonconformance}: {returning} pieces are on their way back to the supplier; you entered {entered}.",
            field="quantity",
            nonconformance=item.nonconformance,
            returning=wanted - remaining,
            entered=wanted,
        )
    return [ReturnConfirmed(item.nonconformance, wanted, tuple(moves), tuple(shares))]


def the_nonconformance(order: Order, name: str) -> Nonconformance:
    item = order.nonconformances.get(name)
    if item is None or item.withdrawn:
        raise Invalid(
            "nonconformance.unknown",
            "Order {order} has no nonconformance {name}.",
            field="nonconformance",
            order=order.number,
            name=name,
        )
    return item
