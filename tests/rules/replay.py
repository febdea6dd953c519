"""What the actions say of a record that they did not make: it is filed anew by them, with the facts that it holds."""

import dataclasses
import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeAlias

from service.acts import Act
from service.cooperation import deliverables, drafting, holding
from service.cooperation.activities import HAPPENED, Activity
from service.cooperation.agreements import Agreement
from service.cooperation.deliverables import Deliverable
from service.facts import Facts
from service.integrity import drawing, registering, wording
from service.integrity.clauses import ClauseSet
from service.integrity.commitments import Commitment
from service.network import (
    branches,
    departments,
    headcounts,
    memberships,
    networks,
    organizations,
    pairings,
    persons,
    stations,
)
from service.records import Document, Origin, Record, document_of
from service.store.store import Store
from service.viewer import Grant, Role, Viewer
from tests.rules.memory import MemoryStore

Action: TypeAlias = Callable[[Store, Act, Facts], Awaitable[Document]]

ACTIONS: Mapping[str, Action] = {
    "net": networks.create,
    "org": organizations.create,
    "bra": branches.create,
    "hea": headcounts.record,
    "mem": memberships.join,
    "dep": departments.create,
    "per": persons.create,
    "sta": stations.open_station,
    "pai": pairings.pair,
    "agr": drafting.draft,
    "del": deliverables.plan,
    "act": holding.plan,
    "cla": wording.create,
    "com": drawing.draw_up,
    "gif": registering.record,
}
MADE_LATER = {"id", "status", "stage", "gaps", "versions", "signatures", "terminated_on", "end_reason", "cancel_reason"}
MADE_LATER |= {"amendments", "renewed_by", "renewed_from"}


async def replay(records: Iterable[Record], at: dt.datetime) -> int:
    """File each of `records` after those before it; the answer is their number.

    Raises `Refusal` for one that breaks a rule, AssertionError for one that the action would record otherwise.
    """
    store = MemoryStore()
    for record in records:
        document = await action_for(record)(store, Act(everybody(record), at, "replay"), given(record))
        wanted = document_of(record)
        kept = given(record).keys() - {"text", "network", "clauses"}
        assert {name: document[name] for name in kept} == {name: wanted[name] for name in kept}, record.id
        assert document["gaps"] == [*record.gaps], record.id
        del store.documents[document["_id"]]
        store.put(record)
    return len(store.documents)


def everybody(record: Record) -> Viewer:
    """Who may do whatever is done to a record, one role beside another."""
    offices = (Grant(role, record.network) for role in (Role.NETWORK_ADMIN, Role.INTEGRITY_OFFICER))
    recorders = (Grant(Role.RECORDER, record.network, own) for own in sorted(record.concerns()))
    return Viewer("everybody", (Grant(Role.OPERATOR), *offices, *recorders))


def action_for(record: Record) -> Action:
    if isinstance(record, Activity) and record.status in HAPPENED:
        return holding.record
    return ACTIONS[record.PREFIX]


def given(record: Record) -> dict[str, Any]:
    """The facts of `record` that a caller would give; the other ones follow from them or from later actions."""
    later = MADE_LATER | ({"signed_on"} if record.origin is Origin.NATIVE else set())
    facts = {
        field.name: value
        for field in dataclasses.fields(record)
        if field.name not in later and (value := getattr(record, field.name)) != field.default
    }
    document = document_of(record)
    plain = {name: document[name] for name in facts}
    if isinstance(record, Agreement) and record.versions:
        plain["text"] = record.versions[0].text
    if isinstance(record, ClauseSet):
        plain["clauses"] = document["versions"][0]["clauses"]
    if isinstance(record, Commitment):
        plain = {name: value for name, value in plain.items() if name not in ("network", "clause_hash")}
    if isinstance(record, Deliverable):
        plain["status"] = record.status.value
    return plain
