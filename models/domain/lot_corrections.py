"""What may still be corrected of a lot by typing it anew."""

from __future__ import annotations

from collections.abc import Mapping

from models.domain.errors import Refusal

# What events and records have counted since, and what its pieces are found by wherever they went.
_COUNTED = ("part", "part_revision", "quantity", "uom", "serials")
_FOUND_BY = ("supplier", "supplier_lot", "heat_number", "certificate")
# What its use was judged by: where its metal comes from, and whether it was here by then.
_JUDGED_BY = ("country_of_melt", "country_of_origin", "received_on")
# A day that is added later might be after the first use; without one, nobody claims when it came.
_NEVER_ADDED = "received_on"


def settled(lot: Mapping[str, object], *, moved: bool) -> dict[str, Refusal]:
    """The fields that can no longer be changed, with why; what nobody has said yet may still be added.
    `moved`: pieces of it were made, used, sent or dispatched, and that was not taken back."""
    if not moved:
        return {}
    why = {name: _counted(str(lot["number"]), name) for name in _COUNTED}
    why |= {name: _found_by(str(lot["number"]), name) for name in _FOUND_BY}
    why |= {name: _judged_by(str(lot["number"]), name) for name in _JUDGED_BY}
    return {name: refusal for name, refusal in why.items() if lot[name] is not None or name == _NEVER_ADDED}


def may_become(lot: Mapping[str, object], wanted: Mapping[str, object], *, moved: bool) -> None:
    """Raises `Refusal` when a field that is settled would change."""
    for name, why in settled(lot, moved=moved).items():
        if lot[name] != wanted[name]:
            raise why


def _counted(lot: str, field: str) -> Refusal:
    return Refusal(
        "lot.counted",
        "Lot {lot} was made, used, sent or dispatched: its part, revision, quantity, unit and serial numbers "
        "stay as they were booked. Count the pieces on their order, record what the job made, or reverse what was recorded wrongly.",
        field=field,
        lot=lot,
    )


def _found_by(lot: str, field: str) -> Refusal:
    return Refusal(
        "lot.found_by",
        "Lot {lot} was made, used, sent or dispatched: its pieces are found by its supplier, supplier lot, heat "
        "and certificate, which stay. Put the lot on hold, with what is right as the reason.",
        field=field,
        lot=lot,
    )


def _judged_by(lot: str, field: str) -> Refusal:
    return Refusal(
        "lot.judged_by",
        "Lot {lot} was made, used, sent or dispatched: its countries of melt and origin and the day it was received "
        "stay, as its use was judged by them. Put the lot on hold, with what is right as the reason.",
        field=field,
        lot=lot,
    )
