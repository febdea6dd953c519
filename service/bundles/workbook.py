"""The workbook of a paper (XLSX, ECMA-376): an overview of its facts, then one sheet for each of its lists.

Whatever a cell begins with, text stays text: nothing that somebody recorded is ever a formula or a link.
"""

import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from service.bundles.document import Cell, Facts, Paper, Table, local, written

LONGEST_TEXT = 32_767  # characters of a cell (Excel's specifications and limits)
LONGEST_NAME = 31  # characters of a sheet's name
FIRST_DAY = dt.date(1900, 3, 1)  # before it Excel counts days that were not
MOST_ROWS = 1_048_575  # below the headings
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
WIDEST, NARROWEST = 60, 8  # columns, in characters
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def workbook(paper: Paper) -> bytes:
    """The paper as a workbook file. Raises ValueError when a list is longer than a sheet."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"title": paper.title, "created": paper.as_of.replace(tzinfo=None)})
    formats = _Formats(book)
    names: set[str] = set()
    for table in (_overview(paper), *paper.tables()):
        if len(table.rows) > MOST_ROWS:
            raise ValueError(f"{table.name}: {len(table.rows)} rows")
        _fill(book.add_worksheet(_named(table.name, names)), table, formats)
    book.close()
    return target.getvalue()


def _overview(paper: Paper) -> Table:
    say = paper.language.say
    pairs: list[tuple[str, str, Cell]] = [("", say("Title", "标题"), paper.title)]
    pairs.append(("", say("As of", "数据截至"), paper.as_of))
    for section in paper.sections:
        for block in section.blocks:
            if isinstance(block, Facts):
                pairs += [(section.title, label, cell) for label, cell in block.pairs]
    columns = (say("Section", "部分"), say("Item", "项目"), say("Content", "内容"))
    return Table(say("Overview", "概况"), columns, pairs)


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        top = {"valign": "top"}
        self.heading: Format = book.add_format({"bold": True, "bg_color": "#ECECEC", "border": 1, **top})
        self.text: Format = book.add_format({"text_wrap": True, "num_format": "@", **top})
        self.quoted: Format = book.add_format({"text_wrap": True, "num_format": "@", "quote_prefix": True, **top})
        self.number: Format = book.add_format(top)
        self.day: Format = book.add_format({"num_format": "yyyy-mm-dd", **top})
        self.moment: Format = book.add_format({"num_format": "yyyy-mm-dd hh:mm", **top})


def _named(name: str, taken: set[str]) -> str:
    """A name a sheet may have, and that no other one has, whatever the case."""
    clean = NOT_IN_A_NAME.sub(" ", name).strip("' ")[:LONGEST_NAME] or "-"
    unique, number = clean, 1
    while unique.lower() in taken:
        number += 1
        ending = f" {number}"
        unique = clean[: LONGEST_NAME - len(ending)] + ending
    taken.add(unique.lower())
    return unique


def _fill(sheet: Worksheet, table: Table, formats: _Formats) -> None:
    for place, title in enumerate(table.columns):
        sheet.write_string(0, place, title, formats.heading)
    for number, row in enumerate(table.rows, start=1):
        for place, cell in enumerate(row):
            _write(sheet, number, place, cell, formats)
    for place, width in enumerate(_widths(table)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, formats: _Formats) -> None:
    if isinstance(cell, dt.datetime):
        sheet.write_datetime(row, column, local(cell), formats.moment)
    elif isinstance(cell, dt.date) and cell >= FIRST_DAY:
        sheet.write_datetime(row, column, cell, formats.day)
    elif isinstance(cell, int | Decimal):
        sheet.write_number(row, column, cell, formats.number)
    elif cell not in (None, ""):
        text = written(cell)
        text = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
        sheet.write_string(row, column, text, formats.quoted if text.startswith(FORMULA) else formats.text)


def _widths(table: Table) -> Iterator[int]:
    """In half-width characters, of which a Chinese one takes two."""
    for place, title in enumerate(table.columns):
        texts: Sequence[str] = [title, *(written(row[place]) for row in table.rows)]
        longest = max(_wide(line) for text in texts for line in text.split("\n"))
        yield min(max(longest + 2, NARROWEST), WIDEST)


def _wide(text: str) -> int:
    return sum(2 if character > "\u2e7f" else 1 for character in text)
