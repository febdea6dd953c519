"""LeadingGroup 领导小组: who chairs and belongs to it, when it stands, and what each step refuses (002, C6)."""

import datetime as dt
from typing import Any

import pytest

from service.cooperation import groups
from service.cooperation.groups import LeadingGroup
from service.errors import Code, Path
from service.records import document_of, record_of
from tests.rules.activity_scene import FOREIGN, codes
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import REPORTED
from tests.rules.plan_scene import DAY, RECORDER, june, plan_scene

HOSPITAL = {"organization": "org_hospital", "name": "冯书记", "post": "党委书记"}
BANK = {"organization": "org_bank", "name": "赵行长"}
MEMBER = {"organization": "org_bank_desk", "name": "王干事", "role": "联络"}
OFFICE = {"name": "党建共建领导办公室", "organization": "org_bank_office", "head": "李主任"}


@pytest.fixture
def store() -> MemoryStore:
    return plan_scene()


def group_facts(**other: Any) -> dict[str, Any]:
    people = {"chairs": [HOSPITAL, BANK], "members": [MEMBER], "office": OFFICE}
    return {"agreement": "agr_1", "since": "2024-01-10", **people, **other}


async def formed(store: MemoryStore, **other: Any) -> str:
    return str((await groups.form(store, june(), group_facts(**other)))["_id"])


async def test_a_group_stands_in_its_agreements_network_and_concerns_all_it_names(store: MemoryStore) -> None:
    group = await groups.form(store, june(), group_facts())
    assert (group["network"], group["gaps"]) == ("net_a", [])
    assert group["concerns"] == ["org_bank", "org_bank_desk", "org_bank_office", "org_hospital"]
    assert LeadingGroup.state(group, DAY) == "ACTIVE"


UNFIT: list[tuple[dict[str, Any], list[tuple[Code, Path]]]] = [
    ({"agreement": "agr_draft"}, [(Code.RULE_BROKEN, ("agreement",))]),
    ({"agreement": "agr_missing"}, [(Code.REFERENCE_INVALID, ("agreement",))]),
    ({"since": None}, [(Code.REQUIRED, ("since",))]),
    ({"since": "2024-06-16"}, [(Code.RULE_BROKEN, ("since",))]),
    ({"until": "2024-06-16"}, [(Code.RULE_BROKEN, ("until",))]),
    ({"until": "2024-01-09"}, [(Code.RULE_BROKEN, ("until",))]),
    ({"chairs": []}, [(Code.REQUIRED, ("chairs",))]),
    ({"chairs": [HOSPITAL]}, [(Code.RULE_BROKEN, ("chairs",))]),
    ({"chairs": [HOSPITAL, BANK, BANK]}, [(Code.RULE_BROKEN, ("chairs", 2, "organization"))]),
    ({"chairs": [HOSPITAL, BANK, MEMBER | {"role": "x"}]}, [(Code.INVALID, ("chairs",))]),
    (
        {"chairs": [HOSPITAL, BANK | {"organization": "org_bank_office"}]},
        [(Code.RULE_BROKEN, ("chairs",)), (Code.RULE_BROKEN, ("chairs", 1, "organization"))],
    ),
    ({"chairs": [HOSPITAL, {"organization": "org_bank"}]}, [(Code.REQUIRED, ("chairs", 1, "name"))]),
    ({"chairs": [HOSPITAL | {"name": "甲" * 61}, BANK]}, [(Code.INVALID, ("chairs", 0, "name"))]),
    ({"members": [{"organization": "org_bank"}]}, [(Code.REQUIRED, ("members", 0, "name"))]),
    ({"members": [MEMBER, MEMBER | {"name": " 王干事 "}]}, [(Code.RULE_BROKEN, ("members", 1, "name"))]),
    ({"members": [MEMBER | {"organization": "org_fire"}]}, [(Code.RULE_BROKEN, ("members", 0, "organization"))]),
    ({"members": [MEMBER | {"organization": "org_gone"}]}, [(Code.REFERENCE_INVALID, ("members", 0, "organization"))]),
    ({"office": None}, [(Code.REQUIRED, ("office",))]),
    ({"office": {"name": ""}}, [(Code.REQUIRED, ("office", "name"))]),
    ({"office": OFFICE | {"organization": "org_fire"}}, [(Code.RULE_BROKEN, ("office", "organization"))]),
]


@pytest.mark.parametrize(("other", "expected"), UNFIT)
async def test_an_unfit_group_is_refused_at_every_place(
    store: MemoryStore, other: dict[str, Any], expected: list[tuple[Code, Path]]
) -> None:
    assert sorted(await codes(groups.form(store, june(), group_facts(**other)))) == sorted(expected)
    assert store.revisions == []


