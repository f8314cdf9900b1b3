"""The screen of customers: who buys from us, and who is told when something is wrong."""

from __future__ import annotations

from activities.i18n import N_
from api.pages.master import cells
from api.pages.master.inputs import LANGUAGES, Input, Rows
from api.pages.master.screens import Screen
from api.routes import customers

CUSTOMERS = Screen(
    "customers",
    N_("Customers"),
    N_("New customer"),
    N_("Who our pieces go to, and the people there who are told when something is wrong with them."),
    customers.customers,
    (cells.text("name", N_("Name")), cells.many("contacts", N_("Contacts"))),
    (
        Input("code", N_("Code"), hint=N_("What work orders and dispatches name."), key=True),
        Input("name", N_("Name")),
        Rows(
            "contacts",
            N_("Contacts"),
            (
                Input("name", N_("Name")),
                Input("email", N_("Mail address")),
                Input("locale", N_("Language"), "pick", N_("Left out: English."), LANGUAGES),
            ),
            N_("Add a contact"),
        ),
    ),
    customers.create_customer,
    customers.replace_customer,
    ("code", "name"),
)
