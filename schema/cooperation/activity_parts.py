"""What an activity is made of: its topics, who takes part and says what of it, and what came of it."""

from decimal import Decimal

import strawberry

from schema.cooperation.enums import ParticipationRole, Pillar, Qualifier, Theme, Verdict
from schema.describing import both, field
from schema.lazy import OrganizationType, PartyBranchType
from schema.links import one
from schema.scalars import Moment
from service.network.branches import PartyBranch as BranchRecord
from service.network.organizations import Organization as OrganizationRecord


@strawberry.type(description=both("A theme of its pillar.", "共建主题。"))
class Topic:
    pillar: Pillar = field("The pillar.", "所属共建。")
    theme: Theme = field("The theme.", "主题。")
    main: bool = field("Whether it is the main one.", "是否主要主题。")


@strawberry.type(description=both("How an organisation takes part.", "单位参与情况。"))
class Participation:
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "The organisation.", "单位。")
    branch: PartyBranchType | None = one(None, "branch", BranchRecord, "Its party branch.", "党组织。")
    role: ParticipationRole = field("How it takes part.", "参与角色。")
    head_count: int | None = field("With how many people.", "参加人数。")


@strawberry.type(description=both("What came of an activity.", "活动成果。"))
class Outcome:
    description: str = field("In words.", "文字说明。")
    value: Decimal | None = field("As a number.", "数值。")
    unit: str | None = field("Of what.", "单位。")
    qualifier: Qualifier = field("How exact the number is.", "数字的确切程度。")


@strawberry.type(
    description=both("What an organisation says of what another one filed.", "参与单位对登记内容的确认或异议。")
)
class Confirmation:
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "The organisation.", "单位。")
    verdict: Verdict = field("What it says.", "确认或异议。")
    at: Moment = field("When it said so.", "时间。")
    reason: str | None = field("Why it disputes.", "异议原因。")
