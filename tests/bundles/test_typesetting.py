"""Where lines may break: what no line begins or ends with, words and numbers whole, nothing lost."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.bundles.typesetting import NEVER_FIRST, NEVER_LAST, lines, may_break

MARKS = "。，、；：？！”’）》」…—%"


def measure(text: str) -> float:
    return float(sum(2 if character > "\u2e7f" else 1 for character in text))


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 10, [""]),
        ("一二三四五六", 6, ["一二三", "四五六"]),
        ("一二三，四五", 6, ["一二", "三，四", "五"]),
        ("一二（三四）五", 6, ["一二", "（三", "四）五"]),
        ("一二《三四》", 6, ["一二", "《三", "四》"]),
        ("二〇二四年2024年", 10, ["二〇二四年", "2024年"]),
        ("obey the laws", 8, ["obey the", "laws"]),
        ("遵守 the laws", 8, ["遵守 the", "laws"]),
        ("一——二", 3, ["一", "——", "二"]),
        ("第一段\n\n第二段", 20, ["第一段", "", "第二段"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("abcd。", 4, ["abc", "d。"]),
        ("一二三 ", 6, ["一二三"]),
        ("𠮷野一郎", 4, ["𠮷野", "一郎"]),
        ("字", 1, ["字"]),
    ],
)
def test_text_is_broken_where_it_may(text: str, width: float, expected: list[str]) -> None:
    assert lines(text, width, measure) == expected


def test_a_mark_that_has_no_other_place_may_begin_a_line() -> None:
    assert lines("。" * 5, 4, measure) == ["。。", "。。", "。"]


@given(st.text(alphabet=f"一二三四abc12 （《“{MARKS}", max_size=60), st.integers(8, 40))
def test_nothing_is_lost_and_every_line_fits(text: str, width: int) -> None:
    broken = lines(text, width, measure)
    assert "".join(broken).replace(" ", "") == text.replace(" ", "")
    assert all(measure(line) <= width for line in broken)


@given(
    st.lists(st.sampled_from(["一二", "三，", "（四）", "《五》。", "sixth", "7%", "“八”、", "九——十"]), max_size=30)
)
@example(["sixth", "sixth", "sixth", "sixth", "“八”、"])
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(words: list[str]) -> None:
    for line in lines("".join(words), 24, measure):
        assert not line or (line[0] not in NEVER_FIRST and line[-1] not in NEVER_LAST)


@pytest.mark.parametrize(
    ("pair", "may"),
    [
        ("12", False),
        ("ab", False),
        ("1%", False),
        ("a ", False),
        ("a字", True),
        ("字a", True),
        (" a", True),
        ("字字", True),
        ("-t", True),
        ("-1", False),
    ],
)
def test_words_and_numbers_are_whole(pair: str, may: bool) -> None:
    assert may_break(pair[0], pair[1]) is may
