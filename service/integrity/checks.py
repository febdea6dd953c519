"""The checks 廉洁检查: every rule by which the integrity office judges a partner, each with what it looks at and why.

A rule reads the facts of one partner and nothing else. No rule speaks of draft findings or of breaches that are not
confirmed, so that results tell nothing of them to whoever may read results. Where the source gives no number of days,
the one here is ours. The lead answers for its own breaches and findings alone; the rest is told of its partners.
"""

import datetime as dt
from collections.abc import Collection, Iterator

from service.dates import FIRST_DAY, LAST_DAY
from service.integrity.breaches import BreachStatus
from service.integrity.checking import Basis, Catalogue, Said, ids, until
from service.integrity.commitment_days import closed_on, required, signed_on, untold
from service.integrity.commitments import Commitment, CommitmentStatus
from service.integrity.comparing import agreement_changed, clauses_changed, recordings
from service.integrity.findings import FindingStatus
from service.integrity.gifts import GiftStatus
from service.integrity.partners import (
    Cooperation,
    PartnerFacts,
    ends_on,
    first_of,
    last_of,
    later,
    reported,
    stored_day,
    within,
)
from service.integrity.verdicts import CheckId, Result, Verdict

PUBLICITY_WITHIN = 30  # days after the last signature
AWARE_WITHIN = 30  # days after the last signature, or after the day of a new head-count
EXPIRING_WITHIN = 30  # days
DECIDED_WITHIN = 30  # days after a gift was given
RECORDED_WITHIN = 30  # days after it happened
EDUCATION, EXCHANGE = "INTEGRITY_EDUCATION", "INTEGRITY_EXCHANGE"  # themes of 廉洁共建
COMMITTED = Basis("002", "二(四)共同作出廉洁承诺", "C14")
EDUCATED = Basis("002", "二(四)结对开展廉洁教育", "C15")
EXCHANGED = Basis("002", "二(四)定期进行廉洁交流", "C16")
SUPERVISED = Basis("002", "三(四)提升了行风建设:监督“组合拳”", "C17")
OF_THE_LEAD = frozenset({CheckId.OPEN_BREACH, CheckId.FINDING_OVERDUE})
CHECKS = Catalogue()
check = CHECKS.check


def results(facts: PartnerFacts, wanted: Collection[CheckId] = tuple(CheckId)) -> Iterator[Result]:
    """What the checks `wanted` say of one partner."""
    for own_id, each in CHECKS.items():
        if own_id in wanted and (own_id in OF_THE_LEAD or facts.organization not in facts.leads):
            yield from each.judge(facts)


@check(
    CheckId.COOPERATION_WITHOUT_COMMITMENT,
    COMMITTED,
    ("Active cooperation without an effective commitment", "有合作无承诺"),
    "Agreements in force on the day and activities held in the period, and no effective commitment with the lead.",
    "当日有生效的协议或期内举办了活动,而与主责单位之间没有生效的廉洁承诺。",
)
def cooperation_without_commitment(facts: PartnerFacts) -> Iterator[Said]:
    day, about, mutual = min(facts.day, facts.last), facts.organization, facts.with_the_lead()
    agreed, activities = facts.cooperation(day, day).agreements, facts.held(facts.first, facts.last)
    found = Cooperation(agreed, activities)
    effective = [each for each in mutual if Commitment.state(each, day) == CommitmentStatus.EFFECTIVE]
    figure, evidence = str(len(activities.sure)), [*ids(mutual, found.records)]
    if not found.records:
        return
    if effective:
        since = min(stored_day(each["effective_from"]) for each in effective)
        yield Said(Verdict.PASS, about, since, None, figure, ids(effective))
    elif not found.sure or any(untold(each, day) for each in mutual):
        yield Said(Verdict.NO_FIGURE, about, None, None, figure, evidence)
    else:
        ended = [closed for each in mutual if (closed := closed_on(each)) <= day]
        since = max([*ended, found.since or FIRST_DAY])
        yield Said(Verdict.FAIL, about, since if since > FIRST_DAY else None, None, figure, evidence)


@check(
    CheckId.ONE_SIDED,
    COMMITTED,
    ("One-sided commitment", "单方承诺"),
    "Commitments that stand: have both sides signed? The figure counts the sides that have.",
    "存续的廉洁承诺是否双方均已签署(互相做出廉洁承诺)。数值为已签署方数。",
)
def one_sided(facts: PartnerFacts) -> Iterator[Said]:
    for each in facts.standing():
        signed = [side for side in each["sides"] if side["signed"]]
        verdict = Verdict.FAIL if each["unsigned"] else Verdict.PASS
        yield Said(verdict, each["_id"], signed_on(signed), None, f"{len(signed)}/{len(each['sides'])}")


