"""One service for all attacks, watched from the first to the last; and one whose budgets are narrow."""

import copy
import hashlib
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from service.store import upkeep
from service.store.database import Database
from tests.attacks.issuer import Site, issuing
from tests.attacks.serving import Served, serving
from tests.conftest import MASTERS, Contents

# Each is a way to serve, by the variables it is told with: everything here is tried in every one of them.
WAYS = [{"COBUILD_PLANS": "at-once"}, pytest.param({"COBUILD_PLANS": "off"}, marks=pytest.mark.prove)]
KNOWN = "query Known { viewer { subject } }"
KNOWN_ID = hashlib.sha256(KNOWN.encode()).hexdigest()
PROXY = "127.0.0.2"  # of this machine's addresses the one that a service may believe


@pytest.fixture(scope="session", params=WAYS, ids=lambda way: " ".join(way.values()) or "usual")
def way(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="session")
async def planted(engine_uri: str, seeds: Contents) -> AsyncIterator[str]:
    """The name of a seeded database."""
    database = Database("motor", engine_uri, f"attacks_{uuid.uuid4().hex[:8]}", masters=MASTERS)
    await upkeep.prepare(database, "tests")
    for collection, documents in seeds.items():
        if documents:
            await database.insert_many(collection, copy.deepcopy(documents))
    yield database.name
    await database.close()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with issuing() as site:
        yield site


@pytest.fixture(scope="session")
def service(
    way: dict[str, str], engine_uri: str, planted: str, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """What is attacked; the wide budgets are no part of it."""
    with serving(engine_uri, planted, tmp_path_factory.mktemp("wide") / "house", site, **way) as service:
        yield service


@pytest.fixture(scope="module")
def narrow(
    way: dict[str, str], engine_uri: str, planted: str, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Twenty requests a minute for who has no token, one proxy that is believed, and one document that is answered."""
    folder = tmp_path_factory.mktemp("narrow")
    documents = folder / "documents.json"
    documents.write_text(json.dumps({KNOWN_ID: KNOWN}), encoding="utf-8")
    variables = {"COBUILD_RATE_ADDRESS": "200", "COBUILD_PROXIES": PROXY}
    variables |= {"COBUILD_DOCUMENTS": str(documents), "COBUILD_DOCUMENTS_ONLY": "yes"}
    with serving(engine_uri, planted, folder / "house", site, **variables, **way) as service:
        service.known = {"documentId": KNOWN_ID}
        yield service
