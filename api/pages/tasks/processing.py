"""What the supplier did to the pieces, in which load, entered for it."""

from __future__ import annotations

from activities.i18n import N_
from api.pages.tasks.base import Acting, Button, Task, answered
from api.supplier.fields import Fields
from api.supplier.processing import form, read, sent_lines
from api.supplier.tasks import Wanted
from models.domain.errors import Refusal
from models.domain.order import Order

_BUTTONS = (Button("process", N_("Report this load")),)


def _nothing_sent(order: Order) -> Refusal | None:
    return None if sent_lines(order) else Refusal("form.nothing", "Nothing has been sent yet.")


def _report(fields: Fields, acting: Acting) -> Wanted:
    return read(Fields({**fields.typed, "answer": answered(fields, _BUTTONS)}), acting)


REPORT_PROCESS = Task("report-process", "report-process", form, _report, _BUTTONS, idle=_nothing_sent)
