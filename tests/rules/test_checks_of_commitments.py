"""The checks of what a partner commits itself to, day by day at their boundaries."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from service.integrity.checks import results
from service.integrity.commitments import Stage
from service.integrity.verdicts import CheckId, Verdict
from tests.rules.check_scene import (
    LEAD,
    PARTNER,
    REPORTED,
    activity,
    agreement,
    commitment,
    facts,
    gift,
    headcount,
    publicity,
    said,
    side,
    unknown,
)

EXPOSED = CheckId.COOPERATION_WITHOUT_COMMITMENT
UNSIGNED = commitment(sides=(side(LEAD), side(PARTNER, signed=False)))
TOLD = [activity("act_0", None)]  # that something was held, on a day that no source tells


def exposure(**given: Any) -> tuple[Verdict, str | None]:
    [one] = said(EXPOSED, facts(**given))
    return one.verdict, one.since.isoformat() if one.since else None


def test_cooperation_without_an_effective_commitment_fails_since_it_began() -> None:
    assert exposure(agreements=[agreement()]) == (Verdict.FAIL, "2024-01-05")
    assert exposure(activities=[activity(when="2024-02-29")]) == (Verdict.FAIL, "2024-02-29")
    assert exposure(agreements=[agreement()], activities=[activity(when="2024-01-02")]) == (Verdict.FAIL, "2024-01-02")
    assert exposure(agreements=[agreement(term_from=None, **REPORTED)]) == (Verdict.FAIL, None)
    pending = commitment(publicity=())
    [one] = said(EXPOSED, facts(agreements=[agreement()], commitments=[pending, UNSIGNED]))
    assert (one.verdict, one.subject, one.figure) == (Verdict.FAIL, PARTNER, "0")
    assert one.evidence == ("com_1", "com_1", "agr_1")


def test_an_effective_commitment_with_the_lead_ends_the_exposure_from_its_day_on() -> None:
    both: dict[str, Any] = {"agreements": [agreement()], "commitments": [commitment()]}
    assert exposure(**both, day="2024-03-08")[0] is Verdict.FAIL
    assert exposure(**both, day="2024-03-09") == (Verdict.PASS, "2024-03-09")
    with_another = commitment(
        sides=(side("org_third"), side(PARTNER)), publicity=(publicity("org_third"), publicity(PARTNER))
    )
    assert exposure(**both | {"commitments": [with_another]})[0] is Verdict.FAIL
    assert exposure(**both | {"commitments": [with_another]}, leads=frozenset())[0] is Verdict.PASS
    assert exposure(**both | {"commitments": [commitment(stage=Stage.DISCARDED)]})[0] is Verdict.FAIL


def test_exposure_begins_anew_when_the_commitment_ended() -> None:
    over = {"agreements": [agreement()], "commitments": [commitment(expires_on=dt.date(2024, 6, 14))]}
    assert exposure(**over, day="2024-06-14") == (Verdict.PASS, "2024-03-09")
    assert exposure(**over, day="2024-06-15") == (Verdict.FAIL, "2024-06-15")
    withdrawn = commitment(withdrawn_on=dt.date(2024, 5, 1), end_reason="原因")
    assert exposure(agreements=[agreement()], commitments=[withdrawn]) == (Verdict.FAIL, "2024-05-01")


def test_what_no_source_dates_is_no_figure_and_what_is_no_cooperation_says_nothing() -> None:
    assert exposure(activities=TOLD) == (Verdict.NO_FIGURE, None)
    assert exposure(activities=TOLD, commitments=[commitment()])[0] is Verdict.PASS
    assert exposure(agreements=[agreement()], commitments=[unknown()]) == (Verdict.NO_FIGURE, None)
    assert said(EXPOSED, facts(activities=[activity(when="2023-12-31")])) == []
    assert said(EXPOSED, facts(agreements=[agreement(term_to=dt.date(2024, 6, 14))])) == []
    assert exposure(agreements=[agreement(term_to=dt.date(2024, 6, 15))])[0] is Verdict.FAIL
    terminated = agreement(terminated_on=dt.date(2024, 6, 15), end_reason="原因")
    assert said(EXPOSED, facts(agreements=[terminated])) == []
    assert len(said(EXPOSED, facts(day="2024-06-14", agreements=[terminated]))) == 1
    renewed = agreement(renewed_by="agr_2")
    assert said(EXPOSED, facts(agreements=[renewed])) == []


def test_a_past_period_is_judged_on_its_last_day() -> None:
    old = facts(day="2025-02-01", agreements=[agreement()], commitments=[commitment(expires_on=dt.date(2024, 12, 31))])
    assert [each.verdict for each in said(EXPOSED, old)] == [Verdict.PASS]


def test_one_side_alone_fails_since_it_signed() -> None:
    [one] = said(CheckId.ONE_SIDED, facts(commitments=[UNSIGNED]))
    assert (one.verdict, one.subject, one.figure, one.since) == (Verdict.FAIL, "com_1", "1/2", dt.date(2024, 3, 1))
    [both] = said(CheckId.ONE_SIDED, facts(commitments=[commitment()]))
    assert (both.verdict, both.figure) == (Verdict.PASS, "2/2")
    drawn_up = commitment(stage=Stage.DRAWN_UP, sides=(side(LEAD, signed=False), side(PARTNER, signed=False)))
    assert said(CheckId.ONE_SIDED, facts(commitments=[drawn_up])) == []


def publicised(day: str, begins: str | None, **given: Any) -> tuple[Verdict, str | None, str | None]:
    """What is said of the partner's side; the lead's was in time."""
    told = (publicity(LEAD), *([publicity(PARTNER, begins)] if begins != "never" else []))
    lead, own = said(CheckId.PUBLICISED_LATE, facts(day, commitments=[commitment(publicity=told, **given)]))
    assert lead.evidence == (LEAD,)
    assert own.evidence == (PARTNER,)
    return own.verdict, own.since.isoformat() if own.since else None, own.figure


def test_publicity_is_due_thirty_days_after_the_last_signature() -> None:
    assert publicised("2024-03-31", "never") == (Verdict.DUE, "2024-03-01", "30")
    assert publicised("2024-04-01", "never") == (Verdict.OVERDUE, "2024-04-01", "31")
    assert publicised("2024-06-15", "2024-03-31") == (Verdict.PASS, "2024-03-01", "30")
    assert publicised("2024-06-15", "2024-04-01") == (Verdict.FAIL, "2024-04-01", "31")
    assert publicised("2024-03-20", "2024-03-25") == (Verdict.DUE, "2024-03-01", "19")  # it has not begun yet
    leap = {"sides": (side(LEAD, "2024-01-30"), side(PARTNER, "2024-01-29"))}
    assert publicised("2024-02-29", "never", **leap)[0] is Verdict.DUE
    assert publicised("2024-03-01", "never", **leap)[:2] == (Verdict.OVERDUE, "2024-03-01")


def test_publicity_without_a_sure_day_is_no_figure() -> None:
    assert publicised("2024-06-15", None)[0] is Verdict.NO_FIGURE
    assert publicised("2024-06-15", "2024-03-20/2024-04-20")[0] is Verdict.NO_FIGURE
    assert publicised("2024-06-15", "2024-03")[0] is Verdict.PASS
    assert publicised("2024-06-15", "never", **REPORTED)[0] is Verdict.NO_FIGURE
    two = said(CheckId.PUBLICISED_LATE, facts(commitments=[unknown()]))
    assert [each.verdict for each in two] == [Verdict.NO_FIGURE] * 2
    assert said(CheckId.PUBLICISED_LATE, facts(commitments=[UNSIGNED])) == []


def aware(day: str, **given: Any) -> tuple[Verdict, str | None]:
    both = commitment(sides=(side(LEAD), side(PARTNER, **given)), known_percent=given.pop("percent", 100))
    _, own = said(CheckId.NOT_ALL_AWARE, facts(day, commitments=[both]))
    return own.verdict, own.figure


def test_all_staff_know_within_thirty_days() -> None:
    assert aware("2024-03-31", known=99, known_on=None) == (Verdict.DUE, "99/100")
    assert aware("2024-04-01", known=99, known_on=None) == (Verdict.OVERDUE, "99/100")
    assert aware("2024-04-01", known=100) == (Verdict.PASS, "100/100")
    assert aware("2024-04-01", staff=None, known=0) == (Verdict.NO_FIGURE, None)
    assert aware("2024-04-01", signed_on=None, known=0) == (Verdict.NO_FIGURE, "0/100")
    share = commitment(sides=(side(LEAD), side(PARTNER, staff=101, known=91, known_on=None)), known_percent=90)
    assert said(CheckId.NOT_ALL_AWARE, facts(commitments=[share]))[1].figure == "91/91"


def changed(day: str, *counts: Any, **given: Any) -> tuple[Verdict, str | None, tuple[str, ...]]:
    own = commitment(sides=(side(LEAD), side(PARTNER, **given)))
    _, found = said(CheckId.STAFF_CHANGED, facts(day, commitments=[own], headcounts=list(counts)))
    return found.verdict, found.figure, found.evidence


def test_a_later_head_count_asks_for_more_who_know() -> None:
    at_signing = headcount(f"hea_{PARTNER}", PARTNER, "2024-01-01", 100)
    more = headcount("hea_2", PARTNER, "2024-05-16", 105)
    assert changed("2024-06-15", at_signing, more) == (Verdict.DUE, "100/105", (PARTNER, "hea_2"))
    assert changed("2024-06-16", at_signing, more)[0] is Verdict.OVERDUE
    assert changed("2024-05-15", at_signing, more) == (Verdict.PASS, "100/100", (PARTNER,))
    assert changed("2024-06-16", at_signing, headcount("hea_2", PARTNER, "2024-05-16", 80))[0] is Verdict.PASS
    same = headcount("hea_3", PARTNER, "2024-05-20", 100)
    assert changed("2024-06-16", more, same)[0] is Verdict.PASS
    assert changed("2024-06-16", headcount("hea_2", PARTNER, "2024-03-01", 500))[0] is Verdict.PASS  # not later
    assert changed("2024-06-16", headcount("hea_2", "org_third", "2024-05-16", 500))[0] is Verdict.PASS


def test_a_head_count_without_a_day_or_a_number_is_no_figure() -> None:
    assert changed("2024-06-16", headcount("hea_2", PARTNER, None, 105))[0] is Verdict.NO_FIGURE
    assert changed("2024-06-16", headcount("hea_2", PARTNER, "2024-05-16", None))[0] is Verdict.NO_FIGURE
    assert changed("2024-06-16", staff=None, known=0)[0] is Verdict.NO_FIGURE
    assert changed("2024-06-16", headcount("hea_2", PARTNER, "2024-05-16", 105), signed_on=None)[0] is Verdict.OVERDUE


def expiry(day: str, **given: Any) -> list[tuple[Verdict, str | None]]:
    known: dict[str, Any] = {"agreements": [agreement()], "commitments": [commitment(expires_on=dt.date(2024, 6, 15))]}
    found = said(CheckId.EXPIRED_OR_EXPIRING, facts(day, **known | given))
    return [(each.verdict, each.due.isoformat() if each.due else None) for each in found]


def test_a_commitment_is_renewed_before_it_expires() -> None:
    assert expiry("2024-05-15") == [(Verdict.PASS, "2024-06-15")]
    assert expiry("2024-05-16") == [(Verdict.DUE, "2024-06-15")]
    assert expiry("2024-06-15") == [(Verdict.DUE, "2024-06-15")]
    assert expiry("2024-06-16") == [(Verdict.FAIL, "2024-06-15")]
    assert expiry("2024-06-16", agreements=[]) == []  # nothing is done together any more
    assert expiry("2024-06-16", commitments=[commitment()]) == [(Verdict.PASS, None)]
    assert expiry("2024-06-16", commitments=[commitment(**REPORTED)]) == [(Verdict.NO_FIGURE, None)]
    ending = [agreement(term_to=dt.date(2024, 6, 20))]
    assert expiry("2024-06-16", commitments=[commitment()], agreements=ending) == [(Verdict.DUE, "2024-06-20")]


def test_what_has_taken_its_place_needs_nothing() -> None:
    old = commitment(expires_on=dt.date(2024, 6, 15), renewed_by="com_2")
    assert expiry("2024-06-16", commitments=[old, commitment("com_2", supersedes="com_1")]) == [(Verdict.PASS, None)]
    assert expiry("2024-06-16", commitments=[commitment(withdrawn_on=dt.date(2024, 6, 1), end_reason="原因")]) == []
    forever = commitment(expires_on=dt.date(9999, 12, 30))
    assert expiry("9999-12-30", commitments=[forever]) == [(Verdict.DUE, "9999-12-30")]


def test_the_lead_answers_for_its_own_breaches_and_findings_alone() -> None:
    own = facts(organization=LEAD, agreements=[agreement()], commitments=[commitment()], gifts=[gift()])
    assert {each.check for each in results(own)} == {CheckId.OPEN_BREACH, CheckId.FINDING_OVERDUE}
    assert not own.is_judged()


@pytest.mark.parametrize(
    ("given", "judged"),
    [
        ({}, False),
        ({"agreements": [agreement()]}, True),
        ({"agreements": [agreement(term_to=dt.date(2024, 6, 1))]}, True),
        ({"agreements": [agreement(term_to=dt.date(2023, 12, 31), term_from=dt.date(2023, 1, 1))]}, False),
        ({"activities": [activity()]}, True),
        ({"activities": [activity()], "member": False}, False),
        ({"activities": [activity(when="2023-12-31")]}, False),
        ({"activities": TOLD}, True),
        ({"commitments": [UNSIGNED]}, True),
        ({"gifts": [gift()]}, True),
    ],
)
def test_who_is_a_partner(given: dict[str, Any], judged: bool) -> None:
    assert facts(**given).is_judged() == judged
    assert not replace(facts(**given), organization=LEAD).is_judged()
