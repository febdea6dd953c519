"""The texts of an agreement in the schema: versions, signatures, refusals to sign, and amendments."""

from collections.abc import Iterator
from typing import Any

import strawberry
from strawberry import Parent

from schema.context import Info
from schema.cooperation.enums import AmendmentState
from schema.describing import both, field
from schema.lazy import OrganizationType
from schema.links import one
from schema.scalars import Date, Moment
from service.cooperation.agreements import ENDED, Agreement, Stage
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document


@strawberry.type(description=both("One wording of an agreement.", "协议的一个文本版本。"))
class TextVersion:
    number: int = field("Its number, from 1.", "版本号,从 1 起。")
    text: str = field("The text.", "文本。")
    text_hash: str = field("The SHA-256 of the text, in hexadecimal.", "文本的 SHA-256(十六进制)。")
    drafted_at: Moment = field("When it was drafted.", "起草时间。")


@strawberry.type(description=both("A party's signature under one text version.", "签约方对某文本版本的签署。"))
class Signature:
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "Who signed.", "签约单位。")
    version: int = field("The text version.", "文本版本号。")
    signed_on: Date = field("When it was signed.", "签署日期。")
    recorded_at: Moment = field("When that was recorded.", "载入时间。")
    withdrawn_at: Moment | None = field("When it was withdrawn.", "撤回时间。")
    withdrawal_reason: str | None = field("Why it was withdrawn.", "撤回原因。")


@strawberry.type(description=both("A party's refusal to sign.", "签约方拒签。"))
class DeclinedSignature:
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "Who declined.", "拒签单位。")
    version: int = field("The text version.", "文本版本号。")
    declined_at: Moment = field("When.", "时间。")
    reason: str = field("Why.", "原因。")


@strawberry.type(
    description=both(
        "A new wording of a signed agreement, which all sign again.", "对已签署协议的修订,须各方重新签署。"
    )
)
class Amendment:
    version: int = field("The number of its text version.", "文本版本号。")
    text: TextVersion = field("The text proposed.", "修订文本。")
    opened_at: Moment = field("When it was opened.", "提出时间。")
    state: AmendmentState = field("What became of it.", "状态。")
    ended_at: Moment | None = field("When it was adopted, declined or withdrawn.", "结束时间。")
    reason: str | None = field("Why it was declined or withdrawn.", "拒签或撤回原因。")


def text_in_force(root: Parent[Document]) -> Any:
    return _version(root, root["in_force"])


def number_in_force(root: Parent[Document]) -> Any:
    return root["in_force"] or None if root["stage"] == Stage.SIGNED else None


def amendment(root: Parent[Document], info: Info) -> Any:
    return next((each for each in _amendments(root, info) if each["state"] == AmendmentState.SIGNING), None)


def amendments(root: Parent[Document], info: Info) -> Any:
    return list(_amendments(root, info))


def _version(root: Document, number: int) -> Any:
    return next((each for each in root["versions"] if each["number"] == number), None)


def _amendments(root: Document, info: Info) -> Iterator[dict[str, Any]]:
    """Each with its text; one that was open when the agreement ended has lapsed."""
    ended = root["stage"] != Stage.SIGNED or Agreement.state(root, info.context.day) in ENDED
    for each in root["amendments"]:
        lapsed = {"state": AmendmentState.LAPSED} if ended and each["state"] == AmendmentState.SIGNING else {}
        yield {**each, "text": _version(root, each["version"]), **lapsed}
