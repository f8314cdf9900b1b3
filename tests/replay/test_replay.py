"""Orders that were running before a change go on after it: every stored history still replays."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner

from activities.contracts import Applied, ApplyInput, Carried
from models.settings import Settings
from tests.workflows.histories import Event, kinds, of_kind, readable, summaries
from workflows.options import WORKFLOWS, runner
from workflows.order import OrderWorkflow

HERE = Path(__file__).parent
STORED = sorted(path.stem for path in HERE.glob("*.json"))
STORIES = {
    "closed",
    "delivered",
    "declined",
    "held",
    "another_rule",
    "continued_1",
    "interrupted",
    "named",
    "hurried",
    "in_line",
}


def history(name: str) -> WorkflowHistory:
    stored = (HERE / f"{name}.json").read_text()
    return WorkflowHistory.from_json(name, stored)


def events(name: str) -> list[Event]:
    found: list[Event] = readable(json.loads((HERE / f"{name}.json").read_text()))["events"]
    return found


async def replay(name: str, workflows: list[type], how: WorkflowRunner) -> None:
    """Raises what a worker would fail the order's next task with."""
    await Replayer(workflows=workflows, workflow_runner=how).replay_workflow(history(name))


@pytest.mark.parametrize("name", STORED)
async def test_a_stored_history_replays(name: str) -> None:
    # In the sandbox, which also notices what no replay could repeat: clocks, chance, files.
    await replay(name, WORKFLOWS, runner(Settings(_env_file=None, sandbox=True)))


def test_the_stored_histories_cover_what_an_order_can_go_through() -> None:
    assert set(STORED) >= STORIES
    counted = {name: kinds(events(name)) for name in STORED}
    assert counted["closed"]["WORKFLOW_EXECUTION_UPDATE_COMPLETED"] == 13
    assert counted["held"]["ACTIVITY_TASK_SCHEDULED"] > 5
    assert counted["continued_1"]["WORKFLOW_EXECUTION_CONTINUED_AS_NEW"] == 1
    assert counted["interrupted"]["WORKFLOW_EXECUTION_CANCEL_REQUESTED"] == 1
    assert counted["in_line"]["ACTIVITY_TASK_SCHEDULED"] == 2
    # The quick try of a command failed, so it was tried as an ordinary activity.
    assert counted["interrupted"]["ACTIVITY_TASK_SCHEDULED"] == 1


def test_one_history_was_recorded_under_a_rule_that_has_changed_since() -> None:
    issued = "2040-03-05 09:00"
    for name, due in (("held", "2040-03-06 07:00"), ("another_rule", "2040-03-05 13:00")):
        first = first_timer(name)
        assert f"{first[0]:%Y-%m-%d %H:%M}" == issued
        assert f"{datetime.fromtimestamp(round(first[1]), first[0].tzinfo):%Y-%m-%d %H:%M}" == due


def first_timer(name: str) -> tuple[datetime, float]:
    """When an order began to wait, and until when it waited (a Unix time)."""
    timer = of_kind(events(name), "TIMER_STARTED")[0]
    begun = datetime.fromisoformat(timer["eventTime"][:26] + "+00:00")
    waits = float(timer["timerStartedEventAttributes"]["startToFireTimeout"].removesuffix("s"))
    return begun, begun.timestamp() + waits


def test_histories_of_commands_without_a_name_and_with_one_are_stored() -> None:
    """At first the update carried nothing but the command's id."""
    for name, arguments in (("declined", 1), ("named", 2)):
        for update in of_kind(events(name), "WORKFLOW_EXECUTION_UPDATE_ACCEPTED"):
            asked = update["workflowExecutionUpdateAcceptedEventAttributes"]["acceptedRequest"]
            assert len(asked["input"]["args"]["payloads"]) == arguments
    said = summaries(events("named"), "MARKER_RECORDED")
    assert said == ["Apply issue", "Apply acknowledge", "Apply cancel"]


def test_histories_of_orders_listed_at_every_change_and_of_those_listed_after_a_pause_are_stored() -> None:
    """At first every change of what the Web UI lists was told at once."""
    listed = "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"
    assert kinds(events("named"))[listed] == 3
    hurried = kinds(events("hurried"))
    assert (hurried["WORKFLOW_EXECUTION_UPDATE_COMPLETED"], hurried[listed]) == (5, 3)
    assert "List in the Web UI" in summaries(events("hurried"), "TIMER_STARTED")


@pytest.mark.parametrize("name", STORED)
def test_a_stored_history_names_nobody(name: str) -> None:
    told = json.dumps(events(name))
    for secret in ("@", "acme.example", "example.com", "Ana", "secret", "a key for recording"):
        assert secret not in told


@workflow.defn(name="OrderWorkflow")
class Patient(OrderWorkflow):
    """An order whose commands go to an ordinary activity first: two calls have changed places."""

    @workflow.run
    async def run(self, order: str, carried: Carried | None = None) -> str:
        return await OrderWorkflow.run(self, order, carried)

    async def apply(self, asked: ApplyInput, name: str) -> Applied:
        applied: Applied = await workflow.execute_activity(
            "apply", asked, result_type=Applied, start_to_close_timeout=timedelta(seconds=30)
        )
        return applied


async def test_replay_notices_calls_that_changed_places() -> None:
    with pytest.raises(workflow.NondeterminismError):
        await replay("closed", [Patient], UnsandboxedWorkflowRunner())
