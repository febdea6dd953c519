"""Two clients correct the same activity at once: one gets CONFLICT with the version that stands, nothing is lost."""

import asyncio
import itertools
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Literal, NamedTuple, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.cooperation.activities import Activity
from service.records import record_of
from service.store import history
from service.store.database import Database, DriverName
from service.store.relay import Relay
from service.store.store import Store
from service.trail.revisions import first_break
from service.viewer import Viewer
from tests.conftest import ADMIN, BANK, LEAD, NETWORK, House
from tests.store.conftest import MakeDatabase
from tests.store.scene import act, check_trail, going, interleaved, network, organization, waiting

RECORD = """mutation Record($input: ActivityFacts!) {
  recordActivity(input: $input) { __typename ... on Activity { id } ... on Refusal { problems { code path message } } }
}"""
CORRECT = """mutation Correct($id: ID!, $version: Int!, $input: ActivityCorrection!) {
  correctActivity(id: $id, version: $version, reason: "更正", input: $input) {
    __typename ... on Activity { version } ... on Refusal { problems { code path record version } }
  }
}"""
READ = """query Read($id: ID!) { node(id: $id) { ... on Activity { version place speaker summary } } }"""
FACTS = ("place", "speaker", "summary")
AT_FIRST = {"place": "院内", "speaker": None, "summary": None}
TITLES = (f"第{number}次活动" for number in itertools.count())
Relaying: TypeAlias = Literal["stopped", "between", "running"]


class Correction(NamedTuple):
    """Which client writes what into which fact."""

    client: int
    fact: str
    text: str


async def home(database: Database) -> House:
    """A network and two organisations of it, and nothing else."""
    store = Store(database)
    await store.create(network(NETWORK), act())
    for own_id in (LEAD, BANK):
        await store.create(organization(own_id, network=NETWORK), act())
    return House(database, store, Relay(database, "tests", asyncio.Event()))


async def recorded(house: House) -> str:
    facts = {
        "network": NETWORK,
        "title": next(TITLES),
        "topics": [{"pillar": "DEVELOPMENT", "theme": "SAFE_HOSPITAL"}],
        "form": "DRILL",
        "startsAt": "2024-03-01T09:00:00+08:00",
        "place": AT_FIRST["place"],
        "participations": [{"organization": LEAD, "role": "HOST"}, {"organization": BANK, "role": "PARTICIPANT"}],
    }
    answer = await house.data(RECORD, input=facts)
    assert answer["recordActivity"]["__typename"] == "Activity", answer
    return str(answer["recordActivity"]["id"])


async def corrected(house: House, own_id: str, version: int, correction: Correction) -> Any:
    client = Viewer(str(correction.client), ADMIN.grants)
    given = {correction.fact: correction.text}
    return (await house.data(CORRECT, client, id=own_id, version=version, input=given))["correctActivity"]


async def check_nothing_lost(house: House, own_id: str, written: dict[int, Correction]) -> None:
    """Each acknowledged correction made its version, by its own client; the record is the sum of them all."""
    found = await history.revisions(house.database, Activity, own_id, 0, 10_000, 10_000, newest_first=False)
    document = (await house.database.find(Activity.COLLECTION, {"_id": own_id}, 1))[0]
    assert first_break(found, document["head"]) is None
    told = {
        revision["version"]: [Correction(int(revision["by"]), each["field"], each["after"])]
        for revision in found[1:]
        for each in revision["changes"]
    }
    assert told == {version: [correction] for version, correction in written.items()}
    standing = AT_FIRST | {written[version].fact: written[version].text for version in sorted(written)}
    assert {fact: getattr(record_of(Activity, document), fact) for fact in FACTS} == standing
    assert await house.data(READ, id=own_id) == {"node": {"version": len(written) + 1, **standing}}


