"""The types of orders: each has numbers and costs of its own, and one order has one type."""

from __future__ import annotations

from enum import StrEnum


class OrderType(StrEnum):
    """What a work order is made for; an outside order has the type of its work orders."""

    MTO = "MTO"
    MTS = "MTS"
    ETO = "ETO"
    TRIAL = "TRIAL"
    REWORK = "REWORK"


# A plain text, as it is kept: of an order without lines, and of orders from before there were types.
DEFAULT = OrderType.MTO.value
# What the numbers of a type begin with.
SERIES: dict[str, str] = {
    OrderType.MTO: "SO",
    OrderType.MTS: "SS",
    OrderType.ETO: "SE",
    OrderType.TRIAL: "ST",
    OrderType.REWORK: "SR",
}


def numbered(order_type: str, year: int, place: int) -> str:
    """`SO-2026-00001` and so on, a series for each type and year."""
    return f"{SERIES[order_type]}-{year}-{place:05d}"
