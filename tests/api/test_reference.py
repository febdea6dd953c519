"""The API reference at /docs: all of the schema stands in it, escaped; its links lead somewhere; it needs no more."""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    is_introspection_type,
)
from starlette.applications import Starlette

from schema.api import schema
from schema.cooperation import calendar, graph, statistics
from schema.limits import Limits, setting_of
from schema.reference import reference_route
from schema.reference.sections import sections
from schema.reference.words import described
from schema.socket_rules import SocketLimits
from service.app import create_app
from service.errors import Code
from tests.api.test_app import KEYS, settings

SDL = build_schema(schema.as_str())
HOSTILE = '''
"""Less < & "more" <script>alert(1)</script>. 小于 < & “大于”。"""
type Query {
  """One. 一。"""
  one("""Which. 哪个。""" id: ID = "<b>"): Thing @access(right: LOOK) @deprecated(reason: "<i>")
}
"""A thing. 事物。"""
type Thing { """Name, no Chinese""" name: String }
"""Codes. 代码。"""
enum Code { """Gone. 没有。""" GONE }
"""Rights. 权限。"""
enum Right { """Look. 看。""" LOOK @deprecated(reason: "see <b>") }
"""Who. 谁。"""
directive @access("""Which. 哪项。""" right: Right!) on FIELD_DEFINITION
'''


class Page(HTMLParser):
    """What stands in the page: anchors, links, tags, and the text below each anchor."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        self.ids.update(value for name, value in attrs if name == "id" and value)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[reference_route(20, 120)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as opened:
        yield opened


@pytest.fixture
async def text(client: httpx.AsyncClient) -> str:
    return (await client.get("/docs")).text


def named() -> Iterator[tuple[str, str | None]]:
    """The name of each thing in the schema and its description."""
    roots = (SDL.query_type, SDL.mutation_type, SDL.subscription_type)
    for kind in SDL.type_map.values():
        if is_introspection_type(kind):
            continue
        if kind not in roots:
            yield kind.name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{kind.name}.{name}", value.description) for name, value in kind.values.items())
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}", field.description
                arguments: dict[str, Any] = getattr(field, "args", {})
                yield from ((f"{kind.name}.{name}.{of}", each.description) for of, each in arguments.items())


def test_all_of_the_schema_stands_in_it_once_with_what_it_says(text: str) -> None:
    page = Page(text)
    anchors = dict(named())
    assert len(anchors) > 700
    assert {name: page.ids[name] for name in anchors} == dict.fromkeys(anchors, 1)
    assert set(page.ids.values()) == {1}
    system = {"ID", "String", "Int", "Float", "Boolean"}
    assert [words for name, words in anchors.items() if name not in system and words not in page.text] == []


def test_each_link_leads_to_a_place_in_the_page(text: str) -> None:
    page = Page(text)
    links = {value for name, value in page.attributes if name == "href" and value} - {"data:,"}
    assert {link[0] for link in links} == {"#"}
    assert [link for link in links if link[1:] not in page.ids] == []
    anchors = ["queries", "mutations", "subscriptions", "types", "inputs", "enums", "scalars", "errors", "limits"]
    assert set(anchors) <= {link[1:] for link in links}


def test_each_right_of_a_field_is_told_at_the_field(text: str) -> None:
    guarded = len(re.findall(r"@access\(right: [A-Z_]+\)", schema.as_str()))
    assert text.count("<a class=right ") == guarded > 30
    assert re.search(r'id="Agreement.signers"><dt>.*?#Right\.READ_CONTACTS', text)


def test_limits_are_told_with_their_codes(text: str) -> None:
    page = Page(text)
    for told in ("256 KB", "20 MB", "120 s", "PDF, PNG, JPEG, WebP", "10,000"):
        assert told in page.text
    assert {f"Code.{code}" for code in Code} <= set(page.ids)


async def test_the_limits_of_this_installation_stand_on_the_page(tmp_path: Path, text: str) -> None:
    assert all(setting_of(each.name) in text for each in (*fields(Limits), *fields(SocketLimits)))
    assert "4,321" not in text
    app = create_app(settings(tmp_path, COBUILD_LIMIT_COST="4321", MONGODB_URI="mongodb://127.0.0.1:1/"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as opened:
        page = Page((await opened.get("/docs")).text)
    for told in ("4,321", f"{calendar.MOST_ENTRIES:,}", f"{graph.MOST_PAIRS:,}", f"{statistics.MOST_SETS:,}"):
        assert told in page.text


async def test_nothing_comes_from_elsewhere_and_only_its_own_script_runs(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs")
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy.pop("img-src") == "data:"
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        [inside] = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert policy.pop(directive) == f"'sha256-{digest}'"
    assert set(policy.values()) == {"'none'"}
    assert not re.search(r"https?://|@import|url\(|<link rel=\"(?!icon)| style=| on\w+=", answer.text)


async def test_it_is_sent_once_packed_where_that_is_understood(client: httpx.AsyncClient) -> None:
    plain, packed = [await client.get("/docs", headers={"accept-encoding": each}) for each in ("identity", "gzip, br")]
    assert plain.text == packed.text
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 5
    assert plain.headers["etag"] != packed.headers["etag"]
    for answer, encoding in ((plain, "identity"), (packed, "gzip")):
        again = {"accept-encoding": encoding, "if-none-match": f'"x", W/{answer.headers["etag"]}'}
        unchanged = await client.get("/docs", headers=again)
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["etag"] == answer.headers["etag"]
    assert (await client.get("/docs", headers={"if-none-match": '"x"'})).status_code == 200
    head = await client.head("/docs")
    assert (head.status_code, head.content) == (200, b"")
    assert (await client.post("/docs")).status_code == 405


async def test_it_is_there_in_production_too(tmp_path: Path) -> None:
    uri = {"MONGODB_URI": "mongodb://127.0.0.1:1/"}
    app = create_app(settings(tmp_path, COBUILD_MODE="production", **KEYS, **uri))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as opened:
        assert (await opened.get("/docs")).status_code == 200


def test_what_the_schema_says_is_escaped_and_what_is_going_is_marked() -> None:
    found = {each.anchor: each.html for each in sections(build_schema(HOSTILE), ())}
    assert "<b>" not in "".join(found.values())
    assert "= &quot;&lt;b&gt;&quot;" in found["queries"]
    assert "已弃用</span>: &lt;i&gt;" in found["queries"]
    assert "已弃用</span>: see &lt;b&gt;" in found["enums"]
    assert found["inputs"].count("<article") == 0


@pytest.mark.parametrize(
    ("description", "html"),
    [
        ("One. 一。", "<span lang=en>One.</span> <span lang=zh-CN>一。</span>"),
        ("Why; see B. 原因 A. 乙。", "<span lang=en>Why; see B.</span> <span lang=zh-CN>原因 A. 乙。</span>"),
        (
            "The SHA-256. SHA-256(十六进制)。",
            "<span lang=en>The SHA-256.</span> <span lang=zh-CN>SHA-256(十六进制)。</span>",
        ),
        ("No Chinese <", "No Chinese &lt;"),
        (None, ""),
    ],
)
def test_the_two_languages_of_a_description_are_told_apart(description: str | None, html: str) -> None:
    assert described(description) == html
