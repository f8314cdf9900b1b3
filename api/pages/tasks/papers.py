"""A certificate, report or photo, with what is printed on it."""

from __future__ import annotations

from activities.i18n import N_
from api.pages.tasks.base import Acting, Button, Task
from api.supplier.evidence import command_of, form, kind_of
from api.supplier.fields import Fields
from api.supplier.tasks import Wanted
from api.uploads import Stored

# Before its file has been received.
NO_FILE = Stored("", 0, "", "")


def _read(fields: Fields, acting: Acting) -> Wanted:
    kind_of(fields)
    return command_of(fields, acting, NO_FILE)


DOCUMENTS = Task(
    "documents",
    "add-document",
    form,
    _read,
    (Button("send", N_("Add it")),),
    question=N_("Which document do you add?"),
    file=True,
)
