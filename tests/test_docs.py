"""What the documents name exists, and what the code registers is in the documents."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from activities.findings import REMEDIES
from activities.mail_contexts import MAILS
from api import people
from api.app import create_app, now
from api.cli import app as command_line
from models.domain import authority, gate
from models.domain.authority import Role
from models.domain.charges import ChargeKind
from models.domain.commands import COMMANDS
from models.domain.deadlines import RULES, Party
from models.domain.evidence import DOCUMENTS
from models.domain.identifiers import Kind
from models.domain.order import Stage
from models.domain.pieces import SENT
from models.settings import Settings
from tests.processes import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
FOLDER = re.compile(r"(?:api|activities|models|workflows|templates|tests|docs)(?:/[\w.<>-]+)*/?")
FILE = re.compile(r"[\w.-]+\.(?:py|md|toml|yml|lock)")
# In the data folder, not in the repository.
DATA = {"sendout.lock"}


def names(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


def code(page: Path) -> Iterator[str]:
    """Everything written as code: spans, and the lines of blocks without their comments."""
    text = page.read_text()
    for block in FENCE.findall(text):
        yield from (line.split("  #")[0].strip() for line in block.splitlines())
    yield from (" ".join(span.split()) for span in SPAN.findall(FENCE.sub("", text)))


every_page = pytest.mark.parametrize("page", PAGES, ids=names(PAGES))


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        path, _, anchor = link.partition("#")
        if link.startswith("https:"):
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
            assert anchor in anchors, link


def command_names() -> dict[str, set[str]]:
    """`doctor`, `user create` and so on, each with its options."""
    root: Any = typer.main.get_command(command_line)
    found: dict[str, set[str]] = {}

    def visit(prefix: str, group: Any) -> None:
        for name, each in group.commands.items():
            found[f"{prefix}{name}"] = {option for param in each.params for option in param.opts}
            if hasattr(each, "commands"):
                visit(f"{prefix}{name} ", each)

    visit("", root)
    return found


@every_page
def test_every_command_line_works(page: Path) -> None:
    known = command_names()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for text in code(page):
        if text.startswith("make "):
            assert text.split()[1] in targets, text
        if text.startswith("python -m "):
            assert importlib.util.find_spec(text.split()[2]), text
        if text.startswith("sendout "):
            words = [word for word in shlex.split(text) if word != "&&"][1:]
            plain = [word for word in words if not word.startswith("-")]
            name = next((each for each in (" ".join(plain[:2]), plain[0]) if each in known), None)
            assert name, text
            options = {word for word in words if word.startswith("--")}
            assert options <= known[name], text


@every_page
def test_every_setting_exists(page: Path) -> None:
    settings = {f"SENDOUT_{name}".upper() for name in Settings.model_fields}
    assert set(re.findall(r"SENDOUT_[A-Z_]+", page.read_text())) <= settings


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, set[str]]]:
    settings = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("routes"))
    return [
        (str(context.path), set(context.methods or ()))
        for context in iter_route_contexts(create_app(settings).routes)
    ]


@every_page
def test_every_address_exists(page: Path, routes: list[tuple[str, set[str]]]) -> None:
    address = re.compile(r"(?:([A-Z]+) )?(/(?:api|login|mailbox|s)(?:/\S*)?)(?: .*)?")
    for text in code(page):
        match = address.fullmatch(text)
        if match is None:
            continue
        method, path = match[1], re.sub(r"[?#].*", "", match[2].replace("<command>", "issue"))
        # `/s/…` stands for what comes behind it.
        path = path.replace("…", "x")
        assert any(
            (method is None or method in methods)
            and re.fullmatch(re.sub(r"\\\{[^}]*\}", "[^/]+", re.escape(template)), path)
            for template, methods in routes
        ), text


@every_page
def test_every_file_exists(page: Path) -> None:
    for text in code(page):
        if text in DATA or not (FOLDER.fullmatch(text) or FILE.fullmatch(text)):
            continue
        pattern = re.sub(r"<[^>]*>", "*", text.rstrip("/"))
        beside = [
            *ROOT.glob(pattern),
            *(ROOT / "models").glob(pattern),
            *(ROOT / "models/tables").glob(pattern),
        ]
        beside += [*ROOT.glob(f"templates/mail/*/{pattern}")]
        assert beside, text


def test_how_to_add_names_what_is_in_the_files_it_names() -> None:
    steps = re.split(r"^\d+\. ", (ROOT / "docs/how-to-add.md").read_text(), flags=re.MULTILINE)[1:]
    checked = 0
    for step in steps:
        step = step.split("\n\n")[0]
        spans = [" ".join(span.split()) for span in SPAN.findall(step)]
        sources = [(ROOT / span).read_text() for span in spans if (ROOT / span).is_file()]
        for span in spans:
            if re.fullmatch(r"_?[A-Z][A-Z_]+", span):
                assert any(re.search(rf"^{span}\b", source, re.MULTILINE) for source in sources), span
                checked += 1
    assert checked >= 12


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the reference, codes without their marks."""
    text = (ROOT / "docs/reference.md").read_text()
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_every_command_is_in_the_reference_with_who_may_send_it() -> None:
    said = {name: set(re.findall(r"[a-z_]+", who)) for name, who, _ in rows("Commands")}
    for name in COMMANDS:
        may = {role.value for role in authority.roles_for(name) - {Role.ADMIN}}
        if name in authority.SUPPLIER | authority.SUPPLIER_TOO:
            may.add("supplier")
        if name in authority.SYSTEM_ONLY:
            may = {"the", "product"}
        assert said.pop(name) == may, name
    assert not said


