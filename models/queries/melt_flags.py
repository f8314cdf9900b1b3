"""Where the metal of every lot of a trace was melted, as far as a part under DFARS asks for it.

The genealogy above all of them is walked at once; what is known of a metal goes down from there, so that many lots
cost little more than one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlmodel import Session

from models.domain.melting import CLAUSES, Melted, melted, met, worst
from models.queries.lot_holds import sources
from models.queries.trace_one import chunks
from models.tables.lots import Lot
from models.tables.parts import Part
from models.tables.types import table

View = dict[str, Any]
_LOTS, _PARTS = table(Lot), table(Part)
_SOME: BindParameter[Any] = bindparam("names", expanding=True)
# Built once: to build a statement costs as much as to run it.
_ASKED = select(_PARTS.c.number, _PARTS.c.revision).where(_PARTS.c.dfars, _PARTS.c.number.in_(_SOME))
_METALS = select(_LOTS.c.number, _LOTS.c.heat_number, _LOTS.c.country_of_melt, _LOTS.c.supplier).where(
    _LOTS.c.number.in_(_SOME)
)


def flags(session: Session, lots: Iterable[Mapping[str, Any]]) -> dict[str, View]:
    """By lot of the trace: `dfars`, and of lots it is asked of and of the metal they were made of where that was
    `melted` and which `clauses` that meets. Empty when it is asked of none."""
    known = [lot for lot in lots if lot.get("part")]
    asked = _asked(session, known)
    if not asked:
        return {}
    steps = sources(session, asked)
    above = {node.removeprefix("lot:") for node in steps if node.startswith("lot:")}
    own = _own(session, above)
    kinds = _down(steps, own)
    found = {}
    for lot in known:
        number = lot["number"]
        if number in asked or number in own:
            where = worst(kinds.get(f"lot:{number}", ()))
            found[number] = {
                "dfars": number in asked,
                "melted": where,
                "clauses": {clause: met(clause, where) for clause in CLAUSES},
            }
    return found


def _asked(session: Session, lots: Collection[Mapping[str, Any]]) -> set[str]:
    """Lots of parts that may be under a clause; of one whose revision nobody named, any may be."""
    parts: dict[str, set[str]] = {}
    for some in chunks(sorted({lot["part"] for lot in lots})):
        for row in session.execute(_ASKED, {"names": some}):
            parts.setdefault(row.number, set()).add(row.revision)
    return {
        lot["number"]
        for lot in lots
        if lot["part"] in parts and lot["part_revision"] in (None, *parts[lot["part"]])
    }


def _own(session: Session, lots: Collection[str]) -> dict[str, Melted]:
    """Lots that are metal: with a heat or a country of melt, or bought."""
    found = {}
    for some in chunks(sorted(lots)):
        for row in session.execute(_METALS, {"names": some}):
            if row.heat_number or row.country_of_melt or row.supplier:
                found[row.number] = melted(row.country_of_melt)
    return found


def _down(steps: Mapping[str, Collection[str]], own: Mapping[str, Melted]) -> dict[str, set[Melted]]:
    """By node, all kinds of metal in it: each goes on to whatever was made of it, once."""
    below: dict[str, list[str]] = {}
    for node, above in steps.items():
        for source in above:
            below.setdefault(source, []).append(node)
    kinds: dict[str, set[Melted]] = {}
    for number, kind in own.items():
        line = [f"lot:{number}"]
        while line:
            node = line.pop()
            if kind not in kinds.setdefault(node, set()):
                kinds[node].add(kind)
                line += below.get(node, ())
    return kinds
