"""A page as it is drawn: lines of text, rules and shades, each at its place; and the measures all pages keep to.

Millimetres, from the upper left corner; sizes of fonts in points.
"""

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

WIDTH, HEIGHT = 210.0, 297.0  # A4 (ISO 216)
LEFT, RIGHT, TOP, BOTTOM = 24.0, 24.0, 30.0, 26.0  # margins
INNER = WIDTH - LEFT - RIGHT
FLOOR = HEIGHT - BOTTOM
POINT = 25.4 / 72
PADDING = 1.6  # between the text of a cell and its rules
LEADING = 1.55  # from line to line, in sizes
NARROWEST = 13.0  # of a column
SIGNED = 46.0  # the height of a signature, a seal and a date


class Font(NamedTuple):
    """A face and its size in points. 黑体 (sans) for headings, 宋体 (serif) for what is read."""

    face: str
    size: float

    @property
    def step(self) -> float:
        """From one baseline to the next."""
        return self.size * POINT * LEADING


TITLE, SUBTITLE, HEADING = Font("sans", 20), Font("serif", 10.5), Font("sans", 13)
BODY, LABEL, CELL, COLUMN, RUNNING = (
    Font("serif", 10.5),
    Font("sans", 10.5),
    Font("serif", 9),
    Font("sans", 9),
    Font("serif", 8.5),
)


class Faces(Protocol):
    """What text is set in."""

    def measure(self, text: str, font: Font) -> float:
        """How wide a printable text is, in millimetres."""

    def printable(self, text: str) -> str:
        """The text as the faces can show it."""


class Line(NamedTuple):
    """Text whose baseline begins at `x`, `y`."""

    x: float
    y: float
    text: str
    font: Font


class Rule(NamedTuple):
    """A straight line, `weight` millimetres thick."""

    x: float
    y: float
    to_x: float
    to_y: float
    weight: float = 0.2


@dataclass
class Page:
    lines: list[Line] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    shades: list[tuple[float, float, float, float]] = field(default_factory=list)  # x, y, width, height
