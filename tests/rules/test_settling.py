"""What follows from writes elsewhere: counts, the end of an agreement, and the commitment that takes the place."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from service.acts import following
from service.cooperation.agreements import Agreement
from service.errors import Code, Refusal
from service.integrity import drawing, publicising, settling, signing
from service.integrity.commitments import Commitment
from service.integrity.knowing import Knowing, knowing
from service.records import record_of
from tests.rules.commitment_scene import BANK, HOSPITAL, NOON, TODAY, Desk, facts

LATER = dt.date(2024, 3, 10)


def by(own_id: str) -> Any:
    return following("settle", {"_id": f"{own_id}:1", "network": "net_med"}, NOON)


async def ended(desk: Desk, **changes: Any) -> None:
    """Its agreement has ended, and the follower of that has run, twice as after a crash."""
    agreement = record_of(Agreement, desk.store.documents["agr_1"])
    desk.store.put(replace(agreement, **changes))
    for _ in range(2):
        assert await settling.follow_agreement(desk.store, by("agr_1"), "agr_1")


async def renewal(desk: Desk, **given: Any) -> Desk:
    new = await desk.step(drawing.renew, facts={"clause_version": 2, **given})
    other = Desk(desk.store, new["_id"])
    other.at = desk.at
    return other


async def test_what_is_known_follows_each_batch_and_is_written_once() -> None:
    desk = await Desk.signed()
    batch = await desk.acknowledge(BANK, persons=["甲", "乙"])
    for _ in range(2):
        assert await settling.follow_acknowledgement(desk.store, by(batch["_id"]), batch["_id"])
    side = desk.record.sides[1]
    assert (side.known, side.known_on, side.counted, desk.document["version"]) == (2, None, 1, 4)
    assert desk.store.revisions[-1]["by"] == "service:follower"


async def test_a_side_that_signs_anew_is_counted_anew() -> None:
    desk = await Desk.drawn_up()
    await desk.sign(BANK)
    await desk.acknowledge(BANK, persons=["甲", "乙", "丙"])
    await desk.followed()
    assert desk.record.sides[1].known_on == TODAY
    await desk.step(signing.withdraw_signature, BANK, organization=BANK)
    assert (desk.record.sides[1].known, desk.record.sides[1].counted) == (0, 0)
    await desk.sign(BANK)
    await desk.followed()
    assert (desk.record.sides[1].known, desk.record.sides[1].known_on) == (3, TODAY)


async def test_a_count_that_was_overtaken_is_a_conflict_and_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk.signed()
    await desk.acknowledge(BANK, persons=["甲"])
    count = desk.store.acknowledged

    async def overtaken(commitment: str) -> dict[str, Knowing]:
        monkeypatch.setattr(desk.store, "acknowledged", count)
        await desk.publicise()
        return await count(commitment)

    monkeypatch.setattr(desk.store, "acknowledged", overtaken)
    with pytest.raises(Refusal) as refused:
        await settling.settle(desk.store, by(desk.id), desk.id)
    assert refused.value.problems[0].code is Code.CONFLICT
    await settling.settle(desk.store, by(desk.id), desk.id)
    assert (desk.record.sides[1].known, len(desk.record.publicity)) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "states"),
    [
        ({"terminated_on": LATER}, ["PENDING", "EXPIRED"]),
        ({"renewed_by": "agr_9", "renewed_from": LATER}, ["PENDING", "EXPIRED"]),
        ({"renewed_by": "agr_9", "renewed_from": None}, ["EXPIRED", "EXPIRED"]),
        ({"term_from": dt.date(2024, 1, 1)}, ["PENDING", "PENDING"]),
    ],
)
async def test_it_ends_with_its_agreement(changes: dict[str, Any], states: list[str]) -> None:
    desk = await Desk.signed()
    await ended(desk, **changes)
    assert [desk.status(day) for day in (LATER - dt.timedelta(days=1), LATER)] == states
    await ended(desk, terminated_on=None, renewed_by=None)
    assert desk.status(LATER) == "PENDING"


async def test_its_successor_takes_its_place_when_it_is_effective_itself() -> None:
    old = await Desk.signed()
    await old.completed(begins=TODAY - dt.timedelta(days=7))
    assert old.status() == "EFFECTIVE"
    new = await renewal(old)
    await new.followed()
    assert (old.document["renewed_by"], old.document["renewed_from"]) == (new.id, None)
    for own in (HOSPITAL, BANK):
        await new.sign(own, clause_version=2)
    await new.completed(begins=TODAY)
    effective = TODAY + dt.timedelta(days=7)
    assert old.document["renewed_from"] == str(effective)
    assert [old.status(day) for day in (effective - dt.timedelta(days=1), effective)] == ["EFFECTIVE", "RENEWED"]
    assert [new.status(day) for day in (effective - dt.timedelta(days=1), effective)] == ["PENDING", "EFFECTIVE"]
    new.at += dt.timedelta(days=3)
    end: Any = {"organization": HOSPITAL, "number": 1, "ends": TODAY + dt.timedelta(days=2)}
    await new.step(publicising.end_publicity, **end)
    await new.followed()
    assert old.document["renewed_from"] is None
    await new.publicise(begins=TODAY + dt.timedelta(days=3))
    await new.followed()
    assert old.document["renewed_from"] == str(effective)


async def test_a_successor_discarded_or_withdrawn_before_it_took_effect_makes_room() -> None:
    old = await Desk.signed()
    first = await renewal(old)
    await first.followed()
    await first.step(drawing.discard)
    await first.followed()
    assert old.document["renewed_by"] is None
    second = await renewal(old)
    await second.followed()
    assert old.document["renewed_by"] == second.id
    await first.followed()  # late, and no more its successor
    assert old.document["renewed_by"] == second.id
    await second.sign(clause_version=2)
    await second.withdraw()
    await second.followed()
    assert (old.document["renewed_by"], old.status()) == (None, "PENDING")


async def test_one_withdrawn_after_it_took_effect_has_taken_the_place() -> None:
    old = await Desk.signed()
    new = await renewal(old)
    for own in (HOSPITAL, BANK):
        await new.sign(own, clause_version=2)
    await new.completed(begins=TODAY - dt.timedelta(days=10))
    new.at += dt.timedelta(days=5)
    await new.withdraw()
    await new.followed()
    assert (old.status("2024-03-31"), new.status("2024-03-31")) == ("RENEWED", "WITHDRAWN")


async def test_a_pair_begins_anew_after_a_withdrawal_of_what_had_taken_anothers_place() -> None:
    old = await Desk.signed()
    new = await renewal(old)
    for own in (HOSPITAL, BANK):
        await new.sign(own, clause_version=2)
    await new.completed(begins=TODAY - dt.timedelta(days=10))
    new.at += dt.timedelta(days=5)
    await new.withdraw()
    await new.followed()
    again = Desk(new.store, (await new.step(drawing.renew, facts={"clause_version": 2}))["_id"])
    await again.followed()
    assert (again.document["supersedes"], again.status(), new.document["renewed_by"]) == (new.id, "DRAWN_UP", again.id)
    assert new.status("2024-03-31") == "WITHDRAWN"
    assert await new.refused(new.step(drawing.renew, facts={"clause_version": 2})) == [(Code.ILLEGAL_STATE, ("id",))]
    first = await Desk.signed()
    await first.withdraw()  # of which a new one is drawn up
    assert await first.refused(first.step(drawing.renew, facts={"clause_version": 2})) == [
        (Code.ILLEGAL_STATE, ("id",))
    ]


async def test_an_expired_one_is_renewed_too_and_of_two_ends_the_earlier_stands() -> None:
    old = await Desk.drawn_up(None, **facts(expires_on="2024-02-29"))
    for own in (HOSPITAL, BANK):
        await old.sign(own)
    new = await renewal(old)
    for own in (HOSPITAL, BANK):
        await new.sign(own, clause_version=2)
    await new.completed(begins=TODAY)
    await old.withdraw(on=dt.date(2024, 2, 25))
    assert [old.status(day) for day in ("2024-02-24", "2024-02-25", "2024-02-27")] == [
        "PENDING",
        "WITHDRAWN",
        "WITHDRAWN",
    ]
    record = replace(old.record, withdrawn_on=dt.date(2024, 2, 28))
    old.store.put(record)
    assert [old.status(day) for day in ("2024-02-26", "2024-02-27", "2024-02-28")] == ["PENDING", "RENEWED", "RENEWED"]
    late = replace(record, withdrawn_on=None, renewed_from=dt.date(2024, 3, 5))
    old.store.put(late)
    assert [old.status(day) for day in ("2024-02-29", "2024-03-01", "2024-03-05")] == ["PENDING", "EXPIRED", "RENEWED"]


async def test_following_what_changed_nothing_writes_nothing() -> None:
    desk = await Desk.signed()
    await desk.followed()
    version = desk.document["version"]
    await desk.followed(5)
    assert desk.document["version"] == version
    assert Commitment.state(desk.document, TODAY) == "PENDING"


def test_what_the_store_counts_becomes_a_sum_by_side() -> None:
    side = {"organization": BANK}
    rows: Any = {
        "named": [
            {"_id": {**side, "on": "2024-02-28"}, "people": 2},
            {"_id": {**side, "on": "2024-02-29"}, "people": 1},
        ],
        "counted": [{"_id": {"organization": HOSPITAL, "on": "2024-02-29"}, "people": 95}],
        "batches": [
            {"_id": {**side, "status": "RECORDED"}, "batches": 3},
            {"_id": {**side, "status": "WITHDRAWN"}, "batches": 1},
            {"_id": {"organization": HOSPITAL, "status": "RECORDED"}, "batches": 1},
        ],
    }
    found = knowing(rows)
    leap = dt.date(2024, 2, 29)
    assert (found[BANK].people, found[BANK].named, found[BANK].counted) == (3, True, 5)
    assert [found[BANK].reached(wanted) for wanted in (2, 3, 4, None)] == [dt.date(2024, 2, 28), leap, None, None]
    assert (found[HOSPITAL].people, found[HOSPITAL].named, found[HOSPITAL].counted) == (95, False, 1)
