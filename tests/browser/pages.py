"""Every page of the product once, and who looks at it. A route that is missing here fails a test."""

from __future__ import annotations

MAIN, SILENT, DRAFT, PROPOSED, HELD = "{WO-3201}", "{WO-3150}", "{WO-3203}", "{WO-3165}", "{WO-3190}"


def _task(name: str, role: str, order: str = MAIN) -> tuple[str, str]:
    return f"/orders/{order}/{name}", role


# Route -> an address of it (`{WO-3201}` stands for that job's order) and the role that looks.
PAGES: dict[str, tuple[str, str]] = {
    "/": ("/", "buyer"),
    "/login": ("/login", ""),
    "/orders": ("/orders", "buyer"),
    "/orders/new": ("/orders/new", "buyer"),
    "/orders/{number}": (f"/orders/{MAIN}", "quality"),
    "/orders/{number}/edit": _task("edit", "buyer", DRAFT),
    "/orders/{number}/issue": _task("issue", "buyer", DRAFT),
    "/orders/{number}/acknowledge": _task("acknowledge", "buyer", "{WO-3202}"),
    "/orders/{number}/answer-counter": _task("answer-counter", "buyer", PROPOSED),
    "/orders/{number}/send": _task("send", "receiving", "{WO-3202}"),
    "/orders/{number}/report-milestone": _task("report-milestone", "planner"),
    "/orders/{number}/report-process": _task("report-process", "planner"),
    "/orders/{number}/submit-inspection": _task("submit-inspection", "buyer"),
    "/orders/{number}/review-inspection": _task("review-inspection", "quality"),
    "/orders/{number}/ship": _task("ship", "planner"),
    "/orders/{number}/receive": _task("receive", "receiving"),
    "/orders/{number}/judge": _task("judge", "quality"),
    "/orders/{number}/documents": _task("documents", "quality"),
    "/orders/{number}/report-nonconformance": _task("report-nonconformance", "quality"),
    "/orders/{number}/disposition": _task("disposition", "quality"),
    "/orders/{number}/decide-disposition": _task("decide-disposition", "design_authority"),
    "/orders/{number}/confirm-return": _task("confirm-return", "receiving"),
    "/orders/{number}/resolve-over": _task("resolve-over", "receiving"),
    "/orders/{number}/short-close": _task("short-close", "receiving"),
    "/orders/{number}/declare-loss": _task("declare-loss", "receiving"),
    "/orders/{number}/correct": _task("correct", "receiving"),
    "/orders/{number}/hold": _task("hold", "buyer"),
    "/orders/{number}/resume": _task("resume", "buyer", HELD),
    "/orders/{number}/replan": _task("replan", "buyer", SILENT),
    "/orders/{number}/cancel": _task("cancel", "buyer", SILENT),
    "/orders/{number}/close": _task("close", "buyer", "{WO-3140}"),
    "/alerts": ("/alerts", "planner"),
    "/master": ("/master", "admin"),
    "/master/{name}": ("/master/suppliers", "admin"),
    "/master/{address:path}": ("/master/parts/new", "admin"),
    "/people": ("/people", "admin"),
    "/people/new": ("/people/new", "admin"),
    "/people/{email}": ("/people/bea@harbor.example", "admin"),
    "/mailbox": ("/mailbox", ""),
    "/api/docs": ("/api/docs", ""),
}
# What is no page to look at: streams, mails shown in frames, answers to a press of a button.
NOT_LOOKED_AT = frozenset(
    {
        "/live",
        "/favicon.ico",
        # Leads to where the alert stands in its list.
        "/alerts/{alert}",
        "/orders/new/mail",
        "/mailbox/{name}",
        "/mailbox/{name}/html",
        "/mailbox/{name}/attachments/{index}",
    }
)
