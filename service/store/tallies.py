"""Counting in the database: the records of one query, in as many ways as are asked for, by one command."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from service.errors import Code, Path, Problem, Refusal
from service.network.memberships import Membership, MembershipStatus
from service.records import Filter
from service.store.database import Database
from service.store.kinds import index_name
from service.store.reads import Query

Row: TypeAlias = dict[str, Any]
ALL = "all"  # mongomock counts none of nothing as a group when the group is null
Asking: TypeAlias = Callable[[Database, Query, Mapping[str, Sequence[Filter]]], Awaitable[dict[str, list[Row]]]]
MOST_PARTNERS = 5_000  # organisations that lead, join or take part in one network


@dataclass(frozen=True)
class By:
    """A way to count: one group for each value of the stored keys in `keys`, by label; all in one without any.

    A list counts as one value, or once for each of its values where its key is among `each`. Only what fits `where`
    counts; more than `most` groups are refused, since a part of them would tell something wrong.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    each: tuple[str, ...] = ()
    where: Filter = field(default_factory=dict)
    most: int = 1

    def stages(self, sums: Mapping[str, Any]) -> list[Filter]:
        narrowed: list[Filter] = [{"$match": self.where}] if self.where else []
        unwound: list[Filter] = [{"$unwind": f"${key}"} for key in self.each]
        group = {label: f"${key}" for label, key in self.keys.items()} or ALL
        return [*narrowed, *unwound, {"$group": {"_id": group, **sums}}, {"$limit": self.most + 1}]

    def checked(self, rows: list[Row], narrow: Path) -> list[Row]:
        """`rows`. Raises `Refusal` LIMIT_EXCEEDED at `narrow` when they are too many."""
        if len(rows) > self.most:
            raise too_many(self.most, narrow)
        return rows


async def tally(
    database: Database,
    query: Query,
    ways: Mapping[str, By],
    summed: Sequence[str] = (),
    narrow: Path = ("period",),
    asking: Asking | None = None,
) -> dict[str, list[Row]]:
    """What `query` matches, counted in each of `ways`: rows with `records` and the sums of the keys in `summed`.

    All are counted by one command, so that they agree with each other; `asking` may know of it already. Raises
    `Refusal` LIMIT_EXCEEDED at `narrow`.
    """
    if not ways:
        return {}
    facets = {name: way.stages(sums_of(summed)) for name, way in ways.items()}
    found = await (asking or asked)(database, query, facets)
    return {name: way.checked(found[name], narrow) for name, way in ways.items()}


async def asked(database: Database, query: Query, facets: Mapping[str, Sequence[Filter]]) -> dict[str, list[Row]]:
    """What each of `facets` makes of all that `query` matches, by one command."""
    [found] = await database.aggregate(query.kind.COLLECTION, [*query.steps(), {"$facet": facets}], 1)
    return {name: found[name] for name in facets}


def sums_of(keys: Sequence[str]) -> Filter:
    """What is summed in each group: the records, and their values under `keys`."""
    return {"records": {"$sum": 1}, **{key: {"$sum": f"${key}"} for key in keys}}


async def exists(database: Database, query: Query) -> bool:
    """Whether there is any at all."""
    stages: list[Filter] = [*query.steps(), {"$limit": 1}, {"$project": {"_id": 1}}]
    return bool(await database.aggregate(query.kind.COLLECTION, stages, 1))


async def roles(database: Database, network: str, day: dt.date, narrow: Path = ("network",)) -> dict[str, str]:
    """LEAD or MEMBER, by organisation, of who leads `network` or is a member of it on `day`. Raises as `tally`."""
    query = Query(Membership, {"network": network}, (Membership.state_filter(MembershipStatus.ACTIVE, day),))
    found = await database.find(
        Membership.COLLECTION,
        query.where(),
        MOST_PARTNERS + 1,
        ("organization", "role"),
        index=index_name(query.index()),
    )
    if len(found) > MOST_PARTNERS:
        raise too_many(MOST_PARTNERS, narrow)
    return {document["organization"]: document["role"] for document in found}


def too_many(most: int, narrow: Path) -> Refusal:
    """More than can be counted at once: the answer would be wrong, so there is none."""
    english = f"There is more to count than at most {most} groups or items; ask for less."
    chinese = f"统计项超过 {most} 个上限;请缩小范围。"
    return Refusal(Problem(Code.LIMIT_EXCEEDED, narrow, english, chinese))
