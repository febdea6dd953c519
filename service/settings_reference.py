"""The reference of the settings, made from their declaration: what each is for, and what a wrong one says."""

from collections.abc import Iterator
from typing import Literal

from service.environment import CHECKOUT, REQUIRED_IN_PRODUCTION, VARIABLES
from service.variables import Variable

HEADS = {"en": ("variable", "default", "unit", "meaning"), "zh": ("变量", "默认值", "单位", "含义")}
REQUIRED = {"en": " Required in production.", "zh": "生产模式必填。"}
WRONG = "…"  # a value that none may have
TITLE = """\
# Settings 设置

Environment variables; an empty one counts as absent. All problems are told at once, before anything starts.
均为环境变量，空值视为未设置；启动之前一次报告全部问题。
"""


def table(language: Literal["en", "zh"]) -> str:
    """All settings as a table of Markdown, in one language."""
    return "\n".join([_row(HEADS[language]), "|---" * len(HEADS[language]) + "|", *_rows(language)]) + "\n"


def document() -> str:
    """All settings as a page of Markdown in both languages, each with what a wrong value or its absence says."""
    return TITLE + "".join(f"\n{entry}" for entry in _entries())


def _rows(language: Literal["en", "zh"]) -> Iterator[str]:
    for field, variable in VARIABLES.items():
        unit = (variable.unit or ("", ""))[language == "zh"]
        required = REQUIRED[language] if field in REQUIRED_IN_PRODUCTION else ""
        english, chinese = f"{_sentence(variable.english)}.{required}", f"{variable.chinese.strip()}。{required}"
        yield _row((f"`{variable.name}`", _default(variable), unit, english if language == "en" else chinese))


def _entries() -> Iterator[str]:
    for field, variable in VARIABLES.items():
        default = f"`{_default(variable)}`" if variable.default else "none 无"
        unit = f"; unit 单位: {' '.join(variable.unit)}" if variable.unit else ""
        lines = [f"## {variable.name}", "", f"{_sentence(variable.english)}.", f"{variable.chinese.strip()}。", ""]
        lines += [f"- default 默认值: {default}{unit}", f"- wrong 有误: {variable.problem(WRONG)}"]
        lines += [f"- absent 缺失: {variable.absence()}"] if field in REQUIRED_IN_PRODUCTION else []
        yield "\n".join(lines) + "\n"


def _default(variable: Variable) -> str:
    """As it is wherever the checkout lies."""
    return (variable.default or "").removeprefix(f"{CHECKOUT}/")


def _sentence(text: str) -> str:
    proper = "/" in text.split()[0] or text[0].isupper()  # an address begins as it does
    return text if proper else text[0].upper() + text[1:]


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
