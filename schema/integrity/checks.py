"""Checks 廉洁检查: what they say of the partners of a network, and the catalogue of them."""

import asyncio
import datetime as dt
from collections.abc import Collection, Iterable
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.context import Info
from schema.describing import COMPARING, After, Before, First, Last, argument, both, field
from schema.inputs import Network, PeriodInput
from schema.integrity.check_enums import CheckId, Verdict
from schema.lazy import OrganizationType
from schema.links import one
from schema.moments import AsOf, read_as_of
from schema.nodes import Node
from schema.pages import Connection, page_at_hand, range_of
from schema.scalars import Date
from schema.selection import stored_fields
from service.errors import Code, Problem, Refusal
from service.integrity.checking import attention
from service.integrity.checks import CHECKS
from service.integrity.verdicts import Result
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document
from service.store.checking import results_as_of
from service.store.kinds import kind_of
from service.viewer import Right

ORDER = "rank"
MOST_ORGANIZATIONS = 100  # that one question names
EXPOSED = frozenset({Verdict.FAIL, Verdict.NO_FIGURE})
Period = Annotated[
    PeriodInput | None,
    argument(
        "Which days are judged, at most 10 years; this year unless given. A reversed one has no results.",
        "检查区间,至多涉及 10 年,默认本年;起止颠倒则没有结果。",
    ),
]


@strawberry.type(description=both("Where a check comes from.", "检查的依据。"))
class CheckSource:
    document: str = field("The document's number among the sources.", "文献编号。")
    section: str = field("The section in it.", "章节。")
    fact: str = field("The numbered fact, as C14.", "事实编号,如 C14。")


@strawberry.type(description=both("What is checked, and why.", "检查内容与依据。"))
class Check:
    code: CheckId = field("Which check it is.", "检查代码。")
    title: str = field("Its title in English.", "英文名称。")
    chinese_title: str = field("Its title in Chinese.", "中文名称。")
    looks_at: str = field("What it looks at, and what its figure counts, in English.", "检查内容与数值含义(英文)。")
    chinese_looks_at: str = field("The same in Chinese.", "检查内容与数值含义(中文)。")
    days: int | None = field("The number of days it allows, where it has one.", "所容许的天数(如有)。")
    source: CheckSource = field("Where it comes from.", "依据。")


CATALOGUE = {
    own_id: {
        "code": own_id,
        "title": each.title[0],
        "chinese_title": each.title[1],
        "looks_at": each.looks_at[0],
        "chinese_looks_at": each.looks_at[1],
        "days": each.days,
        "source": each.basis._asdict(),
    }
    for own_id, each in CHECKS.items()
}


async def record(info: Info, own_id: str) -> Document | None:
    """The record of any kind; None for one that the viewer may not know of."""
    kind = kind_of(own_id)
    return None if kind is None else await info.context.reader.one(kind.PREFIX, own_id, stored_fields(info, kind))


def _check(root: Parent[Any]) -> Any:
    return CATALOGUE[root["check"]]


async def _subject(root: Parent[Any], info: Info) -> Any:
    return await record(info, root["subject"])


async def _evidence(root: Parent[Any], info: Info) -> Any:
    found = await asyncio.gather(*(record(info, own_id) for own_id in root["evidence"]))
    return [each for each in found if each is not None]


@strawberry.type(description=both("What one check says of one subject.", "一项检查对某一对象的结论。"))
class CheckResult:
    check: Check = field("The check.", "检查。", resolver=_check)
    verdict: Verdict = field("What it says.", "结论。")
    organization: OrganizationType | None = one(
        None, "organization", OrganizationRecord, "The partner it is about.", "所涉单位。"
    )
    subject: Node | None = field("The record it is about, or the partner.", "所涉记录,或该单位。", resolver=_subject)
    since: Date | None = field("The first possible day on which it was so, where known.", "最早自何日起(如已知)。")
    due: Date | None = field("The day by which something is, or was, to be done.", "期限。")
    figure: str | None = field("A number in words, as 95/100; the check tells what it counts.", "数值,如 95/100。")
    evidence: list[Node] = field(
        "The records it rests on, as far as you may read them: at most 20; of a side of a commitment, which it is.",
        "所依据的记录(限您可读取者),至多 20 项;涉及承诺一方时为该方单位。",
        most=20,
        resolver=_evidence,
    )


def shown(result: Result) -> dict[str, Any]:
    """A result as the default resolver reads it, with the key that it is ordered by."""
    return {**vars(result), ORDER: attention(result)}


async def results_for(
    info: Info,
    network: str,
    organizations: Collection[str] | None,
    period: PeriodInput | None,
    checks: Iterable[CheckId] | None = None,
) -> list[Result]:
    """What `checks`, or all, say of whom the viewer may read findings. Raises `Refusal` LIMIT_EXCEEDED."""
    judged = judged_for(info, network, organizations)
    if judged is None:
        return []
    day, database = info.context.day, info.context.reader.database
    first, last = days_of(period, day)
    wanted = tuple(CheckId) if checks is None else tuple(checks)
    return await results_as_of(database, network, judged, first, last, day=day, checks=wanted)


