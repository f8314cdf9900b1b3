"""The serial numbers of bought pieces: given what is known, when a lot is booked in, then it is or why not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.domain.bought_serials import bought
from models.domain.errors import Invalid, Refusal
from models.domain.pieces import Bucket
from models.domain.serial_stock import SerialStock, Whereabouts

BUCKET_OF_ANOTHER = Whereabouts("L0", "SO-1", Bucket.AT_SUPPLIER)


def book(
    *serials: str, quantity: int = 2, tracked: bool = True, own: tuple[str, ...] = (), **known: object
) -> None:
    pieces = {("PUMP", serial): where for serial, where in known.items() if isinstance(where, Whereabouts)}
    bought("PUMP", Decimal(quantity), serials, SerialStock(pieces), tracked=tracked, own=own)


def test_each_piece_has_its_number_or_nobody_knows_any() -> None:
    book("A", "B")
    book()
    book(tracked=False)


@pytest.mark.parametrize(
    ("serials", "quantity", "tracked", "code"),
    [
        (("A", "B"), 2, False, "serial.not_tracked"),
        (("A",), 2, True, "serials.count"),
        (("A", "B", "C"), 2, True, "serials.count"),
        (("A", "A"), 2, True, "serials.repeated"),
    ],
)
def test_what_cannot_be_numbers_of_the_pieces_is_refused(
    serials: tuple[str, ...], quantity: int, tracked: bool, code: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        book(*serials, quantity=quantity, tracked=tracked)
    assert (wrong.value.code, wrong.value.errors[0].field) == (code, "serials")


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (Whereabouts("L0"), {"lot": "L0"}),
        (BUCKET_OF_ANOTHER, {"lot": "L0"}),
        (Whereabouts("", "SO-1", Bucket.AT_SUPPLIER), {"where": "SO-1"}),
        (Whereabouts(dispatch="DN-1"), {"where": "DN-1"}),
    ],
)
def test_a_number_that_a_piece_has_wherever_it_is_is_not_given_again(
    where: Whereabouts, told: dict[str, str]
) -> None:
    with pytest.raises(Refusal) as refusal:
        book("A", "B", B=where)
    assert (refusal.value.code, refusal.value.errors[0].field) == ("serial.made", "serials")
    assert told.items() <= refusal.value.values.items()


def test_a_lot_typed_in_anew_keeps_its_own_numbers() -> None:
    for where in (Whereabouts("L0"), Whereabouts(dispatch="DN-1")):
        book("A", "B", own=("A",), A=where)
    with pytest.raises(Refusal):
        book("A", "B", own=("B",), A=Whereabouts("L9"))
