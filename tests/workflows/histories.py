"""Reading what Temporal keeps of an order, as people in its Web UI do."""

from __future__ import annotations

import base64
import json
from collections import Counter
from typing import Any

from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowHandle

Event = dict[str, Any]


async def events(handle: WorkflowHandle[Any, Any]) -> list[Event]:
    """One history, its payloads readable."""
    found: list[Event] = readable(json.loads((await handle.fetch_history()).to_json()))["events"]
    return found


def readable(value: Any) -> Any:
    """The same JSON with every payload in clear: Temporal's own writes them in base64."""
    if isinstance(value, list):
        return [readable(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "metadata" in value and isinstance(value.get("data", ""), str):
        text = base64.b64decode(value.get("data", "")).decode()
        return json.loads(text) if text else None
    return {name: readable(item) for name, item in value.items()}


def kinds(history: list[Event]) -> Counter[str]:
    """How many events of each type there are, such as ``TIMER_STARTED``."""
    return Counter(event["eventType"].removeprefix("EVENT_TYPE_") for event in history)


def of_kind(history: list[Event], kind: str) -> list[Event]:
    return [event for event in history if event["eventType"] == f"EVENT_TYPE_{kind}"]


def summaries(history: list[Event], kind: str) -> list[str]:
    """What the Web UI prints beside events of this type."""
    return [event.get("userMetadata", {}).get("summary", "") for event in of_kind(history, kind)]


async def details(handle: WorkflowHandle[Any, Any]) -> str:
    """What the Web UI shows as the order's current details."""
    metadata: WorkflowMetadata = await handle.query(
        "__temporal_workflow_metadata", result_type=WorkflowMetadata
    )
    return metadata.current_details


async def runs(client: Client, order: str) -> list[WorkflowHandle[Any, Any]]:
    """The order's histories, oldest first."""
    description = await client.get_workflow_handle(order).describe()
    found = [client.get_workflow_handle(order, run_id=description.run_id)]
    while True:
        started = (await events(found[0]))[0]["workflowExecutionStartedEventAttributes"]
        before = started.get("continuedExecutionRunId")
        if not before:
            return found
        found.insert(0, client.get_workflow_handle(order, run_id=before))
