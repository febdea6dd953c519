"""The seeds: each says what its source says, word for word, and keeps every rule; no fact is forgotten."""

import datetime as dt
import os
import re
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seeds.loader import FOLDER, SeedInvalid, load, plant, read
from seeds.quotations import DIGEST, digest, quotations, unfounded
from service.dates import PartialDate
from service.network.headcounts import Headcount
from service.network.persons import Person
from service.records import Document, Origin, document_of
from service.store.database import Database
from service.store.kinds import KINDS
from service.store.store import Store
from tests.conftest import MASTERS
from tests.rules.replay import replay

NOW = dt.datetime(2025, 3, 1, 4, tzinfo=dt.UTC)
BESIDE_THE_CHECKOUT = Path(__file__).parents[3] / "shared" / "sources"
FACTS = [f"{letter}{n}" for letter, most in zip("ABCDE", (23, 10, 24, 11, 18), strict=True) for n in range(1, most + 1)]
SEEDS = read()
UNTOLD = {
    "dep",
    "pai",
    "att",
    "rol",
    "pla",
    "grp",
    "ack",
    "bre",
    "aud",
    "fin",
}  # counted in the sources and never named, or no matter of theirs
BY_ID = {record.id: record for record in SEEDS}


def sources() -> Path | None:
    """The folder of the source documents: named by COBUILD_SOURCES, else beside the checkout, if it is there."""
    if named := os.environ.get("COBUILD_SOURCES"):
        return Path(named)
    return BESIDE_THE_CHECKOUT if BESIDE_THE_CHECKOUT.is_dir() else None


def test_each_quotation_stands_in_its_source_word_for_word() -> None:
    """Looked up where the sources are at hand; without them the digest tells that none has changed since it was."""
    quoted = quotations(SEEDS)
    assert digest(quoted) == DIGEST.read_text(encoding="utf-8").strip(), "run: python -m seeds.quotations FOLDER"
    if folder := sources():
        assert unfounded(quoted, folder) == []


def test_a_quotation_that_is_not_in_its_source_is_found(tmp_path: Path) -> None:
    (tmp_path / "002_text.txt").write_text("与中国银行越秀支行签订廉洁伙伴协议书", encoding="utf-8")
    true, altered = ("002", "签订廉洁伙伴协议书"), ("002", "签订廉洁合作协议书")
    wrong = [altered, ("002", ""), ("004", "签订廉洁伙伴协议书")]
    assert unfounded([true, *wrong], tmp_path) == wrong
    assert digest([true]) != digest([altered])


def test_each_record_is_reported_with_fact_and_words() -> None:
    assert {record.origin for record in SEEDS} == {Origin.REPORTED}
    for record in SEEDS:
        assert re.fullmatch(rf"{record.PREFIX}_[a-z0-9_]+", record.id)
        assert all(each.fact in FACTS and each.quotation for each in record.sources), record.id
    assert {record.PREFIX for record in SEEDS} == KINDS.keys() - UNTOLD


async def test_the_actions_accept_every_record() -> None:
    assert await replay(SEEDS, NOW) == len(SEEDS)


def test_each_fact_names_its_records_or_what_they_wait_for() -> None:
    rests_on = defaultdict(list)
    for record in SEEDS:
        for fact in sorted({source.fact for source in record.sources}):
            rests_on[fact].append(record.id)
    rows = re.findall(r"^\| ([A-E]\d+) \|(.*?)\|(.*?)\|$", (FOLDER / "FACTS.md").read_text(encoding="utf-8"), re.M)
    assert [fact for fact, _, _ in rows] == FACTS
    assert {fact: records.split() for fact, records, _ in rows} == {fact: rests_on[fact] for fact in FACTS}
    assert [fact for fact, records, rest in rows if not records.strip() and not rest.strip()] == []


@pytest.mark.parametrize(
    ("own_id", "gaps"),
    [
        ("org_wuxi2", ()),
        ("org_fire_yuexiu", ("province",)),
        ("org_boc_yuexiu", ("province", "city")),
        ("mem_002_boc_yuexiu", ("joined",)),
        ("hea_000_wuxi2_functional", ("on", "staff")),
        ("sta_001_hechi_centre", ("plaque_on",)),
        ("per_004_secretary", ("cadre",)),
        ("agr_002_boc_yuexiu_integrity", ("level", "term_from", "signed_on", "versions")),
        ("cla_002_integrity", ("published_on", "english")),
        ("com_002_boc_yuexiu", ("drawn_up_on", "signed_on")),
        ("gif_002_vitamin_e_cream", ("estimated_value", "given_on")),
        ("del_002_wechat_payment", ("agreement", "launched_on")),
        ("del_004_yangshan_line", ("agreement",)),
        ("act_002_integrity_films", ("when", "place", "main_host")),
        ("act_004_yangshan_line", ("place", "main_host")),
    ],
)
def test_what_a_source_does_not_say_is_a_gap(own_id: str, gaps: tuple[str, ...]) -> None:
    assert BY_ID[own_id].gaps == gaps


