"""Breaking text into lines as Chinese is set: anywhere between two ideographs, never inside a Latin word or a number,
and no line begins with a closing mark or ends with an opening one, or parts a dash or an ellipsis (GB/T 15834, 5.1).
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

NEVER_FIRST = frozenset(
    "!%),.:;?]}¢°·’”†‡›℃∶、。〃々〉》」』】〕〗〞︰︱︳﹐﹑﹒﹔﹕﹖﹗﹚﹜﹞！＂％＇），．：；？］｝～"
)
NEVER_LAST = frozenset("([{£¥‘“‹〈《「『【〔〖〝﹙﹛﹝（［｛￡￥＃№")
TOGETHER = frozenset("—…‥")  # of which two make one mark

Measure: TypeAlias = Callable[[str], float]


def is_ideographic(character: str) -> bool:
    """Whether a line may break beside it: Han, kana, and the marks that go with them."""
    return (
        "\u2e80" <= character <= "\ua4cf"
        or "\uf900" <= character <= "\ufaff"
        or ("\ufe30" <= character <= "\ufe4f" or "\uff00" <= character <= "\uffef" or character >= "\U00020000")
    )


def may_break(before: str, after: str) -> bool:
    """Whether a line may end after the character `before` when `after` follows."""
    if before in NEVER_LAST or after in NEVER_FIRST or after == " ":
        return False
    if before in TOGETHER and after in TOGETHER:
        return False
    if before == "-":
        return after.isalpha()  # a hyphen, but no date and no minus
    return before == " " or is_ideographic(before) or is_ideographic(after) or before in TOGETHER


def lines(text: str, width: float, measure: Measure) -> list[str]:
    """`text` in lines of at most `width`; what has no place to break is broken where the line is full."""
    return [line for paragraph in text.split("\n") for line in _paragraph(paragraph.strip(), width, measure)]


def _paragraph(text: str, width: float, measure: Measure) -> Iterator[str]:
    line = ""
    for piece in pieces(text):
        if measure((line + piece).rstrip()) <= width:
            line += piece
            continue
        if line.strip():
            yield line.rstrip()
        *full, line = _forced(piece, width, measure)
        yield from full
    yield line.rstrip()


def pieces(text: str) -> Iterator[str]:
    """What no line breaks into, each with the spaces that follow it."""
    start = 0
    for place in range(1, len(text)):
        if may_break(text[place - 1], text[place]):
            yield text[start:place]
            start = place
    yield text[start:]


def _forced(piece: str, width: float, measure: Measure) -> Iterator[str]:
    """A piece that may be longer than a line, cut where it must be.

    Neither before a closing mark nor after an opening one, if that can be.
    """
    while len(piece) > 1 and measure(piece.rstrip()) > width:
        fits = next((place for place in range(2, len(piece)) if measure(piece[:place]) > width), len(piece)) - 1
        places = (place for place in range(fits, 0, -1) if piece[place] not in NEVER_FIRST)
        cut = next((place for place in places if piece[place - 1] not in NEVER_LAST), fits)
        yield piece[:cut]
        piece = piece[cut:]
    yield piece
