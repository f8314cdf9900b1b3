"""Files from a supplier: whatever arrives, it is either kept whole or not at all."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import Request

from api.supplier.multipart import UploadForm
from models.domain.errors import Invalid, Refusal
from tests.supplier.phone import Page, Phone, encoded, opened
from tests.supplier.steps import PDF, rows, there
from tests.systems import System

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"x" * 50


def files(system: System) -> set[Path]:
    return {path for path in system.settings.files_dir.rglob("*") if path.is_file()}


async def form_of(system: System, language: str = "en") -> tuple[str, Phone, Page]:
    number = await there(system)
    phone, page = await opened(system, number, language=language)
    return number, phone, await phone.open(f"{page.url.partition('?')[0]}/document")


@pytest.mark.parametrize(
    ("file", "type_", "status", "words"),
    [
        (("coc.pdf", b"", "application/pdf"), "coc", 422, "El archivo está vacío. Elíjalo de nuevo."),
        (("", b"", "application/octet-stream"), "coc", 422, "Elija un archivo."),
        (
            ("coc.pdf", PDF + b"x" * 200_000, "application/pdf"),
            "coc",
            413,
            "Certificado de conformidad: el archivo supera los 0 MB.",
        ),
        (
            ("coc.pdf", PDF + b"x" * 400_000, "application/pdf"),
            "coc",
            413,
            "Supera los 0 MB. Envíe un archivo más pequeño.",
        ),
        (
            ("coc.pdf", JPEG, "application/pdf"),
            "coc",
            415,
            "El archivo dice ser PDF, pero su contenido es JPEG.",
        ),
        (
            ("coc.pdf", b"not a paper at all", "application/pdf"),
            "coc",
            415,
            "dice ser PDF, pero su contenido es otra cosa.",
        ),
        (
            ("a.exe", b"MZ", "application/x-msdownload"),
            "photo",
            415,
            "no puede ser application/x-msdownload; envíe uno de estos: JPEG, PNG, WebP.",
        ),
        (("coc.pdf", PDF, "application/pdf"), "passport", 422, "Elija qué tipo de documento es."),
    ],
    ids=["empty", "none", "large", "huge", "lies", "nothing known", "not allowed", "no such type"],
)
async def test_a_bad_file_is_refused_in_the_readers_words_and_nothing_is_kept(
    system: System, file: tuple[str, bytes, str], type_: str, status: int, words: str
) -> None:
    _, phone, page = await form_of(system, "es")
    before, kept = rows(system), files(system)
    page = await phone.press(page, "send", file, type=type_, lot="LOT-7", heat="HX-1")
    assert page.status == status
    assert words in page.text
    assert page.one("html")["lang"] == "es"
    if words.startswith("El archivo está vacío"):
        # What came before the file is still there; the file itself no page can keep.
        assert page.form("send").fields["type"] == "coc"
    assert (rows(system), files(system)) == (before, kept)


async def test_fields_around_the_file_are_kept_when_it_is_refused(system: System) -> None:
    _, phone, page = await form_of(system)
    wrong = ("coc.pdf", PDF, "application/pdf")
    page = await phone.press(page, "send", wrong, number="C-1", quantity="1,200")
    assert page.status == 422
    assert page.links["Write 1,200 without marks between thousands, such as 1200."].endswith("#quantity")
    fields = page.form("send").fields
    assert (fields["number"], fields["quantity"]) == ("C-1", "1,200")


async def test_a_file_cut_off_on_the_way_is_not_kept(system: System) -> None:
    _, phone, page = await form_of(system, "zh")
    form = page.form("send")
    body, kind = encoded(
        form.fields | {"answer": "send"}, ("coc.pdf", PDF + b"x" * 50_000, "application/pdf")
    )
    before, kept = rows(system), files(system)
    for length in (len(body) // 2, len(body) - 3, 200, 1):
        answer = Page(
            await phone.client.post(form.action, content=body[:length], headers={"Content-Type": kind})
        )
        assert answer.status in (403, 422)
        assert (rows(system), files(system)) == (before, kept)
    assert "文件未完整送达，请重新发送。" in answer.text
    whole = Page(
        await phone.client.post(
            form.action, content=body, headers={"Content-Type": kind}, follow_redirects=True
        )
    )
    assert "您已发送" in whole.text


async def test_who_has_no_cookie_is_turned_away_before_the_file_is_read(system: System) -> None:
    _, _, page = await form_of(system)
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(10_000):
            read += 1
            yield b"x" * 65536

    kind = "multipart/form-data; boundary=edge"
    stranger = system.client()
    refused = await stranger.post(page.form("send").action, content=endless(), headers={"Content-Type": kind})
    assert (refused.status_code, read) == (404, 0)


async def test_a_file_that_nobody_sent_with_our_form_is_not_kept(system: System) -> None:
    _, phone, page = await form_of(system)
    form = page.form("send")
    before, kept = rows(system), files(system)
    file = ("a.pdf", PDF + b"of nobody", "application/pdf")
    for changed, status in (({"form": "x.y", "answer": "send"}, 403), ({}, 422)):
        answer = await phone.send(form.action, form.fields | changed, file, multipart=True)
        assert answer.status == status
    assert "Press one of the buttons" in answer.text
    assert (rows(system), files(system)) == (before, kept)


async def test_the_same_upload_twice_is_one_document(system: System) -> None:
    number, phone, page = await form_of(system)
    photo = ("C:\\fakepath\\küche.jpg", JPEG, "image/jpeg")
    for _ in range(2):
        done = await phone.press(page, "send", photo, type="photo")
        assert "You sent Photo: küche.jpg" in done.text
    documents = (await system.get(f"/orders/{number}/documents"))["items"]
    assert [each["filename"] for each in documents] == ["küche.jpg"]


def scope(kind: str, length: int | None = None) -> dict[str, object]:
    headers = [(b"content-type", kind.encode())]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    return {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}


def upload(
    chunks: list[bytes], kind: str = "multipart/form-data; boundary=edge", most: int = 100_000
) -> UploadForm:
    waiting = iter(chunks)

    async def receive() -> dict[str, object]:
        chunk = next(waiting, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    return UploadForm(Request(scope(kind), receive), most)


BODY, KIND = encoded(
    {"type": "coc", "lot": "批次"}, ("证书.pdf", b"a\r\n--edg\r\n--edgy\r\n" * 3, "application/pdf")
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000])
async def test_a_form_reads_the_same_however_it_is_cut_into_chunks(size: int) -> None:
    form = upload([BODY[start : start + size] for start in range(0, len(BODY), size)])
    part = await form.fields_before_file()
    assert part is not None
    assert (part.filename, part.content_type, form.fields) == ("证书.pdf", "application/pdf", {"type": "coc"})
    content = b"".join([chunk async for chunk in form.file()])
    assert content == b"a\r\n--edg\r\n--edgy\r\n" * 3
    await form.fields_after_file()
    assert form.fields == {"type": "coc", "lot": "批次"}


async def read_all(form: UploadForm) -> None:
    if await form.fields_before_file() is not None:
        async for _ in form.file():
            pass
    await form.fields_after_file()


async def test_every_shorter_body_is_refused() -> None:
    for length in itertools.chain(range(0, len(BODY) - 3, 5), [len(BODY) - 4]):
        with pytest.raises(Invalid) as refused:
            await read_all(upload([BODY[:length]]))
        assert refused.value.code in ("file.cut_off", "request.malformed")


@pytest.mark.parametrize(
    ("chunks", "code"),
    [
        ([b"no boundary at all"], "request.malformed"),
        ([encoded({"type": "x" * 20_000}, None)[0]], "request.too_large"),
        ([encoded({f"f{n}": "" for n in range(70)}, None)[0]], "request.too_large"),
        ([BODY[:-20], b"x" * 100_000], "file.too_large"),
    ],
    ids=["no boundary", "long field", "many fields", "beyond the limit"],
)
async def test_what_is_no_form_of_ours_is_refused(chunks: list[bytes], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        await read_all(upload(chunks))
    assert refused.value.code == code


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "text/plain; boundary=edge", ""])
def test_another_kind_of_body_is_refused_unread(kind: str) -> None:
    with pytest.raises(Refusal) as refused:
        upload([BODY], kind)
    assert refused.value.code == "request.content_type"


async def test_a_body_announced_too_large_is_not_read() -> None:
    async def receive() -> dict[str, object]:
        raise AssertionError("it was read")

    with pytest.raises(Refusal) as refused:
        UploadForm(Request(scope("multipart/form-data; boundary=edge", 10_001), receive), 10_000)
    assert refused.value.code == "file.too_large"
