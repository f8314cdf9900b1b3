"""What browsers are given: vendored files as they came, and nothing that asks another machine."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.processes import ROOT

TEMPLATES = ROOT / "templates"
STATIC = TEMPLATES / "static"
VENDORED = dict(
    reversed(line.split()) for line in (STATIC / "vendored.sha256").read_text().splitlines() if line.strip()
)
OURS = sorted(
    path
    for path in [*STATIC.iterdir(), *TEMPLATES.rglob("*.html")]
    if path.is_file() and path.name not in VENDORED and path.suffix in (".css", ".js", ".svg", ".html")
)
ADDRESS = re.compile(r"""(?:https?:)?//[\w.-]+\.\w+[^\s"')]*""")
# Names of XML languages are written like addresses; nobody asks there.
NAMES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")


@pytest.mark.parametrize("name", sorted(VENDORED))
def test_a_vendored_file_is_as_it_came(name: str) -> None:
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == VENDORED[name]


def test_every_script_that_is_not_ours_is_named_with_its_hash() -> None:
    """Ours are written for people: their lines are short."""
    packed = {path.name for path in STATIC.glob("*.js") if max(map(len, path.read_text().splitlines())) > 500}
    assert packed == {name for name in VENDORED if name.endswith(".js")}


def test_vendored_files_have_their_licence() -> None:
    licences = [name for name in VENDORED if name.endswith(".LICENSE")]
    for script in (name for name in VENDORED if name.endswith(".js")):
        project = script.split(".")[0].removeprefix("hx-").replace("sse", "htmx")
        assert f"{project}.LICENSE" in licences, script
    for name in licences:
        text = (STATIC / name).read_text().lower()
        assert "permission" in text
        assert "warrant" in text


def test_words_in_a_table_break_anywhere_on_phones_only() -> None:
    """`anywhere` lets a column be as narrow as a letter."""
    desk, phone = (STATIC / "staff.css").read_text().split("@media (max-width: 40rem)")
    cells = re.compile(r"\.cards td[^{}]*\{[^}]*overflow-wrap: anywhere")
    assert (bool(cells.search(desk)), bool(cells.search(phone))) == (False, True)


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_nothing_of_ours_names_another_host(path: Path) -> None:
    found = [address for address in ADDRESS.findall(path.read_text()) if address not in NAMES]
    assert found == []


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_styles_fetch_nothing(path: Path) -> None:
    assert not re.search(r"@import|url\(", path.read_text())


@pytest.mark.parametrize(
    "path",
    sorted([*(TEMPLATES / "pages").rglob("*.html"), *(TEMPLATES / "supplier").rglob("*.html")]),
    ids=lambda path: str(path.relative_to(TEMPLATES)),
)
def test_pages_carry_no_script_or_style_of_their_own(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|<script(?![^>]*\ssrc=\"/)|\sstyle=|\son[a-z]+=|javascript:", text)


def test_every_script_and_style_that_a_page_asks_for_is_there() -> None:
    for page in TEMPLATES.rglob("*.html"):
        for name in re.findall(r"/static/([\w.-]+)", page.read_text()):
            assert (STATIC / name).is_file(), f"{page.name} asks for {name}"
