"""`python -m tests.benchmarks.growth`: what the five commonest queries cost with more and more activities.

A total and the counts of a year stand beside them, which look at more than they answer.

On the embedded engine, or on the server that MONGODB_TEST_URI names, where `--activities` may go further.
"""

import argparse
import asyncio
import sys
import tempfile
import uuid
from pathlib import Path

import orjson

from seeds.synthetic import NETWORK
from service.dates import day_of, now
from tests.benchmarks.as_of import engine as server
from tests.benchmarks.contenders import CONTENDERS, VIEWERS, Keys, over_the_wire, running
from tests.benchmarks.documents import Documents, fill, synthetic_documents
from tests.benchmarks.measuring import Round, load
from tests.benchmarks.questions import LIST, ONE, PAGE, questions

SIZES, SECONDS, ROUNDS = (1_000, 5_000), 5, 3
OF_PARTNER = """query($network: ID!, $partner: ID!) {
  activities(network: $network, where: {participant: $partner}, first: 20) { nodes { id title status } }
}"""
FOUND = """query($network: ID!, $text: String!) {
  search(network: $network, text: $text, first: 20) { nodes { title } }
}"""
TOTAL = "query($network: ID!) { activities(network: $network, first: 1) { totalCount totalCountIsExact } }"
COUNTS = """query($network: ID!, $from: Date!, $to: Date!) {
  activityCounts(network: $network, period: {from: $from, to: $to}) {
    total byPillar { pillar activities } byMonth { month activities }
  }
}"""


def asked(documents: Documents) -> dict[str, bytes]:
    """Bodies by what they ask for."""
    one, network = questions(documents)["B"].variables[0], {"network": NETWORK}
    partner, title = documents["organizations"][1]["_id"], documents["activities"][0]["title"]
    last = day_of(now()).year - 1
    year = {"from": f"{last}-01-01", "to": f"{last}-12-31"}
    wanted = {
        "a page of 20": (PAGE, network),
        "one by id": (ONE, one),
        "100 with their links": (LIST, network),
        "a partner's latest 20": (OF_PARTNER, {**network, "partner": partner}),
        "a search": (FOUND, {**network, "text": title[:2]}),
        "a total": (TOTAL, network),
        "the counts of a year": (COUNTS, {**network, **year}),
    }
    return {name: orjson.dumps({"query": text, "variables": variables}) for name, (text, variables) in wanted.items()}


def measured(uri: str, size: int, scratch: Path) -> dict[str, Round]:
    """The median round of each query over a database of so many activities, asked one after another."""
    documents, name = synthetic_documents(size, day_of(now())), f"bench_{uuid.uuid4().hex}"
    asyncio.run(fill(uri, name, documents))
    keys, found = Keys(), dict[str, Round]()
    token = keys.token(VIEWERS["front-end"])
    with running(CONTENDERS["service"], over_the_wire(uri, name), keys, Path(), scratch) as begun:
        for title, body in asked(documents).items():
            begun.wait(body, token)
            path = scratch / "body"
            path.write_bytes(body + b"\n")
            rounds = [load(begun, path, token, SECONDS, connections=1) for _ in range(ROUNDS)]
            found[title] = sorted(rounds)[len(rounds) // 2]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.benchmarks.growth")
    parser.add_argument("--activities", type=int, nargs="+", default=SIZES)
    sizes = parser.parse_args().activities
    with tempfile.TemporaryDirectory() as folder, server() as uri:
        by_size = {size: measured(uri, size, Path(folder)) for size in sizes}
    print(f"| p50 in ms · CPU in µs per request | {' | '.join(f'{size:,} activities' for size in sizes)} |")
    print("|---|" + "---|" * len(sizes))
    for title in by_size[sizes[0]]:
        cells = (f"{own[title].p50:.1f} · {own[title].microseconds:.0f}" for own in by_size.values())
        print(f"| {title} | {' | '.join(cells)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
