"""The workbook: cells read back as what they are, and nothing that is recorded ever a formula."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import pytest

from service.bundles.document import Language, Table
from service.bundles.workbook import LONGEST_TEXT, MOST_ROWS, workbook
from tests.bundles.papers import AS_OF, WHOLE, activities, opened, paper_of

INJECTED = ('=HYPERLINK("http://example.org","x")', "+1", "-1", "@SUM(A1)", "\t=1", "https://example.org", "{=1}", "12")


def test_each_list_is_a_sheet_with_frozen_headings() -> None:
    book = opened(workbook(WHOLE))
    assert book.sheetnames == ["概况", "活动", "空表"]
    sheet = book["活动"]
    assert sheet.freeze_panes == "A2"
    assert (sheet.max_row, sheet.max_column) == (31, 6)
    assert [cell.value for cell in book["空表"][1]] == ["甲", "乙"]
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["A"].width


def test_the_overview_tells_the_facts_of_every_section() -> None:
    rows = [[cell.value for cell in row] for row in opened(workbook(WHOLE))["概况"].iter_rows()]
    assert rows[0] == ["部分", "项目", "内容"]
    assert rows[1][1:] == ["标题", "廉洁承诺卷宗"]
    assert rows[2][1:] == ["数据截至", dt.datetime(2024, 2, 29, 0, 30)]
    assert ["第 1 部分", "编号", "com_1"] in rows
    assert ["第 1 部分", "备注", None] in rows


def test_cells_are_what_they_are() -> None:
    row = (7, Decimal("12.50"), dt.date(2024, 2, 29), AS_OF, "文本", None, dt.date(1899, 12, 31), "")
    sheet = opened(workbook(paper_of(Table("表", [str(each) for each in range(8)], [row]))))["表"]
    assert [cell.value for cell in sheet[2]] == [
        7, 12.5, dt.datetime(2024, 2, 29), dt.datetime(2024, 2, 29, 0, 30), "文本", None, "1899-12-31", None,
    ]  # fmt: skip
    assert sheet["C2"].number_format == "yyyy-mm-dd"


@pytest.mark.parametrize("text", INJECTED)
def test_text_is_never_a_formula_a_link_or_a_number(text: str) -> None:
    cell = opened(workbook(paper_of(Table("表", (text,), [(text,)]))))["表"]["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_a_text_longer_than_a_cell_is_cut_and_shows_it() -> None:
    value = opened(workbook(paper_of(Table("表", ("甲",), [("长" * 40_000,)]))))["表"]["A2"].value
    assert (len(str(value)), str(value)[-1]) == (LONGEST_TEXT, "…")


def test_sheets_have_names_that_may_be_and_differ() -> None:
    names = ("a/b:c", "A B C", "", "很" * 40, "很" * 40)
    book = opened(workbook(paper_of(*(Table(name, ("甲",), ()) for name in names))))
    assert book.sheetnames == ["概况", "a b c", "A B C 2", "-", "很" * 31, "很" * 29 + " 2"]


def test_a_list_longer_than_a_sheet_is_refused() -> None:
    with pytest.raises(ValueError, match="表: 1048576 rows"):
        workbook(paper_of(Table("表", ("甲",), [(1,)] * (MOST_ROWS + 1))))


def test_it_is_written_in_english_too() -> None:
    book = opened(workbook(paper_of(activities(1), language=Language.ENGLISH)))
    assert [cell.value for cell in book["Overview"][1]] == ["Section", "Item", "Content"]


def test_equal_papers_are_equal_bytes_and_no_clock_stands_in_them() -> None:
    made = workbook(WHOLE)
    assert workbook(WHOLE) == made
    with zipfile.ZipFile(io.BytesIO(made)) as zipped:
        assert {entry.date_time for entry in zipped.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2024-02-28T16:30:00Z" in zipped.read("docProps/core.xml")
