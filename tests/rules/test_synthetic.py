"""Synthetic records: repeatable, lazy, clearly named, of every kind a demonstration needs, and each keeps the rules."""

import datetime as dt
import re
from itertools import islice

import pytest

from seeds.synthetic import NETWORK, YEARS, records
from service.cooperation.activities import Activity, ActivityForm, ActivityStatus
from service.cooperation.agreements import Agreement, AgreementKind, AgreementLevel, AgreementStatus
from service.cooperation.pillars import Theme
from service.network.networks import Network
from service.network.organizations import Organization, Sector
from service.records import Origin, Record, document_of
from service.store.kinds import KINDS
from tests.rules.replay import replay

TODAY = dt.date(2025, 3, 1)
NOON = dt.datetime(2025, 3, 1, 4, tzinfo=dt.UTC)  # 12:00 in Shanghai


@pytest.fixture(scope="module")
def many() -> list[Record]:
    return [*records(600, TODAY)]


@pytest.fixture(scope="module")
def activities(many: list[Record]) -> list[Activity]:
    return [record for record in many if isinstance(record, Activity)]


@pytest.mark.parametrize("today", [TODAY, dt.date(2024, 2, 29), dt.date(2026, 1, 1)])
async def test_the_actions_accept_every_record(today: dt.date) -> None:
    made = [*records(150, today)]
    assert await replay(made, dt.datetime.combine(today, NOON.timetz())) == len(made)


def test_the_same_count_and_day_give_the_same_records(many: list[Record]) -> None:
    assert [*records(600, TODAY)] == many


def test_a_smaller_count_gives_the_beginning_of_a_larger_one(many: list[Record]) -> None:
    few = [*records(100, TODAY)]
    assert many[: len(few)] == few


def test_records_come_one_by_one() -> None:
    assert len([*islice(records(10**12, TODAY), 40)]) == 40


def test_as_many_activities_as_asked_for(activities: list[Activity]) -> None:
    assert [activity.id for activity in activities] == [f"act_syn_{number:06}" for number in range(1, 601)]


def test_each_record_is_native_of_the_one_network_and_has_an_id_of_its_own(many: list[Record]) -> None:
    assert {record.network for record in many} == {NETWORK}
    assert {record.origin for record in many} == {Origin.NATIVE}
    assert len({record.id for record in many}) == len(many)
    assert all(re.fullmatch(rf"{record.PREFIX}_syn(_\d{{6}})?", record.id) for record in many)
    without = {"att", "rol", "pla", "grp", "del"}  # no file stands there, nobody holds a role, nothing is planned
    without |= {"cla", "com", "ack"}  # nobody undertakes anything,
    without |= {"gif", "bre", "aud", "fin"}  # and there is nothing to audit
    assert {record.PREFIX for record in many} == KINDS.keys() - without


def test_each_name_says_that_it_is_synthetic(many: list[Record]) -> None:
    documents = [document_of(record) for record in many]
    names = [document.get("name") or document.get("title") for document in documents if "organization" not in document]
    assert [name for name in names if name and "合成" not in name] == []
    assert [record.name for record in many if isinstance(record, Network)] == ["演示网络(合成数据) · Synthetic"]


def test_every_kind_of_activity_occurs(activities: list[Activity]) -> None:
    assert {topic.theme for activity in activities for topic in activity.topics} == set(Theme)
    assert {activity.status for activity in activities} == set(ActivityStatus)
    assert {activity.form for activity in activities} == set(ActivityForm)
    assert {len({topic.pillar for topic in activity.topics}) for activity in activities} == {1, 2}
    assert {len(activity.participations) for activity in activities} == {2, 3}
    assert {activity.agreement is None for activity in activities} == {True, False}


def test_activities_spread_over_the_years_and_planned_ones_lie_ahead(activities: list[Activity]) -> None:
    years = [activity.when.first.year for activity in activities if activity.when]
    assert all(years.count(year) >= 60 for year in range(TODAY.year - YEARS + 1, TODAY.year))
    planned = [activity.when for activity in activities if activity.status is ActivityStatus.PLANNED]
    assert all(when and when.first > TODAY for when in planned)


def test_partners_of_every_sector_sign_agreements_that_end_in_every_way(many: list[Record]) -> None:
    assert {record.sector for record in many if isinstance(record, Organization)} == set(Sector)
    agreements = [record for record in many if isinstance(record, Agreement)]
    assert {Agreement.state(document_of(agreement), TODAY) for agreement in agreements} == {
        AgreementStatus.ACTIVE,
        AgreementStatus.EXPIRED,
        AgreementStatus.TERMINATED,
        AgreementStatus.SIGNING,
        AgreementStatus.DRAFT,
    }
    assert {agreement.kind for agreement in agreements} == {AgreementKind.CO_BUILDING, AgreementKind.INTEGRITY_PARTNER}
    assert {agreement.level for agreement in agreements} == set(AgreementLevel)