async def compete(house: House, own_id: str, version: int, rivals: list[Correction]) -> Correction:
    """All rivals have seen `version`: one writes, and every other is told which version stands now."""
    answers = await asyncio.gather(*(corrected(house, own_id, version, rival) for rival in rivals))
    problem = {"code": "CONFLICT", "path": ["version"], "record": own_id, "version": version + 1}
    won: dict[str, Any] = {"__typename": "Activity", "version": version + 1}
    lost: dict[str, Any] = {"__typename": "Refusal", "problems": [problem]}
    assert sorted(answers, key=str) == sorted([won, *[lost] * (len(rivals) - 1)], key=str)
    return rivals[answers.index(won)]


def relaying_beside(house: House, relaying: Relaying) -> AbstractAsyncContextManager[None]:
    return going(house.relay) if relaying == "running" else nullcontext()


async def race(house: House, rounds: list[list[str]], relaying: Relaying) -> None:
    """Round by round, as many clients as facts are named correct these facts at once."""
    own_id, written = await recorded(house), dict[int, Correction]()
    async with relaying_beside(house, relaying):
        for version, facts in enumerate(rounds, start=1):
            rivals = [Correction(client, fact, f"{version}-{client}") for client, fact in enumerate(facts)]
            written[version + 1] = await compete(house, own_id, version, rivals)
            if relaying == "between":
                await house.relay.round()
    await check_nothing_lost(house, own_id, written)
    await house.relay_all()
    assert await waiting(house.database) == []
    await check_trail(house.database, [(Activity, own_id)])
    await check_nothing_lost(house, own_id, written)


ROUNDS = st.lists(st.lists(st.sampled_from(FACTS), min_size=2, max_size=4), min_size=1, max_size=4)
RELAYING = st.sampled_from(["stopped", "between", "running"])
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=40, deadline=None, suppress_health_check=SHARED)
@given(rounds=ROUNDS, relaying=RELAYING, seed=st.integers(0, 2**32))
async def test_of_rivals_one_wins_however_their_calls_are_interleaved(
    make_database: MakeDatabase, rounds: list[list[str]], relaying: Relaying, seed: int
) -> None:
    house = await home(await make_database("mongomock"))
    with pytest.MonkeyPatch.context() as patch:
        interleaved(house.database, patch, seed)
        await race(house, rounds, relaying)


@pytest.fixture(scope="module")
async def shared(make_database: MakeDatabase, driver: DriverName) -> House:
    return await home(await make_database(driver))


@settings(max_examples=8, deadline=None, suppress_health_check=SHARED)
@given(rounds=ROUNDS, relaying=RELAYING)
async def test_of_rivals_one_wins_on_each_engine(shared: House, rounds: list[list[str]], relaying: Relaying) -> None:
    await race(shared, rounds, relaying)


@pytest.mark.parametrize("relaying", ["stopped", "running"])
async def test_clients_that_read_again_and_decide_anew_all_get_through(
    shared: House, monkeypatch: pytest.MonkeyPatch, relaying: Relaying
) -> None:
    """Four clients, five corrections each: as many versions as corrections, however often each had to try."""
    interleaved(shared.database, monkeypatch, 2)
    own_id, written = await recorded(shared), dict[int, Correction]()

    async def persist(client: int) -> None:
        version = 1
        for number in range(5):
            correction = Correction(client, FACTS[(client + number) % 3], f"{client}-{number}")
            answer = await corrected(shared, own_id, version, correction)
            while answer["__typename"] == "Refusal":
                (problem,) = answer["problems"]
                assert (problem["code"], problem["version"] > version) == ("CONFLICT", True)
                version = problem["version"]
                answer = await corrected(shared, own_id, version, correction)
            version = answer["version"]
            written[version] = correction

    async with relaying_beside(shared, relaying):
        await asyncio.gather(*map(persist, range(4)))
    assert sorted(written) == list(range(2, 22))
    await check_nothing_lost(shared, own_id, written)
    await shared.relay_all()
    await check_trail(shared.database, [(Activity, own_id)])
