"""Pairings: a branch of the lead and a member, each pair once in a specialty, and what turns at midnight."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.dates import PartialDate
from service.errors import Code, Path
from service.facts import folded
from service.network import branches, memberships, pairings
from service.network.memberships import MembershipRole
from service.network.networks import Network, NetworkStatus
from service.network.pairings import Pairing, PairingMode
from service.records import Document, document_of
from service.viewer import Viewer
from tests.rules.alliance_scene import alliance, membership, pairing_facts
from tests.rules.generated import stored
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import FOREIGN, NOON, REPORTED, WITHOUT_RIGHT, act, codes, refused

BROKEN = Code.RULE_BROKEN


@pytest.fixture
def store() -> MemoryStore:
    return alliance()


async def test_a_branch_is_paired_corrected_and_the_pairing_ended(store: MemoryStore) -> None:
    made = await pairings.pair(store, act(), pairing_facts())
    assert (made["partition"], made["concerns"], made["mode"]) == ("net_a", ["org_bank"], "KEY")
    corrected = await pairings.correct(store, act(), made["_id"], 1, {"mode": "EXTENDED", "begins": "2023"})
    assert (corrected["mode"], corrected["active_from"]) == ("EXTENDED", "2023-01-01")
    ended = await pairings.end(store, act(), made["_id"], 2, PartialDate.parse("2024-02"))
    assert (ended["active_to"], ended["end_reason"]) == ("2024-02-29", "登记有误")
    assert await codes(pairings.end(store, act(), made["_id"], 3)) == [(Code.ILLEGAL_STATE, ("id",))]
    again = await pairings.pair(store, act(), pairing_facts())
    (problem,) = await refused(pairings.correct(store, act(), made["_id"], 3, {"ends": None}))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, again["_id"])


async def test_a_pair_stands_once_in_a_specialty(store: MemoryStore) -> None:
    first = await pairings.pair(store, act(), pairing_facts())
    (problem,) = await refused(pairings.pair(store, act(), pairing_facts(specialty=" 皮肤科", mode="EXTENDED")))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, first["_id"])
    for other in ({"specialty": "护理"}, {"specialty": None}, {"branch": "bra_second"}):
        assert (await pairings.pair(store, act(), pairing_facts(**other)))["version"] == 1
    await pairings.discard(store, act(), first["_id"], 1)
    assert (await pairings.pair(store, act(), pairing_facts()))["version"] == 1


@pytest.mark.parametrize(
    ("facts", "paths"),
    [
        ({"branch": "bra_bank"}, [("branch",)]),
        ({"member": "org_hospital"}, [("member",)]),
        ({"member": "org_other"}, [("member",)]),
        ({"member": "org_school"}, [("member",)]),
        ({"member": "org_school", "begins": "2020"}, [("member",)]),
        ({"begins": "2019"}, [("member",)]),
        ({"begins": "2017"}, [("branch",), ("member",)]),
        ({"branch": "bra_bank", "member": "org_hospital"}, [("branch",), ("member",)]),
    ],
)
async def test_the_branch_is_the_leads_and_the_other_side_a_member(
    store: MemoryStore, facts: dict[str, Any], paths: list[Path]
) -> None:
    problems = await refused(pairings.pair(store, act(), pairing_facts(**facts)))
    assert [(each.code, each.path) for each in problems] == [(BROKEN, path) for path in paths]
    for each in problems:
        role = {"branch": "LEAD", "member": "MEMBER"}[str(each.path[0])]
        assert f"The organisation of the {each.path[0]} is not {role} of the network on" in each.english
        assert f"不是该网络的 {role}" in each.chinese


async def test_a_pairing_of_the_past_or_of_the_future_is_judged_by_its_own_days(store: MemoryStore) -> None:
    past = pairing_facts(member="org_school", begins="2019-06", ends="2022-12-31")
    made = await pairings.pair(store, act(), past)
    reopened = pairings.correct(store, act(), made["_id"], 1, {"ends": None})
    assert await codes(reopened) == [(BROKEN, ("ends",))]
    early = pairings.correct(store, act(), made["_id"], 1, {"begins": "2018-05-01"})
    assert await codes(early) == [(BROKEN, ("begins",))]
    store.put(membership("mem_other", "org_other", MembershipRole.MEMBER, "2024-03-01"))
    coming = await pairings.pair(store, act(), pairing_facts(member="org_other", begins="2024-03-01"))
    assert Pairing.state(coming, NOON.date()) == "UPCOMING"
    assert await codes(pairings.end(store, act(), coming["_id"], 1)) == [(Code.ILLEGAL_STATE, ("id",))]


async def test_a_pairing_outlives_membership_and_branch_until_it_is_ended(store: MemoryStore) -> None:
    made = await pairings.pair(store, act(), pairing_facts())
    await memberships.end(store, act(), "mem_bank", 1)
    await branches.archive(store, act(), "bra_hospital", 1)
    assert Pairing.state(store.documents[made["_id"]], NOON.date()) == "ACTIVE"
    assert (await pairings.correct(store, act(), made["_id"], 1, {"mode": "EXTENDED"}))["version"] == 2
    assert (await pairings.end(store, act(), made["_id"], 2))["version"] == 3
    late = pairings.pair(store, act(), pairing_facts())
    assert await codes(late) == [(Code.REFERENCE_INVALID, ("branch",))]


async def test_every_reference_that_is_none_is_told_at_once(store: MemoryStore) -> None:
    facts = pairing_facts(branch="bra_none", member="org_none")
    assert await codes(pairings.pair(store, act(), facts)) == [
        (Code.REFERENCE_INVALID, ("branch",)),
        (Code.REFERENCE_INVALID, ("member",)),
    ]
    undated = {name: value for name, value in pairing_facts().items() if name != "begins"}
    assert await codes(pairings.pair(store, act(), undated)) == [(Code.REQUIRED, ("begins",))]
    assert (await pairings.pair(store, act(), undated | REPORTED))["gaps"] == ["begins"]


async def test_days_lie_in_order_and_an_end_is_recorded_when_it_has_come(store: MemoryStore) -> None:
    ahead = pairings.pair(store, act(), pairing_facts(ends="2024-03-01"))
    assert await codes(ahead) == [(BROKEN, ("ends",))]
    made = await pairings.pair(store, act(), pairing_facts(begins="2024-02-01"))
    (problem,) = await refused(pairings.end(store, act(), made["_id"], 1, PartialDate.parse("2024-01")))
    assert (problem.path, problem.english) == (("ends",), "This lies before the beginning.")
    assert problem.chinese == "结束日期早于开始日期。"


async def test_who_is_paired_never_changes(store: MemoryStore) -> None:
    made = await pairings.pair(store, act(), pairing_facts())
    for fact, value in (("branch", "bra_second"), ("member", "org_other"), ("network", "net_b")):
        changed = pairings.correct(store, act(), made["_id"], 1, {fact: value})
        assert await codes(changed) == [(BROKEN, (fact,))]
    await pairings.discard(store, act(), made["_id"], 1)
    illegal = [(Code.ILLEGAL_STATE, ("id",))]
    assert await codes(pairings.correct(store, act(), made["_id"], 2, {"mode": "EXTENDED"})) == illegal
    assert await codes(pairings.discard(store, act(), made["_id"], 2)) == illegal


def _pairing(begins: str | None, ends: str | None = None, **facts: Any) -> Document:
    dates = {name: PartialDate.parse(text) for name, text in (("begins", begins), ("ends", ends)) if text}
    given: dict[str, Any] = {"branch": "bra_1", "member": "org_1", "mode": PairingMode.KEY} | dates | facts
    return document_of(Pairing(id="pai_1", network="net_a", **given))


@pytest.mark.parametrize(
    ("document", "day", "state"),
    [
        (_pairing("2024-02-29"), dt.date(2024, 2, 28), "UPCOMING"),
        (_pairing("2024-02-29"), dt.date(2024, 2, 29), "ACTIVE"),
        (_pairing("2023", "2024-02-29"), dt.date(2024, 2, 28), "ACTIVE"),
        (_pairing("2023", "2024-02-29"), dt.date(2024, 2, 29), "ENDED"),
        (_pairing(None, "2020"), dt.date(2021, 1, 1), "ENDED"),
        (_pairing("2023", discarded=True), dt.date(2024, 2, 29), "DISCARDED"),
    ],
)
def test_a_pairing_turns_at_midnight(document: Document, day: dt.date, state: str) -> None:
    assert Pairing.state(document, day) == state


SPECIALTIES = st.none() | st.sampled_from(["皮肤科", " 皮肤科", "护理", "ICU", "icu"])


@given(stored(Pairing), stored(Pairing), SPECIALTIES, SPECIALTIES)
def test_two_pairings_share_a_key_exactly_where_both_stand_for_one_pair_and_specialty(
    one: Pairing, two: Pairing, first: str | None, second: str | None
) -> None:
    a = Pairing(**{**one.__dict__, "branch": "bra_1", "member": "org_1", "specialty": first})
    b = Pairing(**{**two.__dict__, "branch": "bra_1", "member": "org_1", "specialty": second})
    both = all(each.ends is None and not each.discarded for each in (a, b))
    alike = a.network == b.network and folded(first or "") == folded(second or "")
    if a.id != b.id:
        assert (a.keys()["duplicate_key"] == b.keys()["duplicate_key"]) == (both and alike)


@pytest.mark.parametrize("viewer", WITHOUT_RIGHT, ids=lambda viewer: viewer.subject)
async def test_without_the_right_nothing_is_written(store: MemoryStore, viewer: Viewer) -> None:
    assert await codes(pairings.pair(store, act(viewer), pairing_facts())) == [(Code.FORBIDDEN, ())]
    made = await pairings.pair(store, act(), pairing_facts())
    for step in (
        pairings.correct(store, act(viewer), made["_id"], 1, {"mode": "EXTENDED"}),
        pairings.end(store, act(viewer), made["_id"], 1),
        pairings.discard(store, act(viewer), made["_id"], 1),
    ):
        assert await codes(step) in ([(Code.FORBIDDEN, ())], [(Code.NOT_FOUND, ("id",))])
    assert len(store.revisions) == 1


async def test_nothing_is_paired_in_an_archived_network_nor_put_out_of_use_without_a_reason(
    store: MemoryStore,
) -> None:
    made = await pairings.pair(store, act(), pairing_facts())
    for step in (pairings.end, pairings.discard):
        assert await codes(step(store, act(reason=" "), made["_id"], 1)) == [(Code.REQUIRED, ("reason",))]
        assert await codes(step(store, act(FOREIGN), made["_id"], 1)) == [(Code.NOT_FOUND, ("id",))]
        assert await codes(step(store, act(), made["_id"], 0)) == [(Code.CONFLICT, ("version",))]
    store.put(Network(id="net_a", network="net_a", name="医+N共建", version=1, status=NetworkStatus.ARCHIVED))
    late = pairings.pair(store, act(), pairing_facts(branch="bra_second"))
    assert await codes(late) == [(Code.REFERENCE_INVALID, ("network",))]
