"""Rows of another system, and short ways to bring them in."""

from collections import Counter
from typing import Any

from service.cooperation.activities import Activity
from service.viewer import Viewer
from tests.api.world import activity, do
from tests.conftest import ADMIN, NETWORK, House

TOLD = """created updated unchanged refused
    rows { index outcome record { id version } problems { code path message record } }"""
ACTIVITIES = f"... on ActivityImport {{ {TOLD} }} ... on Refusal {{ problems {{ code path message record }} }}"
ORGANIZATIONS = ACTIVITIES.replace("ActivityImport", "OrganizationImport")
PLACE = {"province": "广东省", "city": "广州市"}


def row(number: int, **facts: Any) -> dict[str, Any]:
    """A held activity of the lead and the bank, as another system tells it."""
    told = activity(f"导入第{number}场", startsAt="2024-03-01T09:30:00+08:00")
    own = {name: value for name, value in told.items() if name != "network"}
    return {**own, "externalReference": f"OA-{number}", "status": "HELD", **facts}


def organization(number: int, **facts: Any) -> dict[str, Any]:
    return {"externalReference": f"CRM-{number}", "name": f"导入单位{number}", "sector": "BANK", **PLACE, **facts}


async def brought(
    house: House, rows: list[dict[str, Any]], viewer: Viewer = ADMIN, key: str | None = None, **given: Any
) -> Any:
    """What bringing in activities answers; `onError` and `network` as `given`."""
    told = {"network": NETWORK, "rows": rows, **given}
    return await do(house, "importActivities", viewer, ACTIVITIES, key, reason="导入", input=told)


async def told(house: House, rows: list[dict[str, Any]], language: Any = "en", name: str = "importActivities") -> Any:
    """The problems of a call in which something is refused, and so everything."""
    kind = "ActivityImportInput" if name == "importActivities" else "OrganizationImportInput"
    text = f"""mutation($input: {kind}!) {{ {name}(reason: "导入", input: $input) {{
        ... on Refusal {{ problems {{ code path message record }} }} }} }}"""
    answer = await house.data(text, language=language, input={"network": NETWORK, "rows": rows})
    return answer[name]["problems"]


def outcomes(answer: Any) -> list[str]:
    assert answer["__typename"] != "Refusal", answer
    found = [each["outcome"] for each in answer["rows"]]
    assert [each["index"] for each in answer["rows"]] == list(range(len(found)))
    totals = {name.upper(): answer[name] for name in ("created", "updated", "unchanged", "refused")}
    assert totals == {**dict.fromkeys(totals, 0), **Counter(found)}
    assert [bool(each["problems"]) for each in answer["rows"]] == [outcome == "REFUSED" for outcome in found]
    assert [each["record"] is None for each in answer["rows"]] == [outcome == "REFUSED" for outcome in found]
    return found


async def standing(house: House) -> dict[str, int]:
    """The version of every activity by its reference."""
    found = await house.database.find(Activity.COLLECTION, {}, 1000, ("external_reference", "version"))
    return {each["external_reference"]: each["version"] for each in found if each["external_reference"]}


async def id_of(house: House, reference: str) -> str:
    query = f'{{ activityByReference(network: "{NETWORK}", reference: "{reference}") {{ id }} }}'
    return str((await house.data(query))["activityByReference"]["id"])
