"""The queries whose growth is measured are answered, each with something."""

import orjson

from service.dates import day_of, now
from tests.benchmarks.contenders import VIEWERS
from tests.benchmarks.documents import synthetic_documents
from tests.benchmarks.growth import asked
from tests.benchmarks.process import unseen
from tests.benchmarks.questions import questions
from tests.conftest import filled


async def test_every_query_finds_something() -> None:
    documents = synthetic_documents(160, day_of(now()))
    house = await filled({name: list(own) for name, own in documents.items()})
    cold = unseen(questions(documents)["C"], 2)
    bodies = {**asked(documents), **{f"unseen {place}": each for place, each in enumerate(cold)}}
    assert len(set(bodies.values())) == 9
    for name, body in bodies.items():
        wanted = orjson.loads(body)
        data = await house.data(wanted["query"], VIEWERS["front-end"], **wanted["variables"])
        [found] = data.values()
        assert found, name
        assert found.get("nodes", True), name
        assert found.get("edges", True), name
