"""Readings: one for each character, as its word is read; the same for the order of lists and for search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.pinyin import PHRASES, readings, sort_key
from tests.rules.generated import TEXTS

NAMES = {
    "重庆": "chong qing",
    "长沙": "chang sha",
    "中国银行": "zhong guo yin hang",
    "行政党支部": "xing zheng dang zhi bu",
    "厦门": "xia men",
    "越秀区": "yue xiu qu",
    "中国银行越秀支行": "zhong guo yin hang yue xiu zhi hang",
    "越秀支行行长": "yue xiu zhi hang hang zhang",
    "工商银行分行": "gong shang yin hang fen hang",
    "长春": "chang chun",
    "院长": "yuan zhang",
    "音乐": "yin yue",
    "快乐": "kuai le",
    "朝阳医院": "chao yang yi yuan",
    "花都区": "hua du qu",
    "都安县人民医院": "du an xian ren min yi yuan",
    "行风建设": "hang feng jian she",
    "长效机制": "chang xiao ji zhi",
    "东莞": "dong guan",
    "番禺": "pan yu",
    "重症": "zhong zheng",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_character_is_read_as_its_word_is(name: str) -> None:
    assert " ".join(readings(name)) == NAMES[name]
    assert sort_key(name) == f"{NAMES[name]}\x1f{name}"


@pytest.mark.parametrize("phrase", PHRASES)
def test_each_phrase_of_ours_is_read_so_by_readings_that_its_characters_have(phrase: str) -> None:
    from pypinyin import Style, pinyin

    assert " ".join(readings(f"某{phrase}")[1:]) == PHRASES[phrase]
    known = [pinyin(character, style=Style.NORMAL, heteronym=True)[0] for character in phrase]
    assert all(syllable in of for syllable, of in zip(PHRASES[phrase].split(), known, strict=True))


@given(TEXTS | st.text(st.sampled_from("重庆朝阳支行都〇𠀀aé1《 "), max_size=12))
def test_each_character_has_one_reading_or_none(title: str) -> None:
    syllables = readings(title)
    assert len(syllables) == len(title)
    assert all(not syllable or (syllable.isascii() and syllable.isalpha()) for syllable in syllables)


def test_lists_keep_runs_of_other_characters_together() -> None:
    assert sort_key("医+N 共建") == "yi +n  gong jian\x1f医+N 共建"
    assert sorted(["ABC医院", "阿坝州医院"], key=sort_key) == ["阿坝州医院", "ABC医院"]
