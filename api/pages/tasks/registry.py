"""Everything our people can do with an order, by the end of its address."""

from __future__ import annotations

from api.pages.tasks.base import Task
from api.pages.tasks.control import CANCEL, CLOSE, HOLD, ISSUE, REPLAN, RESUME

TASKS: dict[str, Task] = {task.name: task for task in (ISSUE, HOLD, RESUME, REPLAN, CANCEL, CLOSE)}
