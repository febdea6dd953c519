"""The checks of what is done together, and of what is open with a partner."""

import copy
import datetime as dt
from typing import Any

import pytest

from service.cooperation.pillars import Theme
from service.integrity.breaches import BreachStatus
from service.integrity.checks import CHECKS
from service.integrity.education import by_year
from service.integrity.findings import FindingStatus
from service.integrity.gifts import GiftStatus
from service.integrity.verdicts import CheckId, Verdict
from tests.rules.check_scene import (
    LEAD,
    PARTNER,
    REPORTED,
    acknowledgement,
    activity,
    agreement,
    breach,
    clause_set,
    commitment,
    facts,
    finding,
    gift,
    publicity,
    said,
    side,
)

EDUCATION, EXCHANGE = Theme.INTEGRITY_EDUCATION, Theme.INTEGRITY_EXCHANGE


def moment(text: str) -> dt.datetime:
    """A moment of Shanghai's clock."""
    return dt.datetime.fromisoformat(f"{text}+08:00")


def education(day: str, *held: Any, **given: Any) -> list[tuple[Verdict, str | None, str]]:
    found = said(CheckId.NO_JOINT_EDUCATION, facts(day, activities=list(held), **given))
    return [(each.verdict, each.due.isoformat() if each.due else None, each.figure or "") for each in found]


def test_joint_education_is_due_by_the_end_of_the_year() -> None:
    agreed = {"agreements": [agreement()]}
    assert education("2024-12-31", **agreed) == [(Verdict.DUE, "2024-12-31", "0")]
    assert education("2025-01-01", **agreed) == [(Verdict.FAIL, "2024-12-31", "0")]
    [failed] = said(CheckId.NO_JOINT_EDUCATION, facts("2025-01-01", **agreed))
    assert failed.since == dt.date(2025, 1, 1)
    assert education("2024-06-15", activity("act_1", "2024-12-31", EDUCATION)) == [(Verdict.PASS, "2024-12-31", "1")]
    assert education("2024-06-15", activity("act_1", "2025-01-01", EDUCATION), **agreed)[0][0] is Verdict.DUE
    assert education("2024-06-15", activity("act_1", "2024-05-01", EXCHANGE)) == [(Verdict.DUE, "2024-12-31", "0")]


def test_every_year_of_the_period_in_which_it_cooperated_is_judged() -> None:
    held = [activity("act_1", "2022-05-10", EDUCATION), activity("act_2", "2024-05-10", EDUCATION)]
    years = facts("2024-06-15", activities=held, first=dt.date(2021, 3, 1), last=dt.date(2025, 3, 1))
    found = [(each.verdict, each.due) for each in said(CheckId.NO_JOINT_EDUCATION, years)]
    assert found == [(Verdict.PASS, dt.date(2022, 12, 31)), (Verdict.PASS, dt.date(2024, 12, 31))]
    agreed = facts(
        "2024-06-15",
        agreements=[agreement(term_from=dt.date(2023, 12, 31))],
        first=dt.date(2022, 1, 1),
        last=dt.date(2024, 6, 15),
    )
    assert [each.verdict for each in said(CheckId.NO_JOINT_EDUCATION, agreed)] == [Verdict.FAIL, Verdict.DUE]


def test_education_that_no_source_dates_to_the_year_is_no_figure() -> None:
    assert education("2024-06-15", activity("act_1", None, EDUCATION)) == [(Verdict.NO_FIGURE, "2024-12-31", "0")]
    assert education("2024-06-15", activity("act_1", None)) == [(Verdict.NO_FIGURE, "2024-12-31", "0")]
    across = activity("act_1", "2023-12-31/2024-01-01", EDUCATION)
    assert education("2024-06-15", across, agreements=[agreement()])[0][0] is Verdict.NO_FIGURE
    assert education("2024-06-15") == []


