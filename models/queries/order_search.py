"""Orders found by any of their identifiers, and by which.

What an order says of itself is in `order_identifier`. What master data says of its lots, jobs and
supplier is joined to it here, so that a heat number typed in late finds the orders of its lot too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, Table, and_, func, or_, select, union_all
from sqlmodel import Session

from models.domain.identifiers import Kind, words
from models.tables.lot_documents import LotDocumentRow
from models.tables.lots import Lot
from models.tables.orders import IdentifierRow, OrderRow
from models.tables.suppliers import Supplier
from models.tables.types import table
from models.tables.work_orders import WorkOrder

_ORDERS, _IDENTIFIERS = table(OrderRow), table(IdentifierRow)
_LOTS, _JOBS, _SUPPLIERS = table(Lot), table(WorkOrder), table(Supplier)
_LOT_DOCUMENTS = table(LotDocumentRow)
# Whoever types more words than this looks for nothing more precise.
_MOST_WORDS = 8
# Nothing that begins with a word comes behind it with this character added.
_LAST = "\U0010ffff"
# From here on come the scripts that put no spaces between words.
_UNSPACED = "\u2e80"
# What an order's lots and jobs are called by others: which of its identifiers names the row, by which column, and
# what each column is of.
_MASTER: tuple[tuple[Kind, Table, str, Mapping[str, Kind]], ...] = (
    (
        Kind.LOT,
        _LOTS,
        "number",
        {"heat_number": Kind.HEAT, "supplier_lot": Kind.SUPPLIER_LOT, "certificate": Kind.CERTIFICATE},
    ),
    (Kind.LOT, _LOT_DOCUMENTS, "lot", {"number": Kind.CERTIFICATE}),
    (
        Kind.WORK_ORDER,
        _JOBS,
        "number",
        {
            "part": Kind.PART,
            "customer_order": Kind.CUSTOMER_ORDER,
            "customer": Kind.CUSTOMER,
            "project": Kind.PROJECT,
            "parent": Kind.PARENT,
        },
    ),
)
_TELLING = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Reason:
    """The identifier a word found an order by."""

    kind: Kind
    value: str


def asked(q: str) -> tuple[str, ...]:
    """What is looked for: all of these must be the beginning of some word the order is known by."""
    return words(q)[:_MOST_WORDS]


def matching(q: str) -> Iterator[ColumnElement[bool]]:
    """A condition on the order for every word of `q`."""
    for word in asked(q):
        yield _ORDERS.c.number.in_(_found_by(word))


def _found_by(word: str) -> CompoundSelect[Any]:
    """The numbers of the orders that are known by something beginning with `word`."""
    own = select(_IDENTIFIERS.c.order_number).where(_begins(word))
    by_supplier = select(_ORDERS.c.number).where(
        _ORDERS.c.supplier.in_(select(_SUPPLIERS.c.code).where(_named(word)))
    )
    return union_all(
        own,
        by_supplier,
        *(
            _of_master(names, rows, by, _IDENTIFIERS.c.order_number).where(
                or_(*(func.lower(rows.c[column]).like(_like(word), escape="\\") for column in columns))
            )
            for names, rows, by, columns in _MASTER
        ),
    )


def _begins(word: str) -> ColumnElement[bool]:
    return and_(_IDENTIFIERS.c.word >= word, _IDENTIFIERS.c.word < word + _LAST)


def _named(word: str) -> ColumnElement[bool]:
    """A word of the name as it is today begins so; in Chinese, where no space says what a word is, any part."""
    name, like = func.lower(_SUPPLIERS.c.name), _like(word)
    patterns = [f"%{like}"] if word >= _UNSPACED else [like, f"% {like}"]
    return or_(*(name.like(pattern, escape="\\") for pattern in patterns))


def _of_master(names: Kind, rows: Table, by: str, *columns: ColumnElement[Any]) -> Select[Any]:
    """Rows of master data that identifiers of this kind name in column `by`, beside their orders."""
    return select(*columns).where(_IDENTIFIERS.c.kind == names.value, _IDENTIFIERS.c.value == rows.c[by])


def _like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def reasons(session: Session, q: str, numbers: Collection[str]) -> dict[str, list[Reason]]:
    """By what each of these orders is found with `q`: the most telling identifier for every word of it."""
    wanted = asked(q)
    if not wanted or not numbers:
        return {number: [] for number in numbers}
    # Order and word -> its best reason so far, and how good that is.
    best: dict[tuple[str, str], tuple[tuple[bool, int], Reason]] = {}

    def consider(rows: Iterable[tuple[str, Kind, str]]) -> set[str]:
        """Takes what is better than before; gives the orders that something is still missing for."""
        for number, kind, value in rows:
            for word in wanted:
                quality = _quality(kind, value, word)
                if quality is not None and ((number, word) not in best or quality < best[number, word][0]):
                    best[number, word] = (quality, Reason(kind, value))
        return {number for number in numbers for word in wanted if (number, word) not in best}

    missing = consider(_own(session, wanted, numbers))
    for further in (_masters, _supplier_names):
        if missing:
            missing = consider(further(session, missing))
    return {
        number: list(dict.fromkeys(best[number, word][1] for word in wanted if (number, word) in best))
        for number in numbers
    }


def _quality(kind: Kind, value: str, word: str) -> tuple[bool, int] | None:
    """The less, the better; None when the value has no such word. A whole word says more than a beginning."""
    its = words(value)
    if word in its:
        return False, _TELLING[kind]
    begins = any(each.startswith(word) or (word >= _UNSPACED and word in each) for each in its)
    return (True, _TELLING[kind]) if begins else None


def _own(
    session: Session, wanted: Iterable[str], numbers: Collection[str]
) -> Iterator[tuple[str, Kind, str]]:
    rows = session.execute(
        select(_IDENTIFIERS.c.order_number, _IDENTIFIERS.c.kind, _IDENTIFIERS.c.value)
        .where(_IDENTIFIERS.c.order_number.in_(numbers), or_(*(_begins(word) for word in wanted)))
        .order_by(_IDENTIFIERS.c.value)
    )
    return ((row.order_number, Kind(row.kind), row.value) for row in rows)


def _masters(session: Session, numbers: Collection[str]) -> Iterator[tuple[str, Kind, str]]:
    for names, rows, by, columns in _MASTER:
        query = _of_master(names, rows, by, _IDENTIFIERS.c.order_number, *(rows.c[name] for name in columns))
        for row in session.execute(query.where(_IDENTIFIERS.c.order_number.in_(numbers))).mappings():
            for name, kind in columns.items():
                if row[name]:
                    yield row["order_number"], kind, row[name]


def _supplier_names(session: Session, numbers: Collection[str]) -> Iterator[tuple[str, Kind, str]]:
    rows = session.execute(
        select(_ORDERS.c.number, _SUPPLIERS.c.name)
        .join(_SUPPLIERS, _SUPPLIERS.c.code == _ORDERS.c.supplier)
        .where(_ORDERS.c.number.in_(numbers))
    )
    return ((row.number, Kind.SUPPLIER_NAME, row.name) for row in rows)
