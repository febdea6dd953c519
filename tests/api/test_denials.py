"""Denied attempts: each leaves an entry in the access log before it is answered, and a flood of them fills nothing."""

from typing import Any

import pytest

from service.records import INSTALLATION
from service.store.budgets import BUDGETS
from service.store.denials import MOST_A_MINUTE, MOST_FIELDS, Attempts, Denials
from service.store.kinds import ACCESSES
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.api.world import SCHOOL_RECORDER, activity, at, do
from tests.conftest import (
    ADMIN,
    BANK,
    BANK_RECORDER,
    FRONT_END,
    LEAD,
    NETWORK,
    OBSERVER,
    OFFICER,
    OPERATOR,
    STRANGER,
    House,
    contents,
)

WUXI = "net_004_wuxi"
WUXI_OFFICER = Viewer("无锡纪检", (Grant(Role.INTEGRITY_OFFICER, WUXI),))
NOBODY = Viewer("nobody")
LOG = """query($network: ID!, $where: AccessWhere) { accessLog(network: $network, where: $where, first: 100) {
    totalCount nodes { at by operation kind code fields records rights times } } }"""
GIVE = """mutation Give($input: RoleAssignmentFacts!) { first: giveRole(input: $input) {
    ... on RoleAssignment { id } ... on Refusal { problems { code } } } }"""
ROLE = {"role": "OBSERVER", "subject": "秘密的人"}


@pytest.fixture
def house(logged: House) -> House:
    logged.at = at("2024-06-15 10:00")
    return logged


async def log(house: House, network: str = NETWORK, viewer: Viewer = OFFICER, **where: Any) -> list[dict[str, Any]]:
    found = (await house.data(LOG, viewer, network=network, where=where))["accessLog"]
    assert found["totalCount"] == len(found["nodes"])
    nodes: list[dict[str, Any]] = found["nodes"]
    return nodes


async def test_what_was_tried_without_the_right_is_told_to_who_may_read_the_log(house: House) -> None:
    result = await house.ask(GIVE, FRONT_END, input={**ROLE, "network": NETWORK})
    assert result.data == {"first": None}
    expected = {
        "at": "2024-06-15T02:00:00.000Z",
        "by": "front-end",
        "operation": "Give",
        "kind": "DENIED",
        "code": "FORBIDDEN",
        "fields": ["Mutation.giveRole"],
        "records": [],
        "rights": [],
        "times": 1,
    }
    assert await log(house) == [expected]
    assert await log(house, viewer=OBSERVER, kind="DENIED", by="front-end") == [expected]
    assert await log(house, kind="READ") == await log(house, WUXI, WUXI_OFFICER) == []
    assert await log(house, viewer=WUXI_OFFICER) == []
    stored = await house.database.find(ACCESSES, {}, 9)
    assert "秘密的人" not in repr(stored)


IMPORT = {
    "network": NETWORK,
    "onError": "REJECT_ALL",
    "rows": [{"externalReference": "1", "name": "甲", "sector": "BANK"}],
}
DENIED = [
    (BANK_RECORDER, "recordActivity", {"input": activity("代填")}, NETWORK),
    (SCHOOL_RECORDER, "recordActivity", {"input": activity("外网")}, NETWORK),
    (STRANGER, "archiveOrganization", {"id": BANK, "version": 1, "reason": "r"}, NETWORK),
    (STRANGER, "giveRole", {"input": {**ROLE, "network": NETWORK}}, NETWORK),
    (STRANGER, "giveRole", {"input": {**ROLE, "network": "net_missing"}}, WUXI),
    (STRANGER, "giveRole", {"input": {**ROLE, "network": "net_" + "9" * 9_000}}, WUXI),
    (STRANGER, "importOrganizations", {"reason": "r", "input": IMPORT}, NETWORK),
    (STRANGER, "importOrganizations", {"reason": "r", "input": {**IMPORT, "onError": "REJECT_FAILED"}}, NETWORK),
]


@pytest.mark.parametrize(("viewer", "name", "given", "network"), DENIED, ids=lambda each: str(each)[:20])
async def test_a_write_refused_among_the_problems_is_told_where_it_was_to_be(
    house: House, viewer: Viewer, name: str, given: Any, network: str
) -> None:
    answer = await do(house, name, viewer, "... on Refusal { problems { code } }", **given)
    refused = [problem["code"] for problem in answer.get("problems", ())]
    assert refused == ["FORBIDDEN"] or answer["__typename"].endswith("Import")
    for each, officer in ((NETWORK, OFFICER), (WUXI, WUXI_OFFICER)):
        told = [(one["by"], one["fields"]) for one in await log(house, each, officer)]
        assert told == ([(viewer.subject, [f"Mutation.{name}"])] if each == network else [])


