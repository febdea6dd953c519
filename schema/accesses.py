"""The access log in the schema: who read what is restricted."""

from functools import partial
from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.describing import After, Before, First, Last, argument, both, field, publish
from schema.enums import Code
from schema.inputs import Network, PeriodInput, optional
from schema.pages import EMPTY, Connection, range_of, slice_of
from schema.scalars import Moment
from service.records import INSTALLATION
from service.store import accesses, denials
from service.store.accesses import AccessKind, Asked
from service.viewer import Right

publish(
    AccessKind,
    "What became of a request that the access log tells of.",
    "查阅记录中请求的结果。",
    {
        "READ": ("It was answered what is restricted.", "已答复受限内容。"),
        "DENIED": ("It was denied: the right was missing, or the token holds no more.", "被拒绝:无权限或令牌已失效。"),
    },
)


@strawberry.type(
    description=both(
        "A request that was answered names or contacts of people, identities, or draft findings, or that was denied.",
        "一次查阅姓名、联系方式、受限身份或问题草稿的请求,或一次被拒绝的请求。",
    )
)
class Access:
    at: Moment = field("When it was asked.", "查阅时间。")
    by: str = field("The `sub` of the token.", "查阅者:令牌中的 sub。")
    operation: str | None = field("The name of the operation, if it has one.", "操作名称,若有。")
    rights: list[Right] = field("The rights that were used in this network.", "在本网络所用权限。")
    records: list[strawberry.ID] = field("The records of this network.", "所涉本网络记录的编号。", most=1_000)
    kind: AccessKind = field("Whether it was answered or denied.", "已答复或被拒绝。")
    code: Code | None = field("Why it was denied.", "拒绝代码。")
    fields: list[str] = field(
        "What was denied, as `Mutation.giveRole`; empty where a token was.",
        "被拒绝的字段,如 Mutation.giveRole;令牌被拒绝时为空。",
        most=denials.MOST_FIELDS,
    )
    times: int = field(
        "How often: from the 20th attempt of a subject in a minute on, the last entry counts them.",
        "次数;同一主体每分钟超过 20 次后,计入最后一条。",
    )


@strawberry.input(description=both("Which entries of the access log.", "查阅记录筛选条件。"))
class AccessWhere:
    by: str | None = optional("Read by this subject.", "查阅者。")
    kind: AccessKind | None = optional("Answered or denied.", "已答复或被拒绝。")
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
    if network != INSTALLATION and not info.context.viewer.may(Right.READ_ACCESS_LOG, network):
        return EMPTY  # what concerns no network is for all who may read the log of one
    asked, database = _asked(network, where), info.context.reader.database
    found = await accesses.page(database, asked, part)
    return slice_of(found, part, accesses.ORDER, partial(accesses.count, database, asked))


def _asked(network: str, where: AccessWhere | None) -> Asked:
    if where is None:
        return Asked(network)
    period = where.during or None
    first, last = (period.first, period.last) if period else (None, None)
    return Asked(network, where.by or None, where.record or None, first, last, where.kind or None)


@strawberry.type
class AccessQuery:
    access_log: Connection[Access] | None = field(
        "Who read what is restricted in a network, and who was denied what there, the latest first. With "
        "`installation` for the network: who was denied what where none is concerned. An entry is written before the "
        "answer leaves; a request that touched several networks tells each of them its own records.",
        "网络内受限信息的查阅记录与被拒绝的请求,最新在前;network 为 installation 时,为不涉及任何网络的被拒请求。"
        "记录先于答复写入;涉及多个网络的请求,各网络仅见自身的记录。",
        right=Right.READ_ACCESS_LOG,
        resolver=_access_log,
    )
