"""The reference of the settings tells each of them, in both languages, with what a wrong value is answered."""

import re

import pytest

from service.__main__ import main
from service.environment import CHECKOUT, REQUIRED_IN_PRODUCTION, VARIABLES
from service.settings import Settings, SettingsInvalid
from service.settings_reference import WRONG, document, table


def entries() -> dict[str, str]:
    return dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", document(), re.MULTILINE | re.DOTALL))


def answered(name: str) -> str:
    """What a wrong value of the variable is answered; nothing where any text will do."""
    try:
        Settings.from_environment({name: WRONG})
    except SettingsInvalid as error:
        return str(error)
    return ""


def test_each_setting_is_told_once_in_both_languages_with_default_and_unit() -> None:
    told = entries()
    assert [*told] == [each.name for each in VARIABLES.values()]
    for each in VARIABLES.values():
        english, chinese = told[each.name].strip().splitlines()[:2]
        assert english.endswith(".")
        assert chinese.endswith("。")
        default = (each.default or "").removeprefix(f"{CHECKOUT}/")
        assert f"default 默认值: {f'`{default}`' if default else 'none 无'}" in told[each.name]
        assert all(word in told[each.name] for word in each.unit or ())
    assert str(CHECKOUT) not in document()


def test_what_is_said_of_a_wrong_value_is_what_is_said() -> None:
    told, said = entries(), {each.name: answered(each.name) for each in VARIABLES.values()}
    assert {name: said[name] for name in said if said[name] and f"- wrong 有误: {said[name]}\n" not in told[name]} == {}
    assert len([*filter(None, said.values())]) > 25


def test_what_production_needs_is_told_as_such() -> None:
    needed = {VARIABLES[field].name for field in REQUIRED_IN_PRODUCTION}
    assert {name for name, text in entries().items() if "missing in production mode" in text} == needed
    assert {name for name in entries() if f"| `{name}` |" in table("en")} == {*entries()}
    assert table("en").count("Required in production.") == table("zh").count("生产模式必填。") == len(needed)


def test_numbers_of_something_tell_of_what() -> None:
    counted = {each.name for each in VARIABLES.values() if (each.default or "").isdecimal() and each.unit is None}
    assert counted == {"PORT", "COBUILD_LIMIT_ALIASES", "COBUILD_LIMIT_DIRECTIVES"}


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings"]) == 0
    assert capsys.readouterr().out == document()
