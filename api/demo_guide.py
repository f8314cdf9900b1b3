"""What `sendout demo` prints: where everything is, who to be, and what to look at first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from api import demo_world as world
from api.demo import Notes
from api.demo_heat import HEAT
from api.demo_seats import DOUBTED_BAR, SERIALS
from api.demo_story import TO_ORDER
from api.up import Addresses

_LOOK_AT = {
    "WO-3201": "the main job: 690 of 1200 flanges accepted, 10 rejected and undecided, 500 at the plater",
    "WO-3202": "issued just now; its supplier has not answered",
    "WO-3150": "overdue: promised days ago, not shipped, nobody heard anything",
    "WO-3120": "ten shafts on their way back to be reworked (Spanish supplier)",
    "WO-3165": "the supplier proposes fewer pieces, later and dearer: accept or reject it (Chinese)",
    "WO-3175": "a change waits for approval: log in as Abel Stone",
    "WO-3185": "expedited: the supplier is asked for an earlier day and has not answered",
    "WO-3160": "declined by the supplier (Chinese)",
    "WO-3195": "no answer yet: the supplier was reminded, then the buyer alerted",
    "WO-3140": "all pieces are back, the certificate is not",
    "WO-3220": "seats with serial numbers, under DFARS: two left, two here, one scratched, one at the supplier",
    "WO-3190": "on hold",
    "WO-3203": "a draft; issue it",
    "WO-3100": "closed",
}


def lines(addresses: Addresses, notes: Notes, folder: Path) -> Iterator[str]:
    """The first line is the same as of `sendout up`, for programs that wait for it."""
    api = addresses.api
    yield f"Sendout is ready at {api}"
    yield ""
    yield f"  API, described    {api}/api/docs"
    yield f"  Log in            {api}/login"
    if addresses.smtp:
        yield f"  Mailbox           {api}/mailbox    every mail it sends"
    if addresses.temporal_ui:
        yield f"  Temporal Web UI   {addresses.temporal_ui}    one workflow per open order"
    yield f"  Supplier's page   {api}/s/{notes.link}"
    yield f"                    the link mailed about {notes.orders['WO-3202']}: answer it as the supplier"
    yield ""
    yield f"  People (password of all: {world.PASSWORD})"
    for role, (name, email) in world.PEOPLE.items():
        yield f"    {role:<17} {email:<24} {name}"
    yield ""
    yield f"  A token ({world.PEOPLE['admin'][1]}): {notes.tokens['admin']}"
    yield "    for example:"
    yield f"    curl -H 'Authorization: Bearer {notes.tokens['admin']}' {api}/api/v1/orders/{notes.orders['WO-3201']}"
    yield ""
    yield "  Orders to look at"
    # A folder of an older demo knows only some of them.
    for work_order, what in ((each, what) for each, what in _LOOK_AT.items() if each in notes.orders):
        yield f"    {notes.orders[work_order]}  {work_order}  {what}"
    yield ""
    yield f"  Work to be made   {api}/demand"
    yield f"                    sales order {world.SALES_ORDER[0]} and stock that runs short become work orders there"
    yield f"  Work to order     {api}/outside"
    yield f"                    drafts for {', '.join(TO_ORDER)} can be made there at once"
    yield ""
    yield f"  A heat's trace    {api}/trace?q={HEAT}"
    yield "                    10 bars, 300 shafts, two suppliers, two customers: where every piece is"
    yield f"  A piece's trace   {api}/trace?q={SERIALS[0]}"
    yield f"                    one seat, by its number; /trace?q={DOUBTED_BAR} is a bar melted where DFARS does not allow it"
    yield ""
    yield f"Everything is kept in {folder}; delete that folder to begin again."
    yield "Ctrl-C stops it."
