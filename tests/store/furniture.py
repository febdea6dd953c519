"""Records of the kinds of which the seeds have none, so that every list of the schema has something to list."""

import datetime as dt

from service.cooperation.groups import Chair, LeadingGroup
from service.cooperation.pillars import Pillar, Theme
from service.cooperation.plans import ActivityPlan, PlanLine
from service.dates import PartialDate
from service.integrity.acknowledgements import Acknowledgement
from service.records import Record
from tests.conftest import BANK, LEAD, NETWORK

AGREEMENT = "agr_002_boc_yuexiu_co_building"
LINE = PlanLine(1, Pillar.LEARNING, Theme.EXCHANGE, "座谈", PartialDate.parse("2024-06"), LEAD, (BANK,))
FURNITURE: tuple[Record, ...] = (
    *(
        ActivityPlan(id=f"pla_{year}", network=NETWORK, agreement=AGREEMENT, year=year, lines=(LINE,), numbered=1)
        for year in (2023, 2024)
    ),
    *(
        Acknowledgement(
            id=f"ack_{number}",
            network=NETWORK,
            commitment="com_002_boc_yuexiu",
            organization=BANK,
            acknowledged_on=dt.date(2024, 2, 29),
            persons=("工号1", f"工号{number}"),
        )
        for number in (1, 2)
    ),
    LeadingGroup(id="grp_1", network=NETWORK, agreement=AGREEMENT, chairs=(Chair(LEAD, "甲"), Chair(BANK, "乙"))),
)
