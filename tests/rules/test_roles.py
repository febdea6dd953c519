"""Roles kept in the service: what is refused, in both languages, and how they stand from day to day."""

import datetime as dt
from typing import Any

import pytest

from service.dates import PartialDate
from service.errors import Code
from service.network import giving
from service.network.memberships import Membership, MembershipRole
from service.network.roles import MOST_HELD, RoleAssignment, RoleAssignmentStatus
from service.records import Document, document_of
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import ADMIN, NOON, WITHOUT_RIGHT, act, codes, refused, scene

TODAY = dt.date(2024, 2, 29)
MIDNIGHT = dt.datetime(2024, 2, 29, 16, tzinfo=dt.UTC)  # the first moment of March in Shanghai


@pytest.fixture
def store() -> MemoryStore:
    """The hospital leads, the bank joins tomorrow."""
    found = scene()
    joined = {"org_hospital": MembershipRole.LEAD, "org_bank": MembershipRole.MEMBER}
    for number, (organization, role) in enumerate(joined.items()):
        since = {"joined": None} if role is MembershipRole.LEAD else {"joined": PartialDate.parse("2024-03-01")}
        found.put(Membership(id=f"mem_{number}", network="net_a", organization=organization, role=role, **since))
    return found


def facts(**given: Any) -> dict[str, Any]:
    return {"network": "net_a", "role": "OBSERVER", "subject": "王", **given}


async def given(store: MemoryStore, **given_facts: Any) -> Document:
    number = len(store.documents)
    store_act = act(at=NOON + dt.timedelta(seconds=number))
    return await giving.give(store, store_act, facts(**given_facts))


async def test_a_role_is_held_from_the_day_it_is_given(store: MemoryStore) -> None:
    found = await given(store, role="RECORDER", organization="org_hospital", holder=" 王联络 ")
    assert (found["since"], found["holder"], found["concerns"]) == ("2024-02-29", "王联络", ["org_hospital"])
    assert RoleAssignment.state(found, TODAY) == RoleAssignmentStatus.ACTIVE


@pytest.mark.parametrize("viewer", WITHOUT_RIGHT, ids=lambda viewer: viewer.subject)
async def test_only_an_administrator_of_the_network_gives_roles(store: MemoryStore, viewer: Viewer) -> None:
    assert await codes(giving.give(store, act(viewer), facts())) == [(Code.FORBIDDEN, ())]
    held = await given(store)
    for step in (giving.end, giving.withdraw):
        code = Code.FORBIDDEN if viewer.may(RoleAssignment.READ, "net_a") else Code.NOT_FOUND
        [(found, _)] = await codes(step(store, act(viewer), held["_id"], 1))
        assert found is code
    [(found, _)] = await codes(giving.hand_over(store, act(viewer), held["_id"], 1, "李"))
    assert found is code


@pytest.mark.parametrize(
    ("wrong", "code", "path", "english", "chinese"),
    [
        ({"role": "PUBLIC"}, Code.RULE_BROKEN, "role", "not given in a network", "不在共建网络内授予"),
        ({"role": "OPERATOR"}, Code.RULE_BROKEN, "role", "not given in a network", "不在共建网络内授予"),
        ({"role": "RECORDER"}, Code.REQUIRED, "organization", "name it", "须指明所属单位"),
        ({"organization": "org_hospital"}, Code.RULE_BROKEN, "organization", "Only RECORDER", "只有 RECORDER"),
        ({"subject": ADMIN.subject}, Code.RULE_BROKEN, "subject", "to himself", "不得给自己"),
        ({"since": "2024-02-28"}, Code.RULE_BROKEN, "since", "today or later", "当日或之后"),
        ({"subject": " "}, Code.REQUIRED, "subject", "cannot be empty", "不能为空"),
        ({"subject": "a" * 201}, Code.INVALID, "subject", "At most 200", "最多 200"),
        ({"holder": "王" * 61}, Code.INVALID, "holder", "At most 60", "最多 60"),
        (
            {"role": "RECORDER", "organization": "org_bank"},
            Code.RULE_BROKEN,
            "organization",
            "no member of this network on 2024-02-29",
            "在 2024-02-29 不是该网络",
        ),
        (
            {"role": "RECORDER", "organization": "org_missing"},
            Code.REFERENCE_INVALID,
            "organization",
            "no organisation org_missing",
            "没有可引用的单位",
        ),
    ],
)
async def test_a_role_that_does_not_fit_is_refused(
    store: MemoryStore, wrong: dict[str, Any], code: Code, path: str, english: str, chinese: str
) -> None:
    [problem] = await refused(giving.give(store, act(), facts(**wrong)))
    assert (problem.code, problem.path) == (code, (path,))
    assert english in problem.english
    assert chinese in problem.chinese
    assert store.revisions == []


