"""What a draft says, with the names of what it names, for every page that shows one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from api.pages.desk import Desk
from api.pages.order.compliance_told import revision
from api.pages.order.whereabouts import Whereabouts, whereabouts
from models.queries import specifications
from models.queries.local_day import today_at
from models.tables.people import User
from models.tables.processes import Process
from models.tables.suppliers import Supplier


@dataclass(frozen=True, slots=True)
class Drafted:
    """`value` is what is ordered, in money; empty while nothing is."""

    supplier: str
    process: str
    buyer: str
    value: str
    places: tuple[Whereabouts, ...]
    # What the register of specifications has against the revision; empty where nothing.
    revision: str


def drafted(session: Session, desk: Desk) -> Drafted:
    """What stands on a draft; a code stands for itself where nothing is known by it."""
    view, words = desk.view, desk.words
    supplier = session.get(Supplier, view["supplier"])
    process = session.get(Process, view["process"])
    buyer = session.get(User, view["buyer"])
    cost = view["cost"]
    return Drafted(
        supplier=supplier.name if supplier is not None else view["supplier"],
        process=process.name if process is not None else view["process"],
        buyer=(buyer.name or buyer.email) if buyer is not None else "–",
        value=words.paid(cost["ordered"], cost["currency"]) if cost["currency"] is not None else "",
        places=tuple(whereabouts(view, words)),
        revision=_revision(session, desk),
    )


def _revision(session: Session, desk: Desk) -> str:
    view, words = desk.view, desk.words
    day = today_at(session, view["plant"], desk.staff.now)
    register = specifications.registered(session, {view["spec"]})
    judged = specifications.judged(register, view["spec"], view["spec_revision"], day)
    proof = revision(judged, words)
    return proof.text if proof is not None and proof.kind != "good" else ""
