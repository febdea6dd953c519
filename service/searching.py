"""Finding a text by a part of it, of its pinyin or of its initials: the keys stored beside it, and what matches.

A text is written in three forms: its folded characters, their pinyin (中国 as zhongguo) and their initials (zg). A
match is a stretch of one form that begins where a character begins. So the beginnings of all such stretches, cut to a
few lengths, are the keys: whatever matches is found by one equality, and what is found so is then compared in full.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum, auto
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeAlias

from service.errors import Code, Problem, Refusal
from service.facts import folded
from service.pinyin import readings
from service.viewer import Upper

LENGTHS = (1, 2, 4)  # of the keys: one character is enough to ask, and four letters are mostly a syllable or two
LONGEST = 100  # characters of a text to search for
APOSTROPHES = frozenset("'’")  # between syllables: xi'an
CLOSE = 0.75  # how alike the pinyin of two texts is that may have been mistaken for each other
LEAST_ALIKE = 4  # letters of pinyin by which something close is looked for
MOST_COMPARED = 20  # characters by which something close is looked for


class MatchedBy(Upper):
    TEXT = auto()
    PINYIN = auto()
    INITIALS = auto()


class Place(IntEnum):
    """Where a match stands, the best first."""

    EXACT = 0
    PREFIX = 1
    SUBSTRING = 2


class Range(NamedTuple):
    """Which part of a text matched, in UTF-16 code units, as JavaScript counts."""

    start: int
    length: int


class Match(NamedTuple):
    """How a text matches."""

    place: Place
    by: MatchedBy
    ranges: tuple[Range, ...]


Pieces: TypeAlias = Sequence[str]  # of a form: one for each character of the text, empty for white space


@lru_cache(maxsize=8192)
def _piece(character: str) -> str:
    """A character as it is compared. Decomposed, so that ｶﾞ and ガ are the same."""
    return unicodedata.normalize("NFKD", folded(character)).replace(" ", "")


@lru_cache(maxsize=8192)
def _typed(character: str) -> str:
    """A character as pinyin is typed: without tone or apostrophe, ü as v."""
    letters = _piece(character).replace("u\u0308", "v")
    return "".join(each for each in letters if unicodedata.category(each) != "Mn" and each not in APOSTROPHES)


class Wanted:
    """A text to search for. Raises `Refusal` at `text` when it is empty, too long, or has no letter and no digit."""

    def __init__(self, text: str) -> None:
        if not text.strip():
            raise _refused(Code.REQUIRED, "Say what to search for.", "请填写要搜索的文字。")
        if len(text) > LONGEST:
            english, chinese = f"At most {LONGEST} characters.", f"最多 {LONGEST} 个字符。"
            raise _refused(Code.LIMIT_EXCEEDED, english, chinese)
        composed = unicodedata.normalize("NFC", text)  # as every stored text is
        self.folded = "".join(map(_piece, composed))
        self.typed = "".join(map(_typed, composed))
        if not any(unicodedata.category(character)[0] in "LN" for character in self.folded):
            english, chinese = "Give at least one letter or digit.", "请至少填写一个文字、字母或数字。"
            raise _refused(Code.INVALID, english, chinese)

    def keys(self) -> list[str]:
        """One of these is among the keys of whatever matches."""
        return sorted({_key(self.folded), _key(self.typed)})


def _refused(code: Code, english: str, chinese: str) -> Refusal:
    return Refusal(Problem(code, ("text",), english, chinese))


def _key(sought: str) -> str:
    return sought[: max(length for length in LENGTHS if length <= len(sought))]


def _forms(text: str, syllables: Pieces) -> Iterator[tuple[MatchedBy, Pieces]]:
    """The three forms of `text`, whose characters are read as `syllables`."""
    yield MatchedBy.TEXT, [_piece(character) for character in text]
    sounds = [syllable or _typed(character) for character, syllable in zip(text, syllables, strict=True)]
    yield MatchedBy.PINYIN, sounds
    yield (
        MatchedBy.INITIALS,
        [syllable[:1] or sound for syllable, sound in zip(syllables, sounds, strict=True)],
    )


def keys(*texts: str | None, live: bool = True) -> dict[str, list[str]]:
    """What is stored beside a record so that search finds it by `texts`; nothing unless it is `live`.

    `search` holds at most 1,800 keys of at most 4 characters for a text of 200, `search_readings` how each is read.
    """
    given = [text for text in texts if text] if live else []
    found = {key for text in given for key in _keys_of(text)}
    return {"search": sorted(found), "search_readings": [",".join(readings(text)) for text in given]}


@lru_cache(maxsize=256)
def _keys_of(text: str) -> frozenset[str]:
    found: set[str] = set()
    for _, pieces in _forms(text, readings(text)):
        whole = "".join(pieces)
        found.update(
            whole[start : start + length]
            for start in _begins(pieces)
            for length in LENGTHS
            if start + length <= len(whole)
        )
    return frozenset(found)


def _begins(pieces: Pieces) -> dict[int, int]:
    """Where in the form a character begins → which one."""
    starts = accumulate(map(len, pieces), initial=0)
    return {start: place for place, (start, piece) in enumerate(zip(starts, pieces, strict=False)) if piece}


def best(wanted: Wanted, texts: Iterable[tuple[str, str]]) -> tuple[str, Match] | None:
    """The one of `texts`, each with its stored readings, that matches best, and how; None when none does."""
    found = [(text, match) for text, syllables in texts for match in _matches(wanted, text, syllables.split(","))]
    order = list(MatchedBy)
    return min(found, key=lambda each: (each[1].place, order.index(each[1].by)), default=None)


def _matches(wanted: Wanted, text: str, syllables: Pieces) -> Iterator[Match]:
    for by, pieces in _forms(text, syllables):
        sought, whole = wanted.folded if by is MatchedBy.TEXT else wanted.typed, "".join(pieces)
        if sought not in whole:
            continue
        spans = list(_spans(sought, whole, pieces, syllables if by is MatchedBy.PINYIN else ()))
        if by is not MatchedBy.TEXT:
            spans = [span for span in spans if any(syllables[span.first : span.last + 1])]
        if spans:
            place = Place.SUBSTRING if spans[0].start else Place.PREFIX
            if spans[0].start == 0 and len(sought) == len(whole):
                place = Place.EXACT
            yield Match(place, by, _ranges(text, spans))


class Span(NamedTuple):
    """A stretch of a form: where it starts there, and its first and last character in the text."""

    start: int
    first: int
    last: int


def _spans(sought: str, whole: str, pieces: Pieces, unfinished: Pieces) -> Iterator[Span]:
    """Where `sought` stands in a form, from the beginning of a character to the end of one.

    A syllable among `unfinished` may also be broken off, so that pinyin is found while it is typed.
    """
    begins, ends = _begins(pieces), dict[int, int]()
    for start, place in begins.items():
        length = len(pieces[place])
        shortest = 1 if unfinished and unfinished[place] else length
        ends |= dict.fromkeys(range(start + shortest, start + length + 1), place)
    start = whole.find(sought)
    while start >= 0:
        first, last = begins.get(start), ends.get(start + len(sought))
        if first is not None and last is not None:
            yield Span(start, first, last)
            start = whole.find(sought, start + len(sought))
        else:
            start = whole.find(sought, start + 1)


def _ranges(text: str, spans: Iterable[Span]) -> tuple[Range, ...]:
    units = list(accumulate((1 + (ord(character) > 0xFFFF) for character in text), initial=0))
    return tuple(Range(units[span.first], units[span.last + 1] - units[span.first]) for span in spans)


# Names that may have been meant: two Chinese characters in a row are or sound the same, or nearly all letters do.


class Close:
    """What is close to a text that found nothing; of the text, the first 20 characters count."""

    def __init__(self, text: str) -> None:
        self._text = unicodedata.normalize("NFC", text)[:MOST_COMPARED]
        self._syllables = readings(self._text)

    def keys(self) -> list[str]:
        """One of these is among the keys of whatever is close; none when the text is too short to tell."""
        sounds = dict(_forms(self._text, self._syllables))[MatchedBy.PINYIN]
        whole = "".join(sounds)
        rest = [whole[start:] for start in _begins(sounds) if start + LEAST_ALIKE <= len(whole)]
        characters = (one + other for one, other in _pairs(self._text, self._syllables) if not one.isascii())
        return sorted({*characters, *map(_key, rest)})

    def names(self, texts: Iterable[tuple[str, str]], most: int) -> list[str]:
        """Those of `texts`, each with its stored readings, that are close, the most alike first."""
        pairs, sound = _pairs(self._text, self._syllables), _sound(self._text, self._syllables)
        likeness: dict[str, float] = {}
        for text, stored in texts:
            syllables = stored.split(",")
            alike = _alike(sound, _sound(text, syllables))
            if alike >= CLOSE or pairs & _pairs(text, syllables):
                likeness[text] = alike
        return sorted(likeness, key=lambda text: (-likeness[text], text))[:most]


def _pairs(text: str, syllables: Pieces) -> set[tuple[str, str]]:
    """Two Chinese characters in a row, and their two syllables."""
    read = [(_piece(character), syllable) for character, syllable in zip(text, syllables, strict=True)]
    both = [(one, other) for one, other in pairwise(read) if one[1] and other[1]]
    return {(one[way], other[way]) for one, other in both for way in (0, 1)}


def _sound(text: str, syllables: Pieces) -> set[str]:
    """The pairs of letters of the pinyin."""
    whole = "".join(dict(_forms(text, syllables))[MatchedBy.PINYIN])
    return {one + other for one, other in pairwise(whole)}


def _alike(one: set[str], other: set[str]) -> float:
    """From 0 to 1: which part of both is common (Dice)."""
    return 2 * len(one & other) / max(1, len(one) + len(other))
