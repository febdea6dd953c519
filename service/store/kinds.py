"""The entities the store keeps: one line each."""

from collections.abc import Mapping

from service.cooperation.activities import Activity
from service.cooperation.agreements import Agreement
from service.network.branches import PartyBranch
from service.network.headcounts import Headcount
from service.network.memberships import Membership
from service.network.networks import Network
from service.network.organizations import Organization
from service.records import ORGANIZATIONS, Index, Record

KINDS: Mapping[str, type[Record]] = {
    kind.PREFIX: kind
    for kind in (
        Network,
        Organization,
        PartyBranch,
        Headcount,
        Membership,
        Agreement,
        Activity,
    )
}
NAMED_INDEX = Index((ORGANIZATIONS, "_id"))  # what names an organisation, of whatever kind, in the order of ids
TRAIL_INDEXES = (Index(("outbox.at",)), Index(("outbox.key",)))  # what waits for the relay, and what a retry looks for
REVISIONS = "revisions"
SEQUENCE_INDEX = "partition_sequence"
REVISION_INDEXES = (
    Index(("partition", "sequence"), unique=True),
    Index(("record", "version")),
    Index(("key",)),
)


def kind_of(own_id: str) -> type[Record] | None:
    """The type an id speaks of by its prefix, if any."""
    return KINDS.get(own_id.partition("_")[0])


def indexes() -> Mapping[str, tuple[Index, ...]]:
    """Every index of the installation, by collection."""
    own = {kind.COLLECTION: (*kind.INDEXES, NAMED_INDEX, *TRAIL_INDEXES) for kind in KINDS.values()}
    return {**own, REVISIONS: REVISION_INDEXES}


def index_name(index: Index) -> str:
    return "_".join(index.keys).replace(".", "_")
