"""PartyBranch 党组织: the party organisation that signs and takes part, of one organisation (002, C1; 004, E2)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import auto
from typing import TYPE_CHECKING, Any, ClassVar

from service import searching
from service.acts import Act, reason_of
from service.ancestry import check_ancestry
from service.dates import PartialDate
from service.errors import Code, Path, Problem, Refusal
from service.facts import Facts, folded, text
from service.network.belonging import keeper
from service.permission import permit
from service.pinyin import sort_key
from service.records import (
    INSTALLATION,
    QUOTED,
    Action,
    Index,
    Record,
    Step,
    amended,
    document_of,
    joined,
    made,
    ordered,
    record_of,
)
from service.viewer import Right, Upper

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


class BranchKind(Upper):
    COMMITTEE = auto()
    GENERAL_BRANCH = auto()
    BRANCH = auto()
    GROUP = auto()


class BranchStatus(Upper):
    ACTIVE = auto()
    ARCHIVED = auto()


@dataclass(frozen=True, kw_only=True)
class PartyBranch(Record):
    """A committee, general branch, branch or group of one organisation, in that order of rank."""

    PREFIX = "bra"
    COLLECTION = "party_branches"
    TITLE = ("party branch", "党组织")
    INDEXES = (
        Index(("duplicate_key",), unique=True),
        Index(("organization", "name_key")),
        Index(("parent", "name_key")),
        Index(("search",)),
    )
    READ = Right.READ_PUBLIC
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_ORGANIZATIONS, frozenset({BranchStatus.ACTIVE})),
        Action.ARCHIVE: Step(Right.KEEP_ORGANIZATIONS, frozenset({BranchStatus.ACTIVE})),
    }
    FIXED = (*Record.FIXED, "organization")
    PRIVATE: ClassVar = dict.fromkeys(("secretary", QUOTED), Right.READ_CONTACTS)

    organization: str
    name: str = text(120)
    kind: BranchKind
    parent: str | None = None
    secretary: str | None = text(60, default=None)
    established: PartialDate | None = None
    status: BranchStatus = BranchStatus.ACTIVE
    archive_reason: str | None = None

    def partition(self) -> str:
        return INSTALLATION

    def concerns(self) -> Collection[str]:
        return (self.organization,)

    def keys(self) -> dict[str, Any]:
        live = self.status is BranchStatus.ACTIVE
        return {
            "name_key": ordered(sort_key(self.name), self.id),
            "duplicate_key": joined(self.organization, folded(self.name)) if live else self.id,
            **searching.keys(self.name, live=live),
        }


async def create(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new party branch, kept by the network that keeps its organisation."""
    network = await keeper(store, act, facts["organization"])
    branch = made(PartyBranch, {**facts, "id": act.new_id(PartyBranch.PREFIX), "network": network})
    await _check_parent(store, act, branch)
    return await store.create(branch, act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    before = await store.load(PartyBranch, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    after = amended(before, facts)
    if (after.parent, after.kind) != (before.parent, before.kind):
        await _check_parent(store, act, after)
    if after.kind is not before.kind:
        for child in (await store.children(PartyBranch.PREFIX, own_id)).values():
            check_rank(record_of(PartyBranch, child), document_of(after), ("kind",))
    return await store.save(before, after, act)


async def archive(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    before = await store.load(PartyBranch, own_id, version, act)
    permit(before, Action.ARCHIVE, act.viewer, act.day)
    return await store.save(before, replace(before, status=BranchStatus.ARCHIVED, archive_reason=reason_of(act)), act)


async def _check_parent(store: "Store", act: Act, branch: PartyBranch) -> None:
    if branch.parent is not None:
        found = await store.refer({("parent",): branch.parent}, "bra", act)
        check_rank(branch, found[branch.parent])
        lines = await store.lines(PartyBranch.PREFIX, [branch.parent])
        check_ancestry(branch.id, lines[branch.parent])


def check_rank(branch: PartyBranch, parent: "Document", path: Path = ("parent",)) -> None:
    """Raises `Refusal` unless `parent` ranks above `branch`: COMMITTEE > GENERAL_BRANCH > BRANCH > GROUP.

    A committee may stand under another committee, as a hospital's under its university's.
    """
    ranks = list(BranchKind)
    above, own = ranks.index(BranchKind(parent["kind"])), ranks.index(branch.kind)
    if above > own or (above == own and branch.kind is not BranchKind.COMMITTEE):
        raise Refusal(
            Problem(
                Code.RULE_BROKEN,
                path,
                f"A {branch.kind} stands under a higher party organisation, not under a {parent['kind']}.",
                f"{branch.kind} 的上级党组织须高于本级,不能是 {parent['kind']}。",
                parent["_id"],
            )
        )
