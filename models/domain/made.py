"""What a command made, named as its caller needs it: ids to use next, a verdict, a match."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from models.domain import events as e


def made(events: Iterable[e.Event]) -> dict[str, Any]:
    """Merged over the events of one command; JSON values only."""
    result: dict[str, Any] = {}
    for event in events:
        if isinstance(event, e.ParcelShipped | e.ParcelNamed):
            result["parcel"] = event.parcel
            if event.announced_over:
                result["announced_over"] = str(event.announced_over)
        elif isinstance(event, e.TransferOffered):
            # It travels like a parcel, under a name of its own.
            result |= {"transfer": event.transfer.transfer, "parcel": event.transfer.transfer}
        elif isinstance(event, e.PiecesReceived):
            result["receipt"] = event.receipt
            kept = {line.kept_because for line in event.lines if line.kept_because}
            if kept:
                result["kept_pending_because"] = sorted(kept)
        elif isinstance(event, e.InspectionSubmitted):
            result |= {
                "inspection": event.inspection,
                "verdict": event.verdict,
                "failures": [
                    {
                        "characteristic": failure.characteristic,
                        "sample": failure.sample,
                        "value": failure.value,
                        "message": failure.message,
                    }
                    for failure in event.failures
                ],
            }
        elif isinstance(event, e.NonconformanceOpened):
            result.setdefault("nonconformance", event.nonconformance)
        elif isinstance(event, e.ActionPlanned):
            result["action"] = event.action
        elif isinstance(event, e.PiecesLost) and event.claims:
            result["claims"] = [loss.claim for loss in event.claims]
        elif isinstance(event, e.OrdersMerged):
            result["merged"] = [source.order for source in event.sources]
        elif isinstance(event, e.OrderSplit):
            result["orders"] = list(event.children)
        elif isinstance(event, e.OrderReassigned):
            result["orders"] = [event.to]
        elif isinstance(event, e.ChangeProposed | e.OrderExpedited):
            result["change"] = event.change
        elif isinstance(event, e.DocumentAdded):
            result |= {
                "document": event.document,
                "sha256": event.sha256,
                "size": event.size,
                "type": str(event.type),
                "matched": not event.mismatches,
                "mismatches": [
                    {"field": item.field, "printed": item.printed, "expected": item.expected}
                    for item in event.mismatches
                ],
            }
    return result
