"""While a commitment has not ended it is EFFECTIVE exactly when it has no blockers, on any day."""

import datetime as dt
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st
from mongomock.filtering import filter_applies

from service.dates import PartialDate, day_of
from service.integrity.blockers import BlockerCode, blockers
from service.integrity.commitments import (
    ENDED,
    OPEN,
    UNDER_WAY,
    Commitment,
    CommitmentStatus,
    Publicity,
    Side,
    Stage,
)
from service.records import document_of
from tests.rules.commitment_scene import BANK, HOSPITAL, TODAY, Desk, reported

DAYS = st.dates(dt.date(2023, 12, 25), dt.date(2024, 3, 5))  # a year's end and a leap day
PARTIAL = st.tuples(DAYS, DAYS).map(lambda days: PartialDate.between(min(days), max(days))) | DAYS.map(PartialDate.on)
MAYBE = st.none() | DAYS


@st.composite
def sides(draw: st.DrawFn, organization: str) -> Side:
    signed = draw(st.sampled_from([True, True, True, False]))
    if not signed:
        return Side(organization, known=draw(st.integers(0, 2)))
    staff, signed_on = draw(st.none() | st.integers(1, 120)), draw(st.none() | PARTIAL)
    known_on = None if staff is None else draw(MAYBE)
    return Side(organization, True, signed_on, staff=staff, known=draw(st.integers(0, 120)), known_on=known_on)


@st.composite
def commitments(draw: st.DrawFn) -> Commitment:
    """One as it may stand, its stage and its counts as the actions keep them."""
    both = (draw(sides(HOSPITAL)), draw(sides(BANK)))
    spans = st.builds(
        Publicity, st.sampled_from([HOSPITAL, BANK]), begins=st.none() | PARTIAL, ends=st.none() | PARTIAL
    )
    open_stage = Stage.OPEN if any(side.signed for side in both) else Stage.DRAWN_UP
    return Commitment(
        id="com_1",
        network="net_med",
        agreement="agr_1",
        sides=both,
        publicity_days=draw(st.integers(1, 10)),
        known_percent=draw(st.integers(1, 100)),
        drawn_up_on=draw(MAYBE),
        expires_on=draw(MAYBE),
        publicity=tuple(draw(st.lists(spans, max_size=4))),
        stage=draw(st.sampled_from([open_stage] * 9 + [Stage.DISCARDED])),
        withdrawn_on=draw(st.sampled_from([None] * 4 + [dt.date(2024, 2, 29)])),
        renewed_from=draw(st.sampled_from([None] * 4 + [dt.date(2024, 3, 1)])),
        agreement_ended_on=draw(st.sampled_from([None] * 4 + [dt.date(2024, 1, 1)])),
    )


def complete(signed: str, begins: str, known: str, days: int = 7) -> Commitment:
    both = tuple(
        Side(own, True, PartialDate.parse(signed), staff=100, known=100, known_on=dt.date.fromisoformat(known))
        for own in (HOSPITAL, BANK)
    )
    publicity = tuple(Publicity(own, begins=PartialDate.parse(begins)) for own in (HOSPITAL, BANK))
    own = Commitment(id="com_1", network="net_med", agreement="agr_1", sides=both, publicity=publicity)
    return replace(own, stage=Stage.OPEN, publicity_days=days)


@st.composite
def nearly(draw: st.DrawFn) -> Commitment:
    """One with every gate on a day of its own, or all but one: any of them may be the last."""
    lacking = draw(st.integers(0, 11))  # which of the six, if any
    gates = [None if place == lacking else draw(DAYS) for place in range(6)]
    signed, begun, known = gates[:2], gates[2:4], gates[4:]
    both = tuple(
        Side(own, True, PartialDate.on(on) if on else None, staff=1, known=1 if knows else 0, known_on=knows)
        for own, on, knows in zip((HOSPITAL, BANK), signed, known, strict=True)
    )
    publicity = tuple(
        Publicity(own, begins=PartialDate.on(on)) for own, on in zip((HOSPITAL, BANK), begun, strict=True) if on
    )
    own = complete("2024-01-01", "2024-01-01", "2024-01-01", days=draw(st.integers(1, 10)))
    return replace(own, sides=both, publicity=publicity)


