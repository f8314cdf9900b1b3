"""The command ``sendout``."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from api import logs
from models.domain.authority import Role
from models.domain.errors import Refusal
from models.domain.trace import Direction
from models.secrets import with_secret_key
from models.settings import Settings

if TYPE_CHECKING:
    from sqlmodel import Session

app = typer.Typer(
    help="Sendout coordinates outside processing.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
user_commands = typer.Typer(help="People who work with Sendout.", no_args_is_help=True)
token_commands = typer.Typer(help="Keys for programs that use the API.", no_args_is_help=True)
app.add_typer(user_commands, name="user")
app.add_typer(token_commands, name="token")

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="The data folder; SENDOUT_DATA_DIR when left out.")
]
Host = Annotated[str, typer.Option("--host", help="The address to listen on.")]
Port = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="The port to listen on; 0: any free one.")
]
TemporalAddress = Annotated[
    str | None,
    typer.Option(
        "--temporal-address", help="host:port of a Temporal server; TEMPORAL_ADDRESS when left out."
    ),
]


@app.command()
def up(
    data_dir: DataDir = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    temporal_address: TemporalAddress = None,
) -> None:
    """Run everything on this machine: Temporal, worker, API and a local mailbox. Data is kept."""
    from api import up as everything

    def announce(addresses: everything.Addresses) -> None:
        typer.echo(f"Sendout is ready at {addresses.api}")
        if addresses.temporal_ui:
            typer.echo(f"Temporal Web UI: {addresses.temporal_ui}")
        if addresses.smtp:
            typer.echo(f"Mail is kept in {addresses.mailbox} (received at {addresses.smtp})")
        typer.echo("Ctrl-C stops it.")
        sys.stdout.flush()

    settings = _settings(data_dir, secret=False)
    address = temporal_address or os.environ.get("TEMPORAL_ADDRESS", "")
    try:
        code = everything.up(settings, host=host, port=port, temporal_address=address, announce=announce)
    except everything.CannotStart as reason:
        _refuse(str(reason))
    raise typer.Exit(code)


@app.command()
def demo(
    data_dir: Annotated[
        Path, typer.Option("--data-dir", help="The demo's own folder; delete it to begin again.")
    ] = Path("data/demo"),
    host: Host = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="Left out: 8000, or any free port when it is taken."),
    ] = None,
    temporal_address: TemporalAddress = None,
) -> None:
    """Run everything on this machine with weeks of history in it, to look around."""
    from api import demo as example
    from api import demo_guide
    from api import up as everything

    logs.configure("ERROR")

    def announce(addresses: everything.Addresses, notes: example.Notes) -> None:
        for line in demo_guide.lines(addresses, notes, data_dir):
            typer.echo(line)
        sys.stdout.flush()

    typer.echo("Making a company with weeks of history and starting everything. This takes a moment.")
    try:
        code = example.run(
            data_dir,
            host=host,
            port=everything.free_or(8000) if port is None else port,
            # Not the environment's: a server that is used for real work has orders of these numbers.
            temporal_address=temporal_address or "",
            announce=announce,
        )
    except (everything.CannotStart, example.DemoFailed) as reason:
        _refuse(str(reason))
    except ValidationError as error:
        _refuse(_wrong(error))
    raise typer.Exit(code)


@app.command()
def api(
    data_dir: DataDir = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    temporal_address: TemporalAddress = None,
) -> None:
    """Run the API and the supplier pages."""
    import uvicorn

    from api.app import create_app

    settings = _settings(data_dir, temporal_address=temporal_address)
    serving = create_app(settings)

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """Open pages listen as long as they are looked at; nothing waits for them."""
            if live := getattr(serving.state, "live", None):
                live.close()
            super().handle_exit(sig, frame)

    # No access log: an address can carry a supplier's token.
    config = uvicorn.Config(
        serving,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=15,
    )
    server = Server(config)
    server.run()
    if not server.started:
        raise typer.Exit(3)


@app.command()
def worker(data_dir: DataDir = None, temporal_address: TemporalAddress = None) -> None:
    """Run a worker: the orders' workflows, their activities and the deliveries."""
    import uvloop

    from workflows.worker import run_worker

    uvloop.run(run_worker(_settings(data_dir, temporal_address=temporal_address)))
    _leave(0)


@app.command()
def mailbox(
    data_dir: DataDir = None,
    host: Host = "127.0.0.1",
    port: Port = 1025,
) -> None:
    """Run the local mailbox: receives mail over SMTP and keeps it as files. Nothing is sent on."""
    from api import mailbox as local

    settings = _settings(data_dir, secret=False)
    asyncio.run(local.serve(local.folder(settings), host, port))


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Create the database's tables, or bring them to this version."""
    from models.migrate import upgrade

    upgrade(_settings(data_dir, secret=False).database)
    typer.echo("The database is up to date.")


