"""Pieces with serial numbers that came though nobody sent them here: which cannot have, and which may be kept."""

from __future__ import annotations

from collections.abc import Iterable

from models.domain.errors import Refusal
from models.domain.pieces import Bucket
from models.domain.serial_stock import SerialStock, Whereabouts
from models.domain.serials import listed


def may_have_come(stock: SerialStock, part: str, serial: str, expected: Iterable[str], at: str) -> None:
    """Raises `Refusal` for a piece that is somewhere else as far as we know: it is not the one on the table, or its
    way here was not written down. `expected` are those that are out; `at` is the field that names the piece."""
    known = stock.pieces.get((part, serial), Whereabouts())
    serials = listed(expected)
    if known.dispatch:
        raise Refusal(
            "serial.gone",
            "Serial {serial} of {part} has left with {dispatch}. Expected are: {serials}. Look at the number on the "
            "piece.",
            field=at,
            serial=serial,
            part=part,
            dispatch=known.dispatch,
            serials=serials,
        )
    if known.job:
        raise Refusal(
            "serial.used",
            "Serial {serial} of {part} went into work order {job}. Expected are: {serials}. Look at the number on the "
            "piece.",
            field=at,
            serial=serial,
            part=part,
            job=known.job,
            serials=serials,
        )
    if known.bucket is Bucket.OVER:
        raise Refusal(
            "serial.surplus",
            "Serial {serial} is surplus of order {order}. Settle that there first. Expected here are: {serials}.",
            field=at,
            serial=serial,
            order=known.order,
            serials=serials,
        )
    if known.away and known.bucket is not None:
        raise Refusal(
            "serial.elsewhere_over",
            "Serial {serial} is with order {order} ({bucket}). It comes back there. Expected here are: {serials}.",
            field=at,
            serial=serial,
            order=known.order,
            bucket=known.bucket.replace("_", " "),
            serials=serials,
        )
    if known.lot:
        raise Refusal(
            "serial.on_shelf",
            "Serial {serial} of {part} is on our shelf, in lot {lot}. Expected are: {serials}. Look at the number on "
            "the piece; if it went out too, send it first.",
            field=at,
            serial=serial,
            part=part,
            lot=known.lot,
            serials=serials,
        )


def may_be_kept(
    stock: SerialStock, part: str, serial: str, lot: str, expected: Iterable[str], at: str
) -> None:
    """Raises `Refusal` for a piece that is somewhere else, or is none of its lot's, when these are all known."""
    expected = tuple(expected)
    may_have_come(stock, part, serial, expected, at)
    if lot in stock.here:
        raise Refusal(
            "serial.unknown",
            "Nobody made or received a piece {serial} of lot {lot}, of which all pieces are known. Send it back. "
            "Expected are: {serials}.",
            field=at,
            serial=serial,
            lot=lot,
            serials=listed(expected),
        )
