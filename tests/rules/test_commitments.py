"""How commitments are drawn up, corrected, discarded and renewed (002, section 2; C14)."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from service.cooperation.agreements import Agreement, AgreementKind
from service.cooperation.agreements import Stage as AgreementStage
from service.errors import Code
from service.integrity import drawing, signing
from service.integrity.clauses import ClauseSet
from service.integrity.commitments import Commitment
from service.records import record_of
from tests.rules.commitment_scene import (
    ADMIN,
    BANK,
    BRIGADE,
    HOSPITAL,
    OFFICER,
    SOURCES,
    TODAY,
    Desk,
    act,
    agreement,
    broken,
    facts,
    refused,
    reported,
    world,
)

WRONG_STATE = [(Code.ILLEGAL_STATE, ("id",))]
NO_RIGHT = [(Code.FORBIDDEN, ())]
NO_REASON = [(Code.REQUIRED, ("reason",))]


def invalid(*path: str | int) -> Any:
    return Code.REFERENCE_INVALID, path


def sides(*organizations: str, **told: Any) -> list[dict[str, Any]]:
    return [{"organization": own, **told} for own in organizations]


async def test_it_asks_what_the_agreement_asks_and_ends_with_it() -> None:
    desk = await Desk.drawn_up()
    record = desk.record
    assert (record.stage, record.publicity_days, record.known_percent) == ("DRAWN_UP", 7, 100)
    assert (record.drawn_up_on, record.expires_on, record.gaps) == (TODAY, None, ())
    clauses = record_of(ClauseSet, desk.store.documents["cla_1"]).version_of(1)
    assert clauses
    assert record.clause_hash == clauses.text_hash
    store = world()
    store.put(agreement(term_to=dt.date(2024, 12, 31), publicity_days=3, known_percent=95))
    other = (await Desk.drawn_up(store)).record
    assert (other.publicity_days, other.known_percent, other.expires_on) == (3, 95, dt.date(2024, 12, 31))
    store.put(agreement("agr_2", term_to=dt.date(2024, 12, 31)))
    sooner = await Desk.drawn_up(store, **facts(agreement="agr_2", expires_on="2024-06-30"))
    assert sooner.record.expires_on == dt.date(2024, 6, 30)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"agreement": "agr_x"}, [invalid("agreement")]),
        ({"agreement": "net_med"}, [invalid("agreement")]),
        ({"sides": sides(HOSPITAL)}, [broken("sides")]),
        ({"sides": sides(HOSPITAL, HOSPITAL)}, [broken("sides", 1, "organization")]),
        ({"sides": sides(HOSPITAL, BRIGADE)}, [broken("sides", 1, "organization")]),
        ({"sides": sides(HOSPITAL, "org_x")}, [invalid("sides", 1, "organization")]),
        ({"sides": sides(HOSPITAL, BANK, BRIGADE)}, [broken("sides"), broken("sides", 2, "organization")]),
        ({"sides": []}, [(Code.FORBIDDEN, ())]),
        ({"sides": sides(HOSPITAL, BANK, signed=True)}, [broken("sides", n, "signed") for n in (0, 1)]),
        (
            {"sides": sides(HOSPITAL, BANK, signer="王")},
            [broken("sides", n, name) for n in (0, 1) for name in ("signed", "signer")],
        ),
        ({"clause_set": "cla_x"}, [invalid("clause_set")]),
        ({"clause_set": "cla_far"}, [invalid("clause_set")]),
        ({"clause_set": None}, [(Code.REQUIRED, ("clause_set",))] * 2),
        ({"clause_version": None}, [(Code.REQUIRED, ("clause_version",))] * 2),
        ({"clause_version": 3}, [broken("clause_version")]),  # a draft
        ({"clause_version": 9}, [broken("clause_version")]),
        ({"expires_on": "2024-02-19"}, [broken("expires_on")]),
        ({"drawn_up_on": "2024-02-19"}, [broken("drawn_up_on")]),
        ({"publicity": []}, [broken("publicity")]),
        ({"known_percent": 1}, [broken("known_percent")]),
        ({"supersedes": "com_x", "stage": "OPEN"}, [broken("stage"), broken("supersedes")]),
    ],
)
async def test_what_is_refused(given: dict[str, Any], found: Any) -> None:
    store = world()
    assert await refused(store, drawing.draw_up(store, act(), facts(**given))) == found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"kind": AgreementKind.CO_BUILDING}, [broken("agreement")]),
        ({"stage": AgreementStage.SIGNING}, [broken("agreement")]),
        ({"stage": AgreementStage.DISCARDED}, [invalid("agreement")]),
        ({"terminated_on": TODAY}, [broken("agreement")]),
        ({"term_to": dt.date(2024, 2, 19)}, [broken("agreement"), broken("expires_on")]),
        ({"renewed_by": "agr_9", "renewed_from": TODAY}, [broken("agreement")]),
        ({"terminated_on": dt.date(2024, 2, 21)}, []),
        ({"term_from": dt.date(2024, 3, 1)}, []),
        ({"term_to": TODAY}, []),
    ],
)
async def test_the_agreement_is_a_signed_integrity_partnership_that_is_not_over(changes: Any, found: Any) -> None:
    store = world()
    store.put(agreement(**changes))
    attempt = drawing.draw_up(store, act(), facts())
    if found:
        assert await refused(store, attempt) == found
    else:
        assert (await attempt)["stage"] == "DRAWN_UP"


async def test_it_ends_no_later_than_its_agreement() -> None:
    store = world()
    store.put(agreement(term_to=dt.date(2024, 12, 31)))
    assert await refused(store, drawing.draw_up(store, act(), facts(expires_on="2025-01-01"))) == [broken("expires_on")]


async def test_a_pair_has_one_under_an_agreement_until_it_is_discarded_or_withdrawn() -> None:
    desk = await Desk.drawn_up()
    again = facts(sides=sides(BANK, HOSPITAL))
    assert await desk.refused(drawing.draw_up(desk.store, act(BANK), again)) == [(Code.ALREADY_EXISTS, ())]
    await desk.step(drawing.discard)
    other = await Desk.drawn_up(desk.store, **again)
    await other.sign(BANK)
    await other.withdraw(BANK)
    assert (await Desk.drawn_up(desk.store)).status() == "DRAWN_UP"


async def test_only_a_recorder_of_a_side_takes_steps() -> None:
    desk = await Desk.drawn_up()
    for by in (ADMIN, OFFICER, BRIGADE):
        assert await refused(desk.store, drawing.draw_up(desk.store, act(by), facts())) == NO_RIGHT
        assert await desk.refused(desk.step(drawing.discard, by)) == NO_RIGHT


async def test_it_is_corrected_and_discarded_while_nobody_has_signed() -> None:
    desk = await Desk.drawn_up()
    given = {"clause_version": 2, "expires_on": "2024-12-31"}
    corrected = await desk.step(drawing.correct, BANK, facts=given)
    assert (corrected["clause_version"], corrected["expires_on"]) == (2, "2024-12-31")
    assert corrected["clause_hash"] != desk.store.revisions[0]["hash"]
    assert await desk.refused(desk.step(drawing.correct, reason=None, facts=given)) == NO_REASON
    assert await desk.refused(desk.step(drawing.correct, facts={"agreement": "agr_2"})) == [broken("agreement")]
    undated = desk.step(drawing.correct, facts={"drawn_up_on": "2024-01-01"})
    assert await desk.refused(undated) == [broken("drawn_up_on")]
    assert await desk.refused(desk.step(drawing.correct, facts={"sides": []})) == [(Code.FORBIDDEN, ())]
    assert await desk.refused(desk.step(drawing.discard, reason=" ")) == NO_REASON
    await desk.sign(clause_version=2)
    for action, more in ((drawing.correct, {"facts": given}), (drawing.discard, {})):
        assert await desk.refused(desk.step(action, **more)) == WRONG_STATE
    await desk.step(signing.withdraw_signature, organization=HOSPITAL)
    assert (await desk.step(drawing.discard))["stage"] == "DISCARDED"
    assert await desk.refused(desk.step(drawing.discard)) == WRONG_STATE


async def test_clauses_that_stand_are_not_looked_up_again_and_archived_ones_bind_nobody_anew() -> None:
    desk = await Desk.drawn_up()
    clauses = record_of(ClauseSet, desk.store.documents["cla_1"])
    desk.store.put(replace(clauses, archived=True))
    assert (await desk.step(drawing.correct, facts={"expires_on": "2024-12-31"}))["clause_set"] == "cla_1"
    other = drawing.draw_up(desk.store, act(), facts(agreement="agr_1"))
    assert await desk.refused(other) == [invalid("clause_set")]


# ── Reported commitments ──


async def test_a_reported_one_says_what_its_source_says() -> None:
    desk = await Desk.drawn_up(None, **reported())
    assert desk.record.gaps == ("clause_set", "clause_version", "drawn_up_on", "signed_on")
    assert (desk.record.stage, desk.status()) == ("OPEN", "PENDING")
    given = {"signed": True, "signed_on": "2024-02", "signer": "王", "headcount": "hea_hospital"}
    told = reported(sides=[{"organization": HOSPITAL, **given}, {"organization": BANK}], drawn_up_on="2024-01-01")
    told |= {"publicity": [{"organization": HOSPITAL, "begins": "2024", "evidence": ["att_1"]}]}
    other = await Desk.drawn_up(None, **told)
    assert (other.record.sides[0].staff, other.record.sides[1].signed, other.status()) == (100, False, "PENDING")
    assert (await Desk.drawn_up(None, **reported(sides=sides(HOSPITAL, BANK)))).status() == "DRAWN_UP"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"sources": []}, [(Code.REQUIRED, ("sources",))]),
        ({"drawn_up_on": "2024-02-21"}, [broken("drawn_up_on")]),
        ({"sides": sides(HOSPITAL, BANK, signed_on="2024-01-01")}, [broken("sides", n, "signed_on") for n in (0, 1)]),
        (
            {"sides": sides(HOSPITAL, BANK, signed=True, signed_on="2024-02-21")},
            [broken("sides", n, "signed_on") for n in (0, 1)],
        ),
        (
            {"sides": sides(HOSPITAL, BANK, signed=True, headcount="hea_x")},
            [invalid("sides", n, "headcount") for n in (0, 1)],
        ),
        ({"sides": sides(HOSPITAL, BANK, signed=True, headcount="hea_bank")}, [invalid("sides", 0, "headcount")]),
        ({"clause_version": 1}, [(Code.REQUIRED, ("clause_set",))]),
        ({"clause_set": "cla_1"}, [(Code.REQUIRED, ("clause_version",))]),
        ({"publicity": [{"organization": BRIGADE}]}, [broken("publicity", 0, "organization")]),
        ({"publicity": [{"organization": BANK, "begins": "2024-02-21"}]}, [broken("publicity", 0, "begins")]),
        (
            {"publicity": [{"organization": BANK, "begins": "2024-02-02", "ends": "2024-02-01"}]},
            [broken("publicity", 0, "ends")],
        ),
        ({"publicity": [{"organization": BANK, "evidence": ["att_x"]}]}, [invalid("publicity", 0, "evidence", 0)]),
    ],
)
async def test_the_rules_judge_what_a_source_tells(given: dict[str, Any], found: Any) -> None:
    store = world()
    assert await refused(store, drawing.draw_up(store, act(), reported(**given))) == found


async def test_a_reported_one_may_stand_under_an_agreement_that_is_over() -> None:
    store = world()
    store.put(agreement(terminated_on=dt.date(2024, 2, 1)))
    desk = await Desk.drawn_up(store, **reported())
    await desk.followed()
    assert desk.status() == "EXPIRED"


async def test_a_reported_one_is_corrected_whatever_its_state_until_somebody_signs_it_here() -> None:
    both = [{"organization": HOSPITAL, "signed": True}, {"organization": BANK}]
    desk = await Desk.drawn_up(None, **reported(sides=both))
    await desk.acknowledge(persons=["甲"])
    await desk.followed()
    told = {"clause_set": "cla_1", "clause_version": 1, "sides": both, "sources": SOURCES, "drawn_up_on": "2024-01-02"}
    corrected = await desk.step(drawing.correct, facts=told)
    assert (corrected["clause_version"], corrected["sides"][0]["known"], corrected["gaps"]) == (1, 1, [])
    counted = [{**both[0], "headcount": "hea_hospital"}, both[1]]
    recounted = await desk.step(drawing.correct, facts={"sides": counted})
    assert (recounted["sides"][0]["staff"], recounted["sides"][0]["counted"]) == (100, 0)
    await desk.sign(BANK)
    assert await desk.refused(desk.step(drawing.correct, facts={"clause_version": 2})) == WRONG_STATE
    assert await desk.refused(desk.step(drawing.discard)) == WRONG_STATE


async def test_without_clauses_it_is_not_signed_here() -> None:
    desk = await Desk.drawn_up(
        None, **reported(sides=[{"organization": HOSPITAL, "signed": True}, {"organization": BANK}])
    )
    assert await desk.refused(desk.sign(BANK)) == [broken("clause_version")]


# ── Renewal ──


async def test_a_renewal_is_on_a_later_version_or_on_other_clauses() -> None:
    desk = await Desk.signed()
    for number in (0, 1):
        found = await desk.refused(desk.step(drawing.renew, facts={"clause_version": number}))
        assert found == [broken("clause_version")]
    other = {"clause_set": "cla_2", "clause_version": 1}
    new = await desk.step(drawing.renew, BANK, facts=other)
    assert (new["supersedes"], new["clause_set"], new["stage"]) == (desk.id, "cla_2", "DRAWN_UP")
    assert [side["known"] for side in new["sides"]] == [0, 0]
    assert await desk.refused(desk.step(drawing.renew, facts={"clause_version": 2})) == [(Code.ALREADY_EXISTS, ())]
    assert await desk.refused(desk.step(drawing.renew, facts={**other, "origin": "REPORTED"})) == [broken("origin")]
    assert await desk.refused(desk.step(drawing.renew, ADMIN, facts=other)) == NO_RIGHT


async def test_what_one_side_never_signed_is_renewed_when_it_has_expired_and_no_sooner() -> None:
    desk = await Desk.drawn_up(None, **facts(expires_on="2024-02-29"))
    await desk.sign()
    renewal = {"clause_version": 2, "expires_on": "2024-12-31"}
    assert await desk.refused(desk.step(drawing.renew, facts=renewal)) == WRONG_STATE
    desk.at += dt.timedelta(days=10)
    assert desk.status("2024-03-01") == "EXPIRED"
    assert (await desk.step(drawing.renew, facts=renewal))["supersedes"] == desk.id


async def test_it_may_follow_to_the_agreement_that_renews_the_old_one() -> None:
    desk = await Desk.signed()
    old = record_of(Agreement, desk.store.documents["agr_1"])
    desk.store.put(replace(old, renewed_by="agr_2", renewed_from=TODAY))
    desk.store.put(agreement("agr_2", publicity_days=1))
    await desk.followed()
    renewal = {"clause_version": 2}
    assert await desk.refused(desk.step(drawing.renew, facts=renewal)) == [broken("agreement")]
    new = await desk.step(drawing.renew, facts={**renewal, "agreement": "agr_2"})
    assert (new["agreement"], new["publicity_days"]) == ("agr_2", 1)
    assert Commitment.state(desk.document, TODAY) == "EXPIRED"
