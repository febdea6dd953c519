"""What a partnership leaves on paper: its dossiers, read back and held against what GraphQL answers of that moment."""

import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any

import httpx

from tests.api import integrity_texts as texts
from tests.api.integrity_audit import REPORTER, log
from tests.api.integrity_year import NO_GIFTS, OBEY, TODAY, Year
from tests.bundles.papers import opened, pages
from tests.conftest import BANK, NETWORK
from tests.faults.running import eventually

SECRETS = (REPORTER, "工号00")  # who reported, who knows
CHINESE = re.compile(r"\. (?=[^ -~])")  # where a description goes on in Chinese
Row = list[Any]


class Dossier:
    """A bundle as its reader finds it, and what GraphQL answers of the same record at the same moment."""

    def __init__(self, year: Year, name: str, query: str) -> None:
        self.own_id = year.made.get(name, name)
        self.url, self.content = fetched(year, self.own_id)
        with zipfile.ZipFile(io.BytesIO(self.content)) as zipped:
            self.files = {each: zipped.read(each) for each in zipped.namelist()}
        self.manifest: dict[str, Any] = json.loads(self.files["manifest.json"])
        self.pages = pages(self.files[f"{self.own_id}.pdf"])
        self.text = "".join(line for page in self.pages for line in page)
        self.book = opened(self.files[f"{self.own_id}.xlsx"])
        self.told: Any
        [self.told] = year.officer.one(query, id=self.own_id, asOf=self.manifest["request"]["asOf"])
        enums = year.front_end.ask(texts.WORDS)
        self.words = {
            (enum, each["name"]): CHINESE.split(each["description"])[-1].removesuffix("。")
            for enum, values in enums.items()
            for each in values["enumValues"]
        }

    def rows(self, sheet: str, *columns: str) -> list[Row]:
        """What stands in these columns of a sheet; days as in GraphQL."""
        heading, *rows = [[plain(cell.value) for cell in row] for row in self.book[sheet].rows]
        places = [heading.index(column) for column in columns]
        return [[row[place] for place in places] for row in rows]

    def row(self, told: Mapping[str, Any], *paths: str) -> Row:
        """What stands at `paths` of an answer, as a.b, the values of an enumeration, as a:Enum, in words."""
        return [self._cell(told, *path.split(":")) for path in paths]

    def _cell(self, told: Any, path: str, enum: str | None = None) -> Any:
        for name in path.split("."):
            told = None if told is None else told[name]
        return told if enum is None or told is None else self.words[enum, told]


def plain(value: Any) -> Any:
    return value.date().isoformat() if isinstance(value, dt.datetime) else value


def fetched(year: Year, own_id: str) -> tuple[str, bytes]:
    """The address that names the moment, to which one is led, and what the office gets there."""
    office = year.officer
    led = office.client.get(f"/dossiers/{own_id}", params={"language": "zh"}, headers=office.headers())
    assert led.status_code == 307
    answer = got(year, led.headers["location"])
    tag = hashlib.sha256(answer.content).hexdigest()
    assert (answer.status_code, answer.headers["etag"]) == (200, f'"{tag}"')
    return led.headers["location"], answer.content


def got(year: Year, url: str) -> httpx.Response:
    return year.officer.client.get(url, headers=year.officer.headers())


def trail_is_proved(year: Year) -> None:
    """Every revision stands in a signed checkpoint, so that what is fetched from now on is proved."""

    def proved() -> bool:
        found = year.observer.one(texts.TRAIL, network=NETWORK)
        assert (found["sound"], found["complete"], found["faults"]) == (True, True, [])
        return bool(found["provedSequence"] == found["sequence"])

    assert eventually(proved, 20)


