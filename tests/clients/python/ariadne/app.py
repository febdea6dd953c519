"""A small program over the client that ariadne-codegen makes of the schema."""

import asyncio
import datetime as dt
import json
import sys
from typing import Any

from made import GraphQLClientGraphQLMultiError, GraphQLClientHttpError, Network, NetworkCorrection
from made.correct import CorrectCorrectNetworkNetwork, CorrectCorrectNetworkRefusal
from made.enums import Code
from made.standing import StandingNodeNetwork

TOLD = json.loads(sys.argv[1])
NETWORK, SOCKET = TOLD["network"], TOLD["url"].replace("http", "ws")


def client_of(token: str) -> Network:
    headers = {"Authorization": f"Bearer {token}"}
    return Network(
        url=TOLD["url"],
        headers=headers,
        ws_url=SOCKET,
        ws_connection_init_payload={"authorization": f"Bearer {token}"},
    )


async def main() -> dict[str, Any]:
    async with client_of(TOLD["token"]) as client:
        one = (await client.page(network=NETWORK, first=2)).activities
        assert one is not None
        two = (await client.page(network=NETWORK, first=2, after=one.page_info.end_cursor)).activities
        assert two is not None
        node = (await client.standing(id=NETWORK)).node
        assert isinstance(node, StandingNodeNetwork)
        change = {"id": NETWORK, "version": node.version, "reason": "更正"}
        correction = NetworkCorrection(motto=f"同心 ariadne {node.version}")
        entity = (await client.correct(input=correction, **change)).correct_network
        refusal = (await client.correct(input=correction, **change)).correct_network
        assert isinstance(entity, CorrectCorrectNetworkNetwork)
        assert isinstance(refusal, CorrectCorrectNetworkRefusal)
        feed = client.feed(network=NETWORK, after=1)
        event = (await anext(feed)).network_feed
        assert event is not None
        await feed.aclose()
    try:
        async with client_of(TOLD["expired"]) as client:
            await client.page(network=NETWORK, first=1)
        expired = None
    except GraphQLClientHttpError as error:
        expired = error.status_code
    except GraphQLClientGraphQLMultiError as error:
        expired = str(error)
    return {
        "pages": [each.id for each in one.nodes + two.nodes],
        "moments": all(isinstance(each.created_at, dt.datetime) for each in one.nodes),
        "version": node.version,
        "entity": entity.version,
        "refusal": [problem.code is Code.CONFLICT for problem in refusal.problems],
        "event": event.sequence,
        "expired": expired,
    }


print(json.dumps(asyncio.run(main())))
