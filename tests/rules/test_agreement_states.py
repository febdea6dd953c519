"""What turns at midnight: the state of an agreement on a day, the filter that finds it, and who may know of it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mongomock.filtering import filter_applies

from service.cooperation.agreements import Agreement, AgreementKind, AgreementStatus, Party, Stage
from service.cooperation.texts import Amendment, AmendmentState
from service.dates import PartialDate, day_of
from service.permission import READING, may_read, readable
from service.records import Action, Document, Filter, Origin, Source, document_of
from service.viewer import ANONYMOUS, Grant, Right, Role, Viewer

FEBRUARY = dt.date(2028, 2, 1)
days = st.integers(0, 12).map(lambda ahead: dt.date(2028, 2, 24) + dt.timedelta(days=ahead))
amendments = st.lists(
    st.builds(Amendment, st.just(2), st.just(dt.datetime(2028, 2, 1, tzinfo=dt.UTC)), st.sampled_from(AmendmentState)),
    max_size=2,
).map(tuple)
partial_dates = st.tuples(days, days).map(lambda pair: PartialDate.between(min(pair), max(pair)))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    agreement = Agreement(
        id="agr_1",
        network=draw(st.sampled_from(["net_a", "net_b"])),
        origin=draw(st.sampled_from(Origin)),
        sources=(Source("002", "C14"),),
        title="协议",
        kind=draw(st.sampled_from(AgreementKind)),
        parties=(Party("org_a"), Party("org_b")),
        stage=draw(st.sampled_from([*Stage, Stage.SIGNED, Stage.SIGNED, Stage.SIGNED])),
        term_from=draw(st.none() | days),
        term_to=draw(st.none() | days),
        signed_on=draw(st.none() | partial_dates),
        terminated_on=draw(st.none() | days),
        renewed_by=draw(st.sampled_from([None, "agr_2"])),
        renewed_from=draw(st.none() | days),
        amendments=draw(amendments),
    )
    return document_of(agreement)


viewers = st.lists(
    st.builds(
        lambda role, network: Grant(role, network, "org_a" if role is Role.RECORDER else None),
        st.sampled_from([Role.FRONT_END, Role.RECORDER, Role.NETWORK_ADMIN, Role.OBSERVER]),
        st.sampled_from(["net_a", "net_b"]),
    ),
    max_size=3,
).map(lambda grants: Viewer("somebody", tuple(grants)))


def matches(part: Filter, document: Document) -> bool:
    return bool(filter_applies(part, document))


def signed(**facts: object) -> Document:
    agreement = Agreement(
        id="agr_1",
        network="net_a",
        title="协议",
        kind=AgreementKind.CO_BUILDING,
        parties=(Party("org_a"), Party("org_b")),
        stage=Stage.SIGNED,
        **facts,
    )
    return document_of(agreement)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


TERM = {"term_from": day("2024-01-01"), "term_to": day("2028-02-29")}
RENEWED_AND_TERMINATED = TERM | {"renewed_by": "agr_2", "renewed_from": day("2028-02-29")}


@pytest.mark.parametrize(
    ("on", "facts", "status"),
    [
        ("2023-12-31", TERM, "SIGNED"),
        ("2024-01-01", TERM, "ACTIVE"),
        ("2028-02-28", TERM, "ACTIVE"),
        ("2028-02-29", TERM, "ACTIVE"),
        ("2028-03-01", TERM, "EXPIRED"),
        ("2028-02-28", TERM | {"terminated_on": day("2028-02-29")}, "ACTIVE"),
        ("2028-02-29", TERM | {"terminated_on": day("2028-02-29")}, "TERMINATED"),
        ("2028-03-01", TERM | {"terminated_on": day("2028-02-29")}, "TERMINATED"),
        ("2028-02-28", TERM | {"renewed_by": "agr_2", "renewed_from": day("2028-02-29")}, "ACTIVE"),
        ("2028-02-29", TERM | {"renewed_by": "agr_2", "renewed_from": day("2028-02-29")}, "RENEWED"),
        ("2028-03-01", TERM | {"renewed_by": "agr_2", "renewed_from": day("2028-02-29")}, "RENEWED"),
        ("2028-03-01", TERM | {"renewed_by": "agr_2", "renewed_from": day("2028-03-02")}, "EXPIRED"),
        ("2028-03-02", TERM | {"renewed_by": "agr_2", "renewed_from": day("2028-03-02")}, "RENEWED"),
        ("2023-12-31", TERM | {"renewed_by": "agr_2"}, "RENEWED"),
        ("2028-02-29", RENEWED_AND_TERMINATED | {"terminated_on": day("2028-02-28")}, "TERMINATED"),
        ("2028-02-28", RENEWED_AND_TERMINATED | {"terminated_on": day("2028-02-29")}, "ACTIVE"),
        ("2028-02-29", RENEWED_AND_TERMINATED | {"terminated_on": day("2028-02-29")}, "RENEWED"),
        ("2028-03-02", RENEWED_AND_TERMINATED | {"terminated_on": day("2028-03-01")}, "RENEWED"),
        ("2028-02-28", {"term_from": day("2028-02-29")}, "SIGNED"),
        ("2028-02-29", {"term_from": day("2028-02-29"), "term_to": day("2028-02-29")}, "ACTIVE"),
        ("2024-03-14", TERM | {"signed_on": PartialDate.parse("2024-03-15")}, "SIGNED"),
        ("2024-03-15", TERM | {"signed_on": PartialDate.parse("2024-03-15")}, "ACTIVE"),
        ("2022-11-30", {"signed_on": PartialDate.parse("2022-12")}, "SIGNED"),
        ("2022-12-01", {"signed_on": PartialDate.parse("2022-12")}, "ACTIVE"),
        ("0001-01-01", {}, "ACTIVE"),
        ("9999-12-30", {}, "ACTIVE"),
    ],
)
def test_the_state_on_the_days_around_a_boundary(on: str, facts: dict[str, object], status: str) -> None:
    document = signed(**facts)
    assert Agreement.state(document, day(on)) == status
    assert matches(Agreement.state_filter(status, day(on)), document)


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2023-12-31T15:59:59.999+00:00", "SIGNED"),
        ("2023-12-31T16:00:00+00:00", "ACTIVE"),
        ("2028-02-29T15:59:59.999+00:00", "ACTIVE"),
        ("2028-02-29T16:00:00+00:00", "EXPIRED"),
    ],
)
def test_it_turns_at_midnight_in_shanghai(moment: str, status: str) -> None:
    assert Agreement.state(signed(**TERM), day_of(dt.datetime.fromisoformat(moment))) == status


@given(documents(), days)
def test_exactly_one_state_matches_and_it_is_the_state(document: Document, today: dt.date) -> None:
    matching = [status for status in AgreementStatus if matches(Agreement.state_filter(status, today), document)]
    assert matching == [Agreement.state(document, today)]


@given(documents(), days)
def test_the_right_to_read_agrees_with_its_filters(document: Document, today: dt.date) -> None:
    needed = READING.index(Agreement.right_to_read(document, today))
    for place, right in enumerate(READING):
        part = Agreement.readable_filter(right, today)
        assert part is not None
        assert matches(part, document) == (place <= needed)


@given(documents(), days, viewers)
def test_who_may_read_one_finds_it_in_lists(document: Document, today: dt.date, viewer: Viewer) -> None:
    part = readable(Agreement, viewer, today)
    assert part is not None
    assert matches(part, document) == may_read(Agreement, document, viewer, today)


@pytest.mark.parametrize(
    ("stage", "right"),
    [
        (Stage.DRAFT, Right.READ_DRAFTS),
        (Stage.DISCARDED, Right.READ_DRAFTS),
        (Stage.SIGNING, Right.READ_NETWORK),
        (Stage.DECLINED, Right.READ_NETWORK),
        (Stage.SIGNED, Right.READ_PUBLIC),
    ],
)
def test_the_public_knows_of_active_partnerships_alone(stage: Stage, right: Right) -> None:
    document = {**signed(**TERM), "stage": stage}
    assert Agreement.right_to_read(document, FEBRUARY) is right
    assert may_read(Agreement, document, ANONYMOUS, FEBRUARY) == (right is Right.READ_PUBLIC)
    assert Agreement.right_to_read(signed(**TERM), day("2028-03-01")) is Right.READ_NETWORK


OF_AMENDMENTS = (Action.SIGN, Action.WITHDRAW_SIGNATURE, Action.DECLINE, Action.WITHDRAW_AMENDMENT)


@given(documents(), days)
def test_the_steps_open_to_it_follow_from_state_origin_amendment_and_renewal(
    document: Document, today: dt.date
) -> None:
    status = Agreement.state(document, today)
    reported = document["origin"] == "REPORTED" and status != "DISCARDED"
    amending = bool(document["amendments"]) and document["amendments"][-1]["state"] == "SIGNING"
    for action, step in Agreement.STEPS.items():
        wanted = status in step.states
        if action in (Action.CORRECT, Action.DISCARD):
            wanted = wanted or reported
        elif action in OF_AMENDMENTS:
            wanted = wanted and (amending or status == "SIGNING")
        elif action is Action.AMEND:
            wanted = wanted and not amending
        elif action is Action.RENEW:
            wanted = wanted and document["renewed_by"] is None
        assert Agreement.allows(document, action, today) == wanted, action
