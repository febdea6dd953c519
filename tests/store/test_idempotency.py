"""A key for each act: a retry has no effect of its own and answers what the first try made (architecture.md, 5)."""

import asyncio
import datetime as dt
import itertools
import random
import uuid
from typing import Any

import pytest

from seeds.loader import load
from service.acts import idempotency_key
from service.cooperation.activities import Activity
from service.dates import now
from service.store.database import DriverName
from service.store.kinds import REVISIONS
from service.store.relay import Relay
from service.store.store import Store
from service.viewer import Grant, Role, Viewer
from tests.conftest import ADMIN, BANK, LEAD, LEAD_RECORDER, NETWORK, House
from tests.store.conftest import MakeDatabase
from tests.store.scene import interleaved, relayed, waiting

ACTIVITY = "... on Activity { id version title place status createdAt updatedAt }"
REFUSAL = "... on Refusal { problems { code path record version } }"
RECORD = f"""mutation Record($input: ActivityFacts!) {{
  write: recordActivity(input: $input) {{ __typename {ACTIVITY} {REFUSAL} }}
}}"""
CORRECT = f"""mutation Correct($id: ID!, $version: Int!, $input: ActivityCorrection!) {{
  write: correctActivity(id: $id, version: $version, reason: "误", input: $input) {{ __typename {ACTIVITY} {REFUSAL} }}
}}"""
PUBLISH = f"""mutation Publish($id: ID!, $version: Int!) {{
  write: publishActivity(id: $id, version: $version) {{ __typename {ACTIVITY} {REFUSAL} }}
}}"""
TITLES = (f"第{number}次活动" for number in itertools.count(1))


def facts(title: str | None = None, **other: Any) -> dict[str, Any]:
    return {
        "network": NETWORK,
        "title": title or next(TITLES),
        "topics": [{"pillar": "DEVELOPMENT", "theme": "SAFE_HOSPITAL"}],
        "form": "DRILL",
        "startsAt": "2024-03-01T09:00:00+08:00",
        "place": "院内",
        "participations": [{"organization": LEAD, "role": "HOST"}, {"organization": BANK, "role": "PARTICIPANT"}],
        "outcomes": [{"description": "参训人数", "value": "12.50", "unit": "人"}],
        **other,
    }


@pytest.fixture(scope="module")
async def home(make_database: MakeDatabase, driver: DriverName) -> House:
    """A seeded house that the tests below share; each writes activities of its own."""
    database = await make_database(driver)
    store = Store(database)
    await load(store, now(), lambda _: None)
    house = House(database, store, Relay(database, "tests", asyncio.Event()))
    await house.relay_all()
    return house


async def asked(house: House, query: str, key: str | None, viewer: Viewer = ADMIN, **variables: Any) -> Any:
    return (await house.data(query, viewer, key=key, **variables))["write"]


def problem(code: str, record: str | None = None, *path: str, version: int | None = None) -> dict[str, Any]:
    return {
        "__typename": "Refusal",
        "problems": [{"code": code, "path": list(path), "record": record, "version": version}],
    }


async def versions(house: House, own_id: str) -> int:
    """How many revisions of a record there are, in the outbox and relayed."""
    ids = {each["_id"] for each in await relayed(house.database)} | {*await waiting(house.database)}
    return sum(each.startswith(f"{own_id}:") for each in ids)


async def entitled(house: House, title: str) -> list[str]:
    """The ids of all activities with a title."""
    found = await house.database.find(Activity.COLLECTION, {"title": title}, 99)
    return [document["_id"] for document in found]


relaying = pytest.mark.parametrize("relays", [False, True], ids=["before relaying", "after relaying"])


@relaying
async def test_a_retry_of_a_creation_answers_the_record_and_makes_no_other(home: House, relays: bool) -> None:
    key, given = uuid.uuid4().hex, facts()
    first = await asked(home, RECORD, key, input=given)
    assert (first["__typename"], first["version"]) == ("Activity", 1)
    if relays:
        await home.relay_all()
        assert await waiting(home.database) == []
    for _ in range(2):
        assert await asked(home, RECORD, key, input=given) == first
    assert await entitled(home, given["title"]) == [first["id"]]
    assert await versions(home, first["id"]) == 1


@relaying
async def test_a_retry_of_a_change_answers_the_version_it_made_and_makes_no_other(home: House, relays: bool) -> None:
    made = await asked(home, RECORD, None, input=facts())
    key, change = uuid.uuid4().hex, {"id": made["id"], "version": 1, "input": {"place": "越秀支行"}}
    first = await asked(home, CORRECT, key, **change)
    assert first == {**made, "version": 2, "place": "越秀支行", "updatedAt": first["updatedAt"]}
    if relays:
        await home.relay_all()
        assert await waiting(home.database) == []
    for _ in range(2):
        assert await asked(home, CORRECT, key, **change) == first
    assert await versions(home, made["id"]) == 2


