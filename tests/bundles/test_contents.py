"""What the three bundles say, from documents to files: all of it to whom it may be told, and nothing beyond that."""

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

import schema.api  # noqa: F401 — publishes the words for what records hold
from schema.dossiers.words import words
from service.bundles.document import Facts, Language, Paper, Signatures, Text, written
from service.bundles.material import Material, Telling
from service.bundles.sealed import PAPERS, sealed
from service.errors import Refusal
from service.store.database import Database
from service.store.materials import Wanted, gathered
from service.viewer import Right, Viewer
from tests.bundles import partnership
from tests.bundles.papers import opened, pages
from tests.bundles.partnership import AS_OF, PHONE, RESPONSIBLE, SECRETS, SIGNER
from tests.conftest import (
    ADMIN,
    BANK,
    BANK_RECORDER,
    FRONT_END,
    LEAD,
    LEAD_RECORDER,
    NETWORK,
    OBSERVER,
    OFFICER,
    STRANGER,
)

SUBJECTS = (BANK, "com_1", "aud_1")


@pytest.fixture(scope="module")
async def database() -> AsyncIterator[Database]:
    made = Database("mongomock", "", "dossiers")
    await partnership.stand(made)
    yield made
    await made.close()


async def told(
    database: Database, own_id: str, viewer: Viewer = OFFICER, language: Language = Language.CHINESE
) -> tuple[Material, Paper]:
    material = await gathered(database, Wanted(own_id, AS_OF, viewer))
    return material, PAPERS[own_id.partition("_")[0]](Telling(material, words, language, AS_OF))


def rows(paper: Paper, name: str) -> list[tuple[str, ...]]:
    table = next(table for table in paper.tables() if table.name == name)
    return [tuple(map(written, row)) for row in table.rows]


def facts(paper: Paper) -> dict[str, str]:
    blocks = [block for section in paper.sections for block in section.blocks]
    return {label: written(cell) for block in blocks if isinstance(block, Facts) for label, cell in block.pairs}


def text(paper: Paper) -> str:
    """Everything a paper says."""
    said = [paper.title, paper.subtitle, paper.header, *facts(paper).values()]
    for section in paper.sections:
        said += [section.title, *(block.text for block in section.blocks if isinstance(block, Text))]
    return "\n".join([*said, *(written(cell) for table in paper.tables() for row in table.rows for cell in row)])


# ── What each says ──


async def test_a_partner_is_told_whole(database: Database) -> None:
    material, paper = await told(database, BANK)
    assert paper.title == "共建单位台账"
    about = facts(paper)
    assert (about["名称"], about["行业"], about["联系人"]) == ("中国银行越秀支行", "银行", f"李联络，{PHONE}")
    assert rows(paper, "成员关系") == [("成员单位", "2024-01-01", "", "有效", "mem_1")]
    [agreement] = rows(paper, "协议")
    assert agreement[0] == "廉洁伙伴协议书"
    assert agreement[3] == "南方医科大学皮肤病医院；中国银行越秀支行"
    pillars = {
        name: [row[-1] for row in rows(paper, name)] for name in ("学习共建", "发展共建", "服务共建", "廉洁共建")
    }
    assert pillars == {"学习共建": ["act_3"], "发展共建": [], "服务共建": ["act_2"], "廉洁共建": ["act_1"]}
    assert [row[0] for row in rows(paper, "成果")] == ["金融服务专线"]
    assert [row[:2] for row in rows(paper, "廉洁承诺")] == [
        ("南方医科大学皮肤病医院", "2024-02-01"),
        ("中国银行越秀支行", "2024-02-02"),
    ]
    assert rows(paper, "知晓登记")[0][:3] == ("中国银行越秀支行", "2024-03-01", "2")
    assert rows(paper, "礼品礼金登记")[0][3:6:2] == ("维E药膏", "12.50")
    assert [row[-1] for row in rows(paper, "违约")] == ["bre_2", "bre_1"]
    assert [row[2].partition("\n")[0] for row in rows(paper, "问题")] == ["知晓率不足", "草拟中的问题"]
    assert [row[2:4] for row in rows(paper, "整改与验证")] == [("组织全员学习。", ""), ("已见签到表。", "是")]
    assert {row[0] for row in rows(paper, "待办事项")} >= {"协议将在 90 天内到期,且无已签署的续签协议"}
    assert material.withheld == {"acknowledgements.persons", "breaches.reporter"}


async def test_open_points_are_those_of_the_day(database: Database) -> None:
    material, _ = await told(database, BANK)
    assert list(material.open_points) == [
        {"code": "AGREEMENT_EXPIRING", "agreement": "agr_1", "due": "2025-01-31"},
        {"code": "PLAN_LINE_OVERDUE", "due": "2024-03-01", "plan": "pla_1", "line": 1},
        {"code": "AWAITING_CONFIRMATION", "activities": 2},
    ]


