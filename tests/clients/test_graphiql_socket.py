"""A subscription on the GraphiQL page in a real browser, from the service as it is served."""

from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.clients.test_graphiql_browser import browser, find, wait_for_text
from tests.faults.running import running

__all__ = ["browser"]  # the fixture

pytestmark = pytest.mark.browser
FOLLOW = 'subscription { networkFeed(network: "net_002_derma", after: 0) { sequence by record { id } } }'


def test_a_subscription_is_told_with_the_token_of_the_page(
    browser: webdriver.Chrome,
    tmp_path: Path,
) -> None:
    with running(tmp_path / "data") as service:
        browser.get(f"{service.url}/#token={service.tokens()['NETWORK_ADMIN']}")
        find(browser, ".graphiql-execute-button")
        editor = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror"
        WebDriverWait(browser, 10).until(lambda _: browser.execute_script(f"return !!{editor}.options.lint.schema"))
        browser.execute_script(f"{editor}.setValue(arguments[0])", FOLLOW)
        noticed = f"return ({editor}.operations ?? []).length === 1 && {editor}.operationName == null"
        WebDriverWait(browser, 10).until(lambda _: browser.execute_script(noticed))
        browser.find_element(By.CSS_SELECTOR, ".graphiql-execute-button").click()
        wait_for_text(browser, ".graphiql-response", '"by": "seeds"')
