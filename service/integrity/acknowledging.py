"""How a side tells who of its staff knows of the clauses it has signed 知晓 (002, section 2; C14: 确保全员知晓).

A batch is a record of its own, so that five mutations of a thousand people are five revisions; a follower keeps what
they come to in the commitment (`settling`).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.errors import Code, Problem, refuse_any
from service.facts import Facts, folded
from service.integrity.acknowledgements import Acknowledgement, AcknowledgementStatus
from service.integrity.commitments import Commitment
from service.integrity.fitness import before_publication, not_a_side, not_signed_yet, published_on
from service.integrity.knowing import Knowing
from service.permission import permit, permit_making
from service.records import Action, formed, record_of, sound
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store

GIVEN = ("organization", "commitment", "acknowledged_on", "persons", "head_count", "origin", "sources")


async def record(store: "Store", act: Act, facts: Facts) -> "Document":
    """One batch: people by the organisation's own references, or by head-count.

    One who is in several batches counts once. The two ways do not mix on one side, which is looked at alone.
    """
    own_id, organization = facts["commitment"], facts["organization"]
    found = (await store.refer({("commitment",): own_id}, "com", act))[own_id]
    commitment = record_of(Commitment, found)
    permit(commitment, Action.ACKNOWLEDGE, act.viewer, act.day)
    refuse_any(not_a_side(commitment, organization))
    permit_making(Right.MAKE_COMMITMENTS, act.viewer, commitment.network, [organization], ("organization",))
    own = {
        "id": act.new_id(Acknowledgement.PREFIX),
        "network": commitment.network,
        "clause_set": commitment.clause_set,
        "clause_version": commitment.clause_version,
    }
    batch = formed(Acknowledgement, {name: facts[name] for name in GIVEN if facts.get(name) is not None} | own)
    clauses = (await store.known("cla", [commitment.clause_set or ""])).get(commitment.clause_set or "")
    problems = [
        *not_signed_yet(commitment, organization),
        *unfit_people(batch),
        *unfit_day(batch, published_on(clauses, commitment.clause_version), act.day),
    ]
    async with store.alone(f"acknowledgements {own_id} {organization}"):
        standing = (await store.acknowledged(own_id)).get(organization, Knowing())
        problems += unfit_beside(batch, standing, commitment)
        return await store.create(sound(batch, problems), act)


async def withdraw(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """A batch recorded by mistake counts no longer, with a reason; it stays readable."""
    before = await store.load(Acknowledgement, own_id, version, act)
    permit(before, Action.WITHDRAW, act.viewer, act.day)
    after = replace(before, status=AcknowledgementStatus.WITHDRAWN, end_reason=reason_of(act))
    return await store.save(before, after, act)


def unfit_people(batch: Acknowledgement) -> Iterator[Problem]:
    """People by reference, each once, or a head-count; not both."""
    if not batch.persons and batch.head_count is None:
        english, chinese = "Name the people or give their number.", "请列出人员或填写人数。"
        yield Problem(Code.REQUIRED, ("persons",), english, chinese)
    if batch.persons and batch.head_count is not None:
        english, chinese = "Name the people or give their number, not both.", "人员名单与人数只能填写其一。"
        yield Problem(Code.RULE_BROKEN, ("head_count",), english, chinese)
    if batch.head_count == 0:
        yield Problem(Code.INVALID, ("head_count",), "This is 1 or more.", "此项须为 1 以上。")
    seen: dict[str, int] = {}
    for place, person in enumerate(map(folded, batch.persons)):
        if not person:
            yield Problem(Code.REQUIRED, ("persons", place), "This cannot be empty.", "此项不能为空。")
        elif (first := seen.setdefault(person, place)) != place:
            english, chinese = f"This person stands at place {first} already.", f"此人与第 {first} 项重复(自 0 起)。"
            yield Problem(Code.RULE_BROKEN, ("persons", place), english, chinese)


def unfit_day(batch: Acknowledgement, published: dt.date | None, today: dt.date) -> Iterator[Problem]:
    """Nobody knows of clauses before they are published, or on a day to come."""
    if batch.acknowledged_on > today:
        yield Problem(Code.RULE_BROKEN, ("acknowledged_on",), "This day has not come yet.", "此日期尚未到来。")
    if published and batch.acknowledged_on < published:
        yield Problem(Code.RULE_BROKEN, ("acknowledged_on",), *before_publication(published))


def unfit_beside(batch: Acknowledgement, standing: Knowing, commitment: Commitment) -> Iterator[Problem]:
    """It tells of people as the batches before it did and, by number, of no more in all than the staff."""
    if standing.people and standing.named != bool(batch.persons):
        path, english, chinese = ("persons",), "This side tells of people by number.", "该方此前按人数登记。"
        if standing.named:
            path, english, chinese = ("head_count",), "This side names its people.", "该方此前按人员登记。"
        yield Problem(Code.RULE_BROKEN, path, english, chinese)
    side = commitment.side_of(batch.organization)
    staff, number = side.staff if side else None, batch.head_count or 0
    if staff is not None and not standing.named and standing.people + number > staff:
        english = f"{standing.people} of {staff} know of it already; {number} more are too many."
        chinese = f"职工 {staff} 人,已知晓 {standing.people} 人,再加 {number} 人超出人数。"
        yield Problem(Code.RULE_BROKEN, ("head_count",), english, chinese)
