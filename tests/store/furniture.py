"""Records of the kinds of which the seeds have none, so that every list of the schema has something to list."""

import datetime as dt

from service.cooperation.groups import Chair, LeadingGroup
from service.cooperation.pillars import Pillar, Theme
from service.cooperation.plans import ActivityPlan, PlanLine
from service.dates import PartialDate
from service.integrity.acknowledgements import Acknowledgement
from service.integrity.audits import Audit
from service.integrity.breaches import Breach, BreachStatus
from service.integrity.clauses import ClauseCategory
from service.integrity.findings import Finding, FindingStatus
from service.integrity.gifts import Gift, GiftKind
from service.integrity.verdicts import CheckId, Result, Verdict
from service.records import Record
from tests.conftest import BANK, LEAD, NETWORK

AGREEMENT = "agr_002_boc_yuexiu_co_building"
COMMITMENT = "com_002_boc_yuexiu"
DAY = dt.date(2024, 6, 15)
RESULT = Result(CheckId.NO_EXCHANGE, Verdict.FAIL, BANK, BANK)
LINE = PlanLine(1, Pillar.LEARNING, Theme.EXCHANGE, "座谈", PartialDate.parse("2024-06"), LEAD, (BANK,))
FURNITURE: tuple[Record, ...] = (
    *(
        ActivityPlan(id=f"pla_{year}", network=NETWORK, agreement=AGREEMENT, year=year, lines=(LINE,), numbered=1)
        for year in (2023, 2024)
    ),
    Gift(id="gif_1", network=NETWORK, giver=LEAD, receiver="org_gzbn", item="茶叶", kind=GiftKind.LOCAL_SPECIALTY),
    Breach(
        id="bre_1",
        network=NETWORK,
        commitment=COMMITMENT,
        organization=BANK,
        category=ClauseCategory.NO_GIFTS,
        description="收受礼金",
        status=BreachStatus.CONFIRMED,
    ),
    Audit(
        id="aud_1", network=NETWORK, title="廉洁审计", period_from=DAY, period_to=DAY, opened_on=DAY, results=(RESULT,)
    ),
    Finding(
        id="fin_1",
        network=NETWORK,
        organization=BANK,
        audit="aud_1",
        gift="gif_1",
        breach="bre_1",
        commitment=COMMITMENT,
        evidence=("gif_1", "bre_1"),
        title="收受礼金",
        raised_on=DAY,
        status=FindingStatus.OPEN,
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
