"""From a `Paper` to pages: where each line of text and each rule stands."""

from collections.abc import Iterator, Sequence

from service.bundles.document import Block, Facts, Paper, Section, Signatures, Table, Text, written
from service.bundles.pages import (
    BODY,
    BOTTOM,
    CELL,
    COLUMN,
    FLOOR,
    HEADING,
    HEIGHT,
    INNER,
    LABEL,
    LEADING,
    LEFT,
    NARROWEST,
    PADDING,
    POINT,
    RIGHT,
    RUNNING,
    SIGNED,
    SUBTITLE,
    TITLE,
    TOP,
    WIDTH,
    Faces,
    Font,
    Line,
    Page,
    Rule,
)
from service.bundles.typesetting import lines


class Layout:
    """Sets a paper from top to bottom."""

    def __init__(self, paper: Paper, faces: Faces) -> None:
        self._paper = paper
        self._faces = faces
        self._measure = faces.measure
        self._pages = [Page()]
        self._known: dict[int, list[float]] = {}  # of tables, which the paper keeps alive: how wide their columns are
        self._y = TOP

    def pages(self) -> list[Page]:
        """Every page, with its header and `page x of y`."""
        self._centred(self._paper.title, TITLE)
        self._y += 1
        self._centred(self._paper.subtitle, SUBTITLE)
        self._y += 4
        for section in self._paper.sections:
            self._section(section)
        for number, page in enumerate(self._pages, start=1):
            self._run(page, number, len(self._pages))
        return self._pages

    # ── What stands on every page ──

    def _run(self, page: Page, number: int, total: int) -> None:
        moment = self._paper.language.say("As of ", "数据截至 ") + written(self._paper.as_of)
        room = INNER - self._measure(moment, RUNNING) - 6
        header = self._lines(self._paper.header, room, RUNNING)[0]
        page.lines.append(Line(LEFT, TOP - 10, header, RUNNING))
        self._right(page, TOP - 10, moment, RUNNING)
        page.rules.append(Rule(LEFT, TOP - 8, WIDTH - RIGHT, TOP - 8))
        foot = self._paper.language.say(f"Page {number} of {total}", f"第 {number} 页 共 {total} 页")
        page.lines.append(Line((WIDTH - self._measure(foot, RUNNING)) / 2, HEIGHT - BOTTOM + 12, foot, RUNNING))

    def _right(self, page: Page, y: float, text: str, font: Font) -> None:
        page.lines.append(Line(WIDTH - RIGHT - self._measure(text, font), y, text, font))

    # ── Pieces ──

    def _lines(self, text: str, width: float, font: Font) -> list[str]:
        return lines(self._faces.printable(text), width, lambda part: self._measure(part, font))

    def _room(self, height: float) -> None:
        """Begin a new page unless `height` is left on this one."""
        if self._y + height > FLOOR:
            self._pages.append(Page())
            self._y = TOP

    def _put(self, text: str, font: Font, x: float = LEFT) -> None:
        self._room(font.step)
        self._y += font.step
        self._pages[-1].lines.append(Line(x, self._y - (LEADING - 1) / 2 * font.size * POINT, text, font))

    def _centred(self, text: str, font: Font) -> None:
        for line in self._lines(text, INNER, font):
            self._put(line, font, (WIDTH - self._measure(line, font)) / 2)

    def _section(self, section: Section) -> None:
        self._y += 3
        several = sum(isinstance(block, Table) for block in section.blocks) > 1
        titles = self._lines(section.title, INNER, HEADING)
        self._room(len(titles) * HEADING.step + 1.5 + (self._least(section.blocks[0]) if section.blocks else 0))
        for line in titles:
            self._put(line, HEADING)
        self._y += 1.5
        for block in section.blocks:
            if several and isinstance(block, Table):
                self._caption(block)
            self._block(block)
            self._y += 3

    def _least(self, block: Block) -> float:
        """How much of a block stands below its heading, so that none stands alone at the foot of a page."""
        if isinstance(block, Signatures):
            return SIGNED
        if isinstance(block, Table) and block.rows:
            _, heading, rows = self._set(block)
            return LABEL.step + _height(heading, COLUMN) + min(_height(next(rows), CELL), FLOOR - TOP - 60)
        return 2 * BODY.step

    def _caption(self, table: Table) -> None:
        """What a list is called, where its section has several."""
        self._room(LABEL.step + 0.8 + self._least(table))
        self._put(self._lines(table.name, INNER, LABEL)[0], LABEL)
        self._y += 0.8

    def _block(self, block: Block) -> None:
        if isinstance(block, Facts):
            self._facts(block)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Text):
            for line in self._lines(block.text, INNER, BODY):
                self._put(line, BODY)
        else:
            self._signatures(block)

    def _facts(self, facts: Facts) -> None:
        label_width = min(max((self._measure(label, LABEL) for label, _ in facts.pairs), default=0) + 5, INNER / 3)
        for label, cell in facts.pairs:
            labels = self._lines(label, label_width - 2, LABEL)
            values = self._lines(written(cell) or "—", INNER - label_width, BODY)
            self._room(min(len(values), 2) * BODY.step)
            for place in range(max(len(labels), len(values))):
                self._put(values[place] if place < len(values) else "", BODY, LEFT + label_width)
                if place < len(labels):
                    at = self._pages[-1].lines[-1].y
                    self._pages[-1].lines.append(Line(LEFT, at, labels[place], LABEL))

    # ── Tables ──

    def _table(self, table: Table) -> None:
        if not table.rows:
            self._put(self._paper.language.say("None.", "（无）"), BODY)
            return
        self._room(self._least(table) - LABEL.step)
        widths, heading, rows = self._set(table)
        self._row(heading, widths, COLUMN, shaded=True)
        for cells in rows:
            for part in self._fitting(cells, heading):
                if self._y + _height(part, CELL) > FLOOR:
                    self._room(HEIGHT)
                    self._row(heading, widths, COLUMN, shaded=True)
                self._row(part, widths, CELL)

    def _set(self, table: Table) -> tuple[list[float], list[list[str]], Iterator[list[list[str]]]]:
        """A list's columns, its headings and, one after another, its rows, each in lines."""
        if id(table) not in self._known:  # every cell is measured once
            self._known[id(table)] = self._widths(table)
        widths = self._known[id(table)]
        inner = [width - 2 * PADDING for width in widths]
        heading = [self._lines(title, width, COLUMN) for title, width in zip(table.columns, inner, strict=True)]
        rows = (
            [self._lines(written(cell), width, CELL) for cell, width in zip(row, inner, strict=True)]
            for row in table.rows
        )
        return widths, heading, rows

    def _fitting(self, cells: list[list[str]], heading: list[list[str]]) -> Iterator[list[list[str]]]:
        """A row; one that is taller than a page in parts, the first of which fills what is left of this one."""
        whole = FLOOR - TOP - _height(heading, COLUMN) - 2 * PADDING
        if _height(cells, CELL) <= whole:
            yield cells
            return
        most = int((FLOOR - self._y - 2 * PADDING) // CELL.step)
        while any(cells):
            most = most if most >= 1 else int(whole // CELL.step)
            yield [cell[:most] for cell in cells]
            cells, most = [cell[most:] for cell in cells], 0

    def _row(self, cells: list[list[str]], widths: Sequence[float], font: Font, shaded: bool = False) -> None:
        page, height, x = self._pages[-1], _height(cells, font), LEFT
        if shaded:
            page.shades.append((LEFT, self._y, sum(widths), height))
        for cell, width in zip(cells, widths, strict=True):
            for place, line in enumerate(cell):
                baseline = self._y + PADDING + (place + 1) * font.step - (LEADING - 1) / 2 * font.size * POINT
                page.lines.append(Line(x + PADDING, baseline, line, font))
            page.rules.append(Rule(x, self._y, x, self._y + height))
            x += width
        page.rules.append(Rule(x, self._y, x, self._y + height))
        page.rules.append(Rule(LEFT, self._y, x, self._y))
        page.rules.append(Rule(LEFT, self._y + height, x, self._y + height))
        self._y += height

    def _widths(self, table: Table) -> list[float]:
        """As wide as what stands in a column, as far as there is room; the widest give way first."""
        columns = [[(title, COLUMN)] for title in table.columns]
        for row in table.rows:
            for column, cell in zip(columns, row, strict=True):
                column.append((written(cell), CELL))
        wanted = [
            max(NARROWEST, 2 * PADDING + 0.1 + max(self._widest(text, font) for text, font in column))
            for column in columns
        ]
        return shared(wanted, INNER)

    def _widest(self, text: str, font: Font) -> float:
        return max(self._measure(line, font) for line in self._faces.printable(text).split("\n"))

    # ── Signatures ──

    def _signatures(self, block: Signatures) -> None:
        """Two signers beside each other, and room for a seal of 40 mm (GB/T 9704: 公章) over each."""
        say = self._paper.language.say
        half = INNER / 2
        for start in range(0, len(block.signers), 2):
            self._room(SIGNED)
            top = self._y
            for place, signer in enumerate(block.signers[start : start + 2]):
                x, self._y = LEFT + place * half, top
                for line in self._lines(signer, half - 8, LABEL)[:3]:
                    self._put(line, LABEL, x)
                self._y = top + 20
                for text in (say("Signature:", "签字："), say("Seal:", "盖章："), self._dated()):
                    self._put(text, BODY, x)
                    self._ruled(x + self._measure(text, BODY) + 1, x + half - 12, text)
                    self._y += 2.4
            self._y = top + SIGNED

    def _dated(self) -> str:
        return self._paper.language.say("Date:", "日期：        年      月      日")

    def _ruled(self, x: float, to_x: float, text: str) -> None:
        """The line to write on; a Chinese date has its blanks in itself."""
        if text[-1] in ":：":
            y = self._pages[-1].lines[-1].y + 1
            self._pages[-1].rules.append(Rule(x, y, to_x, y))


def _height(cells: list[list[str]], font: Font) -> float:
    return max(len(cell) for cell in cells) * font.step + 2 * PADDING


def shared(wanted: Sequence[float], room: float) -> list[float]:
    """`wanted` widths scaled to fill `room`: narrow ones get what they want, wide ones share what is left."""
    if sum(wanted) <= room:
        return [width * room / sum(wanted) for width in wanted]
    given: dict[int, float] = {}
    for place in sorted(range(len(wanted)), key=lambda place: wanted[place]):
        fair = (room - sum(given.values())) / (len(wanted) - len(given))
        given[place] = min(wanted[place], fair)
    return [given[place] for place in range(len(wanted))]
