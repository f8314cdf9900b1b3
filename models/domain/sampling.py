"""Single sampling plans for normal inspection, general level II (ISO 2859-1, ANSI/ASQ Z1.4).

The lot size gives a code letter, the letter and the acceptance quality limit (AQL, in percent
nonconforming) give how many units to inspect and how many of them may be nonconforming.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from models.domain.errors import Invalid
from models.domain.quantities import digits

# Largest lot of each letter at level II; larger lots than the last take Q.
_LETTERS = (
    (8, "A"),
    (15, "B"),
    (25, "C"),
    (50, "D"),
    (90, "E"),
    (150, "F"),
    (280, "G"),
    (500, "H"),
    (1_200, "J"),
    (3_200, "K"),
    (10_000, "L"),
    (35_000, "M"),
    (150_000, "N"),
    (500_000, "P"),
)
_LARGEST_LETTER = "Q"

AQLS = ("0.065", "0.10", "0.15", "0.25", "0.40", "0.65", "1.0", "1.5", "2.5", "4.0", "6.5", "10")

# Code letter, sample size, then one acceptance number per AQL. An arrow means: use the first plan
# below (v) or above (^), its sample size included. The rejection number is always one more.
_MASTER = """
    A    2   v   v   v   v   v   v   v   v   v   v   0   v
    B    3   v   v   v   v   v   v   v   v   v   0   ^   v
    C    5   v   v   v   v   v   v   v   v   0   ^   v   1
    D    8   v   v   v   v   v   v   v   0   ^   v   1   2
    E   13   v   v   v   v   v   v   0   ^   v   1   2   3
    F   20   v   v   v   v   v   0   ^   v   1   2   3   5
    G   32   v   v   v   v   0   ^   v   1   2   3   5   7
    H   50   v   v   v   0   ^   v   1   2   3   5   7  10
    J   80   v   v   0   ^   v   1   2   3   5   7  10  14
    K  125   v   0   ^   v   1   2   3   5   7  10  14  21
    L  200   0   ^   v   1   2   3   5   7  10  14  21   ^
    M  315   ^   v   1   2   3   5   7  10  14  21   ^   ^
    N  500   v   1   2   3   5   7  10  14  21   ^   ^   ^
    P  800   1   2   3   5   7  10  14  21   ^   ^   ^   ^
    Q 1250   2   3   5   7  10  14  21   ^   ^   ^   ^   ^
    R 2000   3   5   7  10  14  21   ^   ^   ^   ^   ^   ^
"""
_ROWS = tuple(line.split() for line in _MASTER.strip().splitlines())
_ROW_OF = {row[0]: index for index, row in enumerate(_ROWS)}


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """Inspect ``n`` units; up to ``accept`` nonconforming ones pass the lot, ``reject`` fail it."""

    n: int
    accept: int = 0
    reject: int = 1


def canonical_aql(raw: object, *, field: str = "sample") -> str:
    """The AQL as the standard prints it (``1`` is ``1.0``). Raises ``Invalid`` ``inspection.aql``."""
    value = raw if isinstance(raw, Decimal) else digits(str(raw))
    for aql in AQLS:
        if value == Decimal(aql):
            return aql
    raise Invalid(
        "inspection.aql",
        "{aql} is not an acceptance quality limit of the standard; use one of {allowed}.",
        field=field,
        aql=raw,
        allowed=", ".join(AQLS),
    )


def code_letter(lot_size: int) -> str:
    """The letter of a lot at general inspection level II."""
    return next((letter for largest, letter in _LETTERS if lot_size <= largest), _LARGEST_LETTER)


def normal_single(lot_size: int, aql: str) -> SamplePlan:
    """The plan for a lot of at least one unit.

    A sample as large as the lot or larger means all units, with the acceptance number unchanged.
    """
    column = 2 + AQLS.index(canonical_aql(aql))
    index = _ROW_OF[code_letter(lot_size)]
    while (entry := _ROWS[index][column]) in "v^":
        index += 1 if entry == "v" else -1
    accept = int(entry)
    return SamplePlan(min(int(_ROWS[index][1]), lot_size), accept, accept + 1)
