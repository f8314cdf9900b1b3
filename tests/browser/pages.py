"""Every page of the product, and who looks at it. A route, a screen or a task without one fails a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from api.pages.master.registry import SCREENS

MAIN, SILENT, DRAFT, PROPOSED, HELD, FRESH, SOME = (
    "{WO-3201}",
    "{WO-3150}",
    "{WO-3203}",
    "{WO-3165}",
    "{WO-3190}",
    "{WO-3202}",
    "{WO-SOME}",
)
SUPPLIER = "supplier"
# The first dispatch of the year.
_LEFT = f"DN-{datetime.now(UTC).year}-00001"


@dataclass(frozen=True)
class Look:
    """`{WO-3201}` in an address stands for that job's order. What a supplier looks at begins with one,
    whose mailed link is opened before. `then` is a link to follow from there; `press` a button of a
    form nobody has filled in, with what it is answered."""

    address: str
    role: str = ""
    status: int = 200
    then: str = ""
    press: str = ""
    answered: int = 422
    # It has to show a form for the order, rather than why there is none.
    form: bool = False
    # The session ends before the button is pressed; whoever it was logs in again.
    expired: bool = False

    def __str__(self) -> str:
        late = " too late" if self.expired else ""
        return f"{self.role} {self.address} {self.then}{self.press}{late}".strip()


def _task(name: str, role: str, order: str = SOME) -> tuple[Look, ...]:
    return (Look(f"/orders/{order}/{name}", role, form=True),)


def _answer(value: str) -> str:
    return f"main button[name=answer][value={value}]"


def _screens() -> Iterator[Look]:
    """Of every kind of master data all records, the form for a new one and one that is there."""
    for name, screen in SCREENS.items():
        yield Look(f"/master/{name}/new", "admin")
        record = f"main td a[href^='/master/{name}/']"
        yield Look(f"/master/{name}", "admin", then=record)
        for child in screen.children:
            owner = f"/master/{name}/{_OWNERS[name]}"
            yield Look(f"{owner}/{child}/new", "admin")
            yield Look(owner, "admin", then=f"main td a[href*='/{child}/']")
    yield Look("/master/lots/new", "admin", press="form.master button[type=submit]")
    # With another one below it.
    yield Look("/master/work-orders/WO-ABOVE", "viewer")
    # What a viewer may only read.
    yield Look("/master/lots/MELT-7", "design_authority")
    yield Look("/master/processes/PLATE", "viewer")
    yield Look("/master/nothing/here", "admin", 404)


# Whose records below them are looked at.
_OWNERS = {"suppliers": "ACME"}

# Route -> the looks at it.
PAGES: dict[str, tuple[Look, ...]] = {
    "/": (Look("/", "buyer"), Look("/nowhere", "planner", 404)),
    "/login": (
        Look("/login"),
        Look("/login", press="main button[type=submit]", answered=401),
    ),
    "/orders": (Look("/orders", "buyer"), Look("/orders?q=nothing+like+it", "viewer")),
    "/orders/new": (
        Look("/orders/new", "buyer"),
        Look("/orders/new?q=WO-3201&covered=true", "buyer", then="main td a[href*='work_order=']"),
        Look("/orders/new?work_order=WO-3201&operation=30", "buyer", press="button[name=do][value=issue]"),
        Look("/orders/new", "viewer", 403),
    ),
    "/outside": (
        Look("/outside", "viewer"),
        Look("/outside?covered=true&supplier=ACME", "buyer"),
        Look("/outside?covered=true", "buyer", press="button[name=do][value=show]"),
    ),
    "/demand": (
        Look("/demand", "viewer"),
        Look("/demand?q=nothing", "planner"),
        Look("/demand", "planner", press="form.select button:not([value])"),
    ),
    "/work-orders/{number}/picking-list": (
        Look("/work-orders/WO-STEM/picking-list", "planner"),
        Look("/work-orders/WO-BELOW/picking-list", "viewer"),
    ),
    "/projects/{project:path}": (
        Look("/projects/HARBOR-7", "viewer"),
        Look("/projects/none", "viewer", 404),
    ),
    "/orders/{number}": (
        Look(f"/orders/{MAIN}", "quality"),
        Look(f"/orders/{SOME}", "buyer"),
        Look("/orders/{WO-WANTED}", "approver"),
        Look("/orders/{WO-STOP}", "planner"),
        Look("/orders/{WO-BEFORE}", "planner"),
        Look(f"/orders/{DRAFT}", "buyer"),
        Look("/orders/{WO-3100}", "viewer"),
        Look("/orders/SO-2001-1", "buyer", 404),
    ),
    "/orders/{number}/edit": (
        Look(f"/orders/{DRAFT}/edit", "buyer"),
        Look(f"/orders/{MAIN}/edit", "buyer", 409),
    ),
    "/orders/{number}/discard": (
        Look(f"/orders/{DRAFT}/discard", "buyer"),
        Look(f"/orders/{MAIN}/discard", "buyer", 409),
    ),
    "/orders/{number}/issue": _task("issue", "buyer", DRAFT),
    "/orders/{number}/acknowledge": (
        *_task("acknowledge", "buyer", FRESH),
        *_task("acknowledge", "planner", "{WO-ASKED}"),
    ),
    "/orders/{number}/answer-counter": (
        *_task("answer-counter", "buyer", PROPOSED),
        *_task("answer-counter", "buyer", "{WO-PARTS}"),
    ),
    "/orders/{number}/propose-change": (
        *_task("propose-change", "buyer", FRESH),
        Look(f"/orders/{FRESH}/propose-change", "buyer", press=_answer("propose")),
    ),
    "/orders/{number}/decide-change": _task("decide-change", "approver", "{WO-WANTED}"),
    "/orders/{number}/withdraw-change": _task("withdraw-change", "buyer", "{WO-ASKED}"),
    "/orders/{number}/reassign": (
        *_task("reassign", "buyer"),
        Look(f"/orders/{SOME}/reassign", "buyer", press=_answer("reassign")),
    ),
    "/orders/{number}/split": (
        *_task("split", "buyer", FRESH),
        Look(f"/orders/{FRESH}/split", "buyer", press=_answer("look")),
    ),
    "/orders/{number}/plan-contingency": _task("plan-contingency", "planner", FRESH),
    "/orders/{number}/settle-contingency": _task("settle-contingency", "buyer", "{WO-HURRY}"),
    "/orders/{number}/expedite": (
        *_task("expedite", "buyer", FRESH),
        Look(f"/orders/{FRESH}/expedite", "buyer", press=_answer("expedite")),
    ),
    "/orders/{number}/merge": _task("merge", "buyer", FRESH),
    "/orders/{number}/send": _task("send", "receiving", FRESH),
    "/orders/{number}/report-milestone": _task("report-milestone", "planner"),
    "/orders/{number}/report-process": _task("report-process", "planner"),
    "/orders/{number}/submit-inspection": (
        *_task("submit-inspection", "buyer"),
        Look(f"/orders/{SOME}/submit-inspection", "buyer", press=_answer("submit")),
    ),
    "/orders/{number}/review-inspection": _task("review-inspection", "quality"),
    "/orders/{number}/ship": _task("ship", "planner"),
    "/orders/{number}/answer-transfer": _task("answer-transfer", "planner", "{WO-AFTER}"),
    "/orders/{number}/receive": _task("receive", "receiving"),
    "/orders/{number}/judge": (
        *_task("judge", "quality"),
        Look(f"/orders/{SOME}/judge", "quality", press=_answer("judge")),
    ),
    "/orders/{number}/documents": _task("documents", "quality"),
    "/orders/{number}/report-nonconformance": _task("report-nonconformance", "quality"),
    "/orders/{number}/disposition": _task("disposition", "quality"),
    "/orders/{number}/decide-disposition": _task("decide-disposition", "design_authority"),
    "/orders/{number}/confirm-return": _task("confirm-return", "receiving"),
    "/orders/{number}/plan-action": (
        *_task("plan-action", "quality"),
        Look(f"/orders/{SOME}/plan-action", "quality", press=_answer("plan")),
    ),
    "/orders/{number}/complete-action": _task("complete-action", "quality", "{WO-RIGHT}"),
    "/orders/{number}/verify-action": _task("verify-action", "quality", "{WO-RIGHT}"),
    "/orders/{number}/set-responsibility": _task("set-responsibility", "quality"),
    "/orders/{number}/review-nonconformance": _task("review-nonconformance", "approver"),
    "/orders/{number}/resolve-over": _task("resolve-over", "receiving"),
    "/orders/{number}/short-close": _task("short-close", "receiving", FRESH),
    "/orders/{number}/declare-loss": _task("declare-loss", "receiving"),
    "/orders/{number}/settle-claim": _task("settle-claim", "finance", "{WO-HURRY}"),
    "/orders/{number}/correct": _task("correct", "receiving"),
    "/orders/{number}/hold": (
        *_task("hold", "buyer"),
        Look(f"/orders/{SOME}/hold", "buyer", press=_answer("hold"), answered=401, expired=True),
    ),
    "/orders/{number}/resume": (
        *_task("resume", "buyer", HELD),
        Look(f"/orders/{MAIN}/resume", "buyer"),
        Look(f"/orders/{HELD}/resume", "viewer", 403),
    ),
    "/orders/{number}/replan": _task("replan", "buyer", "{WO-3120}"),
    "/orders/{number}/cancel": _task("cancel", "buyer", SILENT),
    "/orders/{number}/force-complete": _task("force-complete", "approver", SILENT),
    "/orders/{number}/close": (
        *_task("close", "buyer", "{WO-DONE}"),
        Look("/orders/{WO-3140}/close", "buyer"),
    ),
    "/alerts": (Look("/alerts", "planner"), Look("/alerts?state=answered", "viewer")),
    "/labels": (
        Look(f"/labels?order={SOME}&parcel={SOME}-P1&lot=MELT-7", "receiving"),
        Look("/labels", "buyer"),
        Look("/labels", "viewer", 403),
    ),
    "/scan": (
        Look("/scan", "receiving"),
        Look("/scan?q=nothing+like+it", "viewer", 404),
        Look("/scan?q=(01)09506000134359", "viewer", 422),
    ),
    "/scan/to/{back:path}": (Look(f"/scan/to/orders/{SOME}/receive?field=packing_slip", "receiving"),),
    "/payables": (
        Look("/payables?from=2020-01-01", "finance"),
        Look("/payables?from=2020-01-01&to=2020-01-31", "finance"),
        Look("/payables?from=2020-02-01&to=2020-01-31", "finance", 422),
        Look("/payables", "buyer", 403),
    ),
    "/quality": (Look("/quality", "quality"), Look("/quality?action=overdue", "viewer")),
    "/recalls": (
        Look("/recalls", "quality"),
        Look("/recalls", "viewer"),
        Look("/recalls", "quality", press="button[value=real]"),
    ),
    "/recalls/{number}": (
        Look("/recalls/{DRILL}", "quality"),
        Look("/recalls/{DRILL}", "quality", press="form[action$=sign] button", answered=409),
        Look("/recalls/{SIGNED}", "quality"),
        Look("/recalls/{REAL}", "approver"),
        Look("/recalls/RC-1999-0001", "viewer", 404),
    ),
    "/trace": (
        Look("/trace", "viewer"),
        Look("/trace?q=MELT-7", "quality"),
        Look("/trace?q=order:{WO-3120}", "viewer"),
        Look("/trace?q=NOBODY", "viewer", 404),
    ),
    "/master": (Look("/master", "admin"),),
    "/master/{name}": tuple(Look(f"/master/{name}", "admin") for name in SCREENS),
    "/master/{address:path}": tuple(_screens()),
    "/lots/{number}/documents": (
        Look("/lots/MELT-7/documents", "receiving"),
        Look("/lots/MELT-7/documents", "buyer", press="form[action$=documents] button"),
        Look("/lots/MELT-7/documents", "planner", 403),
    ),
    "/lots/{number}/{what}": (
        Look("/lots/MELT-7/hold", "receiving"),
        Look("/lots/MELT-7/release", "design_authority"),
        Look("/lots/MELT-7/release", "design_authority", press="form[action$=release] button"),
        Look("/lots/MELT-7/hold", "buyer", 403),
    ),
    "/work-orders/{number}/consume": (
        Look("/work-orders/WO-PIN/consume", "receiving"),
        Look("/work-orders/WO-PIN/consume", "receiving", press="form.master p.actions button"),
        Look("/work-orders/WO-PIN/consume", "viewer", 403),
    ),
    "/work-orders/{number}/output": (Look("/work-orders/WO-PIN/output", "receiving"),),
    "/work-orders/{number}/{kept}/{record}/reverse": (
        Look("/master/work-orders/WO-PIN", "receiving", then="main td a[href$='/reverse']"),
    ),
    "/dispatches": (Look("/dispatches", "receiving"), Look("/dispatches?q=nobody", "viewer")),
    "/dispatches/new": (
        Look("/dispatches/new", "receiving"),
        Look("/dispatches/new", "receiving", press="form.master p.actions button"),
    ),
    "/dispatches/{number}": (Look("/dispatches", "receiving", then="main td a[href^='/dispatches/']"),),
    "/dispatches/{number}/reverse": (Look(f"/dispatches/{_LEFT}/reverse", "receiving"),),
    "/material-mismatches/{mismatch}": (
        Look("/material-mismatches/WO-PIN-M1", "quality"),
        Look("/material-mismatches/WO-PIN-M1", "quality", press="form.master p.actions button"),
    ),
    "/people": (Look("/people", "admin"), Look("/people", "buyer", 403)),
    "/people/new": (
        Look("/people/new", "admin"),
        Look("/people/new", "admin", press="form.master button[type=submit]"),
    ),
    "/people/{email}": (Look("/people/bea@harbor.example", "admin"),),
    "/mailbox": (Look("/mailbox"),),
    "/mailbox/{name}": (Look("/mailbox", then="main a[href^='/mailbox/']"),),
    "/api/docs": (Look("/api/docs"),),
    "/s/{token}": (Look("/s/" + "x" * 43, "", 404),),
    "/s/o/{link}": tuple(
        Look(f"{{{job}}}", SUPPLIER)
        for job in (
            *("WO-3202", "WO-AWAY", "WO-3150", "WO-SOME", "WO-DONE", "WO-3120"),
            *("WO-3165", "WO-3160", "WO-TAKEN", "WO-3190", "WO-OFF", "WO-3100", "WO-STOP"),
        )
    ),
    "/s/o/{link}/{task}": (
        Look(f"{FRESH}/answer", SUPPLIER),
        Look(f"{FRESH}/answer", SUPPLIER, press=_answer("decline")),
        Look(f"{PROPOSED}/answer", SUPPLIER),
        Look("{WO-PARTS}/answer", SUPPLIER),
        Look(f"{FRESH}/answer", SUPPLIER, press="main button[value='add.0']", answered=200),
        Look("{WO-ASKED}/change", SUPPLIER),
        Look("{WO-AFTER}/transfer", SUPPLIER),
        Look("{WO-HURRY}/change", SUPPLIER),
        Look("{WO-HURRY}/change", SUPPLIER, press=_answer("other")),
        Look("{WO-ASKED}/change", SUPPLIER, press=_answer("decline")),
        Look("{WO-AWAY}/arrived", SUPPLIER),
        Look(f"{SOME}/progress", SUPPLIER),
        Look(f"{SOME}/process", SUPPLIER),
        Look(f"{SOME}/measure", SUPPLIER),
        Look(f"{SOME}/measure", SUPPLIER, press=_answer("submit")),
        Look(f"{SOME}/document", SUPPLIER),
        Look("{WO-RIGHT}/action", SUPPLIER),
        Look(f"{SOME}/ship", SUPPLIER),
        Look(f"{SOME}/ship", SUPPLIER, press=_answer("ship")),
    ),
}
# What is no page to look at: streams, mails shown in frames, answers to a press of a button.
NOT_LOOKED_AT = frozenset(
    {
        "/live",
        "/favicon.ico",
        # Leads to where the alert stands in its list.
        "/alerts/{alert}",
        "/orders/new/mail",
        "/orders/{number}/issue/mail",
        # Files.
        "/payables.{kind}",
        "/labels.pdf",
        "/trace.pdf",
        "/recalls/{number}.pdf",
        "/dispatches/{number}.pdf",
        "/recalls/{number}.csv",
        # Printed on labels; lead to what they are about.
        "/l/{number}",
        "/o/{number}",
        "/b/{number}",
        "/01/{rest:path}",
        # Leads to the order that this one went on as.
        "/s/o/{link}/orders/{number}",
        "/mailbox/{name}/html",
        "/mailbox/{name}/attachments/{index}",
    }
)
# For programs' authors, in one language.
WRITTEN_ONCE = ("/api/docs",)
# Written for programs' authors, and mails as they were sent to whomever.
IN_ENGLISH = ("/api/docs", "/mailbox")
