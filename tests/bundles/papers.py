"""A paper with everything that is hard to set, and what a reader finds in the files made of it."""

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal

import pypdfium2
from openpyxl import Workbook, load_workbook

from service.bundles.document import Block, Cell, Facts, Language, Paper, Section, Signatures, Table, Text

AS_OF = dt.datetime(2024, 2, 28, 16, 30, tzinfo=dt.UTC)  # half past midnight of leap day in Shanghai
SIDES = ("暨南大学附属第一医院（广州华侨医院）", "中国银行股份有限公司广州越秀支行")
CLAUSE = (
    "双方共同遵守国家法律法规、行业管理规定以及廉洁自律规定，不得以任何名义相互赠送或接受礼金、商业预付卡等贵重物品"
    "和土特产；不得安排或接受超标准接待。"
)
COLUMNS = ("序号", "名称", "日期", "单位", "金额", "状态")


def paper_of(*blocks: Block, language: Language = Language.CHINESE) -> Paper:
    sections = [Section(f"第 {place} 部分", (block,)) for place, block in enumerate(blocks, start=1)]
    return Paper("廉洁承诺卷宗", " — ".join(SIDES), "共建网 · 卷宗页眉", AS_OF, language, sections)


def activities(count: int) -> Table:
    rows: list[Sequence[Cell]] = [
        (number, f"活动“{number:03}”（现场教学）。", dt.date(2024, 2, 29), SIDES[1], Decimal("12.50"), "已举办")
        for number in range(1, count + 1)
    ]
    return Table("活动", COLUMNS, rows)


WHOLE = paper_of(
    Facts((("编号", "com_1"), ("备注", None), ("截至", AS_OF))),
    Text("\n".join([CLAUSE * 3, "2. Both sides obey the laws of the state. " * 8])),
    activities(30),
    Table("空表", ("甲", "乙"), ()),
    Signatures(SIDES),
)


def pages(pdf: bytes) -> list[list[str]]:
    """The lines of each page, as a reader of PDF finds them."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range().splitlines() for page in document]
    finally:
        document.close()


def opened(workbook: bytes) -> Workbook:
    return load_workbook(io.BytesIO(workbook))
