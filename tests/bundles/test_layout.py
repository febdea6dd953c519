"""What stands on which page, in which lines: tables over pages, rows over pages, signature blocks in one piece."""

import pytest

from service.bundles.document import Block, Facts, Language, Signatures, Table, Text
from service.bundles.layout import Layout, shared
from service.bundles.pages import FLOOR, LEFT, RIGHT, WIDTH, Page
from service.bundles.pdf import faces
from service.bundles.typesetting import NEVER_FIRST
from tests.bundles.papers import COLUMNS, SIDES, activities, paper_of


def laid(*blocks: Block, language: Language = Language.CHINESE) -> list[Page]:
    return Layout(paper_of(*blocks, language=language), faces()).pages()


def texts(page: Page) -> list[str]:
    return [line.text for line in page.lines if line.text]


def test_a_long_table_repeats_its_headings_and_tells_every_row_once() -> None:
    pages = laid(activities(200))
    told = [text for page in pages for text in texts(page)]
    assert len(pages) > 5
    assert [texts(page).count(COLUMNS[1]) for page in pages] == [1] * len(pages)
    assert [told.count(f"活动“{number:03}”（现场教学）。") for number in range(1, 201)] == [1] * 200


def test_nothing_stands_beyond_the_margins() -> None:
    for page in laid(activities(60), Facts((("散列", "a1" * 200),)), Table("表", ("散列",), [("b2" * 200,)])):
        body = [line for line in page.lines if not line.text.startswith("第 ") or "共" not in line.text]
        assert all(line.x + faces().measure(line.text, line.font) <= WIDTH - RIGHT + 0.01 for line in page.lines)
        assert all(line.x >= LEFT - 0.01 and line.y <= FLOOR for line in body)
        assert all(rule.y <= FLOOR + 0.01 and rule.to_y <= FLOOR + 0.01 for rule in page.rules)


def test_a_row_taller_than_a_page_goes_on_over_pages() -> None:
    for before in (0, 1, 20, 33):  # rows that stand above it
        rows = [("乙", "短")] * before + [("甲", "长" * 5_000), ("丙", "短")]
        pages = laid(Table("长行", ("项目", "内容"), rows))
        assert sum(text.count("长") for page in pages for text in texts(page)) == 5_000
        assert [texts(page).count("项目") for page in pages] == [1] * len(pages)
        assert sum(texts(page).count("甲") for page in pages) == 1


def test_text_without_a_place_to_break_is_broken() -> None:
    page = laid(Facts((("散列", "a1" * 200),)), Table("表", ("散列",), [("b2" * 200,)]))[0]
    for pattern in ("a1", "b2"):
        assert "".join(text for text in texts(page) if set(text) <= set(pattern)) == pattern * 200


def test_no_line_begins_with_a_closing_mark() -> None:
    text = "，".join("字" * count for count in range(1, 90)) + "。"
    lines = [line for page in laid(Text(text), Table("表", ("甲", "乙"), [(text, text)])) for line in texts(page)]
    assert len(lines) > 300
    assert not [line for line in lines if line[0] in NEVER_FIRST]


@pytest.mark.parametrize("rows", range(10, 36))
def test_a_signature_block_stands_on_one_page(rows: int) -> None:
    *others, last = laid(Table("表", ("甲",), [("一",)] * rows), Signatures(SIDES))
    wanted = {"签字：", "盖章：", SIDES[1]}
    assert wanted <= set(texts(last))
    assert not [page for page in others if wanted & set(texts(page))]


def test_a_heading_never_stands_alone_at_the_foot() -> None:
    for rows in range(10, 36):
        pages = laid(Table("表", ("甲",), [("一",)] * rows), Text("二"), Text("三"))
        for page in pages:
            assert page.lines[-2].text[:1] != "第" or "部分" not in page.lines[-3].text


def test_more_than_two_sign_below_each_other() -> None:
    told = texts(laid(Signatures(("甲", "乙", "丙")))[0])
    assert (told.count("签字："), told.count("盖章：")) == (3, 3)


def test_it_is_set_in_english_too() -> None:
    told = texts(laid(Table("Empty", ("A",), ()), Signatures(SIDES), language=Language.ENGLISH)[0])
    assert {"Page 1 of 1", "As of 2024-02-29 00:30", "None.", "Signature:", "Seal:", "Date:"} <= set(told)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ([10.0, 30.0], [25.0, 75.0]),
        ([10.0, 200.0], [10.0, 90.0]),
        ([200.0, 10.0, 300.0], [45.0, 10.0, 45.0]),
        ([400.0], [100.0]),
    ],
)
def test_columns_share_what_room_there_is(wanted: list[float], given: list[float]) -> None:
    assert shared(wanted, 100.0) == given
