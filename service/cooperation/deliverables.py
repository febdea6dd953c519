"""Deliverable 成果: what stands when a cooperation works: a line, a unit, a channel (002, C10, C11; 004, E9, E12).

PLANNED → RUNNING → CLOSED, or DISCARDED. A reported one is recorded in the state its source tells of.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import auto
from typing import TYPE_CHECKING, Any, ClassVar

from service.acts import Act, reason_of
from service.cooperation.parties import repeated, unfit_organizations, unsigned
from service.dates import PartialDate
from service.errors import Code, Path, Problem, Refusal
from service.facts import Facts, text
from service.permission import permit, permit_making
from service.pinyin import sort_key
from service.records import Action, Document, Index, Origin, Record, Step, formed, ordered, reformed, sound
from service.viewer import Right, Upper

if TYPE_CHECKING:
    from service.store.store import Store


class DeliverableKind(Upper):
    """What the sources tell of: 专线, 单元, 基地, 工作室, 绿色通道, 系统与设备, 系列服务."""

    SERVICE_LINE = auto()
    UNIT = auto()
    BASE = auto()
    STUDIO = auto()
    GREEN_CHANNEL = auto()
    DIGITAL = auto()
    SERIES = auto()
    OTHER = auto()


class DeliverableStatus(Upper):
    PLANNED = auto()
    RUNNING = auto()
    CLOSED = auto()
    DISCARDED = auto()


STANDING = frozenset({DeliverableStatus.PLANNED, DeliverableStatus.RUNNING, DeliverableStatus.CLOSED})


@dataclass(frozen=True, kw_only=True)
class Deliverable(Record):
    """`effect` is what came of it; `end_reason` why it was closed or discarded."""

    PREFIX = "del"
    COLLECTION = "deliverables"
    TITLE = ("deliverable", "成果")
    INDEXES = (
        Index(("network", "date_key")),
        Index(("network", "title_key")),
        Index(("concerns", "date_key")),
        Index(("agreement", "date_key")),
    )
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_AGREEMENTS, STANDING),
        Action.LAUNCH: Step(Right.KEEP_AGREEMENTS, frozenset({DeliverableStatus.PLANNED})),
        Action.CLOSE: Step(Right.KEEP_AGREEMENTS, frozenset({DeliverableStatus.RUNNING})),
        Action.DISCARD: Step(Right.KEEP_AGREEMENTS, STANDING),
    }

    agreement: str | None = None
    title: str = text(200)
    description: str | None = None
    kind: DeliverableKind
    partners: tuple[str, ...] = ()
    planned_for: PartialDate | None = None
    launched_on: PartialDate | None = None
    closed_on: PartialDate | None = None
    effect: str | None = None
    end_reason: str | None = None
    status: DeliverableStatus = DeliverableStatus.PLANNED

    def expected(self) -> Collection[str]:
        dates = {
            DeliverableStatus.PLANNED: ("planned_for",),
            DeliverableStatus.RUNNING: ("launched_on",),
            DeliverableStatus.CLOSED: ("launched_on", "closed_on"),
        }
        return ("agreement", "partners", *dates.get(self.status, ()))

    def concerns(self) -> Collection[str]:
        return self.partners

    def keys(self) -> dict[str, Any]:
        """By the day it was launched; until then by the one it is planned for."""
        when = self.launched_on or self.planned_for
        return {
            "date_key": ordered(when.first.isoformat() if when else "", self.id),
            "title_key": ordered(sort_key(self.title), self.id),
        }


async def plan(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new one: PLANNED when native, in the state that its source tells of when reported."""
    permit_making(Right.KEEP_AGREEMENTS, act.viewer, facts["network"])
    await store.refer({("network",): facts["network"]}, "net", act)
    deliverable = formed(Deliverable, {**facts, "id": act.new_id(Deliverable.PREFIX)})
    problems = [*untold(deliverable), *await _problems(store, act, deliverable, None)]
    return await store.create(sound(deliverable, problems), act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """Other facts in the same state, with a reason."""
    before = await store.load(Deliverable, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    reason_of(act)
    after = reformed(before, facts)
    return await store.save(before, sound(after, await _problems(store, act, after, before)), act)


async def launch(
    store: "Store", act: Act, own_id: str, version: int, launched_on: Facts | PartialDate | None = None
) -> "Document":
    """PLANNED → RUNNING, since today or the day named."""
    before = await store.load(Deliverable, own_id, version, act)
    permit(before, Action.LAUNCH, act.viewer, act.day)
    after = reformed(before, {"launched_on": launched_on or PartialDate.on(act.day)})
    after = replace(after, status=DeliverableStatus.RUNNING)
    return await store.save(before, sound(after, out_of_order(after, act.day)), act)


async def close(
    store: "Store",
    act: Act,
    own_id: str,
    version: int,
    closed_on: Facts | PartialDate | None = None,
    effect: str | None = None,
) -> "Document":
    """RUNNING → CLOSED, with what came of it or with the reason why it is no more."""
    before = await store.load(Deliverable, own_id, version, act)
    permit(before, Action.CLOSE, act.viewer, act.day)
    given = {"effect": effect} if effect else {}
    after = reformed(before, {"closed_on": closed_on or PartialDate.on(act.day), **given})
    reason = reason_of(act) if act.reason or not after.effect else None
    after = replace(after, status=DeliverableStatus.CLOSED, end_reason=reason)
    return await store.save(before, sound(after, out_of_order(after, act.day)), act)


async def discard(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Takes a mistaken or abandoned one out of use, with a reason; it stays readable."""
    before = await store.load(Deliverable, own_id, version, act)
    permit(before, Action.DISCARD, act.viewer, act.day)
    after = replace(before, status=DeliverableStatus.DISCARDED, end_reason=reason_of(act))
    return await store.save(before, after, act)


async def _problems(store: "Store", act: Act, after: Deliverable, before: Deliverable | None) -> list[Problem]:
    """Everything the rules find; under the same agreement, partners that stood before are not looked up again."""
    problems = [*undue_dates(after), *out_of_order(after, act.day), *repeated(after.partners, ("partners",))]
    same = before is not None and before.agreement == after.agreement
    agreement = None
    if after.agreement is not None and same:
        agreement = (await store.known("agr", [after.agreement]))[after.agreement]
    elif after.agreement is not None:
        try:
            agreement = (await store.refer({("agreement",): after.agreement}, "agr", act))[after.agreement]
            problems += [*unsigned(agreement), *foreign(after, agreement)]
        except Refusal as refusal:
            problems += refusal.problems
    places: dict[Path, str] = {("partners", place): own_id for place, own_id in enumerate(after.partners)}
    standing = before.partners if before is not None and same else ()
    return problems + await unfit_organizations(store, act, places, agreement, standing)


def untold(deliverable: Deliverable) -> Iterator[Problem]:
    """A native one begins as planned; a reported one is not recorded as discarded."""
    native = deliverable.origin is Origin.NATIVE and deliverable.status is not DeliverableStatus.PLANNED
    if native or deliverable.status is DeliverableStatus.DISCARDED:
        english = "It begins as PLANNED; only a reported one is recorded as its source tells of it."
        chinese = "新建时为 PLANNED;只有引自文献者按原文记录状态。"
        yield Problem(Code.RULE_BROKEN, ("status",), english, chinese)


def foreign(deliverable: Deliverable, agreement: "Document") -> Iterator[Problem]:
    if agreement["network"] != deliverable.network:
        english, chinese = "This agreement belongs to another network.", "该协议属于其他共建网络。"
        yield Problem(Code.REFERENCE_INVALID, ("agreement",), english, chinese, agreement["_id"])


def undue_dates(deliverable: Deliverable) -> Iterator[Problem]:
    """What has not been launched or closed has no day of that; launching and closing tell it."""
    if deliverable.launched_on and deliverable.status is DeliverableStatus.PLANNED:
        english, chinese = "It has not been launched; launch it instead.", "尚未启用;请使用启用操作。"
        yield Problem(Code.RULE_BROKEN, ("launched_on",), english, chinese)
    if deliverable.closed_on and deliverable.status is not DeliverableStatus.CLOSED:
        english, chinese = "It has not been closed; close it instead.", "尚未办结;请使用办结操作。"
        yield Problem(Code.RULE_BROKEN, ("closed_on",), english, chinese)


def out_of_order(deliverable: Deliverable, today: dt.date) -> Iterator[Problem]:
    """It is launched before it is closed, and both are recorded when they have come, so far as the days are known."""
    launched, closed = deliverable.launched_on, deliverable.closed_on
    for name, when in (("launched_on", launched), ("closed_on", closed)):
        if when and when.first > today:
            yield Problem(Code.RULE_BROKEN, (name,), "This day has not come yet.", "此日期尚未到来。")
    if launched and closed and closed.last < launched.first:
        english, chinese = "This lies before the day it was launched.", "办结日期早于启用日期。"
        yield Problem(Code.RULE_BROKEN, ("closed_on",), english, chinese)
