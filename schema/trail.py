"""The trail in the schema: whether it holds, as far as one request can look, and how to look on from there."""

import base64
import binascii
import dataclasses
import time
from typing import Annotated, Any

import orjson
import strawberry
from strawberry import Parent

from schema.context import Info
from schema.describing import argument, both, field, publish
from schema.pages import bad_cursor
from schema.scalars import BigInt
from service.errors import Code, Problem, Refusal, not_found
from service.network.networks import Network as NetworkRecord
from service.records import INSTALLATION
from service.store.kinds import KINDS
from service.store.verifying import MOST_FAULTS, Position, Walk
from service.trail.verifying import Fault, FaultCode
from service.viewer import Right

SECONDS = 5.0  # after which no further step is begun
VERIFYING = 4_000  # what it costs beside its objects: one to an operation

publish(
    FaultCode,
    "What is wrong with the trail.",
    "留痕的问题。",
    {
        "REVISION_ALTERED": ("A revision does not say what was hashed.", "修订内容与其哈希值不符。"),
        "REVISION_MISSING": ("A revision is missing.", "修订缺失。"),
        "CHAIN_BROKEN": ("A revision does not follow the one before it.", "修订与前一修订不相衔接。"),
        "CHAIN_FORKED": ("A version has two revisions.", "同一版本有两条修订。"),
        "DOCUMENT_MISSING": ("A record is gone, its revisions stand.", "记录已不存在而修订仍在。"),
        "DOCUMENT_ALTERED": ("A record is not what its revisions built.", "记录与其修订所载不一致。"),
        "SEQUENCE_BROKEN": ("The sequence has a gap or a fork.", "序号有缺口或重复。"),
        "CHECKPOINT_BROKEN": ("A checkpoint does not hold.", "检查点无效。"),
        "CHECKPOINT_MISSING": ("A checkpoint is missing.", "检查点缺失。"),
        "PROOF_DIFFERS": ("A revision is not what a checkpoint proves.", "修订与检查点所证明的内容不一致。"),
    },
)


def _message(root: Parent[Fault], info: Info) -> Any:
    english, chinese = root.told()
    return chinese if info.context.language == "zh" else english


@strawberry.type(name="TrailFault", description=both("Where the trail is broken.", "留痕中断之处。"))
class TrailFaultType:
    code: FaultCode = field("What is wrong.", "问题。")
    record: strawberry.ID | None = field("The record.", "记录编号。")
    version: int | None = field("Its version.", "版本。")
    sequence: BigInt | None = field("Its place in the trail, where that is what shows it.", "在留痕中的序号。")
    message: str = field("For people, in the language asked for.", "说明,按请求语言给出。", resolver=_message)


@strawberry.type(
    description=both(
        "What verifying found, as far as it came in this request. What checkpoints prove holds against whoever may "
        "write to the database; what came after them, as far as record, revisions and hashes disagree.",
        "本次请求的校验结果。检查点所证明的部分可抵御任何能写数据库的人;其后的部分以记录、修订与哈希是否一致为限。",
    )
)
class TrailVerification:
    sound: bool = field("Whether nothing was found broken here.", "本次是否未发现问题。")
    complete: bool = field("Whether all was looked at.", "是否已全部校验。")
    cursor: str | None = field("Where to go on, as `after`; empty when complete.", "续查位置,用作 after;完成则为空。")
    revisions: int = field("Revisions looked at.", "已校验修订数。")
    records: int = field("Records looked at.", "已校验记录数。")
    checkpoints: int = field("Checkpoints looked at.", "已校验检查点数。")
    sequence: BigInt = field("The sequence up to which the trail was looked at.", "已校验至的序号。")
    proved_sequence: BigInt = field("The sequence up to which checkpoints prove it.", "检查点已证明至的序号。")
    faults: list[TrailFaultType] = field(
        "What is broken, the first first; after 20 it stops.", "问题,最先者在前,满 20 项即止。", most=MOST_FAULTS
    )


async def _verify(
    info: Info,
    network: Annotated[
        strawberry.ID | None,
        argument(
            "The network; for an operator, without one what belongs to none.",
            "共建网络编号;运维可省略,校验不属于任何网络者。",
        ),
    ] = None,
    after: Annotated[str | None, argument("A cursor: go on from there.", "游标:从该处续查。")] = None,
) -> Any:
    """Raises `Refusal` NOT_FOUND for a network in which the viewer may not verify, as for one that is none."""
    context, partition = info.context, _partition(info, network)
    walk = Walk(context.store.database, partition, context.known_keys, at=_position(after, partition))
    deadline, more = time.monotonic() + SECONDS, True
    while more and time.monotonic() < deadline:
        more = await walk.step()
    verdict = walk.verdict
    nothing = after is None and walk.over and not verdict.revisions and not verdict.records
    if nothing and network is not None and not await context.store.known(NetworkRecord.PREFIX, [network], ()):
        raise not_found(("network",), network)
    return {
        **vars(verdict),
        "sound": verdict.sound,
        "complete": walk.over,
        "cursor": None if walk.over else _cursor(walk.position, partition),
        "proved_sequence": verdict.proved,
    }


def _partition(info: Info, network: str | None) -> str:
    viewer = info.context.viewer
    if network is not None and not viewer.may(Right.VERIFY_TRAIL, network):
        raise not_found(("network",), network)
    if network is None and not viewer.may(Right.VERIFY_TRAIL):
        english, chinese = "Name a network; only an operator may leave it out.", "请指明共建网络,仅运维可省略。"
        raise Refusal(Problem(Code.REQUIRED, ("network",), english, chinese))
    return network or INSTALLATION


def _cursor(position: Position, partition: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([partition, *dataclasses.astuple(position)])).decode().rstrip("=")


def _position(cursor: str | None, partition: str) -> Position:
    """Raises `Refusal` BAD_CURSOR for what is no cursor of this partition."""
    if cursor is None:
        return Position()
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        own, *told = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        position = Position(*told)
    except (binascii.Error, ValueError, TypeError):
        raise bad_cursor("after") from None
    numbers, texts = (position.sequence, position.checkpoint), (position.kind, position.after)
    fits = all(type(each) is int and 0 <= each < 2**53 for each in numbers)
    fits = fits and all(each is None or isinstance(each, str) for each in texts) and position.kind in (None, *KINDS)
    if own != partition or not fits:
        raise bad_cursor("after")
    return position


@strawberry.type
class TrailQuery:
    verify_trail: TrailVerification | None = field(
        "Verifies the trail of a network: each record's chain and live record, the sequences, the checkpoints. It "
        "looks for five seconds and says where to go on; `python -m service verify` looks at everything at once.",
        "校验共建网络的留痕:各记录的链与现状、序号、检查点。每次校验五秒并给出续查位置;"
        "python -m service verify 可一次校验全部。",
        right=Right.VERIFY_TRAIL,
        resolver=_verify,
        weight=VERIFYING,
    )
