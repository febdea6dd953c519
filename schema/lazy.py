"""Types that refer to each other across files: one name each, resolved when the schema is built."""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from schema.cooperation.agreements import Agreement
    from schema.cooperation.plans import ActivityPlan
    from schema.integrity.audits import Audit
    from schema.integrity.breaches import Breach
    from schema.integrity.commitments import Commitment
    from schema.integrity.gifts import Gift
    from schema.network.branches import PartyBranch
    from schema.network.departments import Department
    from schema.network.networks import Network
    from schema.network.organizations import Organization

AgreementType = Annotated["Agreement", strawberry.lazy("schema.cooperation.agreements")]
PartyBranchType = Annotated["PartyBranch", strawberry.lazy("schema.network.branches")]
ActivityPlanType = Annotated["ActivityPlan", strawberry.lazy("schema.cooperation.plans")]
AuditType = Annotated["Audit", strawberry.lazy("schema.integrity.audits")]
BreachType = Annotated["Breach", strawberry.lazy("schema.integrity.breaches")]
GiftType = Annotated["Gift", strawberry.lazy("schema.integrity.gifts")]
CommitmentType = Annotated["Commitment", strawberry.lazy("schema.integrity.commitments")]
NetworkType = Annotated["Network", strawberry.lazy("schema.network.networks")]
OrganizationType = Annotated["Organization", strawberry.lazy("schema.network.organizations")]
DepartmentType = Annotated["Department", strawberry.lazy("schema.network.departments")]
