"""Whether each quotation stands word for word in its source document.

The source documents are not part of the project. Whoever has them runs `python -m seeds.quotations FOLDER`, which looks
up every quotation and then writes their digest to quotations.sha256; anybody else can tell by that digest that no
quotation has been changed or added since.
"""

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from seeds.loader import FOLDER, read
from service.records import Record

Quotation: TypeAlias = tuple[str, str]  # the document's number, the words

DIGEST = FOLDER / "quotations.sha256"


def quotations(records: Iterable[Record]) -> list[Quotation]:
    """What `records` quote, each once, in a stable order."""
    return sorted({(source.document, source.quotation) for record in records for source in record.sources})


def digest(quoted: Iterable[Quotation]) -> str:
    """The SHA-256 of all quotations, in hexadecimal."""
    return hashlib.sha256("\0".join(f"{document}\0{words}" for document, words in quoted).encode()).hexdigest()


def unfounded(quoted: Iterable[Quotation], folder: Path) -> list[Quotation]:
    """Those that are empty or do not stand in their document, a text in `folder` whose name begins with its number."""
    texts = {path.name[:3]: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))}
    return [(document, words) for document, words in quoted if not words or words not in texts.get(document, "")]


def main(folder: Path) -> int:
    quoted = quotations(read())
    missing = unfounded(quoted, folder)
    for document, words in missing:
        print(f"{document}: not in the source: {words}", file=sys.stderr)
    if not missing:
        DIGEST.write_text(digest(quoted) + "\n", encoding="utf-8")
        print(f"{len(quoted)} quotations stand in their sources; digest written to {DIGEST.name}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(Path(*sys.argv[1:])))
