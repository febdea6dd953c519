"""What plans answer to variables, conditions, fragments and moments of every kind, beside what Strawberry answers."""

import re
from typing import Any

import pytest

from schema.api import schema
from schema.limits import USUAL
from schema.plan.plans import Plans
from schema.reader import Reader
from service.errors import Unavailable
from service.store.database import Database
from service.viewer import ANONYMOUS, Right
from tests.api.executions import compared, executed
from tests.conftest import ADMIN, BANK, LEAD, NETWORK, OFFICER, STRANGER, House

COMPILED, LEFT, DEOPTIMIZED = "compiled", "left", "deoptimized"
PAGE = "query($n: Int, $o: Order! = LATEST_FIRST, $w: ActivityWhere) {{ {} }}".format(
    f'activities(network: "{NETWORK}", first: $n, orderBy: $o, where: $w) {{ totalCount nodes {{ id title }} }}'
)
UNASKED = 'query($n: Int!, $x: Boolean = true) { viewer { subject } node(id: "org_none") { ... on Organization {\
    memberships(first: $n) { totalCount } } } networks(first: $n) @skip(if: $x) { totalCount } }'
IDS = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
MIXED = [LEAD, NETWORK, "org_none", "x", BANK]


VARIABLES: list[tuple[str, dict[str, Any], str | None]] = [
    (PAGE, {}, COMPILED),
    (PAGE, {"n": 2}, COMPILED),
    (PAGE, {"n": None, "w": None}, COMPILED),
    (PAGE, {"n": 2.0}, COMPILED),
    (PAGE, {"o": "TITLE", "w": {"status": "HELD"}}, COMPILED),
    (PAGE, {"w": {"during": {"from": "2024-01-01", "to": "2024-12-31"}}}, COMPILED),
    (PAGE, {"n": 2**31}, LEFT),
    (PAGE, {"n": True}, LEFT),
    (PAGE, {"n": "2"}, LEFT),
    (PAGE, {"n": [2]}, LEFT),
    (PAGE, {"o": "NONE"}, LEFT),
    (PAGE, {"o": None}, LEFT),
    (PAGE, {"w": {"nothing": 1}}, LEFT),
    (PAGE, {"w": 1}, LEFT),
    (PAGE, {"n": -1}, DEOPTIMIZED),
    (PAGE, {"unknown": 1}, COMPILED),
    (UNASKED, {"n": 1}, COMPILED),
    (UNASKED, {"n": "x"}, LEFT),
    (UNASKED, {"n": None}, LEFT),
    (UNASKED, {}, LEFT),
    (UNASKED, {"n": 1, "x": False}, COMPILED),
    (UNASKED, {"n": 1, "x": None}, LEFT),
    (IDS, {"ids": []}, COMPILED),
    (IDS, {"ids": MIXED}, COMPILED),
    (IDS, {"ids": LEAD}, COMPILED),
    (IDS, {"ids": [LEAD, 7]}, COMPILED),
    (IDS, {"ids": [None]}, LEFT),
    (IDS, {"ids": ["x"] * 101}, DEOPTIMIZED),
    ("query($id: ID!) { node(id: $id) { id } }", {"id": 7}, COMPILED),
    ("query($id: ID!) { node(id: $id) { id } }", {"id": None}, LEFT),
    ('query($id: ID! = "org_none") { node(id: $id) { id } }', {}, COMPILED),
    ('query($id: ID = "org_none") { node(id: $id) { id } }', {"id": None}, DEOPTIMIZED),
    ('query($n: ID = "org_none") { activities(network: $n) { totalCount } }', {"n": None}, DEOPTIMIZED),
    ('query($s: String) { search(text: "共建", first: 2, network: $s) { totalCount } }', {"s": NETWORK}, None),
    ("query($a: ID!, $b: ID!) { nodes(ids: [$a, $b]) { id } }", {"a": LEAD, "b": BANK}, COMPILED),
]


@pytest.mark.parametrize(("query", "variables", "execution"), VARIABLES)
async def test_variables(built: House, query: str, variables: dict[str, Any], execution: str | None) -> None:
    if execution is None:  # of no valid operation
        assert (await executed(built, query, **variables)).execution is None
        return
    assert (await compared(built, query, **variables)).execution == execution


