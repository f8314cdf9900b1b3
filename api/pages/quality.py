"""The quality ledger: every nonconformance over all orders and jobs, what is done about it, and who has looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Query, Request, Response

from activities.i18n import N_
from activities.wording import WRONG_MATERIAL
from api.pages.alert_words import caused_by
from api.pages.floor.panels import decided, used_of
from api.pages.order.possible import form_of
from api.pages.order.telling import defect
from api.pages.order.wording import DISPOSITIONS, RESPONSIBLE
from api.pages.route import page_router
from api.pages.staff import Staff, Visitor, draw
from api.pages.wording import ACTION_STATES, ACTIONS
from models.domain.corrective import SUPPLIER
from models.queries import ledger, order_stream
from models.queries.ledger import Filter

router = page_router()
_ROWS = 25
_LAST = "–"
STATES = {"": N_("All"), "open": N_("Open"), "unseen": N_("Not reviewed")}
OVERDUE = N_("Overdue")
_UNKNOWN = "unknown"
_KINDS = {"pieces": N_("Pieces"), "material": N_("Material")}
# What is to be done about an action that stands so.
_NEXT = {"planned": "complete-action", "completed": "verify-action"}


@dataclass(frozen=True, slots=True)
class ActionView:
    """A corrective action in a line; `kind` says how it stands."""

    what: str
    cause: str
    owner: str
    due: str
    state: str
    kind: str
    told: tuple[str, ...]
    # What this reader may do about it, with its form; empty when nothing.
    deed: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger. `deeds`: what this reader may do about it, with its form."""

    name: str
    order: str
    supplier: str
    part: str
    opened: str
    is_open: bool
    defect: str
    amount: str
    responsible: str
    cause: str
    decided: str
    actions: tuple[ActionView, ...]
    reviews: tuple[str, ...]
    deeds: tuple[tuple[str, str], ...]
    material: bool = False


@dataclass(frozen=True, slots=True)
class MaterialEntry:
    """What a job used beside its bill of material, as a line."""

    name: str
    path: str
    job: str
    job_path: str
    wrong: str
    used: str
    since: str
    decided: str
    is_open: bool
    material: bool = True


