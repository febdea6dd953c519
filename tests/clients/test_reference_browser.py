"""The API reference in a real browser: the filter, the links, the policy, a phone, and the dark."""

from collections.abc import Iterator
from threading import Thread
from time import monotonic, sleep

import pytest
import uvicorn
from selenium import webdriver
from selenium.webdriver.common.by import By
from starlette.applications import Starlette

from schema.reference import reference_route
from tests.clients.test_graphiql_browser import browser

__all__ = ["browser"]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    app = Starlette(routes=[reference_route(20, 120)])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = Thread(target=server.run)
    thread.start()
    deadline = monotonic() + 10
    while not server.started and monotonic() < deadline:
        sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/docs"
    server.should_exit = True
    thread.join()


def shown(browser: webdriver.Chrome) -> list[str]:
    script = "return [...document.querySelectorAll('.entry')].filter((e) => e.offsetParent).map((e) => e.id)"
    found: list[str] = browser.execute_script(script)
    return found


def test_the_filter_finds_by_either_language_and_a_link_leads_out_of_it(browser: webdriver.Chrome, url: str) -> None:
    browser.get(url)
    everything = shown(browser)
    field = browser.find_element(By.ID, "filter")
    field.send_keys("discardattachment")
    assert shown(browser) == ["Mutation.discardAttachment"]
    assert browser.find_element(By.ID, "count").text == f"1 / {len(everything)}"
    field.clear()
    field.send_keys("作废 附件")
    assert "AttachmentStatus" in shown(browser)
    assert len(shown(browser)) < 20
    browser.execute_script("location.hash = '#Organization'")
    sleep(0.2)
    assert (shown(browser), field.get_attribute("value")) == (everything, "")
    assert browser.get_log("browser") == []


def test_it_fits_a_phone(browser: webdriver.Chrome, url: str) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    )
    browser.get(url)
    assert browser.execute_script("return document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_words_stand_out_from_the_paper(browser: webdriver.Chrome, url: str, scheme: str) -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.get(url)
    script = """
        const light = (colour) => {
          const [r, g, b] = colour.match(/\\d+/g).map(Number).map((c) => c / 255)
            .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const paper = light(getComputedStyle(document.body).backgroundColor);
        return ["body", "dd span[lang=zh-CN]", ".right", "a[href]", ".uses"].map((each) => {
          const ink = light(getComputedStyle(document.querySelector(each)).color);
          return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        });"""
    assert min(browser.execute_script(script)) >= 4.5  # WCAG 2.2, 1.4.3
