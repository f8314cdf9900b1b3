"""What a browser would send of a page's form."""

from __future__ import annotations

from html.parser import HTMLParser


class _Reader(HTMLParser):
    """The inputs of the forms of one class; what is ticked, chosen and written in them."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted = wanted
        self.inside = False
        self.fields: dict[str, str] = {}
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("class") == self.wanted
        if not self.inside:
            return
        name = given.get("name", "")
        if tag == "input" and name and (given.get("type") != "checkbox" or "checked" in given):
            self.fields[name] = given.get("value", "")
        elif tag == "select":
            self._select = name
            self.fields.setdefault(name, "")
        elif tag == "option" and self._select is not None:
            if "selected" in given or not self.fields[self._select]:
                self.fields[self._select] = given["value"]
        elif tag == "textarea":
            self._area = name
            self.fields[name] = ""

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        elif tag == "textarea":
            if self._area is not None:
                self.fields[self._area] = self.fields[self._area].removeprefix("\n")
            self._area = None
        elif tag == "form":
            self.inside = False


def fields_of(page: str, form: str = "master") -> dict[str, str]:
    """Name and value of everything in the form with that class. A select without a choice has its first."""
    reader = _Reader(form)
    reader.feed(page)
    return reader.fields
