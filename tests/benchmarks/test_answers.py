"""The peers do the work of the service: the same part of its schema, and the same answers under the same rights."""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import httpx
import orjson
import pytest
from graphql import GraphQLEnumType, GraphQLInterfaceType, GraphQLObjectType, build_schema
from starlette.types import ASGIApp

from schema.api import schema
from service.dates import day_of, now
from service.store.store import Store
from service.viewer import TokenKeys, Viewer
from tests.benchmarks import documents
from tests.benchmarks.contenders import VIEWERS
from tests.benchmarks.documents import Documents, synthetic_documents
from tests.benchmarks.measuring import normal
from tests.benchmarks.memory import FOLDER, MemoryDatabase
from tests.benchmarks.peers import ariadne_peer, handwritten, strawberry_peers
from tests.benchmarks.peers.serving import Begin, fronted
from tests.benchmarks.questions import Question, questions
from tests.conftest import House
from tests.store.trail_scene import relay_of

ACTIVITIES = 160  # of which some hundred are public: five pages of them, and a list of a hundred that goes on
MOST_ASKED = 10  # of the values of a question's variables
KEYS = TokenKeys({"key": b"a key of the benchmark, 32 bytes."}, "cobuild", "cobuild")
PEERS: Mapping[str, Callable[[Begin], ASGIApp]] = {
    "handwritten": handwritten.application,
    "strawberry": strawberry_peers.plain,
    "strawberry-tuned": strawberry_peers.tuned,
    "ariadne": ariadne_peer.application,
}
SDL = Path(ariadne_peer.__file__).with_name("schema.graphql")


@pytest.fixture(scope="module")
def stored() -> Documents:
    return synthetic_documents(ACTIVITIES, day_of(now()))


@pytest.fixture
async def database(stored: Documents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MemoryDatabase]:
    documents.write(stored, tmp_path)
    monkeypatch.setenv(FOLDER, str(tmp_path))
    opened = MemoryDatabase("mongomock", "", "bench")
    yield opened
    await opened.close()


async def answers(peer: ASGIApp, question: Question, viewer: Viewer) -> list[str]:
    token = KEYS.issue(viewer, now(), dt.timedelta(hours=1))
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(peer)
    async with httpx.AsyncClient(transport=transport, base_url="http://peer", headers=headers) as client:
        found = [await client.post("/graphql", content=body) for body in question.bodies()]
    assert {each.status_code for each in found} == {200}
    return [normal(each.text) for each in found]


@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
async def test_every_peer_answers_as_the_service(database: MemoryDatabase, stored: Documents, viewer: Viewer) -> None:
    house = House(database, Store(database), relay_of(database))
    for whole in questions(stored).values():
        question = whole._replace(variables=whole.variables[:MOST_ASKED])
        own = [await house.data(question.text, viewer, **each) for each in question.variables]
        expected = [normal(orjson.dumps({"data": each}).decode()) for each in own]
        for name, application in PEERS.items():
            found = await answers(fronted(application, KEYS, database), question, viewer)
            assert found == expected, f"{name} on {question.name}"


def test_the_rights_of_a_viewer_change_the_answers(stored: Documents) -> None:
    """Else comparing answers would prove nothing of rights."""
    assert {each["status"] for each in stored["activities"]} > {"PUBLISHED"}
    assert {each["stage"] for each in stored["agreements"]} >= {"DRAFT", "SIGNED"}


async def test_a_token_that_does_not_hold_is_refused_by_every_peer(database: MemoryDatabase) -> None:
    for name, application in PEERS.items():
        transport = httpx.ASGITransport(fronted(application, KEYS, database))
        async with httpx.AsyncClient(transport=transport, base_url="http://peer") as client:
            answer = await client.post("/graphql", headers={"Authorization": "Bearer of.bad.news"})
        assert answer.status_code == 401, name


def test_the_peers_schema_is_part_of_the_service_schema() -> None:
    part, whole = build_schema(SDL.read_text(encoding="utf-8")), schema._schema
    for name, own in part.type_map.items():
        theirs = whole.type_map[name]
        if isinstance(own, GraphQLEnumType) and not name.startswith("__"):
            assert isinstance(theirs, GraphQLEnumType)
            assert own.values.keys() == theirs.values.keys()
        if isinstance(own, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__"):
            assert isinstance(theirs, GraphQLObjectType | GraphQLInterfaceType)
            for field_name, field in own.fields.items():
                published = theirs.fields[field_name]
                assert str(field.type) == str(published.type), f"{name}.{field_name}"
                for argument_name, argument in field.args.items():
                    assert str(argument.type) == str(published.args[argument_name].type)
