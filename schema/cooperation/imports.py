"""Bringing in activities of another system, and finding one by its reference there."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.cooperation.activities import Activity, ActivityCorrection
from schema.cooperation.enums import ActivityStatus
from schema.describing import Reason, argument, both, field
from schema.imports import Import, Row, imported, reference, referred
from schema.inputs import Network, optional, preset, required
from schema.results import RefusalType
from service.cooperation import activities as domain
from service.cooperation import importing
from service.store.importing import Importable, OnError
from service.viewer import Right

ACTIVITIES = Importable(domain.Activity, importing.file, importing.restate)


@strawberry.input(description=both("An activity as another system knows it.", "外部系统中的一项活动。"))
class ActivityRow(Row, ActivityCorrection):
    external_reference: str = reference()
    status: ActivityStatus | None = optional(
        "PLANNED or HELD, needed for a new one; a planned one is held when its row says HELD.",
        "PLANNED 或 HELD,新建时必填;已计划的活动在此为 HELD 时登记为已举办。",
    )


@strawberry.input(description=both("Activities to bring in.", "导入的活动。"))
class ActivityImportInput:
    network: strawberry.ID = required("The network.", "共建网络编号。")
    rows: list[ActivityRow] = required("At most 200.", "最多 200 行。")
    on_error: OnError = preset("When a row is refused.", "某行被拒绝时的处理。", OnError.REJECT_ALL)


ActivityImportResult = Annotated[
    Import[Activity] | RefusalType,
    strawberry.union(
        "ActivityImportResult", description=both("What became of each row, or why of none.", "导入结果或拒绝原因。")
    ),
]


async def _by_reference(
    info: Info,
    network: Network,
    reference: Annotated[str, argument("Its number in the other system.", "外部系统编号。")],
) -> Any:
    return await referred(info, domain.Activity, network, reference)


async def _import(
    info: Info,
    reason: Reason,
    input: Annotated[ActivityImportInput, argument("The rows.", "各行。")],
) -> Any:
    return await imported(info, ACTIVITIES, reason, input)


@strawberry.type
class ActivityReferenceQuery:
    activity_by_reference: Activity | None = field(
        "The activity that a network knows by a number of another system.",
        "按外部系统编号取共建网络的活动。",
        right=Right.READ_PUBLIC,
        resolver=_by_reference,
    )


@strawberry.type
class ActivityImportMutation:
    import_activities: ActivityImportResult | None = field(
        "Brings in at most 200 activities: a known reference is corrected with the facts given, an unknown one is"
        " planned or recorded. What others write meanwhile can refuse a row even after all were judged; its outcome"
        " says so.",
        "导入至多 200 项活动:编号已知则按所给内容更正,未知则计划或登记。审核通过后仍可能因他人同时写入而拒绝个别行,"
        "结果逐行说明。",
        right=Right.RECORD_ACTIVITIES,
        resolver=_import,
        weight=1000,
    )
