"""The access log in the schema: who read what is restricted."""

from functools import partial
from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.describing import After, Before, First, Last, argument, both, field
from schema.inputs import Network, PeriodInput, optional
from schema.pages import EMPTY, Connection, range_of, slice_of
from schema.scalars import Moment
from service.store import accesses
from service.store.accesses import Asked
from service.viewer import Right


@strawberry.type(
    description=both(
        "A request that was answered names or contacts of people, identities, or draft findings.",
        "一次查阅姓名、联系方式、受限身份或问题草稿的请求。",
    )
)
class Access:
    at: Moment = field("When it was asked.", "查阅时间。")
    by: str = field("The `sub` of the token.", "查阅者:令牌中的 sub。")
    operation: str | None = field("The name of the operation, if it has one.", "操作名称,若有。")
    rights: list[Right] = field("The rights that were used in this network.", "在本网络所用权限。")
    records: list[strawberry.ID] = field("The records of this network.", "所涉本网络记录的编号。", most=1_000)


@strawberry.input(description=both("Which entries of the access log.", "查阅记录筛选条件。"))
class AccessWhere:
    by: str | None = optional("Read by this subject.", "查阅者。")
    record: strawberry.ID | None = optional("Naming this record.", "所涉记录编号。")
    during: PeriodInput | None = optional("Read within these days.", "查阅日期区间。")


async def _access_log(
    info: Info,
    network: Network,
    where: Annotated[AccessWhere | None, argument("Which ones.", "筛选条件。")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    part = range_of(accesses.ORDER, first, after, last, before)
    if not info.context.viewer.may(Right.READ_ACCESS_LOG, network):
        return EMPTY
    asked, database = _asked(network, where), info.context.reader.database
    found = await accesses.page(database, asked, part)
    return slice_of(found, part, accesses.ORDER, partial(accesses.count, database, asked))


def _asked(network: str, where: AccessWhere | None) -> Asked:
    if where is None:
        return Asked(network)
    period = where.during or None
    days = (period.first, period.last) if period else (None, None)
    return Asked(network, where.by or None, where.record or None, *days)


@strawberry.type
class AccessQuery:
    access_log: Connection[Access] | None = field(
        "Who read what is restricted in a network, the latest first. An entry is written before the answer leaves; a "
        "request that touched several networks tells each of them its own records.",
        "网络内受限信息的查阅记录,最新在前。记录先于答复写入;涉及多个网络的请求,各网络仅见自身的记录。",
        right=Right.READ_ACCESS_LOG,
        resolver=_access_log,
    )