def test_exchange_without_a_number_never_fails() -> None:
    def exchange(*held: Any) -> list[Any]:
        return [
            (each.verdict, each.figure, each.evidence)
            for each in said(CheckId.NO_EXCHANGE, facts("2025-06-15", activities=list(held)))
        ]

    assert exchange(activity()) == [(Verdict.NO_FIGURE, "0", ())]
    assert exchange(activity("act_1", None, EXCHANGE)) == [(Verdict.NO_FIGURE, "0", ("act_1",))]
    assert exchange(activity("act_1", "2024", EXCHANGE)) == [(Verdict.PASS, "1", ("act_1",))]
    assert exchange() == []


def test_years_of_education_have_their_empty_cells_and_one_for_what_is_not_sure() -> None:
    both = activity("act_both", "2023", EDUCATION)
    both = {**both, "themes": [EDUCATION, EXCHANGE]}
    vague = activity("act_vague", "2023-12-31/2024-01-01", EXCHANGE)
    held = [
        both,
        vague,
        activity("act_none", None, EDUCATION),
        activity("act_other"),
        activity("act_old", "2021", EDUCATION),
    ]
    years = [*by_year(facts(activities=held, first=dt.date(2022, 5, 1), last=dt.date(2024, 1, 1)))]
    told = [(each.year, len(each.education), len(each.exchange)) for each in years]
    assert told == [(2022, 0, 0), (2023, 1, 1), (2024, 0, 0), (None, 1, 1)]
    assert [[each["_id"] for each in year.activities] for year in years[1:]] == [
        ["act_both"],
        [],
        ["act_none", "act_vague"],
    ]


def test_only_a_confirmed_breach_is_told_of() -> None:
    [one] = said(CheckId.OPEN_BREACH, facts(breaches=[breach()]))
    assert (one.verdict, one.subject, one.since) == (Verdict.FAIL, "bre_1", dt.date(2024, 4, 1))
    assert one.evidence == ("com_1",)
    assert said(CheckId.OPEN_BREACH, facts(breaches=[breach(happened_on=None)]))[0].since is None
    others = [breach(f"bre_{status}", status) for status in BreachStatus if status is not BreachStatus.CONFIRMED]
    assert [(each.verdict, each.subject) for each in said(CheckId.OPEN_BREACH, facts(breaches=others))] == [
        (Verdict.PASS, PARTNER)
    ]


def test_an_open_finding_is_put_right_by_its_day() -> None:
    def verdicts(day: str, *findings: Any) -> list[Verdict]:
        return [each.verdict for each in said(CheckId.FINDING_OVERDUE, facts(day, findings=list(findings)))]

    assert verdicts("2024-06-30", finding()) == [Verdict.DUE]
    assert verdicts("2024-07-01", finding()) == [Verdict.OVERDUE]
    assert verdicts("2024-07-01", finding(due=None)) == [Verdict.NO_FIGURE]
    settled = [finding(f"fin_{each}", status=each) for each in FindingStatus if each is not FindingStatus.OPEN]
    assert verdicts("2024-07-01", *settled) == [Verdict.PASS]


def test_a_gift_is_decided_on_within_thirty_days() -> None:
    def verdicts(day: str, *gifts: Any) -> list[Verdict]:
        return [each.verdict for each in said(CheckId.GIFT_UNDECIDED, facts(day, gifts=list(gifts)))]

    assert verdicts("2024-06-15", gift()) == [Verdict.DUE]
    assert verdicts("2024-06-16", gift()) == [Verdict.OVERDUE]
    assert verdicts("2024-06-16", gift(given_on=None, **REPORTED)) == [Verdict.NO_FIGURE]
    assert verdicts("2024-06-16", gift(status=GiftStatus.DECIDED), gift("gif_2", status=GiftStatus.REVIEWED)) == [
        Verdict.PASS
    ]


def late(**given: Any) -> list[tuple[Verdict, str | None, tuple[str, ...]]]:
    return [(each.verdict, each.figure, each.evidence) for each in said(CheckId.LATE_RECORDING, facts(**given))]


