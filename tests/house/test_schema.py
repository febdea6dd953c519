"""The published schema: as committed, rights on every root field, both languages, no surprise for clients."""

from pathlib import Path

import pytest
from graphql import build_schema

from schema.api import schema
from schema.guards import breaking, faults

ROOT = Path(__file__).parents[2]
SDL = ROOT / "schema" / "schema.graphql"
OLD = '''
"""The right. 权限。"""
directive @access("""Which. 哪项。""" right: Right!) on FIELD_DEFINITION
"""A right. 权限。"""
enum Right { """Read. 读取。""" READ """Old. 旧。""" OLD @deprecated(reason: "gone soon") }
"""Asked. 查询。"""
type Query {
  """One. 一个。"""
  one("""Which. 哪个。""" id: ID, """Old. 旧。""" old: Int @deprecated(reason: "gone soon")): Thing @access(right: READ)
  """Either. 二者之一。"""
  either: Either @access(right: READ)
  """Old. 旧。"""
  old: Relic @access(right: READ) @deprecated(reason: "gone soon")
}
"""A thing. 事物。"""
type Thing implements Named { """Its name. 名称。""" name: String! }
"""Has a name. 有名称。"""
interface Named { """Its name. 名称。""" name: String! }
"""Led to by what is deprecated alone. 仅由已弃用字段引用。"""
type Relic { """Its age. 年代。""" age: Int }
"""Kept. 保留。"""
type Kept { """Its size. 大小。""" size: Int }
"""A filter. 筛选。"""
input Where { """By name. 按名称。""" name: String }
"""A day. 日期。"""
scalar Day
"""One of two. 其一。"""
union Either = Thing | Kept
'''


def test_the_committed_schema_is_the_one_the_code_builds() -> None:
    committed = SDL.read_text(encoding="utf-8")
    assert committed == schema.as_str().rstrip() + "\n", "Run `make schema` and review the difference like code."


def test_the_schema_keeps_to_its_guards() -> None:
    assert faults(build_schema(schema.as_str())) == []


def test_the_example_has_no_faults_of_its_own() -> None:
    assert faults(build_schema(OLD)) == []
    assert breaking(build_schema(OLD), build_schema(OLD)) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("): Thing @access(right: READ)", "): Thing", "Query.one has no @access(right: …)."),
        ('"""A thing. 事物。"""', '"""A thing."""', "Thing is not described in Chinese."),
        ('"""A thing. 事物。"""', '"""事物。"""', "Thing is not described in English."),
        ('"""Which. 哪个。"""', "", "Query.one(id) is not described in English."),
        ('"""Its age. 年代。"""', "", "Relic.age is not described in Chinese."),
        ('"""By name. 按名称。"""', '"""By name."""', "Where.name is not described in Chinese."),
        ('"""Read. 读取。"""', '"""读取。"""', "Right.READ is not described in English."),
        ('"""The right. 权限。"""', '"""The right."""', "@access is not described in Chinese."),
        ('"""Which. 哪项。"""', '"""哪项。"""', "@access(right) is not described in English."),
        ('"""A day. 日期。"""', "", "Day is not described in Chinese."),
        ('"""One of two. 其一。"""', '"""One of two."""', "Either is not described in Chinese."),
        ('"""Has a name. 有名称。"""', '"""Has a name."""', "Named is not described in Chinese."),
        ('"""A filter. 筛选。"""', '"""A filter."""', "Where is not described in Chinese."),
    ],
)
def test_a_guard_finds_what_is_broken(old: str, new: str, fault: str) -> None:
    assert OLD.count(old) == 1
    found = faults(build_schema(OLD.replace(old, new)))
    assert fault in found
    assert len(found) <= 2  # of a missing description, both languages


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ('name: String! }\n"""Has', 'nom: String! }\n"""Has', "Field Thing.name was removed."),
        ('"""Which. 哪个。""" id: ID,', "", "Argument Query.one(id:) was removed."),
        (
            '"""Which. 哪个。""" id: ID,',
            '"""Which. 哪个。""" id: ID!,',
            "Argument Query.one(id:) has changed type from ID to ID!.",
        ),
        ('READ """Old', 'LOOK """Old', "Enum value Right.READ was removed."),
        ("type Thing implements Named", "type Thing", "Thing no longer implements interface Named."),
        ("size: Int", "size: String", "Field Kept.size changed type from Int to String."),
        ("union Either = Thing | Kept", "union Either = Thing", "Kept was removed from union type Either."),
    ],
)
def test_a_change_that_nobody_announced_is_found(old: str, new: str, change: str) -> None:
    assert OLD.count(old) == 1
    changed = build_schema(OLD.replace(old, new), assume_valid=True, assume_valid_sdl=True)
    found = breaking(build_schema(OLD), changed)
    assert change in found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Old. 旧。"""\n  old: Relic @access(right: READ) @deprecated(reason: "gone soon")\n', ""),
        (', """Old. 旧。""" old: Int @deprecated(reason: "gone soon")', ""),
        ('"""Old. 旧。""" OLD @deprecated(reason: "gone soon")', ""),
        ('name: String! }\n"""Has', 'name: String! """New. 新。""" more: Int }\n"""Has'),
        ('READ """Old', 'READ """New. 新。""" WRITE """Old'),
    ],
)
def test_what_was_announced_or_only_adds_breaks_nobody(old: str, new: str) -> None:
    assert OLD.count(old) == 1
    assert breaking(build_schema(OLD), build_schema(OLD.replace(old, new))) == []


def test_a_type_that_only_a_deprecated_field_led_to_may_go_with_it() -> None:
    field = '"""Old. 旧。"""\n  old: Relic @access(right: READ) @deprecated(reason: "gone soon")\n'
    relic = '"""Its age. 年代。""" age: Int'
    type_of_relic = f'"""Led to by what is deprecated alone. 仅由已弃用字段引用。"""\ntype Relic {{ {relic} }}\n'
    assert OLD.count(field) == OLD.count(type_of_relic) == 1
    gone = OLD.replace(field, "").replace(type_of_relic, "")
    assert breaking(build_schema(OLD), build_schema(gone)) == []
