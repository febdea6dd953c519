"""The GraphiQL page in a real browser: what a person sees, what leaves the page, what its policy refuses."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from threading import Thread
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import pytest
import strawberry
import uvicorn
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service as ChromeDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from schema.graphiql import Sample, graphiql_routes

pytestmark = pytest.mark.browser

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --window-size=1400,900"""
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.a_b-C"
SAMPLES = [
    Sample("Greeting", "问候", "query Greeting($name: String!) { greeting(name: $name) }", '{"name": "共建网"}'),
    Sample("Kind", "种类", "query Kind { __typename }"),
    Sample("Both", "两个", 'query First { greeting(name: "一") }\nquery Second { greeting(name: "二") }'),
]


def greeting(name: str) -> str:
    return f"你好 {name}"


@strawberry.type
class Query:
    greeting: str = strawberry.field(resolver=greeting, description="A **greeting**.")


@dataclass
class Asked:
    """One request as the server received it."""

    target: str
    authorization: str | None


@dataclass
class Recorder:
    """Serves the page with a small schema and remembers each request."""

    app: ASGIApp
    origin: str = ""
    asked: list[Asked] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            target = scope["path"] + "?" * bool(scope["query_string"]) + scope["query_string"].decode()
            self.asked.append(Asked(target, Request(scope).headers.get("authorization")))
        await self.app(scope, receive, send)

    def authorizations(self) -> list[str | None]:
        return [asked.authorization for asked in self.asked if asked.target == "/graphql"]


