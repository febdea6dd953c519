"""How the schema speaks of itself: every description in English and Chinese, every right on its field."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Annotated, Any, TypeAlias, TypeVar

import strawberry
from strawberry.schema_directive import Location
from strawberry.types.enum import StrawberryEnumDefinition

from schema.permissions import Guard
from service.records import Record
from service.viewer import Right

Needs: TypeAlias = Sequence[str] | Callable[[type[Record]], Sequence[str]]
E = TypeVar("E", bound=Enum)
WORDS: dict[type[Enum], Mapping[str, tuple[str, str]]] = {}  # of every published enum: what its values are called


def both(english: str, chinese: str) -> str:
    """One description in both languages."""
    return f"{english} {chinese}"


def publish(
    kind: type[E], english: str, chinese: str, values: Mapping[str, tuple[str, str]], name: str | None = None
) -> type[E]:
    """Publish a domain enum with a description of itself and of each value. Raises KeyError when one is missing.

    It has the name it has in the code, or `name` where another area's has that.
    """
    published = strawberry.enum(kind, name=name, description=both(english, chinese))
    definition: StrawberryEnumDefinition = vars(published)["__strawberry_definition__"]
    for value in definition.values:
        value.description = both(*values[value.name])
    WORDS[kind] = values
    return published


publish(
    Right,
    "A right; roles carry rights for a scope.",
    "权限;角色在其范围内享有权限。",
    {
        "READ_PUBLIC": ("Read what is public.", "读取公开内容。"),
        "READ_NETWORK": ("Read all of a network that is neither draft nor private.", "读取网络内非草稿、非隐私内容。"),
        "READ_DRAFTS": ("Read drafts.", "读取草稿。"),
        "READ_CONTACTS": ("Read names and contacts of people.", "读取人员姓名及联系方式。"),
        "READ_TIMELINE": ("Read who changed what, when and why.", "读取留痕:何人何时因何改动何处。"),
        "CREATE_NETWORKS": ("Create networks.", "创建共建网络。"),
        "KEEP_NETWORK": ("Keep the network's own record.", "维护网络信息。"),
        "KEEP_ORGANIZATIONS": (
            "Keep organisations, branches, departments, persons, headcounts.",
            "维护单位、党组织、科室、人员与人数快照。",
        ),
        "KEEP_MEMBERSHIPS": ("Keep memberships, stations, pairings.", "维护成员关系、中心与工作站、结对。"),
        "KEEP_AGREEMENTS": ("Draft, revise and end agreements.", "起草、修订、终止协议。"),
        "SIGN_AGREEMENTS": ("Sign for one's own organisation.", "代表本单位签署。"),
        "RECORD_ACTIVITIES": ("Plan, record and correct activities.", "计划、登记、更正活动。"),
        "CONFIRM_ACTIVITIES": ("Confirm or dispute what others filed.", "确认其他单位的登记或提出异议。"),
        "KEEP_PLANS": ("Keep the yearly plans of activities.", "维护系列活动计划表。"),
        "GIVE_ROLES": ("Give, hand over and withdraw roles.", "授予、移交、撤销角色。"),
        "READ_FINDINGS": ("Read findings, audits, breaches and gifts.", "读取问题、审计、违约与礼品登记。"),
        "READ_DRAFT_FINDINGS": ("Read draft findings and reported breaches.", "读取问题草稿与未核实的违约举报。"),
        "READ_RESTRICTED": (
            "Read who reported a breach and who acknowledged; each reading is logged.",
            "读取举报人与知晓人员身份,每次读取均有记录。",
        ),
        "READ_ACCESS_LOG": ("Read who read what is restricted.", "读取受限信息的查阅记录。"),
        "KEEP_CLAUSES": ("Keep the clauses of commitments.", "维护廉洁承诺条款库。"),
        "MAKE_COMMITMENTS": (
            "Draw up, sign, publicise and withdraw commitments and record acknowledgements, for one's organisation.",
            "代表本单位拟订、签署、公示、撤回廉洁承诺并登记知晓情况。",
        ),
        "RECORD_GIFTS": ("Record gifts that one's organisation gave or received.", "登记本单位收送的礼品礼金。"),
        "DECIDE_GIFTS": ("Decide and review gifts.", "对礼品礼金作出处理与复核。"),
        "REPORT_BREACHES": ("Report the breach of a commitment.", "举报违反廉洁承诺的行为。"),
        "JUDGE_BREACHES": ("Confirm, dismiss and resolve reported breaches.", "核实、驳回、办结违约举报。"),
        "KEEP_AUDITS": (
            "Open audits, run checks, raise, grade, assign, verify and close findings.",
            "开展审计、运行检查,提出、定级、交办、验证、关闭问题。",
        ),
        "RECTIFY_FINDINGS": ("Record what one's organisation did about a finding.", "登记本单位的整改情况。"),
        "FORGET_PERSONS": ("Forget a person: erase what the trail tells of them.", "遗忘个人:抹除留痕中的个人信息。"),
        "VERIFY_TRAIL": ("Verify the chain of revisions.", "校验留痕链。"),
    },
)


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description=both(
        "The right that this field needs. Who holds it nowhere is answered by an error FORBIDDEN; who holds it, but "
        "not for this record, finds FORBIDDEN among the problems of a mutation's Refusal.",
        "访问此字段所需权限。完全没有此权限者得到错误 FORBIDDEN;"
        "有此权限但不涉及该记录者,变更的 Refusal 中列出 FORBIDDEN。",
    ),
)
class Access:
    right: Right


COUNTING, COMPARING, DRAWING = 250, 500, 1_000  # what fields cost that look at many records to answer with few


def field(
    english: str,
    chinese: str,
    *,
    needs: Needs | None = None,
    right: Right | None = None,
    most: int | None = None,
    weight: int | None = None,
    **kwargs: Any,
) -> Any:
    """A described field. `needs` are all the stored keys that its resolver reads, if not the one of its own name.

    Where they depend on the kind of record, it is a function of that. What `right` depends on is needed beside them.
    `most` is how many items a list that has no pages may hold, for its cost. `weight` is what the field costs beside
    the objects of its answer, as one that sums up many records does; it is told in the description.
    """
    told = {"most": most, "weight": weight}
    metadata = {"needs": needs, "right": right, **told}
    if weight:
        english, chinese = f"{english} Costs {weight} beside its objects.", f"{chinese}除所含对象外另计开销 {weight}。"
    guards: dict[str, Any] = {"extensions": [Guard(right)], "directives": [Access(right=right)]} if right else {}
    options: dict[str, Any] = {**guards, **kwargs}
    return strawberry.field(description=both(english, chinese), metadata=metadata, **options)


def argument(english: str, chinese: str, name: str | None = None) -> Any:
    return strawberry.argument(description=both(english, chinese), name=name)


First = Annotated[int | None, argument("How many from the start; at most 100.", "从头取多少项,最多 100。")]
After = Annotated[str | None, argument("A cursor: what follows it.", "游标:取其后的项。")]
Last = Annotated[int | None, argument("How many from the end; at most 100.", "从尾取多少项,最多 100。")]
Before = Annotated[str | None, argument("A cursor: what precedes it.", "游标:取其前的项。")]
Id = Annotated[strawberry.ID, argument("The record's id.", "记录编号。")]
Version = Annotated[
    int, argument("The version you saw; another one answers CONFLICT.", "您看到的版本号;不一致则返回 CONFLICT。")
]
Reason = Annotated[str, argument("Why; it stands in the timeline.", "原因,将载入留痕。")]
