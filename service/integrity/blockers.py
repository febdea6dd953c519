"""Blockers: why a commitment is not EFFECTIVE (domain.md, *integrity*; 002, section 2; C14: 内部公示,确保全员知晓).

As long as a commitment has not ended, it is EFFECTIVE on a day exactly when it has no blockers on that day.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import auto
from typing import Any

from service.facts import structured
from service.integrity.commitments import UNDER_WAY, Commitment, Publicity
from service.integrity.days import Span, whole_days
from service.records import Document
from service.viewer import Upper


class BlockerCode(Upper):
    """SIGNING_UNDATED: it was signed, as a source says, on a day that no source tells."""

    NOT_SIGNED = auto()
    SIGNING_UNDATED = auto()
    NOT_PUBLICISED = auto()
    NOT_ACKNOWLEDGED = auto()


@dataclass(frozen=True)
class Blocker:
    """What `organization` lacks: `done` of `wanted` days or people, where that is counted and known.

    `since` is the day from which it was to be done: when the side signed or, before that, when it was drawn up.
    """

    code: BlockerCode
    organization: str
    english: str
    chinese: str
    since: dt.date | None = None
    done: int | None = None
    wanted: int | None = None


NEEDS = ("sides", "gates", "publicity", "publicity_days", "drawn_up_on", *Commitment.STATE_KEYS)


def blockers(commitment: Document, day: dt.date) -> tuple[Blocker, ...]:
    """What stands between the stored `commitment` and being EFFECTIVE on `day`; nothing once it has ended."""
    if Commitment.state(commitment, day) not in UNDER_WAY:
        return ()
    return tuple(
        blocker
        for side, gate in zip(commitment["sides"], commitment["gates"], strict=True)
        for blocker in _of_side(commitment, side, gate, day)
    )


def _of_side(commitment: Document, side: Mapping[str, Any], gate: Mapping[str, Any], day: dt.date) -> Iterator[Blocker]:
    own, today = side["organization"], day.isoformat()
    signed_on = side["signed_on"]["last"] if side["signed_on"] else None
    drawn_up = _day(commitment["drawn_up_on"])
    since = _day(signed_on) or drawn_up
    if not side["signed"] or (signed_on and signed_on > today):
        yield Blocker(BlockerCode.NOT_SIGNED, own, "Not signed.", "尚未签署。", drawn_up)
    elif not signed_on:
        english, chinese = "Signed on a day that is not known.", "已签署,日期不详。"
        yield Blocker(BlockerCode.SIGNING_UNDATED, own, english, chinese, drawn_up)
    if not _passed(gate["publicised_on"], today):
        done, wanted = whole_days(spans(commitment, own), day), commitment["publicity_days"]
        english, chinese = f"Publicised {done} of {wanted} days.", f"公示 {done}/{wanted} 天。"
        yield Blocker(BlockerCode.NOT_PUBLICISED, own, english, chinese, since, done, wanted)
    if not _passed(side["known_on"], today):
        done, wanted = side["known"], gate["required"]
        english, chinese = f"Known to {done} of {wanted} people.", f"知晓 {done}/{wanted} 人。"
        if wanted is None:
            english, chinese = f"Known to {done} people; its staff is not known.", f"知晓 {done} 人,职工人数不详。"
        yield Blocker(BlockerCode.NOT_ACKNOWLEDGED, own, english, chinese, since, done, wanted)


def spans(commitment: Document, organization: str) -> Iterator[Span]:
    """When the stored `commitment` was publicised inside `organization`."""
    for each in commitment["publicity"]:
        if each["organization"] == organization:
            days = structured(Publicity, {"begins": each["begins"], "ends": each["ends"]})
            yield days["begins"], days["ends"]


def _passed(gate: str | None, today: str) -> bool:
    return gate is not None and gate <= today


def _day(day: str | None) -> dt.date | None:
    return None if day is None else dt.date.fromisoformat(day)
