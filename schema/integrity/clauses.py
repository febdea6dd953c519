"""ClauseSet 承诺条款 in the schema."""

import datetime as dt
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import narrowed, state_is
from schema.context import Info
from schema.describing import Id, Reason, Version, argument, both, field
from schema.inputs import Made, optional, required
from schema.integrity.commitment_enums import ClauseCategory, ClauseSetStatus
from schema.lazy import NetworkType
from schema.links import one
from schema.listing import of_network
from schema.nodes import Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from schema.scalars import Date, Moment
from service.integrity import clauses as domain
from service.integrity import wording
from service.network.networks import Network as NetworkRecord
from service.records import Document
from service.store.reads import Query
from service.viewer import Right


@strawberry.type(description=both("One undertaking.", "一条承诺。"))
class Clause:
    category: ClauseCategory = field("What it undertakes.", "类别。")
    chinese: str = field("Its Chinese wording.", "中文表述。")
    english: str | None = field("Its English wording.", "英文表述。")


@strawberry.type(description=both("One wording of a clause set.", "承诺条款的一个版本。"))
class ClauseVersion:
    number: int = field("Its number, from 1.", "版本号,从 1 起。")
    clauses: list[Clause] = field("Its clauses.", "各条款。", most=domain.MOST_CLAUSES)
    text_hash: str = field(
        "The SHA-256, in hexadecimal, of the JSON list of [category, chinese, english] without white space.",
        "由 [类别, 中文, 英文] 组成的 JSON 列表(无空白)的 SHA-256(十六进制)。",
    )
    drafted_at: Moment | None = field("When it was drafted here.", "在本系统拟定的时间。")
    published_on: Date | None = field("When it was published, as far as is known.", "发布日期,不详为空。")


def _status(root: Parent[Document], info: Info) -> Any:
    return domain.ClauseSet.state(root, info.context.day)


def _published(root: Parent[Document]) -> Any:
    return [each for each in root["versions"] if each["published"]]


def _current(root: Parent[Document]) -> Any:
    return next((each for each in reversed(root["versions"]) if each["published"]), None)


def _draft(root: Parent[Document]) -> Any:
    last = root["versions"][-1] if root["versions"] else None
    return last if last and not last["published"] else None


@entity(domain.ClauseSet, "A text that commitments are made on, in versions.", "廉洁承诺所依据的条款,分版本。")
class ClauseSet(Recorded):
    network: NetworkType | None = one(domain.ClauseSet, "network", NetworkRecord, "The network.", "所属网络。")
    title: str = field("Its title.", "标题。")
    current: ClauseVersion | None = field(
        "The last published version.", "最近发布的版本。", needs=("versions",), resolver=_current
    )
    versions: list[ClauseVersion] = field(
        "The published versions, the latest last; they never change.",
        "已发布的各版本,最新在末;发布后不再更改。",
        needs=("versions",),
        most=domain.MOST_VERSIONS,
        resolver=_published,
    )
    draft: ClauseVersion | None = field(
        "The version that is not published yet.",
        "尚未发布的版本。",
        needs=("versions",),
        right=Right.READ_DRAFTS,
        resolver=_draft,
    )
    end_reason: str | None = field("Why it was archived.", "归档原因。")
    status: ClauseSetStatus = field("Its state.", "状态。", needs=domain.ClauseSet.STATE_KEYS, resolver=_status)


@strawberry.input(description=both("Which clause sets.", "承诺条款筛选条件。"))
class ClauseSetWhere:
    status: ClauseSetStatus | None = optional("In this state.", "状态。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        return narrowed(query, {}, state_is(query, self.status or None, day))


@strawberry.input(description=both("A clause.", "一条承诺。"))
class ClauseInput:
    category: ClauseCategory = required("What it undertakes.", "类别。")
    chinese: str = required("Its Chinese wording.", "中文表述。")
    english: str | None = optional("Its English wording; a reported one may lack it.", "英文表述;引用记录可缺。")


@strawberry.input(description=both("A new clause set.", "新建承诺条款。"))
class ClauseSetFacts(Made):
    network: strawberry.ID = required("The network.", "共建网络编号。")
    title: str = required("Its title.", "标题。")
    clauses: list[ClauseInput] = required("The clauses of its first version.", "第一版各条款。")
    published_on: Date | None = optional("When it was published; for a reported one.", "发布日期,用于引用记录。")


ClauseSetResult = Annotated[
    ClauseSet | RefusalType,
    strawberry.union("ClauseSetResult", description=both("The clause set, or why not.", "承诺条款或拒绝原因。")),
]


@strawberry.type
class ClauseSetQuery:
    clause_sets: Connection[ClauseSet] | None = field(
        "The clause sets of a network, by the day of their last publication.",
        "共建网络的承诺条款,按最近发布日期排列。",
        right=Right.READ_NETWORK,
        resolver=of_network(domain.ClauseSet, ClauseSetWhere),
    )


async def _create(info: Info, input: Annotated[ClauseSetFacts, argument("The clauses.", "承诺条款。")]) -> Any:
    return await write(info, domain.ClauseSet, wording.create, facts=input)


async def _revise(
    info: Info,
    id: Id,
    version: Version,
    clauses: Annotated[list[ClauseInput], argument("All clauses of the new version.", "新版本的全部条款。")],
    reason: Reason,
) -> Any:
    return await write(info, domain.ClauseSet, wording.revise, reason, own_id=id, version=version, clauses=clauses)


async def _publish(info: Info, id: Id, version: Version) -> Any:
    return await write(info, domain.ClauseSet, wording.publish, own_id=id, version=version)


async def _archive(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.ClauseSet, wording.archive, reason, own_id=id, version=version)


@strawberry.type
class ClauseSetMutation:
    create_clause_set: ClauseSetResult | None = field(
        "Creates a clause set with a draft of its first version; a reported one is published.",
        "新建承诺条款及其第一版草稿;引用的视为已发布。",
        right=Right.KEEP_CLAUSES,
        resolver=_create,
    )
    revise_clause_set: ClauseSetResult | None = field(
        "Drafts its next version, or drafts that anew.",
        "拟定或重拟下一版本。",
        right=Right.KEEP_CLAUSES,
        resolver=_revise,
    )
    publish_clause_set: ClauseSetResult | None = field(
        "Publishes the draft, which changes no more.",
        "发布草稿,此后不再更改。",
        right=Right.KEEP_CLAUSES,
        resolver=_publish,
    )
    archive_clause_set: ClauseSetResult | None = field(
        "Archives a clause set; commitments on it stay.",
        "归档承诺条款;已有承诺不受影响。",
        right=Right.KEEP_CLAUSES,
        resolver=_archive,
    )
