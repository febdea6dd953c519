"""Breach 违约 in the schema."""

import datetime as dt
from typing import Annotated, Any

import strawberry

from schema.conditions import happened_during, narrowed, state_is
from schema.context import Info
from schema.cooperation.attachments import Attachment, attached_to
from schema.describing import Id, Reason, Version, argument, both, field
from schema.inputs import Made, PartialDateInput, PeriodInput, optional, required
from schema.integrity.audit_enums import BreachStatus
from schema.integrity.commitment_enums import ClauseCategory
from schema.integrity.findings import Finding, FindingWhere
from schema.integrity.orders import dated
from schema.lazy import CommitmentType, NetworkType, OrganizationType
from schema.links import one, page
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from service.integrity import breaches as domain
from service.integrity import reporting
from service.integrity.commitments import Commitment as CommitmentRecord
from service.integrity.findings import Finding as FindingRecord
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.store.reads import Query
from service.viewer import Right


@entity(
    domain.Breach,
    "What a side of a commitment is said to have done against it; it changes nothing of the commitment's own state.",
    "违反廉洁承诺的行为;不影响廉洁承诺自身的状态。",
)
class Breach(Recorded):
    network: NetworkType | None = one(domain.Breach, "network", NetworkRecord, "The network.", "所属网络。")
    commitment: CommitmentType | None = one(
        domain.Breach, "commitment", CommitmentRecord, "The commitment that was broken.", "所违反的廉洁承诺。"
    )
    organization: OrganizationType | None = one(
        domain.Breach, "organization", OrganizationRecord, "The side that broke it.", "违约方。"
    )
    category: ClauseCategory = field("The kind of clause that was broken.", "所违反的条款类别。")
    description: str = field("What happened.", "情况描述。")
    happened_on: PartialDate | None = field("When.", "发生日期。")
    reporter: str | None = field(
        "Who told of it. Confidential.",
        "举报人,保密。",
        right=Right.READ_RESTRICTED,
    )
    judgement: str | None = field("Why it was confirmed or dismissed.", "核实或不予认定的理由。")
    resolution: str | None = field("How it was settled.", "办结情况。")
    status: BreachStatus = field("Its state.", "状态。")
    findings: Connection[Finding] = page(
        domain.Breach,
        "breach",
        Query(FindingRecord, {}, descending=True),
        "The findings about it, the latest first.",
        "由此提出的问题,最新在前。",
        where=FindingWhere,
    )
    attachments: Connection[Attachment] = attached_to(domain.Breach)


@strawberry.input(description=both("Which breaches.", "违约筛选条件。"))
class BreachWhere:
    organization: strawberry.ID | None = optional("By this organisation.", "违约方编号。")
    commitment: strawberry.ID | None = optional("Of this commitment.", "廉洁承诺编号。")
    category: ClauseCategory | None = optional("Of such a clause.", "条款类别。")
    status: BreachStatus | None = optional("In this state.", "状态。")
    during: PeriodInput | None = optional("Whose first possible day lies within these.", "最早可能日期在此区间。")
    undated: bool | None = optional("Without a known date; false: with one.", "日期不详;false 为日期已知。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        return narrowed(
            query,
            {"concerns": self.organization, "commitment": self.commitment, "category": self.category},
            state_is(query, self.status or None, day),
            happened_during(self.during or None, self.undated if self.undated is not strawberry.UNSET else None),
        )


@strawberry.input(description=both("A breach to report.", "违约举报。"))
class BreachFacts(Made):
    commitment: strawberry.ID = required("The commitment that was broken.", "所违反的廉洁承诺编号。")
    organization: strawberry.ID = required("The side that broke it.", "违约方编号。")
    category: ClauseCategory = required("The kind of clause that was broken.", "所违反的条款类别。")
    description: str = required("What happened.", "情况描述。")
    happened_on: PartialDateInput | None = optional("When, as far as is known.", "发生日期(已知范围)。")
    reporter: str | None = optional("Who told of it. Confidential.", "举报人,保密。")


BreachResult = Annotated[
    Breach | RefusalType,
    strawberry.union("BreachResult", description=both("The breach, or why not.", "违约记录或拒绝原因。")),
]


@strawberry.type
class BreachQuery:
    breaches: Connection[Breach] | None = field(
        "The breaches in a network; until confirmed, for the integrity office and observers alone.",
        "共建网络的违约;核实前仅廉洁办与监督员可见。",
        right=Right.READ_FINDINGS,
        resolver=dated(domain.Breach, BreachWhere),
    )


async def _report(info: Info, input: Annotated[BreachFacts, argument("The breach.", "违约情况。")]) -> Any:
    return await write(info, domain.Breach, reporting.report, facts=input)


async def _confirm(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Breach, reporting.confirm, reason, own_id=id, version=version)


async def _dismiss(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Breach, reporting.dismiss, reason, own_id=id, version=version)


async def _resolve(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Breach, reporting.resolve, reason, own_id=id, version=version)


@strawberry.type
class BreachMutation:
    report_breach: BreachResult | None = field(
        "Reports a breach, for a side of the commitment or as the office. Who reported it stays confidential; what is "
        "answered here may not be read again by who may not read unconfirmed breaches.",
        "举报违约:由承诺一方或廉洁办提出。举报人保密;无权读取未核实违约者,此后不能再读取此记录。",
        right=Right.REPORT_BREACHES,
        resolver=_report,
    )
    confirm_breach: BreachResult | None = field(
        "Confirms a reported breach.", "核实违约。", right=Right.JUDGE_BREACHES, resolver=_confirm
    )
    dismiss_breach: BreachResult | None = field(
        "Dismisses what was reported.", "不予认定。", right=Right.JUDGE_BREACHES, resolver=_dismiss
    )
    resolve_breach: BreachResult | None = field(
        "Records that a confirmed breach is settled; the reason says how.",
        "登记已核实的违约已办结,原因即办结情况。",
        right=Right.JUDGE_BREACHES,
        resolver=_resolve,
    )
