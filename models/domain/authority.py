"""Who may do what."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person answers for; a person may have several."""

    BUYER = "buyer"
    APPROVER = "approver"
    RECEIVING = "receiving"
    QUALITY = "quality"
    DESIGN_AUTHORITY = "design_authority"
    PLANNER = "planner"
    FINANCE = "finance"
    ADMIN = "admin"
    VIEWER = "viewer"
