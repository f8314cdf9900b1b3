"""Ending the links that were mailed to a supplier."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlmodel import Session

from activities import links
from api.auth import Principal, allowed
from api.changes import perform
from api.routes.orders import reader
from api.wire import Answer, api_router
from models.domain.authority import Role
from models.queries import orders as queries
from models.tables.master_changes import MasterChange

router = api_router(tags=["Orders"])


@router.delete("/orders/{number}/links")
def revoke_links(
    number: str,
    request: Request,
    principal: Annotated[Principal, Depends(allowed(Role.BUYER))],
    contact: Annotated[
        str | None, Query(max_length=100, description="Only this contact's; left out: everybody's.")
    ] = None,
) -> Answer:
    """Ends the order's emailed links at once; `revoked` names them.

    Later mails bring new ones. A contact who shall get none is first taken out of `notify`.
    """

    def revoke(session: Session, now: datetime) -> Answer:
        queries.stored(session, number, reader(principal))
        ended = links.revoke(session, number, contact, now)
        for link in ended:
            session.add(
                MasterChange(
                    table_name="link",
                    key=link,
                    before={"revoked_at": None},
                    after={"revoked_at": now.isoformat()},
                    actor=principal.id,
                    at=now,
                )
            )
        return Answer({"revoked": ended})

    return perform(request, principal, revoke)
