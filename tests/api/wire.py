"""The end-point as its clients meet it, without a socket: how a request is sent, and what errors must carry."""

import datetime as dt

import httpx
import orjson
from starlette.applications import Starlette

from schema.http import graphql_route
from schema.operations import Means
from schema.rates import Rates
from service.dates import now
from service.errors import Code
from service.identity import Identity
from service.viewer import TokenKeys
from tests.conftest import ADMIN, House

KEYS = TokenKeys({"k": b"k" * 32}, "cobuild", "cobuild")
HOUR = dt.timedelta(hours=1)
CODES = set(Code)
JSON = {"content-type": "application/json"}
GOOD = {"query": "{ viewer { subject } }"}


def bearer(keys: TokenKeys = KEYS, ago: dt.timedelta = dt.timedelta()) -> dict[str, str]:
    return {"authorization": f"Bearer {keys.issue(ADMIN, now() - ago, HOUR)}"}


def client_of(house: House, development: bool, rates: Rates | None = None) -> httpx.AsyncClient:
    means = Means(house.store, Identity(KEYS), rates or house.rates(), development=development)
    app = Starlette(routes=[graphql_route(means)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")


async def post(client: httpx.AsyncClient, body: object, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post("/graphql", content=content, headers={**JSON, **sent})


def codes(answer: httpx.Response) -> list[str]:
    """The codes of all errors; each is of the published list and beside a message for people."""
    errors = answer.json()["errors"]
    for error in errors:
        assert error["message"].strip()
        assert error["extensions"]["code"] in CODES
    return [error["extensions"]["code"] for error in errors]
