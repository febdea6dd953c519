"""Renewal 续签: an agreement that supersedes another, and how the other one learns of it (domain.md, *cooperation*).

The successor is drafted (`drafting.renew`) or reported with `supersedes`; it is signed like any other. When it is
SIGNED by all, a follower of that revision marks the old one: RENEWED from the successor's first active day on.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act
from service.cooperation.agreements import Agreement, Stage
from service.dates import FIRST_DAY
from service.errors import Code, Problem
from service.permission import permit_making
from service.records import Action, Origin, record_of
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store

LEAST_COMMON = 2  # parties: the network's lead is party to most agreements, and alone makes no renewal


def unfit_renewal(agreement: Agreement, old: "Document", today: dt.date) -> Iterator[Problem]:
    """The old one is of the same network, kind and parties, begun before, and open to renewal if this is native."""
    if agreement.network != old["network"]:
        english, chinese = "The agreement it follows belongs to another network.", "所接续的协议属于其他共建网络。"
        yield Problem(Code.REFERENCE_INVALID, ("supersedes",), english, chinese, old["_id"])
    native = agreement.origin is Origin.NATIVE and agreement.stage is Stage.DRAFT
    if not (Agreement.allows(old, Action.RENEW, today) if native else old["stage"] == Stage.SIGNED):
        state = Agreement.state(old, today)
        english = f"The agreement it follows is {state}; that is not renewed."
        chinese = f"所接续的协议处于 {state} 状态,不能续签。"
        yield Problem(Code.RULE_BROKEN, ("supersedes",), english, chinese, old["_id"])
    if agreement.kind != old["kind"]:
        english = f"A renewal is of the same kind, {old['kind']}."
        yield Problem(Code.RULE_BROKEN, ("kind",), english, f"续签协议的类别须同为 {old['kind']}。", old["_id"])
    if len({party["organization"] for party in old["parties"]}.intersection(agreement.concerns())) < LEAST_COMMON:
        english = "At least two parties of the agreement it follows are parties of the renewal too."
        chinese = "所接续协议的当事方须至少有两方同为续签协议的当事方。"
        yield Problem(Code.RULE_BROKEN, ("parties",), english, chinese, old["_id"])
    if agreement.begins and FIRST_DAY.isoformat() < old["active_from"] >= agreement.begins.isoformat():
        english = f"The agreement it follows began on {old['active_from']}; a renewal begins after that."
        chinese = f"所接续的协议自 {old['active_from']} 起生效;续签协议须晚于该日起始。"
        path = ("term_from",) if agreement.term_from else ("signed_on",)
        yield Problem(Code.RULE_BROKEN, path, english, chinese, old["_id"])


async def follow(store: "Store", act: Act, own_id: str) -> bool:
    """What `own_id` supersedes is marked by how that stands now: signed, or discarded again. Follows its revision."""
    successor = record_of(Agreement, (await store.known(Agreement.PREFIX, [own_id]))[own_id])
    if successor.supersedes is None:
        return True
    version = (await store.known(Agreement.PREFIX, [successor.supersedes], ("version",)))[successor.supersedes]
    before = await store.load(Agreement, successor.supersedes, version["version"], act)
    permit_making(Right.KEEP_AGREEMENTS, act.viewer, before.network)
    after = renewed(before, successor)
    if after != before:
        await store.save(before, after, act)
    return True


def renewed(before: Agreement, successor: Agreement) -> Agreement:
    """`before` as marked by its successor: renewed while that is SIGNED, and else not by that one."""
    if successor.stage is Stage.SIGNED:
        return replace(before, renewed_by=successor.id, renewed_from=successor.begins)
    return replace(before, renewed_by=None, renewed_from=None) if before.renewed_by == successor.id else before