def test_what_happened_is_recorded_within_thirty_days() -> None:
    in_time = activity("act_1", "2024-04-01", created_at=moment("2024-05-01T23:59"))
    too_late = activity("act_2", "2024-04-01", created_at=moment("2024-05-02T00:00"))
    assert late(activities=[in_time]) == [(Verdict.PASS, "0/1", ())]
    assert late(activities=[in_time, too_late]) == [(Verdict.FAIL, "1/2", ("act_2",))]
    naive = {**too_late, "created_at": dt.datetime(2024, 5, 1, 16)}  # as it is read: UTC without saying so
    assert late(activities=[naive])[0][0] is Verdict.FAIL
    assert late(activities=[{**too_late, "origin": "REPORTED"}]) == []
    assert late(activities=[activity(when=None), activity("act_3", "2023-12-31")]) == []


def test_signatures_acknowledgements_and_gifts_are_recorded_in_time_too() -> None:
    recorded = moment("2024-06-01T08:00")
    signed = commitment(sides=(side(LEAD), side(PARTNER, recorded_at=recorded)))
    given = {
        "commitments": [signed],
        "acknowledgements": [acknowledgement(created_at=recorded), acknowledgement("ack_2", **REPORTED)],
        "gifts": [gift(created_at=recorded), gift("gif_2", None)],
    }
    assert late(**given) == [(Verdict.FAIL, "2/4", ("ack_1", "com_1"))]
    [one] = said(CheckId.LATE_RECORDING, facts(**given))
    assert one.since == dt.date(2024, 3, 1)
    many = [activity(f"act_{number:02}", "2024-04-01", created_at=moment("2024-06-01T08:00")) for number in range(25)]
    [(_, figure, evidence)] = late(activities=many)
    assert (figure, len(evidence)) == ("25/25", 20)


def texts(*agreements: Any, **given: Any) -> list[tuple[Verdict, str, str | None]]:
    found = said(CheckId.TEXT_CHANGED, facts(agreements=list(agreements), **given))
    return [(each.verdict, each.subject, each.figure) for each in found]


def test_a_text_that_changed_after_signing_fails() -> None:
    sound = agreement(texts=2)
    changed, gone = copy.deepcopy(sound), copy.deepcopy(sound)
    changed["_id"], gone["_id"] = "agr_changed", "agr_gone"
    changed["versions"][1]["text"] += "。"
    del gone["versions"][0]
    assert texts(sound) == [(Verdict.PASS, PARTNER, "0/1")]
    assert texts(sound, changed, gone) == [(Verdict.FAIL, "agr_changed", "2/3"), (Verdict.FAIL, "agr_gone", "2/3")]
    assert texts(agreement()) == []


def test_clauses_that_changed_after_signing_fail() -> None:
    on = clause_set()
    own = commitment(clause_set="cla_1", clause_version=1, clause_hash=on["versions"][0]["text_hash"])
    changed = copy.deepcopy(on)
    changed["versions"][0]["clauses"][0]["english"] = "Some gifts"
    changed["versions"][0]["text_hash"] = "even this"
    assert texts(commitments=[own], clause_sets=[on]) == [(Verdict.PASS, PARTNER, "0/1")]
    assert texts(commitments=[own], clause_sets=[changed]) == [(Verdict.FAIL, "com_1", "1/1")]
    assert texts(commitments=[own]) == [(Verdict.FAIL, "com_1", "1/1")]
    assert texts(commitments=[{**own, "clause_version": 2}], clause_sets=[on]) == [(Verdict.FAIL, "com_1", "1/1")]
    assert texts(commitments=[commitment()]) == []


@pytest.mark.parametrize("own_id", CheckId)
def test_every_check_is_told_in_both_languages_with_its_source(own_id: CheckId) -> None:
    check = CHECKS[own_id]
    for english, chinese in (check.title, check.looks_at):
        assert english.isascii() or "定期" in english
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert check.basis.document == "002"
    assert check.basis.fact in ("C14", "C15", "C16", "C17")


def test_a_side_alone_is_the_evidence_of_what_it_has_not_done() -> None:
    own = commitment(publicity=(publicity(LEAD),))
    told = said(CheckId.PUBLICISED_LATE, facts(commitments=[own]))
    assert [(each.verdict, each.evidence) for each in told] == [(Verdict.PASS, (LEAD,)), (Verdict.OVERDUE, (PARTNER,))]
