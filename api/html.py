"""Our own pages, drawn on the server."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape
from starlette.responses import HTMLResponse

from activities import wording
from activities.i18n import TEMPLATES as TEMPLATES
from activities.i18n import known_locale, translations
from api.pages.wording import FLAGS, LATE, MARKS, ORDER_TYPES

# A sentence with nothing to put in, where it is written out: `{{ _("Today") }}`.
_SENTENCE = re.compile(r"""\{\{ _\((?P<mark>["'])(?P<text>(?:(?!(?P=mark))[^\\{}])*)(?P=mark)\) \}\}""")


def page(template: str, status: int = 200, *, locale: str = "en", **context: Any) -> HTMLResponse:
    """``template`` filled in, its sentences in ``locale``; everything in ``context`` is escaped."""
    return HTMLResponse(text(template, locale=locale, **context), status)


def text(template: str, *, locale: str = "en", **context: Any) -> str:
    """The same as text, for what is not a page."""
    locale = known_locale(locale)
    return _environment(locale).get_template(template).render(context, locale=locale)


class _Translated(FileSystemLoader):
    """Templates whose plain sentences stand there in one language already: a page has fifty of them, and to
    look each up while it is drawn takes a third of the drawing."""

    def __init__(self, locale: str) -> None:
        super().__init__(TEMPLATES)
        self._gettext = translations(locale).gettext

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, filename, current = super().get_source(environment, template)
        return _SENTENCE.sub(self._said, source), filename, current

    def _said(self, found: re.Match[str]) -> str:
        # A percent sign is doubled in what is to be translated, as it always is.
        return escape(self._gettext(found["text"]) % {})


@cache
def _environment(locale: str) -> Environment:
    environment = Environment(
        loader=_Translated(locale),
        autoescape=True,
        undefined=StrictUndefined,
        # What is on the disk does not change under a running server: a page would ask for twenty files' times.
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(translations(locale), newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(
        labelled=partial(wording.labelled, locale),
        listed=partial(wording.listed, locale),
        colon=wording.colon(locale),
        marks=MARKS,
        flag_words=FLAGS | LATE,
        order_types=ORDER_TYPES,
        parties=wording.PARTIES,
    )
    return environment
