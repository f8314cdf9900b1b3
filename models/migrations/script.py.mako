<%def name="steps(generated)" filter="trim">
${"\n".join(line for line in (generated or "pass").splitlines() if "###" not in line)}
</%def>\
"""${message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${steps(upgrades)}
