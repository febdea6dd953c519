"""What a bundle says, before anybody decides how it looks: sections of facts, lists, texts and signature lines.

The same `Paper` becomes the PDF that is signed and the workbook that is sorted and filtered.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from service.dates import SHANGHAI

Cell: TypeAlias = str | int | Decimal | dt.date | dt.datetime | None


class Language(Enum):
    """What a bundle is written in; the value is its tag (BCP 47)."""

    ENGLISH = "en"
    CHINESE = "zh"

    def say(self, english: str, chinese: str) -> str:
        return chinese if self is Language.CHINESE else english


@dataclass(frozen=True)
class Facts:
    """Labels with what each says."""

    pairs: Sequence[tuple[str, Cell]]


@dataclass(frozen=True)
class Table:
    """A list: `columns` are its headings. It is a sheet of its own, called `name`, in the workbook."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Text:
    """Paragraphs, parted by line ends."""

    text: str


@dataclass(frozen=True)
class Signatures:
    """For each who signs: room for a signature, a seal and a date. They stand on one page."""

    signers: Sequence[str]


Block: TypeAlias = Facts | Table | Text | Signatures


@dataclass(frozen=True)
class Section:
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Paper:
    """`header` stands on top of every page; `as_of` is the moment whose data it tells."""

    title: str
    subtitle: str
    header: str
    as_of: dt.datetime
    language: Language
    sections: Sequence[Section]

    def tables(self) -> Sequence[Table]:
        return [block for section in self.sections for block in section.blocks if isinstance(block, Table)]


def written(cell: Cell) -> str:
    """A cell as text: days as 2024-02-29, moments as 2024-02-29 09:30 in Shanghai, nothing as nothing."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return local(cell).isoformat(" ", "minutes")
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def local(moment: dt.datetime) -> dt.datetime:
    """The Shanghai wall clock at `moment`; one without an offset is UTC, as the database gives it."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return aware.astimezone(SHANGHAI).replace(tzinfo=None)