def judged_for(info: Info, network: str, organizations: Collection[str] | None) -> frozenset[str] | None:
    """Of whom among `organizations` the viewer may read findings: an empty set for all, None for nobody."""
    viewer, asked = info.context.viewer, frozenset(organizations or ())
    if len(asked) > MOST_ORGANIZATIONS:
        english, chinese = f"At most {MOST_ORGANIZATIONS} organisations.", f"最多 {MOST_ORGANIZATIONS} 个单位。"
        raise Refusal(Problem(Code.LIMIT_EXCEEDED, ("organizations",), english, chinese))
    if viewer.may(Right.READ_FINDINGS, network):
        return None if organizations is not None and not asked else asked
    own = frozenset(viewer.organizations(Right.READ_FINDINGS).get(network, ()))
    return (own if organizations is None else own & asked) or None


def days_of(period: PeriodInput | None, day: dt.date) -> tuple[dt.date, dt.date]:
    """The first and last day of `period`, or of the year of `day`."""
    return (period.first, period.last) if period else (dt.date(day.year, 1, 1), dt.date(day.year, 12, 31))


async def _integrity_checks(
    info: Info,
    network: Network,
    organizations: Annotated[
        list[strawberry.ID] | None,
        argument(
            "Only these partners, at most 100; all that you may read of unless given.", "仅限这些单位,至多 100 个。"
        ),
    ] = None,
    period: Period = None,
    verdicts: Annotated[list[Verdict] | None, argument("Only these verdicts.", "仅限这些结论。")] = None,
    checks: Annotated[list[CheckId] | None, argument("Only these checks.", "仅限这些检查。")] = None,
    as_of: AsOf = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    read_as_of(info, as_of)
    part = range_of(ORDER, first, after, last, before)
    found = await results_for(info, network, organizations, period, checks)
    return page_at_hand([shown(each) for each in found if verdicts is None or each.verdict in verdicts], part, ORDER)


async def _exposures(
    info: Info,
    network: Network,
    period: Period = None,
    as_of: AsOf = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    read_as_of(info, as_of)
    part = range_of(ORDER, first, after, last, before)
    found = await results_for(info, network, None, period, [CheckId.COOPERATION_WITHOUT_COMMITMENT])
    return page_at_hand([shown(each) for each in found if each.verdict in EXPOSED], part, ORDER)


async def _catalogue() -> Any:
    return [*CATALOGUE.values()]


@strawberry.type
class CheckQuery:
    integrity_checks: Connection[CheckResult] | None = field(
        "What the checks say of the partners of a network, what needs attention first in front: FAIL, OVERDUE, DUE, "
        "NO_FIGURE, PASS, and of each what is so for longest. A partner is an organisation other than the lead that is "
        "a party of an agreement in force in the period, a member with an activity that may lie in it, or one with a "
        "standing commitment, an undecided gift, a confirmed breach or an open finding; the lead itself appears with "
        "its own confirmed breaches and open findings. Network-wide to who reads findings there; a recorder sees its "
        "own organisation. Draft findings and breaches not confirmed never show. Twelve commands, however many.",
        "各共建单位的廉洁检查结论,最须关注者在前:FAIL、OVERDUE、DUE、NO_FIGURE、PASS,同类中历时最久者在前。"
        "共建单位指主责单位以外、期内有生效协议,或为成员且可能在期内有活动,或有存续承诺、未处理礼品、已核实违约、未结问题的单位;"
        "主责单位仅列其自身的已核实违约与未结问题。有权读取全网问题者可见全部,联络员仅见本单位;"
        "问题草稿与未核实的违约一律不显示。十二次查询,与单位多少无关。",
        right=Right.READ_FINDINGS,
        weight=COMPARING,
        resolver=_integrity_checks,
    )
    exposures: Connection[CheckResult] | None = field(
        "Exposure without commitment, the office's daily worklist: partners that cooperate without an effective "
        "commitment with the lead; last those of whom no source tells the dates. As `integrityChecks` with this check "
        "alone and its PASS left out.",
        "有合作无承诺(廉洁办每日工作清单):有合作而与主责单位无生效廉洁承诺的单位,文献未载日期者在末;不列 PASS。"
        "同仅含此项检查的 integrityChecks。",
        right=Right.READ_FINDINGS,
        weight=COMPARING,
        resolver=_exposures,
    )
    integrity_check_catalogue: list[Check] = field(
        "All checks, with what each looks at and where it comes from.",
        "全部检查及其内容与依据。",
        right=Right.READ_PUBLIC,
        most=len(CHECKS),
        resolver=_catalogue,
    )
