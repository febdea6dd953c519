"""What every engine promises through each driver: to write once, to refuse with reasons, and to list in order."""

import datetime as dt
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from service.acts import Act
from service.ancestry import DEEPEST
from service.cooperation.activities import Activity, ActivityStatus
from service.dates import PartialDate
from service.errors import Code, Path, Refusal
from service.network.memberships import MembershipRole
from service.network.networks import Network
from service.network.organizations import Organization, OrganizationStatus
from service.records import document_of
from service.store.database import Database
from service.store.store import Store
from service.trail.revisions import first_break
from service.viewer import ANONYMOUS
from tests.store.scene import (
    NOW,
    STRANGER,
    act,
    activity,
    membership,
    network,
    organization,
)

LATER = act(at=NOW + dt.timedelta(days=1))


async def stored(database: Database, kind: Any, own_id: str) -> dict[str, Any]:
    return (await database.find(kind.COLLECTION, {"_id": own_id}, 1))[0]


async def problems(attempt: Any) -> list[tuple[Code, Path, str | None, int | None]]:
    with pytest.raises(Refusal) as refusal:
        await attempt
    return [(each.code, each.path, each.record, each.version) for each in refusal.value.problems]


def aware(document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` with its moments as the domain sees them."""
    moments = {name: document[name].replace(tzinfo=dt.UTC) for name in ("created_at", "updated_at")}
    return {name: value for name, value in document.items() if name != "outbox"} | moments


async def test_a_created_record_is_stored_with_its_revision_and_loaded_as_it_was_made(store: Store) -> None:
    made = activity("act_1")

    answer = await store.create(made, act())

    document = await stored(store.database, Activity, "act_1")
    standing = replace(made, version=1, head=document["head"], created_at=document["created_at"])
    assert answer == aware(document) == document_of(standing) | {"created_at": NOW, "updated_at": NOW}
    assert [entry["_id"] for entry in document["outbox"]] == ["act_1:1"]
    assert first_break(document["outbox"], document["head"]) is None
    assert await store.load(Activity, "act_1", 1, act()) == standing


async def test_a_change_raises_the_version_by_one_and_keeps_both_revisions(store: Store) -> None:
    await store.create(activity("act_1"), act())
    before = await store.load(Activity, "act_1", 1, act())
    after = replace(before, place="越秀支行", when=PartialDate.parse("2024-02"))

    answer = await store.save(before, after, LATER)

    document = await stored(store.database, Activity, "act_1")
    standing = replace(after, version=2, head=document["head"])
    assert aware(answer) == aware(document) == document_of(standing) | {"created_at": NOW, "updated_at": LATER.at}
    assert first_break(document["outbox"], document["head"]) is None
    assert [
        (entry["version"], sorted(change["field"] for change in entry["changes"])) for entry in document["outbox"][1:]
    ] == [(2, ["place", "when"])]
    assert await store.load(Activity, "act_1", 2, act()) == standing


async def test_a_change_that_changes_nothing_is_refused(store: Store) -> None:
    await store.create(activity("act_1"), act())
    before = await store.load(Activity, "act_1", 1, act())
    assert await problems(store.save(before, before, LATER)) == [(Code.INVALID, (), None, None)]
    assert (await stored(store.database, Activity, "act_1"))["version"] == 1


async def test_whoever_saw_an_older_version_is_told_which_one_stands(store: Store) -> None:
    await store.create(activity("act_1"), act())
    seen = await store.load(Activity, "act_1", 1, act())
    await store.save(seen, replace(seen, place="甲"), act())
    conflict = [(Code.CONFLICT, ("version",), "act_1", 2)]

    assert await problems(store.save(seen, replace(seen, place="乙"), act())) == conflict
    assert await problems(store.load(Activity, "act_1", 1, act())) == conflict
    assert await problems(store.load(Activity, "act_1", 3, act())) == conflict
    assert (await stored(store.database, Activity, "act_1"))["place"] == "甲"


@pytest.mark.parametrize("own_id", ["act_2", "org_1", "act_1"])
async def test_a_record_that_is_missing_or_not_to_be_known_answers_the_same(store: Store, own_id: str) -> None:
    await store.create(activity("act_1"), act())
    asked = act(STRANGER)
    assert await problems(store.load(Activity, own_id, 1, asked)) == [(Code.NOT_FOUND, ("id",), None, None)]


async def test_a_second_one_of_the_same_is_refused_and_the_first_is_named(store: Store) -> None:
    await store.create(activity("act_1", title="同题"), act())
    twin = activity("act_2", title="同题")
    assert await problems(store.create(twin, act())) == [(Code.ALREADY_EXISTS, (), "act_1", None)]
    assert await store.known("act", ["act_2"]) == {}

    await store.create(replace(twin, title="异题"), act())
    other = await store.load(Activity, "act_2", 1, act())
    renamed = replace(other, title="同题")
    assert await problems(store.save(other, renamed, act())) == [(Code.ALREADY_EXISTS, (), "act_1", None)]
    document = await stored(store.database, Activity, "act_2")
    assert (document["title"], document["version"], len(document["outbox"])) == ("异题", 1, 1)


async def test_the_first_one_is_not_named_to_whom_may_not_know_of_it(store: Store) -> None:
    await store.create(activity("act_1", title="同题"), act())
    twin = activity("act_2", title="同题")
    assert await problems(store.create(twin, act(STRANGER))) == [(Code.ALREADY_EXISTS, (), None, None)]


async def test_an_id_is_given_once(store: Store) -> None:
    await store.create(activity("act_1"), act())
    other = activity("act_1", title="另一场")
    assert await problems(store.create(other, act())) == [(Code.ALREADY_EXISTS, (), "act_1", None)]


async def test_each_rule_of_uniqueness_names_the_record_that_stands_in_its_way(store: Store) -> None:
    await store.create(membership("mem_1", "org_1", role=MembershipRole.LEAD), act())
    await store.create(membership("mem_2", "org_2"), act())
    second_lead = membership("mem_3", "org_3", role=MembershipRole.LEAD)
    assert await problems(store.create(second_lead, act())) == [(Code.ALREADY_EXISTS, (), "mem_1", None)]
    again = membership("mem_3", "org_2")
    assert await problems(store.create(again, act())) == [(Code.ALREADY_EXISTS, (), "mem_2", None)]


async def test_a_reference_is_to_a_live_record_of_its_type_that_the_viewer_may_know_of(store: Store) -> None:
    await store.create(organization("org_live"), act())
    await store.create(organization("org_gone", status=OrganizationStatus.ARCHIVED), act())
    await store.create(activity("act_held"), act())
    await store.create(activity("act_public", status=ActivityStatus.PUBLISHED), act())
    await store.create(activity("act_off", status=ActivityStatus.CANCELLED), act())

    found = await store.refer({("host",): "org_live", ("guests", 0): "org_live"}, "org", act(STRANGER))
    assert list(found) == ["org_live"]
    assert found["org_live"]["name"] == "org_live"
    wrong: dict[Path, str] = {
        ("missing",): "org_none",
        ("archived", 0, "organization"): "org_gone",
        ("other_type",): "act_public",
        ("good",): "org_live",
        ("no_id",): "",
    }
    assert await problems(store.refer(wrong, "org", act())) == [
        (Code.REFERENCE_INVALID, path, None, None) for path in wrong if path != ("good",)
    ]
    foreign: dict[Path, str] = {("held",): "act_held", ("public",): "act_public", ("off",): "act_off"}
    assert await problems(store.refer(foreign, "act", act(STRANGER))) == [
        (Code.REFERENCE_INVALID, ("held",), None, None),
        (Code.REFERENCE_INVALID, ("off",), None, None),
    ]
    assert await store.refer({}, "org", act()) == {}


async def test_known_finds_the_documents_of_one_type_whoever_asks(store: Store) -> None:
    for own_id in ("org_1", "org_2", "org_3"):
        await store.create(organization(own_id), act())
    found = await store.known("org", iter(["org_2", "org_1", "org_2", "org_9", "act_1"]), ("name",))
    assert found == {own_id: {"_id": own_id, "name": own_id} for own_id in ("org_1", "org_2")}
    assert await store.known("org", ["act_1"]) == {}


def line_above(own_id: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    line = [own_id]
    while (parent := parents.get(line[-1])) and parent not in line and len(line) <= DEEPEST:
        line.append(parent)
    return tuple(line)


async def test_lines_lead_from_each_record_to_its_uppermost_parent(store: Store) -> None:
    """Random forests with circles among them, as no rule lets in but a mistaken import might."""
    chance = random.Random(5)
    for forest in range(8):
        ids = [f"org_{forest}_{number}" for number in range(16)]
        parents = {
            own_id: chance.choice([None, *ids[: chance.choice((place, 16))]]) for place, own_id in enumerate(ids)
        }
        for own_id, parent in parents.items():
            await store.create(organization(own_id, parent=parent), act())
        for size in (1, 2, 5):
            asked = [*chance.sample(ids, size), "org_none"]
            assert await store.lines("org", asked) == {each: line_above(each, parents) for each in asked}


async def test_a_line_passes_one_that_was_asked_for_too(store: Store) -> None:
    """Of d → c → a → z → y, asked for d and a: what is known of a's line by then must not end d's."""
    parents = {"org_d": "org_c", "org_c": "org_a", "org_a": "org_z", "org_z": "org_y", "org_y": None}
    for own_id, parent in parents.items():
        await store.create(organization(own_id, parent=parent), act())
    assert await store.lines("org", ["org_d", "org_a"]) == {
        "org_d": ("org_d", "org_c", "org_a", "org_z", "org_y"),
        "org_a": ("org_a", "org_z", "org_y"),
    }


async def test_a_line_is_followed_one_level_beyond_what_the_rules_allow(store: Store) -> None:
    ids = [f"org_{number:02}" for number in range(DEEPEST + 5)]
    for own_id, parent in zip(ids, [*ids[1:], None], strict=True):
        await store.create(organization(own_id, parent=parent), act())
    assert await store.lines("org", [ids[0]]) == {ids[0]: tuple(ids[: DEEPEST + 1])}


async def test_the_public_may_refer_to_what_is_public(store: Store) -> None:
    await store.create(network("net_a"), act())
    await store.create(organization("org_1"), act())
    anybody = Act(ANONYMOUS, NOW, "test")
    assert list(await store.refer({("network",): "net_a"}, Network.PREFIX, anybody)) == ["net_a"]
    assert list(await store.refer({("organization",): "org_1"}, Organization.PREFIX, anybody)) == ["org_1"]
