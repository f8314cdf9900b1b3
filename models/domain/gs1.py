"""GS1: what trade partners print in symbols. Element strings and Digital Links, read and written.

An application identifier (AI) of two to four digits says what follows it. Those of the table below have
a length for good; every other value ends with FNC1, which scanners give as the control character GS.
Source: GS1 General Specifications (3.2 and 7.8), GS1 Digital Link URI Syntax 1.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from models.domain.errors import Invalid

UNIT, GTIN, CONTAINED, LOT, SERIAL, PIECES, COUNT = "00", "01", "02", "10", "21", "30", "37"
FNC1 = "\x1d"
# What scanners put before the data to say that it is GS1's: GS1-128, DataMatrix, DataBar, QR, DotCode.
_SYMBOLOGY = re.compile(r"\](?:C1|d2|e0|Q3|J1)")
_AI_SHOWN = re.compile(r"\((\d{2,4})\)", re.ASCII)
_SHOWN = re.compile(_AI_SHOWN.pattern + r"(.*?)(?=\(\d{2,4}\)|$)", re.ASCII)
# First two digits of an AI -> its own length and, where it needs no FNC1, that of its value.
_KNOWN: dict[str, tuple[int, int | None]] = {
    "00": (2, 18),
    "01": (2, 14),
    "02": (2, 14),
    "03": (2, 14),
    "04": (2, 16),
    "20": (2, 2),
    **{f"{prefix}": (2, 6) for prefix in range(11, 20)},
    **{f"{prefix}": (4, 6) for prefix in range(31, 37)},
    "41": (3, 13),
    **dict.fromkeys(("10", "21", "22", "30", "37"), (2, None)),
    **{f"{prefix}": (2, None) for prefix in range(90, 100)},
    **dict.fromkeys(("23", "24", "25", "40", "42", "71"), (3, None)),
    **dict.fromkeys(("39", "43", "70", "72", "80", "81", "82"), (4, None)),
}
_LETTERS = r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"
# What a value must be, where we read or write it ourselves.
_VALUES = {
    UNIT: r"\d{18}",
    GTIN: r"\d{14}",
    CONTAINED: r"\d{14}",
    LOT: _LETTERS + "{1,20}",
    SERIAL: _LETTERS + "{1,20}",
    PIECES: r"\d{1,8}",
    COUNT: r"\d{1,8}",
}
# An AI that says nothing without one of these beside it: a count is of what is inside.
_BESIDE = {LOT: {GTIN, CONTAINED}, SERIAL: {GTIN}, COUNT: {CONTAINED}, CONTAINED: {COUNT}, PIECES: {GTIN}}
_LONGEST = 90
# Qualifiers of a GTIN in the path of a Digital Link, in the sequence they must have.
_IN_PATH = ("22", LOT, SERIAL)
_IN_LINK = re.compile(r"(?:^|/)01/(\d{8}|\d{12,14})((?:/(?:22|10|21)/[^/]+)*)/?$")


def check_digit(digits: str) -> str:
    """The digit that makes a GTIN or SSCC of the digits before it."""
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def gtin14(text: str) -> str:
    """A GTIN-8, -12 or -13 with the zeros before it that make it fourteen digits; other text as it is."""
    digits = text.replace(" ", "").replace("-", "")
    return digits.zfill(14) if re.fullmatch(r"\d{8}|\d{12,14}", digits, re.ASCII) else text


def is_gtin(text: str) -> bool:
    """Fourteen digits whose last one is right."""
    return re.fullmatch(r"\d{14}", text, re.ASCII) is not None and check_digit(text[:-1]) == text[-1]


def element_string(elements: Mapping[str, str]) -> str:
    """As a symbol carries it, behind its first FNC1. Raises `Invalid`."""
    _check(elements)
    _check_beside(elements)
    ordered = sorted(elements, key=lambda ai: (_KNOWN[ai[:2]][1] is None, ai))
    parts = [
        ai + elements[ai] + (FNC1 if _KNOWN[ai[:2]][1] is None and ai != ordered[-1] else "")
        for ai in ordered
    ]
    return "".join(parts)


def readable(elements: Mapping[str, str]) -> str:
    """As it is printed below a symbol: (01)09506000134352(10)L-7."""
    return "".join(f"({ai}){value}" for ai, value in elements.items())


def can_carry(elements: Mapping[str, str]) -> bool:
    """Whether GS1 has room and letters for these values."""
    try:
        _check(elements)
        _check_beside(elements)
    except Invalid:
        return False
    return True


def digital_link(base: str, elements: Mapping[str, str]) -> str:
    """The web address of a GTIN, with its lot and serial. Raises `Invalid`."""
    _check(elements)
    _check_beside(elements)
    path = [GTIN, elements[GTIN]]
    for ai in _IN_PATH:
        if ai in elements:
            path += [ai, quote(elements[ai], safe="")]
    return "/".join([base.rstrip("/"), *path])


def parse_link(address: str) -> dict[str, str] | None:
    """What a Digital Link of anybody's says; None for an address that is none. Raises `Invalid`."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    found = _IN_LINK.search(parts.path)
    if found is None:
        return None
    elements = {GTIN: gtin14(found[1])}
    steps = found[2].split("/")[1:]
    for ai, value in zip(steps[::2], steps[1::2], strict=True):
        elements[ai] = unquote(value)
    for ai, value in parse_qsl(parts.query):
        if re.fullmatch(r"\d{2,4}", ai, re.ASCII) and ai[:2] in _KNOWN:
            elements.setdefault(ai, value)
    _check(elements)
    return elements