@given(commitments() | nearly(), DAYS)
@example(complete("2024-02-01", "2024-02-01", "2024-02-20"), dt.date(2024, 2, 19))
@example(complete("2024-02-20", "2024-02-01", "2024-02-01"), dt.date(2024, 2, 19))
@example(complete("2024-02-01", "2024-02-20", "2024-02-01"), dt.date(2024, 2, 26))
@example(complete("2024-02-22", "2024-02-22", "2024-02-22"), dt.date(2024, 2, 28))
@example(complete("2024-02-22", "2024-02-22", "2024-02-22"), dt.date(2024, 2, 29))
@example(complete("2023-12-31", "2023-12-25", "2024-01-01"), dt.date(2024, 1, 1))
def test_not_ended_it_is_effective_exactly_without_blockers(commitment: Commitment, day: dt.date) -> None:
    document = document_of(commitment)
    state, found = Commitment.state(document, day), blockers(document, day)
    if state in UNDER_WAY:
        assert (state == CommitmentStatus.EFFECTIVE) == (found == ())
    else:
        assert found == ()


@given(commitments() | nearly(), DAYS, DAYS)
def test_the_days_on_which_it_is_effective_are_told_by_their_bounds(
    commitment: Commitment, day: dt.date, other: dt.date
) -> None:
    document = document_of(commitment)
    first, last = min(day, other), max(day, other)
    every = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
    effective = [each for each in every if Commitment.state(document, each) == CommitmentStatus.EFFECTIVE]
    bounds = {"stage": "OPEN", "effective_from": {"$lte": str(last)}, "effective_to": {"$gte": str(first)}}
    assert filter_applies(bounds, document) == bool(effective)


@given(commitments(), DAYS, DAYS)
def test_an_end_is_an_end_but_for_the_successor_of_an_expired_one(
    commitment: Commitment, day: dt.date, other: dt.date
) -> None:
    document = document_of(commitment)
    earlier, later = (Commitment.state(document, each) for each in sorted((day, other)))
    if earlier in ENDED:
        assert later == earlier or (earlier, later) == ("EXPIRED", "RENEWED")
    if later in OPEN:
        assert earlier in OPEN


async def test_each_blocker_says_what_whose_since_when_and_how_much_in_both_languages() -> None:
    desk = await Desk.drawn_up()
    drawn_up = blockers(desk.document, TODAY)
    assert [(each.code, each.organization, each.since) for each in drawn_up] == [
        (code, own, TODAY)
        for own in (HOSPITAL, BANK)
        for code in (BlockerCode.NOT_SIGNED, BlockerCode.NOT_PUBLICISED, BlockerCode.NOT_ACKNOWLEDGED)
    ]
    begins = TODAY - dt.timedelta(days=3)
    await desk.sign(signed_on=begins)
    await desk.publicise(begins=begins)
    await desk.acknowledge(head_count=95)
    await desk.followed()
    publicised, known, *_ = blockers(desk.document, TODAY)
    assert (publicised.english, publicised.chinese) == ("Publicised 3 of 7 days.", "公示 3/7 天。")
    assert (publicised.since, publicised.done, publicised.wanted) == (begins, 3, 7)
    assert (known.english, known.chinese) == ("Known to 95 of 100 people.", "知晓 95/100 人。")
    assert (known.since, known.done, known.wanted) == (begins, 95, 100)
    await desk.acknowledge(head_count=5)
    await desk.followed()
    of_hospital = [
        each for each in blockers(desk.document, TODAY + dt.timedelta(days=4)) if each.organization == HOSPITAL
    ]
    assert of_hospital == []


async def test_what_no_source_dates_or_counts_stays_a_blocker() -> None:
    desk = await Desk.drawn_up(None, **reported())
    found = [(each.code, each.since, each.english, each.chinese) for each in blockers(desk.document, TODAY)][:3]
    assert found == [
        (BlockerCode.SIGNING_UNDATED, None, "Signed on a day that is not known.", "已签署,日期不详。"),
        (BlockerCode.NOT_PUBLICISED, None, "Publicised 0 of 7 days.", "公示 0/7 天。"),
        (BlockerCode.NOT_ACKNOWLEDGED, None, "Known to 0 people; its staff is not known.", "知晓 0 人,职工人数不详。"),
    ]


async def test_it_becomes_effective_at_midnight_in_shanghai() -> None:
    desk = await Desk.signed()
    await desk.completed(begins=dt.date(2024, 2, 20))
    before, after = dt.datetime(2024, 2, 26, 15, 59, tzinfo=dt.UTC), dt.datetime(2024, 2, 26, 16, tzinfo=dt.UTC)
    assert [desk.status(day_of(moment)) for moment in (before, after)] == ["PENDING", "EFFECTIVE"]
    assert desk.record.took_effect_on == dt.date(2024, 2, 27)