@router.get("/quality")
def show_ledger(
    request: Request,
    staff: Visitor,
    state: Annotated[str, Query(max_length=20)] = "",
    supplier: Annotated[str, Query(max_length=7)] = "",
    part: Annotated[str, Query(max_length=64)] = "",
    responsibility: Annotated[str, Query(max_length=20)] = "",
    action: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    given = {
        "state": state if state in STATES else "",
        "supplier": supplier,
        "part": part,
        "responsibility": responsibility if responsibility in {*RESPONSIBLE, _UNKNOWN} else "",
        "action": action if action in ledger.ACTIONS else "",
        "kind": kind if kind in ledger.KINDS else "",
    }
    wanted, words, today = _filter(given), staff.words, staff.words.today
    with request.app.state.database.read() as session:
        items = ledger.listed(session, wanted, staff.reader, today, after or None, _ROWS + 1)
        every, is_open, unseen = ledger.by_state(session, wanted, staff.reader, today)
        suppliers = ledger.by_supplier(session, wanted, staff.reader, today)
        by_action = ledger.by_action(session, wanted, staff.reader, today)
        by_kind = ledger.by_kind(session, wanted, staff.reader, today)
        names = order_stream.names(session, _people(items))
    rest = items[_ROWS - 1] if len(items) > _ROWS else None
    counts = {"": every, "open": is_open, "unseen": unseen}
    return draw(
        request,
        staff,
        "pages/quality.html",
        entries=[
            _material(staff, item) if item["kind"] == "material" else _entry(staff, item, names, today)
            for item in items[:_ROWS]
        ],
        states=[
            (each, name, counts[each], _address(given | {"state": each})) for each, name in STATES.items()
        ],
        given=given,
        without_part=_address(given | {"part": ""}),
        supplier_options=suppliers,
        action_options=[
            (each, words.say(ACTION_STATES.get(each, (OVERDUE, ""))[0]), count)
            for each, count in by_action.items()
        ],
        kind_options=[(each, words.say(_KINDS[each]), count) for each, count in by_kind.items()],
        responsible_options=[
            *((each, words.say(name)) for each, name in RESPONSIBLE.items()),
            (_UNKNOWN, words.say(N_("not said yet"))),
        ],
        narrowed=any(given.values()),
        first=not after,
        more=_address(given | {"after": f"{rest['opened_at'].isoformat()}|{rest['nonconformance']}"})
        if rest
        else None,
    )


def _filter(given: Mapping[str, str]) -> Filter:
    responsible = given["responsibility"]
    return Filter(
        is_open=True if given["state"] == "open" else None,
        supplier=given["supplier"] or None,
        part=given["part"] or None,
        responsibility="" if responsible == _UNKNOWN else responsible or None,
        action=given["action"] or None,
        reviewed=False if given["state"] == "unseen" else None,
        kind=given["kind"] or None,
    )


def _address(given: Mapping[str, str]) -> str:
    asked = {name: value for name, value in given.items() if value}
    return f"/quality?{urlencode(asked)}" if asked else "/quality"


def _people(items: list[dict[str, Any]]) -> set[str]:
    owners = {each[name] for item in items for each in item["actions"] for name in ("owner", "verified_by")}
    return {each for each in owners | {review["by"] for item in items for review in item["reviews"]} if each}


def _entry(staff: Staff, item: Mapping[str, Any], names: Mapping[str, str], today: date) -> Entry:
    words = staff.words
    decided = (
        f"{words.say(DISPOSITIONS[each['decision']])} {words.amount(Decimal(each['quantity']), item['unit'])}"
        for each in item["dispositions"]
    )
    return Entry(
        name=item["nonconformance"],
        order=item["order"],
        supplier=item["supplier_name"],
        part=f"{item['part']} {item['part_revision']}",
        opened=words.time(item["opened_at"]),
        is_open=item["open"],
        defect=defect(words, item["defect"], "receipt"),
        amount=words.amount(item["quantity"], item["unit"]),
        responsible=words.say(RESPONSIBLE[item["responsibility"]]) if item["responsibility"] else _LAST,
        cause=caused_by(words, item) or _LAST,
        decided=words.listed(decided) or _LAST,
        actions=tuple(_action(staff, item, each, names, today) for each in item["actions"]),
        reviews=tuple(
            words.labelled(
                f"{words.time(datetime.fromisoformat(each['at']))} · {names.get(each['by'], _LAST)}",
                each["note"],
            )
            for each in item["reviews"]
        ),
        deeds=tuple(_deeds(staff, item)),
    )


def _material(staff: Staff, item: Mapping[str, Any]) -> MaterialEntry:
    words, name, job = staff.words, item["nonconformance"], item["work_order"]
    standing = [words.say(decided(each["decision"], item["scrapped"])[0]) for each in item["dispositions"]]
    return MaterialEntry(
        name=name,
        path=f"/material-mismatches/{quote(name, safe='')}",
        job=job,
        job_path=f"/master/work-orders/{quote(job, safe='')}",
        wrong=words.say(WRONG_MATERIAL[item["defect"]]),
        used=used_of(words, item),
        since=words.time(item["opened_at"]),
        decided=words.listed(standing) or _LAST,
        is_open=item["open"],
    )


def _action(
    staff: Staff, item: Mapping[str, Any], action: Mapping[str, Any], names: Mapping[str, str], today: date
) -> ActionView:
    words, due = staff.words, date.fromisoformat(action["due"])
    late = action["state"] == "planned" and due < today
    word, kind = (OVERDUE, "act") if late else ACTION_STATES[action["state"]]
    owner = item["supplier_name"] if action["owner"] == SUPPLIER else names.get(action["owner"], _LAST)
    return ActionView(
        what=action["what"],
        cause=caused_by(words, action),
        owner=owner,
        due=words.far_day(due) if action["state"] == "planned" else words.day(due),
        state=words.say(word),
        kind=kind,
        told=tuple(filter(None, (action["done"], action["verdict"]))),
        deed=_deed(staff, item["order"], _NEXT.get(action["state"], ""), {"action": action["action"]}),
    )


def _deeds(staff: Staff, item: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and address of every form about the nonconformance that has something to do."""
    wanted = ["plan-action"] if item["action_state"] in ("none", "ineffective") else []
    if item["responsibility"] is None:
        wanted.append("set-responsibility")
    about = {"nonconformance": item["nonconformance"]}
    found = (_deed(staff, item["order"], command, about) for command in [*wanted, "review-nonconformance"])
    return [deed for deed in found if deed is not None]


def _deed(staff: Staff, order: str, command: str, about: Mapping[str, str]) -> tuple[str, str] | None:
    if not command or not staff.may(command):
        return None
    return staff.words.say(ACTIONS[command]), f"{form_of(quote(order), command)}?{urlencode(about)}"
