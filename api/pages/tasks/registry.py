"""Everything our people can do with an order, by the end of its address."""

from __future__ import annotations

from api.pages.tasks.answers import ACKNOWLEDGE, ANSWER_COUNTER
from api.pages.tasks.base import AnyTask
from api.pages.tasks.changing import DECIDE_CHANGE, PROPOSE_CHANGE, WITHDRAW_CHANGE
from api.pages.tasks.claiming import SETTLE_CLAIM
from api.pages.tasks.completing import FORCE_COMPLETE
from api.pages.tasks.contingency import PLAN_CONTINGENCY, SETTLE_CONTINGENCY
from api.pages.tasks.control import CANCEL, CLOSE, HOLD, REPLAN, RESUME
from api.pages.tasks.correcting import CORRECT
from api.pages.tasks.corrective import (
    COMPLETE_ACTION,
    PLAN_ACTION,
    REVIEW_NONCONFORMANCE,
    SET_RESPONSIBILITY,
    VERIFY_ACTION,
)
from api.pages.tasks.expediting import EXPEDITE
from api.pages.tasks.inspecting import REVIEW_INSPECTION, SUBMIT_INSPECTION
from api.pages.tasks.issuing import ISSUE
from api.pages.tasks.judging import JUDGE, RESOLVE_OVER
from api.pages.tasks.merging import MERGE
from api.pages.tasks.papers import DOCUMENTS
from api.pages.tasks.processing import REPORT_PROCESS
from api.pages.tasks.progress import REPORT_MILESTONE
from api.pages.tasks.reassigning import REASSIGN
from api.pages.tasks.receiving import RECEIVE
from api.pages.tasks.rejected import (
    CONFIRM_RETURN,
    DECIDE_DISPOSITION,
    DISPOSITION,
    REPORT_NONCONFORMANCE,
)
from api.pages.tasks.sending import DECLARE_LOSS, SEND, SHORT_CLOSE
from api.pages.tasks.shipping import SHIP
from api.pages.tasks.splitting import SPLIT
from api.pages.tasks.transferring import ANSWER_TRANSFER

# In the order of an order's life.
_ALL = (
    ISSUE,
    ACKNOWLEDGE,
    ANSWER_COUNTER,
    PROPOSE_CHANGE,
    DECIDE_CHANGE,
    WITHDRAW_CHANGE,
    REASSIGN,
    SPLIT,
    EXPEDITE,
    PLAN_CONTINGENCY,
    SETTLE_CONTINGENCY,
    MERGE,
    SEND,
    REPORT_MILESTONE,
    REPORT_PROCESS,
    SUBMIT_INSPECTION,
    REVIEW_INSPECTION,
    SHIP,
    ANSWER_TRANSFER,
    RECEIVE,
    JUDGE,
    DOCUMENTS,
    REPORT_NONCONFORMANCE,
    DISPOSITION,
    DECIDE_DISPOSITION,
    CONFIRM_RETURN,
    PLAN_ACTION,
    COMPLETE_ACTION,
    VERIFY_ACTION,
    SET_RESPONSIBILITY,
    REVIEW_NONCONFORMANCE,
    RESOLVE_OVER,
    SHORT_CLOSE,
    DECLARE_LOSS,
    SETTLE_CLAIM,
    CORRECT,
    HOLD,
    RESUME,
    REPLAN,
    CANCEL,
    CLOSE,
    FORCE_COMPLETE,
)
TASKS: dict[str, AnyTask] = {task.name: task for task in _ALL}
