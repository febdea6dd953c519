"""Every message for people is there in Chinese and in English, and `Accept-Language` chooses."""

import re

import pytest

from schema.context import language_of
from tests.conftest import ADMIN, BANK, NETWORK, STRANGER, House

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PROBLEM = "{ ... on Refusal { problems { code message path } } }"
REFUSED = {
    "NOT_FOUND": f'archiveNetwork(id: "net_x", version: 1, reason: "r") {PROBLEM}',
    "CONFLICT": f'archiveNetwork(id: "{NETWORK}", version: 9, reason: "r") {PROBLEM}',
    "REQUIRED": f'archiveNetwork(id: "{NETWORK}", version: 1, reason: " ") {PROBLEM}',
    "INVALID": f'correctNetwork(id: "{NETWORK}", version: 1, reason: "r", input: {{ name: "{"长" * 121}" }}) {PROBLEM}',
    "FORBIDDEN": f'archiveNetwork(id: "net_004_wuxi", version: 1, reason: "r") {PROBLEM}',
    "REFERENCE_INVALID": f'joinNetwork(input: {{ network: "{NETWORK}", organization: "x", role: LEAD }}) {PROBLEM}',
    "ALREADY_EXISTS": f"""joinNetwork(input: {{ network: "{NETWORK}", organization: "{BANK}", role: MEMBER,
        joined: {{ from: "2024-01-01" }} }}) {PROBLEM}""",
    "RULE_BROKEN": f"""recordHeadcount(input: {{ network: "{NETWORK}", organization: "{BANK}",
        on: {{ from: "2024-01-01" }}, staff: 1, members: 2, cadres: 0 }}) {PROBLEM}""",
}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("ZH-hans-cn", "zh"),
        ("zh-CN,zh;q=0.9", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr,zh;q=0.3,en;q=0.2", "zh"),
        ("fr", "en"),
        ("zh;q=0", "en"),
        ("en;q=0,zh;q=0.1", "zh"),
        ("zh;q=0.5,en;q=0.5", "zh"),
        ("en;q=0.5,zh;q=0.5", "en"),
        ("*", "en"),
        ("*;q=x", "en"),
        ("zh;q=x", "en"),
        ("zh;q=nan,en;q=0.1", "en"),
        ("zh;q=inf", "en"),
        ("zh;q=-1", "en"),
        ("en ; q=0.7 , zh ; q = 0.8", "zh"),
        (";;;,,,=", "en"),
        ("zh" * 5000, "en"),
    ],
)
def test_the_best_known_language_of_the_header_is_taken(header: str | None, language: str) -> None:
    assert language_of(header) == language


@pytest.mark.parametrize("code", REFUSED)
async def test_a_refusal_is_told_in_the_language_asked_for(house: House, code: str) -> None:
    told = {}
    for language in ("en", "zh"):
        data = await house.data(f"mutation {{ answer: {REFUSED[code]} }}", ADMIN, language=language)
        told[language] = data["answer"]["problems"]
    assert code in [problem["code"] for problem in told["en"]]
    without_message = [[{**problem, "message": None} for problem in problems] for problems in told.values()]
    assert without_message[0] == without_message[1]
    assert all(CHINESE.search(problem["message"]) for problem in told["zh"])
    assert not any(CHINESE.search(problem["message"]) for problem in told["en"])


async def test_a_right_that_is_lacking_is_told_in_both_languages(house: House) -> None:
    result = await house.ask('{ node(id: "org_boc") { ... on Organization { contacts { name } } } }', STRANGER)
    [error] = result.errors or []
    refusal = error.original_error
    [problem] = getattr(refusal, "problems", [])
    assert result.data == {"node": {"contacts": None}}
    assert (problem.code, problem.path) == ("FORBIDDEN", ())
    assert "READ_CONTACTS" in problem.english
    assert CHINESE.search(problem.chinese)
