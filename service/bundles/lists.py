"""The lists of bundles: for each kind of record its columns, and what stands in them."""

from collections.abc import Iterable, Sequence

from service.bundles.document import Cell, Table
from service.bundles.material import Telling, amount, day, when
from service.cooperation.activities import Activity, ActivityForm, ActivityStatus, ParticipationRole
from service.cooperation.agreements import Agreement, AgreementKind, AgreementLevel, AgreementStatus
from service.cooperation.deliverables import Deliverable, DeliverableKind, DeliverableStatus
from service.cooperation.pillars import Pillar, Theme
from service.integrity.acknowledgements import Acknowledgement, AcknowledgementStatus
from service.integrity.breaches import Breach, BreachStatus
from service.integrity.clauses import ClauseCategory
from service.integrity.commitments import Commitment, CommitmentStatus
from service.integrity.findings import Finding, FindingStatus, Grade
from service.integrity.gifts import Gift, GiftDecision, GiftKind, GiftStatus
from service.network.memberships import Membership, MembershipRole, MembershipStatus
from service.records import Document

Rows = Iterable[Sequence[Cell]]


def _table(tell: Telling, title: tuple[str, str], columns: Sequence[tuple[str, str]], rows: Rows) -> Table:
    """Titles in English and Chinese; each list ends with the ids of its records, by which the manifest proves them."""
    return Table(tell.say(*title), [tell.say(*column) for column in columns], list(rows))


ID, STATE, ORGANIZATION = ("Id", "编号"), ("State", "状态"), ("Organisation", "单位")


def memberships(tell: Telling) -> Table:
    columns = [("Role", "身份"), ("Joined", "加入"), ("Left", "退出"), STATE, ID]
    rows = (
        (
            tell.word(MembershipRole, each["role"]),
            when(each["joined"]),
            when(each["left"]),
            tell.word(MembershipStatus, each["state"]),
            each["_id"],
        )
        for each in tell.material.of(Membership)
    )
    return _table(tell, ("Memberships", "成员关系"), columns, rows)


def agreements(tell: Telling) -> Table:
    columns = [
        ("Title", "名称"), ("Kind", "类别"), ("Level", "层级"), ("Parties", "签约方"),
        ("Signed", "签署"), ("From", "起"), ("To", "止"), STATE, ID,
    ]  # fmt: skip
    rows = (
        (
            each["title"],
            tell.word(AgreementKind, each["kind"]),
            tell.word(AgreementLevel, each["level"]),
            tell.names([party["organization"] for party in each["parties"]]),
            when(each["signed_on"]),
            day(each["term_from"]),
            day(each["term_to"]),
            tell.word(AgreementStatus, each["state"]),
            each["_id"],
        )
        for each in tell.material.of(Agreement)
    )
    return _table(tell, ("Agreements", "协议"), columns, rows)


def activities(tell: Telling, pillar: Pillar) -> Table:
    """Those whose main topic is of `pillar`: each activity stands in one list."""
    columns = [
        ("Date", "日期"), ("Title", "名称"), ("Theme", "主题"), ("Form", "形式"), ("Host", "主办"),
        ("Person-times", "人次"), STATE, ID,
    ]  # fmt: skip
    rows = (
        (
            when(each["when"]),
            each["title"],
            tell.word(Theme, main["theme"]),
            tell.word(ActivityForm, each["form"]),
            tell.names(
                [own["organization"] for own in each["participations"] if own["role"] == ParticipationRole.HOST]
            ),
            sum(own["head_count"] or 0 for own in each["participations"]) or None,
            tell.word(ActivityStatus, each["state"]),
            each["_id"],
        )
        for each in tell.material.of(Activity)
        if (main := main_topic(each))["pillar"] == pillar
    )
    title = tell.word(Pillar, pillar)
    return _table(tell, (title, title), columns, rows)


def main_topic(activity: Document) -> Document:
    """The main topic; the first where a source names none as such."""
    topics: Sequence[Document] = activity["topics"]
    return next((topic for topic in topics if topic["main"]), topics[0])


def deliverables(tell: Telling) -> Table:
    columns = [
        ("Title", "名称"), ("Kind", "类别"), ("Partners", "参与单位"), ("Launched", "启用"),
        ("Effect", "成效"), STATE, ID,
    ]  # fmt: skip
    rows = (
        (
            each["title"],
            tell.word(DeliverableKind, each["kind"]),
            tell.names(each["partners"]),
            when(each["launched_on"]),
            each["effect"],
            tell.word(DeliverableStatus, each["state"]),
            each["_id"],
        )
        for each in tell.material.of(Deliverable)
    )
    return _table(tell, ("Deliverables", "成果"), columns, rows)


