"""Our own pages, drawn on the server."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from activities import wording
from activities.i18n import TEMPLATES as TEMPLATES
from activities.i18n import known_locale, translations


def page(template: str, status: int = 200, *, locale: str = "en", **context: Any) -> HTMLResponse:
    """``template`` filled in, its sentences in ``locale``; everything in ``context`` is escaped."""
    locale = known_locale(locale)
    html = _environment(locale).get_template(template).render(context, locale=locale)
    return HTMLResponse(html, status)


@cache
def _environment(locale: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
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
    )
    return environment