async def test_a_commitment_tells_its_clauses_in_both_languages_and_its_gates(database: Database) -> None:
    _, paper = await told(database, "com_1")
    assert facts(paper)["依据协议"] == "廉洁伙伴协议书"
    assert facts(paper)["承诺条款"] == "标准条款 · 第 1 版"
    assert rows(paper, "承诺条款")[0][1:] == ("不得赠送或接受礼金。", "No gifts of money.")
    lead, bank = "南方医科大学皮肤病医院", "中国银行越秀支行"
    assert [row[:5] for row in rows(paper, "廉洁承诺")] == [
        (lead, "2024-02-01", SIGNER, "100", "100"),
        (bank, "2024-02-02", "王行长", "41", "2"),
    ]
    assert rows(paper, "生效条件") == [
        (lead, "签署", "", "是", "2024-02-01", ""),
        (lead, "公示", "7 天", "是", "2024-02-10", ""),
        (lead, "知晓", "100 % (100/100)", "100", "2024-02-20", ""),
        (bank, "签署", "", "是", "2024-02-02", ""),
        (bank, "公示", "7 天", "否", "", "尚缺"),
        (bank, "知晓", "100 % (41/41)", "2", "", "尚缺"),
    ]
    assert rows(paper, "公示")[0][:5] == (lead, "院内公示栏", "一楼大厅", "2024-02-03", "2024-02-20")
    [signatures] = [block for section in paper.sections for block in section.blocks if isinstance(block, Signatures)]
    assert list(signatures.signers) == [lead, bank]


async def test_a_commitment_without_a_wording_says_so(database: Database) -> None:
    own = replace(next(each for each in partnership.integrity() if each.id == "com_1"), id="com_2", clause_set=None)
    other = Database("mongomock", "", "reported")
    await partnership.stand(other, replace(own, clause_version=None))
    _, paper = await told(other, "com_2")
    assert "来源未载明条款原文。" in text(paper)
    assert facts(paper)["承诺条款"] == ""
    await other.close()


async def test_an_audit_tells_its_frozen_results_and_findings(database: Database) -> None:
    _, paper = await told(database, "aud_1", language=Language.ENGLISH)
    assert paper.title == "Dossier of an Integrity Audit"
    assert facts(paper)["Checked as of"] == "2024-01-02 09:00"
    summary = {row[0]: row[1:] for row in rows(paper, "Summary")}
    assert sorted(summary.values()) == [("1", "0", "0", "0", "0"), ("1", "0", "0", "1", "0")]
    assert [row[3] for row in rows(paper, "Results")] == ["com_1", "gif_1", "com_1"]
    assert [row[-1] for row in rows(paper, "Findings")] == ["fin_1", "fin_2"]
    assert "总体良好，一项须整改。" in text(paper)


# ── Who is told what ──


@pytest.mark.parametrize("viewer", [ADMIN, OFFICER, OBSERVER, BANK_RECORDER], ids=lambda viewer: viewer.subject)
@pytest.mark.parametrize("own_id", SUBJECTS[:2])
async def test_who_acknowledged_and_who_reported_is_told_to_nobody(
    database: Database, own_id: str, viewer: Viewer
) -> None:
    material, paper = await told(database, own_id, viewer)
    said = text(paper) + repr(material)
    assert not [secret for secret in SECRETS if secret in said]
    assert material.withheld >= {"acknowledgements.persons"}


@pytest.mark.parametrize(
    ("viewer", "findings", "breaches", "gifts"),
    [
        (OFFICER, 2, 2, 1),
        (OBSERVER, 2, 2, 1),
        (ADMIN, 1, 1, 1),
        (BANK_RECORDER, 1, 1, 1),
        (LEAD_RECORDER, 0, 0, 1),  # those of the bank concern the bank alone
        (FRONT_END, 0, 0, 0),
    ],
    ids=lambda value: getattr(value, "subject", None),
)
async def test_findings_breaches_and_gifts_are_told_to_who_may_read_them(
    database: Database, viewer: Viewer, findings: int, breaches: int, gifts: int
) -> None:
    _, paper = await told(database, BANK, viewer)
    counted = [len(rows(paper, name)) for name in ("问题", "违约", "礼品礼金登记")]
    assert counted == [findings, breaches, gifts]


async def test_names_are_told_with_the_right_alone(database: Database) -> None:
    for viewer, may in ((OFFICER, True), (ADMIN, True), (BANK_RECORDER, True), (OBSERVER, False), (FRONT_END, False)):
        material, paper = await told(database, BANK, viewer)
        said = text(paper) + repr(material)
        assert [name in said for name in (SIGNER, PHONE)] == [may] * 2, viewer.subject
        others = viewer is BANK_RECORDER  # those of the hospital, which are not its own
        assert ("organizations.contacts" in material.withheld) is (others or not may)
        assert ((Right.READ_CONTACTS, NETWORK, "com_1") in material.restricted) is may
    material, paper = await told(database, BANK, OBSERVER)
    assert RESPONSIBLE not in text(paper)
    drafts = {(Right.READ_DRAFT_FINDINGS, NETWORK, each) for each in ("bre_2", "fin_2")}
    assert drafts <= set(material.restricted)  # what only the office and observers may know of


