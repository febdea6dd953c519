"""What the Python peers read, with the calls and the rights of the service: a page of a network, and records by id."""

import base64
import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from service.cooperation.activities import Activity, ActivityStatus
from service.permission import may_read
from service.records import RIGHTS_KEYS, Document, Record
from service.store.database import Database
from service.store.kinds import KINDS
from service.viewer import Right, Viewer

ORDER, INDEX = "date_key", "network_date_key"
USUAL_ON_A_PAGE = 20
STORED = {
    "id": "_id",
    "title": "title",
    "form": "form",
    "direction": "direction",
    "startsAt": "starts_at",
    "endsAt": "ends_at",
    "place": "place",
    "participations": "participations",
    "peopleServed": "people_served",
    "summary": "summary",
    "agreement": "agreement",
    "status": "status",
}  # keys of an activity by the fields they are shown as
WRAPPERS = ("nodes", "edges", "node")
PLAIN = (
    "title",
    "form",
    "direction",
    "status",
    "place",
    "starts_at",
    "ends_at",
    "people_served",
    "summary",
)  # keys under the name of their field
ORGANIZATION_FIELDS, AGREEMENT_FIELDS = ("name", "sector"), ("title", "kind")


class Page(NamedTuple):
    documents: Sequence[Document]
    has_next: bool
    has_previous: bool

    def info(self) -> dict[str, Any]:
        """`pageInfo` by the names of the schema."""
        return {
            "hasNextPage": self.has_next,
            "hasPreviousPage": self.has_previous,
            "startCursor": cursor_of(self.documents[0]) if self.documents else None,
            "endCursor": cursor_of(self.documents[-1]) if self.documents else None,
        }


@dataclass(frozen=True)
class Asking:
    """What one request reads with: for this viewer, on this day."""

    database: Database
    viewer: Viewer
    day: dt.date

    async def page(self, network: str, first: int, after: str | None, fields: Iterable[str]) -> Page:
        """A page of the network's activities, the latest first: those that the viewer may know of."""
        where: dict[str, Any] = {"network": network}
        if not self.viewer.may(Right.READ_NETWORK, network):
            where["status"] = ActivityStatus.PUBLISHED.value
        if after is not None:
            where[ORDER] = {"$lt": key_of(after)}
        found = await self.database.find(
            Activity.COLLECTION, where, first + 1, sorted({*fields, ORDER}), sort=((ORDER, -1),), index=INDEX
        )
        return Page(found[:first], len(found) > first, after is not None)

    async def by_ids(self, prefix: str, ids: Collection[str], fields: Iterable[str]) -> Mapping[str, Document]:
        """Those of the records that the viewer may know of, by id."""
        kind: type[Record] = KINDS[prefix]
        wanted = sorted({*fields, *RIGHTS_KEYS, *kind.STATE_KEYS})
        found = await self.database.find(kind.COLLECTION, {"_id": {"$in": sorted(ids)}}, len(ids), wanted)
        return {each["_id"]: each for each in found if may_read(kind, each, self.viewer, self.day)}

    async def several(self, prefix: str, ids: Sequence[str], fields: Iterable[str]) -> list[Document | None]:
        """What a loader answers: for each id its record, or None."""
        found = await self.by_ids(prefix, set(ids), fields)
        return [found.get(own_id) for own_id in ids]


def cursor_of(document: Document) -> str:
    return base64.urlsafe_b64encode(f"{ORDER}\n{document[ORDER]}".encode()).decode().rstrip("=")


def key_of(cursor: str) -> str:
    """The key a cursor stands for. Raises ValueError when it is not one of this list."""
    padded = cursor + "=" * (-len(cursor) % 4)
    name, _, key = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition("\n")
    if name != ORDER or not key:
        raise ValueError("not a cursor of this list")
    return key


def moment_text(moment: dt.datetime) -> str:
    """A stored moment, which is naive UTC, with its offset."""
    return moment.isoformat(timespec="milliseconds") + "Z"


def selected(nodes: Iterable[FieldNode]) -> set[str]:
    """The stored keys of an activity that the selections of a field name."""
    return {key for node in nodes for key in _named(node.selection_set)}


def _named(selection: SelectionSetNode | None) -> Iterator[str]:
    """Seen through pages and inline fragments."""
    for node in selection.selections if selection else ():
        if isinstance(node, FieldNode) and node.name.value in STORED:
            yield STORED[node.name.value]
        elif isinstance(node, InlineFragmentNode) or (isinstance(node, FieldNode) and node.name.value in WRAPPERS):
            yield from _named(node.selection_set)
