"""Every sentence people read has words in every language, and the words keep the values."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from markupsafe import Markup

from activities import codes, extraction, wording
from activities.i18n import (
    LOCALES,
    N_,
    ROOT,
    TEMPLATES,
    known_locale,
    main,
    read_catalogue,
    say,
    translations,
)
from api.supplier.words import Words
from models.domain.decisions.correcting import CORRECTABLE
from models.domain.errors import Refusal

# The same in every language.
UNTRANSLATED = ("· Sendout", "UTC", "Sendout")
# Attributes that macros write between two tags of their caller.
ATTRIBUTES = re.compile(r'[\w-]+="[\w-]*"?|autofocus|open|-hint|-wrong')
TRANSLATED = [locale for locale in LOCALES if locale != "en"]


@pytest.fixture(scope="session")
def found() -> Catalog:
    return extraction.extract()


def words(message: Message) -> list[str]:
    if isinstance(message.string, str):
        return [message.string]
    return list(message.string or ())


def values(text: str) -> set[str]:
    """The places where values are put in: `%(name)s` and `{name}`."""
    return set(re.findall(r"%\(\w+\)s|\{\w+\}", text))


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_sentence_has_words(found: Catalog, locale: str) -> None:
    assert [message.id for message in extraction.without_translation(locale, found)] == []


def bare(template: Path) -> list[str]:
    """What a template says without asking for words."""
    text = re.sub(r"{#.*?#}|{%-?\s*trans.*?endtrans\s*-?%}", "", template.read_text(), flags=re.DOTALL)
    attributes = re.findall(r'(?:title|placeholder|aria-label|alt|data-label)="([^"{]+)"', text)
    text = re.sub(r"{%-?\s*block (?:kind|page|body_class)\b.*?endblock\s*-?%}", "", text, flags=re.DOTALL)
    text = re.sub(r"{{.*?}}|{%.*?%}", "\n", text, flags=re.DOTALL)
    text = re.sub(r"<(style|script|svg)\b.*?</\1>|<[^>]*>|&\w+;", "\n", text, flags=re.DOTALL)
    return [said.strip() for said in [*attributes, *text.split("\n")] if re.search(r"[A-Za-z]{2}", said)]


@pytest.mark.parametrize(
    "template",
    # The documentation of the API is for programs' authors.
    [path for path in sorted(TEMPLATES.rglob("*.html")) if path.name != "docs.html"],
    ids=lambda path: path.relative_to(TEMPLATES).as_posix(),
)
def test_templates_say_nothing_but_what_is_translated(template: Path) -> None:
    said = [text for text in bare(template) if not ATTRIBUTES.fullmatch(text)]
    assert [text for text in said if text not in UNTRANSLATED] == []


@pytest.mark.parametrize(
    "template",
    [path for path in sorted(TEMPLATES.rglob("*")) if path.suffix in (".html", ".txt")],
    ids=lambda path: path.relative_to(TEMPLATES).as_posix(),
)
def test_templates_leave_the_colon_after_a_label_to_the_language(template: Path) -> None:
    """`labelled` and `colon` write it; what stands inside a sentence is translated with it."""
    text = re.sub(r"{%-?\s*trans.*?endtrans\s*-?%}", "{{ said }}", template.read_text(), flags=re.DOTALL)
    assert re.findall(r".*(?:}}|%}|</\w+>):(?:\s|<|{).*", text) == []


def test_nor_do_pages_join_a_label_and_its_text_themselves() -> None:
    for source in (*(ROOT / "api" / "pages").rglob("*.py"), *(ROOT / "api" / "supplier").rglob("*.py")):
        joined = re.findall(r"""f["'].*}: {.*|": "\.join.*""", source.read_text())
        assert joined == [], source


def test_a_label_and_what_it_labels_stay_together_however_they_are_written() -> None:
    assert [wording.labelled(locale, "Lot", "L1") for locale in LOCALES] == ["Lot: L1", "Lot：L1", "Lot: L1"]
    assert (wording.labelled("en", "Lot", ""), wording.labelled("en", "", "L1")) == ("Lot", "L1")
    assert wording.labelled("zh", Markup("<b>Lot</b>"), "<L1>") == "<b>Lot</b>：&lt;L1&gt;"


def test_every_sentence_can_be_read_from_its_source() -> None:
    assert list(extraction.unreadable()) == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_words_keep_every_value_and_invent_none(locale: str) -> None:
    for message in read_catalogue(locale):
        if message.id and all(words(message)):
            sources = [message.id] if isinstance(message.id, str) else message.id
            for text in words(message):
                assert values(text) == values(sources[-1]), message.id


@pytest.mark.parametrize("locale", TRANSLATED)
def test_sentences_are_not_left_in_english(locale: str) -> None:
    """Single words may well be the same in two languages."""
    for message in read_catalogue(locale):
        assert " " not in message.id or message.id not in words(message)


