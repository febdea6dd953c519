"""What holds of the checks whatever is recorded: no rule fails, and each partner is judged by its own facts."""

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.cooperation.pillars import Theme
from service.integrity.breaches import BreachStatus
from service.integrity.checking import ATTENTION, LIGHTS, Standing, attention, standings
from service.integrity.checks import CHECKS, results
from service.integrity.commitments import Stage
from service.integrity.findings import FindingStatus
from service.integrity.gifts import GiftStatus
from service.integrity.partners import PartnerFacts
from service.integrity.verdicts import CheckId, Result, Verdict
from service.records import Document
from tests.rules.check_scene import (
    DAY,
    LEAD,
    PARTNER,
    REPORTED,
    activity,
    agreement,
    breach,
    commitment,
    facts,
    finding,
    gift,
    headcount,
    publicity,
    side,
)

DATES = st.sampled_from([None, "2023", "2024", "2024-02-29", "2024-03-01", "2024-05-16/2024-06-16", "9999-12-31"])
DAYS = st.sampled_from([None, *map(dt.date.fromisoformat, ("0001-01-01", "2024-02-29", "2024-06-15", "9999-12-31"))])
JUDGED = st.sampled_from(
    [*map(dt.date.fromisoformat, ("0001-01-01", "2024-02-29", "2024-06-15", "2025-01-01", "9999-12-31"))]
)
REPORTING = st.sampled_from([{}, REPORTED])
COUNT = st.sampled_from([None, 0, 1, 100])


@st.composite
def agreements(draw: Any, own_id: str) -> Document:
    terminated, renewed = draw(DAYS), draw(st.sampled_from([None, "agr_next"]))
    ends = {"terminated_on": terminated, "renewed_by": renewed, "renewed_from": draw(DAYS)}
    term = {"term_from": draw(DAYS), "term_to": draw(DAYS)}
    return agreement(own_id, draw(st.integers(0, 2)), **term, **ends, **draw(REPORTING))


@st.composite
def commitments(draw: Any, own_id: str) -> Document:
    sides = tuple(
        side(
            each, draw(DATES.filter(lambda day: day is None or len(day) == 10)), draw(st.booleans()), staff=draw(COUNT)
        )
        for each in (LEAD, PARTNER)
    )
    told = tuple(publicity(each, draw(DATES)) for each in draw(st.lists(st.sampled_from((LEAD, PARTNER)), max_size=3)))
    ends = {"expires_on": draw(DAYS), "withdrawn_on": draw(DAYS), "renewed_from": draw(DAYS)}
    stage = draw(st.sampled_from(Stage))
    return commitment(own_id, sides=sides, publicity=told, stage=stage, **ends, **draw(REPORTING))


@st.composite
def partners(draw: Any) -> PartnerFacts:
    def some(of: Any) -> list[Document]:
        return [draw(of(number)) for number in range(draw(st.integers(0, 2)))]

    return facts(
        day=draw(JUDGED),
        leads=draw(st.sampled_from([frozenset({LEAD}), frozenset()])),
        first=dt.date(2023, 6, 1),
        agreements=some(lambda number: agreements(f"agr_{number}")),
        commitments=some(lambda number: commitments(f"com_{number}")),
        headcounts=some(
            lambda number: st.builds(
                headcount, st.just(f"hea_{number}"), st.sampled_from((LEAD, PARTNER)), DATES, COUNT
            )
        ),
        activities=some(
            lambda number: st.builds(activity, st.just(f"act_{number}"), DATES, st.sampled_from(list(Theme)[-3:]))
        ),
        gifts=some(lambda number: st.builds(gift, st.just(f"gif_{number}"), DATES, status=st.sampled_from(GiftStatus))),
        breaches=some(lambda number: st.builds(breach, st.just(f"bre_{number}"), st.sampled_from(BreachStatus))),
        findings=some(
            lambda number: st.builds(
                finding,
                st.just(f"fin_{number}"),
                st.sampled_from([None, "2024-06-15"]),
                status=st.sampled_from(FindingStatus),
            )
        ),
    )


def holds(known: PartnerFacts) -> None:
    found = list(results(known))
    for each in found:
        assert each.organization == PARTNER
        assert each.verdict is not Verdict.OVERDUE or (each.due and each.due < known.day)
        assert each.verdict is not Verdict.DUE or (each.due and each.due >= known.day)
        late = each.verdict in (Verdict.FAIL, Verdict.OVERDUE) and each.due
        assert not late or (each.since and each.due and each.due < each.since <= known.day)
    keys = {attention(each) for each in found}
    assert len(keys) == len(found), found
    shuffled = random.Random(7).sample(found, len(found))
    assert sorted(shuffled, key=attention) == sorted(found, key=attention)
    for own_id in CHECKS:
        assert [each for each in found if each.check is own_id] == list(results(known, [own_id]))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(partners())
def test_no_rule_fails_and_results_are_in_one_order(known: PartnerFacts) -> None:
    holds(known)


@pytest.mark.prove
@settings(max_examples=3_000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(partners())
def test_no_rule_fails_in_thousands_of_cases(known: PartnerFacts) -> None:
    holds(known)


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(partners(), partners())
def test_results_of_a_partner_rest_on_its_own_facts(one: PartnerFacts, other: PartnerFacts) -> None:
    alone = list(results(one))
    list(results(replace(other, organization="org_other")))
    assert list(results(one)) == alone
    named = {each["_id"] for records in vars(one).values() if isinstance(records, tuple) for each in records}
    pointed = {own_id for each in alone for own_id in (each.subject, *each.evidence)}
    assert pointed - named <= {PARTNER, LEAD, "com_1"}


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["org_a", "org_b", "org_c"]), st.sampled_from(Verdict)), max_size=9))
def test_the_light_of_a_partner_is_that_of_its_worst_result(drawn: list[tuple[str, Verdict]]) -> None:
    found = sorted(
        (
            Result(CheckId.OPEN_BREACH, verdict, own_id, f"bre_{number}")
            for number, (own_id, verdict) in enumerate(drawn)
        ),
        key=attention,
    )
    rows = standings(found)
    assert {row.organization for row in rows} == {own_id for own_id, _ in drawn}
    for row in rows:
        own = [verdict for own_id, verdict in drawn if own_id == row.organization]
        assert row.light is LIGHTS[min(own, key=ATTENTION.index)]
        assert row.counts == {verdict: own.count(verdict) for verdict in ATTENTION}
    assert rows == sorted(rows, key=weight)


def weight(row: Standing) -> tuple[Any, ...]:
    many = [-row.counts[verdict] for verdict in (Verdict.FAIL, Verdict.OVERDUE, Verdict.DUE)]
    return (["RED", "AMBER", "GREY", "GREEN"].index(row.light), *many, row.organization)


def test_results_say_what_is_so_for_longest_first() -> None:
    def result(verdict: Verdict, since: dt.date | None, check: CheckId = CheckId.OPEN_BREACH) -> Result:
        return Result(check, verdict, PARTNER, "bre_1", since)

    ordered = [
        result(Verdict.FAIL, DAY - dt.timedelta(days=9)),
        result(Verdict.FAIL, DAY, CheckId.COOPERATION_WITHOUT_COMMITMENT),
        result(Verdict.FAIL, DAY),
        result(Verdict.FAIL, None),
        *(result(verdict, DAY) for verdict in (Verdict.OVERDUE, Verdict.DUE, Verdict.NO_FIGURE, Verdict.PASS)),
    ]
    assert sorted(random.Random(7).sample(ordered, len(ordered)), key=attention) == ordered
