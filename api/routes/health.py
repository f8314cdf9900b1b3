"""Is this process alive, and can it serve?"""

from __future__ import annotations

import asyncio
from typing import Literal

from fastapi import Request
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from temporalio.client import Client
from temporalio.service import RPCError

from api.auth import PUBLIC
from api.wire import Answer, api_router
from models.db import Database

router = api_router(tags=["Health"])
_PATIENCE = 2.0


class Live(BaseModel):
    status: Literal["live"]


class Ready(BaseModel):
    status: Literal["ready", "not ready"]
    database: Literal["ok", "away"]
    temporal: Literal["ok", "away"]


@router.get("/health/live", response_model=Live, dependencies=PUBLIC)
async def live() -> Answer:
    return Answer({"status": "live"})


@router.get("/health/ready", response_model=Ready, dependencies=PUBLIC)
async def ready(request: Request) -> Answer:
    """503 while the database is away. Without Temporal commands are still saved, so that is only told."""
    database, temporal = await asyncio.gather(
        _database(request.app.state.database), _temporal(request.app.state.dispatcher.client)
    )
    status = {"status": "ready" if database else "not ready"}
    parts = {"database": "ok" if database else "away", "temporal": "ok" if temporal else "away"}
    return Answer(status | parts, 200 if database else 503)


async def _database(database: Database) -> bool:
    def ask() -> bool:
        with database.read() as session:
            return session.connection().execute(text("SELECT 1")).scalar() == 1

    try:
        async with asyncio.timeout(_PATIENCE):
            return await run_in_threadpool(ask)
    except (SQLAlchemyError, TimeoutError):
        return False


async def _temporal(client: Client) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await client.service_client.check_health()
    except (RPCError, RuntimeError, TimeoutError):
        return False
