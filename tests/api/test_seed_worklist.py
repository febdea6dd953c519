"""The worklist over the seeds, which a reader can verify by hand against the sources."""

from collections.abc import Callable
from typing import Any

import pytest

from service.viewer import Grant, Role, Viewer
from tests.api.world import at
from tests.conftest import House

DERMA, WUXI = "net_002_derma", "net_004_wuxi"
YEAR = 'period: {from: "2024-01-01", to: "2024-12-31"}'
EXPOSURES = f"""query($network: ID!) {{ exposures(network: $network, {YEAR}) {{ nodes {{
    verdict since organization {{ name }}
    evidence {{ ... on Agreement {{ title }} ... on Activity {{ title }} }} }} }} }}"""
OPEN = f"""query($network: ID!) {{
    integrityChecks(network: $network, {YEAR}, verdicts: [FAIL, OVERDUE, DUE], first: 100) {{
        nodes {{ verdict check {{ chineseTitle }} organization {{ name }} since due }} }} }}"""
BANK = f"""query($network: ID!) {{
    integrityChecks(network: $network, {YEAR}, organizations: ["org_boc_yuexiu"]) {{
        nodes {{ verdict check {{ code }} subject {{ id }} }} }} }}"""


@pytest.fixture(scope="module")
async def house(make_module_house: Callable[..., Any]) -> House:
    made: House = await make_module_house()
    made.at = at("2024-06-15 10:00")
    return made


async def nodes(house: House, query: str, network: str) -> list[dict[str, Any]]:
    office = Viewer("office", (Grant(Role.INTEGRITY_OFFICER, network),))
    [answer] = (await house.data(query, office, network=network)).values()
    found: list[dict[str, Any]] = answer["nodes"]
    return found


async def test_two_partners_of_wuxi_cooperate_without_a_commitment(house: House) -> None:
    """004 tells of the kindergarten's agreement in 2024 and of the line to Yangshan from 12 May, but of no promise."""
    assert await nodes(house, EXPOSURES, WUXI) == [
        {
            "verdict": "FAIL",
            "since": "2024-01-01",
            "organization": {"name": "无锡市实验幼儿园"},
            "evidence": [{"title": "党建共建协议(实验幼儿园党建共建签约仪式)"}],
        },
        {
            "verdict": "FAIL",
            "since": "2024-05-12",
            "organization": {"name": "度假区(阳山镇)"},
            "evidence": [{"title": "与度假区(阳山镇)党建共建开通“阳山健康专线”"}],
        },
    ]


async def test_their_joint_education_is_due_by_the_end_of_the_year(house: House) -> None:
    told = [
        (each["verdict"], each["check"]["chineseTitle"], each["organization"]["name"], each["due"])
        for each in await nodes(house, OPEN, WUXI)
    ]
    kindergarten, yangshan = "无锡市实验幼儿园", "度假区(阳山镇)"
    education = "本年未开展联合廉洁教育"
    assert sorted(told[2:]) == sorted(("DUE", education, name, "2024-12-31") for name in (kindergarten, yangshan))
    assert [each[:2] for each in told[:2]] == [("FAIL", "有合作无承诺")] * 2


async def test_what_002_tells_of_without_a_date_fails_nobody(house: House) -> None:
    """Its commitment is signed, publicised and known by all as C14 says, with no day and no number to judge by."""
    assert await nodes(house, OPEN, DERMA) == []
    assert {each["verdict"] for each in await nodes(house, EXPOSURES, DERMA)} == {"NO_FIGURE"}
    bank = await nodes(house, BANK, DERMA)
    assert {each["check"]["code"]: each["verdict"] for each in bank} == {
        "ONE_SIDED": "PASS",
        "OPEN_BREACH": "PASS",
        "FINDING_OVERDUE": "PASS",
        "GIFT_UNDECIDED": "PASS",
        "COOPERATION_WITHOUT_COMMITMENT": "NO_FIGURE",
        "PUBLICISED_LATE": "NO_FIGURE",
        "NOT_ALL_AWARE": "NO_FIGURE",
        "STAFF_CHANGED": "NO_FIGURE",
        "EXPIRED_OR_EXPIRING": "NO_FIGURE",
        "NO_JOINT_EDUCATION": "NO_FIGURE",
        "NO_EXCHANGE": "NO_FIGURE",
        "TEXT_CHANGED": "PASS",
    }
    media = await nodes(house, BANK.replace("org_boc_yuexiu", "org_gzbn"), DERMA)
    assert ("NO_FIGURE", "gif_002_vitamin_e_cream") in {(each["verdict"], each["subject"]["id"]) for each in media}
