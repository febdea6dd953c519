"""How the other organisations confirm or dispute an activity (domain.md, *Two-sided* 双方确认).

It counts once for the network, and once for each organisation that does not dispute it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.cooperation.activities import Activity, Confirmation, Verdict
from service.errors import Code, Problem, refuse_any
from service.permission import check_state, permit_making
from service.records import Action

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def confirm(store: "Store", act: Act, own_id: str, version: int, *, organization: str) -> "Document":
    """It happened as filed. Needs CONFIRM_ACTIVITIES for `organization`, which took part and did not file it."""
    before = await store.load(Activity, own_id, version, act)
    return await _judge(store, act, before, Action.CONFIRM, Confirmation(organization, Verdict.CONFIRMED, act.at))


async def dispute(store: "Store", act: Act, own_id: str, version: int, *, organization: str) -> "Document":
    """It did not happen as filed, with a reason. The dispute stands until the organisation confirms."""
    before = await store.load(Activity, own_id, version, act)
    said = Confirmation(organization, Verdict.DISPUTED, act.at, act.reason)
    return await _judge(store, act, before, Action.DISPUTE, said)


async def _judge(store: "Store", act: Act, before: Activity, action: Action, said: Confirmation) -> "Document":
    permit_making(before.STEPS[action].right, act.viewer, before.network, [said.organization], ("organization",))
    check_state(before, action, act.day)
    if action is Action.DISPUTE:
        reason_of(act)
    refuse_any(unfit_judge(before, said))
    return await store.save(before, judged(before, said), act)


def judged(activity: Activity, said: Confirmation) -> Activity:
    """`activity` with an organisation's word in place of its earlier one."""
    others = (each for each in activity.confirmations if each.organization != said.organization)
    return replace(activity, confirmations=(*others, said))


def unfit_judge(activity: Activity, said: Confirmation) -> Iterator[Problem]:
    """Who judges took part, did not file it, and says something new."""
    path = ("organization",)
    if said.organization not in activity.organizations:
        english, chinese = "This organisation does not take part in the activity.", "该单位未参加此活动。"
        yield Problem(Code.REFERENCE_INVALID, path, english, chinese)
    elif said.organization == activity.filed_by:
        english, chinese = (
            "This organisation filed the activity itself.",
            "此活动由该单位自行登记,须由其他参与单位确认。",
        )
        yield Problem(Code.RULE_BROKEN, path, english, chinese)
    elif any((each.organization, each.verdict) == (said.organization, said.verdict) for each in activity.confirmations):
        english, chinese = f"This organisation says so already: {said.verdict}.", f"该单位已作此表示:{said.verdict}。"
        yield Problem(Code.RULE_BROKEN, path, english, chinese)
