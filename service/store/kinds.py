"""The entities the store keeps: one line each."""

import datetime as dt
from collections.abc import Iterator, Mapping

from service.cooperation.activities import Activity
from service.cooperation.agreements import Agreement
from service.cooperation.attachments import Attachment
from service.cooperation.deliverables import Deliverable
from service.cooperation.groups import LeadingGroup
from service.cooperation.plans import ActivityPlan
from service.integrity.acknowledgements import Acknowledgement
from service.integrity.audits import Audit
from service.integrity.breaches import Breach
from service.integrity.clauses import ClauseSet
from service.integrity.commitments import Commitment
from service.integrity.findings import Finding
from service.integrity.gifts import Gift
from service.network.branches import PartyBranch
from service.network.departments import Department
from service.network.headcounts import Headcount
from service.network.memberships import Membership
from service.network.networks import Network
from service.network.organizations import Organization
from service.network.pairings import Pairing
from service.network.persons import Person
from service.network.roles import RoleAssignment
from service.network.stations import Station
from service.records import ORGANIZATIONS, Filter, Index, Record

KINDS: Mapping[str, type[Record]] = {
    kind.PREFIX: kind
    for kind in (
        Network,
        Organization,
        PartyBranch,
        Department,
        Person,
        Headcount,
        Membership,
        Station,
        Pairing,
        Agreement,
        ActivityPlan,
        LeadingGroup,
        Deliverable,
        Activity,
        Attachment,
        RoleAssignment,
        ClauseSet,
        Commitment,
        Acknowledgement,
        Gift,
        Breach,
        Audit,
        Finding,
    )
}
NAMED_INDEX = Index((ORGANIZATIONS, "_id"))  # what names an organisation, of whatever kind, in the order of ids
MOMENT_INDEX = Index(("updated_at", "network", "created_at"))  # what was written since a moment, in one network or all
TRAIL_INDEXES = (Index(("outbox.at",)), Index(("outbox.key",)))  # what waits for the relay, and what a retry looks for
WAITING: Filter = {"outbox.at": {"$gt": dt.datetime.fromtimestamp(0, dt.UTC)}}  # for the relay, in one collection
# What is new in the outboxes and above a sequence is looked for each second, and but one index begins with it. It is
# not named then: SecantusDB reads the whole of an index that is named, and of any other only what lies in the range.
REVISIONS = "revisions"
SEQUENCE_INDEX = "partition_sequence"
REVISION_INDEXES = (
    Index(("partition", "sequence"), unique=True),
    Index(("record", "version")),
    Index(("key",)),
)
CHECKPOINTS = "checkpoints"
CHECKPOINT_INDEX = "partition_number"
CHECKPOINT_INDEXES = (Index(("partition", "number"), unique=True),)
PERSON_KEYS = "person_keys"  # found by `_id` alone
ACCESSES = "accesses"
ACCESS_BY, ACCESS_NAMED = Index(("networks", "by", "_id")), Index(("named", "_id"))
ACCESS_KIND = Index(("networks", "kind", "_id"))
ACCESS_INDEXES = (Index(("networks", "_id")), ACCESS_BY, ACCESS_NAMED, ACCESS_KIND)
CHUNKS = "content.chunks"  # of files kept in the database, in the form of GridFS
CHUNK_INDEXES = (Index(("files_id", "n"), unique=True),)
JOBS = "dossier_jobs"  # dossiers that are made in the background
JOB_INDEX = Index(("state", "until"))


def kind_of(own_id: str) -> type[Record] | None:
    """The type an id speaks of by its prefix, if any."""
    return KINDS.get(own_id.partition("_")[0])


def indexes() -> Mapping[str, tuple[Index, ...]]:
    """Every index of the installation, by collection."""
    own = {kind.COLLECTION: (*kind.INDEXES, NAMED_INDEX, MOMENT_INDEX, *TRAIL_INDEXES) for kind in KINDS.values()}
    trail = {REVISIONS: REVISION_INDEXES, CHECKPOINTS: CHECKPOINT_INDEXES, PERSON_KEYS: (), ACCESSES: ACCESS_INDEXES}
    return {**own, **trail, CHUNKS: CHUNK_INDEXES, JOBS: (JOB_INDEX,)}


def index_name(index: Index) -> str:
    return "_".join(index.keys).replace(".", "_")


def index_of(kind: type[Record], key: str) -> str:
    """The name of the declared index of `kind` that begins with `key`. Raises StopIteration when there is none."""
    return next(index_name(index) for index in kind.INDEXES if index.keys[0] == key)


def unique_keys(kind: type[Record]) -> Iterator[str]:
    """The stored keys that no two records of a kind share."""
    return (index.keys[0] for index in kind.INDEXES if index.unique)
