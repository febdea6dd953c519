"""The PDF of a paper: fonts embedded and subset, no clock and no chance, so that equal papers are equal files."""

import functools
import unicodedata
from pathlib import Path

import pylopdf_fonts_zh_cn as fonts
from fontTools.ttLib import TTFont
from fpdf import FPDF

from service.bundles.document import Language, Paper
from service.bundles.layout import Layout
from service.bundles.pages import HEIGHT, POINT, WIDTH, Font, Page

FACES = {"serif": fonts.serif_path, "sans": fonts.sans_path}  # Noto Serif SC, Noto Sans SC: SIL Open Font License 1.1
PRODUCER = "共建网 cobuild"
SHADE = 236  # of 255: behind the headings of tables


class Embedded:
    """The faces: how wide each character is, in sizes. Read once; what they cannot show is told by its number."""

    def __init__(self) -> None:
        self._widths = {face: _widths(path()) for face, path in FACES.items()}

    def measure(self, text: str, font: Font) -> float:
        widths = self._widths[font.face]
        return sum(widths[ord(character)] for character in text) * font.size * POINT

    def printable(self, text: str) -> str:
        return "".join(map(self._printable, unicodedata.normalize("NFC", text)))

    def _printable(self, character: str) -> str:
        if character == "\n" or all(ord(character) in widths for widths in self._widths.values()):
            return character
        return " " if character.isspace() else f"〔U+{ord(character):04X}〕"


def _widths(path: Path) -> dict[int, float]:
    with TTFont(path, lazy=True) as font:
        advances, size = font["hmtx"].metrics, font["head"].unitsPerEm
        return {code: advances[name][0] / size for code, name in font.getBestCmap().items() if code >= ord(" ")}


@functools.cache
def faces() -> Embedded:
    return Embedded()


def rendered(paper: Paper) -> bytes:
    """The paper as a PDF file. Takes some 0.5 s, a long one seconds: call it beside the event loop."""
    pages = Layout(paper, faces()).pages()
    pdf = _opened(paper)
    for page in pages:
        _draw(pdf, page)
    return bytes(pdf.output())


def _opened(paper: Paper) -> FPDF:
    pdf = FPDF(unit="mm", format=(WIDTH, HEIGHT))
    pdf.set_auto_page_break(False)
    pdf.set_creation_date(paper.as_of.replace(microsecond=0))
    pdf.set_producer(PRODUCER)
    pdf.set_title(paper.title)
    pdf.set_lang({Language.CHINESE: "zh-CN", Language.ENGLISH: "en"}[paper.language])
    pdf.set_fill_color(SHADE)
    for face, path in FACES.items():
        pdf.add_font(face, fname=path())
    return pdf


def _draw(pdf: FPDF, page: Page) -> None:
    pdf.add_page()
    for shade in page.shades:
        pdf.rect(*shade, style="F")
    for x, y, to_x, to_y, weight in page.rules:
        pdf.set_line_width(weight)
        pdf.line(x, y, to_x, to_y)
    for x, y, text, font in page.lines:
        if text:
            pdf.set_font(font.face, size=font.size)
            pdf.text(x, y, text)
