"""What the Temporal Web UI can find orders by: search attributes, from the names activities use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

_KEYWORDS = {
    name: SearchAttributeKey.for_keyword(name)
    for name in ("Stage", "Supplier", "Buyer", "Process", "Late", "Urgent", "Hold")
}
_INSTANTS = {"DueAt": SearchAttributeKey.for_datetime("DueAt")}
NAMES = frozenset([*_KEYWORDS, *_INSTANTS])


def changes(shown: Mapping[str, str], values: Mapping[str, str]) -> Iterator[SearchAttributeUpdate[Any]]:
    """What leads from `shown` to `values`; "" is no value. An unknown name is a newer worker's."""
    for name, value in values.items():
        if shown.get(name, "") == value:
            continue
        if name in _KEYWORDS:
            keyword = _KEYWORDS[name]
            yield keyword.value_set(value) if value else keyword.value_unset()
        elif name in _INSTANTS:
            instant = _INSTANTS[name]
            yield instant.value_set(datetime.fromisoformat(value)) if value else instant.value_unset()


def at_first(values: Mapping[str, str]) -> TypedSearchAttributes:
    """What a workflow is listed with from its start."""
    return TypedSearchAttributes(
        [SearchAttributePair(update.key, update.value) for update in changes({}, values)]
    )