@pytest.mark.parametrize("own_id", [*SUBJECTS, "org_none", "com_none", "act_1", "nonsense"])
async def test_a_foreign_record_is_as_one_that_is_not_there(database: Database, own_id: str) -> None:
    with pytest.raises(Refusal) as foreign:
        await gathered(database, Wanted(own_id, AS_OF, STRANGER))
    [problem] = foreign.value.problems
    assert (problem.code, problem.english) == ("NOT_FOUND", f"There is no record {own_id} here.")


@pytest.mark.parametrize(("viewer", "own_id"), [(LEAD_RECORDER, "aud_1"), (FRONT_END, "aud_1"), (OFFICER, "org_none")])
async def test_what_may_not_be_read_is_not_there(database: Database, viewer: Viewer, own_id: str) -> None:
    with pytest.raises(Refusal, match="NOT_FOUND"):
        await gathered(database, Wanted(own_id, AS_OF, viewer))


async def test_an_organisation_in_another_network_and_a_record_of_another_are_not_there(database: Database) -> None:
    for own_id, network in ((BANK, "net_none"), ("com_1", "net_004_wuxi")):
        with pytest.raises(Refusal, match="NOT_FOUND"):
            await gathered(database, Wanted(own_id, AS_OF, OFFICER, network))


async def test_an_organisation_without_a_part_in_the_network_has_no_dossier() -> None:
    database = Database("mongomock", "", "alone")
    alone = next(each for each in partnership.records() if each.id == LEAD)
    await partnership.stand(database, replace(alone, id="org_alone"))
    with pytest.raises(Refusal, match="NOT_FOUND"):
        await gathered(database, Wanted("org_alone", AS_OF, OFFICER))
    await database.close()


async def test_a_dossier_has_a_limit(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.store.materials.MOST", 10)
    with pytest.raises(Refusal) as refused:
        await gathered(database, Wanted(BANK, AS_OF, OFFICER))
    [problem] = refused.value.problems
    assert (problem.code, problem.path) == ("LIMIT_EXCEEDED", ("id",))
    assert problem.english == "A dossier shows at most 10 records."
    assert problem.chinese == "卷宗最多包含 10 条记录。"


async def test_lists_are_read_to_their_end(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = await told(database, BANK)
    monkeypatch.setattr("service.store.materials.AT_ONCE", 1)
    monkeypatch.setattr("service.store.materials.IDS_AT_ONCE", 1)
    steps: list[tuple[int, int]] = []

    async def progress(step: int, of: int) -> None:
        steps.append((step, of))

    again = await gathered(database, Wanted(BANK, AS_OF, OFFICER), progress)
    assert again.documents == whole.documents
    assert steps == [(step, 10) for step in range(1, 11)]


# ── The files ──


@pytest.mark.parametrize("own_id", SUBJECTS)
async def test_files_tell_the_same_and_are_sealed(database: Database, own_id: str) -> None:
    material, paper = await told(database, own_id)
    request: dict[str, Any] = {"id": own_id, "asOf": AS_OF}
    checkpoints = {material.subject["head"]: "k" * 64}
    content = sealed(material, words, Language.CHINESE, AS_OF, request, checkpoints)
    if own_id == "com_1":  # each costs most of a second
        assert sealed(material, words, Language.CHINESE, AS_OF, request, checkpoints) == content
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    assert list(files) == [f"{own_id}.pdf", f"{own_id}.xlsx", "data.json", "manifest.json"]
    manifest = orjson.loads(files["manifest.json"])
    assert [(each["name"], each["sha256"]) for each in manifest["files"]] == [
        (name, hashlib.sha256(files[name]).hexdigest()) for name in list(files)[:3]
    ]
    shown = {each["_id"]: (each["version"], each["head"]) for each in material.all()}
    assert {each["id"]: (each["version"], each["head"]) for each in manifest["chain"]} == shown
    assert [each["id"] for each in manifest["chain"] if each["checkpoint"]] == [own_id]
    data = orjson.loads(files["data.json"])
    assert {each["id"] for found in data["records"].values() for each in found} == set(shown)
    printed = "".join("".join(lines) for lines in pages(files[f"{own_id}.pdf"]))
    assert paper.title in printed
    assert "签字：" in printed
    book = opened(files[f"{own_id}.xlsx"])
    assert book.sheetnames[1:] == [table.name for table in paper.tables()]
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert own_id in cells
    everything = files["data.json"].decode() + printed + repr(cells)
    assert not [secret for secret in SECRETS if secret in everything]


async def test_a_title_that_looks_like_a_formula_stays_text(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.bundles.pdf.rendered", lambda paper: b"")
    material, _ = await told(database, BANK)
    content = sealed(material, words, Language.CHINESE, AS_OF, {}, {})
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        sheet = opened(zipped.read(f"{BANK}.xlsx"))["廉洁共建"]
    assert [(row[1].value, row[1].data_type) for row in sheet.iter_rows(min_row=2)] == [("=共建活动1", "s")]
