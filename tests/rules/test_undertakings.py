"""How a side signs, publicises, tells who knows of it, and withdraws (002, section 2; C14)."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from service.errors import Code
from service.facts import MOST_ITEMS
from service.integrity import acknowledging, drawing, ending, publicising, signing
from service.integrity.acknowledgements import MOST_PERSONS
from service.integrity.commitments import Publicity
from service.records import document_of
from service.viewer import Grant, Role, Viewer
from tests.rules.commitment_scene import (
    ADMIN,
    BANK,
    BRIGADE,
    HOSPITAL,
    OFFICER,
    TODAY,
    Desk,
    act,
    broken,
    facts,
    refused,
    reported,
)

TOMORROW = TODAY + dt.timedelta(days=1)
WRONG_STATE = [(Code.ILLEGAL_STATE, ("id",))]
NO_RIGHT = [(Code.FORBIDDEN, ())]
NOT_FOR_IT = [(Code.FORBIDDEN, ("organization",))]
NO_SIDE = [(Code.REFERENCE_INVALID, ("organization",))]


def invalid(*path: str | int) -> Any:
    return Code.REFERENCE_INVALID, path


# ── Signing ──


async def test_each_side_signs_for_itself_and_its_staff_is_fixed() -> None:
    desk = await Desk.drawn_up()
    await desk.sign(signer="王书记")
    side = desk.record.side_of(HOSPITAL)
    assert side
    assert (side.signed, side.signer, side.staff, side.headcount, desk.record.required(side)) == (
        True,
        "王书记",
        100,
        "hea_hospital",
        100,
    )
    assert (desk.status(), desk.record.signed_on) == ("PENDING", None)
    await desk.sign(BANK)
    assert (desk.status(), desk.record.signed_on) == ("PENDING", TODAY)
    assert await desk.refused(desk.sign()) == WRONG_STATE


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"clause_version": 2}, [broken("clause_version")]),
        ({"signed_on": TOMORROW}, [broken("signed_on")]),
        ({"signed_on": dt.date(2023, 12, 31)}, [broken("signed_on"), broken("headcount")]),
        ({"headcount": "hea_x"}, [invalid("headcount")]),
        ({"headcount": "hea_bank"}, [invalid("headcount")]),
        ({"headcount": "hea_late"}, [broken("headcount")]),
        ({"headcount": "hea_undated"}, [broken("headcount")]),
        ({"headcount": "hea_empty"}, [broken("headcount")]),
        ({"signer": "王" * 101}, [(Code.INVALID, ("sides", 0, "signer"))]),
        ({"by": BANK}, NOT_FOR_IT),
        ({"own": BRIGADE, "by": HOSPITAL, "headcount": "hea_hospital"}, NO_SIDE),
    ],
)
async def test_what_signature_is_refused(given: dict[str, Any], found: Any) -> None:
    desk = await Desk.drawn_up()
    assert await desk.refused(desk.sign(**given)) == found


async def test_nobody_signs_twice_or_after_the_commitment_is_over() -> None:
    desk = await Desk.drawn_up(None, **facts(expires_on="2024-02-29"))
    await desk.sign()
    assert await desk.refused(desk.sign()) == [broken("organization")]
    other = await Desk.drawn_up(None, **facts(expires_on="2024-02-29"))
    other.at += dt.timedelta(days=10)
    late = {"signed_on": dt.date(2024, 3, 1), "headcount": "hea_hospital"}
    assert await other.refused(other.sign(**late)) == [broken("signed_on")]
    await other.sign(signed_on=dt.date(2024, 2, 29))  # recorded the day after it was over
    assert other.status("2024-03-01") == "EXPIRED"


async def test_a_mistaken_signature_is_withdrawn_before_the_last() -> None:
    desk = await Desk.drawn_up()
    await desk.sign()
    unsign = signing.withdraw_signature
    assert await desk.refused(desk.step(unsign, BANK, organization=HOSPITAL)) == NOT_FOR_IT
    assert await desk.refused(desk.step(unsign, BANK, organization=BANK)) == [broken("organization")]
    assert await desk.refused(desk.step(unsign, reason=None, organization=HOSPITAL)) == [(Code.REQUIRED, ("reason",))]
    after = await desk.step(unsign, organization=HOSPITAL)
    assert (after["stage"], after["sides"][0]["staff"]) == ("DRAWN_UP", None)
    await desk.sign()
    await desk.sign(BANK)
    assert await desk.refused(desk.step(unsign, organization=HOSPITAL)) == WRONG_STATE


# ── Publicity ──


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"channel": ""}, [(Code.REQUIRED, ("channel",))]),
        ({"channel": "栏" * 101}, [(Code.INVALID, ("channel",))]),
        ({"begins": TOMORROW}, [broken("begins")]),
        ({"begins": dt.date(2023, 12, 31)}, [broken("begins")]),  # before the clauses were published
        ({"ends": TODAY - dt.timedelta(days=1)}, [broken("ends")]),
        ({"evidence": ["att_x", "att_1"]}, [invalid("evidence", 0)]),
        ({"evidence": ["att_far"]}, [invalid("evidence", 0)]),
        ({"by": BANK}, NOT_FOR_IT),
        ({"own": BANK}, [broken("organization")]),  # has not signed
        ({"own": BRIGADE, "by": HOSPITAL}, NO_SIDE),
    ],
)
async def test_what_publicity_is_refused(given: dict[str, Any], found: Any) -> None:
    desk = await Desk.drawn_up()
    await desk.sign()
    assert await desk.refused(desk.publicise(**given)) == found


async def test_a_publicity_goes_on_until_it_is_ended() -> None:
    desk = await Desk.signed()
    begins = TODAY - dt.timedelta(days=7)
    await desk.publicise(begins=begins, place="门诊大厅", evidence=["att_1"])
    assert desk.record.publicised_on(HOSPITAL) == TODAY
    end: Any = {"organization": HOSPITAL, "number": 1}
    for ends, found in ((TOMORROW, [broken("ends")]), (begins - dt.timedelta(days=1), [broken("ends")])):
        assert await desk.refused(desk.step(publicising.end_publicity, **end, ends=ends)) == found
    for number in (0, 2):
        assert await desk.refused(
            desk.step(publicising.end_publicity, organization=HOSPITAL, number=number, ends=TODAY)
        ) == [broken("number")]
    of_none = desk.step(publicising.end_publicity, BANK, organization=BANK, number=1, ends=TODAY)
    assert await desk.refused(of_none) == [broken("organization")]
    await desk.step(publicising.end_publicity, **end, ends=TODAY - dt.timedelta(days=2))
    assert desk.record.publicised_on(HOSPITAL) is None
    assert await desk.refused(desk.step(publicising.end_publicity, **end, ends=TODAY)) == WRONG_STATE
    await desk.publicise(begins=TODAY, ends=TODAY + dt.timedelta(days=30))
    assert await desk.refused(desk.step(publicising.end_publicity, **end, ends=TODAY)) == [broken("number")]
    await desk.step(publicising.end_publicity, organization=HOSPITAL, number=2, ends=TODAY)
    assert desk.record.publicity[1].ends
    every = replace(desk.record, publicity=(Publicity(HOSPITAL),) * MOST_ITEMS)
    desk.store.documents[desk.id] = document_of(every)
    assert await desk.refused(desk.publicise()) == [(Code.LIMIT_EXCEEDED, ("publicity",))]


# ── Acknowledgements ──


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [(Code.REQUIRED, ("persons",))]),
        ({"persons": []}, [(Code.REQUIRED, ("persons",))]),
        ({"persons": ["甲"], "head_count": 1}, [broken("head_count")]),
        ({"head_count": 0}, [(Code.INVALID, ("head_count",))]),
        ({"head_count": -1}, [(Code.INVALID, ("head_count",))]),
        ({"head_count": 101}, [broken("head_count")]),
        ({"persons": ["甲", "A1", "a1", "Ａ1"]}, [broken("persons", 2), broken("persons", 3)]),
        ({"persons": ["甲", " "]}, [(Code.REQUIRED, ("persons", 1))]),
        ({"persons": ["甲" * 101]}, [(Code.INVALID, ("persons", 0))]),
        ({"persons": [str(number) for number in range(MOST_PERSONS + 1)]}, [(Code.LIMIT_EXCEEDED, ("persons",))]),
        ({"persons": ["甲"], "acknowledged_on": TOMORROW}, [broken("acknowledged_on")]),
        ({"persons": ["甲"], "acknowledged_on": dt.date(2023, 12, 31)}, [broken("acknowledged_on")]),
        ({"persons": ["甲"], "by": BANK}, NOT_FOR_IT),
        ({"persons": ["甲"], "own": BANK}, [broken("organization")]),
        ({"persons": ["甲"], "own": BRIGADE, "by": HOSPITAL}, NO_SIDE),
        ({"persons": ["甲"], "commitment": "com_x"}, [invalid("commitment")]),
    ],
)
async def test_what_batch_is_refused(given: dict[str, Any], found: Any) -> None:
    desk = await Desk.drawn_up()
    await desk.sign()
    assert await desk.refused(desk.acknowledge(**given)) == found


async def test_who_is_told_of_twice_counts_once_on_the_first_day() -> None:
    desk = await Desk.signed()
    days = [TODAY - dt.timedelta(days=number) for number in (1, 3, 2)]
    for day, persons in zip(days, (["甲", "A1"], ["乙"], ["甲", "ａ1 "]), strict=True):
        await desk.acknowledge(BANK, persons=persons, acknowledged_on=day)
    await desk.followed()
    side = desk.record.side_of(BANK)
    assert side
    assert (side.known, side.known_on, side.counted) == (3, days[2], 3)


async def test_people_and_numbers_do_not_mix_on_one_side() -> None:
    desk = await Desk.signed()
    await desk.acknowledge(persons=["甲"])
    await desk.acknowledge(BANK, head_count=2)
    assert await desk.refused(desk.acknowledge(head_count=1)) == [broken("head_count")]
    assert await desk.refused(desk.acknowledge(BANK, persons=["甲"])) == [broken("persons")]
    assert await desk.refused(desk.acknowledge(BANK, head_count=2)) == [broken("head_count")]  # 4 of 3
    assert (await desk.acknowledge(BANK, head_count=1))["people"] == 1


async def test_a_withdrawn_batch_counts_no_more_and_makes_room() -> None:
    desk = await Desk.signed()
    batch = await desk.acknowledge(BANK, head_count=3)
    await desk.followed()
    assert desk.record.sides[1].known_on == TODAY
    own: Any = (batch["_id"], 1)
    for by in (HOSPITAL, ADMIN, OFFICER):
        assert await refused(desk.store, acknowledging.withdraw(desk.store, act(by), *own)) == NO_RIGHT
    no_reason = acknowledging.withdraw(desk.store, act(BANK, None), *own)
    assert await refused(desk.store, no_reason) == [(Code.REQUIRED, ("reason",))]
    await acknowledging.withdraw(desk.store, act(BANK), *own)
    await desk.followed()
    assert (desk.record.sides[1].known, desk.record.sides[1].known_on, desk.record.sides[1].counted) == (0, None, 2)
    assert await refused(desk.store, acknowledging.withdraw(desk.store, act(BANK), batch["_id"], 2)) == WRONG_STATE
    assert (await desk.acknowledge(BANK, persons=["甲"]))["people"] == 1


async def test_a_reported_side_without_a_head_count_tells_of_any_number_and_needs_no_clauses() -> None:
    desk = await Desk.drawn_up(None, **reported())
    batch = await desk.acknowledge(head_count=5_000)
    assert (batch["clause_set"], batch["clause_version"]) == (None, None)
    await desk.followed()
    assert (desk.record.sides[0].known, desk.record.sides[0].known_on) == (5_000, None)


async def test_nobody_tells_of_people_where_nobody_has_signed() -> None:
    desk = await Desk.drawn_up()
    assert await desk.refused(desk.acknowledge(persons=["甲"])) == WRONG_STATE


# ── Withdrawal ──


async def test_a_side_withdraws_from_a_day_on_and_may_move_it_while_it_is_ahead() -> None:
    desk = await Desk.drawn_up(None, **facts(expires_on="2024-12-31"))
    await desk.sign()
    ahead = dt.date(2024, 2, 29)
    await desk.withdraw(on=ahead)
    assert [desk.status(day) for day in ("2024-02-28", "2024-02-29")] == ["PENDING", "WITHDRAWN"]
    assert (desk.document["withdrawn_by"], desk.document["end_reason"]) == (HOSPITAL, "因故")
    for later in (ahead, dt.date(2024, 12, 30)):  # nobody keeps the other side in
        for own in (HOSPITAL, BANK):
            assert await desk.refused(desk.withdraw(own, on=later)) == [broken("on")]
    await desk.withdraw(on=dt.date(2024, 2, 28))
    await desk.withdraw(BANK)
    assert (desk.status(), desk.document["withdrawn_by"]) == ("WITHDRAWN", BANK)
    assert await desk.refused(desk.withdraw(BANK)) == WRONG_STATE


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"on": TODAY - dt.timedelta(days=1)}, [broken("on")]),  # before it was signed
        ({"on": dt.date(2025, 1, 1)}, [broken("on")]),
        ({"reason": " "}, [(Code.REQUIRED, ("reason",))]),
    ],
)
async def test_what_withdrawal_is_refused(given: dict[str, Any], found: Any) -> None:
    desk = await Desk.drawn_up(None, **facts(expires_on="2024-12-31"))
    await desk.sign()
    assert await desk.refused(desk.withdraw(**given)) == found
    assert await desk.refused(desk.step(ending.withdraw, ADMIN, organization=HOSPITAL)) == NO_RIGHT
    assert await desk.refused(desk.step(ending.withdraw, BANK, organization=HOSPITAL)) == NOT_FOR_IT


async def test_clauses_and_evidence_of_another_network_do_not_fit_whoever_may_read_them() -> None:
    grants = (Grant(Role.RECORDER, "net_med", HOSPITAL), Grant(Role.OBSERVER, "net_far"))
    by = Viewer("of two networks", grants)
    desk = await Desk.drawn_up()
    await desk.sign()
    given: Any = {"organization": HOSPITAL, "channel": "内网", "begins": TODAY, "evidence": ["att_far"]}
    assert await desk.refused(desk.step(publicising.publicise, by, **given)) == [invalid("evidence", 0)]
    far = drawing.draw_up(desk.store, act(by), facts(clause_set="cla_far"))
    assert await desk.refused(far) == [invalid("clause_set")]
