"""What may still be corrected of a lot by typing it anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from models.domain.authority import Role
from models.domain.errors import Forbidden, Refusal

# What events and records have counted since, and what its pieces are found by wherever they went.
_COUNTED = ("part", "part_revision", "quantity", "uom", "serials")
_FOUND_BY = ("supplier", "supplier_lot", "heat_number", "certificate")
# What its use was judged by: where its metal comes from, and whether it was here by then.
_JUDGED_BY = ("country_of_melt", "country_of_origin", "received_on")
_OTHERS = ("unit_cost",)
# A day that is added later might be after the first use; without one, nobody claims when it came.
_NEVER_ADDED = "received_on"
# Numbers and countries that often come later than the material, on its certificate.
ADDED_LATER = ("supplier_lot", "heat_number", "certificate", "country_of_melt", "country_of_origin")


def adds_only(roles: Collection[Role], person: str, recorded_by: object) -> bool:
    """Whether somebody may add what is missing and change nothing else: quality, and who received the lot. Raises
    `Forbidden` for others; administrators may correct all that is not settled."""
    if Role.ADMIN in roles:
        return False
    if Role.QUALITY in roles or (Role.RECEIVING in roles and person == recorded_by):
        return True
    raise Forbidden(
        "lot.others",
        "Quality, or whoever received this lot, adds what is missing of it. Ask one of them.",
    )


def missing(lot: Mapping[str, object]) -> tuple[str, ...]:
    """What nobody has said of it and certificates do."""
    return tuple(name for name in ADDED_LATER if not lot[name])


def settled(lot: Mapping[str, object], *, moved: bool, adding: bool = False) -> dict[str, Refusal]:
    """The fields that can no longer be changed, with why; what nobody has said yet may still be added.
    `moved`: pieces of it were made, used, sent or dispatched, and that was not taken back. `adding`: who asks may
    add what is missing, and no more."""
    why = _since_moved(lot) if moved else {}
    if adding:
        may = missing(lot)
        others = (name for name in (*_COUNTED, *_FOUND_BY, *_JUDGED_BY, *_OTHERS) if name not in may)
        why = {name: _said(str(lot["number"]), name) for name in others} | why
    return why


def _since_moved(lot: Mapping[str, object]) -> dict[str, Refusal]:
    why = {name: _counted(str(lot["number"]), name) for name in _COUNTED}
    why |= {name: _found_by(str(lot["number"]), name) for name in _FOUND_BY}
    why |= {name: _judged_by(str(lot["number"]), name) for name in _JUDGED_BY}
    return {name: refusal for name, refusal in why.items() if lot[name] is not None or name == _NEVER_ADDED}


def may_become(
    lot: Mapping[str, object], wanted: Mapping[str, object], *, moved: bool, adding: bool = False
) -> None:
    """Raises `Refusal` when a field that is settled would change."""
    for name, why in settled(lot, moved=moved, adding=adding).items():
        if lot[name] != wanted[name]:
            raise why


def _said(lot: str, field: str) -> Refusal:
    return Forbidden(
        "lot.said",
        "What was said of lot {lot} is corrected by an administrator; you may add what is missing: supplier lot, heat, "
        "certificate number, countries of melt and origin.",
        field=field,
        lot=lot,
    )


def _counted(lot: str, field: str) -> Refusal:
    return Refusal(
        "lot.counted",
        "Lot {lot} was made, used, sent or dispatched: what was booked of its part, revision, quantity, unit and "
        "serial numbers stays, and only what nobody has said may be added. Count the pieces on their order, record "
        "what the job made, or reverse what was recorded wrongly.",
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
