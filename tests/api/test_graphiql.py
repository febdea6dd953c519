"""The GraphiQL page as it is sent: its policy, its own files, the samples it opens."""

import json
import re
from collections.abc import AsyncIterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

import schema.graphiql
from schema.graphiql import Sample, graphiql_routes, samples

ASSETS = Path(schema.graphiql.__file__).parent / "assets"
SAMPLES = [
    Sample(
        "Quotes",
        "引号",
        "query Quotes($name: String!) { __type(name: $name) { name } } # \"'<b>&amp;$nonce$$",
        '{"name": "A"}',
    ),
    Sample("Bare", "无变量", "query Bare { __typename }"),
]


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app = Starlette(routes=graphiql_routes("/graphql", SAMPLES))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://cobuild.test") as client:
        yield client


class Page(HTMLParser):
    """What the page loads, what it would run without loading it, and its settings."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] in {"script", "style"} and data.strip():
            self.inline.append(data)

    def values(self, *names: str) -> list[str]:
        return [value for _, attrs in self.elements for name, value in attrs.items() if name in names]


async def test_the_page_is_sent_with_a_policy_that_reaches_its_own_origin_only(client: AsyncClient) -> None:
    headers = (await client.get("/")).headers

    policy = re.sub(r"'nonce-[\w-]{22}'", "'nonce-NONCE'", headers["content-security-policy"])
    assert policy.split("; ") == [
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src data:",
        "style-src 'self' 'nonce-NONCE'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


async def test_each_answer_has_a_nonce_of_its_own(client: AsyncClient) -> None:
    answers = [await client.get("/") for _ in range(3)]

    nonces = [Page(answer.text).values("nonce") for answer in answers]
    assert len({nonce for (nonce,) in nonces}) == 3
    assert all(
        f"'nonce-{nonce}'" in answer.headers["content-security-policy"]
        for answer, (nonce,) in zip(answers, nonces, strict=True)
    )


async def test_the_page_loads_only_files_of_this_service_and_all_of_them_answer(client: AsyncClient) -> None:
    loaded = set(Page((await client.get("/")).text).values("src", "href")) - {"data:,"}

    assert loaded == {
        "graphiql/page.css",
        "graphiql/page.js",
        "graphiql/vendor/graphiql.min.css",
        "graphiql/vendor/graphiql.min.js",
        "graphiql/vendor/react-dom.production.min.js",
        "graphiql/vendor/react.production.min.js",
    }
    assert [(await client.get(f"/{path}")).status_code for path in loaded] == [200] * 6


async def test_the_page_has_no_inline_script_or_style_and_names_no_address(client: AsyncClient) -> None:
    html = (await client.get("/")).text
    page = Page(html)

    assert page.inline == []
    assert [name for _, attrs in page.elements for name in attrs if name == "style" or name.startswith("on")] == []
    assert not re.search(r"https?:|=[\"']?//", html)


def test_the_style_sheets_load_nothing() -> None:
    sheets = "".join(path.read_text(encoding="utf-8") for path in ASSETS.rglob("*.css"))
    addresses = re.findall(r"url\(\s*[\"']?([^)\"']{5})", sheets)

    assert len(addresses) > 30
    assert set(addresses) == {"data:"}
    assert "@import" not in sheets


async def test_the_page_is_in_chinese_and_names_the_network_in_both_languages(client: AsyncClient) -> None:
    html = (await client.get("/")).text

    assert '<html lang="zh">' in html
    assert "<title>共建网 · Co-building Network</title>" in html


async def test_the_endpoint_and_the_samples_reach_the_page_unchanged(client: AsyncClient) -> None:
    (settings,) = Page((await client.get("/")).text).values("data-settings")

    assert json.loads(settings) == {
        "endpoint": "/graphql",
        "samples": [
            {"title": "Quotes", "title_zh": "引号", "query": SAMPLES[0].query, "variables": '{"name": "A"}'},
            {"title": "Bare", "title_zh": "无变量", "query": "query Bare { __typename }", "variables": ""},
        ],
    }


async def test_a_file_is_asked_for_again_each_time_and_not_sent_again(client: AsyncClient) -> None:
    first = await client.get("/graphiql/page.js")
    second = await client.get("/graphiql/page.js", headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, second.status_code) == (200, 304)
    for answer in (first, second):
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert re.fullmatch(r"(text|application)/javascript(; charset=utf-8)?", first.headers["content-type"])


@pytest.mark.parametrize(
    "path",
    [
        "/graphiql/%2e%2e/page.html",
        "/graphiql/%2e%2e%2fpage.html",
        "/graphiql/vendor/%2e%2e/%2e%2e/page.html",
        "/graphiql/..%5cpage.html",
        "/graphiql/%2fetc/passwd",
        "/graphiql//etc/passwd",
        "/graphiql/%00",
        "/graphiql/",
        "/graphiql/vendor",
    ],
)
async def test_no_path_leads_out_of_the_assets(client: AsyncClient, path: str) -> None:
    assert (ASSETS.parent / "page.html").exists()

    assert (await client.get(path)).status_code == 404


def test_every_vendored_file_is_the_one_the_notice_names() -> None:
    vendor = ASSETS / "vendor"
    rows = re.findall(r"^\| (\S+) \| \S+ \| [\d.]+ \| MIT \| (\w{64}) \|$", (vendor / "NOTICE.md").read_text(), re.M)

    code = {
        path.name: sha256(path.read_bytes()).hexdigest() for path in vendor.iterdir() if path.suffix in {".js", ".css"}
    }
    assert dict(rows) == code
    assert {path.name for path in vendor.iterdir()} - set(code) == {
        "LICENSE-bundled.txt",
        "LICENSE-graphiql.txt",
        "LICENSE-react.txt",
        "NOTICE.md",
    }


def test_a_page_without_a_tab_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one sample"):
        graphiql_routes("/graphql", [])


def test_the_three_users_and_four_tasks_have_a_sample_each() -> None:
    assert [(sample.title, sample.title_zh) for sample in samples()] == [
        ("Front-end app", "前端应用"),
        ("Administrator", "管理员"),
        ("Integrity office", "廉洁办"),
        ("Search", "搜索"),
        ("Dossier", "台账"),
        ("Fulfilment of plans", "计划完成率"),
        ("Import", "导入"),
    ]


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.title)
def test_a_sample_is_one_named_operation_with_exactly_the_variables_it_declares(sample: Sample) -> None:
    (operation,) = [node for node in parse(sample.query).definitions if isinstance(node, OperationDefinitionNode)]

    assert operation.name is not None
    declared = {definition.variable.name.value for definition in operation.variable_definitions or ()}
    assert set(json.loads(sample.variables or "{}")) == declared


def test_samples_are_read_in_the_order_of_their_file_names(tmp_path: Path) -> None:
    (tmp_path / "2-b.graphql").write_text("# B\n# 乙\nquery B { __typename }\n", encoding="utf-8")
    (tmp_path / "1-a.graphql").write_text("# A\n# 甲\nquery A($n: Int) { a(n: $n) }\n", encoding="utf-8")
    (tmp_path / "1-a.json").write_text('{"n": 1}\n', encoding="utf-8")

    assert samples(tmp_path) == [
        Sample("A", "甲", "# A\n# 甲\nquery A($n: Int) { a(n: $n) }", '{"n": 1}'),
        Sample("B", "乙", "# B\n# 乙\nquery B { __typename }"),
    ]


@pytest.mark.parametrize("query", ["", "query A { __typename }", "# A\nquery A { __typename }", "# A\n# \n{ a }"])
def test_a_sample_without_both_titles_is_refused(tmp_path: Path, query: str) -> None:
    (tmp_path / "a.graphql").write_text(query, encoding="utf-8")

    with pytest.raises(ValueError, match=r"a\.graphql: the first two lines"):
        samples(tmp_path)


@pytest.mark.parametrize("variables", ["[]", "1", "{"])
def test_variables_that_are_no_json_object_are_refused(tmp_path: Path, variables: str) -> None:
    (tmp_path / "a.graphql").write_text("# A\n# 甲\n{ a }", encoding="utf-8")
    (tmp_path / "a.json").write_text(variables, encoding="utf-8")

    with pytest.raises(ValueError, match=r"a\.json: variables must be a JSON object|Expecting property name"):
        samples(tmp_path)
