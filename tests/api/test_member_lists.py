"""What is asked of the members of a network is refused, not cut, where they are too many."""

import pytest

from service.errors import Code, Refusal
from service.store import tallies
from tests.conftest import ADMIN, NETWORK, House

LISTED = "query($n: ID!) { organizations(where: {memberOf: $n}, first: 100) { totalCount nodes { id } } }"
SEARCHED = 'query($n: ID!) { search(text: "银行", network: $n, kinds: [ORGANIZATION]) { totalCount } }'


@pytest.mark.parametrize(
    ("query", "path"),
    [(LISTED, ("where", "member_of")), (SEARCHED, ("network",))],
    ids=["listed", "searched"],
)
async def test_more_members_than_can_be_seen_are_refused_and_not_cut(
    house: House, monkeypatch: pytest.MonkeyPatch, query: str, path: tuple[str, ...]
) -> None:
    members = len((await house.data(LISTED, ADMIN, n=NETWORK))["organizations"]["nodes"])
    monkeypatch.setattr(tallies, "MOST_PARTNERS", members)
    assert (await house.ask(query, ADMIN, n=NETWORK)).errors is None
    monkeypatch.setattr(tallies, "MOST_PARTNERS", members - 1)
    result = await house.ask(query, ADMIN, n=NETWORK)
    [error] = result.errors or []
    assert isinstance(error.original_error, Refusal)
    [problem] = error.original_error.problems
    assert (problem.code, problem.path) == (Code.LIMIT_EXCEEDED, path)
    assert f"at most {members - 1} " in problem.english
    assert f"超过 {members - 1} 个" in problem.chinese


async def test_a_network_that_is_not_there_has_no_members(house: House) -> None:
    assert (await house.data(LISTED, ADMIN, n="net_missing"))["organizations"] == {"totalCount": 0, "nodes": []}
