"""How Chinese names are read: one reading for each character, by which lists are ordered and records are found.

The database's own order is by code point, and a character of several readings (重庆, 银行) is read by its phrase.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from itertools import groupby

# Words of names that pypinyin 0.55 does not know or reads as another word. Keep it to what was looked up.
PHRASES = {
    "支行": "zhi hang",  # offices and staff of banks; 银行 and 分行 it knows
    "总行": "zong hang",
    "联行": "lian hang",
    "行员": "hang yuan",
    "行风": "hang feng",  # the conduct of a trade: 行风建设
    "长效": "chang xiao",
    "重走": "chong zou",  # once more: 重走长征路
    "重医": "chong yi",  # 重庆医科大学
    "厦大": "xia da",  # of 厦门
    "厦航": "xia hang",
    "大夫": "dai fu",
    "朝阳": "chao yang",  # in names; zhao yang is the rising sun
    "长治": "chang zhi",  # 长 of places is long; alone it is read as in 院长
    "长宁": "chang ning",
    "长丰": "chang feng",
    "长垣": "chang yuan",
    "长岭": "chang ling",
    "长阳": "chang yang",
    "长武": "chang wu",
    "长隆": "chang long",
    "长洲": "chang zhou",
    "长堤": "chang di",
    "花都": "hua du",  # 都 of places is a town; alone it is read as all
    "都安": "du an",
    "都匀": "du yun",
    "新都": "xin du",
    "宜都": "yi du",
    "三都": "san du",
    "曾都": "zeng du",
    "单县": "shan xian",
    "太行": "tai hang",
}


@cache
def _reader() -> Callable[..., list[str]]:
    from pypinyin import lazy_pinyin, load_phrases_dict  # costs memory and time that readers need not pay

    load_phrases_dict({phrase: [[syllable] for syllable in read.split()] for phrase, read in PHRASES.items()})
    return lazy_pinyin


@lru_cache(maxsize=4096)
def readings(text: str) -> tuple[str, ...]:
    """The reading of each character of `text` in lower case without tones, ü as v; empty for what has none."""
    return tuple(_reader()(text, errors=lambda run: [""] * len(run)))


@lru_cache(maxsize=4096)
def sort_key(name: str) -> str:
    """The pinyin of `name` in lower case, then the name itself: 重庆 sorts under chong, 银行 under yin hang."""
    parts: list[str] = []
    for is_read, run in groupby(zip(name, readings(name), strict=True), key=lambda pair: pair[1] != ""):
        characters, syllables = zip(*run, strict=True)
        parts += syllables if is_read else ["".join(characters)]
    return f"{' '.join(parts).casefold()}\x1f{name}"  # below a space: 中国银行 stands before its branches
