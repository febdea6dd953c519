"""How a row of another system becomes an activity: planned or recorded as its status says, later corrected or held."""

from typing import TYPE_CHECKING

from service.acts import Act
from service.cooperation import holding
from service.cooperation.activities import HAPPENED, Activity, ActivityStatus
from service.errors import Code, Problem, Refusal
from service.facts import Facts

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def file(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new activity. Raises `Refusal` REQUIRED without a status, INVALID for one that no activity begins with."""
    ways = {ActivityStatus.PLANNED: holding.plan, ActivityStatus.HELD: holding.record}
    status, other = _parted(facts)
    if status is None:
        english, chinese = "A new activity is PLANNED or HELD.", "新活动须为 PLANNED 或 HELD。"
        raise Refusal(Problem(Code.REQUIRED, ("status",), english, chinese))
    if status not in ways:
        raise _no_such_step(status)
    return await ways[status](store, act, other)


async def restate(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """A known activity, corrected; one that was planned is held when its row says so."""
    status, other = _parted(facts)
    before = await store.load(Activity, own_id, version, act)
    if status is ActivityStatus.HELD and before.status is ActivityStatus.PLANNED:
        return await holding.hold(store, act, own_id, version, other)
    if status is ActivityStatus.PLANNED and before.status in HAPPENED:
        english = f"This activity is {before.status}: it cannot be planned any more."
        chinese = f"该活动处于 {before.status} 状态,不能再改为计划。"
        raise Refusal(Problem(Code.ILLEGAL_STATE, ("status",), english, chinese, own_id, version))
    if status not in (None, ActivityStatus.PLANNED, ActivityStatus.HELD):
        raise _no_such_step(status)
    return await holding.correct(store, act, own_id, version, other)


def _parted(facts: Facts) -> tuple[ActivityStatus | None, Facts]:
    """The status that a row names, and its other facts."""
    status = facts.get("status")
    named = ActivityStatus(status) if status is not None else None
    return named, {name: value for name, value in facts.items() if name != "status"}


def _no_such_step(status: ActivityStatus) -> Refusal:
    english = f"{status} is a step of its own: bring it in as PLANNED or HELD."
    chinese = f"{status} 须另行操作;导入时请用 PLANNED 或 HELD。"
    return Refusal(Problem(Code.INVALID, ("status",), english, chinese))
