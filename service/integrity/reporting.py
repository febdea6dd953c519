"""How the breach 违约 of a commitment is reported, judged and resolved (002, section 2; fact C14).

A side of the commitment or the integrity office reports it; the office alone judges. Until it is confirmed those who
reported it may not read it either.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.errors import Code, Problem
from service.facts import Facts
from service.integrity.breaches import Breach, BreachStatus
from service.integrity.clauses import ClauseSet
from service.integrity.commitments import Commitment
from service.integrity.standing import clause_of, stood
from service.permission import permit, permit_making
from service.records import Action, formed, record_of, sound
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def report(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new REPORTED breach, in the commitment's network. Needs REPORT_BREACHES, for one of its sides or there."""
    own_id = facts["commitment"]
    document = (await store.refer({("commitment",): own_id}, Commitment.PREFIX, act))[own_id]
    commitment = record_of(Commitment, document)
    permit_making(Right.REPORT_BREACHES, act.viewer, commitment.network, commitment.concerns())
    breach = formed(Breach, {**facts, "id": act.new_id(Breach.PREFIX), "network": commitment.network})
    known = await store.known(ClauseSet.PREFIX, [commitment.clause_set or ""])
    clauses = next((record_of(ClauseSet, each) for each in known.values()), None)
    return await store.create(sound(breach, unfit(breach, commitment, clauses, act.day)), act)


async def confirm(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """REPORTED → CONFIRMED, with a reason; from then on those whom it concerns may know of it."""
    return await _judge(store, act, Action.CONFIRM, own_id, version)


async def dismiss(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """REPORTED → DISMISSED, with a reason."""
    return await _judge(store, act, Action.DISMISS, own_id, version)


async def _judge(store: "Store", act: Act, action: Action, own_id: str, version: int) -> "Document":
    before = await store.load(Breach, own_id, version, act)
    permit(before, action, act.viewer, act.day)
    status = BreachStatus.CONFIRMED if action is Action.CONFIRM else BreachStatus.DISMISSED
    return await store.save(before, replace(before, status=status, judgement=reason_of(act)), act)


async def resolve(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """CONFIRMED → RESOLVED; the reason says how."""
    before = await store.load(Breach, own_id, version, act)
    permit(before, Action.RESOLVE, act.viewer, act.day)
    return await store.save(before, replace(before, status=BreachStatus.RESOLVED, resolution=reason_of(act)), act)


def unfit(breach: Breach, commitment: Commitment, clauses: ClauseSet | None, today: dt.date) -> Iterator[Problem]:
    """A side breaks what both had signed, in a clause that it holds, on a day that has come and on which it stood."""
    if breach.organization not in commitment.organizations:
        english, chinese = "This organisation is no side of the commitment.", "该单位不是该廉洁承诺的一方。"
        yield Problem(Code.REFERENCE_INVALID, ("organization",), english, chinese)
    if clauses and clause_of(commitment, clauses, breach.category) is None:
        english = f"The commitment's clause version holds no clause {breach.category}."
        yield Problem(Code.RULE_BROKEN, ("category",), english, f"该承诺的条款版本没有 {breach.category} 类条款。")
    if not stood(commitment, None):
        english, chinese = "Nobody breaks what not both have signed.", "双方尚未全部签署,不存在违约。"
        yield Problem(Code.RULE_BROKEN, ("commitment",), english, chinese, commitment.id)
    elif not stood(commitment, breach.happened_on):
        english, chinese = "The commitment did not stand on that day.", "该日期不在该廉洁承诺的存续期内。"
        yield Problem(Code.RULE_BROKEN, ("happened_on",), english, chinese, commitment.id)
    if breach.happened_on and breach.happened_on.first > today:
        yield Problem(Code.RULE_BROKEN, ("happened_on",), "This day has not come yet.", "此日期尚未到来。")
