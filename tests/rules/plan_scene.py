"""The scene of the tests of plans, leading groups and deliverables: an agreement of a hospital and a bank for 2024."""

import datetime as dt
from dataclasses import replace
from typing import Any

from service.cooperation import planning
from service.cooperation.agreements import Agreement, Stage
from service.cooperation.pillars import Pillar
from service.records import record_of
from service.viewer import Grant, Role, Viewer
from tests.rules.activity_scene import act, agreement, at, scene
from tests.rules.memory import MemoryStore

JUNE = at(2024, 6, 15, 10)
DAY = dt.date(2024, 6, 15)
FIRE_ADMIN = Viewer("两网管理员", (Grant(Role.NETWORK_ADMIN, "net_a"), Grant(Role.NETWORK_ADMIN, "net_b")))
RECORDER = Viewer("联络员", (Grant(Role.RECORDER, "net_a", "org_hospital"),))


def june(viewer: Any = None, reason: str | None = "登记有误", when: dt.datetime = JUNE) -> Any:
    return act(**({"viewer": viewer} if viewer else {}), reason=reason, at=when)


def plan_scene() -> MemoryStore:
    """agr_1 of 2024 for LEARNING and INTEGRITY; agr_open signed without a term; agr_draft not signed; agr_b foreign."""
    store = scene()
    year = {"term_from": dt.date(2024, 1, 1), "term_to": dt.date(2024, 12, 31)}
    pillars = (Pillar.LEARNING, Pillar.INTEGRITY)
    store.put(agreement("agr_1", "org_hospital", "org_bank", pillars=pillars, **year))
    store.put(agreement("agr_open", "org_hospital", "org_bank", term_from=None, term_to=None))
    store.put(agreement("agr_draft", "org_hospital", "org_bank", stage=Stage.SIGNING))
    store.put(replace(record_of(Agreement, store.documents["agr_1"]), id="agr_b", network="net_b"))
    return store


def line(**other: Any) -> dict[str, Any]:
    topic = {"pillar": "INTEGRITY", "theme": "INTEGRITY_EDUCATION"}
    return {**topic, "title": "警示教育", "when": "2024-06", "owner": "org_hospital", **other}


def plan_facts(*lines: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {"agreement": "agr_1", "year": 2024, "lines": list(lines or (line(),)), **other}


async def planned(store: MemoryStore, *lines: dict[str, Any]) -> str:
    return str((await planning.make(store, june(), plan_facts(*lines)))["_id"])
