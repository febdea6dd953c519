"""Reading and stepping: the rule for one document and the filter for many agree, whoever asks, on any day."""

import datetime as dt
from dataclasses import replace
from enum import Enum

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mongomock.filtering import filter_applies

from service.cooperation.activities import Activity, ActivityStatus
from service.cooperation.agreements import Agreement, AgreementStatus
from service.cooperation.attachments import ATTACHABLE, Attachment, AttachmentStatus
from service.cooperation.deliverables import Deliverable, DeliverableStatus
from service.cooperation.groups import LeadingGroup, LeadingGroupStatus
from service.cooperation.plans import ActivityPlan, ActivityPlanStatus
from service.dates import PartialDate
from service.errors import Code, Refusal
from service.integrity.acknowledgements import Acknowledgement, AcknowledgementStatus
from service.integrity.audits import Audit, AuditStatus
from service.integrity.breaches import Breach, BreachStatus
from service.integrity.clauses import ClauseSet, ClauseSetStatus
from service.integrity.commitments import Commitment, CommitmentStatus
from service.integrity.findings import Finding, FindingStatus
from service.integrity.gifts import Gift, GiftStatus
from service.network.branches import BranchStatus, PartyBranch
from service.network.departments import Department, DepartmentStatus
from service.network.headcounts import Headcount, HeadcountStatus
from service.network.memberships import Membership, MembershipRole, MembershipStatus
from service.network.networks import Network, NetworkStatus
from service.network.organizations import Organization, OrganizationStatus
from service.network.pairings import Pairing, PairingStatus
from service.network.persons import Person, PersonStatus
from service.network.roles import RoleAssignment, RoleAssignmentStatus
from service.network.spans import Span
from service.network.stations import Station, StationStatus
from service.permission import may_read, permit, permit_making, readable, steps_open
from service.records import Action, Record, document_of
from service.store.kinds import KINDS
from service.viewer import ANONYMOUS, INSTALLATION_WIDE, Grant, Right, Role, Viewer
from tests.rules.generated import DAYS, stored

STATES: dict[type[Record], type[Enum]] = {
    Network: NetworkStatus,
    Organization: OrganizationStatus,
    PartyBranch: BranchStatus,
    Headcount: HeadcountStatus,
    Membership: MembershipStatus,
    Department: DepartmentStatus,
    Person: PersonStatus,
    Station: StationStatus,
    Pairing: PairingStatus,
    Agreement: AgreementStatus,
    ActivityPlan: ActivityPlanStatus,
    LeadingGroup: LeadingGroupStatus,
    Deliverable: DeliverableStatus,
    Activity: ActivityStatus,
    Attachment: AttachmentStatus,
    RoleAssignment: RoleAssignmentStatus,
    Gift: GiftStatus,
    Breach: BreachStatus,
    Audit: AuditStatus,
    Finding: FindingStatus,
    ClauseSet: ClauseSetStatus,
    Commitment: CommitmentStatus,
    Acknowledgement: AcknowledgementStatus,
}
GRANTS = st.one_of(
    st.builds(Grant, st.sampled_from(sorted(INSTALLATION_WIDE))),
    st.builds(
        Grant,
        st.sampled_from(sorted(set(Role) - INSTALLATION_WIDE - {Role.RECORDER})),
        st.sampled_from(["net_a", "net_b"]),
    ),
    st.builds(Grant, st.just(Role.RECORDER), st.sampled_from(["net_a", "net_b"]), st.sampled_from(["org_1", "org_2"])),
)
VIEWERS = st.lists(GRANTS, max_size=3).map(lambda grants: Viewer("somebody", tuple(grants)))
BOUNDS = st.sampled_from([dt.date(2024, 2, 28), dt.date(2024, 2, 29), dt.date(2024, 3, 1)])
SLOW = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def on_the_edge(kind: type[Record]) -> st.SearchStrategy[Record]:
    """Records whose boundary dates lie about the leap day, where `BOUNDS` asks about them."""
    edge = {
        Membership: ("joined", "left"),
        Station: ("plaque_on", "closed_on"),
        Pairing: ("begins", "ends"),
        LeadingGroup: ("until",),
        Agreement: ("term_from", "term_to", "terminated_on"),
        RoleAssignment: ("ended_on",),
        Commitment: ("expires_on", "withdrawn_on", "agreement_ended_on", "renewed_from"),
    }.get(kind, ())
    if kind is Attachment:
        return stored(kind).flatmap(
            lambda record: st.sampled_from(sorted(ATTACHABLE)).map(lambda of: replace(record, record=f"{of}_1"))
        )
    days = st.none() | (BOUNDS.map(PartialDate.on) if issubclass(kind, (Span, LeadingGroup)) else BOUNDS)
    return stored(kind).flatmap(
        lambda record: st.builds(
            lambda **facts: type(record)(**{**record.__dict__, **facts}),
            **dict.fromkeys(edge, days),
            **({"since": BOUNDS} if kind is RoleAssignment else {}),
        )
    )


