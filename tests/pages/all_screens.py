"""Every screen of master data and people, for tests that hold of each."""

from __future__ import annotations

import pytest

from api.pages.master.registry import SCREENS
from api.pages.people import PEOPLE

CHILDREN = [(owner, child) for owner in SCREENS.values() for child in owner.children.values()]
ALL = [*SCREENS.values(), *(child for _, child in CHILDREN), PEOPLE]
every_screen = pytest.mark.parametrize("screen", ALL, ids=lambda screen: screen.name)
