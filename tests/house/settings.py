"""The tables of settings in the READMEs, made from the declaration: `python -m tests.house.settings` writes them."""

import re
from typing import Literal

from service.environment import CHECKOUT
from service.settings_reference import table

READMES: dict[str, Literal["en", "zh"]] = {"README.md": "en", "README.zh-CN.md": "zh"}
BLOCK = re.compile(
    r"(?<=<!-- settings: made by python -m tests.house.settings -->\n).*?(?=<!-- end of settings -->)", re.S
)


def written(name: str) -> str:
    """The README with the table as it is to be."""
    text = (CHECKOUT / name).read_text(encoding="utf-8")
    made, places = BLOCK.subn(lambda _: table(READMES[name]), text)
    assert places == 1, f"{name} has {places} places for the table of settings"
    return made


if __name__ == "__main__":
    for each in READMES:
        (CHECKOUT / each).write_text(written(each), encoding="utf-8")
