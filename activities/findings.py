"""What `sendout doctor` can find, and what to do about each."""

from __future__ import annotations

from dataclasses import dataclass

REMEDIES = {
    "stream.gap": "Events were removed. Restore the database from a backup.",
    "stream.chain": "An event was changed after it was written. Restore the database from a backup.",
    "stream.unreadable": "This version cannot read its own event. Restore the database from a backup, or "
    "install the version that wrote it.",
    "order.head": "The order's row was changed by hand. Restore the database from a backup.",
    "order.snapshot": "The stored state was changed by hand. Restore the database from a backup.",
    "order.row": "The order's row was changed by hand. Restore the database from a backup.",
    "tables.differ": "The table was changed by hand. Restore the database from a backup.",
    "genealogy.differ": "The genealogy was changed by hand. Restore the database from a backup.",
    "pieces.negative": "No bucket can hold less than nothing. Restore the database from a backup.",
    "pieces.not_conserved": "Pieces were made or lost outside of the order's events. Restore the database "
    "from a backup.",
    "pieces.not_accepted": "An order of one of the two operations was changed by hand. Restore the database from a backup.",
    "lot.through_twice": "Pieces were sent again that came back done. Count the lot, and look at what the orders were paid for.",
    "serial.two_places": "Look at the number on the piece, and take back what was written down wrongly: settle the surplus "
    "as a miscount, or correct the receipt, the dispatch or the record of the job.",
    "pick.short": "What was set aside was used for something else. Pick anew for the work orders that wait for it.",
    "pick.part": "The picking list or the lot was changed by hand. Pick anew for the work order.",
    "transfer.differ": "One of its two orders was changed by hand. Restore the database from a backup.",
    "lot.on_hand": "The stock was changed by hand. Count the lot, then correct its quantity with PUT /lots.",
    "lot.unexplained": "The lot, its orders or the genealogy were changed by hand, or a lot of another part went out on an "
    "order of an earlier version. Count the lot, then correct its quantity with PUT /lots, or restore the database from a backup.",
    "lot.held": "The lot or its hold was changed by hand. Restore the database from a backup; until then send "
    "nothing of the lot.",
    "workflow.missing": "Nothing happens to this order on its own. The hourly sweep starts its workflow again.",
    "workflow.surplus": "Terminate this workflow in the Temporal Web UI: nothing is left for it to do.",
    "deadline.missed": "Nobody was told that it passed. Start a worker; if one runs, look at the order's "
    "workflow in the Temporal Web UI.",
    "command.stuck": "Start the API and a worker; look at the order's workflow in the Temporal Web UI, or, of a draft and "
    "what has ended, for `relay_failed` in the API's log.",
    "mail.stuck": "Look at its delivery workflow in the Temporal Web UI, then ask for a fresh link or mail "
    "the supplier yourself.",
    "mail.unattended": "Start the API: its relay starts the delivery of every mail that waits.",
    "file.missing": "Restore the folder `files` from a backup.",
    "file.changed": "The file was changed or damaged. Restore it from a backup.",
    "file.orphan": "No record names it: an upload ended before its command was saved. It may be deleted.",
    "file.unfinished": "An upload broke off. It may be deleted.",
    "recall.report": "A signed report was changed afterwards. Restore the database from a backup.",
    "link.contact": "Revoke the link: it belongs to nobody at the order's supplier.",
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that contradicts something else. `where` names the record, `what` the contradiction."""

    code: str
    where: str
    what: str
    remedy: str


def found(code: str, where: str, what: str) -> Finding:
    """With the remedy that belongs to the code. Raises `KeyError` for a code nobody wrote one for."""
    return Finding(code, where, what, REMEDIES[code])
