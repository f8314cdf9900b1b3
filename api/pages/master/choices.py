"""What there is to choose from: other master data, countries, zones, units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from zoneinfo import available_timezones

import holidays
from babel import Locale
from sqlmodel import Session, SQLModel, col, select

from activities.i18n import N_
from activities.wording import UNITS
from api.pages.master.inputs import Option, Options
from api.supplier.words import Words
from models.domain.unfinished import Unfinished
from models.queries import controlled
from models.queries.worked import leaving
from models.tables.demand import SalesOrder
from models.tables.lots import Lot
from models.tables.parts import Part
from models.tables.plants import Calendar, Plant
from models.tables.processes import Process
from models.tables.shop_floor import Customer
from models.tables.suppliers import Supplier
from models.tables.work_orders import WorkOrder

# With as many, a choice becomes a text field that offers the first of them.
MOST = 500


def _of(table: type[SQLModel], key: str, name: str | None = None) -> Options:
    """Records by their key, with what they are called. Of very many only the first are offered; what only
    cleared people know of is typed."""

    def options(session: Session, _words: Words) -> Sequence[Option]:
        column = col(getattr(table, key))
        free = controlled.visible(table, cleared=False)
        rows = session.exec(select(table).where(*free).order_by(column).limit(MOST)).all()
        found = [(getattr(row, key), getattr(row, name) if name else "") for row in rows]
        return [(value, f"{value} · {called}" if called else value) for value, called in dict(found).items()]

    return options


calendars = _of(Calendar, "code")
plants = _of(Plant, "code", "name")
suppliers = _of(Supplier, "code", "name")
processes = _of(Process, "code", "name")
parts = _of(Part, "number", "description")
revisions = _of(Part, "revision")
work_orders = _of(WorkOrder, "number")
sales_orders = _of(SalesOrder, "number")
customers = _of(Customer, "code", "name")


def lots_to_use(session: Session, words: Words) -> Sequence[Option]:
    """Lots a job may use something of, the newest first; what is to go out again is not usable."""
    return _lots(session, words, Unfinished.usable)


def lots_to_dispatch(session: Session, words: Words) -> Sequence[Option]:
    """Lots something of may leave for a customer, the newest first, with how many are done with everything begun."""
    return _lots(session, words, Unfinished.may_go)


def _lots(
    session: Session, words: Words, usable: Callable[[Unfinished, Decimal], Decimal]
) -> Sequence[Option]:
    left = select(Lot).where(col(Lot.on_hand) > 0, col(Lot.held).is_(False))
    rows = session.exec(left.order_by(col(Lot.created_at).desc(), col(Lot.number)).limit(MOST)).all()
    begun = leaving(session, {row.number: row.on_hand for row in rows}, cleared=True)
    found = []
    for row in rows:
        stand = begun.get(row.number)
        some = usable(stand, row.on_hand) if stand is not None else row.on_hand
        here = words.amount(row.on_hand, row.uom)
        if some < row.on_hand:
            here = words.say(N_("{some} of {all}"), some=words.amount(some, row.uom), all=here)
        # What is not done may leave when somebody says so; what is to go out again may not.
        if stand is None or stand.usable(row.on_hand):
            found.append((row.number, f"{row.number} · {row.part} · {here}"))
    return found


def countries(_session: Session, words: Words) -> Sequence[Option]:
    found = [
        (code, country(words, code)) for code in holidays.list_supported_countries(include_aliases=False)
    ]
    return sorted(found, key=lambda option: option[1])


def country(words: Words, code: str) -> str:
    """Germany (DE)"""
    name = Locale.parse(words.locale).territories.get(code)
    return f"{name} ({code})" if name else code


def timezones(_session: Session, _words: Words) -> Sequence[Option]:
    return [
        (name, name)
        for name in sorted(available_timezones() - {"localtime", "Factory"})
        if "/" in name or name == "UTC"
    ]


def units(_session: Session, words: Words) -> Sequence[Option]:
    return [(code, words.say(word)) for code, word in UNITS.items()]
