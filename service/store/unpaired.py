"""Who of a network has no pairing today: members without one, and branches of the lead without one (001, B8)."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from service.errors import Code, Problem, Refusal
from service.network.branches import BranchKind, BranchStatus, PartyBranch
from service.network.memberships import Membership, MembershipRole
from service.network.organizations import Organization
from service.network.pairings import Pairing
from service.network.spans import Span, SpanState
from service.records import RIGHTS_KEYS, Document
from service.store.database import Database
from service.store.kinds import index_name
from service.store.reads import Query, by_ids

MOST = 5_000  # of memberships, pairings or branches looked at for one answer
ORDER = "name_key"


async def members(
    database: Database, networks: Collection[str], day: dt.date, fields: Sequence[str]
) -> dict[str, list[Document]]:
    """By network, the organisations that are members of it and in no pairing of it on `day`, by name.

    Three commands, however many networks. Raises `Refusal` LIMIT_EXCEEDED rather than tell a part.
    """
    roles = await _standing(database, Membership, networks, day, ("organization", "role"))
    paired = await _pairs(database, networks, day, "member")
    joined = [each for each in roles if each["role"] == MembershipRole.MEMBER]
    lacking = {(each["network"], each["organization"]) for each in joined} - paired
    ids = sorted({own_id for _, own_id in lacking})
    found = await by_ids(database, Organization.PREFIX, ids, [*fields, ORDER]) if ids else {}
    return {
        network: _by_name(each for each in found.values() if (network, each["_id"]) in lacking) for network in networks
    }


async def branches(
    database: Database, networks: Collection[str], day: dt.date, fields: Sequence[str]
) -> dict[str, list[Document]]:
    """By network, the live branches 党支部 of its lead that are in no pairing of it on `day`, by name; as `members`."""
    roles = await _standing(database, Membership, networks, day, ("organization", "role"))
    leads = {each["network"]: each["organization"] for each in roles if each["role"] == MembershipRole.LEAD}
    if not leads:
        return {network: [] for network in networks}
    paired = await _pairs(database, networks, day, "branch")
    live = {"kind": BranchKind.BRANCH.value, "status": BranchStatus.ACTIVE.value}
    query = Query(PartyBranch, {"organization": {"$in": sorted(set(leads.values()))}, **live}, order=ORDER)
    found = await _all(database, query, [*fields, "organization", ORDER])
    return {
        network: _by_name(
            each
            for each in found
            if each["organization"] == leads.get(network) and (network, each["_id"]) not in paired
        )
        for network in networks
    }


def _by_name(documents: Iterable[Document]) -> list[Document]:
    return sorted(documents, key=lambda each: str(each[ORDER]))


async def _pairs(database: Database, networks: Collection[str], day: dt.date, side: str) -> set[tuple[str, str]]:
    found = await _standing(database, Pairing, networks, day, (side,))
    return {(each["network"], each[side]) for each in found}


async def _standing(
    database: Database, kind: type[Span], networks: Collection[str], day: dt.date, fields: Sequence[str]
) -> list[dict[str, Any]]:
    """The spans of `networks` that stand on `day`."""
    query = Query(kind, {"network": {"$in": sorted(networks)}}, (kind.state_filter(SpanState.ACTIVE, day),))
    return await _all(database, query, [*RIGHTS_KEYS, *fields])


async def _all(database: Database, query: Query, fields: Sequence[str]) -> list[dict[str, Any]]:
    collection, index = query.kind.COLLECTION, index_name(query.index())
    found = await database.find(collection, query.where(), MOST + 1, sorted({*fields}), index=index)
    if len(found) > MOST:
        english, chinese = f"More than {MOST} {collection} to compare.", f"须比对的 {collection} 超过 {MOST} 项。"
        raise Refusal(Problem(Code.LIMIT_EXCEEDED, (), english, chinese))
    return found