@relaying
async def test_a_retry_answers_what_its_own_write_made_though_others_wrote_later(home: House, relays: bool) -> None:
    creating, correcting, given = uuid.uuid4().hex, uuid.uuid4().hex, facts()
    made = await asked(home, RECORD, creating, input=given)
    change = {"id": made["id"], "version": 1, "input": {"place": "越秀支行", "outcomes": []}}
    changed = await asked(home, CORRECT, correcting, **change)
    published = await asked(home, PUBLISH, uuid.uuid4().hex, id=made["id"], version=2)
    assert published == {**changed, "version": 3, "status": "PUBLISHED", "updatedAt": published["updatedAt"]}
    if relays:
        await home.relay_all()

    assert await asked(home, RECORD, creating, input=given) == made
    assert await asked(home, CORRECT, correcting, **change) == changed
    assert await versions(home, made["id"]) == 3


@relaying
async def test_the_same_key_with_other_arguments_is_refused_and_names_what_it_was_used_for(
    home: House, relays: bool
) -> None:
    key, given = uuid.uuid4().hex, facts()
    first = await asked(home, RECORD, key, input=given)
    if relays:
        await home.relay_all()
    reused = problem("IDEMPOTENCY_KEY_REUSED", first["id"])
    other = facts()
    assert await asked(home, RECORD, key, input=other) == reused
    assert await asked(home, RECORD, key, input={**given, "place": None}) == reused
    assert await entitled(home, other["title"]) == []
    assert await versions(home, first["id"]) == 1


async def test_the_same_header_of_another_viewer_or_for_another_field_is_another_key(home: House) -> None:
    header, one, two = uuid.uuid4().hex, facts(), facts()
    first = await asked(home, RECORD, header, input=one)
    second = await asked(home, RECORD, header, LEAD_RECORDER, input=two)
    assert [second["title"], first["title"]] == [two["title"], one["title"]]
    assert first["id"] != second["id"]

    elsewhere = RECORD.replace("write:", "other:")
    third = (await home.data(elsewhere, key=header, input=facts()))["other"]
    assert (third["__typename"], third["id"] not in (first["id"], second["id"])) == ("Activity", True)
    published = await asked(home, PUBLISH, header, id=first["id"], version=1)
    assert (published["id"], published["version"], published["status"]) == (first["id"], 2, "PUBLISHED")


async def test_two_fields_of_one_request_have_a_key_each(home: House) -> None:
    query = """mutation Both($one: ActivityFacts!, $two: ActivityFacts!) {
      first: recordActivity(input: $one) { ... on Activity { id title } }
      second: recordActivity(input: $two) { ... on Activity { id title } }
    }"""
    key, one, two = uuid.uuid4().hex, facts(), facts()
    answer = await home.data(query, key=key, one=one, two=two)
    assert (answer["first"]["title"], answer["second"]["title"]) == (one["title"], two["title"])
    assert await home.data(query, key=key, one=one, two=two) == answer


async def test_without_a_key_a_second_request_is_a_second_act(home: House) -> None:
    given = facts()
    first = await asked(home, RECORD, None, input=given)
    assert await asked(home, RECORD, None, input=given) == problem("ALREADY_EXISTS", first["id"])


@relaying
async def test_a_retry_is_answered_under_the_rights_the_viewer_has_now(home: House, relays: bool) -> None:
    key, given = uuid.uuid4().hex, facts()
    made = await asked(home, RECORD, key, input=given)
    if relays:
        await home.relay_all()
    elsewhere = Viewer(ADMIN.subject, (Grant(Role.NETWORK_ADMIN, "net_004_wuxi"),))
    assert await asked(home, RECORD, key, elsewhere, input=given) == problem("NOT_FOUND")
    assert await asked(home, RECORD, key, input=given) == made

    publishing = uuid.uuid4().hex
    published = await asked(home, PUBLISH, publishing, id=made["id"], version=1)
    assert await asked(home, PUBLISH, publishing, elsewhere, id=made["id"], version=1) == published
    assert await asked(home, RECORD, key, elsewhere, input=given) == problem("NOT_FOUND")  # it was not public then


async def test_a_refusal_is_not_kept_and_the_same_request_may_succeed_later(home: House) -> None:
    key, given = uuid.uuid4().hex, facts()
    obstacle = await asked(home, RECORD, None, input=given)
    assert await asked(home, RECORD, key, input=given) == problem("ALREADY_EXISTS", obstacle["id"])
    await asked(home, CORRECT, None, id=obstacle["id"], version=1, input={"title": next(TITLES)})

    made = await asked(home, RECORD, key, input=given)
    assert (made["__typename"], made["title"]) == ("Activity", given["title"])
    assert await asked(home, RECORD, key, input=given) == made