def test_every_kind_of_record_is_asked_here() -> None:
    assert set(STATES) == set(KINDS.values())


@pytest.mark.parametrize("kind", STATES)
@SLOW
@given(data=st.data())
def test_a_record_is_in_one_state_and_the_filters_agree(kind: type[Record], data: st.DataObject) -> None:
    document, day = document_of(data.draw(on_the_edge(kind))), data.draw(BOUNDS | DAYS)
    found = [state.value for state in STATES[kind] if filter_applies(kind.state_filter(state.value, day), document)]
    assert found == [kind.state(document, day)]


@pytest.mark.parametrize("kind", STATES)
@SLOW
@given(data=st.data())
def test_what_a_viewer_may_read_is_what_the_filter_finds(kind: type[Record], data: st.DataObject) -> None:
    document, day, viewer = document_of(data.draw(on_the_edge(kind))), data.draw(BOUNDS | DAYS), data.draw(VIEWERS)
    for wanted in (readable(kind, viewer, day), readable(kind, viewer, day, document["network"])):
        assert may_read(kind, document, viewer, day) == (wanted is not None and filter_applies(wanted, document))


@pytest.mark.parametrize("kind", STATES)
@SLOW
@given(data=st.data())
def test_a_step_is_open_exactly_where_taking_it_is_permitted(kind: type[Record], data: st.DataObject) -> None:
    record, day, viewer = data.draw(on_the_edge(kind)), data.draw(BOUNDS), data.draw(VIEWERS)
    open_steps = steps_open(kind, document_of(record), viewer, day)
    for action in kind.STEPS:
        try:
            permit(record, action, viewer, day)
        except Refusal as refusal:
            (problem,) = refusal.problems
            assert action not in open_steps
            assert problem.code in (Code.FORBIDDEN, Code.ILLEGAL_STATE)
            assert problem.english
            assert problem.chinese
        else:
            assert action in open_steps


def membership(joined: str, left: str | None = None) -> Membership:
    return Membership(
        id="mem_1",
        network="net_a",
        organization="org_1",
        role=MembershipRole.MEMBER,
        joined=PartialDate.parse(joined),
        left=PartialDate.parse(left) if left else None,
    )


def test_the_public_reads_what_is_public_without_a_filter_and_of_the_rest_only_what_is_active() -> None:
    day = dt.date(2024, 2, 29)
    assert readable(Organization, ANONYMOUS, day) == {}
    assert readable(Headcount, ANONYMOUS, day) is None
    assert readable(Person, Viewer("前端", (Grant(Role.FRONT_END, "net_a"),)), day, "net_a") is None
    assert readable(Activity, ANONYMOUS, day) == {"status": "PUBLISHED"}
    assert may_read(Membership, document_of(membership("2020")), ANONYMOUS, day)
    assert not may_read(Membership, document_of(membership("2020", "2023")), ANONYMOUS, day)


def test_an_insider_reads_the_network_and_no_other() -> None:
    for role in (Role.OBSERVER, Role.FRONT_END):
        viewer = Viewer("某人", (Grant(role, "net_a"),))
        assert readable(Headcount, viewer, dt.date(2024, 2, 29)) == {"network": {"$in": ["net_a"]}}


def test_the_refusal_names_the_state_the_step_and_what_it_needs() -> None:
    admin = Viewer("管理员", (Grant(Role.NETWORK_ADMIN, "net_a"),))
    with pytest.raises(Refusal) as refused:
        permit(membership("2020", "2023"), Action.END, admin, dt.date(2024, 2, 29))
    (problem,) = refused.value.problems
    assert (problem.code, problem.path, problem.record, problem.version) == (Code.ILLEGAL_STATE, ("id",), "mem_1", 0)
    assert problem.english == "This membership is ENDED; END needs it to be ACTIVE."
    assert problem.chinese == "该成员关系处于 ENDED 状态;执行 END 须处于 ACTIVE 状态。"


def test_the_right_is_asked_before_the_state() -> None:
    with pytest.raises(Refusal, match="KEEP_MEMBERSHIPS"):
        permit(membership("2020", "2023"), Action.END, ANONYMOUS, dt.date(2024, 2, 29))


@given(
    VIEWERS, st.sampled_from(Right), st.sampled_from(["net_a", "net_b", "net_c"]), st.sampled_from(["org_1", "org_3"])
)
@example(ANONYMOUS, Right.RECORD_ACTIVITIES, "net_a", "org_1")
def test_making_needs_the_right_there(viewer: Viewer, right: Right, network: str, organization: str) -> None:
    if viewer.may(right, network, [organization]):
        permit_making(right, viewer, network, [organization])
    else:
        with pytest.raises(Refusal) as refused:
            permit_making(right, viewer, network, [organization])
        (problem,) = refused.value.problems
        assert problem.code is Code.FORBIDDEN
        assert right in problem.english
        assert right in problem.chinese
