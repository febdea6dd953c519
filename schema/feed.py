"""The feed of a network: what was recorded there, in the order of its part of the trail, as it happens.

An event is shown as the timeline shows it, to who may read the timeline there and know of the record as it is now.
What a viewer may not know of is left out, and the sequence goes on.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any, TypeVar, cast

import strawberry
from strawberry import Parent

from schema.context import Context, Info
from schema.describing import argument, both, field
from schema.drafts import drafts_hidden, without_drafts
from schema.nodes import MASK, Node, Revision, own_kind, shown_revision
from schema.permissions import check
from schema.selection import stored_fields
from service.errors import Code, Problem, Refusal, Unavailable
from service.permission import judged_by, may_read
from service.records import Document
from service.store import reads
from service.store.kinds import KINDS
from service.viewer import Right

T = TypeVar("T")
PATIENCE = 1.0  # seconds before what the database did not answer is asked again
FRESH_SECONDS = 3.0  # how long what was read of records is good enough to say who may know of them


async def _record(root: Parent[Document], info: Info) -> Any:
    kind = own_kind({"_id": root["record_id"]})
    return await info.context.reader.one(kind.PREFIX, root["record_id"], stored_fields(info, kind))


@strawberry.type(
    description=both("A write of a record of a network, as it was relayed.", "网络中某一记录的一次写入,转存后送达。")
)
class NetworkEvent(Revision):
    sequence: int = field("Its place in the network's part of the trail.", "在本网络留痕分区内的序号。")
    record_id: strawberry.ID = field("The record that was written.", "所写入的记录编号。")
    record: Node | None = field("The record as it stands now.", "该记录的现状。", resolver=_record)


AfterSequence = Annotated[
    int | None,
    argument(
        "What follows this sequence, which is the last one you had; 0 for all; what is new where it is not given.",
        "取此序号之后的事件,即您已收到的最后一个;0 为全部;不填则只取新事件。",
    ),
]
NetworkId = Annotated[strawberry.ID, argument("The network's id.", "网络编号。")]


async def _network_feed(
    info: Info, network: NetworkId, after: AfterSequence = None
) -> AsyncGenerator[NetworkEvent | None, None]:
    if after is not None and after < 0:
        raise Refusal(Problem(Code.INVALID, ("after",), "A sequence is 0 or more.", "序号不得小于 0。"))
    _check(info.context, network)
    events: object = _events(info.context, network, after)  # stored documents, which the fields read
    return cast("AsyncGenerator[NetworkEvent | None, None]", events)  # not yielded here: a refusal has its path so


def _check(context: Context, network: str) -> None:
    try:
        check(context.viewer, Right.READ_TIMELINE, {"network": network, "concerns": ()})
    except Refusal:
        context.attempts.note("Subscription.networkFeed", network)
        raise


async def _events(context: Context, network: str, after: int | None) -> AsyncIterator[Document]:
    async with context.store.feeds.following(network) as feed:
        sequence = feed.top if after is None else after
        while True:
            found = await _patiently(partial(feed.after, sequence))
            async with aclosing(_told(context, network, found)) as told:
                async for event in told:
                    yield event
            sequence = found[-1]["sequence"]


async def _told(context: Context, network: str, revisions: Sequence[Document]) -> AsyncGenerator[Document, None]:
    """Those of `revisions` that the viewer may know of, each judged in the moment in which it is told.

    Raises `Refusal` FORBIDDEN once the viewer may not read the network's timeline any more.
    """
    records: dict[str, Document] = {}
    read_at = float("-inf")
    for revision in revisions:
        await _patiently(context.renew)
        _check(context, network)
        if time.monotonic() - read_at > FRESH_SECONDS:
            records, read_at = await _patiently(partial(_records, context, revisions)), time.monotonic()
        record = records.get(revision["record"])
        if record is not None and _may_know(context, record):
            kind = own_kind(record)
            drafts = await _patiently(partial(drafts_hidden, kind, record, context))
            shown = shown_revision(without_drafts(revision, drafts, MASK), kind, record, context.viewer)
            yield {**shown, "record_id": record["_id"]}


def _may_know(context: Context, record: Document) -> bool:
    allowed = context.viewer.may(Right.READ_TIMELINE, record["network"], record["concerns"])
    return allowed and may_read(own_kind(record), record, context.viewer, context.day)


async def _records(context: Context, revisions: Sequence[Document]) -> dict[str, Document]:
    """What the rights on the records of `revisions` depend on, by id."""
    by_kind = defaultdict(set)
    for revision in revisions:
        by_kind[revision["record"].partition("_")[0]].add(revision["record"])
    database = context.store.database
    found: dict[str, Document] = {}
    for prefix, ids in by_kind.items():
        found |= await reads.by_ids(database, prefix, ids, judged_by(KINDS[prefix]))
    return found


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """What `ask` answers, asked again while the database is away: a subscription outlasts that."""
    while True:
        try:
            return await ask()
        except Unavailable:
            await asyncio.sleep(PATIENCE)


@strawberry.type(description=both("What can be followed, over WebSocket.", "订阅,经 WebSocket 送达。"))
class Subscription:
    network_feed: AsyncGenerator[NetworkEvent | None, None] = field(
        "What is recorded in a network, in the order of `sequence`, none left out and none twice: subscribe again with "
        "`after` to go on where you were. What you may not know of is passed over. Organisations, branches, "
        "departments and persons belong to no single network and are not in it.",
        "按 sequence 顺序送达网络内的每次写入,不漏不重;断开后以 after 续接。无权知晓者略过。"
        "单位、党组织、科室与人员不专属任何网络,不在其列。",
        right=Right.READ_TIMELINE,
        resolver=_network_feed,
        is_subscription=True,
    )