def test_the_table_of_what_is_possible_when_is_the_one_the_product_decides_by() -> None:
    text = (ROOT / "docs/reference.md").read_text()
    assert possible() in text, f"docs/reference.md: put this there\n{possible()}"


def possible() -> str:
    """Every command and stage as a table; then whether it goes on in each condition beside the stage."""
    head = ["Command", *(step.value for step in Stage), *gate.CONDITIONS]
    table = [head, ["---", *("-" for _ in head[1:])]]
    for name, stages in gate.ALLOWED.items():
        at = ["●" if step in stages else "" for step in Stage]
        also = ["" if name in barred else "●" for barred in gate.CONDITIONS.values()]
        table.append([f"`{name}`", *at, *also])
    return "\n".join(f"| {' | '.join(row)} |" for row in table) + "\n"


def test_every_alert_rule_is_in_the_reference_with_who_is_told() -> None:
    parties = set(get_args(Party))
    said = {}
    for code_, kind, _, told in rows("Alert rules"):
        first, _, then = told.partition("then")
        said[code_] = (
            kind,
            *(tuple(word for word in re.findall(r"\w+", part) if word in parties) for part in (first, then)),
        )
    assert said == {rule.code: (rule.kind, rule.tell, rule.escalate) for rule in RULES.values()}


def test_every_document_type_is_in_the_reference_with_its_name() -> None:
    said = {kind: (name, bool(must)) for kind, name, must in rows("Document types")}
    assert said == {kind.value: (rule.name, bool(rule.required)) for kind, rule in DOCUMENTS.items()}


def test_every_charge_is_in_the_reference() -> None:
    assert [kind for kind, *_ in rows("What an order costs")] == list(ChargeKind)


def test_every_kind_of_identifier_is_in_the_reference() -> None:
    assert [kind for kind, _ in rows("What orders are found by")] == list(Kind)


def test_every_mail_and_every_finding_is_in_the_reference() -> None:
    assert [row[0] for row in rows("Mails")] == list(MAILS)
    assert [row[0] for row in rows("What `sendout doctor` finds")] == list(REMEDIES)


def test_the_glossary_has_every_stage_bucket_and_flag() -> None:
    cells = dict(
        re.findall(r"^\| ([\w -]+) \| (.*) \|$", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE)
    )
    assert SPAN.findall(cells["Stage"]) == [stage.value for stage in Stage]
    assert SPAN.findall(cells["Bucket"]) == [bucket.value for bucket in SENT]
    source = (ROOT / "models/domain/flags.py").read_text()
    flags = re.findall(r'^        "(\w+)": ', source.split("def flags(")[1], re.MULTILINE)
    assert SPAN.findall(cells["Flag"]) == flags


def test_every_decision_is_in_the_list_of_decisions() -> None:
    folder = ROOT / "docs/decisions"
    listed = set(LINK.findall((folder / "README.md").read_text()))
    assert {path.name for path in folder.glob("*.md")} - {"README.md"} == listed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_first_order_of_the_api_page_can_be_made_as_it_stands(settings: Settings) -> None:
    (block,) = FENCE.findall((ROOT / "docs/api.md").read_text())
    app = create_app(settings)
    with TestClient(app) as client:
        with app.state.database.write() as session:
            admin = people.create_user(session, "admin@example.com", [Role.ADMIN], None, now())
            token = people.create_token(session, admin, now())
        for request in re.split(r"^POST ", block, flags=re.MULTILINE)[1:]:
            path, _, body = request.partition(" ")
            if path.endswith("/issue"):
                continue
            answer = client.post(path, json=json.loads(body), headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 201, (path, answer.text)
        assert answer.json()["number"], "the order comes last"


def test_every_picture_is_taken_anew_with_the_others_and_shown_somewhere() -> None:
    from tests.browser.screenshots import PICTURES, TAKEN

    taken = {picture.name for picture in TAKEN}
    assert taken == {file.stem for file in PICTURES.iterdir()}
    shown = {
        Path(link).stem for page in PAGES for link in LINK.findall(page.read_text()) if "pictures/" in link
    }
    assert taken == shown
