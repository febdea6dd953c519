"""How a role is given, handed over, ended and withdrawn, and who may not hold which (domain.md, *Who does what*).

The rules compare assignments of one subject or one network with each other, so no two are judged and written at once.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.errors import Code, Path, Problem, Refusal
from service.facts import Facts
from service.network.memberships import Membership, MembershipStatus
from service.network.roles import MOST_HELD, RoleAssignment, RoleAssignmentStatus
from service.permission import permit, permit_making
from service.records import Action, Origin, document_of, formed, joined, reformed, sound
from service.viewer import INSTALLATION_WIDE, Right, Role

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store

LOCK = "roles"
WRITING = frozenset({Role.NETWORK_ADMIN, Role.RECORDER})
AUDITING = frozenset({Role.INTEGRITY_OFFICER})


def unfit_scope(assignment: RoleAssignment) -> Iterator[Problem]:
    """A role of a network, and of an organisation of it where, and only where, it is RECORDER."""
    if assignment.role in INSTALLATION_WIDE:
        english, chinese = f"{assignment.role} is not given in a network.", f"{assignment.role} 不在共建网络内授予。"
        yield Problem(Code.RULE_BROKEN, ("role",), english, chinese)
    if assignment.role is Role.RECORDER and assignment.organization is None:
        english, chinese = "A RECORDER records for an organisation: name it.", "RECORDER 须指明所属单位。"
        yield Problem(Code.REQUIRED, ("organization",), english, chinese)
    if assignment.role is not Role.RECORDER and assignment.organization is not None:
        english, chinese = "Only RECORDER is given for an organisation.", "只有 RECORDER 按单位授予。"
        yield Problem(Code.RULE_BROKEN, ("organization",), english, chinese)


def unfit_holder(assignment: RoleAssignment, act: Act) -> Iterator[Problem]:
    """Nobody gives a role to himself."""
    if assignment.subject == act.viewer.subject:
        english, chinese = "Nobody gives a role to himself.", "任何人不得给自己授予角色。"
        yield Problem(Code.RULE_BROKEN, ("subject",), english, chinese)


def unfit_beginning(assignment: RoleAssignment, today: dt.date) -> Iterator[Problem]:
    """A role that is given here begins today or later; a document may tell of one that began before."""
    if assignment.origin is Origin.NATIVE and assignment.since < today:
        yield Problem(Code.RULE_BROKEN, ("since",), "A role begins today or later.", "角色须自当日或之后生效。")


def not_apart(assignment: RoleAssignment, held: "Mapping[str, Document]", path: Path) -> Iterator[Problem]:
    """In one network nobody audits what he writes; and nobody holds more than MOST_HELD roles."""
    if len(held) >= MOST_HELD:
        english, chinese = f"A subject holds at most {MOST_HELD} roles.", f"每个主体最多持有 {MOST_HELD} 个角色。"
        yield Problem(Code.LIMIT_EXCEEDED, ("subject",), english, chinese)
    excluded = AUDITING if assignment.role in WRITING else WRITING if assignment.role in AUDITING else frozenset()
    for own_id, document in held.items():
        if own_id == assignment.id or document["network"] != assignment.network or document["role"] not in excluded:
            continue
        english = f"Who audits does not write: {assignment.subject} is {document['role']} in this network."
        chinese = f"监督者不得经办:{assignment.subject} 在该网络已是 {document['role']}。"
        yield Problem(Code.RULE_BROKEN, path, english, chinese, own_id)


async def give(store: "Store", act: Act, facts: Facts) -> "Document":
    """A role for a subject, from `since` on, today unless given. The same one twice while it stands is refused."""
    permit_making(Right.GIVE_ROLES, act.viewer, facts["network"])
    await store.refer({("network",): facts["network"]}, "net", act)
    given = {**facts, "since": facts.get("since") or act.day, "id": act.new_id(RoleAssignment.PREFIX)}
    assignment = formed(RoleAssignment, given)
    async with store.alone(LOCK):
        problems = [*unfit_scope(assignment), *unfit_beginning(assignment, act.day)]
        problems += await _unfit(store, act, assignment, ("role",))
        return await store.create(sound(assignment, problems), act)


async def hand_over(
    store: "Store", act: Act, own_id: str, version: int, subject: str, holder: str | None = None
) -> "Document":
    """Another subject holds the role from now on, and the one before it no more: one record, one revision."""
    before = await store.load(RoleAssignment, own_id, version, act)
    permit(before, Action.HAND_OVER, act.viewer, act.day)
    reason_of(act)
    after = reformed(before, {"subject": subject, "holder": holder})
    same = (
        [Problem(Code.RULE_BROKEN, ("subject",), "The successor is another.", "接任者须为他人。")]
        if after.subject == before.subject
        else []
    )
    async with store.alone(LOCK):
        return await store.save(before, sound(after, [*same, *await _unfit(store, act, after, ("subject",))]), act)


async def end(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """The role ends today, with a reason: whoever held it holds it no more."""
    before = await store.load(RoleAssignment, own_id, version, act)
    permit(before, Action.END, act.viewer, act.day)
    after = replace(before, ended_on=act.day, end_reason=reason_of(act))
    async with store.alone(LOCK):
        await _leave_no_network_alone(store, act, before)
        return await store.save(before, sound(after), act)


async def withdraw(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """The role was given by mistake: it is held no more, and stays readable with the reason."""
    before = await store.load(RoleAssignment, own_id, version, act)
    permit(before, Action.WITHDRAW, act.viewer, act.day)
    after = replace(before, withdrawn=True, end_reason=reason_of(act))
    async with store.alone(LOCK):
        await _leave_no_network_alone(store, act, before)
        return await store.save(before, sound(after), act)


async def _unfit(store: "Store", act: Act, assignment: RoleAssignment, path: Path) -> list[Problem]:
    """What stands against this subject's holding the role, in itself and beside what else the subject holds."""
    named = await store.naming(RoleAssignment.PREFIX, "subject_key", assignment.subject)
    held = {document["_id"]: document for document in named}
    problems = [*unfit_holder(assignment, act), *not_apart(assignment, held, path)]
    if assignment.role is Role.RECORDER and assignment.organization is not None:
        problems += await _strangers(store, act, assignment, assignment.organization)
    return problems


