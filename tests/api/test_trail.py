"""verifyTrail as it is asked, and the commands beside it: who may, what is told, where to go on."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from schema import trail
from service.store.database import Database
from service.store.verifying import MOST_FAULTS
from tests.conftest import ADMIN, NETWORK, OBSERVER, OFFICER, OPERATOR, Contents, House, filled
from tests.store.chain_scene import KNOWN, seal_all

VERIFY = """query Verify($network: ID, $after: String) { verifyTrail(network: $network, after: $after) {
  sound complete cursor revisions records checkpoints sequence provedSequence
  faults { code record version sequence message } } }"""


@pytest.fixture(scope="module", autouse=True)
def _known_keys() -> Iterator[None]:
    """As the settings say: a house knows no keys of its own."""
    made = trail.Walk

    def walk(database: Database, partition: str, _: object, **options: Any) -> Any:
        return made(database, partition, KNOWN, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trail, "Walk", walk)
        yield


@pytest.fixture(scope="module")
async def sealed(seeds: Contents) -> House:
    """A seeded house whose trail is sealed; the tests at the end break it."""
    house = await filled(seeds)
    await house.relay_all()
    await seal_all(house.database)
    return house


async def test_a_sealed_network_holds_for_whoever_may_verify_it(sealed: House) -> None:
    for viewer in (OFFICER, OBSERVER, OPERATOR):
        answer = (await sealed.data(VERIFY, viewer, network=NETWORK))["verifyTrail"]
        assert (answer["sound"], answer["complete"], answer["cursor"], answer["faults"]) == (True, True, None, [])
        assert answer["revisions"] == answer["sequence"] == answer["provedSequence"] > 20
        assert answer["checkpoints"] == -(-answer["revisions"] // 5)
    of_installation = (await sealed.data(VERIFY, OPERATOR))["verifyTrail"]
    assert of_installation["sound"]
    assert of_installation["records"] == of_installation["revisions"] > 20


async def test_who_may_not_verify_a_network_is_answered_as_if_there_were_none(sealed: House) -> None:
    for viewer, network in ((OFFICER, "net_004_wuxi"), (OFFICER, "net_none"), (OPERATOR, "net_none")):
        [problem] = await sealed.refused(VERIFY, viewer, network=network)
        assert (problem.code, problem.path) == ("NOT_FOUND", ("network",))
    [problem] = await sealed.refused(VERIFY, ADMIN, network=NETWORK)
    assert problem.code == "FORBIDDEN"
    [problem] = await sealed.refused(VERIFY, OFFICER)
    assert (problem.code, problem.path) == ("REQUIRED", ("network",))
    assert problem.english == "Name a network; only an operator may leave it out."
    assert problem.chinese == "请指明共建网络,仅运维可省略。"


async def test_what_one_request_cannot_look_at_is_gone_on_with(sealed: House, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = (await sealed.data(VERIFY, OFFICER, network=NETWORK))["verifyTrail"]
    clock = iter(range(10_000))
    monkeypatch.setattr(trail.time, "monotonic", lambda: next(clock) / 2.1)  # time for one step each
    monkeypatch.setattr(trail, "SECONDS", 0.7)
    after, counts, asked = None, [0, 0, 0], 0
    while asked == 0 or after is not None:
        answer = (await sealed.data(VERIFY, OFFICER, network=NETWORK, after=after))["verifyTrail"]
        counts = [sum(pair) for pair in zip(counts, map(answer.get, COUNTED), strict=True)]
        after, asked = answer["cursor"], asked + 1
        assert answer["complete"] == (after is None)
    assert asked > 5
    assert counts == [whole[name] for name in COUNTED]


COUNTED = ("revisions", "records", "checkpoints")


async def test_a_cursor_of_something_else_is_refused(sealed: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "SECONDS", -1.0)
    own = (await sealed.data(VERIFY, OFFICER, network=NETWORK))["verifyTrail"]["cursor"]
    assert own
    for viewer, network, cursor in (
        (OPERATOR, "net_004_wuxi", own),
        (OFFICER, NETWORK, "x"),
        (OFFICER, NETWORK, "!"),
        (OFFICER, NETWORK, "W10"),
        *((OFFICER, NETWORK, encoded(NETWORK, *told)) for told in BENT_CURSORS),
    ):
        [problem] = await sealed.refused(VERIFY, viewer, network=network, after=cursor)
        assert (problem.code, problem.path) == ("BAD_CURSOR", ("after",))


BENT_CURSORS: tuple[tuple[Any, ...], ...] = (
    (-1, 0, None, None),
    (0, "1", None, None),
    (True, 0, None, None),
    (0, 0, "zzz", None),
    (0, 0, "act", 7),
    (2**60, 0, None, None),
    (0, 0, [], None),
    (0, 0, None, None, 1),
)


def encoded(*told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


async def test_what_is_broken_is_named_in_the_language_asked_for(sealed: House) -> None:
    where = {"_id": "act_002_film_martyrs"}
    await sealed.database.update("activities", where, {"$set": {"title": "改写"}})
    for language, told in (("en", "the record is not what its revisions built."), ("zh", "记录与其修订所载不一致。")):
        answer = (await sealed.data(VERIFY, OFFICER, network=NETWORK, language=language))["verifyTrail"]
        assert not answer["sound"]
        [fault] = answer["faults"]
        message = fault.pop("message")
        assert message.endswith(told)
        assert fault == {"code": "DOCUMENT_ALTERED", "record": where["_id"], "version": 1, "sequence": None}


async def test_a_network_whose_own_record_was_removed_is_still_verified(sealed: House) -> None:
    await sealed.database.delete("networks", {"_id": NETWORK})
    answer = (await sealed.data(VERIFY, OFFICER, network=NETWORK))["verifyTrail"]
    assert ("DOCUMENT_MISSING", NETWORK) in [(each["code"], each["record"]) for each in answer["faults"]]


async def test_no_more_faults_are_told_than_there_is_room_for(sealed: House) -> None:
    for each in await sealed.database.find("activities", {}, 100, ("_id",)):
        await sealed.database.update("activities", {"_id": each["_id"]}, {"$set": {"title": "改写"}})
    answer = (await sealed.data(VERIFY, OFFICER, network=NETWORK))["verifyTrail"]
    assert 0 < len(answer["faults"]) <= MOST_FAULTS