async def test_two_of_one_name_in_different_organisations_are_two(store: MemoryStore) -> None:
    members = [MEMBER, MEMBER | {"organization": "org_bank"}]
    office = {"name": "办公室"}
    group = await groups.form(store, june(), group_facts(members=members, office=office))
    assert len(group["members"]) == 2


async def test_a_reported_group_may_lack_what_its_source_does_not_say(store: MemoryStore) -> None:
    bare = {"agreement": "agr_1", **REPORTED}
    assert (await groups.form(store, june(), bare))["gaps"] == ["since", "chairs", "office"]
    unnamed = {"organization": "org_bank"}
    partly = {"agreement": "agr_open", "chairs": [{"organization": "org_bank"}], "members": [unnamed, unnamed]}
    assert (await groups.form(store, june(), partly | REPORTED))["gaps"] == ["since", "office"]


async def test_an_agreement_has_one_standing_group(store: MemoryStore) -> None:
    own_id = await formed(store)
    again = groups.form(store, june(), group_facts())
    assert await codes(again) == [(Code.ALREADY_EXISTS, ())]
    await groups.dissolve(store, june(), own_id, 1)
    second = await formed(store, since="2024-06-15")
    await groups.discard(store, june(), second, 1)
    await formed(store)
    alive = {"until": None}
    assert await codes(groups.correct(store, june(), own_id, 2, alive)) == [(Code.ALREADY_EXISTS, ())]


async def test_a_group_ends_with_the_day_it_is_dissolved(store: MemoryStore) -> None:
    own_id = await formed(store)
    group = await groups.dissolve(store, june(reason="换届"), own_id, 1)
    assert (group["until"]["last"], group["end_reason"]) == ("2024-06-15", "换届")
    assert LeadingGroup.state(group, DAY - dt.timedelta(days=1)) == "ACTIVE"
    assert LeadingGroup.state(group, DAY) == "ENDED"
    assert await codes(groups.dissolve(store, june(), own_id, 2)) == [(Code.ILLEGAL_STATE, ("id",))]


@pytest.mark.parametrize(("until", "code"), [("2024-01-09", Code.RULE_BROKEN), ("2024-06-16", Code.RULE_BROKEN)])
async def test_it_is_dissolved_after_it_was_formed_and_not_ahead(store: MemoryStore, until: str, code: Code) -> None:
    own_id = await formed(store)
    assert await codes(groups.dissolve(store, june(), own_id, 1, until={"first": until})) == [(code, ("until",))]


async def test_a_correction_judges_what_is_new(store: MemoryStore) -> None:
    own_id = await formed(store)
    store.documents["org_bank_desk"]["status"] = "ARCHIVED"
    group = await groups.correct(store, june(), own_id, 1, {"duties": "统筹共建"})
    assert group["duties"] == "统筹共建"
    fire = {"members": [{"organization": "org_fire", "name": "钱"}]}
    found = await codes(groups.correct(store, june(), own_id, 2, fire))
    assert found == [(Code.RULE_BROKEN, ("members", 0, "organization"))]
    moved = groups.correct(store, june(), own_id, 2, {"agreement": "agr_open"})
    assert await codes(moved) == [(Code.RULE_BROKEN, ("agreement",))]


@pytest.mark.parametrize("name", ["correct", "dissolve", "discard"])
async def test_each_step_needs_a_reason_the_right_and_a_group_that_stands(store: MemoryStore, name: str) -> None:
    own_id = await formed(store)
    given: dict[str, Any] = {"facts": {"duties": "改"}} if name == "correct" else {}
    step = getattr(groups, name)
    assert await codes(step(store, june(reason=None), own_id, 1, **given)) == [(Code.REQUIRED, ("reason",))]
    assert await codes(step(store, june(RECORDER), own_id, 1, **given)) == [(Code.FORBIDDEN, ())]
    assert await codes(step(store, june(FOREIGN), own_id, 1, **given)) == [(Code.NOT_FOUND, ("id",))]
    await groups.discard(store, june(reason="误录"), own_id, 1)
    assert await codes(step(store, june(), own_id, 2, **given)) == [(Code.ILLEGAL_STATE, ("id",))]


async def test_only_who_keeps_agreements_forms_groups(store: MemoryStore) -> None:
    for viewer in (RECORDER, FOREIGN):
        assert await codes(groups.form(store, june(viewer), group_facts())) == [(Code.FORBIDDEN, ())]


async def test_an_archived_network_takes_no_new_group(store: MemoryStore) -> None:
    store.documents["net_a"]["status"] = "ARCHIVED"
    assert await codes(groups.form(store, june(), group_facts())) == [(Code.REFERENCE_INVALID, ("agreement",))]


async def test_each_date_begins_and_ends_states_and_the_record_reads_back(store: MemoryStore) -> None:
    own_id = await formed(store)
    document = store.documents[own_id]
    assert document_of(record_of(LeadingGroup, document)) == document