CONDITION = "query(%s) { viewer { subject @%s(if: $x) __typename } }"


@pytest.mark.parametrize("directive", ["skip", "include"])
@pytest.mark.parametrize(
    ("declared", "given", "execution"),
    [
        ("$x: Boolean!", {"x": True}, COMPILED),
        ("$x: Boolean!", {"x": False}, COMPILED),
        ("$x: Boolean!", {}, LEFT),
        ("$x: Boolean!", {"x": None}, LEFT),
        ("$x: Boolean!", {"x": 1}, LEFT),
        ("$x: Boolean! = true", {}, COMPILED),
        ("$x: Boolean = false", {}, COMPILED),
        ("$x: Boolean = false", {"x": True}, COMPILED),
        ("$x: Boolean = true", {"x": None}, LEFT),
    ],
)
async def test_conditions(built: House, directive: str, declared: str, given: dict[str, Any], execution: str) -> None:
    assert (await compared(built, CONDITION % (declared, directive), **given)).execution == execution


SHAPES = {
    "aliases and fields that are merged": """{ a: node(id: "LEAD") {
        ... on Organization { name memberships(first: 1) { nodes { id } } } ... on Recorded { version }
        ... on Organization { name memberships(first: 1) { totalCount nodes { status network { name } } } } }
      b: node(id: "BANK") { ... on Organization { n: name } } }""",
    "a fragment of two roots, one in the past": """{ a: node(id: "LEAD") { ...O }
        b: nodes(ids: ["LEAD"], asOf: "2024-03-01T00:00:00Z") { ...O }
        c: networks { nodes { members: memberships { nodes { organization { ...O } } } } } }
      fragment O on Organization { id name memberships { totalCount nodes { network { id name } } } }""",
    "agreements of two moments": """{ a: agreements(network: "NETWORK") { nodes { ...A } }
        b: agreements(network: "NETWORK", asOf: "2024-01-02T01:00:00Z") { nodes { ...A } }
        c: agreements(network: "NETWORK", asOf: "2024-05-01T00:00:00Z") { nodes { ...A } } }
      fragment A on Agreement { id version status parties { organization { name } }
        activities { totalCount nodes { id status agreement { version } } } }""",
    "records of many types": """{ nodes(ids: ["LEAD", "NETWORK", "BANK", "x", "LEAD"]) { __typename id
        ... on Recorded { origin sources { document } } ... on Organization { name sector }
        ... on Network { name founded { from } } } }""",
    "what is found": """{ search(text: "银行", network: "NETWORK", first: 3) { totalCount nodes { __typename }
        edges { cursor } } }""",
    "a link that many rows share": """{ activities(network: "NETWORK", first: 20) { nodes {
        agreement { id title network { id name } } network { id motto }
        participations { organization { id name } } } } }""",
    "links to several": """{ deliverables(network: "NETWORK") { nodes { partners { id name } } }
        audits(network: "NETWORK") { nodes { organizations { name memberships { totalCount } } } } }""",
    "links to several that there are none of": """{ deliverables(network: "NETWORK", first: 1) { nodes {
        partners { id } } } activityPlans(network: "NETWORK") { nodes { lines { partners { id } } } } }""",
    "names and nothing else": "{ __typename viewer { __typename grants { __typename role } } }",
    "what is read under logged rights": """query Read { persons(network: "NETWORK", first: 5) {
        nodes { id name phone email } } findings(network: "NETWORK") { nodes { id title status } } }""",
}
NAMED = {"NETWORK": NETWORK, "LEAD": LEAD, "BANK": BANK}


@pytest.mark.parametrize("viewer", [ADMIN, OFFICER, ANONYMOUS], ids=lambda each: each.subject)
@pytest.mark.parametrize("shape", SHAPES)
async def test_shapes(built: House, shape: str, viewer: Any) -> None:
    query = re.sub("|".join(NAMED), lambda name: NAMED[name[0]], SHAPES[shape])
    found = await compared(built, query, viewer)
    assert found.execution == COMPILED or "FORBIDDEN" in str(found.reason)


