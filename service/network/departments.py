"""Department 科室: a part of one organisation, functional or clinical (000, A2; 003, D6; 004, E2)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import auto
from typing import TYPE_CHECKING, Any, ClassVar

from service.acts import Act, reason_of
from service.ancestry import check_ancestry
from service.errors import Problem, Refusal
from service.facts import Facts, folded, text
from service.network.belonging import foreign, keeper
from service.permission import permit
from service.pinyin import sort_key
from service.records import INSTALLATION, Action, Index, Record, Step, formed, joined, ordered, reformed, sound
from service.viewer import Right, Upper

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store

REFERENCES = {"parent": "dep", "branch": "bra"}


class DepartmentKind(Upper):
    FUNCTIONAL = auto()
    CLINICAL = auto()
    MEDICAL_TECHNOLOGY = auto()
    OTHER = auto()


class DepartmentStatus(Upper):
    ACTIVE = auto()
    ARCHIVED = auto()


@dataclass(frozen=True, kw_only=True)
class Department(Record):
    """A department of one organisation, kept by the network that keeps it; `branch` is the party organisation in it."""

    PREFIX = "dep"
    COLLECTION = "departments"
    TITLE = ("department", "科室")
    INDEXES = (
        Index(("duplicate_key",), unique=True),
        Index(("network", "name_key")),
        Index(("organization", "name_key")),
        Index(("parent", "name_key")),
    )
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_ORGANIZATIONS, frozenset({DepartmentStatus.ACTIVE})),
        Action.ARCHIVE: Step(Right.KEEP_ORGANIZATIONS, frozenset({DepartmentStatus.ACTIVE})),
    }
    FIXED = (*Record.FIXED, "organization")

    organization: str
    name: str = text(120)
    kind: DepartmentKind
    parent: str | None = None
    branch: str | None = None
    external_reference: str | None = text(120, default=None)
    status: DepartmentStatus = DepartmentStatus.ACTIVE
    archive_reason: str | None = None

    def partition(self) -> str:
        return INSTALLATION

    def concerns(self) -> Collection[str]:
        return (self.organization,)

    def keys(self) -> dict[str, Any]:
        live = self.status is DepartmentStatus.ACTIVE
        return {
            "name_key": ordered(sort_key(self.name), self.id),
            "duplicate_key": joined(self.organization, folded(self.name)) if live else self.id,
        }


async def create(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new department. The same name twice in one organisation is refused."""
    network = await keeper(store, act, facts["organization"])
    department = formed(Department, {**facts, "id": act.new_id(Department.PREFIX), "network": network})
    return await store.create(sound(department, await _misplaced(store, act, department, None)), act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    before = await store.load(Department, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    after = reformed(before, facts)
    return await store.save(before, sound(after, await _misplaced(store, act, after, before)), act)


async def archive(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Ends its use in new records; what refers to it stays."""
    before = await store.load(Department, own_id, version, act)
    permit(before, Action.ARCHIVE, act.viewer, act.day)
    after = replace(before, status=DepartmentStatus.ARCHIVED, archive_reason=reason_of(act))
    return await store.save(before, after, act)


async def _misplaced(store: "Store", act: Act, after: Department, before: Department | None) -> list[Problem]:
    """What is wrong with where it stands: its parent and its branch are its organisation's, and no line is a circle."""
    problems = await foreign(store, act, after.organization, REFERENCES, after, before)
    moved = after.parent is not None and (before is None or after.parent != before.parent)
    if moved and not any(problem.path == ("parent",) for problem in problems):
        lines = await store.lines(Department.PREFIX, [str(after.parent)])
        try:
            check_ancestry(after.id, lines[str(after.parent)])
        except Refusal as refusal:
            problems += refusal.problems
    return problems
