"""A recall row by row for a spreadsheet: all that its report says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from api.sheets import Value

View = Mapping[str, Any]
# `what` says what a row is about, `who` whom it names, `told` what it says.
COLUMNS = (
    *("what", "number", "part", "part_revision", "lot", "quantity", "unit", "customer", "day", "told"),
    *("at_most", "who", "role", "sha256"),
)
_COUNTED = ("customers", "dispatches", "lots", "orders", "jobs", "missing", "gaps")


def rows(found: View) -> Iterator[list[Value]]:
    scope = found["scope"]
    yield _row("recall", found["recall"], day=found["opened_at"], told=found["reason"])
    yield _row("identifier", found["identifier"], told="drawn" if found["drawn"] else None)
    yield _row("kind", "drill" if found["drill"] else "real")
    yield _row("minutes", quantity=Decimal(found["minutes"]), unit="MIN", day=found["signed_at"])
    yield from _answer(scope["answer"])
    yield from _reached(scope)
    for customer in scope["customers"]:
        contacts = "; ".join(f"{each['name']} {each['email']}" for each in customer["contacts"])
        for row in customer["lines"]:
            yield _row(
                "dispatched",
                row["dispatch"],
                **_piece(row),
                customer=customer["name"],
                day=date.fromisoformat(str(row["shipped_on"])),
                told=contacts,
                at_most=Decimal(row.get("at_most", row["quantity"])),
            )
    for row in scope["balance"]:
        for figure in ("made", *row["figures"], "unexplained"):
            value = Decimal(row.get(figure, row["figures"].get(figure, "0")))
            yield _row("balance", figure, part=row["part"], quantity=value, unit=row["unit"])
    for row in scope["gaps"]:
        why = ": ".join(filter(None, [row["gap"], row.get("type")]))
        yield _row("gap", row["where"], **_amount(row), told=why, who=row.get("owed_by"))
    for row in scope["missing"]:
        number = row.get("order") or row.get("lot")
        yield _row("missing", number, lot=row.get("lot"), told=row["type"], who=row["supplier"])
    yield from _recorded(found)


def _answer(answer: View) -> Iterator[list[Value]]:
    for name in _COUNTED:
        yield _row("answer", name, quantity=Decimal(answer[name]))
    for name in ("sent", "here", "unexplained"):
        for row in answer[name]:
            most = Decimal(row["at_most"]) if "at_most" in row else None
            yield _row("answer", name, part=row.get("part"), **_amount(row), at_most=most)


def _reached(scope: View) -> Iterator[list[Value]]:
    for row in scope["lots"]:
        place = "affected" if row["affected"] else "source"
        told = f"{place}; held" if row["held"] else place
        here = {"quantity": Decimal(row["on_hand"]), "unit": row["unit"]}
        yield _row("lot", row["lot"], **_kind(row), lot=row["lot"], **here, told=told, who=row["supplier"])
    for row in scope["jobs"]:
        made = {"part": row["part"], "part_revision": row["revision"]}
        yield _row("work_order", row["work_order"], **made, told="in work" if row["in_work"] else None)
    for row in scope["orders"]:
        stands = f"{row['process']}; {row['stage']}"
        yield _row("order", row["order"], told=stands, who=row["supplier_name"])
    for row in scope["open"]:
        kind = {"part": row.get("part"), "lot": row["lot"] or None, **_amount(row)}
        unsure = "unsure" if row["unsure"] else None
        yield _row("open", row["order"], **kind, told=unsure, who="; ".join(row["held_by"]) or None)


def _recorded(found: View) -> Iterator[list[Value]]:
    for member in found["team"]:
        yield _row("team", who=member)
    for each in found["actions"]:
        yield _row("action", day=each["at"], told=each["what"], who=each["owner"])
    yield _row("conclusion", told=found["conclusion"], day=found["retest_on"])
    if found["approved_at"]:
        signed = {"who": found["approved_name"], "role": found["approved_role"]}
        yield _row("approval", day=found["approved_at"], **signed)
    for mail in found["mails"]:
        yield _row(
            "mail", day=mail["updated_at"], told=f"{mail['address']} {mail['state']}", who=mail["name"]
        )
    for place, each in enumerate(found["signatures"], 1):
        yield _row(
            "superseded signature" if each["superseded"] else "signature",
            str(place),
            day=each["at"],
            told=each["meaning"],
            who=each["name"],
            role=each["role"],
            sha256=each["sha256"],
        )


def _row(what: str, number: str | None = None, **cells: Value) -> list[Value]:
    known = {"what": what, "number": number, **cells}
    return [known.get(column) for column in COLUMNS]


def _amount(row: View) -> dict[str, Value]:
    return {"quantity": Decimal(row["quantity"]), "unit": row["unit"]} if "quantity" in row else {}


def _kind(row: View) -> dict[str, Value]:
    return {"part": row["part"], "part_revision": row["part_revision"]}


def _piece(row: View) -> dict[str, Value]:
    return {**_kind(row), "lot": row["lot"], **_amount(row)}
