"""The screen of work orders: their operations, and which order covers each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote, urlencode

from sqlmodel import Session

from activities.i18n import N_
from api.pages import progress
from api.pages.floor import panels as floor
from api.pages.master import cells, choices
from api.pages.master.demand import picks_of
from api.pages.master.inputs import Input, words_for
from api.pages.master.screens import Cell, Column, Groups, Panel, Screen
from api.pages.master.steps import steps
from api.pages.staff import Staff
from api.pages.trace_words import asking
from api.pages.wording import ORDER_TYPES, stage_name
from api.routes import work_orders
from api.routes.projects import family_of
from api.routes.resource import Fields as Record
from api.supplier.words import Words
from models.domain.job_state import JobState
from models.queries import job_states
from models.queries.master import units_of
from models.queries.master_lists import Cover, covers


def _outside(_words: Words, record: Record) -> str:
    return ", ".join(
        f"{step['sequence']} {step['process']}" for step in record["operations"] if step["kind"] == "outside"
    )


# How a work order stands, and what mark that has.
STATES = {
    JobState.OPEN: (N_("Open"), ""),
    JobState.IN_WORK: (N_("In work"), ""),
    JobState.DONE: (N_("Done"), "good"),
}


def _more(session: Session, records: Sequence[Record]) -> list[Record]:
    """How each stands, and the unit its quantity is in."""
    stand = job_states.states(session, [record["number"] for record in records])
    units = units_of(session, {(record["part"], record["revision"]) for record in records})
    return [
        record | {"state": stand[record["number"]], "unit": units[record["part"], record["revision"]]}
        for record in records
    ]


def _state(words: Words, record: Record) -> Cell:
    text, kind = STATES[record["state"]]
    return Cell(words.say(text), kind)


def _quantity(words: Words, record: Record) -> str:
    return words.amount(record["quantity"], record["unit"])


def _standing(words: Words, record: Record) -> list[Cell]:
    """What is made, how many, and by when."""
    part = f"/master/parts/{quote(record['part'], safe='')}/{quote(record['revision'], safe='')}"
    due = [Cell(words.say(N_("due {day}"), day=words.far_day(record["due"])))] if record["due"] else []
    project = record["project"] or ""
    whole = [Cell(project, "", f"/projects/{quote(project, safe='')}")] if project else []
    return [
        Cell(f"{record['part']} {record['revision']}", "", part),
        Cell(_quantity(words, record)),
        _state(words, record),
        *due,
        *whole,
        Cell(words.say(N_("Trace")), "", asking(f"work_order:{record['number']}")),
    ]


def _covers(session: Session, staff: Staff, record: Record) -> Sequence[Panel]:
    """The routing with its orders outside and how far they have come, what the floor recorded, and the sums with
    the work orders below it."""
    by_operation: dict[int, list[Cover]] = {}
    for cover in covers(session, record["number"], staff.reader):
        by_operation.setdefault(cover.operation, []).append(cover)
    routing = record["operations"]
    orders = {
        step["sequence"]: _ordered(staff.words, by_operation[step["sequence"]])
        if step["sequence"] in by_operation
        else _offer(staff, record, step)
        for step in routing
    }
    come = family_of(session, staff.reader, record["number"], staff.now)
    return [
        progress.operations(staff.words, routing, come["outside"], orders),
        *picks_of(session, staff, record),
        *floor.of_job(session, staff, record),
        *_below(staff.words, come["family"]),
    ]


def _ordered(words: Words, found: Sequence[Cover]) -> Cell:
    """Every order for an operation, with its supplier and stage."""
    links = []
    for cover in found:
        stage = words.say(stage_name(cover.stage, declined=cover.declined))
        links.append(Cell(cover.order, href=f"/orders/{cover.order}", hint=f"{cover.supplier} · {stage}"))
    return Cell("", links=tuple(links))


def _below(words: Words, family: Record) -> list[Panel]:
    """The sums with the work orders below it, where there are some."""
    if len(family["work_orders"]) < 2:
        return []
    return [
        replace(each, title=title)
        for each, title in zip(
            (progress.members(words, family), *progress.sums(words, family)),
            (
                N_("With the work orders below it"),
                N_("Pieces by process, with those below it"),
                N_("Costs by type and currency, with those below it"),
            ),
            strict=False,
        )
    ]


def _offer(staff: Staff, record: Record, step: Record) -> Cell:
    """An outside operation nobody has ordered yet is one click from its order."""
    if step["kind"] != "outside" or not staff.may("issue"):
        return Cell("")
    start = urlencode({"work_order": record["number"], "operation": step["sequence"]})
    return Cell(staff.words.say(N_("New order")), "", f"/orders/new?{start}")


WORK_ORDERS = Screen(
    "work-orders",
    N_("Work orders"),
    N_("New work order"),
    N_("Jobs in our shop and their operations; the outside ones become orders to suppliers."),
    work_orders.work_orders,
    (
        cells.text("type", N_("Type")),
        Column(N_("Part"), lambda _words, record: f"{record['part']} {record['revision']}"),
        Column(N_("Quantity"), _quantity, number=True),
        Column(N_("State"), _state),
        cells.day("due", N_("Due")),
        Column(
            N_("Customer"),
            lambda _words, record: " · ".join(filter(None, (record["customer"], record["customer_order"]))),
        ),
        Column(N_("Outside operations"), _outside),
    ),
    (
        Input("number", N_("Number"), key=True),
        Input("type", N_("Type"), "pick", options=words_for(*ORDER_TYPES.items()), blank=False),
        Input("part", N_("Part"), "suggest", options=choices.parts),
        Input("revision", N_("Revision"), "suggest", options=choices.revisions),
        Input("quantity", N_("Quantity"), "number"),
        Input("start", N_("Start"), "day"),
        Input("due", N_("Due"), "day"),
        Input("customer", N_("Customer")),
        Input("customer_order", N_("Customer order")),
        Input("project", N_("Project")),
        Input("parent", N_("Parent work order"), "suggest", options=choices.work_orders),
        steps(N_("An outside operation needs a process. What is on an order stays as that order says.")),
    ),
    work_orders.create_work_order,
    work_orders.replace_work_order,
    ("number", "part", "customer", "customer_order", "project", "parent"),
    standing=_standing,
    panels=_covers,
    groups=Groups(
        "state",
        {state.value: name for state, (name, _) in STATES.items()},
        lambda state: job_states.are(JobState(state)),
        job_states.counts,
    ),
    more=_more,
)