@app.command()
def doctor(
    data_dir: DataDir = None,
    temporal_address: TemporalAddress = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Compare all that is written down twice. Exit code 0: it fits, 1: something does not, 2: cannot look."""
    from api import doctor as examination

    if data_dir is not None and not data_dir.is_dir():
        _refuse(f"There is no folder {data_dir}.", examination.BLIND)
    settings = _settings(data_dir, secret=False)
    try:
        report = examination.look(settings, temporal_address or "", datetime.now(UTC))
    except examination.CannotLook as reason:
        _refuse(str(reason), examination.BLIND)
    typer.echo(report.json() if as_json else "\n".join(report.lines()))
    _leave(report.code)


@app.command()
def trace(
    identifier: Annotated[
        str,
        typer.Argument(
            help="A lot, heat, supplier lot, serial, job, order, parcel, transfer, load, dispatch or certificate."
        ),
    ],
    direction: Annotated[
        Direction, typer.Option("--direction", help="Where it came from, where it went, or both.")
    ] = Direction.BOTH,
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer of the API.")] = False,
) -> None:
    """Where pieces came from and where they went. Ends with 1 when any piece is unexplained."""
    from api import trace_lines
    from api.wire import dumps

    try:
        view = trace_lines.look(_settings(data_dir, secret=False), identifier, direction)
    except trace_lines.CannotTrace as reason:
        _refuse(str(reason), 2)
    typer.echo(dumps(view).decode() if as_json else "\n".join(trace_lines.lines(view)))
    raise typer.Exit(1 if view["answer"]["unexplained"] else 0)


@app.command("temporal-setup")
def temporal_setup(temporal_address: TemporalAddress = None) -> None:
    """Prepare a Temporal server: namespace and search attributes. Once, before its first worker."""
    from api import temporal

    if temporal_address:
        os.environ["TEMPORAL_ADDRESS"] = temporal_address
    try:
        if temporal.create_namespace(os.environ):
            typer.echo("Created the namespace.")
        added = temporal.register_search_attributes(os.environ)
    except temporal.TemporalError as reason:
        _refuse(str(reason))
    typer.echo(f"Registered {', '.join(added)}." if added else "Everything is registered already.")


@user_commands.command("create")
def create_user(
    email: Annotated[str, typer.Argument(help="The person's mail address, which is also the login.")],
    role: Annotated[list[Role], typer.Option("--role", help="May be given several times.")],
    name: Annotated[
        str, typer.Option("--name", help="How mails greet the person; left out: by the mail address.")
    ] = "",
    password: Annotated[
        str | None, typer.Option("--password", help="Left out: the person has no password, only tokens.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Add a person."""
    from api import people

    with _writing(data_dir) as session:
        user = people.create_user(session, email, role, password, datetime.now(UTC), name=name.strip())
    typer.echo(f"{user.email}: {', '.join(user.roles)}")


@token_commands.command("create")
def create_token(
    user: Annotated[str, typer.Option("--user", help="The mail address of the person it acts for.")],
    data_dir: DataDir = None,
) -> None:
    """Make an API token. It is printed once, alone on the last line."""
    from api import people

    with _writing(data_dir) as session:
        token = people.create_token(session, people.user_by_email(session, user), datetime.now(UTC))
    typer.echo("Send it as `Authorization: Bearer TOKEN`. It is not shown again:")
    typer.echo(token)


@contextmanager
def _writing(data_dir: Path | None) -> Iterator[Session]:
    """One transaction on the database; a refusal is said in its own words."""
    from models.db import Database
    from models.migrate import upgrade

    settings = _settings(data_dir, secret=False)
    if not settings.database_url:
        # The file in the data folder is ours alone, and this may be the first command that needs it.
        upgrade(settings.database)
    database = Database(settings.database)
    try:
        with database.write() as session:
            yield session
    except Refusal as refusal:
        _refuse(refusal.detail)
    finally:
        database.dispose()


def _settings(data_dir: Path | None, *, temporal_address: str | None = None, secret: bool = True) -> Settings:
    """The settings in force, the command line first; sets up logs, data folder, Temporal's address."""
    given: dict[str, Any] = {} if data_dir is None else {"data_dir": data_dir}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        _refuse(_wrong(error))
    logs.configure(settings.log_level)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if temporal_address:
        os.environ["TEMPORAL_ADDRESS"] = temporal_address
    return with_secret_key(settings) if secret else settings


def _wrong(error: ValidationError) -> str:
    wrong = "; ".join(f"SENDOUT_{e['loc'][0]}".upper() + f": {e['msg']}" for e in error.errors())
    return f"Settings are wrong. {wrong}"


def _refuse(reason: str, code: int = 1) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(code)


def _leave(code: int) -> NoReturn:
    """Ends a process that spoke with Temporal: the client's own threads can abort the interpreter's
    shutdown, and everything is written by now."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> None:
    """The entry point of the installed command."""
    app()


if __name__ == "__main__":
    main()
