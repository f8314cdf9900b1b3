"""Paper is drawn from our own files alone."""

from __future__ import annotations

import pytest
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from api import pdf


@pytest.mark.parametrize(
    "address",
    [
        "https://cdn.example/a.css",
        "http://paper.invalid.example/static/paper.css",
        "file:///etc/passwd",
        "data:text/css,p{}",
        "/static/../../pyproject.toml",
        "/static/%2e%2e/locale/babel.cfg",
        "/static/none.css",
        "paper.css",
    ],
)
def test_a_template_that_asks_for_anything_else_is_not_drawn_at_all(address: str) -> None:
    _, fetcher = pdf._drawn_with()
    page = HTML(string=f'<link rel="stylesheet" href="{address}">', base_url=pdf._HERE, url_fetcher=fetcher)
    with pytest.raises(FatalURLFetchingError):
        page.write_pdf()


def test_our_own_styles_are_read() -> None:
    drawn = pdf.draw(
        "pdf/labels.html", paper={"page": (10, 10), "label": (10, 10), "symbol": 6, "text": 4}, sheets=[[]]
    )
    assert drawn.startswith(b"%PDF-")
