"""Recalls, drills and real ones: what is recorded, who may do what, and when a drill is due.

A report is signed as it stands then: its words are frozen and their hash is part of the signature. Several people
may sign the same words, each once. A later signature under other words supersedes it and may bring what was recorded
since; nothing else changes what was signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from models.domain.authority import Actor, Role
from models.domain.errors import FieldError, Forbidden, Invalid, Refusal, Unknown

MAY_RUN = frozenset({Role.QUALITY})
MAY_APPROVE = frozenset({Role.APPROVER, Role.DESIGN_AUTHORITY})
MOST_ACTIONS = 200
MOST_MEMBERS = 50


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody is to do about it. `at` is when it was first written down and `by` whoever wrote it."""

    what: str
    owner: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Record:
    """What people write down: who was there, what is done, what came of it, when it is tried again."""

    team: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    conclusion: str = ""
    retest_on: date | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """A printed name under a report, `sha256` being that of its frozen words, with this signature in them.
    `content` is that of the words alone, which others may have signed, too."""

    name: str
    meaning: str
    at: datetime
    by: str
    sha256: str
    role: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class Recall:
    """`identifier` names alone what it is about, `kind:value`. `signatures`: the last one holds.

    `controlled`: it reaches what only cleared people know of; `drawn`: its lot was, nobody chose it.
    """

    number: str
    identifier: str
    reason: str
    drill: bool
    opened_at: datetime
    opened_by: str
    controlled: bool = False
    record: Record = Record()
    signatures: tuple[Signature, ...] = ()
    approved_at: datetime | None = None
    approved_by: str | None = None
    approved_name: str = ""
    approved_role: str = ""
    drawn: bool = False

    @property
    def signed_at(self) -> datetime | None:
        """When it was answered: the first signature stops the clock."""
        return self.signatures[0].at if self.signatures else None

    @property
    def holding(self) -> tuple[Signature, ...]:
        """The signatures under the report that holds, which is what was signed last."""
        return tuple(each for each in self.signatures if each.content == self.signatures[-1].content)

    def minutes(self, now: datetime) -> int:
        """Whole minutes from disclosure to the signed report, or so far."""
        return max(0, int(((self.signed_at or now) - self.opened_at).total_seconds() // 60))


def number_of(year: int, last: int) -> str:
    return f"RC-{year}-{last:04d}"


def check_start(identifier: str | None, *, draw: bool, drill: bool) -> None:
    """Raises `Invalid` unless it says what the recall is about, one way or the other."""
    if bool(identifier) == draw:
        raise Invalid(
            "recall.what",
            "Name a lot, heat, serial number, job, order, parcel, load, dispatch or certificate, or have a lot drawn: "
            "one of both.",
            field="identifier",
        )
    if draw and not drill:
        raise Invalid(
            "recall.draw_real",
            "Only a drill begins with a lot that is drawn; name what a real recall is about.",
            field="draw",
        )


def check_clearance(*, controlled: bool, cleared: bool) -> None:
    """Raises `Forbidden` for who would see a part of it only: a report of that would say too little."""
    if controlled and not cleared:
        raise Forbidden(
            "recall.clearance",
            "This reaches parts that only cleared people may see. Ask one of them to run the recall.",
        )


def nothing_to_draw() -> Refusal:
    return Refusal(
        "recall.nothing_drawn",
        "No lot has gone anywhere yet, so there is none to draw. Name what the drill is about.",
        field="draw",
    )


def unknown(number: str) -> Unknown:
    return Unknown("recall.unknown", "There is no recall {recall}.", recall=number[:64])


def recorded(recall: Recall, record: Record) -> Recall:
    """With another record. Raises `Refusal` once it is signed."""
    if recall.signatures:
        raise Refusal(
            "recall.signed",
            "{recall} is signed and does not change. Sign it again with what is new: that supersedes it.",
            recall=recall.number,
        )
    return replace(recall, record=_checked(record, recall))


def to_sign(recall: Recall, record: Record | None) -> Recall:
    """The recall as it is to be frozen, `record` being what was recorded since. Raises `Invalid`, `Refusal`."""
    ready = recall if record is None else replace(recall, record=_checked(record, recall))
    lacking = tuple(_lacking(ready.record))
    if lacking:
        raise Refusal(
            "recall.incomplete",
            "Before it is signed, record who took part, what came of it and when it is tried again.",
            errors=lacking,
        )
    return ready


def check_signer(recall: Recall, content: str, person: str) -> None:
    """Raises `Refusal` where this person's name is under these very words, whatever it was to mean, and `Forbidden`
    for who approved the mails: a report that two signed was seen by two."""
    if recall.approved_by == person:
        raise Forbidden(
            "forbidden.same_person",
            "You approved that customers are written to; somebody else has to sign this report.",
        )
    if any(each.by == person and each.content == content for each in recall.signatures):
        raise Refusal(
            "recall.signed_by_you",
            "You signed this report of {recall} already, and nothing in it is new. Somebody else may sign it, too; you "
            "sign again when something was added.",
            recall=recall.number,
        )


def _lacking(record: Record) -> Iterable[FieldError]:
    if not record.team:
        yield FieldError("team", "Name who took part.")
    if not record.conclusion:
        yield FieldError("conclusion", "Say what came of it.")
    if record.retest_on is None:
        yield FieldError("retest_on", "Enter the day it is tried again.")


def may_approve(recall: Recall, actor: Actor) -> None:
    """Raises `Refusal` for a drill and `Forbidden` for who opened it or signed its report."""
    if recall.drill:
        raise drill_only(recall)
    if recall.opened_by == actor.id:
        raise Forbidden(
            "forbidden.same_person",
            "You opened this recall; somebody else has to approve that customers are written to.",
        )
    if any(each.by == actor.id for each in recall.signatures):
        raise Forbidden(
            "forbidden.same_person",
            "You signed this recall's report; somebody else has to approve that customers are written to.",
        )


def may_hold(recall: Recall) -> None:
    """Raises `Refusal` for a drill."""
    if recall.drill:
        raise drill_only(recall)


def drill_only(recall: Recall) -> Refusal:
    return Refusal(
        "recall.drill",
        "{recall} is a drill: nobody is written to and nothing is held. Open a real recall for that.",
        recall=recall.number,
    )


def with_actions(
    before: Sequence[Action], wanted: Iterable[tuple[str, str]], by: str, now: datetime
) -> tuple[Action, ...]:
    """The actions as wanted, what and owner; those that were there keep when and by whom."""
    known = {(action.what, action.owner): action for action in before}
    return tuple(known.get((what, owner), Action(what, owner, now, by)) for what, owner in wanted)


def _checked(record: Record, recall: Recall) -> Record:
    if record.retest_on is not None and record.retest_on <= recall.opened_at.date():
        raise Invalid("recall.retest_past", "Choose a day after the recall was opened.", field="retest_on")
    return record


@dataclass(frozen=True, slots=True)
class Quarter:
    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(day.year, (day.month + 2) // 3)

    @property
    def first(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last(self) -> date:
        return date.fromordinal(self.after.first.toordinal() - 1)

    @property
    def before(self) -> Quarter:
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)

    @property
    def after(self) -> Quarter:
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"


def next_drill(today: date, last_signed: date | None, retest_on: date | None) -> date:
    """By when the next drill is to be signed: once a quarter, or sooner where the last one says so."""
    quarter = Quarter.of(today)
    due = quarter.last
    if last_signed is not None and last_signed >= quarter.first:
        due = quarter.after.last
    sooner = retest_on is not None and last_signed is not None and last_signed < retest_on < due
    return retest_on if sooner and retest_on is not None else due
