"""Finds every sentence that has to be translated and keeps the catalogues up to date with them."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import write_po

from activities.i18n import LOCALES, ROOT, TEMPLATES, catalogue_path, read_catalogue

SOURCES = ("models", "activities", "workflows", "api", "templates")
# Function -> its arguments that are sentences, by position and by name.
SENTENCES_OF: dict[str, dict[int, str]] = {
    "_": {0: ""},
    "N_": {0: ""},
    "gettext": {0: ""},
    "Refusal": {1: "text"},
    "Invalid": {1: "text"},
    "Forbidden": {1: "text"},
    "Unknown": {1: "text"},
    "Stale": {1: "text"},
    "FieldError": {1: "text"},
    "TooLarge": {1: "text"},
    "WrongKind": {1: "text"},
    "TooOften": {1: "text"},
    "CannotKeep": {1: "text"},
    # One wrong field among several that are collected.
    "wrong": {1: "text"},
    # Why a form with nothing in it is refused.
    "nothing": {3: "otherwise"},
    # What an order waits for, in models.domain.headline.
    "_marked": {0: "text"},
    # Why a measured value fails.
    "failed": {0: "text"},
    # A rule of models.domain.deadlines: its name, and what to do.
    "Rule": {1: "name", 5: "action", 8: "unsent"},
    # A type of document in models.domain.evidence.
    "DocumentRule": {0: "name"},
}
# Called with a variable they look up what was marked elsewhere.
_LOOKS_UP = ("_", "gettext")
# They hand sentences on that others wrote, or call something else by one of these names.
_HANDS_ON = (
    "models/domain/errors.py",
    "activities/refusals.py",
    "api/supplier/fields.py",
    "api/supplier/serials.py",
    "api/routes/order_commands.py",
    "api/routes/resource.py",
    "api/pages/login.py",
    "api/pages/tasks/base.py",
)

Sentence = tuple[int, None, str, list[str]]


def sentences(
    source: BinaryIO,
    keywords: Collection[str],  # noqa: ARG001 - Babel gives it
    tags: Collection[str],  # noqa: ARG001
    options: Mapping[str, Any],  # noqa: ARG001
) -> Iterator[Sentence]:
    """A Babel extractor for Python that also follows a sentence through the variable it is kept in."""
    for _function, line, texts in _calls(ast.parse(source.read())):
        for text in texts:
            if re.search(r"\w", re.sub(r"\{[^}]*\}", "", text)):
                yield line, None, text, []


def _calls(tree: ast.Module) -> Iterator[tuple[str, int, list[str]]]:
    """Name, line and sentences of each call that takes one; none when the source does not say."""

    def visit(node: ast.AST, names: Mapping[str, list[str]]) -> Iterator[tuple[str, int, list[str]]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = {**names, **_kept(ast.walk(node), names)}
        if isinstance(node, ast.Call):
            for argument in _arguments(node):
                yield _name(node), node.lineno, _texts(argument, names)
        for child in ast.iter_child_nodes(node):
            yield from visit(child, names)

    yield from visit(tree, _kept(tree.body, {}))


def _kept(nodes: Iterable[ast.AST], outer: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Every string each variable is given, or holds in a table."""
    kept: dict[str, list[str]] = {}
    for node in nodes:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        texts = _texts(node.value, outer)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name) and texts:
                kept.setdefault(target.id, []).extend(texts)
    return kept


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _arguments(call: ast.Call) -> Iterator[ast.expr]:
    wanted = SENTENCES_OF.get(_name(call), {})
    yield from (argument for position, argument in enumerate(call.args) if position in wanted)
    yield from (keyword.value for keyword in call.keywords if keyword.arg in wanted.values())


def _texts(value: ast.expr, names: Mapping[str, list[str]]) -> list[str]:
    """What an expression can be: a literal, either side of a condition, a variable, a table's values."""
    match value:
        case ast.Constant(value=str(text)) if text:
            return [text]
        case ast.IfExp(body=yes, orelse=no):
            return [*_texts(yes, names), *_texts(no, names)]
        case ast.Name(id=name):
            return names.get(name, [])
        case ast.Call(func=ast.Name(id="N_"), args=[marked]):
            return _texts(marked, names)
        case ast.BoolOp(values=values) | ast.Dict(values=values):
            return [text for entry in values for text in _texts(entry, names)]
        case ast.Subscript(value=table) | ast.Call(func=ast.Attribute(value=table, attr="get")):
            return _texts(table, names)
        case _:
            return []


def extract() -> Catalog:
    """Every sentence in the sources, with the files it is in."""
    with (TEMPLATES / "locale" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog(project="Sendout")
    everything = extract_from_dir(ROOT, methods, options, directory_filter=_is_source)
    for name, line, text, comments, context in everything:
        found.add(text, locations=[(name, line)], auto_comments=comments, context=context)
    return found


def _is_source(directory: str) -> bool:
    return Path(directory).relative_to(ROOT).parts[0] in SOURCES


def update() -> None:
    """Merges what the sources say now into every catalogue; translations of gone sentences go too."""
    found = extract()
    for locale in LOCALES[1:]:
        catalogue = read_catalogue(locale) if catalogue_path(locale).exists() else _empty(locale)
        # A guessed translation reads as well as a checked one and means something else.
        catalogue.update(found, no_fuzzy_matching=True, update_creation_date=False)
        write_catalogue(locale, catalogue)


def write_catalogue(locale: str, catalogue: Catalog) -> None:
    """In an order that does not depend on where in a file a sentence stands."""
    path = catalogue_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, include_lineno=False, sort_output=True, ignore_obsolete=True)


def _empty(locale: str) -> Catalog:
    return Catalog(
        locale=locale,
        project="Sendout",
        version="1",
        header_comment="# Sendout's sentences, merged by `python -m activities.i18n update`.",
        msgid_bugs_address="the project's issues",
        last_translator="the project",
        language_team="the project",
        revision_date=datetime.now(UTC),
        fuzzy=False,
    )


def without_translation(locale: str, found: Catalog) -> list[Message]:
    """The sentences of ``found`` that a locale has no words for."""
    catalogue = read_catalogue(locale)
    known = {message.id for message in catalogue if _translated(message)}
    return [message for message in found if message.id and message.id not in known]


def _translated(message: Message) -> bool:
    words = [message.string] if isinstance(message.string, str) else message.string or [""]
    return not message.fuzzy and all(words)


def untranslated() -> Iterator[str]:
    """One line for every sentence a catalogue has no words for."""
    found = extract()
    for locale in LOCALES[1:]:
        for message in without_translation(locale, found):
            files = ", ".join(sorted({name for name, _ in message.locations}))
            yield f"{locale}: {files}: {message.id!r}"


def unreadable() -> Iterator[str]:
    """One line for every call whose sentence cannot be read from the source, so nobody translates it."""
    for path in sorted(file for source in SOURCES for file in (ROOT / source).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name in _HANDS_ON:
            continue
        for function, line, texts in _calls(ast.parse(path.read_bytes())):
            if not texts and function not in _LOOKS_UP:
                yield f"{name}:{line}: write this sentence as a literal"
