"""Who may send a command on an order; who may not is told where the order stands and what they could send."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.auth import Allowed, Principal, authenticate
from api.routes.orders import reader
from models.codec import load_order
from models.domain import authority
from models.domain.authority import Actor, Role
from models.domain.errors import Forbidden, Standing, Unknown
from models.domain.standing import standing
from models.queries import orders as queries


def actor_of(principal: Principal) -> Actor:
    return Actor(principal.id, principal.kind, principal.roles, principal.cleared)


@dataclass(frozen=True)
class AllowedOnOrder(Allowed):
    """As `Allowed`, of the order that the address names."""

    async def __call__(self, request: Request) -> Principal:
        try:
            return await super().__call__(request)
        except Forbidden as refusal:
            principal = await authenticate(request)
            number = request.path_params["number"]
            refusal.standing = await run_in_threadpool(standing_for, request, principal, number)
            raise


def allowed_to(command: str) -> AllowedOnOrder:
    """Only people whose role sends this command, and admins."""
    return AllowedOnOrder(frozenset(authority.roles_for(command)) | {Role.ADMIN})


def standing_for(request: Request, principal: Principal, number: str) -> Standing | None:
    """Where the order stands; None when there is none for this reader, who hears nothing of it then."""
    with request.app.state.database.read() as session:
        try:
            row = queries.stored(session, number, reader(principal))
        except Unknown:
            return None
    return standing(load_order(row.snapshot) if row.snapshot is not None else None, actor_of(principal))