async def test_reads_and_subscriptions_that_are_denied_are_told_by_their_names_in_the_schema(house: House) -> None:
    query = f"""{{ a: accessLog(network: "{NETWORK}") {{ totalCount }} b: persons(network: "{NETWORK}") {{ totalCount }}
        node(id: "{LEAD}") {{ ... on Organization {{ mine: contacts {{ name }} }} }} }}"""
    await house.ask(query, FRONT_END)
    [entry] = await log(house)
    assert entry["fields"] == ["Organization.contacts", "Query.accessLog", "Query.persons"]
    feed = f'subscription {{ networkFeed(network: "{NETWORK}", after: 0) {{ sequence }} }}'
    for viewer in (FRONT_END, STRANGER):
        async for event in house.events(feed, viewer):
            assert event.data is None
    told = sorted((each["by"], *each["fields"]) for each in await log(house))
    assert told[1:] == [(each.subject, "Subscription.networkFeed") for each in (FRONT_END, STRANGER)]


async def test_what_concerns_no_network_is_for_all_who_may_read_a_log(house: House) -> None:
    await house.ask(GIVE, NOBODY, input={**ROLE, "network": "net_missing"})
    await house.ask(f'{{ accessLog(network: "{NETWORK}") {{ totalCount }} }}', OPERATOR)
    for officer in (OFFICER, WUXI_OFFICER, OBSERVER):
        assert [each["by"] for each in await log(house, INSTALLATION, officer)] == ["nobody"]
    assert [each["by"] for each in await log(house)] == ["operator"]
    assert (await house.ask(LOG, ADMIN, network=INSTALLATION)).errors


async def test_what_is_not_denied_or_by_nobody_leaves_nothing(house: House) -> None:
    await house.ask(GIVE, ANONYMOUS, input={**ROLE, "network": NETWORK})
    await house.ask('{ node(id: "org_missing") { id } }', FRONT_END)
    await do(house, "archiveOrganization", id="org_missing", version=1, reason="r")  # nobody knows whether it was meant
    assert await house.database.find(ACCESSES, {}, 9) == []


async def test_no_record_grows_by_what_strangers_try(house: House) -> None:
    before = await contents(house.database)
    for viewer in (STRANGER, BANK_RECORDER, NOBODY):
        await house.ask(GIVE, viewer, input={**ROLE, "network": NETWORK})
    after = await contents(house.database)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed <= {ACCESSES, BUDGETS}
    assert ACCESSES in changed


async def test_a_flood_is_counted_on_the_last_entry(house: House) -> None:
    for _ in range(MOST_A_MINUTE + 30):
        await house.ask(GIVE, FRONT_END, input={**ROLE, "network": NETWORK})
    await house.ask(GIVE, OFFICER, input={**ROLE, "network": NETWORK})
    own = await log(house, by="front-end")
    assert [each["times"] for each in await log(house, by="officer")] == [1]
    assert len(own) == MOST_A_MINUTE
    assert sorted(each["times"] for each in own) == [1] * (MOST_A_MINUTE - 1) + [31]
    house.at = at("2024-06-15 10:01")
    try:
        await house.ask(GIVE, FRONT_END, input={**ROLE, "network": NETWORK})
        assert len(await log(house)) == MOST_A_MINUTE + 2
    finally:
        house.at = at("2024-06-15 10:00")


async def test_several_workers_share_the_bound(house: House) -> None:
    workers, attempts, moment = [Denials(house.database) for _ in range(3)], Attempts(), at("2024-06-15 10:00")
    attempts.note("Query.x", NETWORK)
    for number in range(90):
        await workers[number % 3].leave(FRONT_END, attempts, None, moment)
    found = await house.database.find(ACCESSES, {}, 99)
    assert MOST_A_MINUTE <= len(found) <= MOST_A_MINUTE + 2
    assert sum(each["times"] for each in found) == 90


async def test_an_entry_is_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = Attempts()
    for number in range(2 * MOST_FIELDS):
        attempts.note(f"Query.f{number}", 5)
    monkeypatch.setattr("service.store.denials.MOST_REMEMBERED", 1)
    for viewer in (FRONT_END, OBSERVER, FRONT_END):
        await house.store.denials.leave(viewer, attempts, None, at("2024-06-15 10:00"))
    found = await house.database.find(ACCESSES, {}, 9)
    assert [(len(each["fields"]), each["networks"]) for each in found] == [(MOST_FIELDS, [NETWORK])] * 3