def commitments(tell: Telling) -> Table:
    """One row for each side of each commitment."""
    columns = [
        ("Side", "一方"), ("Signed", "签署"), ("Signer", "签署人"), ("Staff", "职工数"), ("Acknowledged", "知晓数"),
        STATE, ("Expires", "到期"), ID,
    ]  # fmt: skip
    rows = (
        (
            tell.name(side["organization"]),
            when(side["signed_on"]) if side["signed"] else tell.say("Not signed", "未签署"),
            side["signer"],
            side["staff"],
            side["known"],
            tell.word(CommitmentStatus, each["state"]),
            day(each["expires_on"]),
            each["_id"],
        )
        for each in tell.material.of(Commitment)
        for side in each["sides"]
    )
    return _table(tell, ("Commitments", "廉洁承诺"), columns, rows)


def publicity(tell: Telling) -> Table:
    columns = [
        ORGANIZATION, ("Channel", "方式"), ("Place", "地点"), ("From", "起"), ("To", "止"), ("Evidence", "佐证"), ID,
    ]  # fmt: skip
    rows = (
        (
            tell.name(each["organization"]),
            each["channel"],
            each["place"],
            when(each["begins"]),
            when(each["ends"]),
            tell.names(each["evidence"]),
            commitment["_id"],
        )
        for commitment in tell.material.of(Commitment)
        for each in commitment["publicity"]
    )
    return _table(tell, ("Publicity", "公示"), columns, rows)


def acknowledgements(tell: Telling) -> Table:
    """How many, never who."""
    columns = [ORGANIZATION, ("Date", "日期"), ("People", "人数"), ("Clause version", "条款版本"), STATE, ID]
    rows = (
        (
            tell.name(each["organization"]),
            day(each["acknowledged_on"]),
            each["people"],
            each["clause_version"],
            tell.word(AcknowledgementStatus, each["state"]),
            each["_id"],
        )
        for each in tell.material.of(Acknowledgement)
    )
    return _table(tell, ("Acknowledgements", "知晓登记"), columns, rows)


def breaches(tell: Telling) -> Table:
    columns = [
        ("Happened", "发生日期"), ORGANIZATION, ("Clause", "条款"), ("Description", "情况"), ("Judgement", "核实意见"),
        ("Resolution", "处理结果"), STATE, ID,
    ]  # fmt: skip
    rows = (
        (
            when(each["happened_on"]),
            tell.name(each["organization"]),
            tell.word(ClauseCategory, each["category"]),
            each["description"],
            each["judgement"],
            each["resolution"],
            tell.word(BreachStatus, each["state"]),
            each["_id"],
        )
        for each in tell.material.of(Breach)
    )
    return _table(tell, ("Breaches", "违约"), columns, rows)


def gifts(tell: Telling) -> Table:
    columns = [
        ("Given", "日期"), ("Giver", "赠送方"), ("Receiver", "接受方"), ("Item", "物品"), ("Kind", "类别"),
        ("Value, CNY", "估值（元）"), ("Decision", "处理"), STATE, ID,
    ]  # fmt: skip
    rows = (
        (
            when(each["given_on"]),
            tell.name(each["giver"]),
            tell.name(each["receiver"]),
            each["item"],
            tell.word(GiftKind, each["kind"]),
            amount(each["estimated_value"]),
            tell.word(GiftDecision, each["decision"]),
            tell.word(GiftStatus, each["state"]),
            each["_id"],
        )
        for each in tell.material.of(Gift)
    )
    return _table(tell, ("Gifts", "礼品礼金登记"), columns, rows)


def findings(tell: Telling) -> Table:
    columns = [
        ("Raised", "提出"), ORGANIZATION, ("Finding", "问题"), ("Cause", "原因"), ("Grade", "等级"),
        ("Responsible", "责任人"), ("Due", "期限"), STATE, ID,
    ]  # fmt: skip
    rows = (
        (
            day(each["raised_on"]),
            tell.name(each["organization"]),
            _titled(each),
            each["cause"],
            tell.word(Grade, each["grade"]),
            each["responsible"],
            day(each["due"]),
            tell.word(FindingStatus, each["state"]),
            each["_id"],
        )
        for each in tell.material.of(Finding)
    )
    return _table(tell, ("Findings", "问题"), columns, rows)


def _titled(finding: Document) -> str:
    return f"{finding['title']}\n{finding['description']}" if finding["description"] else str(finding["title"])


def rectifications(tell: Telling) -> Table:
    """What was done, and then whether it had its effect."""
    columns = [
        ("Finding", "问题"), ("Done", "日期"), ("What was done or said", "整改措施或验证意见"),
        ("Effective", "是否有效"), ("By", "登记人"), ID,
    ]  # fmt: skip
    rows: list[Sequence[Cell]] = []
    for finding in tell.material.of(Finding):
        for each in finding["rectifications"]:
            rows.append((finding["title"], day(each["done_on"]), each["action"], None, each["by"], finding["_id"]))
        for each in finding["verifications"]:
            effective = tell.yes(each["effective"])
            rows.append((finding["title"], each["at"], each["note"], effective, each["by"], finding["_id"]))
    return _table(tell, ("Rectifications", "整改与验证"), columns, rows)
