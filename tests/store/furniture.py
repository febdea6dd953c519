"""Records of the kinds of which the seeds have none, so that every list of the schema has something to list."""

from service.cooperation.groups import Chair, LeadingGroup
from service.cooperation.pillars import Pillar, Theme
from service.cooperation.plans import ActivityPlan, PlanLine
from service.dates import PartialDate
from service.records import Record
from tests.conftest import BANK, LEAD, NETWORK

AGREEMENT = "agr_002_boc_yuexiu_co_building"
LINE = PlanLine(1, Pillar.LEARNING, Theme.EXCHANGE, "座谈", PartialDate.parse("2024-06"), LEAD, (BANK,))
FURNITURE: tuple[Record, ...] = (
    *(
        ActivityPlan(id=f"pla_{year}", network=NETWORK, agreement=AGREEMENT, year=year, lines=(LINE,), numbered=1)
        for year in (2023, 2024)
    ),
    LeadingGroup(id="grp_1", network=NETWORK, agreement=AGREEMENT, chairs=(Chair(LEAD, "甲"), Chair(BANK, "乙"))),
)
