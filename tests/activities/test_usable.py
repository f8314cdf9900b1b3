"""What of a lot somebody may take is what is offered, on both databases: not what is to go out again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import update

from api.pages.master import choices
from api.supplier.words import Words
from models.db import Database
from models.domain import commands as c
from models.queries import picking
from models.settings import Settings
from models.tables.lots import Lot
from models.tables.shop_floor import ConsumptionRow
from models.tables.types import table
from tests.activities.test_added_lines import done
from tests.activities.test_apply import NOW, Shop

D = Decimal
WORDS = Words("en", "Europe/Berlin", NOW.date())


@pytest.fixture
def shop(database: Database, settings: Settings) -> Shop:
    """Of 100 pieces sent 50 are back done and 20 as they went, under the lot's own name."""
    shop = Shop(database, settings)
    back = c.ReceiveLine(1, D(70), accepted=D(50), unprocessed=D(20))
    done(shop, c.Issue(), c.Acknowledge("accept"), c.Send((c.SendLine(1, D(100)),)))
    done(shop, c.Receive((back,), packing_slip="LS-1"))
    return shop


def free(shop: Shop) -> dict[str, Decimal]:
    with shop.database.read() as session:
        return {lot.lot: lot.free for lot in picking.shelf(session, {"FLANGE"}).get("FLANGE", [])}


def offered(shop: Shop) -> tuple[list[str], list[str]]:
    """For a job and for a dispatch."""
    with shop.database.read() as session:
        return tuple(  # type: ignore[return-value]
            [label.replace("\u00a0", " ") for _, label in lots(session, WORDS)]
            for lots in (choices.lots_to_use, choices.lots_to_dispatch)
        )


def test_what_is_to_go_out_again_is_not_picked(shop: Shop) -> None:
    assert free(shop) == {"L1": 50}
    # Nobody awaits it once its line is closed short.
    done(shop, c.ShortClose((c.LineOnly(1),), "Made elsewhere"))
    assert free(shop) == {"L1": 70}
    # What is not done leaves for a customer only when somebody confirms it.
    assert offered(shop) == (["L1 · FLANGE · 70 pcs"], ["L1 · FLANGE · 50 pcs of 70 pcs"])


def test_a_form_offers_what_may_be_taken_of_a_lot(shop: Shop) -> None:
    assert offered(shop) == (["L1 · FLANGE · 50 pcs of 70 pcs"], ["L1 · FLANGE · 50 pcs of 70 pcs"])
    with shop.database.write() as session:
        session.execute(update(table(Lot)).values(on_hand=D(20)))
        of = {"work_order": "WO", "lot": "L1", "part": "FLANGE", "quantity": D(50), "unit": "C62"}
        session.add(ConsumptionRow(id="used", **of, at=NOW, recorded_at=NOW, recorded_by="u_1"))
    assert offered(shop) == ([], [])


def test_a_job_takes_raw_material_and_a_dispatch_what_is_done(shop: Shop) -> None:
    with shop.database.write() as session:
        session.execute(update(table(Lot)).values(on_hand=D(90)))
    assert offered(shop) == (["L1 · FLANGE · 70 pcs of 90 pcs"], ["L1 · FLANGE · 50 pcs of 90 pcs"])