async def test_a_request_that_was_refused_may_be_mended_under_its_key(home: House) -> None:
    key, given = uuid.uuid4().hex, facts()
    refused = await asked(home, RECORD, key, input={**given, "participations": given["participations"][:1]})
    assert refused["__typename"] == "Refusal"
    assert (await asked(home, RECORD, key, input=given))["title"] == given["title"]


@pytest.mark.parametrize("seed", range(6))
async def test_equal_requests_at_once_have_one_effect_and_one_answer(
    home: House, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Creations, changes and steps, five of each at once, while the relay carries their revisions away."""
    interleaved(home.database, monkeypatch, seed)
    creating, given = uuid.uuid4().hex, facts()
    made, *equal = await asyncio.gather(*(asked(home, RECORD, creating, input=given) for _ in range(5)))
    assert [made] * 4 == equal
    assert made["__typename"] == "Activity"

    key, change = uuid.uuid4().hex, {"id": made["id"], "version": 1, "input": {"place": "越秀支行"}}
    changed, *equal = await asyncio.gather(*(asked(home, CORRECT, key, **change) for _ in range(5)), relaying_on(home))
    assert [changed] * 4 == equal[:4]
    assert changed["version"] == 2

    key = uuid.uuid4().hex
    published, *equal = await asyncio.gather(
        *(asked(home, PUBLISH, key, id=made["id"], version=2) for _ in range(5)), relaying_on(home)
    )
    assert [published] * 4 == equal[:4]
    assert (published["version"], published["status"]) == (3, "PUBLISHED")
    assert await entitled(home, given["title"]) == [made["id"]]
    assert await versions(home, made["id"]) == 3


async def relaying_on(house: House) -> None:
    for _ in range(6):
        await house.relay.round()
        await asyncio.sleep(0)


async def test_a_retry_that_arrives_later_than_the_write_it_repeats_is_not_told_of_a_conflict(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks for its key before the first try has written, and reads the record after."""
    made = await asked(home, RECORD, None, input=facts())
    key, change = uuid.uuid4().hex, {"id": made["id"], "version": 1, "input": {"place": "越秀支行"}}
    find, answers = home.database.find, []

    async def overtaken(collection: str, where: Any, *rest: Any, **options: Any) -> list[dict[str, Any]]:
        found = await find(collection, where, *rest, **options)
        if collection == REVISIONS:  # the last place where a key is looked for
            monkeypatch.setattr(home.database, "find", find)
            answers.append(await asked(home, CORRECT, key, **change))
        return found

    monkeypatch.setattr(home.database, "find", overtaken)
    answers.append(await asked(home, CORRECT, key, **change))
    first, second = answers
    assert first == second
    assert first["version"] == await versions(home, made["id"]) == 2


async def test_different_requests_at_once_under_one_key_make_one_record(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    interleaved(home.database, monkeypatch, 1)
    key, inputs = uuid.uuid4().hex, [facts() for _ in range(5)]
    answers = await asyncio.gather(*(asked(home, RECORD, key, input=each) for each in inputs))
    made = [answer for answer in answers if answer["__typename"] == "Activity"]
    assert len(made) == 1
    refused = [answer for answer in answers if answer not in made]
    assert refused == [problem("IDEMPOTENCY_KEY_REUSED", made[0]["id"])] * 4


def time_ordered(milliseconds: int) -> str:
    """A version-7 UUID (RFC 9562, section 5.7) of a moment."""
    tail = random.Random(milliseconds).getrandbits(74)
    return str(uuid.UUID(int=milliseconds << 80 | 7 << 76 | tail >> 62 << 64 | 2 << 62 | tail & (2**62 - 1)))


async def test_ids_derived_from_time_ordered_keys_are_in_the_order_of_their_time(home: House) -> None:
    start = int(dt.datetime(2024, 3, 1, tzinfo=dt.UTC).timestamp() * 1000)
    keys = [time_ordered(start + number) for number in (0, 1, 500, 86_400_000)]
    assert all(uuid.UUID(key).version == 7 for key in keys)
    ids = {key: (await asked(home, RECORD, key, input=facts()))["id"] for key in reversed(keys)}
    assert [ids[key] for key in keys] == sorted(ids.values())


def test_a_key_belongs_to_its_viewer_and_field() -> None:
    header = time_ordered(1_709_251_200_000)
    keys = {idempotency_key(Viewer(name), header, path) for name in ("甲", "乙") for path in ("one", "two")}
    assert len(keys) == 4
    assert {key[:12] for key in keys} == {header.replace("-", "")[:12]}
    assert idempotency_key(Viewer("甲"), "plain", "one") != idempotency_key(Viewer("甲"), "plain", "two")
