"""What the operator may say in the database's URL."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url, text

from models.db import Database


@pytest.mark.parametrize(
    ("asked", "prepares_after"),
    [({}, 0), ({"prepare_threshold": "5"}, 5), ({"prepare_threshold": "none"}, None)],
)
def test_statements_are_prepared_at_once_unless_the_url_says_otherwise(
    postgres_url: str, asked: dict[str, str], prepares_after: int | None
) -> None:
    url = make_url(postgres_url).update_query_dict({**asked, "application_name": "from the URL"})
    database = Database(url.render_as_string(hide_password=False))
    try:
        with database.read() as session:
            assert session.execute(text("SHOW application_name")).scalar_one() == "from the URL"
            driver = session.connection().connection.driver_connection
            assert driver is not None
            assert driver.prepare_threshold == prepares_after
    finally:
        database.dispose()
