"""The server's own secret: given by the operator, or made once and kept in the data folder."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from models.settings import Settings

KEY_FILE = "secret.key"


def with_secret_key(settings: Settings) -> Settings:
    """The same settings, their ``secret_key`` read from (or first written to) the data folder when empty."""
    if settings.secret_key.get_secret_value():
        return settings
    return settings.model_copy(update={"secret_key": SecretStr(_kept_key(settings.data_dir))})


def _kept_key(folder: Path) -> str:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = folder / KEY_FILE
    if not kept.exists():
        _write_once(kept, secrets.token_urlsafe(48))
    return kept.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    """Whole or not at all, and never over another process's: ``link`` refuses an existing name."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
