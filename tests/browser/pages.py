"""Every page of the product once, and who looks at it. A route that is missing here fails a test."""

from __future__ import annotations

# Route -> an address of it (`{WO-3201}` stands for that job's order) and the role that looks.
PAGES: dict[str, tuple[str, str]] = {
    "/": ("/", "buyer"),
    "/orders": ("/orders", "buyer"),
    "/login": ("/login", ""),
    "/mailbox": ("/mailbox", ""),
}
# What is no page to look at: streams, mails shown in frames, answers to a press of a button.
NOT_LOOKED_AT = frozenset(
    {
        "/live",
        "/api/docs",
        "/mailbox/{name}",
        "/mailbox/{name}/html",
        "/mailbox/{name}/attachments/{index}",
    }
)
