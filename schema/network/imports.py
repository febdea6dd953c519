"""Bringing in organisations of another system, and finding one by its reference there."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.describing import Reason, argument, both, field
from schema.imports import Import, Row, imported, reference, referred
from schema.inputs import Network, preset, required
from schema.network.organizations import Organization, OrganizationCorrection
from schema.results import RefusalType
from service.network import organizations as domain
from service.store.importing import Importable, OnError
from service.viewer import Right

ORGANIZATIONS = Importable(domain.Organization, domain.create, domain.correct)


@strawberry.input(description=both("An organisation as another system knows it.", "外部系统中的一个单位。"))
class OrganizationRow(Row, OrganizationCorrection):
    external_reference: str = reference()


@strawberry.input(description=both("Organisations to bring in.", "导入的单位。"))
class OrganizationImportInput:
    network: strawberry.ID = required("The network that keeps them.", "负责维护的网络编号。")
    rows: list[OrganizationRow] = required("At most 200.", "最多 200 行。")
    on_error: OnError = preset("When a row is refused.", "某行被拒绝时的处理。", OnError.REJECT_ALL)


OrganizationImportResult = Annotated[
    Import[Organization] | RefusalType,
    strawberry.union(
        "OrganizationImportResult", description=both("What became of each row, or why of none.", "导入结果或拒绝原因。")
    ),
]


async def _by_reference(
    info: Info,
    network: Network,
    reference: Annotated[str, argument("Its number in the other system.", "外部系统编号。")],
) -> Any:
    return await referred(info, domain.Organization, network, reference)


async def _import(
    info: Info,
    reason: Reason,
    input: Annotated[OrganizationImportInput, argument("The rows.", "各行。")],
) -> Any:
    return await imported(info, ORGANIZATIONS, reason, input)


@strawberry.type
class OrganizationReferenceQuery:
    organization_by_reference: Organization | None = field(
        "The organisation that a network knows by a number of another system.",
        "按外部系统编号取某网络维护的单位。",
        right=Right.READ_PUBLIC,
        resolver=_by_reference,
    )


@strawberry.type
class OrganizationImportMutation:
    import_organizations: OrganizationImportResult | None = field(
        "Brings in at most 200 organisations: a known reference is corrected with the facts given, an unknown one is"
        " created. What others write meanwhile can refuse a row even after all were judged; its outcome says so.",
        "导入至多 200 个单位:编号已知则按所给内容更正,未知则新建。审核通过后仍可能因他人同时写入而拒绝个别行,"
        "结果逐行说明。",
        right=Right.KEEP_ORGANIZATIONS,
        resolver=_import,
        weight=1000,
    )
