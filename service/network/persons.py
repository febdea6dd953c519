"""Person 人员: somebody who works at one organisation. Name and contact are private (domain.md, *network*).

No key, filter, order or uniqueness is made of the name: a person is found by organisation, department, party branch
and post, and told from others by the number that another system gave.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import auto
from typing import TYPE_CHECKING, Any, ClassVar

from service.acts import Act, reason_of
from service.facts import Facts, folded, text
from service.network.belonging import foreign, keeper
from service.permission import permit
from service.pinyin import sort_key
from service.records import INSTALLATION, QUOTED, Action, Index, Record, Step, formed, joined, ordered, reformed, sound
from service.viewer import Right, Upper

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store

REFERENCES = {"department": "dep", "branch": "bra"}


class PersonStatus(Upper):
    ACTIVE = auto()
    ARCHIVED = auto()
    FORGOTTEN = auto()


@dataclass(frozen=True, kw_only=True)
class Person(Record):
    """Known to insiders alone: post and department point to somebody even where the name is hidden.

    The words that a reported person rests on usually hold the name, so a quotation is as private as that.
    """

    PREFIX = "per"
    COLLECTION = "persons"
    TITLE = ("person", "人员")
    INDEXES = (
        Index(("reference_key",), unique=True),
        Index(("network", "post_key")),
        Index(("organization", "post_key")),
        Index(("department", "post_key")),
        Index(("branch", "post_key")),
    )
    READ = Right.READ_DRAFTS
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_ORGANIZATIONS, frozenset({PersonStatus.ACTIVE})),
        Action.ARCHIVE: Step(Right.KEEP_ORGANIZATIONS, frozenset({PersonStatus.ACTIVE})),
        Action.FORGET: Step(Right.FORGET_PERSONS, frozenset({PersonStatus.ACTIVE, PersonStatus.ARCHIVED})),
    }
    FIXED = (*Record.FIXED, "organization")
    IDENTIFYING = ("external_reference",)
    PRIVATE: ClassVar = dict.fromkeys(("name", "phone", "email", QUOTED), Right.READ_CONTACTS)

    organization: str
    name: str | None = text(60, default=None)
    phone: str | None = text(40, default=None)
    email: str | None = text(120, default=None)
    post: str | None = text(60, default=None)
    title: str | None = text(60, default=None)
    department: str | None = None
    branch: str | None = None
    cadre: bool | None = None
    external_reference: str | None = text(120, default=None)
    status: PersonStatus = PersonStatus.ACTIVE
    archive_reason: str | None = None

    def expected(self) -> Collection[str]:
        return ("name", "cadre")

    def partition(self) -> str:
        return INSTALLATION

    def concerns(self) -> Collection[str]:
        return (self.organization,)

    def keys(self) -> dict[str, Any]:
        live = self.status is PersonStatus.ACTIVE and bool(self.external_reference)
        reference = folded(self.external_reference or "")
        return {
            "post_key": ordered(sort_key(self.post or ""), self.id),
            "reference_key": joined(self.organization, reference) if live else self.id,
        }


async def create(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new person. The same number of another system twice in one organisation is refused; the same name is not."""
    network = await keeper(store, act, facts["organization"])
    person = formed(Person, {**facts, "id": act.new_id(Person.PREFIX), "network": network})
    problems = await foreign(store, act, person.organization, REFERENCES, person, None)
    return await store.create(sound(person, problems), act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    before = await store.load(Person, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    after = reformed(before, facts)
    problems = await foreign(store, act, after.organization, REFERENCES, after, before)
    return await store.save(before, sound(after, problems), act)


async def archive(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Somebody has left, or is no more to be named in new records."""
    before = await store.load(Person, own_id, version, act)
    permit(before, Action.ARCHIVE, act.viewer, act.day)
    return await store.save(before, replace(before, status=PersonStatus.ARCHIVED, archive_reason=reason_of(act)), act)


async def forget(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """A person without a name from now on, for good: also in the trail nobody can read again who that was."""
    before = await store.load(Person, own_id, version, act)
    permit(before, Action.FORGET, act.viewer, act.day)
    reason_of(act)
    document = await store.save(before, forgotten(before), act)
    await store.erase_key(own_id)  # last: what is written above is sealed by it once more
    return document


def forgotten(person: Person) -> Person:
    """`person` without what tells who it is; post, department and party branch stay."""
    gaps = ("name", *(gap for gap in person.gaps if gap != "name"))
    nothing: dict[str, Any] = dict.fromkeys(("name", "phone", "email", "external_reference"))
    unquoted = tuple(replace(source, quotation="") for source in person.sources)
    return replace(person, **nothing, sources=unquoted, gaps=gaps, status=PersonStatus.FORGOTTEN)


async def follow(store: "Store", act: Act, own_id: str) -> bool:
    """Erase the key of somebody forgotten, in case the service ended before it did. Twice is harmless."""
    if (await store.known(Person.PREFIX, [own_id]))[own_id]["status"] == PersonStatus.FORGOTTEN:
        await store.erase_key(own_id)
    return True
