"""Spans: what stands from a day to a day, its state a pure function of the document and the day it is asked for."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.dates import FIRST_DAY, LAST_DAY, PartialDate
from service.records import Document, Filter, Record
from service.viewer import Upper

if TYPE_CHECKING:
    from service.store.store import Store


class SpanState(Upper):
    """The states of every span; each kind publishes them under a name of its own."""

    UPCOMING = "UPCOMING"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"
    DISCARDED = "DISCARDED"


STANDING: frozenset[str] = frozenset({SpanState.UPCOMING, SpanState.ACTIVE, SpanState.ENDED})


@dataclass(frozen=True, kw_only=True)
class Span(Record):
    """From the first possible day of its beginning; on the last possible day of its end it stands no more."""

    STATE_KEYS = ("active_from", "active_to", "discarded")

    discarded: bool = False

    @classmethod
    def state(cls, document: Document, day: dt.date) -> str:
        today = day.isoformat()
        if document["discarded"]:
            return SpanState.DISCARDED
        if today < document["active_from"]:
            return SpanState.UPCOMING
        return SpanState.ENDED if document["active_to"] <= today else SpanState.ACTIVE

    @classmethod
    def state_filter(cls, state: str, day: dt.date) -> Filter:
        today = day.isoformat()
        begun: Filter = {"discarded": False, "active_from": {"$lte": today}}
        ranges: dict[str, Filter] = {
            SpanState.DISCARDED: {"discarded": True},
            SpanState.UPCOMING: {"discarded": False, "active_from": {"$gt": today}},
            SpanState.ACTIVE: {**begun, "active_to": {"$gt": today}},
            SpanState.ENDED: {**begun, "active_to": {"$lte": today}},
        }
        return ranges[state]


def bounds(first: PartialDate | None, last: PartialDate | None) -> dict[str, Any]:
    """The stored keys that a span's state is told by; without a date it stands as far as anybody knows."""
    return {
        "active_from": (first.first if first else FIRST_DAY).isoformat(),
        "active_to": (last.last if last else LAST_DAY).isoformat(),
    }


def stood(document: Document, when: PartialDate) -> bool:
    """Whether the span stood on any of the days that `when` may mean."""
    begun = document["active_from"] <= when.last.isoformat()
    return not document["discarded"] and begun and document["active_to"] > when.first.isoformat()


async def first_absence(
    store: "Store", network: str, organization: str, roles: Collection[str], whens: Iterable[PartialDate]
) -> PartialDate | None:
    """The first of `whens` on which `organization` held none of `roles` in `network`; None when it always did."""
    named = await store.naming("mem", "organization", organization, {"network": network})
    held = [membership for membership in named if membership["role"] in roles]
    return next((when for when in whens if not any(stood(membership, when) for membership in held)), None)
