"""What particular mutations do and refuse, beside what test_mutations.py asks of all alike."""

from typing import Any

import pytest

from tests.api.call import REASON, performed
from tests.api.valid import calls
from tests.api.world import (
    MUTATIONS,
    WUXI,
    activity,
    agreement,
    do,
    made,
    operation,
    problems,
)
from tests.conftest import ADMIN, BANK, BANK_RECORDER, LEAD, LEAD_RECORDER, NETWORK, OPERATOR, House

NAMES = sorted(MUTATIONS)


@pytest.fixture(scope="module")
def refusing(built: House, world: dict[str, str]) -> tuple[House, dict[str, str]]:
    """A house for what is only refused, so that nothing in it changes, and the names of what stands there."""
    return built, world


@pytest.fixture
def house(copied: House) -> House:
    return copied


async def test_left_out_a_fact_stays_and_given_as_null_it_goes(house: House) -> None:
    told = "... on Organization { version shortName city }"
    why: Any = {"id": LEAD, "reason": REASON}
    given = {"shortName": "南医皮肤", "city": "广州市"}
    await do(house, "correctOrganization", version=1, input=given, **why)
    answer = await do(house, "correctOrganization", ADMIN, told, version=2, input={"shortName": None}, **why)
    assert answer == {"__typename": "Organization", "version": 3, "shortName": None, "city": "广州市"}


async def test_all_problems_of_an_activity_are_told_at_once(refusing: tuple[House, dict[str, str]]) -> None:
    house, _ = refusing
    wrong = activity(
        "全错",
        topics=[{"pillar": "LEARNING", "theme": "SERVING_STAFF"}],
        startsAt="2024-06-16T09:30:00+08:00",
        endsAt="2024-06-16T08:30:00+08:00",
        agreement="agr_missing",
        participations=[{"organization": LEAD, "role": "HOST"}, {"organization": LEAD, "role": "HOST"}],
    )
    found = await problems(house, "recordActivity", input=wrong)
    assert sorted(found) == sorted(
        [
            ("RULE_BROKEN", ["input", "topics", "0", "theme"]),
            ("RULE_BROKEN", ["input", "participations"]),
            ("RULE_BROKEN", ["input", "participations", "1"]),
            ("RULE_BROKEN", ["input", "participations", "1", "role"]),
            ("RULE_BROKEN", ["input", "endsAt"]),
            ("RULE_BROKEN", ["input", "endsAt"]),
            ("REFERENCE_INVALID", ["input", "agreement"]),
        ]
    )


async def test_the_same_activity_twice_names_the_first(house: House) -> None:
    first = await made(house, "recordActivity", input=activity("同一场"))
    answer = await do(house, "recordActivity", input=activity("同一场"))
    assert answer["problems"] == [{"code": "ALREADY_EXISTS", "path": [], "record": first, "version": None}]


async def test_a_reported_record_needs_its_source_and_may_have_gaps(house: House) -> None:
    facts = {"network": NETWORK, "title": "引用的活动", "origin": "REPORTED", "form": "OTHER", "filedBy": LEAD}
    topics = [{"pillar": "LEARNING", "theme": "EXCHANGE"}]
    parts = [{"organization": LEAD, "role": "PARTICIPANT"}, {"organization": BANK, "role": "PARTICIPANT"}]
    given = {**facts, "topics": topics, "participations": parts}
    assert await problems(house, "recordActivity", input=given) == [("REQUIRED", ["input", "sources"])]
    source = {"document": "002", "fact": "C7", "quotation": "原文"}
    told = "... on Activity { origin gaps when { from } sources { document fact quotation } }"
    assert await do(house, "recordActivity", ADMIN, told, input={**given, "sources": [source]}) == {
        "__typename": "Activity",
        "origin": "REPORTED",
        "gaps": ["when", "place", "mainHost"],
        "when": None,
        "sources": [source],
    }


async def test_a_leap_day_ends_a_term_and_no_other_year_has_one(house: House) -> None:
    drafted = await made(house, "draftAgreement", input=agreement("闰年", termTo="2028-02-29"))
    assert drafted.startswith("agr_")
    result = await house.ask(
        operation("draftAgreement", MUTATIONS, {"input": 0}, ""), input=agreement("平年", termTo="2027-02-29")
    )
    assert result.data is None
    assert "2027-02-29" in str(result.errors)


