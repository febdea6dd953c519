"""Stations: whose they may be, that one stands where one stands, and what turns at midnight."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given

from service.dates import PartialDate
from service.errors import Code
from service.network import memberships, stations
from service.network.memberships import MembershipRole
from service.network.networks import Network, NetworkStatus
from service.network.stations import Station, StationKind
from service.records import Document, document_of
from service.viewer import Viewer
from tests.rules.alliance_scene import alliance, membership, station_facts
from tests.rules.generated import stored
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import FOREIGN, NOON, REPORTED, WITHOUT_RIGHT, act, codes, refused

CENTRE = {"organization": "org_hospital", "kind": "CENTRE"}
BROKEN = Code.RULE_BROKEN


@pytest.fixture
def store() -> MemoryStore:
    return alliance()


async def test_a_station_is_opened_corrected_closed_and_opened_anew(store: MemoryStore) -> None:
    made = await stations.open_station(store, act(), station_facts())
    assert (made["partition"], made["concerns"], made["active_from"]) == ("net_a", ["org_bank"], "2024-02-29")
    corrected = await stations.correct(store, act(), made["_id"], 1, {"plaque_on": "2023-05"})
    assert (corrected["active_from"], corrected["active_to"]) == ("2023-05-01", "9999-12-31")
    closed = await stations.close(store, act(), made["_id"], 2)
    assert (closed["closed_on"]["first"], closed["end_reason"]) == ("2024-02-29", "登记有误")
    illegal = [(Code.ILLEGAL_STATE, ("id",))]
    assert await codes(stations.close(store, act(), made["_id"], 3)) == illegal
    again = await stations.open_station(store, act(), station_facts())
    (problem,) = await refused(stations.correct(store, act(), made["_id"], 3, {"closed_on": None}))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, again["_id"])
    await stations.discard(store, act(), again["_id"], 1)
    assert (await stations.correct(store, act(), made["_id"], 3, {"closed_on": None}))["closed_on"] is None


async def test_one_station_of_a_kind_stands_at_an_organisation_and_one_centre_in_a_network(store: MemoryStore) -> None:
    first = await stations.open_station(store, act(), station_facts())
    (problem,) = await refused(stations.open_station(store, act(), station_facts(plaque_on="2021")))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, first["_id"])
    centre = await stations.open_station(store, act(), station_facts(**CENTRE))
    beside = await stations.open_station(store, act(), station_facts(organization="org_hospital"))
    assert (centre["place_key"] < first["place_key"], beside["version"]) == (True, 1)
    store.put(membership("mem_lead", "org_hospital", MembershipRole.MEMBER, "2018"))
    store.put(membership("mem_bank", "org_bank", MembershipRole.LEAD, "2020"))
    (problem,) = await refused(stations.open_station(store, act(), station_facts(kind="CENTRE")))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, centre["_id"])
    await stations.close(store, act(), centre["_id"], 1)
    assert (await stations.open_station(store, act(), station_facts(kind="CENTRE")))["version"] == 1


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"kind": "CENTRE"}, "on 2024-02-29 … 2024-02-29 it is not"),
        ({"organization": "org_other"}, "on 2024-02-29 … 2024-02-29 it is not"),
        ({"organization": "org_school", "plaque_on": "2020-05"}, "on 2024-02-29 … 2024-02-29 it is not"),
        ({"plaque_on": "2019"}, "on 2019-01-01 … 2019-12-31 it is not"),
        ({**CENTRE, "plaque_on": "2017-12-31"}, "needs the organisation to be LEAD of the network; on 2017-12-31"),
    ],
)
async def test_an_organisation_holds_its_role_on_the_plaques_day_and_while_it_stands(
    store: MemoryStore, facts: dict[str, Any], told: str
) -> None:
    (problem,) = await refused(stations.open_station(store, act(), station_facts(**facts)))
    organization = facts.get("organization", "org_bank")
    assert (problem.code, problem.path, problem.record) == (BROKEN, ("organization",), organization)
    assert told in problem.english
    assert "须为该网络的" in problem.chinese


async def test_a_station_of_the_past_is_recorded_by_the_membership_of_then(store: MemoryStore) -> None:
    past = station_facts(organization="org_school", plaque_on="2019", closed_on="2022")
    assert (await stations.open_station(store, act(), past))["version"] == 1
    made = await stations.open_station(store, act(), station_facts())
    early = stations.correct(store, act(), made["_id"], 1, {"plaque_on": "2019-12-31"})
    assert await codes(early) == [(BROKEN, ("plaque_on",))]
    reopened = stations.correct(store, act(), _only(store, "org_school"), 1, {"closed_on": None})
    assert await codes(reopened) == [(BROKEN, ("closed_on",))]
    store.put(membership("mem_discarded", "org_other", MembershipRole.MEMBER, "2018"))
    await memberships.discard(store, act(), "mem_discarded", 1)
    gone = stations.open_station(store, act(), station_facts(organization="org_other"))
    assert await codes(gone) == [(BROKEN, ("organization",))]


def _only(store: MemoryStore, organization: str) -> str:
    (own_id,) = (
        own_id
        for own_id, document in store.documents.items()
        if own_id.startswith("sta_") and document["organization"] == organization
    )
    return own_id


async def test_a_station_outlives_the_membership_until_it_is_closed(store: MemoryStore) -> None:
    made = await stations.open_station(store, act(), station_facts())
    await memberships.end(store, act(), "mem_bank", 1)
    assert Station.state(store.documents[made["_id"]], NOON.date()) == "ACTIVE"
    assert (await stations.close(store, act(), made["_id"], 1))["version"] == 2


async def test_days_lie_in_order_and_none_ahead_and_all_is_told_at_once(store: MemoryStore) -> None:
    facts = station_facts(organization="org_other", plaque_on="2024-03-01", closed_on="2024-03")
    assert await codes(stations.open_station(store, act(), facts)) == [
        (BROKEN, ("plaque_on",)),
        (BROKEN, ("closed_on",)),
        (BROKEN, ("organization",)),
    ]
    backwards = station_facts(plaque_on="2023", closed_on="2022")
    (problem,) = await refused(stations.open_station(store, act(), backwards))
    assert (problem.path, problem.english) == (("closed_on",), "This lies before the plaque's day.")
    assert problem.chinese == "撤销日期早于授牌日期。"
    made = await stations.open_station(store, act(), station_facts(plaque_on="2024"))
    early = stations.close(store, act(), made["_id"], 1, PartialDate.parse("2023-12-31"))
    assert await codes(early) == [(BROKEN, ("closed_on",))]


async def test_a_native_station_has_its_day_and_a_reported_one_may_lack_it(store: MemoryStore) -> None:
    undated = {name: value for name, value in station_facts().items() if name != "plaque_on"}
    assert await codes(stations.open_station(store, act(), undated)) == [(Code.REQUIRED, ("plaque_on",))]
    assert (await stations.open_station(store, act(), undated | REPORTED))["gaps"] == ["plaque_on"]
    for name in ("network", "organization"):
        nobody = stations.open_station(store, act(), station_facts(**{name: "org_none"}))
        assert (await codes(nobody))[0] in ((Code.FORBIDDEN, ()), (Code.REFERENCE_INVALID, (name,)))


async def test_what_a_station_is_never_changes(store: MemoryStore) -> None:
    made = await stations.open_station(store, act(), station_facts())
    for fact, value in (("organization", "org_hospital"), ("kind", "CENTRE"), ("network", "net_b")):
        changed = stations.correct(store, act(), made["_id"], 1, {fact: value})
        assert await codes(changed) == [(BROKEN, (fact,))]
    await stations.discard(store, act(), made["_id"], 1)
    illegal = [(Code.ILLEGAL_STATE, ("id",))]
    assert await codes(stations.correct(store, act(), made["_id"], 2, {"plaque_on": "2022"})) == illegal
    assert await codes(stations.discard(store, act(), made["_id"], 2)) == illegal


def _station(plaque: str | None, closed: str | None = None, **facts: Any) -> Document:
    dates = {name: PartialDate.parse(text) for name, text in (("plaque_on", plaque), ("closed_on", closed)) if text}
    given: dict[str, Any] = {"organization": "org_bank", "kind": StationKind.WORKSTATION} | dates | facts
    return document_of(Station(id="sta_1", network="net_a", **given))


@pytest.mark.parametrize(
    ("document", "day", "state"),
    [
        (_station("2024-02-29"), dt.date(2024, 2, 28), "UPCOMING"),
        (_station("2024-02-29"), dt.date(2024, 2, 29), "ACTIVE"),
        (_station("2023", "2024-02-29"), dt.date(2024, 2, 28), "ACTIVE"),
        (_station("2023", "2024-02-29"), dt.date(2024, 2, 29), "ENDED"),
        (_station(None), dt.date(1949, 10, 1), "ACTIVE"),
        (_station("2023", discarded=True), dt.date(2024, 2, 29), "DISCARDED"),
    ],
)
def test_a_station_turns_at_midnight(document: Document, day: dt.date, state: str) -> None:
    assert Station.state(document, day) == state


@given(stored(Station), stored(Station))
def test_two_stations_share_a_key_exactly_where_both_stand_at_one_place(one: Station, two: Station) -> None:
    a, b = one.keys(), two.keys()
    both = all(each.closed_on is None and not each.discarded for each in (one, two))
    central = {one.kind, two.kind} == {StationKind.CENTRE} and one.network == two.network
    place = (one.network, one.organization, one.kind) == (two.network, two.organization, two.kind)
    if one.id != two.id:
        assert (a["duplicate_key"] == b["duplicate_key"]) == (both and place)
        assert (a["centre_key"] == b["centre_key"]) == (both and central)


@pytest.mark.parametrize("viewer", WITHOUT_RIGHT, ids=lambda viewer: viewer.subject)
async def test_without_the_right_nothing_is_written(store: MemoryStore, viewer: Viewer) -> None:
    assert await codes(stations.open_station(store, act(viewer), station_facts())) == [(Code.FORBIDDEN, ())]
    made = await stations.open_station(store, act(), station_facts())
    for step in (
        stations.correct(store, act(viewer), made["_id"], 1, {"plaque_on": "2022"}),
        stations.close(store, act(viewer), made["_id"], 1),
        stations.discard(store, act(viewer), made["_id"], 1),
    ):
        assert await codes(step) in ([(Code.FORBIDDEN, ())], [(Code.NOT_FOUND, ("id",))])
    assert len(store.revisions) == 1


async def test_nothing_is_opened_in_an_archived_network_nor_put_out_of_use_without_a_reason(
    store: MemoryStore,
) -> None:
    made = await stations.open_station(store, act(), station_facts())
    for step in (stations.close, stations.discard):
        assert await codes(step(store, act(reason=" "), made["_id"], 1)) == [(Code.REQUIRED, ("reason",))]
        assert await codes(step(store, act(FOREIGN), made["_id"], 1)) == [(Code.NOT_FOUND, ("id",))]
        assert await codes(step(store, act(), made["_id"], 0)) == [(Code.CONFLICT, ("version",))]
    store.put(Network(id="net_a", network="net_a", name="医+N共建", version=1, status=NetworkStatus.ARCHIVED))
    late = stations.open_station(store, act(), station_facts(organization="org_hospital"))
    assert await codes(late) == [(Code.REFERENCE_INVALID, ("network",))]