async def test_everything_wrong_is_told_at_once(store: MemoryStore) -> None:
    wrong = facts(role="RECORDER", organization="org_bank", subject=ADMIN.subject, since="2024-02-01")
    assert await codes(giving.give(store, act(), wrong)) == [
        (Code.RULE_BROKEN, ("since",)),
        (Code.RULE_BROKEN, ("subject",)),
        (Code.RULE_BROKEN, ("organization",)),
    ]


async def test_a_recorder_may_be_named_for_an_organisation_that_joins_by_then(store: MemoryStore) -> None:
    found = await given(store, role="RECORDER", organization="org_bank", since="2024-03-01")
    assert RoleAssignment.state(found, TODAY) == RoleAssignmentStatus.UPCOMING


async def test_a_document_may_tell_of_a_role_that_began_before(store: MemoryStore) -> None:
    source = {"origin": "REPORTED", "sources": [{"document": "002", "fact": "C1"}]}
    assert (await given(store, since="2020-02-29", **source))["since"] == "2020-02-29"


async def test_the_same_role_twice_is_refused_while_it_stands(store: MemoryStore) -> None:
    first = await given(store)
    [problem] = await refused(giving.give(store, act(), facts()))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, first["_id"])
    await giving.end(store, act(), first["_id"], 1)
    again = await given(store)
    await giving.withdraw(store, act(), again["_id"], 1)
    assert (await given(store))["version"] == 1


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ("NETWORK_ADMIN", "INTEGRITY_OFFICER", True),
        ("INTEGRITY_OFFICER", "NETWORK_ADMIN", True),
        ("RECORDER", "INTEGRITY_OFFICER", True),
        ("INTEGRITY_OFFICER", "RECORDER", True),
        ("INTEGRITY_OFFICER", "OBSERVER", False),
        ("RECORDER", "NETWORK_ADMIN", False),
    ],
)
async def test_who_audits_does_not_write(store: MemoryStore, first: str, second: str, apart: bool) -> None:
    def scoped(role: str) -> dict[str, Any]:
        return {"role": role, **({"organization": "org_hospital"} if role == "RECORDER" else {})}

    held = await given(store, **scoped(first))
    if not apart:
        await given(store, **scoped(second))
        return
    [problem] = await refused(given(store, **scoped(second)))
    assert (problem.code, problem.path, problem.record) == (Code.RULE_BROKEN, ("role",), held["_id"])
    assert f"王 is {first}" in problem.english
    assert f"王 在该网络已是 {first}" in problem.chinese
    other = await given(store, subject="李", **scoped(second))
    [problem] = await refused(giving.hand_over(store, act(), other["_id"], 1, "王"))
    assert (problem.code, problem.path, problem.record) == (Code.RULE_BROKEN, ("subject",), held["_id"])
    await given(store, role="NETWORK_ADMIN", subject="赵")  # so that the network keeps one
    await giving.end(store, act(), held["_id"], 1)
    await given(store, **scoped(second))


async def test_in_another_network_one_may_audit_what_one_writes_here(store: MemoryStore) -> None:
    await given(store, role="NETWORK_ADMIN")
    foreign = Viewer("外网", (Grant(Role.NETWORK_ADMIN, "net_b"),))
    await giving.give(store, act(foreign), facts(network="net_b", role="INTEGRITY_OFFICER"))


async def test_a_subject_holds_so_many_roles_and_no_more(store: MemoryStore) -> None:
    for number in range(MOST_HELD):
        store.put(
            RoleAssignment(id=f"rol_{number}", network=f"net_{number}", role=Role.OBSERVER, subject="王", since=TODAY)
        )
    [problem] = await refused(given(store))
    assert (problem.code, problem.path) == (Code.LIMIT_EXCEEDED, ("subject",))
    assert "at most 200" in problem.english
    assert "最多持有 200" in problem.chinese


