"""Everything our people can do with an order, by the end of its address."""

from __future__ import annotations

from api.pages.tasks.answers import ACKNOWLEDGE, ANSWER_COUNTER
from api.pages.tasks.base import Task
from api.pages.tasks.control import CANCEL, CLOSE, HOLD, ISSUE, REPLAN, RESUME
from api.pages.tasks.progress import REPORT_MILESTONE
from api.pages.tasks.sending import DECLARE_LOSS, SEND, SHORT_CLOSE
from api.pages.tasks.shipping import SHIP

# In the order of an order's life.
_ALL = (
    ISSUE,
    ACKNOWLEDGE,
    ANSWER_COUNTER,
    SEND,
    REPORT_MILESTONE,
    SHIP,
    SHORT_CLOSE,
    DECLARE_LOSS,
    HOLD,
    RESUME,
    REPLAN,
    CANCEL,
    CLOSE,
)
TASKS: dict[str, Task] = {task.name: task for task in _ALL}