async def _strangers(store: "Store", act: Act, assignment: RoleAssignment, organization: str) -> list[Problem]:
    """An organisation leads the network or is a member of it on the day the role begins."""
    try:
        await store.refer({("organization",): organization}, "org", act)
    except Refusal as refusal:
        return list(refusal.problems)
    key, day = joined(assignment.network, organization), max(assignment.since, act.day)
    found = await store.naming(Membership.PREFIX, "duplicate_key", key)
    if any(Membership.state(membership, day) == MembershipStatus.ACTIVE for membership in found):
        return []
    english = f"{organization} is no member of this network on {day}."
    chinese = f"{organization} 在 {day} 不是该网络的牵头或成员单位。"
    return [Problem(Code.RULE_BROKEN, ("organization",), english, chinese)]


async def _leave_no_network_alone(store: "Store", act: Act, before: RoleAssignment) -> None:
    """Raises `Refusal` where the only administrator would go. A successor, or another one first."""
    if (
        RoleAssignment.state(document_of(before), act.day) != RoleAssignmentStatus.ACTIVE
        or before.role is not Role.NETWORK_ADMIN
    ):
        return
    others = await store.naming(RoleAssignment.PREFIX, "admin_key", before.network)
    if not any(
        other["_id"] != before.id and RoleAssignment.state(other, act.day) == RoleAssignmentStatus.ACTIVE
        for other in others
    ):
        english = "The network would have no administrator: hand the role over, or give it to another one first."
        chinese = "该网络将没有管理员:请移交角色,或先授予另一人。"
        raise Refusal(Problem(Code.RULE_BROKEN, ("id",), english, chinese, before.id))
