"""What is asked of every contender: A a list with its links, B one record by its id, C the pages of a connection."""

import base64
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from seeds.synthetic import NETWORK
from tests.benchmarks.documents import Documents

LIST = """query A($network: ID!) {
  activities(network: $network, first: 100) {
    nodes {
      id title form direction status place startsAt endsAt peopleServed summary
      participations { role headCount organization { id name sector } }
      agreement { id title kind }
    }
  }
}"""
ONE = "query B($id: ID!) { node(id: $id) { ... on Activity { id title form status place } } }"
PAGE = """query C($network: ID!, $after: String) {
  activities(network: $network, first: 20, after: $after) {
    edges { cursor node { id title form status startsAt } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
TITLES = {"A": "100 activities × 10 fields, their partners, their agreement", "B": "one by id", "C": "page of 20"}
RECORDS, PAGES, PAGE_SIZE = 100, 5, 20


class Question(NamedTuple):
    """The same operation asked with each of several values of its variables, by turns."""

    name: str
    text: str
    variables: Sequence[dict[str, Any]]

    def bodies(self) -> list[bytes]:
        """The requests' bodies, one line each."""
        asked = ({"operationName": self.name, "query": self.text, "variables": each} for each in self.variables)
        return [orjson.dumps(each) for each in asked]


def questions(documents: Documents) -> dict[str, Question]:
    """By name, over the latest of the activities that everybody may read."""
    published = [each for each in documents["activities"] if each["status"] == "PUBLISHED"]
    latest = sorted((each["date_key"] for each in published), reverse=True)
    after = [cursor(latest[place - 1]) for place in range(PAGE_SIZE, len(latest), PAGE_SIZE)][: PAGES - 1]
    asked = (
        Question("A", LIST, [{"network": NETWORK}]),
        Question("B", ONE, [{"id": each["_id"]} for each in published[:RECORDS]]),
        Question("C", PAGE, [{"network": NETWORK, "after": each} for each in (None, *after)]),
    )
    return {each.name: each for each in asked}


def cursor(date_key: str) -> str:
    """The cursor of the service for an activity, in a list by date."""
    return base64.urlsafe_b64encode(f"date_key\n{date_key}".encode()).decode().rstrip("=")