async def test_a_hand_over_is_one_revision_of_one_record(store: MemoryStore) -> None:
    first = await given(store, holder="王联络")
    after = await giving.hand_over(store, act(), first["_id"], 1, "李", "李接任")
    assert (after["subject"], after["holder"], after["version"]) == ("李", "李接任", 2)
    [changed] = store.revisions[1:]
    assert {each["field"] for each in changed["changes"]} == {"subject", "holder"}
    assert changed["reason"] == "登记有误"


@pytest.mark.parametrize(
    ("subject", "english", "chinese"),
    [("王", "successor is another", "接任者须为他人"), (ADMIN.subject, "to himself", "不得给自己")],
)
async def test_a_successor_is_another_and_not_the_one_who_hands_over(
    store: MemoryStore, subject: str, english: str, chinese: str
) -> None:
    held = await given(store)
    [problem] = await refused(giving.hand_over(store, act(), held["_id"], 1, subject))
    assert (problem.code, problem.path) == (Code.RULE_BROKEN, ("subject",))
    assert english in problem.english
    assert chinese in problem.chinese


async def test_a_role_is_not_handed_over_for_an_organisation_that_left(store: MemoryStore) -> None:
    held = await given(store, role="RECORDER", organization="org_hospital")
    del store.documents["mem_0"]
    assert await codes(giving.hand_over(store, act(), held["_id"], 1, "李")) == [(Code.RULE_BROKEN, ("organization",))]


@pytest.mark.parametrize("step", [giving.end, giving.withdraw])
async def test_the_last_administrator_stays_until_another_stands(store: MemoryStore, step: Any) -> None:
    only = await given(store, role="NETWORK_ADMIN")
    await given(store, role="NETWORK_ADMIN", subject="将任", since="2024-03-01")
    [problem] = await refused(step(store, act(), only["_id"], 1))
    assert (problem.code, problem.path, problem.record) == (Code.RULE_BROKEN, ("id",), only["_id"])
    assert "no administrator" in problem.english
    assert "没有管理员" in problem.chinese
    handed = await giving.hand_over(store, act(), only["_id"], 1, "李")
    await given(store, role="NETWORK_ADMIN", subject="赵")
    assert (await step(store, act(), handed["_id"], 2))["version"] == 3


async def test_one_to_come_may_be_withdrawn_and_not_ended(store: MemoryStore) -> None:
    coming = await given(store, role="NETWORK_ADMIN", since="2024-03-01")
    assert await codes(giving.end(store, act(), coming["_id"], 1)) == [(Code.ILLEGAL_STATE, ("id",))]
    await giving.withdraw(store, act(), coming["_id"], 1)


@pytest.mark.parametrize("blank", [None, " "])
async def test_each_step_says_why(store: MemoryStore, blank: str | None) -> None:
    held = (await given(store))["_id"]
    for action in (
        giving.end(store, act(reason=blank), held, 1),
        giving.withdraw(store, act(reason=blank), held, 1),
        giving.hand_over(store, act(reason=blank), held, 1, "李"),
    ):
        assert await codes(action) == [(Code.REQUIRED, ("reason",))]


async def test_a_role_begins_and_ends_at_midnight_in_shanghai(store: MemoryStore) -> None:
    coming = await given(store, since="2024-03-01")
    before, after = act(at=MIDNIGHT - dt.timedelta(milliseconds=1)), act(at=MIDNIGHT)
    assert await codes(giving.end(store, before, coming["_id"], 1)) == [(Code.ILLEGAL_STATE, ("id",))]
    ended = await giving.end(store, after, coming["_id"], 1)
    assert ended["ended_on"] == "2024-03-01"
    assert RoleAssignment.state(ended, after.day) == RoleAssignmentStatus.ENDED


def test_nobody_without_a_right_reads_one() -> None:
    document = document_of(RoleAssignment(id="rol_1", network="n", role=Role.OBSERVER, subject="王", since=TODAY))
    assert not ANONYMOUS.may(RoleAssignment.right_to_read(document, TODAY), "n")
