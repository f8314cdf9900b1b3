"""What a page or a mail says in English though its reader chose another language."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from activities.i18n import read_catalogue

# Every text of the page that is shown or read aloud, but for what says that it is in another language.
SAID = """() => {
  const said = [document.title], skip = 'script, style, pre, code, [translate=no], html [lang]';
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) if (!texts.currentNode.parentElement.closest(skip)) said.push(texts.currentNode.data);
  for (const name of ['placeholder', 'aria-label', 'title', 'alt', 'data-label'])
    for (const one of document.querySelectorAll(`[${name}]`)) if (!one.closest(skip)) said.push(one.getAttribute(name));
  return said.map(text => text.trim()).filter(text => text);
}"""
_WORD = re.compile(r"[A-Za-z]{2,}")
_EVERYWHERE = {"CSV", "English", "GMT", "XLSX", "kB", "MB", "kg"}
# Behind a country's name in the reader's language.
_COUNTRY = re.compile(r" \([A-Z]{2}\)$")
# Codes that the database keeps in lower case are no words of anybody's.
_CODE = re.compile(r"[a-z_]*")


def left_in_english(said: Iterable[str], data: Iterable[str]) -> list[str]:
    """Those of a Chinese reader's texts with a word that is neither in any translation nor entered."""
    words = {word for message in read_catalogue("zh") for word in _WORD.findall(str(message.string))}
    words |= _EVERYWHERE
    # Whole names and sentences only: an A that somebody entered explains no DFARS.
    entered = sorted({text for text in data if _WORD.search(text)}, key=len, reverse=True)
    return [text for text in said if set(_WORD.findall(_without(text, entered))) - words]


def _without(text: str, entered: list[str]) -> str:
    text = _COUNTRY.sub(" ", text.replace("Español", " "))
    for each in entered:
        if each in text:
            text = re.sub(rf"(?<![A-Za-z]){re.escape(each)}(?![A-Za-z])", " ", text)
    return text


def data_of(database: Path) -> set[str]:
    """Everything somebody entered, as the database of a demo keeps it."""
    found: set[str] = set()
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    found.update(leaves(value))
    return {text for text in found if not _CODE.fullmatch(text)}


def leaves(value: Any) -> Iterator[str]:
    """Every text in a value, the names of fields and what is kept as JSON included."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from (str(key), *leaves(each))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from leaves(each)
    elif isinstance(value, str):
        if value[:1] in ("{", "["):
            try:
                yield from leaves(json.loads(value))
            except ValueError:
                yield value
        yield value