@pytest.fixture
def server() -> Iterator[Recorder]:
    schema = strawberry.Schema(Query)

    async def answer(request: Request) -> JSONResponse:
        body = await request.json()
        result = await schema.execute(body["query"], body.get("variables"), operation_name=body.get("operationName"))
        return JSONResponse({"data": result.data})

    routes = [Route("/graphql", answer, methods=["POST"]), *graphiql_routes("/graphql", SAMPLES)]
    recorder = Recorder(Starlette(routes=routes))
    server = uvicorn.Server(uvicorn.Config(recorder, host="127.0.0.1", port=0, log_level="warning"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    deadline = monotonic() + 10
    while not server.started and monotonic() < deadline:
        sleep(0.02)
    recorder.origin = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield recorder
    server.should_exit = True
    thread.join()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    chromium, driver = which("chromium"), which("chromedriver")
    assert chromium, "these tests need Debian's package chromium"
    assert driver, "these tests need Debian's package chromium-driver"
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in [*FLAGS.split(), f"--user-data-dir={tmp_path}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options, ChromeDriver(driver))
    yield chrome
    chrome.quit()


def wait(browser: webdriver.Chrome) -> WebDriverWait[webdriver.Chrome]:
    return WebDriverWait(browser, 10, ignored_exceptions=[StaleElementReferenceException])


def find(browser: webdriver.Chrome, selector: str) -> WebElement:
    """The element, waited for, that a person would see."""
    return wait(browser).until(
        lambda _: next((e for e in browser.find_elements(By.CSS_SELECTOR, selector) if e.is_displayed()), None) or False
    )


def press(browser: webdriver.Chrome, *labels: str) -> None:
    for label in labels:
        find(browser, f'[aria-label^="{label}"]').click()


def wait_for_text(browser: webdriver.Chrome, selector: str, text: str) -> None:
    wait(browser).until(lambda _: text in find(browser, selector).text)


def execute(browser: webdriver.Chrome, operation: str | None, answer: str) -> None:
    """Executes the open tab's only operation, once GraphiQL has noticed it (a moment after the tab was opened)."""
    noticed = "return document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName ?? null"
    wait(browser).until(lambda _: browser.execute_script(noticed) == operation)
    press(browser, "Execute query")
    wait_for_text(browser, ".graphiql-response", answer)


def open_page(browser: webdriver.Chrome, server: Recorder, fragment: str = "") -> list[WebElement]:
    """Opens the page, waits until it knows the schema, and returns its tabs."""
    browser.get(f"{server.origin}/{fragment}")
    find(browser, ".graphiql-execute-button")
    wait(browser).until(lambda _: server.authorizations())
    return browser.find_elements(By.CSS_SELECTOR, ".graphiql-tab-button")


def log(browser: Any, kind: str) -> list[dict[str, str]]:
    """What the browser logged since the last look."""
    entries: list[dict[str, str]] = browser.get_log(kind)
    return entries


def complaints(browser: webdriver.Chrome) -> list[str]:
    """Errors on the console since the last look, what the content-security policy refused among them."""
    return [entry["message"] for entry in log(browser, "browser") if entry["level"] == "SEVERE"]


def origins_asked(browser: webdriver.Chrome) -> set[str]:
    """The origins that the browser asked over the network since the last look, its own start page's files left out."""
    events = [json.loads(entry["message"])["message"] for entry in log(browser, "performance")]
    urls = [
        urlsplit(event["params"].get("request", event["params"])["url"])
        for event in events
        if event["method"] in {"Network.requestWillBeSent", "Network.webSocketCreated"}
    ]
    return {f"{url.scheme}://{url.netloc}" for url in urls if url.scheme not in {"chrome", "data"}}


def test_a_token_in_the_fragment_signs_every_tab_and_leaves_no_trace(
    browser: webdriver.Chrome, server: Recorder
) -> None:
    tabs = open_page(browser, server, f"#token={TOKEN}")
    assert [tab.text for tab in tabs] == ["Greeting", "Kind", "First"]
    assert browser.current_url == f"{server.origin}/"

    execute(browser, "Greeting", '"greeting": "你好 共建网"')
    tabs[1].click()
    execute(browser, "Kind", '"__typename": "Query"')
    tabs[2].click()
    find(browser, '.graphiql-execute-button[aria-haspopup="menu"]').click()
    find(browser, '[role="menuitem"]:last-child').click()
    wait_for_text(browser, ".graphiql-response", '"greeting": "你好 二"')

    assert server.authorizations() == [f"Bearer {TOKEN}"] * 4
    assert all(TOKEN not in asked.target for asked in server.asked)
    kept = browser.execute_script(
        "return JSON.stringify([localStorage, sessionStorage, document.cookie, history.state])"
    )
    assert json.loads(kept) == [{}, {}, "", None]
    assert complaints(browser) == []
    assert origins_asked(browser) == {server.origin}


def test_a_new_tab_is_signed_too(browser: webdriver.Chrome, server: Recorder) -> None:
    open_page(browser, server, f"#token={TOKEN}")

    press(browser, "New tab")
    wait(browser).until(lambda _: len(browser.find_elements(By.CSS_SELECTOR, ".graphiql-tab-button")) == 4)
    find(browser, ".graphiql-query-editor .CodeMirror").click()
    ActionChains(browser).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).send_keys("{__typename}").perform()
    execute(browser, None, '"__typename": "Query"')

    assert server.authorizations() == [f"Bearer {TOKEN}"] * 2
    assert complaints(browser) == []


def test_a_link_with_another_token_replaces_the_first(browser: webdriver.Chrome, server: Recorder) -> None:
    open_page(browser, server, "#token=first")
    browser.get(f"{server.origin}/#token=second")

    wait(browser).until(lambda _: len(server.authorizations()) == 2)
    assert server.authorizations() == ["Bearer first", "Bearer second"]
    assert browser.current_url == f"{server.origin}/"


def test_without_a_token_the_page_sends_none(browser: webdriver.Chrome, server: Recorder) -> None:
    open_page(browser, server)

    execute(browser, "Greeting", '"greeting": "你好 共建网"')

    assert server.authorizations() == [None, None]
    assert complaints(browser) == []


def test_the_page_names_the_network_and_its_samples_in_both_languages(
    browser: webdriver.Chrome, server: Recorder
) -> None:
    open_page(browser, server)

    assert browser.title == "共建网 · Co-building Network"
    assert find(browser, ".graphiql-logo").text == "共建网 · Co-building Network"
    assert find(browser, ".samples").text.splitlines() == ["问候 Greeting", "种类 Kind", "两个 Both"]


def test_every_part_of_the_page_works_under_its_policy(browser: webdriver.Chrome, server: Recorder) -> None:
    open_page(browser, server)

    press(browser, "Show Documentation Explorer")
    find(browser, ".graphiql-doc-explorer-type-name").click()
    wait_for_text(browser, ".graphiql-doc-explorer", "A greeting.")
    find(browser, ".graphiql-doc-explorer-search").click()
    browser.switch_to.active_element.send_keys("greet")
    wait_for_text(browser, '[role="listbox"]', "greeting")
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    press(browser, "Show History", "Prettify query", "Copy query", "Re-fetch GraphQL schema")
    for dialog in ("Open settings dialog", "Open short keys dialog"):
        press(browser, dialog)
        find(browser, ".graphiql-dialog-close").click()
        wait(browser).until(lambda _: not browser.find_elements(By.CSS_SELECTOR, ".graphiql-dialog"))

    assert complaints(browser) == []
    assert origins_asked(browser) == {server.origin}


@pytest.mark.parametrize(
    ("script", "directive"),
    [
        ("document.head.append(Object.assign(document.createElement('style'), {textContent: 'a{}'}))", "style-src"),
        ("document.body.setAttribute('style', 'color: red')", "style-src"),
        ("document.head.append(Object.assign(document.createElement('script'), {textContent: '1'}))", "script-src"),
        ("document.head.append(Object.assign(document.createElement('script'), {src: '//127.0.0.2/'}))", "script-src"),
        ("new EventSource('http://127.0.0.2/')", "connect-src"),
        ("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.2/'}))", "img-src"),
        ("document.head.append(Object.assign(document.createElement('base'), {href: '/elsewhere/'}))", "base-uri"),
    ],
)
def test_the_policy_refuses(browser: webdriver.Chrome, server: Recorder, script: str, directive: str) -> None:
    open_page(browser, server)
    assert complaints(browser) == []

    browser.execute_script(script)

    refusals = wait(browser).until(lambda _: complaints(browser))
    assert [refusal for refusal in refusals if not re.search(f"directive:? [\"']{directive} ", refusal)] == []