@check(
    CheckId.PUBLICISED_LATE,
    COMMITTED,
    ("Not publicised inside a side, or late", "未公示或逾期公示"),
    "Each side of a commitment: the days from the last signature to its publicity inside, or to the day.",
    "双方已签署的廉洁承诺:各方自最后签署至在本单位内部公示(或当日)的天数。",
    PUBLICITY_WITHIN,
)
def publicised_late(facts: PartnerFacts) -> Iterator[Said]:
    for each, side in facts.sides():
        about, whom, signed = each["_id"], (side["organization"],), signed_on(each["sides"])
        told = [publicity["begins"] for publicity in each["publicity"] if publicity["organization"] in whom]
        begun = [days for days in told if first_of(days) <= facts.day]
        due = later(signed, PUBLICITY_WITHIN) if signed else None
        in_time = {within(days, FIRST_DAY, due) if due else None for days in begun}
        verdict = Verdict.FAIL if begun else Verdict.NO_FIGURE if reported(each) else until(due, facts.day)
        if in_time & {True, None}:
            verdict = Verdict.PASS if True in in_time else Verdict.NO_FIGURE
        known = signed and verdict is not Verdict.NO_FIGURE
        figure = str((min(map(last_of, begun), default=facts.day) - signed).days) if signed and known else None
        yield Said(verdict, about, signed, due, figure, whom)


@check(
    CheckId.NOT_ALL_AWARE,
    COMMITTED,
    ("Not known by all staff", "未达全员知晓"),
    "Each side of a commitment: the staff who know of it, of those at signing who must (all, or the share agreed).",
    "双方已签署的廉洁承诺:各方知晓人数/签署时应知晓人数(全员,或按约定比例)。",
    AWARE_WITHIN,
)
def not_all_aware(facts: PartnerFacts) -> Iterator[Said]:
    for each, side in facts.sides():
        signed, verdict, figure = signed_on(each["sides"]), Verdict.NO_FIGURE, None
        due = later(signed, AWARE_WITHIN) if signed else None
        if side["staff"] is not None:
            needed = required(side["staff"], each)
            verdict = Verdict.PASS if side["known"] >= needed else until(due, facts.day)
            figure = f"{side['known']}/{needed}"
        yield Said(verdict, each["_id"], signed, due, figure, (side["organization"],))


@check(
    CheckId.STAFF_CHANGED,
    COMMITTED,
    ("Staff changed since the signature", "签署后人数变化"),
    "Each side of a commitment: the staff who know of it, of those who must by its latest head-count if it changed.",
    "双方已签署的廉洁承诺:各方知晓人数/人数变化后按最新快照应知晓人数。",
    AWARE_WITHIN,
)
def staff_changed(facts: PartnerFacts) -> Iterator[Said]:
    for each, side in facts.sides():
        newest, vague, verdict, figure = *facts.newest_count(side), Verdict.NO_FIGURE, None
        staff = newest["staff"] if newest else side["staff"]
        counted = first_of(newest["on"]) if newest else None
        due = later(counted, AWARE_WITHIN) if counted else None
        if side["staff"] is not None and staff is not None and not vague:
            known, needed = side["known"], required(staff, each)
            verdict = Verdict.PASS if staff == side["staff"] or known >= needed else until(due, facts.day)
            figure = f"{known}/{needed}"
        evidence = [side["organization"], *([newest["_id"]] if newest else [])]
        yield Said(verdict, each["_id"], counted, due, figure, evidence)


@check(
    CheckId.EXPIRED_OR_EXPIRING,
    COMMITTED,
    ("Expired or about to expire", "承诺到期或即将到期"),
    "Commitments with the lead that none has taken the place of: their last day, or their agreement's if earlier.",
    "与主责单位之间尚无接替者的廉洁承诺:其到期日,所依协议先到期者从协议。",
    EXPIRING_WITHIN,
)
def expired_or_expiring(facts: PartnerFacts) -> Iterator[Said]:
    for each in facts.unfollowed():
        under = [agreement for agreement in facts.agreements if agreement["_id"] == each["agreement"]]
        last = min([stored_day(each["active_to"]), *map(ends_on, under)])
        over = last < facts.day
        verdict = Verdict.DUE if last <= later(facts.day, EXPIRING_WITHIN) else Verdict.PASS
        if last == LAST_DAY:
            verdict = Verdict.NO_FIGURE if reported(each) else Verdict.PASS
        due = last if last < LAST_DAY else None
        yield Said(Verdict.FAIL if over else verdict, each["_id"], None, due, None, ids(under))


@check(
    CheckId.NO_JOINT_EDUCATION,
    EDUCATED,
    ("No joint integrity education in the year", "本年未开展联合廉洁教育"),
    "Each year of the period in which it cooperated: integrity education surely held with it in that year.",
    "期内涉及且有合作的每一年(每年):该年确定与其举办的廉洁教育数。",
)
def no_joint_education(facts: PartnerFacts) -> Iterator[Said]:
    for year in range(facts.first.year, min(facts.last, facts.day).year + 1):
        begins, ends = dt.date(year, 1, 1), dt.date(year, 12, 31)
        (sure, perhaps), partner = facts.held(begins, ends, EDUCATION), facts.cooperation(begins, ends)
        verdict = Verdict.DUE if facts.day <= ends else Verdict.FAIL
        if sure or perhaps or not partner.sure:
            verdict = Verdict.PASS if sure else Verdict.NO_FIGURE
        if partner.records:
            yield Said(verdict, facts.organization, None, ends, str(len(sure)), ids(sure or perhaps))


