"""The cells that statistics are made of: how many activities, person-times and people served, and of what."""

from typing import Annotated

import strawberry

from schema.cooperation.enums import ActivityForm, Pillar, Principle, Theme
from schema.describing import argument, both, field
from schema.inputs import PeriodInput
from schema.lazy import OrganizationType
from schema.links import one
from schema.network.enums import Sector
from schema.scalars import BigInt
from service.network.organizations import Organization as OrganizationRecord

Period = Annotated[
    PeriodInput | None,
    argument(
        "Only activities whose first possible day lies within these; a reversed one holds none.",
        "仅统计最早可能日期在此区间的活动;起止颠倒则为空。",
    ),
]


@strawberry.type
class Counted:
    activities: int = field("Activities held, each once.", "已举办活动数,每场计一次。")
    person_times: BigInt = field(
        "Person-times: the sum of all known head-counts of these activities. Who comes twice counts twice, so this "
        "is no number of persons.",
        "参加人次:这些活动已知参加人数之和;同一人参加两次计两次,不是人数。",
    )
    people_served: BigInt = field("The sum of the people served, where known.", "服务人数合计(已知者)。")


@strawberry.type(
    description=both("What was held of a pillar.", "某项共建的活动。"),
)
class PillarCount(Counted):
    pillar: Pillar = field("The pillar.", "共建。")
    principle: Principle = field("The principle it stands on.", "所依原则。")


@strawberry.type(description=both("What was held of a theme.", "某一主题的活动。"))
class ThemeCount(Counted):
    theme: Theme = field("The theme.", "主题。")
    pillar: Pillar = field("Its pillar.", "所属共建。")


@strawberry.type(description=both("What was held in a form.", "某一形式的活动。"))
class FormCount(Counted):
    form: ActivityForm = field("The form.", "形式。")


@strawberry.type(description=both("What was held with a sector.", "某一行业参与的活动。"))
class SectorCount(Counted):
    sector: Sector = field("The sector.", "行业。")


@strawberry.type(description=both("What was held with an organisation.", "某一单位参与的活动。"))
class PartnerCount(Counted):
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "The organisation.", "单位。")


@strawberry.type(description=both("What was held in a month.", "某月的活动。"))
class MonthCount(Counted):
    month: str | None = field(
        "The month in Shanghai, as 2024-02; null: the date is not known to the month.",
        "月份(上海),如 2024-02;空:日期未精确到月。",
    )


@strawberry.type(description=both("What was held in a quarter.", "某季度的活动。"))
class QuarterCount(Counted):
    quarter: str | None = field(
        "The quarter in Shanghai, as 2024-Q1; null: the date is not known to the quarter.",
        "季度(上海),如 2024-Q1;空:日期未精确到季度。",
    )


@strawberry.type(description=both("What was held in a year.", "某年的活动。"))
class YearCount(Counted):
    year: str | None = field(
        "The year in Shanghai, as 2024; null: the date is not known to the year.",
        "年份(上海),如 2024;空:日期未精确到年。",
    )
