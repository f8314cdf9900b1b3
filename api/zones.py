"""The time zone of whoever reads a paper that was asked for over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.auth import Reader
from models.queries.local_day import timezone_at


def zone(request: Request, principal: Reader) -> str:
    """A dependency: the same zone their pages are in."""
    with request.app.state.database.read() as session:
        return timezone_at(session, principal.plant)


Zone = Annotated[str, Depends(zone)]