def test_only_what_the_sources_date_has_a_date() -> None:
    facts = [(record.id, value) for record in SEEDS for value in vars(record).values()]
    joined = {record.id for record in SEEDS if record.id.startswith("mem_004")} - {"mem_004_yangshan"}
    this_year = {"net_004_wuxi", "agr_004_kindergarten_co_building", *joined}
    assert {own_id: value for own_id, value in facts if isinstance(value, PartialDate)} == {
        **dict.fromkeys(this_year, PartialDate.parse("2024")),
        "act_002_boc_platform": PartialDate.parse("2018"),
        "act_004_yangshan_line": PartialDate.on(dt.date(2024, 5, 12)),
        "del_004_yangshan_line": PartialDate.on(dt.date(2024, 5, 12)),
    }


@pytest.mark.parametrize("field", ["province", "city", "county", "secretary", "speaker", "short_name"])
def test_places_and_persons_stand_in_the_quoted_words_or_in_the_name(field: str) -> None:
    told = {record.id: value for record in SEEDS if (value := getattr(record, field, None))}
    assert told
    for own_id, value in told.items():
        document = document_of(BY_ID[own_id])
        words = [document.get("name", ""), *(source["quotation"] for source in document["sources"])]
        stem = re.sub("[省市]$", "", value)  # 无锡站 and 江门新会区 name their city without 市
        assert any(stem in each for each in words), own_id


def test_a_person_has_the_name_and_the_post_that_the_quoted_words_give() -> None:
    people = [record for record in SEEDS if isinstance(record, Person)]
    assert len(people) == 3
    for person in people:
        assert any(f"{person.post}{person.name}" in source.quotation for source in person.sources), person.id


def test_figures_that_contradict_each_other_are_kept_as_they_stand() -> None:
    headcount = BY_ID["hea_000_wuxi2_functional"]
    assert isinstance(headcount, Headcount)
    assert (headcount.members, headcount.cadres) == (151, 51)
    assert all(figure in (headcount.note or "") for figure in ("35.76%", "40名", "46.5%"))
    words = document_of(BY_ID["act_002_boc_platform"])["sources"]
    assert [name in "".join(each["quotation"] for each in words) for name in ("复兴一号", "复兴壹号")] == [True, True]


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    database = Database("mongomock", "", "seeds", masters=MASTERS)
    yield Store(database)
    await database.close()


async def test_seeding_twice_writes_once(store: Store) -> None:
    told: list[int] = []
    assert await load(store, NOW, told.append) == len(SEEDS)
    assert told[-1] == len(SEEDS)
    before = await everything(store)
    assert await load(store, NOW + dt.timedelta(days=1), told.append) == 0
    assert await everything(store) == before
    assert before.keys() == BY_ID.keys()


async def test_a_seeded_record_that_was_changed_since_is_left_alone(store: Store) -> None:
    await load(store, NOW, lambda _: None)
    change = {"$set": {"name": "中国银行(更名)"}, "$inc": {"version": 1}}
    await store.database.update("organizations", {"_id": "org_boc"}, change)
    assert await load(store, NOW, lambda _: None) == 0
    found = (await store.known("org", ["org_boc"]))["org_boc"]
    assert (found["name"], found["version"]) == ("中国银行(更名)", 2)


async def test_seeding_that_was_broken_off_goes_on_where_it_stopped(store: Store) -> None:
    assert await plant(store, SEEDS[:30], NOW, lambda _: None) == 30
    assert await load(store, NOW, lambda _: None) == len(SEEDS) - 30


async def everything(store: Store) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for kind in KINDS.values():
        found |= await store.known(kind.PREFIX, BY_ID)
    return found


SOUND = "- {id: org_x, network: net_002_derma, name: 某, sector: BANK, sources: [{document: '002', fact: C1}]}"


@pytest.mark.parametrize(
    ("sound", "broken", "problem"),
    [
        ("org_x", "org_boc", "org_boc: this id stands twice"),
        ("org_x", "bank_x", "bank_x: its id does not begin with org_"),
        ("name: 某, ", "", "org_x: REQUIRED ('name',)"),
        ("name: 某", "name: 某, name: 某", "with a key written twice"),
        ("name: 某", "name: 某, nickname: 某", "org_x: INVALID ('nickname',)"),
        ("name: 某", "name: 某, county: 3", "org_x: INVALID ('county',)"),
        ("BANK", "BANKS", "org_x: INVALID ('sector',)"),
        ("BANK", "BANK, parent: org_x", "org_x: parent names org_x"),
        ("net_002_derma", "net_x", "org_x: network names net_x"),
        ("net_002_derma", "org_boc", "org_x: network names org_boc"),
        (", sources: [{document: '002', fact: C1}]", "", "org_x: REQUIRED ('sources',)"),
        ("{id: org_x, ", "{", "the file: this is not a list of records"),
        ("- {", "- [{", "the file: while parsing"),
    ],
)
def test_a_seed_file_in_error_is_named_with_record_and_problem(
    tmp_path: Path, sound: str, broken: str, problem: str
) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    path = tmp_path / "organizations.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n{SOUND}\n", encoding="utf-8")
    assert len(read(tmp_path)) == len(SEEDS) + 1
    path.write_text(f"{text}\n{SOUND.replace(sound, broken)}\n", encoding="utf-8")
    with pytest.raises(SeedInvalid, match=rf"(?s)^organizations\.yaml: .*{re.escape(problem)}"):
        read(tmp_path)


def test_a_seed_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SeedInvalid, match=r"^networks\.yaml: the file: "):
        read(tmp_path)
