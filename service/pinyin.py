"""How Chinese names are ordered and found: by pinyin, since the database's own order is by code point."""

from functools import lru_cache


@lru_cache(maxsize=4096)
def sort_key(name: str) -> str:
    """The pinyin of `name` in lower case, then the name itself: 重庆 sorts under chong, 银行 under yin hang."""
    from pypinyin import lazy_pinyin  # costs memory and start-up time that readers need not pay

    return f"{' '.join(lazy_pinyin(name)).casefold()}\x1f{name}"  # below a space: 中国银行 stands before its branches
