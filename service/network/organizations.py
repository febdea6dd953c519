"""Organization 单位: a hospital or a partner, known to the whole installation and kept by one network (002, C1)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import auto
from typing import TYPE_CHECKING, Any, ClassVar

from service import searching
from service.acts import Act, reason_of
from service.ancestry import check_ancestry
from service.dates import PartialDate
from service.facts import Facts, folded, text
from service.permission import permit, permit_making
from service.pinyin import sort_key
from service.records import INSTALLATION, Action, Index, Record, Step, amended, joined, made, ordered
from service.viewer import Right, Upper

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


class Sector(Upper):
    HOSPITAL = auto()
    HEALTH_INSTITUTION = auto()
    BANK = auto()
    FIRE_BRIGADE = auto()
    SCHOOL = auto()
    KINDERGARTEN = auto()
    AIRLINE = auto()
    RAILWAY = auto()
    MEDIA = auto()
    STATE_RESERVE = auto()
    GOVERNMENT = auto()
    COMMUNITY = auto()
    ENTERPRISE = auto()
    OTHER = auto()


class OrganizationStatus(Upper):
    ACTIVE = auto()
    ARCHIVED = auto()
    MERGED = auto()


@dataclass(frozen=True)
class Contact:
    """How to reach somebody there. Private."""

    name: str = text(60)
    post: str | None = text(60, default=None)
    phone: str | None = text(40, default=None)
    email: str | None = text(120, default=None)


@dataclass(frozen=True, kw_only=True)
class Organization(Record):
    """A unit with a name and a place. `network` is the network that keeps it."""

    PREFIX = "org"
    COLLECTION = "organizations"
    TITLE = ("organisation", "单位")
    INDEXES = (
        Index(("duplicate_key",), unique=True),
        Index(("external_key",), unique=True),
        Index(("name_key",)),
        Index(("sector", "name_key")),
        Index(("parent", "name_key")),
        Index(("search",)),
        Index(("merged_into", "name_key")),
    )
    STATE_KEYS = ("status", "merged_into")
    SURVIVOR = "merged_into"
    READ = Right.READ_PUBLIC
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_ORGANIZATIONS, frozenset({OrganizationStatus.ACTIVE})),
        Action.ARCHIVE: Step(Right.KEEP_ORGANIZATIONS, frozenset({OrganizationStatus.ACTIVE})),
        Action.MERGE: Step(
            Right.KEEP_ORGANIZATIONS, frozenset({OrganizationStatus.ACTIVE, OrganizationStatus.ARCHIVED})
        ),
    }
    PRIVATE: ClassVar = {"contacts": Right.READ_CONTACTS}

    name: str = text(120)
    short_name: str | None = text(60, default=None)
    sector: Sector
    province: str | None = text(30, default=None)
    city: str | None = text(30, default=None)
    county: str | None = text(30, default=None)
    parent: str | None = None
    founded: PartialDate | None = None
    contacts: tuple[Contact, ...] = ()
    external_reference: str | None = text(100, default=None)
    status: OrganizationStatus = OrganizationStatus.ACTIVE
    archive_reason: str | None = None
    merged_into: str | None = None
    merge_reason: str | None = None
    merge_pending: bool = False  # until what named it has been re-pointed

    def expected(self) -> Collection[str]:
        return ("province", "city")

    def partition(self) -> str:
        return INSTALLATION

    def concerns(self) -> Collection[str]:
        return (self.id,)

    def keys(self) -> dict[str, Any]:
        place = (self.name, self.province or "", self.city or "", self.county or "")
        live = self.status is OrganizationStatus.ACTIVE
        reference = self.external_reference
        return {
            "name_key": ordered(sort_key(self.name), self.id),
            "duplicate_key": joined(*map(folded, place)) if live else self.id,
            **searching.keys(self.name, self.short_name, live=live),
            "external_key": joined(self.network, reference) if reference else self.id,
        }


async def create(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new organisation, kept by the network named in `facts`. The same name and place twice is refused."""
    permit_making(Right.KEEP_ORGANIZATIONS, act.viewer, facts["network"])
    await store.refer({("network",): facts["network"]}, "net", act)
    organization = made(Organization, {**facts, "id": act.new_id(Organization.PREFIX)})
    await _check_parent(store, act, organization)
    return await store.create(organization, act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    before = await store.load(Organization, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    after = amended(before, facts)
    if after.parent != before.parent:
        await _check_parent(store, act, after)
    return await store.save(before, after, act)


async def archive(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Ends its use in new records; what refers to it stays."""
    before = await store.load(Organization, own_id, version, act)
    permit(before, Action.ARCHIVE, act.viewer, act.day)
    after = replace(before, status=OrganizationStatus.ARCHIVED, archive_reason=reason_of(act))
    return await store.save(before, after, act)


async def _check_parent(store: "Store", act: Act, organization: Organization) -> None:
    if organization.parent is None:
        return
    await store.refer({("parent",): organization.parent}, "org", act)
    lines = await store.lines(Organization.PREFIX, [organization.parent])
    check_ancestry(organization.id, lines[organization.parent])
