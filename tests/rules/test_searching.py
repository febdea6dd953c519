"""Search: what is stored of a title, what matches it and where, and what is close to it."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from service.cooperation.activities import Activity, ActivityStatus
from service.cooperation.agreements import Agreement, Stage
from service.errors import Code, Refusal
from service.facts import folded
from service.network.branches import BranchStatus, PartyBranch
from service.network.organizations import Organization, OrganizationStatus
from service.pinyin import readings
from service.records import Record, document_of
from service.searching import LENGTHS, LONGEST, Close, MatchedBy, Place, Range, Wanted, best, keys
from tests.rules.generated import TEXTS, stored

HAN = "中国银行越秀支行党重庆长沙朝阳音乐恶伞虐女区都安西一〇𠀀"
TITLES = st.text(st.sampled_from(HAN + "AbZ1２ｂｶﾞガéﬁ《》+·—'" + "  "), min_size=1, max_size=14).map(
    lambda text: unicodedata.normalize("NFC", text).strip() or "共建"
)
ANY_TITLES = st.one_of(TITLES, TEXTS)


def read(title: str) -> tuple[str, str]:
    """A title with its readings, as they are stored."""
    return title, keys(title)["search_readings"][0]


def found(text: str, *titles: str) -> tuple[str, Place, MatchedBy, list[tuple[int, int]]] | None:
    hit = best(Wanted(text), map(read, titles))
    return hit and (hit[0], hit[1].place, hit[1].by, [(part.start, part.length) for part in hit[1].ranges])


def searchable(text: str) -> bool:
    try:
        Wanted(text)
    except Refusal:
        return False
    return True


# What is found, and how.


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        ("中国银行", "中国银行", (Place.EXACT, MatchedBy.TEXT, [(0, 4)])),
        ("国", "中国银行", (Place.SUBSTRING, MatchedBy.TEXT, [(1, 1)])),
        ("zgyh", "中国银行", (Place.EXACT, MatchedBy.INITIALS, [(0, 4)])),
        ("YH", "中国银行", (Place.SUBSTRING, MatchedBy.INITIALS, [(2, 2)])),
        ("zhongguoyinhang", "中国银行", (Place.EXACT, MatchedBy.PINYIN, [(0, 4)])),
        ("Zhong Guo", "中国银行", (Place.PREFIX, MatchedBy.PINYIN, [(0, 2)])),
        ("guoyi", "中国银行", (Place.SUBSTRING, MatchedBy.PINYIN, [(1, 2)])),
        ("yxzh", "中国银行越秀支行", (Place.SUBSTRING, MatchedBy.INITIALS, [(4, 4)])),
        ("cq", "重庆", (Place.EXACT, MatchedBy.INITIALS, [(0, 2)])),
        ("chongqing", "重庆", (Place.EXACT, MatchedBy.PINYIN, [(0, 2)])),
        ("ChángShā", "长沙", (Place.EXACT, MatchedBy.PINYIN, [(0, 2)])),
        ("xi'an", "西安", (Place.EXACT, MatchedBy.PINYIN, [(0, 2)])),
        ("nüe", "《浊流之虐》", (Place.SUBSTRING, MatchedBy.PINYIN, [(4, 1)])),
        ("nve", "《浊流之虐》", (Place.SUBSTRING, MatchedBy.PINYIN, [(4, 1)])),
        ("恶 伞", "《恶伞》", (Place.SUBSTRING, MatchedBy.TEXT, [(1, 2)])),
        ("《恶伞》", "《恶伞》", (Place.EXACT, MatchedBy.TEXT, [(0, 4)])),
        ("医＋ｎ", "医 + N共建", (Place.PREFIX, MatchedBy.TEXT, [(0, 5)])),
        ("yi+n", "医+N共建", (Place.PREFIX, MatchedBy.PINYIN, [(0, 3)])),
        ("2024", "２０２４年", (Place.PREFIX, MatchedBy.TEXT, [(0, 4)])),
        ("ガ", "ｶﾞ", (Place.EXACT, MatchedBy.TEXT, [(0, 2)])),
        ("中", "中𠀀中", (Place.PREFIX, MatchedBy.TEXT, [(0, 1), (3, 1)])),
        ("sh", "上海石", (Place.PREFIX, MatchedBy.PINYIN, [(0, 1), (2, 1)])),
        ("shh", "石海河", (Place.EXACT, MatchedBy.INITIALS, [(0, 3)])),
    ],
)
def test_a_text_is_found_by(text: str, title: str, expected: tuple[Place, MatchedBy, list[tuple[int, int]]]) -> None:
    assert found(text, title) == (title, *expected)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("农行", "中国农业银行"),
        ("银中", "中国银行"),
        ("中行", "中国银行"),
        ("hongguo", "中国银行"),  # not from the beginning of a syllable
        ("zq", "重庆"),
        ("yx", "银行"),
        ("f", "ﬁ"),  # a part of one character
        ("中中", "中"),
        ("zhongguoyinhangs", "中国银行"),
        ("gzhong", "中国"),
    ],
)
def test_a_text_is_not_found_by(text: str, title: str) -> None:
    assert found(text, title) is None


def test_the_best_of_several_names_counts() -> None:
    names = ("中国南方航空公司", "南航")
    assert found("南航", *names) == ("南航", Place.EXACT, MatchedBy.TEXT, [(0, 2)])
    assert found("zgnf", *names) == ("中国南方航空公司", Place.PREFIX, MatchedBy.INITIALS, [(0, 4)])
    assert found("航空", *names) == ("中国南方航空公司", Place.SUBSTRING, MatchedBy.TEXT, [(4, 2)])
    assert found("铁路", *names) is None


# Whatever a title holds finds it, and nothing else does.


def parts(text: str) -> st.SearchStrategy[str]:
    ends = st.integers(0, len(text))
    return st.tuples(ends, ends).map(lambda pair: text[min(pair) : max(pair)])


def has_a_key(title: str, text: str) -> bool:
    return not set(Wanted(text).keys()).isdisjoint(keys(title)["search"])


def in_units(title: str, part: Range) -> str:
    """The part of a title as JavaScript would slice it."""
    return title.encode("utf-16-le")[2 * part.start : 2 * (part.start + part.length)].decode("utf-16-le")


@given(ANY_TITLES, st.data())
def test_any_part_of_a_title_finds_it_and_the_ranges_cover_just_that(title: str, data: st.DataObject) -> None:
    text = data.draw(parts(title))
    assume(searchable(text))
    hit = best(Wanted(text), [read(title)])
    assert hit is not None
    assert has_a_key(title, text)
    assert hit[1].by is MatchedBy.TEXT or hit[1].place is not Place.SUBSTRING
    if hit[1].by is MatchedBy.TEXT:
        assert {Wanted(in_units(title, part)).folded for part in hit[1].ranges} == {Wanted(text).folded}


CHINESE = st.text(st.sampled_from("中国银行越秀支行重庆长沙廉洁共建医院消防音乐朝阳区"), min_size=1, max_size=12)


@given(CHINESE, st.data())
def test_any_part_of_its_pinyin_and_of_its_initials_finds_it(title: str, data: st.DataObject) -> None:
    syllables = readings(title)
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(title) - 1)] * 2)))
    *whole, broken = syllables[first : last + 1]
    cut = data.draw(st.integers(1, len(broken)))
    blank = data.draw(st.sampled_from(["", " "]))
    for text in (blank.join([*whole, broken[:cut]]), "".join(each[0] for each in [*whole, broken]).upper()):
        assert best(Wanted(text), [read(title)]) is not None
        assert has_a_key(title, text)


def stretches(title: str, text: str) -> Iterator[tuple[int, int]]:
    """Every stretch of characters that `text` stands for, tried one by one."""
    wanted, syllables = Wanted(text), readings(title)

    def plain(character: str) -> str:
        return unicodedata.normalize("NFKD", folded(character)).replace(" ", "")

    def typed(character: str) -> str:
        bare = (each for each in plain(character).replace("u\u0308", "v") if not unicodedata.combining(each))
        return "".join(bare).replace("'", "").replace("’", "")

    for first in range(len(title)):
        for last in range(first, len(title)):
            places = range(first, last + 1)
            if not (plain(title[first]) and plain(title[last])):
                continue
            if "".join(plain(title[place]) for place in places) == wanted.folded:
                yield first, last
            if any(syllables[place] for place in places) and (syllables[first] or typed(title[first])):
                sounds = [syllables[place] or typed(title[place]) for place in places]
                heads = [syllables[place][:1] or typed(title[place]) for place in places]
                full = "".join(sounds)
                least = len(full) - (len(sounds[-1]) - 1 if syllables[last] else 0)
                if "".join(heads) == wanted.typed or (full.startswith(wanted.typed) and len(wanted.typed) >= least):
                    yield first, last


@given(TITLES, st.text(st.sampled_from(HAN[:12] + "zhongyiuxa1b+' "), min_size=1, max_size=5))
@example("中国", "zhon")
@example("aé", "e")
def test_what_is_found_is_what_trying_every_stretch_finds(title: str, text: str) -> None:
    assume(searchable(text))
    hit, every = best(Wanted(text), [read(title)]), set(stretches(title, text))
    assert (hit is None) == (not every)
    if hit:
        places = [0]
        for character in title:
            places.append(places[-1] + len(character.encode("utf-16-le")) // 2)
        told = {(part.start, part.start + part.length) for part in hit[1].ranges}
        assert told <= {(places[first], places[last + 1]) for first, last in every}
        assert has_a_key(title, text)


# What is stored.


@given(st.text(st.sampled_from(HAN + "ﷺㅎAb "), min_size=150, max_size=200))
def test_the_keys_of_a_title_are_bounded(title: str) -> None:
    found_keys = keys(title)["search"]
    assert len(found_keys) <= 3 * len(LENGTHS) * len(title)
    assert max(map(len, found_keys)) <= LENGTHS[-1]
    assert found_keys == sorted(set(found_keys))


def test_what_has_no_name_or_is_out_of_use_has_no_keys() -> None:
    nothing: dict[str, list[str]] = {"search": [], "search_readings": []}
    assert keys("中国银行", live=False) == keys(None) == keys("") == nothing
    assert keys("银行", None) == keys("银行") == keys("银行", "")
    assert keys("银行")["search_readings"] == ["yin,hang"]


OUT_OF_USE: dict[type[Record], tuple[str, ...]] = {
    Organization: ("status", OrganizationStatus.ARCHIVED, OrganizationStatus.MERGED),
    PartyBranch: ("status", BranchStatus.ARCHIVED),
    Agreement: ("stage", Stage.DISCARDED),
    Activity: ("status", ActivityStatus.CANCELLED),
}


@pytest.mark.parametrize("kind", OUT_OF_USE)
@given(st.data())
def test_each_kind_is_found_while_it_is_in_use(kind: type[Record], data: st.DataObject) -> None:
    record, (name, *out) = data.draw(stored(kind)), OUT_OF_USE[kind]
    document = document_of(record)
    assert bool(document["search"]) == (document[name] not in out)
    for each in out:
        assert document_of(replace(record, **{name: each}))["search"] == []


# What cannot be asked.


@pytest.mark.parametrize(
    ("text", "code", "english", "chinese"),
    [
        ("", Code.REQUIRED, "Say what to search for.", "请填写要搜索的文字。"),
        (" \u3000\t", Code.REQUIRED, "Say what to search for.", "请填写要搜索的文字。"),
        ("《》!— ·", Code.INVALID, "Give at least one letter or digit.", "请至少填写一个文字、字母或数字。"),
        ("\u200b", Code.INVALID, "Give at least one letter or digit.", "请至少填写一个文字、字母或数字。"),
        ("中" * (LONGEST + 1), Code.LIMIT_EXCEEDED, "At most 100 characters.", "最多 100 个字符。"),
    ],
)
def test_what_says_nothing_is_refused(text: str, code: Code, english: str, chinese: str) -> None:
    with pytest.raises(Refusal) as refusal:
        Wanted(text)
    (problem,) = refusal.value.problems
    assert (problem.code, problem.path, problem.english, problem.chinese) == (code, ("text",), english, chinese)


def test_the_longest_text_is_searched_for() -> None:
    assert found("中" * LONGEST, "中" * 150) is not None


# What may have been meant.

KNOWN = ("中国银行", "中国农业银行", "中国银行越秀支行", "长沙第一医院", "无锡市实验幼儿园")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("工商银行", ["中国农业银行", "中国银行", "中国银行越秀支行"]),
        ("中国音行", ["中国银行", "中国银行越秀支行", "中国农业银行"]),  # sounds of two characters in a row
        ("zhongguoyinghang", ["中国银行", "中国农业银行"]),
        ("工商", []),
        ("行", []),
        ("x", []),
        ("长", []),
    ],
)
def test_close_names_share_two_characters_or_sounds(text: str, names: list[str]) -> None:
    close = Close(text)
    assert close.names(map(read, KNOWN), 5) == names
    assert all(not set(close.keys()).isdisjoint(keys(name)["search"]) for name in names)
    assert close.names(map(read, KNOWN), 1) == names[:1]


def test_only_the_beginning_of_a_long_text_is_compared() -> None:
    text = "共" * 20 + "银行"
    assert Close(text).names(map(read, KNOWN), 5) == []
    assert len(Close("中国银行越秀支行党委重庆长沙" * 9).keys()) <= 40
