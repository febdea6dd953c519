"""Facts: plain values become typed ones, and whatever does not fit is named, in both languages."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.cooperation.activities import Activity, Direction, Outcome, Participation, Qualifier
from service.errors import Code, Path, Refusal
from service.facts import LONGEST_TEXT, MOST_COUNTED, MOST_ITEMS, folded, malformed, plain, structured
from service.network.headcounts import Headcount
from service.network.networks import Network
from service.network.organizations import Contact, Organization, Sector
from service.records import Origin, Record, Source, amended, document_of, facts_of, formed, made, record_of
from service.store.kinds import KINDS
from service.trail.revisions import digest
from tests.rules.generated import stored

ORGANIZATION = {
    "id": "org_1",
    "network": "net_1",
    "name": "中国银行越秀支行",
    "sector": "BANK",
    "province": "广东省",
    "city": "广州市",
}
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
SOURCE = {"document": "002", "fact": "C14"}


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


def refused(refusal: pytest.ExceptionInfo[Refusal]) -> set[tuple[Code, Path]]:
    """Code and path of each problem; every one speaks both languages."""
    assert all(problem.english and problem.chinese for problem in refusal.value.problems)
    return {(problem.code, problem.path) for problem in refusal.value.problems}


@pytest.mark.parametrize(
    ("kind", "fact", "value", "typed"),
    [
        (Organization, "sector", "BANK", Sector.BANK),
        (Organization, "sector", Sector.BANK, Sector.BANK),
        (Activity, "direction", None, None),
        (Activity, "direction", "OUT", Direction.OUT),
        (Organization, "name", "  广州  ", "广州"),
        (Organization, "name", "e\u0301", "\u00e9"),
        (Activity, "starts_at", dt.datetime(2024, 5, 12, 1, 2, 3, 4567), utc(2024, 5, 12, 1, 2, 3, 4000)),
        (Activity, "starts_at", dt.datetime(2024, 5, 12, 8, tzinfo=SHANGHAI), utc(2024, 5, 12)),
        (KINDS["agr"], "term_from", "2024-02-29", dt.date(2024, 2, 29)),
        (KINDS["agr"], "term_from", dt.date(2024, 2, 29), dt.date(2024, 2, 29)),
        (Activity, "outcomes", [{"description": "服务", "value": 100, "qualifier": "OVER"}],
         (Outcome("服务", Decimal(100), None, Qualifier.OVER),)),
        (Activity, "outcomes", [{"description": "占比", "value": 35.76}], (Outcome("占比", Decimal("35.76")),)),
        (Activity, "outcomes", [{"description": "降", "value": Decimal("-1E+3")}], (Outcome("降", Decimal(-1000)),)),
    ],
)  # fmt: skip
def test_a_plain_value_becomes_one_of_the_declared_type(
    kind: type[Record], fact: str, value: object, typed: object
) -> None:
    found = structured(kind, {fact: value})[fact]
    assert found == typed
    assert type(found) is type(typed)


@pytest.mark.parametrize(
    ("kind", "fact", "value"),
    [
        (Organization, "sector", "BAKERY"),
        (Organization, "sector", 1),
        (Organization, "name", 5),
        (Organization, "unheard_of", "x"),
        (Organization, "founded", 1908),
        (Organization, "founded", {"last": "1908"}),
        (Organization, "founded", {"first": "1908-01-02", "last": "1908-01-01"}),
        (Organization, "contacts", [{"name": "李", "fax": "1"}]),
        (Organization, "contacts", ["李"]),
        (Headcount, "staff", "325"),
        (Headcount, "staff", 3.5),
        (Headcount, "staff", True),
        (Activity, "topics", [{"pillar": "SERVICE", "theme": "SERVING_STAFF", "main": "no"}]),
        (Activity, "starts_at", "2024-05-12"),
        (Activity, "starts_at", dt.datetime(9999, 12, 31, 16)),
        (Activity, "starts_at", dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))),
        (KINDS["agr"], "term_from", "2023-02-29"),
        (KINDS["agr"], "term_from", dt.datetime(2023, 2, 28)),
        *(
            (Activity, "outcomes", [{"description": "x", "value": value}])
            for value in ("NaN", "abc", "1e5", True, Decimal("Infinity"), float("inf"), "1" * 16, "0.1234567", "٣")
        ),
    ],
)
def test_a_value_that_does_not_fit_is_refused_at_its_fact(kind: type[Record], fact: str, value: object) -> None:
    with pytest.raises(Refusal) as refusal:
        structured(kind, {fact: value})
    assert refused(refusal) == {(Code.INVALID, (fact,))}


def test_a_value_that_must_be_there_is_not_nothing() -> None:
    with pytest.raises(Refusal) as refusal:
        structured(Organization, {"name": None, "sector": "BAKERY"})
    assert refused(refusal) == {(Code.REQUIRED, ("name",)), (Code.INVALID, ("sector",))}


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        (Contact(""), {(Code.REQUIRED, ("name",))}),
        (Contact("李", phone=""), set()),
        (Contact("李" * 60), set()),
        (Contact("李" * 61), {(Code.INVALID, ("name",))}),
        (Contact("李\u0000"), {(Code.INVALID, ("name",))}),
        (Contact("李\ud800"), {(Code.INVALID, ("name",))}),
        (Contact("李\t\n"), {(Code.INVALID, ("name",))}),
        (Contact("李\u200b"), {(Code.INVALID, ("name",))}),
        (Contact("\u202e李"), {(Code.INVALID, ("name",))}),
        (Contact("م\u200cن"), set()),
        (Source("002", "C1", "第一行\n第二行"), set()),
        (Source("002", "C1", "字" * LONGEST_TEXT), set()),
        (Source("002", "C1", "字" * (LONGEST_TEXT + 1)), {(Code.INVALID, ("quotation",))}),
        (("",) * MOST_ITEMS, set()),
        (("",) * (MOST_ITEMS + 1), {(Code.LIMIT_EXCEEDED, ())}),
        ((Contact("李"), Contact("")), {(Code.REQUIRED, (1, "name"))}),
        (0, set()),
        (MOST_COUNTED, set()),
        (MOST_COUNTED + 1, {(Code.INVALID, ())}),
        (-1, {(Code.INVALID, ())}),
        (True, set()),
        (Sector.BANK, set()),
        (None, set()),
    ],
)
def test_texts_numbers_and_lists_have_their_bounds(value: object, problems: set[tuple[Code, Path]]) -> None:
    found = list(malformed(value))
    assert {(problem.code, problem.path) for problem in found} == problems
    assert all(problem.english and problem.chinese for problem in found)


def test_a_new_record_has_what_its_facts_say() -> None:
    organization = made(Organization, ORGANIZATION)
    assert (organization.name, organization.sector, organization.gaps) == ("中国银行越秀支行", Sector.BANK, ())


def test_a_kind_says_for_itself_what_it_expects_is_found_by_and_concerns() -> None:
    record = Record(id="any_1", network="net_1")
    assert (record.expected(), record.keys(), record.concerns(), record.partition()) == ((), {}, (), "net_1")


def test_every_fact_left_out_is_named() -> None:
    with pytest.raises(Refusal) as refusal:
        made(Activity, {"id": "act_1", "network": "net_1", "title": "讲座"})
    assert refused(refusal) == {(Code.REQUIRED, (name,)) for name in ("topics", "form", "participations", "status")}


def test_a_native_record_is_complete_and_a_reported_one_names_its_gaps_and_its_source() -> None:
    partial = {name: value for name, value in ORGANIZATION.items() if name != "city"}
    with pytest.raises(Refusal) as refusal:
        made(Organization, partial)
    assert refused(refusal) == {(Code.REQUIRED, ("city",))}
    with pytest.raises(Refusal) as refusal:
        made(Organization, {**partial, "origin": "REPORTED"})
    assert refused(refusal) == {(Code.REQUIRED, ("sources",))}
    reported = made(Organization, {**partial, "origin": "REPORTED", "sources": [SOURCE]})
    assert (reported.origin, reported.sources, reported.gaps) == (Origin.REPORTED, (Source("002", "C14"),), ("city",))
    assert amended(reported, {"city": "广州市"}).gaps == ()


def test_an_amendment_is_as_sound_as_a_new_record() -> None:
    organization = made(Organization, ORGANIZATION)
    with pytest.raises(Refusal) as refusal:
        amended(organization, {"city": None, "short_name": "长" * 61})
    assert refused(refusal) == {(Code.REQUIRED, ("city",)), (Code.INVALID, ("short_name",))}


@pytest.mark.parametrize(
    ("fact", "value"), [("id", "org_2"), ("network", "net_2"), ("origin", "REPORTED"), ("version", 7)]
)
def test_what_a_record_is_never_changes(fact: str, value: object) -> None:
    organization = made(Organization, ORGANIZATION)
    with pytest.raises(Refusal) as refusal:
        amended(organization, {fact: value, "name": "新名"})
    assert refused(refusal) == {(Code.RULE_BROKEN, (fact,))}
    assert amended(organization, {fact: getattr(organization, fact)}) == organization


def scalars(value: object) -> set[type]:
    """The types of all that stands anywhere inside a stored value."""
    if isinstance(value, dict):
        return set().union(*map(scalars, value.values()))
    return set().union(*map(scalars, value)) if isinstance(value, list) else {type(value)}


@pytest.mark.parametrize("kind", KINDS.values())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_any_record_is_the_same_after_being_stored(kind: type[Record], data: st.DataObject) -> None:
    record = data.draw(stored(kind))
    document = document_of(record)
    assert record_of(kind, document) == record
    assert scalars(document) <= {str, int, bool, type(None), dt.datetime}
    assert (document["_id"], document["network"]) == (record.id, record.network)
    assert {key for index in kind.INDEXES for key in index.keys} <= document.keys()
    assert document["concerns"] == sorted(set(record.concerns()))
    assert document["partition"] in (record.network, "installation")
    assert len(digest(facts_of(record))) == 64


@pytest.mark.parametrize("kind", KINDS.values())
def test_a_document_of_another_kind_is_not_a_record_of_this_one(kind: type[Record]) -> None:
    with pytest.raises(KeyError):
        record_of(kind, {"name": "共建"})


def test_moments_read_back_without_a_zone_are_utc() -> None:
    document: dict[str, Any] = {"starts_at": dt.datetime(2024, 2, 29, 16)}
    assert structured(Activity, document) == {"starts_at": dt.datetime(2024, 2, 29, 16, tzinfo=dt.UTC)}


def test_plain_values_are_what_the_database_keeps() -> None:
    part = structured(Activity, {"participations": [{"organization": "org_1", "role": "HOST", "head_count": 3}]})
    assert isinstance(part["participations"][0], Participation)
    assert plain(part["participations"][0]) == {
        "organization": "org_1",
        "role": "HOST",
        "branch": None,
        "head_count": 3,
    }
    assert plain(Outcome("占比", Decimal("35.76"), "%")) == {
        "description": "占比",
        "value": "35.76",
        "unit": "%",
        "qualifier": "EXACT",
    }
    assert plain(made(Network, {"id": "net_1", "network": "net_1", "name": "医+N共建", "founded": "2017"}))[
        "founded"
    ] == {
        "first": "2017-01-01",
        "last": "2017-12-31",
        "precision": "YEAR",
    }


@pytest.mark.parametrize("text", ["1e999999999", "-1e999999999", "1e-999999999", "0e999999999"])
def test_a_number_of_monstrous_size_is_refused_before_it_is_written_out(text: str) -> None:
    facts = {"outcomes": [{"description": "x", "value": Decimal(text), "unit": "人"}]}
    with pytest.raises(Refusal) as refusal:
        structured(Activity, facts)
    assert refused(refusal) == {(Code.INVALID, ("outcomes",))}


def test_a_list_too_long_is_refused_before_its_items_are_looked_at() -> None:
    with pytest.raises(Refusal) as refusal:
        structured(Activity, {"topics": ["nonsense"] * (MOST_ITEMS + 1)})
    assert refused(refusal) == {(Code.LIMIT_EXCEEDED, ("topics",))}


@pytest.mark.parametrize("unseen", ["\u200c", "\u200d", "\u034f", "\u3164", "\uffa0", "\ufe0f", "\U000e0100"])
def test_what_nobody_sees_makes_no_name_and_no_other_one(unseen: str) -> None:
    assert folded(f"中国{unseen}银行{unseen}") == folded("中国银行")
    assert [problem.code for problem in malformed(unseen, ("name",), 120, needed=True)] == [Code.REQUIRED]
    assert not list(malformed(f"👨{unseen}👩", ("name",), 120, needed=True)), "an emoji is made with joiners"


def test_a_family_of_emoji_and_an_ideographic_space_stay_as_they_are_written() -> None:
    facts = {"id": "org_a", "network": "net_a", "name": "家庭日👨\u200d👩\u200d👧\u3000二期", "sector": "SCHOOL"}
    assert formed(Organization, facts).name == facts["name"]
    assert folded(facts["name"]) == "家庭日👨👩👧 二期"
