"""Words in the reader's language.

English sentences are the keys; `templates/locale/<locale>/LC_MESSAGES/messages.po` hold the other
languages and are compiled in memory when first asked for, so there is no build step.

    python -m activities.i18n update     extract every sentence and merge it into the catalogues
    python -m activities.i18n missing    list what has no translation yet; exit code 1 if anything

`update` finds ``_()`` and ``{% trans %}`` in templates, and in Python ``_()``, ``N_()`` and the
sentence of every ``Refusal``, ``Invalid``, ``Forbidden``, ``Unknown``, ``Stale`` and ``FieldError``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
# The language of the keys comes first.
LOCALES = ("en", "zh", "es")
_HAN = re.compile("[\u3400-\u9fff]")
# A value with the spaces that stand between it and a Chinese character.
_SET_APART = re.compile("((?<=[\u3400-\u9fff]) )?\\{(\\w+)\\}( (?=[\u3400-\u9fff]))?")


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Marks a sentence for translation where it is written; ``translations`` looks it up later."""
    return text


def known_locale(wanted: str) -> str:
    """The locale we have words in for the wanted one (`zh-CN` -> `zh`), English if there is none."""
    language = wanted.replace("_", "-").split("-")[0].lower()
    return language if language in LOCALES else LOCALES[0]


def catalogue_path(locale: str) -> Path:
    return TEMPLATES / "locale" / locale / "LC_MESSAGES" / "messages.po"


def read_catalogue(locale: str) -> Catalog:
    """The translations of a locale as they are written, translated or not."""
    with catalogue_path(locale).open("rb") as file:
        return read_po(file, locale=locale, domain="messages")


def translations(locale: str) -> NullTranslations:
    """gettext for a locale; what has no translation stays English. Made once and kept."""
    return _compiled(known_locale(locale))


@cache
def _compiled(locale: str) -> NullTranslations:
    if locale == LOCALES[0]:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(locale))
    compiled.seek(0)
    return Translations(compiled)


def say(locale: str, text: str, values: Mapping[str, str] | None = None) -> str:
    """A sentence like a refusal's, translated, with its values put in: ``{name}`` per value."""
    if not text:
        return ""
    sentence = _translated(locale, text)
    return (_close(sentence, values or {}) if locale == "zh" else sentence).format(**(values or {}))


@lru_cache(8192)
def _translated(locale: str, text: str) -> str:
    return str(translations(locale).gettext(text))


def _close(sentence: str, values: Mapping[str, str]) -> str:
    """A Chinese sentence, which sets a value apart from its characters with a space, without that space
    where the value begins or ends in such a character itself: 700 件, but not 将 批次."""

    def beside(found: re.Match[str]) -> str:
        before, name, after = found.groups(default="")
        value = values.get(name, "")
        return f"{before if not _HAN.match(value) else ''}{{{name}}}{after if not _HAN.match(value[-1:]) else ''}"

    return _SET_APART.sub(beside, sentence)


def main(arguments: list[str]) -> int:
    """Runs ``update`` or ``missing``; gives the exit code."""
    # Extraction is for the people who write the product, not for the running one.
    from activities import extraction

    if arguments == ["update"]:
        extraction.update()
        return 0
    if arguments == ["missing"]:
        lines = [*extraction.untranslated(), *extraction.unreadable()]
        sys.stdout.writelines(f"{line}\n" for line in lines)
        return 1 if lines else 0
    sys.stderr.write("usage: python -m activities.i18n update | missing\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
