"""Work orders below work orders: a parent has its children, and none is below itself."""

from __future__ import annotations

from collections.abc import Sequence

from models.domain.errors import Invalid


def check_parent(number: str, above: Sequence[str]) -> None:
    """Whether `number` may be put below the first of `above`, which says that one and what it is below in turn.

    Raises `Invalid` with the way round.
    """
    if not above or number not in above:
        return
    if above[0] == number:
        raise Invalid(
            "work_order.ring",
            "A work order cannot be its own parent. Choose another one, or leave the parent out.",
            field="parent",
        )
    raise Invalid(
        "work_order.ring",
        "{parent} is already below {number}: {way}. Choose another parent, or give {last} another one first.",
        field="parent",
        number=number,
        parent=above[0],
        way=" → ".join(above[: above.index(number) + 1]),
        last=above[above.index(number) - 1],
    )
