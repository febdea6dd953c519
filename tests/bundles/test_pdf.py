"""The PDF: read again as a reader does. Its fonts, pages, headers, tables, signature lines, and its equal bytes."""

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from service.bundles.document import Text
from service.bundles.pdf import rendered
from tests.bundles.papers import AS_OF, CLAUSE, SIDES, WHOLE, pages, paper_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def whole() -> bytes:
    return rendered(WHOLE)


def test_every_font_is_embedded_in_part(whole: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(whole))
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert {font["/BaseFont"].split("+")[1] for font in fonts} == {"NotoSerifSC", "NotoSansSC"}
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert 0 < len(descriptor["/FontFile3"].get_object().get_data()) < 200_000  # of more than 8 MB


def test_every_page_has_its_header_and_number(whole: bytes) -> None:
    read = pages(whole)
    assert len(read) > 2
    for number, lines in enumerate(read, start=1):
        assert f"第 {number} 页 共 {len(read)} 页" in lines
        assert any("共建网 · 卷宗页眉" in line for line in lines)
        assert any("数据截至 2024-02-29 00:30" in line for line in lines)


def test_what_it_says_can_be_read_and_searched(whole: bytes) -> None:
    text = "".join("".join(lines) for lines in pages(whole))
    assert CLAUSE in text
    assert all(
        each in text for each in ("廉洁承诺卷宗", "com_1", "2024-02-29 00:30", "（无）", "签字：", "盖章：", "日期：")
    )
    assert all(side in text for side in SIDES)


def test_its_document_facts_tell_nothing_of_clock_or_machine(whole: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(whole))
    assert reader.metadata is not None
    assert reader.metadata.title == "廉洁承诺卷宗"
    assert reader.metadata.creation_date == AS_OF
    assert reader.root_object["/Lang"] == "zh-CN"


def test_a_character_that_no_font_has_is_told_by_its_number() -> None:
    text = "".join(pages(rendered(paper_of(Text("𠮷 ① é 龘 䶮 𬭚 \u2003 😀"))))[0])
    assert "〔U+20BB7〕 ① é 龘 䶮 𬭚" in text
    assert "〔U+1F600〕" in text


def test_equal_papers_are_equal_bytes_in_any_process(whole: bytes) -> None:
    assert rendered(WHOLE) == whole
    assert rendered(replace(WHOLE, title="另一份卷宗")) != whole
    code = (
        "import hashlib; from tests.bundles.papers import WHOLE; from service.bundles.pdf import rendered;"
        "print(hashlib.sha256(rendered(WHOLE)).hexdigest())"
    )
    elsewhere = os.environ | {"PYTHONHASHSEED": "1", "TZ": "America/New_York"}
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True, env=elsewhere
    )
    assert told.stdout.strip() == hashlib.sha256(whole).hexdigest()
