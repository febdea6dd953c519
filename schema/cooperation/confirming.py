"""Two-sided confirmation 双方确认 in the schema: each organisation that took part speaks for itself."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.cooperation.activities import ActivityResult
from schema.describing import Id, Reason, Version, argument, field
from schema.results import write
from service.cooperation import confirming
from service.cooperation.activities import Activity
from service.viewer import Right

Speaker = Annotated[
    strawberry.ID,
    argument("Your own organisation, which took part and did not file it.", "您所在单位,须为未登记此活动的参与单位。"),
]


async def _confirm(info: Info, id: Id, version: Version, organization: Speaker) -> Any:
    return await write(info, Activity, confirming.confirm, own_id=id, version=version, organization=organization)


async def _dispute(info: Info, id: Id, version: Version, organization: Speaker, reason: Reason) -> Any:
    return await write(
        info, Activity, confirming.dispute, reason, own_id=id, version=version, organization=organization
    )


@strawberry.type
class ConfirmingMutation:
    confirm_activity: ActivityResult | None = field(
        "Confirms that it happened as filed; a later correction of its facts asks anew.",
        "确认活动与登记相符;登记内容更正后须重新确认。",
        right=Right.CONFIRM_ACTIVITIES,
        resolver=_confirm,
    )
    dispute_activity: ActivityResult | None = field(
        "Disputes that it happened as filed: it no longer counts for this organisation, until it confirms.",
        "对登记提出异议:在确认之前,此活动不计入该单位。",
        right=Right.CONFIRM_ACTIVITIES,
        resolver=_dispute,
    )
