"""Every door of the service, each tried with a request of its own, so that one outage is seen from all of them."""

import asyncio
import contextlib
import datetime as dt
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from schema.messages import PROTOCOL
from service.dates import now
from service.settings import Settings
from service.viewer import Viewer
from tests.api.rows import row
from tests.api.uploads import PDF, pdf
from tests.conftest import ADMIN, BANK, NETWORK

KEY = "0123456789abcdef0123456789abcdef"  # of at least 32 bytes, which signs the tokens of these tests
SOON = 6.0  # seconds within which an absent database is told (promises.md, *Nothing lost*)
BACK = 10.0  # seconds after its return within which everything is as before
HELD = "act_002_film_martyrs"
READ = "{ networks(first: 3) { nodes { id } } }"
RECORD = """mutation Record($input: ActivityFacts!) {
  recordActivity(input: $input) { ... on Activity { id } ... on Refusal { problems { code message } } } }"""
IMPORT = """mutation Import($input: ActivityImportInput!) {
  importActivities(reason: "导入", input: $input) { ... on ActivityImport { created } } }"""
FOLLOW = 'subscription($after: Int) { networkFeed(network: "net_002_derma", after: $after) { sequence record { id } } }'


def token(subject: str | None = None) -> str:
    """For the admin of the network, by default under a name that nobody had before: what is known of none is kept."""
    viewer = Viewer(subject or uuid.uuid4().hex, ADMIN.grants)
    return (
        Settings.from_environment({"COBUILD_TOKEN_KEY": KEY}).token_keys().issue(viewer, now(), dt.timedelta(hours=1))
    )


def facts(number: int) -> dict[str, Any]:
    """Of an activity that can be recorded; another one for each number."""
    told = {name: value for name, value in row(number).items() if name not in ("externalReference", "status")}
    return {**told, "network": NETWORK, "title": f"演练 {number} {uuid.uuid4().hex[:8]}"}


@dataclass(frozen=True)
class Heard:
    """How a request was answered; `status` is 0 where it was not."""

    status: int
    seconds: float
    body: bytes

    @property
    def codes(self) -> set[str]:
        told = orjson.loads(self.body)
        return {each["extensions"]["code"] for each in told.get("errors", ())}


@dataclass(frozen=True)
class Caller:
    """Asks a service over HTTP and sockets."""

    url: str
    client: httpx.AsyncClient

    async def send(self, method: str, path: str, subject: str | None = None, **options: Any) -> Heard:
        """As a `subject`; as nobody where that is empty."""
        headers = {} if subject == "" else {"Authorization": f"Bearer {token(subject)}"}
        headers |= options.pop("headers", {})
        began = time.monotonic()
        try:
            answer = await self.client.request(method, f"{self.url}{path}", headers=headers, **options)
        except httpx.HTTPError as error:
            return Heard(0, time.monotonic() - began, repr(error).encode())
        return Heard(answer.status_code, time.monotonic() - began, answer.content)

    async def ask(self, query: str, subject: str | None = None, key: str | None = None, **variables: Any) -> Heard:
        headers = {} if key is None else {"Idempotency-Key": key}
        body = {"query": query, "variables": variables}
        return await self.send("POST", "/graphql", subject, json=body, headers=headers)

    async def every_door(self, number: int) -> dict[str, Heard]:
        """What each door answers to a request of its own, all at once."""
        moment = f"{now():%Y-%m-%dT%H:%M:%S}.000Z"
        dossier = {"asOf": moment, "language": "zh", "network": NETWORK}
        upload = {"record": HELD, "kind": "EVIDENCE", "fileName": "签到表.pdf"}
        rows = [{**row(number), "externalReference": uuid.uuid4().hex}]
        sent = {
            "public read": self.ask(READ, ""),
            "read": self.ask(READ),
            "write": self.ask(RECORD, key=uuid.uuid4().hex, input=facts(number)),
            "import": self.ask(IMPORT, input={"network": NETWORK, "rows": rows}),
            "upload": self.send(
                "POST", "/attachments", params=upload, content=pdf(400_000), headers={"Content-Type": PDF}
            ),
            "dossier": self.send("GET", f"/dossiers/{BANK}", params=dossier),
            "socket": self.over_socket(READ),
        }
        return dict(zip(sent, await asyncio.gather(*sent.values()), strict=True))

    async def over_socket(self, query: str) -> Heard:
        """The first message to one operation on a socket of its own, with the status that it would have over HTTP."""
        began = time.monotonic()
        async with self.socket() as connection:
            await connection.send(orjson.dumps({"type": "subscribe", "id": "q", "payload": {"query": query}}).decode())
            message = orjson.loads(await connection.recv())
        told = message["payload"] if message["type"] == "next" else {"errors": message["payload"]}
        status = 503 if "errors" in told else 200
        return Heard(status, time.monotonic() - began, orjson.dumps(told))

    @contextlib.asynccontextmanager
    async def socket(self, subject: str | None = None) -> AsyncIterator[Any]:
        address = f"{self.url.replace('http', 'ws', 1)}/graphql"
        async with connect(address, subprotocols=[Subprotocol(PROTOCOL)], proxy=None) as connection:
            payload = {"authorization": f"Bearer {token(subject)}"}
            await connection.send(orjson.dumps({"type": "connection_init", "payload": payload}).decode())
            assert orjson.loads(await connection.recv()) == {"type": "connection_ack"}
            yield connection

    async def health(self) -> Mapping[str, int]:
        livez, readyz = await asyncio.gather(self.send("GET", "/livez", ""), self.send("GET", "/readyz", ""))
        return {"livez": livez.status, "readyz": readyz.status}

    async def recovered(self, seconds: float = BACK) -> None:
        """Return when it is ready and answers; fails when that takes too long."""
        began = time.monotonic()
        while not ((await self.health())["readyz"] == 200 and (await self.ask(READ)).status == 200):
            assert time.monotonic() - began < seconds, "it did not recover in time"
            await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def calling(url: str) -> AsyncIterator[Caller]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)  # one closed meanwhile is no answer
    async with httpx.AsyncClient(timeout=60, trust_env=False, limits=limits) as client:
        yield Caller(url, client)