def dossiers_are_read(year: Year) -> list[Dossier]:
    commitment = Dossier(year, "commitment", texts.TOLD_COMMITMENT)
    partner, audit = Dossier(year, BANK, texts.TOLD_PARTNER), Dossier(year, "audit", texts.TOLD_AUDIT)
    every = [commitment, partner, audit]
    for each in every:
        is_sealed(each)
    tells_of_commitment(year, commitment)
    tells_of_partner(partner)
    tells_of_audit(audit)
    assert ("officer", "GET /dossiers", ["READ_CONTACTS"]) in log(year, "finding")
    foreign = year.front_end.client.get(audit.url, headers=year.front_end.headers())
    assert (foreign.status_code, foreign.json()["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")
    return every


def is_sealed(dossier: Dossier) -> None:
    """The manifest tells the hash of each file and proves each record; every page is numbered; nothing confidential."""
    names = [f"{dossier.own_id}.pdf", f"{dossier.own_id}.xlsx", "data.json"]
    assert [*dossier.files] == [*names, "manifest.json"]
    assert [(each["name"], each["size"], each["sha256"]) for each in dossier.manifest["files"]] == [
        (name, len(dossier.files[name]), hashlib.sha256(dossier.files[name]).hexdigest()) for name in names
    ]
    records = [each["id"] for found in json.loads(dossier.files["data.json"])["records"].values() for each in found]
    assert sorted(records) == [proof["id"] for proof in dossier.manifest["chain"]]
    for number, page in enumerate(dossier.pages, start=1):
        assert f"第 {number} 页 共 {len(dossier.pages)} 页" in page
    assert all(each in dossier.text for each in ("签字：", "盖章：", "日期："))
    cells = [str(cell.value) for sheet in dossier.book for row in sheet.rows for cell in row]
    for told in (dossier.text, dossier.files["data.json"].decode(), "\n".join(cells)):
        assert not any(secret in told for secret in SECRETS)


def tells_of_commitment(year: Year, dossier: Dossier) -> None:
    told, row = dossier.told, dossier.row
    overview = dict(dossier.rows("概况", "项目", "内容"))
    assert [overview[name] for name in ("编号", "版本", "状态", "条款散列值", "拟订日期", "到期日")] == row(
        told, "id", "version", "status:CommitmentStatus", "clauseHash", "drawnUpOn", "expiresOn"
    )
    assert dossier.rows("廉洁承诺", "一方", "签署", "签署人", "职工数", "知晓数") == [
        row(side, "organization.name", "signedOn.from", "signer", "staff", "known") for side in told["sides"]
    ]
    [wording] = [each for each in told["clauseSet"]["versions"] if each["number"] == told["clauseVersion"]]
    assert dossier.rows("承诺条款", "条款", "中文", "英文") == [
        row(each, "category:ClauseCategory", "chinese", "english") for each in wording["clauses"]
    ]
    assert dossier.rows("公示", "单位", "方式", "地点", "起", "止") == [
        [side["organization"]["name"], *row(each, "channel", "place", "begins.from", "ends.from")]
        for side in told["sides"]
        for each in side["publicity"]
    ]
    batch = ("id", "organization.name", "acknowledgedOn", "people", "clauseVersion", "status:AcknowledgementStatus")
    assert dossier.rows("知晓登记", "编号", "单位", "日期", "人数", "条款版本", "状态") == [
        row(each, *batch) for each in reversed(told["acknowledgements"]["nodes"])
    ]
    breach = ("id", "happenedOn.from", "category:ClauseCategory", "description", "judgement", "resolution")
    assert dossier.rows("违约", "编号", "发生日期", "条款", "情况", "核实意见", "处理结果", "状态") == [
        row(each, *breach, "status:BreachStatus") for each in told["breaches"]["nodes"]
    ]
    gates = {tuple(each) for each in dossier.rows("生效条件", "条件", "尚缺")}
    assert gates == {("签署", None), ("公示", None), ("知晓", None)}
    said = ("廉洁承诺卷宗", "廉洁伙伴协议书", OBEY["chinese"], NO_GIFTS["chinese"], NO_GIFTS["english"], "院务公开栏")
    assert all(each in dossier.text for each in (*said, year.made["breach"]))


def tells_of_partner(dossier: Dossier) -> None:
    told, row = dossier.told, dossier.row
    [gift], [finding] = told["gifts"]["nodes"], told["findings"]["nodes"]
    sides = ("id", "givenOn.from", "giver.name", "receiver.name", "item")
    assert dossier.rows("礼品礼金登记", "编号", "日期", "赠送方", "接受方", "物品") == [row(gift, *sides)]
    handled = ("kind:GiftKind", "decision:GiftDecision", "status:GiftStatus")
    assert dossier.rows("礼品礼金登记", "类别", "处理", "状态") == [row(gift, *handled)]
    assert dossier.rows("礼品礼金登记", "估值（元）") == [[float(gift["estimatedValue"])]]
    facts = ("id", "raisedOn", "grade:Grade", "responsible", "due", "status:FindingStatus")
    assert dossier.rows("问题", "编号", "提出", "等级", "责任人", "期限", "状态") == [row(finding, *facts)]
    agreements = [row(each, "id", "title") for each in told["agreements"]["nodes"]]
    assert sorted(dossier.rows("协议", "编号", "名称")) == sorted(agreements)
    assert all(each in dossier.text for each in ("共建单位台账", told["name"], gift["item"], finding["title"]))


def tells_of_audit(dossier: Dossier) -> None:
    told, row = dossier.told, dossier.row
    result = ("check.code:CheckId", "verdict:CheckVerdict", "organization.name", "since", "due", "figure")
    assert dossier.rows("检查结果", "检查", "结论", "单位", "自", "期限", "数值") == [
        row(each, *result) for each in told["results"]["nodes"]
    ]
    [finding] = told["findings"]["nodes"]
    facts = ("id", "organization.name", "cause", "grade:Grade", "responsible", "due", "status:FindingStatus")
    assert dossier.rows("问题", "编号", "单位", "原因", "等级", "责任人", "期限", "状态") == [row(finding, *facts)]
    assert dossier.rows("问题", "问题") == [[f"{finding['title']}\n{finding['description']}"]]
    [done], [verified] = finding["rectifications"], finding["verifications"]
    assert dossier.rows("整改与验证", "日期", "整改措施或验证意见", "是否有效", "登记人") == [
        [done["doneOn"], done["action"], None, done["by"]],
        [TODAY.isoformat(), verified["note"], "是", verified["by"]],
    ]
    overview = dict(dossier.rows("概况", "项目", "内容"))
    assert [overview[name] for name in ("状态", "版本", "审计人")] == row(
        told, "status:AuditStatus", "version", "officer"
    )
    assert all(each in dossier.text for each in ("廉洁审计卷宗", told["title"], told["conclusion"], done["action"]))
