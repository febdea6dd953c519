"""A gift that touches a clause: when it does, and that one draft finding follows, whatever is repeated."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.acts import Act, following
from service.dates import PartialDate
from service.integrity import registering, touching
from service.integrity.commitments import Side, Stage
from service.integrity.standing import stood
from tests.rules.audit_scene import (
    CREAM,
    NO_GIFTS,
    NOON,
    NURSE,
    act,
    clause_set,
    commitment,
    gift_facts,
    scene,
    signed,
)
from tests.rules.generated import DAYS
from tests.rules.memory import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    return scene()


def findings(store: MemoryStore) -> list[dict[str, Any]]:
    return [each for own_id, each in store.documents.items() if own_id.startswith("fin_")]


async def follow(store: MemoryStore, own_id: str, at: int = 1) -> None:
    """As the relay does after revision `at` of the gift."""
    revision = {"_id": f"{own_id}:{at}", "network": "net_a"}
    assert await touching.follow(store, following("raiseGiftFinding", revision, NOON), own_id)


async def given_to(store: MemoryStore, **facts: Any) -> str:
    return str((await registering.record(store, act(NURSE), gift_facts(**facts)))["_id"])


async def test_the_cream_of_the_source_leads_to_one_draft_about_the_receiver(store: MemoryStore) -> None:
    own_id = await given_to(store)
    for _ in range(3):
        await follow(store, own_id)
    (found,) = findings(store)
    assert (found["status"], found["organization"], found["gift"]) == ("DRAFT", "org_tv", own_id)
    assert (found["commitment"], found["evidence"]) == ("com_1", [own_id, "com_1"])
    assert found["description"].splitlines() == [
        f"南方医科大学皮肤病医院 → 广州广播电视台:{CREAM}",
        NO_GIFTS.chinese,
        NO_GIFTS.english,
    ]
    assert (found["raised_on"], found["audit"], found["origin"]) == ("2024-02-29", None, "NATIVE")
    assert store.revisions[-1]["by"] == "service:follower"


async def test_a_signature_that_is_recorded_after_the_gift_leads_to_the_draft_too(store: MemoryStore) -> None:
    stands = store.documents.pop("com_1")
    gifts = [await given_to(store), await given_to(store, giver="org_tv", receiver="org_hospital")]
    gifts.append(await given_to(store, given_on="2023-04-30"))  # before the last signature
    gifts.append(await given_to(store, giver="org_bank", receiver="org_hospital"))
    for own_id in gifts:
        await follow(store, own_id)
    assert findings(store) == []
    store.documents["com_1"] = stands
    revision = {"_id": "com_1:3", "network": "net_a"}
    for _ in range(2):
        assert await touching.follow_commitment(store, following("raiseGiftFindings", revision, NOON), "com_1")
    assert {(each["gift"], each["organization"]) for each in findings(store)} == {
        (gifts[0], "org_tv"),
        (gifts[1], "org_hospital"),
    }
    store.put(replace(commitment(), id="com_2", stage=Stage.DRAWN_UP))
    assert await touching.follow_commitment(store, following("raiseGiftFindings", revision, NOON), "com_2")


async def test_it_does_not_matter_which_side_gave(store: MemoryStore) -> None:
    await follow(store, await given_to(store, giver="org_tv", receiver="org_hospital"))
    assert [each["organization"] for each in findings(store)] == ["org_hospital"]


@pytest.mark.parametrize(
    "facts",
    [
        {"given_on": "2023-04-30"},  # the day before the last signature
        {"given_on": "2022"},
        {"giver": "org_bank", "receiver": "org_hospital"},  # no commitment of these two
    ],
    ids=str,
)
async def test_what_touches_no_clause_leads_to_nothing(store: MemoryStore, facts: Any) -> None:
    await follow(store, await given_to(store, **facts))
    assert findings(store) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"clause_version": 1},
        {"clause_set": None, "clause_version": None},
        {"clause_set": "cla_gone"},
        {"stage": Stage.DISCARDED},
        {"stage": Stage.DRAWN_UP},
        {"sides": (signed("org_hospital"), Side("org_tv"))},
        {"withdrawn_on": dt.date(2023, 11, 8)},
        {"expires_on": dt.date(2023, 11, 7)},
        {"agreement_ended_on": dt.date(2023, 11, 8)},
        {"renewed_from": dt.date(2023, 6, 1)},
        {"network": "net_b"},
    ],
    ids=str,
)
async def test_a_commitment_that_did_not_stand_or_forbids_no_gifts_is_not_touched(
    store: MemoryStore, facts: Any
) -> None:
    store.put(commitment(**facts))
    await follow(store, await given_to(store))
    assert findings(store) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"withdrawn_on": dt.date(2023, 11, 9)},
        {"expires_on": dt.date(2023, 11, 8)},
        {"sides": (signed("org_hospital", "2023-11-08"), signed("org_tv", "2023"))},
        {"sides": (signed("org_hospital", None), signed("org_tv", None))},
    ],
    ids=str,
)
async def test_on_its_first_and_its_last_day_it_stands_and_unknown_days_rule_nothing_out(
    store: MemoryStore, facts: Any
) -> None:
    store.put(commitment(**facts))
    await follow(store, await given_to(store))
    assert len(findings(store)) == 1


async def test_of_several_commitments_the_latest_that_forbids_it_is_named(store: MemoryStore) -> None:
    store.put(commitment("com_2", sides=(signed("org_hospital", "2023-07-01"), signed("org_tv", "2023-07-01"))))
    store.put(commitment("com_3", sides=(signed("org_tv", "2023-08-01"), signed("org_hospital")), clause_version=1))
    await follow(store, await given_to(store))
    assert [each["commitment"] for each in findings(store)] == ["com_2"]


async def test_a_clause_without_english_is_told_in_chinese(store: MemoryStore) -> None:
    sets = clause_set()
    first, second = sets.versions
    second = replace(second, clauses=(replace(NO_GIFTS, english=None),))
    store.put(replace(sets, versions=(first, second)))
    await follow(store, await given_to(store))
    assert findings(store)[0]["description"].splitlines()[1:] == [NO_GIFTS.chinese]


async def test_a_correction_that_makes_it_touch_a_clause_is_followed(store: MemoryStore) -> None:
    own_id = await given_to(store, receiver="org_bank")
    await follow(store, own_id)
    assert findings(store) == []
    await registering.correct(store, act(NURSE), own_id, 1, {"receiver": "org_tv"})
    await follow(store, own_id, 2)
    await registering.correct(store, act(NURSE), own_id, 2, {"given_on": "2023-11-07"})
    await follow(store, own_id, 3)
    assert [each["organization"] for each in findings(store)] == ["org_tv"]
    await registering.correct(store, act(NURSE), own_id, 3, {"giver": "org_tv", "receiver": "org_hospital"})
    await follow(store, own_id, 4)
    assert [each["organization"] for each in findings(store)] == ["org_tv", "org_hospital"]


async def test_a_discarded_gift_leads_to_nothing(store: MemoryStore) -> None:
    own_id = await given_to(store)
    await registering.discard(store, act(NURSE), own_id, 1)
    await follow(store, own_id, 2)
    assert findings(store) == []


async def test_a_draft_that_the_office_discarded_is_not_raised_again(store: MemoryStore) -> None:
    own_id = await given_to(store)
    await follow(store, own_id)
    (found,) = findings(store)
    store.documents[found["_id"]]["status"] = "DISCARDED"
    await follow(store, own_id, 2)
    assert len(findings(store)) == 1


def test_what_follows_has_an_act_of_the_office() -> None:
    made: Act = following("raiseGiftFinding", {"_id": "gif_1:1", "network": "net_a"}, NOON)
    assert made.new_id("fin") == following("raiseGiftFinding", {"_id": "gif_1:1", "network": "net_a"}, NOON).new_id(
        "fin"
    )


@given(when=st.tuples(DAYS, DAYS).map(sorted), on=st.tuples(DAYS, DAYS), until=st.none() | DAYS)
def test_it_stood_when_some_possible_day_lies_between_signature_and_end(
    when: list[dt.date], on: tuple[dt.date, dt.date], until: dt.date | None
) -> None:
    sides = tuple(Side(f"org_{place}", True, PartialDate.on(day)) for place, day in enumerate(on))
    made = commitment(sides=sides, expires_on=until)
    first, last = max(on), until or dt.date.max
    possible = max(first, when[0]) <= min(last, when[1])
    assert stood(made, PartialDate.between(*when)) == possible
