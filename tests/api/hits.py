"""How search is asked, and what of its answer tests look at."""

from collections.abc import Mapping
from typing import Any

from service.viewer import Viewer
from tests.conftest import ADMIN, House

SEARCH = """query($text: String!, $network: ID, $kinds: [SearchKind!], $suggest: Boolean! = false, $first: Int,
    $after: String, $last: Int, $before: String) {
  search(text: $text, network: $network, kinds: $kinds, suggest: $suggest, first: $first, after: $after, last: $last,
    before: $before) {
    totalCount complete suggestions
    facets { kinds { kind count } sectors { sector count } pillars { pillar count } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { record { id } } }
    nodes { kind title matchedBy ranges { start length } record { id version ... on Organization { name } } }
  }
}"""


async def ask(house: House, text: str, viewer: Viewer = ADMIN, **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await house.data(SEARCH, viewer, text=text, **given))["search"]
    return answer


def ids(answer: Mapping[str, Any]) -> list[str]:
    return [node["record"]["id"] for node in answer["nodes"]]


async def refused(
    house: House, text: str, language: Any = "en", **given: Any
) -> list[tuple[str, tuple[Any, ...], str]]:
    result = await house.ask(SEARCH, language=language, text=text, **given)
    assert result.data == {"search": None}
    (error,) = result.errors or ()
    problems: Any = error.original_error
    return [(each.code, each.path, each.english) for each in problems.problems]
