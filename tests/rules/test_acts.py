"""An act: its day, its ids, its reason, and how a retry is recognised."""

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from service.acts import Act, following, idempotency_key, reason_of
from service.errors import Code, Refusal
from service.viewer import ANONYMOUS, Right, Viewer

NOON = dt.datetime(2024, 3, 1, 4, tzinfo=dt.UTC)
LEE = Viewer("李医生")


def test_the_day_of_an_act_is_the_day_in_shanghai() -> None:
    assert Act(ANONYMOUS, dt.datetime(2024, 2, 28, 16, tzinfo=dt.UTC), "x").day == dt.date(2024, 2, 29)


def test_ids_name_their_type_and_follow_time() -> None:
    early, late = (Act(LEE, NOON + dt.timedelta(hours=hour), "x").new_id("org") for hour in (0, 1))
    assert early.startswith("org_")
    assert early < late
    assert ULID.from_str(early.removeprefix("org_")).datetime == NOON


def test_without_a_key_no_two_ids_are_the_same() -> None:
    assert len({Act(LEE, NOON, "x").new_id("org") for _ in range(100)}) == 100


@given(st.text(max_size=50), st.text(max_size=50))
def test_with_a_key_a_retry_makes_the_same_id_and_another_key_another_one(one: str, other: str) -> None:
    def own_id(header: str, at: dt.datetime) -> str:
        return Act(LEE, at, "x", key=idempotency_key(LEE, header, "recordActivity")).new_id("act")

    assert own_id(one, NOON) == own_id(one, NOON + dt.timedelta(days=1))
    assert (own_id(one, NOON) == own_id(other, NOON)) == (one == other)


def test_a_key_is_unique_to_viewer_header_and_field() -> None:
    keys = [
        idempotency_key(viewer, header, path)
        for viewer in (LEE, Viewer("王护士"))
        for header in ("1", "2")
        for path in ("a", "b")
    ]
    assert len(set(keys)) == 8
    assert all(len(bytes.fromhex(key)) == 16 for key in keys)


def test_a_uuid_of_version_7_lends_its_time_to_the_id() -> None:
    moment = int(NOON.timestamp() * 1000)
    header = str(uuid.UUID(int=(moment << 80) | (7 << 76) | (0b10 << 62) | 12345))
    key = idempotency_key(LEE, header, "a")
    assert key[:12] == f"{moment:012x}"
    assert key != idempotency_key(LEE, header, "b")
    assert ULID.from_str(Act(LEE, NOON, "x", key=key).new_id("act").removeprefix("act_")).datetime == NOON


def test_a_uuid_of_another_version_is_a_key_like_any_other() -> None:
    header = "3f2b7a3e-8a55-4c1b-9c0e-2f6d1b8a9c10"
    assert idempotency_key(LEE, header, "a")[:12] != header.replace("-", "")[:12]


@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_where_a_reason_is_needed_its_absence_is_told(reason: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        reason_of(Act(LEE, NOON, "x", reason))
    (problem,) = refused.value.problems
    assert (problem.code, problem.path) == (Code.REQUIRED, ("reason",))
    assert problem.english
    assert problem.chinese


def test_a_reason_is_taken_without_its_margins_and_has_a_limit() -> None:
    assert reason_of(Act(LEE, NOON, "x", " 写错日期 ")) == "写错日期"
    with pytest.raises(Refusal, match="At most 4000 characters"):
        reason_of(Act(LEE, NOON, "x", "长" * 4001))


def test_what_follows_a_revision_is_keyed_by_it_and_by_the_record_written() -> None:
    revision = {"_id": "agr_1:3", "network": "net_a"}
    act = following("markRenewed", revision, NOON)
    assert act == following("markRenewed", revision, NOON)
    others = [
        following("repoint", revision, NOON),
        following("markRenewed", {**revision, "_id": "agr_1:4"}, NOON),
        act.upon("mem_1"),
        act.upon("mem_2"),
    ]
    assert len({each.key for each in (act, *others)}) == 5
    assert act.reason is not None
    assert "agr_1:3" in act.reason
    assert act.viewer.may(Right.KEEP_AGREEMENTS, "net_a")
    assert not act.viewer.may(Right.READ_NETWORK, "net_b")


def test_an_act_without_a_key_is_the_same_upon_every_record() -> None:
    act = Act(Viewer("somebody"), NOON, "test")
    assert act.upon("mem_1") is act
