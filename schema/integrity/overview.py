"""Overview: one row for each partner, with its traffic light, the counts of its verdicts and what is worst."""

from typing import Any

import strawberry

from schema.context import Info
from schema.describing import COMPARING, After, Before, First, Last, both, field
from schema.inputs import Network
from schema.integrity.check_enums import Light, Verdict
from schema.integrity.checks import CheckResult, Period, results_for, shown
from schema.lazy import OrganizationType
from schema.links import one
from schema.moments import AsOf, read_as_of
from schema.pages import Connection, page_at_hand, range_of
from service.integrity.checking import Standing, standings
from service.network.organizations import Organization as OrganizationRecord
from service.viewer import Right

ORDER = "rank"
MOST_WORST = 3


@strawberry.type(description=both("How many results have a verdict.", "某一结论的数目。"))
class VerdictCount:
    verdict: Verdict = field("The verdict.", "结论。")
    results: int = field("How many results have it.", "结果数。")


@strawberry.type(description=both("How a partner stands by the checks.", "某单位的检查总览。"))
class IntegrityStanding:
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "The partner.", "单位。")
    light: Light = field("Its traffic light, by the worst of its results.", "红黄绿灯,以最差结论为准。")
    counts: list[VerdictCount] = field(
        "One for each verdict, zeros too, what needs attention first in front.",
        "每种结论一项,含零,最须关注者在前。",
        most=len(Verdict),
    )
    worst: list[CheckResult] = field(
        "Its three results that need attention first, none of them PASS.",
        "最须关注的三项结果,不含 PASS。",
        most=MOST_WORST,
    )


def _row(standing: Standing) -> dict[str, Any]:
    wrong = [each for each in standing.results if each.verdict is not Verdict.PASS]
    return {
        "organization": standing.organization,
        "light": standing.light,
        "counts": [{"verdict": verdict, "results": count} for verdict, count in standing.counts.items()],
        "worst": [shown(each) for each in wrong[:MOST_WORST]],
        ORDER: standing.rank,
    }


async def _integrity_overview(
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
    found = standings(await results_for(info, network, None, period))
    return page_at_hand([_row(each) for each in found], part, ORDER)


@strawberry.type
class OverviewQuery:
    integrity_overview: Connection[IntegrityStanding] | None = field(
        "One row for each partner, the worst light first, then the most that fails, is overdue, is due. Partners, "
        "rights and commands as `integrityChecks`.",
        "每个共建单位一行,红灯在前,再依不符合、逾期、待办数目排列;单位范围、权限与查询次数同 integrityChecks。",
        right=Right.READ_FINDINGS,
        weight=COMPARING,
        resolver=_integrity_overview,
    )