@check(
    CheckId.NO_EXCHANGE,
    EXCHANGED,
    ("No integrity exchange", "未开展廉洁交流"),
    "Integrity exchange surely held with it in the period; 定期 has no number in the source, so none is no fault.",
    "期内确定与其举办的廉洁交流数;原文“定期”没有次数,没有也不判为不合格。",
)
def no_exchange(facts: PartnerFacts) -> Iterator[Said]:
    sure, perhaps = facts.held(facts.first, facts.last, EXCHANGE)
    if facts.cooperation(facts.first, facts.last).records:
        verdict = Verdict.PASS if sure else Verdict.NO_FIGURE
        yield Said(verdict, facts.organization, figure=str(len(sure)), evidence=ids(sure or perhaps))


@check(
    CheckId.OPEN_BREACH,
    COMMITTED,
    ("Open breach", "违约未办结"),
    "Its breaches of commitments that are confirmed and not resolved.",
    "其已核实而未办结的违约。",
)
def open_breach(facts: PartnerFacts) -> Iterator[Said]:
    still = [each for each in facts.breaches if each["status"] == BreachStatus.CONFIRMED]
    for each in still:
        since = first_of(each["happened_on"]) if each["happened_on"] else None
        yield Said(Verdict.FAIL, each["_id"], since, evidence=(each["commitment"],))
    if not still:
        yield Said(Verdict.PASS, facts.organization)


@check(
    CheckId.FINDING_OVERDUE,
    SUPERVISED,
    ("Finding not put right in time", "问题整改逾期"),
    "Its open findings, by the day by which they are to be put right.",
    "其尚未整改的问题,按整改期限。",
)
def finding_overdue(facts: PartnerFacts) -> Iterator[Said]:
    still = [each for each in facts.findings if each["status"] == FindingStatus.OPEN]
    for each in still:
        due = stored_day(each["due"]) if each["due"] else None
        yield Said(until(due, facts.day), each["_id"], stored_day(each["raised_on"]), due)
    if not still:
        yield Said(Verdict.PASS, facts.organization)


@check(
    CheckId.GIFT_UNDECIDED,
    COMMITTED,
    ("Gift without a decision", "礼品礼金未处理"),
    "Gifts it gave or received that nobody has decided on, by the day of giving.",
    "其收送而尚无处理决定的礼品礼金,按收送日期。",
    DECIDED_WITHIN,
)
def gift_undecided(facts: PartnerFacts) -> Iterator[Said]:
    still = [each for each in facts.gifts if each["status"] == GiftStatus.RECORDED]
    for each in still:
        given = last_of(each["given_on"]) if each["given_on"] else None
        due = later(given, DECIDED_WITHIN) if given else None
        yield Said(until(due, facts.day), each["_id"], given, due)
    if not still:
        yield Said(Verdict.PASS, facts.organization)


@check(
    CheckId.LATE_RECORDING,
    SUPERVISED,
    ("Recorded late", "登记滞后"),
    "Activities, signatures, acknowledgements and gifts of the period, unless reported: those recorded late, of all.",
    "期内的活动、签署、知晓、礼品礼金(引用记录除外):滞后登记数/所查数。",
    RECORDED_WITHIN,
)
def late_recording(facts: PartnerFacts) -> Iterator[Said]:
    looked_at = sorted(recordings(facts), reverse=True)
    late = [each for each in looked_at if each.recorded > later(each.happened, RECORDED_WITHIN)]
    if looked_at:
        since, verdict = (late[-1].happened, Verdict.FAIL) if late else (None, Verdict.PASS)
        evidence = dict.fromkeys(each.record for each in late)
        yield Said(verdict, facts.organization, since, None, f"{len(late)}/{len(looked_at)}", evidence)


@check(
    CheckId.TEXT_CHANGED,
    COMMITTED,
    ("Text changed after it was signed", "签署后文本被改动"),
    "Texts of its signed agreements and clauses of its commitments: those that are not what their hash says, of all.",
    "其已签署协议的文本与所承诺的条款:与当时哈希不符者数/所查数。",
)
def text_changed(facts: PartnerFacts) -> Iterator[Said]:
    sets = {each["_id"]: each for each in facts.clause_sets}
    looked_at = {each["_id"]: agreement_changed(each) for each in facts.agreements if each["versions"]}
    looked_at |= {each["_id"]: clauses_changed(each, sets) for each in facts.commitments if each["clause_hash"]}
    changed = [own_id for own_id, differs in looked_at.items() if differs]
    figure = f"{len(changed)}/{len(looked_at)}"
    for own_id in changed:
        yield Said(Verdict.FAIL, own_id, figure=figure)
    if looked_at and not changed:
        yield Said(Verdict.PASS, facts.organization, figure=figure)