async def test_chinese_names_are_kept_in_their_composed_form_and_trimmed(house: House) -> None:
    told = "... on Network { name }"
    answer = await do(house, "createNetwork", OPERATOR, told, input={"name": "  共建 café «网络»\u3000"})
    assert answer == {"__typename": "Network", "name": "共建 café «网络»"}
    long, control = {"name": "长" * 121}, {"name": "甲\u0007乙"}
    assert await problems(house, "createNetwork", OPERATOR, input=long) == [("INVALID", ["input", "name"])]
    assert await problems(house, "createNetwork", OPERATOR, input=control) == [("INVALID", ["input", "name"])]
    assert await problems(house, "createNetwork", OPERATOR, input={"name": " "}) == [("REQUIRED", ["input", "name"])]


async def test_the_last_signature_makes_the_agreement_signed_and_is_told_once(
    house: House, world: dict[str, str]
) -> None:
    told = "... on Agreement { status signedOn { from } viewerCan version } ... on Refusal { problems { code path } }"
    mine: Any = {"id": world["half signed"], "textVersion": 1, "signedOn": "2024-06-15"}
    twice = await do(house, "signAgreement", BANK_RECORDER, told, version=3, organization=BANK, **mine)
    assert twice["problems"] == [{"code": "RULE_BROKEN", "path": ["organization"]}]
    last = await do(house, "signAgreement", LEAD_RECORDER, told, version=3, organization=LEAD, **mine)
    assert last == {
        "__typename": "Agreement",
        "status": "ACTIVE",
        "signedOn": {"from": "2024-06-15"},
        "viewerCan": [],
        "version": 4,
    }
    late = await problems(
        house, "withdrawSignature", BANK_RECORDER, id=mine["id"], version=4, organization=BANK, reason=REASON
    )
    assert late == [("ILLEGAL_STATE", ["id"])]


@pytest.mark.parametrize(
    ("number", "stored_as"), [(12.5, "12.5"), ("12.50", "12.50"), (7, "7"), ("0.000001", "0.000001")]
)
async def test_a_decimal_is_kept_as_it_was_given(house: House, number: object, stored_as: str) -> None:
    outcomes = [{"description": "数", "value": number, "unit": "元"}]
    told = "... on Activity { outcomes { value qualifier } } ... on Refusal { problems { code path message } }"
    answer = await do(house, "recordActivity", ADMIN, told, input=activity("数字", outcomes=outcomes))
    assert answer == {"__typename": "Activity", "outcomes": [{"value": stored_as, "qualifier": "EXACT"}]}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "1" * 16, "0.0000001"])
async def test_what_is_no_number_of_the_size_we_keep_is_refused(
    refusing: tuple[House, dict[str, str]], number: str
) -> None:
    house, _ = refusing
    given = activity("数字", outcomes=[{"description": "数", "value": number}])
    assert await problems(house, "recordActivity", input=given) == [("INVALID", ["input", "outcomes"])]


async def test_an_archived_network_takes_no_new_records(house: House, world: dict[str, str]) -> None:
    all_calls = calls(world)
    await performed(house, "archiveNetwork", all_calls["archiveNetwork"])
    refused = {}
    for name in (name for name in NAMES if "network" in dict(all_calls[name].given.get("input", {}))):
        call = all_calls[name]
        refused[name] = await problems(house, name, call.viewer, **call.given)
    wanted = [("REFERENCE_INVALID", ["input", "network"])]
    assert refused == dict.fromkeys(refused, wanted)
    assert len(refused) == 16


async def test_several_mutations_of_one_request_run_in_order_each_with_its_own_answer(house: House) -> None:
    asked = {
        "first": (WUXI, 1, "a"),
        "second": (NETWORK, 1, "a"),
        "third": (NETWORK, 1, "b"),
        "fourth": (NETWORK, 2, "b"),
    }
    fields = (
        f'{name}: correctNetwork(id: "{own_id}", version: {version}, reason: "r", input: {{motto: "{motto}"}})'
        for name, (own_id, version, motto) in asked.items()
    )
    data = await house.data(f"mutation {{ {' '.join(f'{field} {{ __typename }}' for field in fields)} }}")
    assert {name: answer["__typename"] for name, answer in data.items()} == {
        "first": "Refusal",
        "second": "Network",
        "third": "Refusal",
        "fourth": "Network",
    }
