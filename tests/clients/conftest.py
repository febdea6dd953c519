"""A service as it is served, and what its clients are told of it."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.dates import now
from service.settings import Settings
from service.viewer import Grant, Role, Viewer
from tests.conftest import NETWORK
from tests.faults.running import Running, running


def told_of(service: Running, data: Path, *grants: Grant) -> dict[str, str]:
    """Where it is, the seeded network, a token that holds for an hour and one that no longer does."""
    keys = Settings.from_environment({"COBUILD_DATA": str(data)}).token_keys()
    viewer = Viewer("client", grants or (Grant(Role.NETWORK_ADMIN, NETWORK),))
    hour = dt.timedelta(hours=1)
    return {
        "url": f"{service.url}/graphql",
        "network": NETWORK,
        "token": keys.issue(viewer, now(), hour),
        "expired": keys.issue(viewer, now() - 2 * hour, hour),
    }


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path]]:
    data = tmp_path_factory.mktemp("clients") / "data"
    with running(data) as service:
        yield service, data


@pytest.fixture(scope="session")
def service(served: tuple[Running, Path]) -> Running:
    return served[0]


@pytest.fixture(scope="session")
def told(served: tuple[Running, Path]) -> dict[str, str]:
    return told_of(*served)