@pytest.mark.parametrize(
    ("refusal", "text"),
    [
        (
            Refusal("a", "Possible when it is {stages}.", stages="receiving, closed"),
            "Possible when it is Receiving, Closed.",
        ),
        (Refusal("a", "This is for {roles}.", roles="receiving or buyer"), "This is for receiving, buyer."),
        (Refusal("a", "Only 3 are {bucket}.", bucket="at supplier"), "Only 3 are at the supplier."),
        (
            Refusal("a", "A {type} cannot take its place.", type="coc"),
            "A Certificate of conformance cannot take its place.",
        ),
        (
            Refusal("a", "What can: {entries}.", entries="pieces sent, milestone reported"),
            "What can: pieces sent out, a milestone reported.",
        ),
        (
            Refusal("a", "Out are {places}.", places="1200 in_transit_back, 0.5 at_supplier"),
            "Out are 1200 on the way back, 0.5 at the supplier.",
        ),
    ],
)
def test_codes_in_a_refusal_are_said_in_words(refusal: Refusal, text: str) -> None:
    assert Words("en", "UTC", date(2026, 11, 2)).refusal(refusal) == text


@pytest.mark.parametrize(("locale", "text"), [("zh", "收货中、已关闭"), ("es", "En recepción, Cerrado")])
def test_a_stage_is_not_taken_for_a_department(locale: str, text: str) -> None:
    words = Words(locale, "UTC", date(2026, 11, 2))
    assert words.refusal(Refusal("a", "{stages}", stages="receiving, closed")) == text


def test_everything_that_can_be_corrected_has_words() -> None:
    kinds = {kind.name.replace("_", " ") for kind in CORRECTABLE}
    assert kinds == codes.OWN_WORDS["entries"].keys()


def sentences(source: str) -> list[str]:
    return [text for _, _, text, _ in extraction.sentences(BytesIO(source.encode()), (), (), {})]


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('raise Refusal("a.b", "Only {left} left.", left=1)', ["Only {left} left."]),
        ('raise errors.Stale("a.b", "Too " "old.")', ["Too old."]),
        ('FieldError(f"lines.{n}", text="Enter it.")', ["Enter it."]),
        ('Invalid("a.b", "One." if one else "Many.")', ["One.", "Many."]),
        ('def f():\n    text = "Kept."\n    raise Unknown("a.b", text)', ["Kept."]),
        (
            'TABLE = {"a": "From a table."}\ndef f(k):\n    t = TABLE.get(k)\n    FieldError(k, t)',
            ["From a table."],
        ),
        (
            'TABLE = {"a": "From a table."}\ndef f(k, own):\n    t = own or TABLE.get(k)\n    FieldError(k, t)',
            ["From a table."],
        ),
        ('fields.wrong("a", N_("Marked."))', ["Marked.", "Marked."]),
        ('Rule("code", "Name", "alert", find, (), "Act")', ["Name", "Act"]),
        ('x = N_("Later.")', ["Later."]),
        ('Invalid("a.b", "{problem}")', []),
        ('Exception("a.b", "Not for people.")', []),
    ],
)
def test_sentences_are_found_however_they_are_written(source: str, texts: list[str]) -> None:
    assert sentences(source) == texts


def test_an_unknown_language_is_english_and_a_region_its_language() -> None:
    assert [known_locale(wanted) for wanted in ("zh-CN", "es_MX", "ES", "en", "fi", "")] == [
        "zh",
        "es",
        "es",
        "en",
        "en",
        "en",
    ]
    assert translations("zh-Hant") is translations("zh")


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ("批次 L1 的 700\u00a0件", "Ana 发出了批次 L1 的 700\u00a0件。"),
        ("700\u00a0件", "Ana 发出了 700\u00a0件。"),
        ("", "Ana 发出了 。"),
    ],
)
def test_no_space_stands_between_two_chinese_characters(pieces: str, text: str) -> None:
    assert say("zh", "{who} sent {pieces}.", {"who": "Ana", "pieces": pieces}) == text


def test_a_value_is_set_apart_on_the_side_that_needs_it() -> None:
    sent = say(
        "zh",
        "{who} shipped {pieces} back as parcel {parcel}.",
        {"who": "王芳", "pieces": "5 件", "parcel": "P1"},
    )
    assert sent == "王芳将 5 件以包裹 P1 发回。"
    braces = say("zh", "{who} sent {pieces}.", {"who": "{pieces}", "pieces": "{who}"})
    assert braces == "{pieces} 发出了 {who}。"


def test_what_has_no_words_stays_english() -> None:
    sentence = N_("Nobody has translated {this}.")
    assert say("zh", sentence, {"this": "it"}) == "Nobody has translated it."
    assert say("zh", "") == ""


def test_the_command_says_what_is_missing(capsys: pytest.CaptureFixture[str], found: Catalog) -> None:
    code = main(["missing"])
    listed = capsys.readouterr().out.splitlines()
    expected = sum(len(extraction.without_translation(locale, found)) for locale in TRANSLATED)
    assert len([line for line in listed if line.startswith(("zh: ", "es: "))]) == expected
    assert code == (1 if listed else 0)
    assert main(["something"]) == 2