@pytest.mark.parametrize("limit", [1, 3])
async def test_pages_one_after_the_other(built: House, limit: int) -> None:
    query = """query($network: ID!, $n: Int, $after: String) { agreements(network: $network, first: $n, after: $after) {
        nodes { id parties { organization { name } } } pageInfo { hasNextPage endCursor } } }"""
    after, pages = None, 0
    while pages == 0 or after is not None:
        found = await compared(built, query, network=NETWORK, n=limit, after=after)
        assert found.execution == COMPILED
        told = (found.result.data or {})["agreements"]
        after, pages = (
            told["pageInfo"]["endCursor"] if told["pageInfo"]["hasNextPage"] and pages < 5 else None,
            pages + 1,
        )
    assert pages > 1


async def test_a_record_that_is_named_twice_is_answered_twice(copied: House) -> None:
    query = f"""{{ deliverables(network: "{NETWORK}", first: 100) {{ nodes {{ partners {{ id name }} }} }}
        audits(network: "{NETWORK}") {{ nodes {{ organizations {{ id }} }} }} }}"""
    named = [BANK, LEAD, "org_none", BANK]
    for collection, key in (("deliverables", "partners"), ("audits", "organizations")):
        [one] = await copied.database.find(collection, {"network": NETWORK}, 1)
        assert await copied.database.update(collection, {"_id": one["_id"]}, {"$set": {key: named}})
    found = await compared(copied, query)
    assert found.execution == COMPILED
    data: Any = found.result.data
    lists = [each["partners"] for each in data["deliverables"]["nodes"]]
    lists += [each["organizations"] for each in data["audits"]["nodes"]]
    assert [[each["id"] for each in ids] for ids in lists].count([BANK, LEAD, BANK]) == 2


async def test_what_a_link_does_not_hold_is_not_asked_for(built: House, monkeypatch: pytest.MonkeyPatch) -> None:
    records, asked = Reader.records, list[Any]()

    async def noted(self: Reader, prefix: str, ids: Any, fields: Any) -> Any:
        asked.extend(ids)
        return await records(self, prefix, ids, fields)

    monkeypatch.setattr(Reader, "records", noted)
    query = f'{{ activities(network: "{NETWORK}", first: 100) {{ nodes {{ agreement {{ id }} }} }} }}'
    data: Any = (await executed(built, query)).result.data
    held = [each["agreement"] for each in data["activities"]["nodes"]]
    assert None in held
    assert sorted(asked) == sorted({each["id"] for each in held if each})


async def test_what_a_plan_was_still_reading_when_it_failed_is_not_told_as_read(built: House) -> None:
    query = """{ node(id: "%s") { ... on Organization { failing: agreements(after: "x") { totalCount }
        agreements { nodes { signers } } } } }"""
    found = await compared(built, query % LEAD, OFFICER)
    assert (found.execution, found.result.data) == (DEOPTIMIZED, {"node": None})


async def test_a_database_that_does_not_answer_is_asked_no_more(built: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def away(*given: Any, **options: Any) -> Any:
        asked.append(given)
        raise Unavailable

    query = f'{{ viewer {{ subject }} networks {{ totalCount }} node(id: "{LEAD}") {{ id }} }}'
    expected = await executed(built, "{ viewer { subject } }")
    monkeypatch.setattr(Database, "find", away)
    monkeypatch.setattr(Database, "count", away)
    found = await executed(built, query)
    assert (found.execution, found.result.data) == (
        DEOPTIMIZED,
        {**(expected.result.data or {}), "networks": None, "node": None},
    )
    assert {type(each.original_error) for each in found.result.errors or ()} == {Unavailable}
    assert len(asked) <= 3


def test_a_right_that_everybody_holds_is_not_asked_for_each_record() -> None:
    text = Plans(schema).text("{ networks { nodes { id } } }", None, 1, USUAL)
    assert text is not None
    plan = text.variant({}).plan
    assert plan is not None
    assert {step.right for step in plan.operation.steps} <= {None, Right.READ_PUBLIC}
    assert not any(step.check for step in plan.operation.steps)


async def test_a_replay_is_no_batch_with_what_its_plan_gave_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = list[Reader]()
    begin_anew = Reader.begin_anew

    def watched(reader: Reader) -> None:
        begun.append(reader)
        begin_anew(reader)

    monkeypatch.setattr(Reader, "begin_anew", watched)
    found = await executed(house, '{ verifyTrail(network: "net_002_derma") { sequence } }', STRANGER)
    assert found.execution == "deoptimized"
    assert begun == [found.context.reader]
