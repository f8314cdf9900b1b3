"""Settings: environment variables with the prefix ``SENDOUT_``, and ``.env``."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything an operator can set. Temporal's own settings are read by ``temporalio.envconfig``."""

    model_config = SettingsConfigDict(env_prefix="SENDOUT_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(default=Path("data"), description="Files, and the database when it is SQLite.")
    database_url: str = Field(
        default="", description="SQLAlchemy URL; empty means SQLite in the data folder."
    )
    public_url: str = Field(default="http://127.0.0.1:8000", description="How suppliers reach this server.")
    smtp_url: str = Field(
        default="smtp://127.0.0.1:1025", description="smtp:// or smtps://, with user and password if needed."
    )
    mailbox: Literal["off", "login", "open"] = Field(
        default="off",
        description="Page /mailbox with the mails of the local mailbox: for admins, or open to everybody.",
    )
    mail_from: str = Field(default="Sendout <sendout@localhost>", description="Sender of every mail.")
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Signs links and cookies; made and kept in the data folder when empty.",
    )
    company: str = Field(default="Sendout", description="Your company's name, as suppliers read it.")
    task_queue: str = Field(default="sendout", description="Temporal task queue of orders and deliveries.")
    sandbox: bool = Field(
        default=False, description="Run workflow code in Temporal's sandbox (on in tests and replay)."
    )
    update_timeout: float = Field(
        default=8.0, description="Seconds a request waits for its command before it answers 202."
    )
    page_timeout: float = Field(
        default=2.5,
        description="Seconds a page waits for its command before it says it is saved and will be applied.",
    )
    relay_interval: float = Field(
        default=1.0, description="Seconds between two looks for commands that were not delivered."
    )
    link_days: int = Field(default=120, description="Days an emailed link lives.")
    document_bytes: int = Field(default=25_000_000, description="Largest document.")
    photo_bytes: int = Field(default=10_000_000, description="Largest photo.")
    video_bytes: int = Field(default=200_000_000, description="Largest video.")
    files_per_order: int = Field(default=500, description="Most files one order may have.")
    metrics_address: str = Field(
        default="", description="host:port where a worker serves its metrics to Prometheus; empty: nowhere."
    )
    bom_tolerance: Annotated[Decimal | None, BeforeValidator(lambda typed: typed or None)] = Field(
        default=Decimal("0.1"),
        ge=0,
        description="By what share (0.05 is 5 %) the material of a job may differ from its bill of material where "
        "a component names no tolerance; empty: of those any amount will do, but not nothing.",
    )
    output_over: Decimal = Field(
        default=Decimal("0.1"),
        ge=0,
        description="By what share (0.1 is 10 %) more than a job is for may be recorded as its output before "
        "somebody has to confirm it.",
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{quote(str(self.data_dir.absolute()))}/sendout.db"

    @property
    def files_dir(self) -> Path:
        return self.data_dir / "files"