def parse(text: str) -> dict[str, str] | None:
    """What an element string says, by AI; None for a text that does not look like one. Raises `Invalid`
    for one that is wrong."""
    plain = text.strip(" \r\n")
    symbology = _SYMBOLOGY.match(plain)
    if symbology is not None:
        elements = _unpacked(plain[symbology.end() :].lstrip(FNC1))
    elif plain.startswith(FNC1):
        elements = _unpacked(plain.lstrip(FNC1))
    elif _AI_SHOWN.match(plain):
        elements = _bracketed(plain)
    elif re.match(r"0[12]\d{14}", plain, re.ASCII) and is_gtin(plain[2:16]):
        elements = _unpacked(plain)
    else:
        return None
    _check(elements)
    return elements


def _unpacked(text: str) -> dict[str, str]:
    """AIs and values one after the other."""
    elements: dict[str, str] = {}
    while text:
        known = _KNOWN.get(text[:2])
        if known is None:
            raise _wrong(text[:4])
        own, fixed = known
        ai, rest = text[:own], text[own:]
        if fixed is None:
            value, _, text = rest.partition(FNC1)
        else:
            value, text = rest[:fixed], rest[fixed:].removeprefix(FNC1)
            if len(value) < fixed:
                raise _wrong(ai)
        _keep(elements, ai, value)
    return elements


def _bracketed(text: str) -> dict[str, str]:
    """(01)…(10)… as it is printed and typed."""
    elements: dict[str, str] = {}
    place = 0
    for found in _SHOWN.finditer(text):
        if found.start() != place or found[1][:2] not in _KNOWN:
            raise _wrong(text[place : place + 6])
        _keep(elements, found[1], found[2].strip())
        place = found.end()
    return elements


def _keep(elements: dict[str, str], ai: str, value: str) -> None:
    if not value or len(value) > _LONGEST or elements.get(ai, value) != value:
        raise _wrong(ai)
    elements[ai] = value


def _check(elements: Mapping[str, str]) -> None:
    """Every value is what its AI says it is."""
    for ai, value in elements.items():
        pattern = _VALUES.get(ai)
        if pattern is not None and re.fullmatch(pattern, value, re.ASCII) is None:
            raise _wrong(ai)
        if ai in (UNIT, GTIN, CONTAINED) and check_digit(value[:-1]) != value[-1]:
            raise Invalid(
                "gs1.check_digit",
                "{number} is misread or mistyped: its last digit should be {digit}. Scan it again.",
                number=value,
                digit=check_digit(value[:-1]),
            )


def _check_beside(elements: Mapping[str, str]) -> None:
    """No AI stands without those that give it its meaning. What others print is read all the same."""
    for ai, needed in _BESIDE.items():
        if ai in elements and not needed & elements.keys():
            raise Invalid(
                "gs1.alone",
                "({ai}) means nothing without ({needed}).",
                ai=ai,
                needed=") or (".join(sorted(needed)),
            )


def _wrong(ai: str) -> Invalid:
    return Invalid("gs1.wrong", "This GS1 code is wrong or cut off at ({ai}). Scan it again.", ai=ai)
