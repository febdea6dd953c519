"""Checks over the API: who is answered what, in pages, with links to what may be read; as of a moment."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from service.acts import Act
from service.dates import PartialDate
from service.integrity.gifts import Gift, GiftDecision, GiftKind, GiftStatus
from service.integrity.verdicts import CheckId, Verdict
from service.store import upkeep
from service.store.database import Database
from service.store.relay import Relay
from service.store.store import Store
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.api.world import at
from tests.conftest import House
from tests.store.checked import HUB, IN, NETWORK, TODAY, naively, stored

PARTNER = "org_syn_000003"
YEAR = dt.date(2024, 1, 1), dt.date(2024, 12, 31)
ATTENTION = ["FAIL", "OVERDUE", "DUE", "NO_FIGURE", "PASS"]
ROW = "verdict since due figure check { code } organization { id } subject { id } evidence { id }"
CHECKS = f"""query($network: ID!, $organizations: [ID!], $verdicts: [CheckVerdict!], $checks: [CheckId!],
        $first: Int, $after: String, $last: Int, $before: String, $asOf: DateTime, $period: PeriodInput) {{
    integrityChecks(network: $network, organizations: $organizations, verdicts: $verdicts, checks: $checks,
        first: $first, after: $after, last: $last, before: $before, asOf: $asOf, period: $period) {{
        totalCount pageInfo {{ hasNextPage endCursor startCursor hasPreviousPage }} nodes {{ {ROW} }} }} }}"""
OVERVIEW = f"""query($network: ID!, $first: Int, $after: String) {{
    integrityOverview(network: $network, first: $first, after: $after) {{
        totalCount pageInfo {{ hasNextPage endCursor }}
        nodes {{ organization {{ id }} light counts {{ verdict results }} worst {{ {ROW} }} }} }} }}"""
EDUCATION = """query($network: ID!, $from: Int, $to: Int, $first: Int, $after: String) {
    jointEducation(network: $network, fromYear: $from, toYear: $to, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { organization { id name } cells { year education exchange activities { id } } } } }"""
EXPOSURES = f"query($network: ID!) {{ exposures(network: $network) {{ totalCount nodes {{ {ROW} }} }} }}"


def viewer(role: Role, organization: str | None = None, network: str = NETWORK) -> Viewer:
    return Viewer(role.value.lower(), (Grant(role, network, organization),))


OFFICER, ADMIN, OBSERVER = (viewer(role) for role in (Role.INTEGRITY_OFFICER, Role.NETWORK_ADMIN, Role.OBSERVER))
RECORDER, LEAD_RECORDER = viewer(Role.RECORDER, PARTNER), viewer(Role.RECORDER, HUB)
STRANGER = viewer(Role.INTEGRITY_OFFICER, network="net_other")
OUTSIDERS = [ANONYMOUS, viewer(Role.FRONT_END), Viewer("operator", (Grant(Role.OPERATOR),))]


@pytest.fixture(scope="module")
async def house() -> AsyncIterator[House]:
    database = Database("mongomock", "", "checks")
    await upkeep.prepare(database, "tests")
    await stored(database, 30, 40)
    yield House(database, Store(database), Relay(database, "tests", asyncio.Event()), at(f"{TODAY} 10:00"))
    await database.close()


async def asked(house: House, query: str, who: Viewer = OFFICER, **given: Any) -> Any:
    [answer] = (await house.data(query, who, **{"network": NETWORK, **given})).values()
    return answer


async def everything(house: House) -> list[dict[str, Any]]:
    """All that the checks say, as naive reading comes to it and the wire tells it."""
    return [
        {
            "verdict": each.verdict.value,
            "since": each.since.isoformat() if each.since else None,
            "due": each.due.isoformat() if each.due else None,
            "figure": each.figure,
            "check": {"code": each.check.value},
            "organization": {"id": each.organization},
            "subject": {"id": each.subject},
            "evidence": [{"id": own_id} for own_id in each.evidence],
        }
        for each in await naively(house.database, *YEAR)
    ]


async def all_pages(house: House, query: str, who: Viewer = OFFICER, size: int = 7, **given: Any) -> list[Any]:
    rows, after = [], None
    while True:
        page = await asked(house, query, who, first=size, after=after, **given)
        rows += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(rows)
            return rows


async def test_the_pages_hold_what_naive_reading_comes_to(house: House) -> None:
    expected = await everything(house)
    assert await all_pages(house, CHECKS, size=100) == expected
    forwards = await asked(house, CHECKS, first=5)
    assert forwards["nodes"] == expected[:5]
    onwards = await asked(house, CHECKS, first=5, after=forwards["pageInfo"]["endCursor"])
    assert onwards["nodes"] == expected[5:10]
    back = await asked(house, CHECKS, last=5, before=onwards["pageInfo"]["startCursor"])
    assert (back["nodes"], back["pageInfo"]["hasPreviousPage"]) == (expected[:5], False)
    ranks = [ATTENTION.index(each["verdict"]) for each in expected]
    assert ranks == sorted(ranks)


async def test_who_reads_findings_of_the_network_is_answered_of_all(house: House) -> None:
    told = [await asked(house, CHECKS, who, first=100) for who in (OFFICER, OBSERVER, ADMIN)]
    assert told[0] == told[1] == told[2]
    assert (await asked(house, CHECKS, OFFICER, network="net_none"))["nodes"] == []
    for query in (CHECKS, OVERVIEW, EXPOSURES):
        assert (await asked(house, query, STRANGER))["nodes"] == []
    assert (await asked(house, EDUCATION, STRANGER))["nodes"] == []


async def test_a_recorder_is_answered_of_its_own_organisation(house: House) -> None:
    own = [each for each in await everything(house) if each["organization"]["id"] == PARTNER]
    assert await all_pages(house, CHECKS, RECORDER, size=100) == own
    assert await all_pages(house, CHECKS, RECORDER, size=100, organizations=[PARTNER, HUB]) == own
    assert (await asked(house, CHECKS, RECORDER, organizations=["org_syn_000002"]))["nodes"] == []
    assert [row["organization"]["id"] for row in (await asked(house, OVERVIEW, RECORDER))["nodes"]] == [PARTNER]
    assert [row["organization"]["id"] for row in (await asked(house, EDUCATION, RECORDER))["nodes"]] == [PARTNER]
    assert (await asked(house, CHECKS, LEAD_RECORDER))["nodes"] == []


@pytest.mark.parametrize("query", [CHECKS, OVERVIEW, EXPOSURES, EDUCATION], ids=lambda query: query.split("(")[2][-20:])
async def test_who_reads_no_findings_is_refused(house: House, query: str) -> None:
    for who in OUTSIDERS:
        [problem] = await house.refused(query, who, network=NETWORK)
        assert problem.code == "FORBIDDEN"
        assert "READ_FINDINGS" in problem.english
        assert "READ_FINDINGS" in problem.chinese


async def test_no_row_speaks_of_drafts_or_of_breaches_not_confirmed(house: House) -> None:
    hidden = {each["_id"] for each in await house.database.find("breaches", {"status": {"$ne": "CONFIRMED"}}, 100)}
    hidden |= {each["_id"] for each in await house.database.find("findings", {"status": {"$ne": "OPEN"}}, 100)}
    rows = await all_pages(house, CHECKS, OFFICER, size=100)
    named = {row["subject"]["id"] for row in rows} | {each["id"] for row in rows for each in row["evidence"]}
    assert {"OPEN_BREACH", "FINDING_OVERDUE"} <= {row["check"]["code"] for row in rows if row["verdict"] != "PASS"}
    assert len(hidden) > 10
    assert named.isdisjoint(hidden)


async def test_results_are_narrowed_by_verdict_check_and_organisation(house: House) -> None:
    expected = await everything(house)
    overdue = await all_pages(house, CHECKS, size=100, verdicts=["OVERDUE", "DUE"])
    assert overdue == [each for each in expected if each["verdict"] in ("OVERDUE", "DUE")]
    gifts = await all_pages(house, CHECKS, size=100, checks=["GIFT_UNDECIDED"], organizations=[PARTNER])
    own = [each for each in expected if each["organization"]["id"] == PARTNER]
    assert gifts == [each for each in own if each["check"]["code"] == "GIFT_UNDECIDED"]
    for nothing in (
        {"organizations": []},
        {"verdicts": []},
        {"checks": []},
        {"period": {"from": "2024-02-01", "to": "2024-01-01"}},
    ):
        assert (await asked(house, CHECKS, **nothing))["nodes"] == []
    many = [f"org_{number}" for number in range(101)]
    [problem] = await house.refused(CHECKS, OFFICER, network=NETWORK, organizations=many)
    assert (problem.code, problem.path) == ("LIMIT_EXCEEDED", ("organizations",))
    assert "100" in problem.english
    assert "100" in problem.chinese


async def test_exposures_are_the_partners_without_an_effective_commitment(house: House) -> None:
    found = await asked(house, EXPOSURES)
    wanted = [
        each
        for each in await everything(house)
        if each["check"]["code"] == "COOPERATION_WITHOUT_COMMITMENT" and each["verdict"] != "PASS"
    ]
    assert found["nodes"] == wanted
    assert {each["verdict"] for each in wanted} == {"FAIL", "NO_FIGURE"}


async def test_the_overview_has_one_row_for_each_partner(house: House) -> None:
    rows, told = await all_pages(house, OVERVIEW, size=3), await everything(house)
    assert len(rows) == len({each["organization"]["id"] for each in told})
    for row in rows:
        own = [each for each in told if each["organization"] == row["organization"]]
        counts = Counter(each["verdict"] for each in own)
        assert row["counts"] == [{"verdict": verdict, "results": counts[verdict]} for verdict in ATTENTION]
        assert row["worst"] == [each for each in own if each["verdict"] != "PASS"][:3]
        assert (row["light"] == "RED") == bool(counts["FAIL"] + counts["OVERDUE"])
    lights = ["RED", "AMBER", "GREY", "GREEN"]
    assert [lights.index(row["light"]) for row in rows] == sorted(lights.index(row["light"]) for row in rows)


async def test_joint_education_is_told_by_partner_and_year_with_zero_cells(house: House) -> None:
    rows = await all_pages(house, EDUCATION, size=4, **{"from": 2022, "to": 2024})
    names = await house.database.find("organizations", {}, 100, ("name_key",))
    held = await house.database.find("activities", {"network": NETWORK, "status": {"$in": ["HELD", "PUBLISHED"]}}, 1000)
    by_name = {each["_id"]: each["name_key"] for each in names}
    partners = [row["organization"]["id"] for row in rows]
    assert partners == sorted(partners, key=lambda own_id: by_name[own_id])
    assert HUB not in partners
    for row in rows:
        assert [cell["year"] for cell in row["cells"]] == [2022, 2023, 2024, None]
        for cell in row["cells"]:
            assert cell == expected_cell(held, row["organization"]["id"], cell["year"])
    assert any(cell["education"] and cell["exchange"] == 0 for row in rows for cell in row["cells"])
    this_year = (await asked(house, EDUCATION))["nodes"][0]["cells"]
    assert [cell["year"] for cell in this_year] == [2024, None]


def expected_cell(held: list[dict[str, Any]], partner: str, year: int | None) -> dict[str, Any]:
    def lies(activity: dict[str, Any]) -> bool:
        when = activity["when"]
        ends = {when["first"][:4], when["last"][:4]} if when else {"????"}
        if year is None:
            return when is None or (len(ends) > 1 and when["first"] <= "2024-12-31" and when["last"] >= "2022-01-01")
        return ends == {str(year)}

    own = [each for each in held if partner in each["counted_for"] and lies(each)]
    education = [each for each in own if "INTEGRITY_EDUCATION" in each["themes"]]
    exchange = [each for each in own if "INTEGRITY_EXCHANGE" in each["themes"]]
    ids = dict.fromkeys(each["_id"] for each in sorted(education, key=lambda each: str(each["_id"]), reverse=True))
    ids |= dict.fromkeys(each["_id"] for each in sorted(exchange, key=lambda each: str(each["_id"]), reverse=True))
    activities = [{"id": own_id} for own_id in ids]
    return {"year": year, "education": len(education), "exchange": len(exchange), "activities": activities}


async def test_years_that_cannot_be_are_refused(house: House) -> None:
    [problem] = await house.refused(EDUCATION, OFFICER, network=NETWORK, **{"from": 0})
    assert (problem.code, problem.path, problem.chinese) == ("INVALID", ("from_year",), "年份无效。")
    [problem] = await house.refused(EDUCATION, OFFICER, network=NETWORK, **{"from": 2014})
    assert (problem.code, problem.path) == ("LIMIT_EXCEEDED", ("period",))
    assert (await asked(house, EDUCATION, **{"from": 2025, "to": 2024}))["nodes"] == []


async def test_the_catalogue_tells_everybody_of_every_check(house: House) -> None:
    query = """{ integrityCheckCatalogue { code title chineseTitle looksAt chineseLooksAt days
        source { document section fact } } }"""
    told = (await house.data(query, ANONYMOUS))["integrityCheckCatalogue"]
    assert [each["code"] for each in told] == [*CheckId]
    exposed = told[0]
    assert (exposed["chineseTitle"], exposed["days"]) == ("有合作无承诺", None)
    assert exposed["source"] == {"document": "002", "section": "二(四)共同作出廉洁承诺", "fact": "C14"}
    assert {each["code"]: each["days"] for each in told}["PUBLICISED_LATE"] == 30


async def test_a_moment_answers_what_stood_then(house: House) -> None:
    office = Viewer("officer", ())
    recorded, decided = at("2024-06-14 20:00"), at("2024-06-15 09:00")
    facts: dict[str, Any] = {"giver": HUB, "receiver": PARTNER, "item": "茶叶", "kind": GiftKind.LOCAL_SPECIALTY}
    given = Gift(id="gif_new", **IN, given_on=PartialDate.parse("2024-06-10"), **facts)
    await house.store.create(given, Act(office, recorded, "recordGift", "理由", None, ""))
    before = replace(given, version=1, created_at=recorded)
    after = replace(before, status=GiftStatus.DECIDED, decision=GiftDecision.RETURNED, decided_by="officer")
    await house.store.save(before, after, Act(office, decided, "decideGift", "理由", None, ""))

    async def undecided(as_of: dt.datetime | None) -> list[str]:
        told = await asked(
            house, CHECKS, checks=["GIFT_UNDECIDED"], asOf=as_of.isoformat() if as_of else None, first=100
        )
        return [row["verdict"] for row in told["nodes"] if row["subject"]["id"] == "gif_new"]

    assert await undecided(recorded - dt.timedelta(seconds=1)) == []
    assert await undecided(recorded) == [Verdict.DUE]
    assert await undecided(decided - dt.timedelta(seconds=1)) == [Verdict.DUE]
    assert await undecided(decided) == []
    assert await undecided(None) == []
    [problem] = await house.refused(CHECKS, OFFICER, network=NETWORK, asOf="2024-06-16T00:00:00Z")
    assert (problem.code, problem.path) == ("INVALID", ("as_of",))
