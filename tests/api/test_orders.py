"""Orders over HTTP: drafts, commands, refusals. The product runs whole, on real parts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from api.routes.documents import named
from api.uploads import clean_name
from models.domain.authority import Role
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.orders import CommandRow, EventRow, OrderRow
from models.tables.parts import Part
from models.tables.types import table
from tests.stories import BEHALF, LOT, MEASURED, draft, issued, master_data
from tests.systems import System, running
from tests.workflows.sending import acknowledged, saved, send

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\ncertificate"


@pytest.fixture
async def system(
    settings: Settings, temporal_env: WorkflowEnvironment, temporal_address: str
) -> AsyncIterator[System]:
    async with running(settings, temporal_env.client) as system:
        await master_data(system)
        yield system


async def upload(system: System, number: str, query: str, content: bytes, **headers: str) -> Any:
    return await system.login(Role.QUALITY).post(
        f"/api/v1/orders/{number}/documents?{query}",
        content=content,
        headers={"Content-Type": "application/pdf", "X-Filename": "coc.pdf"} | headers,
    )


def counts(system: System, number: str) -> tuple[int, int]:
    """How many commands and events the order has."""
    with system.database.read() as session:
        commands = session.scalar(
            select(func.count())
            .select_from(table(CommandRow))
            .where(table(CommandRow).c.order_number == number)
        )
        events = session.scalar(
            select(func.count()).select_from(table(EventRow)).where(table(EventRow).c.order_number == number)
        )
    return commands or 0, events or 0


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("coc 12%.pdf", "coc 12%.pdf"),
        ("证书.pdf".encode().decode("latin-1"), "证书.pdf"),
        ("%E8%AF%81%E4%B9%A6.pdf", "证书.pdf"),
        ("UTF-8''%E8%AF%81%E4%B9%A6%20%22a%22.pdf", '证书 "a".pdf'),
        ("utf-8'zh'..%2F..%2F%00certificado.pdf", "certificado.pdf"),
        ("caf\u00e9.pdf", "café.pdf"),
    ],
)
def test_a_file_s_name_is_read_however_a_header_can_carry_it(header: str, name: str) -> None:
    assert clean_name(named(header)) == name


async def test_a_draft_is_edited_until_it_is_issued(system: System) -> None:
    number = await draft(system)
    shown = await system.get(f"/orders/{number}")
    assert (shown["stage"], shown["version"], shown["spec"], shown["spec_revision"]) == (
        "draft",
        0,
        "ASTM B633",
        "2023",
    )
    buyer = system.login(Role.BUYER)
    edited = await buyer.patch(f"/api/v1/orders/{number}", json={"purchase_order": "PO-1"})
    assert edited.json()["purchase_order"] == "PO-1"
    order = await system.command(Role.BUYER, number, "issue")
    assert (order["stage"], order["purchase_order"]) == ("issued", "PO-1")
    frozen = await buyer.patch(f"/api/v1/orders/{number}", json={"purchase_order": "PO-2"})
    assert (frozen.status_code, frozen.json()["code"]) == (409, "order.issued")


async def test_a_draft_with_wrong_names_says_each_of_them(system: System) -> None:
    line = {
        "work_order": "WO-9",
        "operation": 30,
        "quantity": 0,
        "unit_price": "1",
        "lots": [{"lot": "NONE", "quantity": 1}],
    }
    body = {"supplier": "NOBODY", "process": "NOTHING", "need_by": "2030-01-01", "lines": [line]}
    refused = await system.post(Role.BUYER, "/orders", body, status=422)
    assert {error["field"] for error in refused["errors"]} == {
        "supplier",
        "process",
        "lines.0.work_order",
        "lines.0.quantity",
        "lines.0.lots.0.lot",
    }
    said = {error["field"]: error["message"] for error in refused["errors"]}
    assert said["supplier"] == "There is no supplier NOBODY. Create it first or correct the name."
    assert said["process"] == "There is no process NOTHING. Create it first or correct the name."
    assert said["lines.0.work_order"].startswith("There is no work order WO-9.")
    assert said["lines.0.lots.0.lot"].startswith("There is no lot NONE.")
    assert refused["detail"] == "5 fields need attention."


async def test_a_draft_has_one_currency_from_the_beginning(system: System) -> None:
    lines = [
        {"work_order": "WO-3201", "operation": 30, "quantity": 1, "unit_price": "1", "currency": currency}
        for currency in ("USD", "USD", "EUR", "XXQ")
    ]
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2030-01-01", "lines": lines}
    refused = await system.post(Role.BUYER, "/orders", body, status=422)
    said = {error["field"]: error["message"] for error in refused["errors"]}
    assert said.keys() == {"lines.2.currency", "lines.3.currency"}
    assert said["lines.2.currency"] == (
        "The first line is in USD, this one in EUR. One order has one currency: make another order."
    )
    number = await draft(system)
    answer = await system.login(Role.BUYER).patch(f"/api/v1/orders/{number}", json={"lines": lines[1:3]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "lines.1.currency")


async def test_a_price_with_too_many_decimals_is_said_to_be_one(system: System) -> None:
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 600, "unit_price": "0.0000001"}
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2030-01-01", "lines": [line]}
    refused = await system.post(Role.BUYER, "/orders", body, status=422)
    (error,) = refused["errors"]
    assert error["field"] == "lines.0.unit_price"
    assert error["message"].endswith("has too many decimals: a price allows 6.")


async def test_a_signature_that_is_none_is_told_what_one_is(system: System) -> None:
    number = await draft(system)
    body = {"nonconformance": "N1", "decision": "approve", "signature": "Ana"}
    path = f"/orders/{number}/decide-disposition"
    refused = await system.post(Role.DESIGN_AUTHORITY, path, body, status=422)
    assert refused["errors"] == [
        {
            "field": "signature",
            "message": "A signature is an object: the printed name of who signs, and its meaning.",
        }
    ]


async def test_one_wrong_field_is_counted_as_one(system: System) -> None:
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 600, "unit_price": "1"}
    body = {"supplier": "NOBODY", "process": "PLATE", "need_by": "2030-01-01", "lines": [line]}
    refused = await system.post(Role.BUYER, "/orders", body, status=422)
    assert refused["detail"] == "One field needs attention."


@pytest.mark.parametrize(
    ("field", "value"), [("currency", "XXQ"), ("currency", "XAU"), ("tolerance", "1"), ("tolerance", "1.5")]
)
async def test_a_line_has_a_currency_that_exists_and_a_tolerance_below_the_whole(
    system: System, field: str, value: str
) -> None:
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 600, "unit_price": "1", field: value}
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2030-01-01", "lines": [line]}
    refused = await system.post(Role.BUYER, "/orders", body, status=422)
    assert [error["field"] for error in refused["errors"]] == [f"lines.0.{field}"]


async def test_the_first_article_of_a_line_is_frozen_and_holds_back_the_rest(system: System) -> None:
    line = {
        "work_order": "WO-3201",
        "operation": 30,
        "quantity": 600,
        "unit_price": "1",
        "first_article": 601,
    }
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2030-01-01", "lines": [line]}
    refused = await system.post(Role.BUYER, "/orders", body, status=422)
    assert [error["field"] for error in refused["errors"]] == ["lines.0.first_article"]
    line["first_article"] = 5
    number = (await system.post(Role.BUYER, "/orders", body, status=201))["number"]
    await system.command(Role.BUYER, number, "issue")
    shown = (await system.get(f"/orders/{number}"))["lines"][0]
    assert (shown["first_article"], shown["first_article_state"]) == ("5", "send")
    send = {"lines": [{"line": 1, "lot": LOT, "quantity": 6}]}
    refused = await system.post(Role.RECEIVING, f"/orders/{number}/send", send, status=409)
    assert refused["code"] == "first_article.first"
    send["lines"][0]["quantity"] = 5
    order = await system.command(Role.RECEIVING, number, "send", **send)
    assert order["lines"][0]["first_article_state"] == "inspect"
    assert {"what": "first-article:line-1", "owed_by": "supplier"} in order["missing"]


async def test_what_a_line_allows_for_setting_up_is_frozen_and_used_up_by_receipts(system: System) -> None:
    line = {
        "work_order": "WO-3201",
        "operation": 30,
        "quantity": 20,
        "unit_price": "1",
        "setup_allowance": 21,
    }
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2030-01-01", "lines": [line]}
    refused = await system.post(Role.BUYER, "/orders", body, status=422)
    assert [error["field"] for error in refused["errors"]] == ["lines.0.setup_allowance"]
    line["setup_allowance"] = 3
    number = (await system.post(Role.BUYER, "/orders", body, status=201))["number"]
    await system.command(Role.BUYER, number, "issue")
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 20}])
    counted = {"line": 1, "lot": LOT, "counted": 20, "accepted": 0, "pending": 18, "scrapped": 2}
    order = await system.command(Role.ADMIN, number, "receive", lines=[counted], packing_slip="PS-1")
    shown = order["lines"][0]
    assert (shown["setup_allowance"], shown["setup_left"]) == ("3", "1")
    assert shown["pieces"]["scrapped"] == "2"
    assert "nonconforming" not in order["flags"]


@pytest.mark.parametrize("field", ["purchase_order", "spec", "spec_revision"])
async def test_what_mails_call_an_order_is_one_line(system: System, field: str) -> None:
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2030-01-01", field: "PO-X\r\nBcc: a@b.c"}
    refused = await system.post(Role.BUYER, "/orders", body, status=422)
    assert [error["field"] for error in refused["errors"]] == [field]


async def test_a_covered_operation_is_ordered_again_with_a_warning(system: System) -> None:
    first = await issued(system, quantity=1200)
    line = {"work_order": "WO-3201", "operation": 30, "quantity": 600, "unit_price": "1"}
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2030-01-01", "lines": [line]}
    made = await system.post(Role.BUYER, "/orders", body, status=201)
    assert made["warnings"] == [f"WO-3201 operation 30 is covered by {first}"]


async def test_more_than_the_work_order_has_is_ordered_with_a_warning(system: System) -> None:
    for quantity, warnings in ((1200, []), (5_000_000, ["WO-3201 is for 1200; line 1 orders 5000000"])):
        line = {"work_order": "WO-3201", "operation": 30, "quantity": quantity, "unit_price": "1"}
        body = {"supplier": "ACME", "process": "PLATE", "need_by": "2030-01-01", "lines": [line]}
        made = await system.post(Role.BUYER, "/orders", body, status=201)
        assert [said for said in made["warnings"] if "covered" not in said] == warnings


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"need_by": "2020-01-01"}, "need_by.past"),
        ({"lines": []}, "lines.empty"),
        ({"spec": "AMS 2404"}, "supplier.not_approved"),
    ],
)
async def test_an_order_that_cannot_be_issued_stays_a_draft(
    system: System, change: dict[str, Any], code: str
) -> None:
    number = await draft(system, **change)
    answer = await system.login(Role.BUYER).post(f"/api/v1/orders/{number}/issue")
    assert answer.json()["code"] == code
    assert (await system.get(f"/orders/{number}"))["stage"] == "draft"
    with pytest.raises(RPCError, match="not found"):
        await system.temporal.get_workflow_handle(number).describe()
    # Mended, it is issued: the refusal left nothing in the way.
    mended = {
        "need_by": str(datetime.now(UTC).date() + timedelta(days=20)),
        "spec": "ASTM B633",
        "lines": [{"work_order": "WO-3201", "operation": 30, "quantity": 10, "unit_price": "1"}],
    }
    assert (await system.login(Role.BUYER).patch(f"/api/v1/orders/{number}", json=mended)).status_code == 200
    assert (await system.command(Role.BUYER, number, "issue"))["stage"] == "issued"
    await system.temporal.get_workflow_handle(number).describe()


@pytest.mark.parametrize(
    ("who", "name", "body", "status", "code"),
    [
        (Role.VIEWER, "hold", {"reason": "x"}, 403, "forbidden.role"),
        (Role.BUYER, "acknowledge", {"decision": "accept"}, 422, "on_behalf_of.missing"),
        (Role.BUYER, "acknowledge", {"decision": "maybe", "on_behalf_of": BEHALF}, 422, "request.invalid"),
        (Role.BUYER, "acknowledge", {"decision": "decline", "on_behalf_of": BEHALF}, 422, "reason.missing"),
        (
            Role.BUYER,
            "acknowledge",
            {"decision": "accept", "promise_date": "2020-01-01", "on_behalf_of": BEHALF},
            422,
            "promise_date.past",
        ),
        (Role.BUYER, "resume", {}, 409, "order.not_held"),
        (Role.BUYER, "close", {}, 409, "order.stage"),
        (Role.QUALITY, "judge", {"lines": []}, 409, "order.stage"),
        (Role.RECEIVING, "send", {"lines": []}, 422, "lines.empty"),
        (Role.RECEIVING, "send", {"lines": [{"line": 9, "lot": LOT, "quantity": 1}]}, 422, "line.unknown"),
        (Role.RECEIVING, "send", {"lines": [{"line": 1, "lot": "NONE", "quantity": 1}]}, 422, "lot.unknown"),
        (
            Role.RECEIVING,
            "send",
            {"lines": [{"line": 1, "lot": LOT, "quantity": -1}]},
            422,
            "quantity.too_small",
        ),
        (
            Role.RECEIVING,
            "send",
            {"lines": [{"line": 1, "lot": LOT, "quantity": 0.5}]},
            422,
            "quantity.too_precise",
        ),
        (
            Role.RECEIVING,
            "send",
            {"lines": [{"line": 1, "lot": LOT, "quantity": 1201}]},
            409,
            "send.more_than_ordered",
        ),
        (
            Role.RECEIVING,
            "send",
            {"lines": [{"line": 1, "lot": LOT, "quantity": "NaN"}]},
            422,
            "request.invalid",
        ),
        (Role.RECEIVING, "send", {"lines": [{"line": 1, "lot": LOT, "qty": 1}]}, 422, "request.invalid"),
        (
            Role.RECEIVING,
            "receive",
            {"lines": [{"line": 1, "counted": 1, "accepted": 1}]},
            422,
            "receive.which",
        ),
        (Role.RECEIVING, "correct", {"event": 99, "reason": "typo"}, 422, "event.unknown"),
        (Role.RECEIVING, "correct", {"event": 10**30, "reason": "typo"}, 422, "event.unknown"),
        (
            Role.PLANNER,
            "report-milestone",
            {"code": "NONE", "on_behalf_of": BEHALF},
            422,
            "milestone.unknown",
        ),
        (
            Role.PLANNER,
            "report-milestone",
            {"code": "REC", "actual": "2126-01-01T00:00:00Z", "on_behalf_of": BEHALF},
            422,
            "milestone.future",
        ),
        (
            Role.PLANNER,
            "report-milestone",
            {"code": "REC", "actual": "2026-01-01T00:00:00", "on_behalf_of": BEHALF},
            422,
            "time.zone",
        ),
    ],
)
async def test_an_impossible_command_is_refused_and_changes_nothing(
    system: System, who: Role, name: str, body: dict[str, Any], status: int, code: str
) -> None:
    number = await issued(system)
    before = await system.get(f"/orders/{number}")
    refused = await system.command(who, number, name, status=status, **body)
    assert refused["code"] == code
    assert refused["detail"]
    assert await system.get(f"/orders/{number}") == before


async def test_unknown_orders_commands_and_alerts_are_not_found(system: System) -> None:
    number = await issued(system)
    buyer = system.login(Role.BUYER)
    for path, body in (
        ("/orders/SO-0/hold", {"reason": "x"}),
        (f"/orders/{number}/explode", {"reason": "x"}),
        ("/alerts/none/acknowledge", {"cause": "x", "action": "x"}),
    ):
        assert (await buyer.post("/api/v1" + path, json=body)).status_code == 404, path
    for path in ("/orders/SO-0", "/orders/SO-0/events", "/documents/none", "/commands/none"):
        assert (await buyer.get("/api/v1" + path)).status_code == 404, path


async def test_a_stale_version_is_refused(system: System) -> None:
    number = await issued(system)
    shown = await system.login(Role.VIEWER).get(f"/api/v1/orders/{number}")
    version = int(shown.headers["etag"].strip('"'))
    await system.command(Role.BUYER, number, "hold", reason="drawing", if_match=version)
    refused = await system.command(Role.BUYER, number, "resume", if_match=version, status=412)
    assert refused["code"] == "order.version"


async def test_a_draft_is_edited_and_issued_only_as_it_was_seen(system: System) -> None:
    number = await draft(system)
    buyer, path = system.login(Role.BUYER), f"/api/v1/orders/{number}"
    seen = (await buyer.get(path)).headers["etag"]
    first = await buyer.patch(path, json={"purchase_order": "PO-1"}, headers={"If-Match": seen})
    assert (first.status_code, first.headers["etag"]) == (200, f'"{first.json()["version"]}"')
    second = await buyer.patch(path, json={"purchase_order": "PO-2"}, headers={"If-Match": seen})
    assert (second.status_code, second.json()["code"]) == (412, "order.version")
    unseen = await buyer.post(f"{path}/issue", headers={"If-Match": seen})
    assert (unseen.status_code, unseen.json()["code"]) == (412, "order.version")
    shown = await buyer.get(path)
    assert (shown.json()["stage"], shown.json()["purchase_order"]) == ("draft", "PO-1")
    assert shown.headers["etag"] == first.headers["etag"]
    issued = await buyer.post(f"{path}/issue", headers={"If-Match": shown.headers["etag"]})
    assert (issued.status_code, issued.json()["version"]) == (200, 1)


async def test_the_same_key_is_the_same_command(system: System) -> None:
    number = await issued(system)
    key = {"Idempotency_Key": "scan-1"}
    first = await system.post(Role.BUYER, f"/orders/{number}/hold", {"reason": "a"}, **key)
    again = await system.post(Role.BUYER, f"/orders/{number}/hold", {"reason": "a"}, **key)
    assert first == again
    assert counts(system, number) == (2, 2)
    other = await system.post(Role.BUYER, f"/orders/{number}/hold", {"reason": "b"}, status=422, **key)
    assert other["code"] == "idempotency.reused"


async def test_a_repeated_refusal_is_the_same_refusal(system: System) -> None:
    number = await issued(system)
    key = {"Idempotency_Key": "resume-1"}
    first = await system.post(Role.BUYER, f"/orders/{number}/resume", {}, status=409, **key)
    await system.command(Role.BUYER, number, "hold", reason="later")
    again = await system.post(Role.BUYER, f"/orders/{number}/resume", {}, status=409, **key)
    assert again["code"] == "order.not_held"
    assert again == first


async def test_a_refusal_says_where_the_order_stands_and_what_could_be_sent_instead(system: System) -> None:
    number = await issued(system)
    await system.command(Role.BUYER, number, "hold", reason="later")
    body = {"lines": [{"line": 1, "lot": LOT, "quantity": 1}]}
    refused = await system.post(Role.RECEIVING, f"/orders/{number}/send", body, status=409)
    assert (refused["code"], refused["stage"]) == ("order.hold", "issued")
    assert (refused["flags"], refused["conditions"]) == (["hold"], ["on_hold"])
    actions = (await system.get(f"/orders/{number}", Role.RECEIVING))["next_actions"]
    assert refused["possible"] == [action["command"] for action in actions if action["allowed"]]
    assert "resume" not in refused["possible"]
    buyer = await system.post(Role.BUYER, f"/orders/{number}/close", {}, status=409)
    assert "resume" in buyer["possible"]


async def test_who_may_not_is_told_where_the_order_stands_as_far_as_they_may_see_it(system: System) -> None:
    number = await issued(system)
    await system.command(Role.BUYER, number, "hold", reason="later")
    refused = await system.post(Role.RECEIVING, f"/orders/{number}/resume", {}, status=403)
    assert (refused["code"], refused["stage"], refused["flags"]) == ("forbidden.role", "issued", ["hold"])
    actions = (await system.get(f"/orders/{number}", Role.RECEIVING))["next_actions"]
    assert refused["possible"] == [action["command"] for action in actions if action["allowed"]]
    assert "resume" not in refused["possible"]
    body = {"type": "coc"}
    viewer = await system.post(Role.VIEWER, f"/orders/{number}/documents?type=coc", body, status=403)
    assert (viewer["code"], viewer["stage"], viewer["possible"]) == ("forbidden.role", "issued", [])
    with system.database.write() as session:
        session.get_one(OrderRow, number).export_controlled = True
    hidden = await system.post(Role.RECEIVING, f"/orders/{number}/resume", {}, status=403)
    nowhere = await system.post(Role.RECEIVING, "/orders/SO-NO/resume", {}, status=403)
    assert hidden == nowhere, "nothing tells an order they may not know of from none"
    assert "stage" not in hidden


async def test_a_draft_says_that_it_has_to_be_issued_first(system: System) -> None:
    number = await draft(system)
    refused = await system.post(Role.BUYER, f"/orders/{number}/cancel", {"reason": "no"}, status=409)
    assert (refused["stage"], refused["possible"]) == ("draft", ["issue"])


async def test_commands_sent_at_once_are_applied_one_after_another(system: System) -> None:
    number = await issued(system)
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    buyer = system.login(Role.BUYER)
    body = {"lines": [{"line": 1, "lot": LOT, "quantity": 100}]}
    answers = await asyncio.gather(
        *(
            buyer.post(f"/api/v1/orders/{number}/send", json=body, headers={"Idempotency-Key": f"k{i}"})
            for i in range(14)
        )
    )
    deadline = asyncio.get_running_loop().time() + 20
    while (await system.get(f"/orders/{number}"))["pending_commands"]:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.2)
    assert {answer.status_code for answer in answers} <= {200, 202, 409}
    order = await system.get(f"/orders/{number}")
    assert order["lines"][0]["pieces"]["sent"] == "1200"
    lot = await system.get(f"/lots/{LOT}")
    assert lot["on_hand"] == "0"


async def test_a_command_behind_another_waits_for_its_turn_and_is_answered_with_the_order(
    system: System,
) -> None:
    number = await acknowledged(system)
    first = saved(system, number)
    asked = asyncio.create_task(
        system.login(Role.BUYER).post(f"/api/v1/orders/{number}/hold", json={"reason": "drawing unclear"})
    )
    await asyncio.sleep(0.3)
    assert not asked.done(), "it does not overtake"
    await send(system, number, first)
    answer = await asked
    assert (answer.status_code, answer.json()["flags"]) == (200, ["hold"])
    events = (await system.get(f"/orders/{number}/events"))["items"]
    assert [event["type"] for event in events][-2:] == ["milestone_reported", "order_held"]


@pytest.mark.parametrize(
    ("query", "content", "headers", "status", "code"),
    [
        ("type=coc", b"", {}, 422, "file.empty"),
        ("type=coc", PDF, {"Content-Type": "image/png"}, 415, "file.lies"),
        ("type=coc", b"MZ\x90\x00program", {}, 415, "file.lies"),
        ("type=coc", PDF, {"Content-Type": "text/html"}, 415, "file.type"),
        ("type=poem", PDF, {}, 422, "request.invalid"),
        ("type=coc&quantity=many", PDF, {}, 422, "quantity.not_a_number"),
        ("type=coc&line=9", PDF, {}, 422, "line.unknown"),
        ("type=coc&supersedes=none", PDF, {}, 422, "document.supersedes"),
    ],
)
async def test_a_bad_file_is_refused_and_leaves_nothing(
    system: System, query: str, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    number = await issued(system)
    answer = await upload(system, number, query, content, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await system.get(f"/orders/{number}/documents"))["items"] == []
    assert list(system.settings.files_dir.glob("incoming/*")) == []


async def test_a_file_beyond_the_limit_is_cut_off(system: System) -> None:
    number = await issued(system)
    limit = system.settings.document_bytes
    answer = await upload(system, number, "type=coc", PDF + b"x" * limit)
    assert (answer.status_code, answer.json()["code"]) == (413, "file.too_large")
    assert list(system.settings.files_dir.glob("incoming/*")) == []


async def test_a_contradicting_certificate_holds_accepted_lots_until_it_is_corrected(system: System) -> None:
    number = await issued(system)
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 1200}])
    made = await system.command(
        Role.BUYER, number, "submit-inspection", line=1, results=MEASURED, on_behalf_of=BEHALF
    )
    await system.command(
        Role.QUALITY, number, "review-inspection", inspection=made["inspection"], decision="release"
    )
    await system.command(
        Role.RECEIVING,
        number,
        "receive",
        packing_slip="PS-1",
        lines=[{"line": 1, "counted": 600, "accepted": 600, "output_lot": "PLATED-1"}],
    )
    wrong = (await upload(system, number, "type=coc&number=C1&issuer=Acme&lot=OTHER", PDF)).json()
    assert not wrong["matched"]
    assert wrong["mismatches"][0]["field"] == "lot"
    assert (await system.get("/lots/PLATED-1"))["held"]
    order = await system.command(
        Role.RECEIVING,
        number,
        "receive",
        packing_slip="PS-2",
        lines=[{"line": 1, "counted": 600, "accepted": 600}],
    )
    assert order["lines"][0]["pieces"]["pending"] == "600"
    query = f"type=coc&number=C1&issuer=Acme&revision=2&lot={LOT}&supersedes={wrong['document']}"
    assert (await upload(system, number, query, PDF)).json()["matched"]
    assert not (await system.get("/lots/PLATED-1"))["held"]
    order = await system.command(Role.QUALITY, number, "judge", lines=[{"line": 1, "accepted": 600}])
    assert order["stage"] == "received"
    assert (await system.command(Role.BUYER, number, "close"))["stage"] == "closed"


async def test_a_held_lot_cannot_be_sent(system: System) -> None:
    number = await issued(system)
    with system.database.write() as session:
        lot = session.get(Lot, LOT)
        assert lot is not None
        lot.held, lot.hold_reason = True, "mill certificate missing"
    refused = await system.command(
        Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 1}], status=409
    )
    assert refused["code"] == "lot.held"
    assert "mill certificate missing" in refused["detail"]


async def test_more_received_than_is_out_is_over_and_flagged(system: System) -> None:
    number = await issued(system)
    await system.command(Role.RECEIVING, number, "send", lines=[{"line": 1, "lot": LOT, "quantity": 100}])
    order = await system.command(
        Role.RECEIVING,
        number,
        "receive",
        packing_slip="1",
        lines=[{"line": 1, "counted": 110, "rejected": 110}],
    )
    pieces = order["lines"][0]["pieces"]
    assert (pieces["sent"], pieces["rejected"], pieces["over"]) == ("100", "100", "10")
    assert {"what": "decision:over", "owed_by": "receiving"} in order["missing"]


async def test_a_controlled_order_does_not_exist_for_people_who_are_not_cleared(system: System) -> None:
    part = {"number": "SECRET", "revision": "A", "description": "x", "uom": "C62"}
    await system.post(Role.ADMIN, "/parts", part, status=201)
    job = {"number": "WO-S", "type": "MTO", "part": "SECRET", "revision": "A", "quantity": 5}
    outside = {
        "sequence": 10,
        "kind": "outside",
        "process": "PLATE",
        "spec": "ASTM B633",
        "spec_revision": "2023",
    }
    await system.post(Role.ADMIN, "/work-orders", {**job, "operations": [outside]}, status=201)
    with system.database.write() as session:
        session.get_one(Part, ("SECRET", "A")).export_controlled = True
    line = {"work_order": "WO-S", "operation": 10, "quantity": 5}
    body = {"supplier": "ACME", "process": "PLATE", "need_by": "2030-01-01", "lines": [line]}
    refused = await system.post(Role.BUYER, "/orders", body, status=422)
    assert (refused["code"], [each["field"] for each in refused["errors"]]) == (
        "draft.invalid",
        ["lines.0.work_order"],
    )
    assert (
        refused["errors"][0]["message"] == "There is no work order WO-S. Create it first or correct the name."
    )
    assert (await system.get("/orders"))["items"] == []


@pytest.mark.parametrize("cursor", ["zzz", "2026-01-01", "2026-13-01|x", "2026-01-01T00:00:00|x", "9" * 40])
async def test_a_cursor_that_is_none_is_refused_by_every_list(system: System, cursor: str) -> None:
    number = await issued(system)
    viewer = system.login(Role.VIEWER)
    for path in ("/orders", "/alerts", f"/orders/{number}/events", "/suppliers"):
        if path == "/orders" and cursor == "2026-01-01T00:00:00|x":
            continue
        answer = await viewer.get(f"/api/v1{path}", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor.invalid"), path


async def test_a_list_goes_on_behind_its_cursor(system: System) -> None:
    numbers = sorted([await draft(system), await draft(system), await draft(system)])
    first = await system.get("/orders?limit=2")
    second = await system.get(f"/orders?limit=2&cursor={first['next']}")
    assert [item["number"] for item in first["items"] + second["items"]] == numbers
    assert second["next"] is None


async def test_who_declined_owes_no_papers(system: System) -> None:
    number = await issued(system)
    declined = await system.command(
        Role.BUYER, number, "acknowledge", decision="decline", reason="full", on_behalf_of=BEHALF
    )
    assert declined["stage"] == "countered"
    assert declined["missing"] == []


async def test_orders_are_found_by_any_identifier_and_say_by_which(system: System) -> None:
    number = await issued(system, purchase_order="PO 88 A")
    await system.command(
        Role.BUYER, number, "acknowledge", decision="accept", supplier_order="A-5501", on_behalf_of=BEHALF
    )
    await draft(system, purchase_order="PO 88 B")
    supplier_order = {"kind": "supplier_order", "value": "A-5501"}
    order = {"kind": "purchase_order", "value": "PO 88 A"}
    for q, reasons in (
        ("%20a-55%20", [supplier_order]),
        ("Ａ－５５０１", [supplier_order]),
        ("po 88 a-55", [order, supplier_order]),
        (number.lower(), [{"kind": "order", "value": number}]),
    ):
        items = (await system.get(f"/orders?q={q}"))["items"]
        assert [(item["number"], item["found_by"]) for item in items] == [(number, reasons)], q
    assert len((await system.get("/orders?q=hx-1"))["items"]) == 2
    assert (await system.get("/orders?q=a-55 hx-2"))["items"] == []
    assert "found_by" not in (await system.get("/orders"))["items"][0]
    assert (await system.get("/orders?q=%20%E3%80%80")) == (await system.get("/orders"))


async def test_a_draft_is_read_in_the_shape_of_an_order(system: System) -> None:
    number = await draft(system, quantity=20)
    before = await system.get(f"/orders/{number}")
    await system.command(Role.BUYER, number, "issue")
    after = await system.get(f"/orders/{number}")
    assert before.keys() == after.keys()
    (drafted,), (ordered,) = before["lines"], after["lines"]
    assert drafted.keys() == ordered.keys()
    # Nothing of it was sent: what is said of its lot is the same, too.
    assert drafted["lots"] == ordered["lots"]
    (lot,) = drafted["lots"]
    assert (lot["lot"], lot["heat"], lot["output_lot"], lot["output_lots"]) == (LOT, "HX-1", LOT, [])
    assert lot["usable"] == "1200"


async def test_every_lot_that_pieces_came_back_as_is_named(system: System) -> None:
    number = await issued(system, quantity=20)
    await system.command(Role.BUYER, number, "acknowledge", decision="accept", on_behalf_of=BEHALF)
    sent = [{"line": 1, "lot": LOT, "quantity": 20}]
    await system.command(Role.RECEIVING, number, "send", lines=sent)
    for name in ("B-1", "C-1"):
        back = [{"line": 1, "counted": 5, "accepted": 0, "pending": 5, "rejected": 0, "output_lot": name}]
        body = {"lines": back, "packing_slip": name}
        order = await system.command(Role.RECEIVING, number, "receive", **body)
    (lot,) = order["lines"][0]["lots"]
    assert (lot["output_lot"], lot["output_lots"]) == ("C-1", ["B-1", "C-1"])
    hold = await system.post(Role.QUALITY, "/lots/B-1/hold", {"reason": "Thin"})
    assert hold["orders"] == [number]
    judged = [{"line": 1, "accepted": 10, "rejected": 0}]
    refused = await system.command(Role.QUALITY, number, "judge", status=409, lines=judged)
    assert refused["code"] == "judge.lot_held"
