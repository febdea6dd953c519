"""`asOf` answers what was answered then: root fields, the lists and links below them, states, rights and timelines."""

import asyncio
import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from service.dates import day_of, now
from service.errors import Code
from service.viewer import ANONYMOUS, Viewer
from tests.api.world import activity, agreement, do, made, version_of
from tests.conftest import (
    ADMIN,
    BANK,
    BANK_RECORDER,
    FRONT_END,
    LEAD,
    LEAD_RECORDER,
    NETWORK,
    OBSERVER,
    STRANGER,
    House,
)

VIEWERS = (ADMIN, FRONT_END, BANK_RECORDER, OBSERVER, STRANGER, ANONYMOUS)
CSAIR = "org_csair"
REASON = "据实更正"
PAGE = "totalCount pageInfo { hasNextPage startCursor endCursor }"
AGREEMENT = f"""id title status version updatedAt viewerCan unsigned: parties {{ organization {{ id name }} }}
  inForce signatures {{ signer: organization {{ name }} }} timeline {{ totalCount nodes {{ version action }} }}
  activities(first: 2) {{ {PAGE} nodes {{ title status participations {{ organization {{ name }} }} }} }}"""
ASKED = f"""query($at: DateTime, $network: ID!, $ids: [ID!]!, $bank: ID!) {{
  agreements(network: $network, asOf: $at, first: 3) {{ {PAGE} nodes {{ {AGREEMENT} }} }}
  active: agreements(network: $network, asOf: $at, where: {{status: ACTIVE}}, orderBy: TITLE, last: 2) {{
    {PAGE} nodes {{ title }} }}
  organizations(asOf: $at, where: {{memberOf: $network}}, first: 4) {{ {PAGE} nodes {{ name contacts {{ name }}
    memberships {{ totalCount nodes {{ status joined {{ from }} network {{ name }} }} }}
    agreements(where: {{kind: CO_BUILDING}}, first: 1) {{ {PAGE} nodes {{ title status }} }} }} }}
  bank: nodes(ids: [$bank], asOf: $at) {{ ... on Organization {{ id name version status duplicates {{ totalCount }}
    activityCount: activities {{ totalCount }} }} }}
  nodes(ids: $ids, asOf: $at) {{ __typename id ... on Recorded {{ version createdAt viewerCan }} }}
}}"""


async def asked(house: House, viewer: Viewer, ids: list[str], at: dt.datetime | None = None) -> str:
    """What this viewer is answered, errors too, but for what it may do now."""
    moment = at.isoformat() if at else None
    result = await house.ask(ASKED, viewer, at=moment, network=NETWORK, ids=ids, bank=BANK)
    told = json.dumps([result.data, [str(error) for error in result.errors or ()]], ensure_ascii=False)
    return re.sub(r'"viewerCan": \[[^]]*\]', '"viewerCan": []', told)


async def year(house: House) -> Any:
    """An agreement's way through a year, step by step; each step after the first changes what was recorded before."""
    given = agreement("廉洁共建协议", termFrom="2027-01-01", termTo="2027-12-31")
    own = await made(house, "draftAgreement", input=given)
    yield own
    await do(house, "reviseAgreement", id=own, version=1, text="第二版", reason=REASON)
    yield own
    await do(house, "openAgreementForSigning", id=own, version=2)
    for version, (viewer, party) in enumerate(((LEAD_RECORDER, LEAD), (BANK_RECORDER, BANK)), start=3):
        signed = {"organization": party, "textVersion": 2, "signedOn": day_of(house.at or now()).isoformat()}
        await made(house, "signAgreement", viewer, id=own, version=version, signer="王签署", **signed)
        yield own
    await do(house, "correctOrganization", id=BANK, version=1, reason=REASON, input={"name": "中国银行广州越秀支行"})
    held = await made(house, "recordActivity", input=activity("观影", agreement=None))
    yield held
    [membership] = (await house.data(MEMBERSHIP, id=BANK))["node"]["memberships"]["nodes"]
    await do(house, "correctMembership", **membership, reason=REASON, input={"joined": {"from": "2022-01-01"}})
    yield membership["id"]
    reason = {"reason": REASON, "on": "2027-06-01"}
    await do(house, "terminateAgreement", id=own, version=await version_of(house, own), **reason)
    yield own


MEMBERSHIP = "query($id: ID!) { node(id: $id) { ... on Organization { memberships { nodes { id version } } } } }"


async def test_a_moment_answers_everybody_what_was_answered_then(house: House) -> None:
    """Months later, when states are others; the history relayed in part."""
    day = now().replace(hour=4) + dt.timedelta(days=2)  # noon in Shanghai
    told: dict[dt.datetime, dict[str, str]] = {}
    ids = [BANK, NETWORK]
    house.at = day
    told[day] = {viewer.subject: await asked(house, viewer, ids) for viewer in VIEWERS}
    seen = {day: [*ids]}
    house.at = day + dt.timedelta(days=1)
    async for own_id in year(house):
        assert house.at is not None
        ids = [*dict.fromkeys((*ids, own_id))]
        told[house.at] = {viewer.subject: await asked(house, viewer, ids) for viewer in VIEWERS}
        seen[house.at] = [*ids]
        if len(told) == 4:
            await house.relay_all()
        house.at += dt.timedelta(days=40)
    assert len({*map(str, told.values())}) == len(told) == 8
    house.at = day + dt.timedelta(days=900)
    for moment, answers in told.items():
        later = moment + dt.timedelta(hours=1)
        for viewer in VIEWERS:
            for at in (moment, later):
                assert await asked(house, viewer, seen[moment], at) == answers[viewer.subject]
    assert (await house.data(ASKED, at=day.isoformat(), network=NETWORK, ids=ids, bank=BANK))["nodes"][2:4] == [
        None
    ] * 2


async def test_a_merged_organisation_is_itself_as_of_a_moment_before(house: House) -> None:
    facts = {"network": NETWORK, "name": "广州电视台", "sector": "MEDIA", "province": "广东省", "city": "广州市"}
    duplicate = await made(house, "createOrganization", input=facts)
    held = await made(house, "recordActivity", input=activity("义诊", hosts=(duplicate, LEAD)))
    before = await tick()
    await made(house, "mergeOrganization", id=duplicate, version=1, into="org_gzbn", reason=REASON)
    await house.relay_all()
    query = """query($at: DateTime, $ids: [ID!]!) { nodes(ids: $ids, asOf: $at) { id
      ... on Activity { version participations { organization { id } } } } }"""
    present = (await house.data(query, ids=[duplicate, held]))["nodes"]
    past = (await house.data(query, ids=[duplicate, held], at=before.isoformat()))["nodes"]
    assert [present[0]["id"], past[0]["id"]] == ["org_gzbn", duplicate]
    assert present[1]["participations"][0]["organization"]["id"] == "org_gzbn"
    assert past[1] == {
        "id": held,
        "version": 1,
        "participations": [{"organization": {"id": own}} for own in (duplicate, LEAD)],
    }


async def tick() -> dt.datetime:
    """A moment after all that was written and before all that will be."""
    await asyncio.sleep(0.002)
    moment = now()
    await asyncio.sleep(0.002)
    return moment


async def test_several_moments_stand_beside_each_other_and_beside_the_present(house: House) -> None:
    moments = []
    for version, name in enumerate(("甲", "乙", "丙"), start=1):
        moments.append((await tick()).isoformat())
        await do(house, "correctOrganization", id=BANK, version=version, reason=REASON, input={"name": name})
    query = """query($one: DateTime, $two: DateTime) { now: node(id: "org_boc_yuexiu") { ...Own }
        one: nodes(ids: ["org_boc_yuexiu"], asOf: $one) { ...Own }
        two: nodes(ids: ["org_boc_yuexiu"], asOf: $two) { ...Own } }
        fragment Own on Organization { name viewerCan }"""
    found = await house.data(query, one=moments[1], two=moments[2])
    nothing: list[str] = []
    assert found["now"] == {"name": "丙", "viewerCan": ["CORRECT", "ARCHIVE", "MERGE"]}
    assert found["one"] == [{"name": "甲", "viewerCan": nothing}]
    assert found["two"] == [{"name": "乙", "viewerCan": nothing}]


@pytest.mark.parametrize(
    "field",
    [
        'nodes(ids: ["org_boc_yuexiu"], asOf: $at)',
        "organizations(asOf: $at) { totalCount } #",
        'agreements(network: "net_002_derma", asOf: $at) { totalCount } #',
    ],
)
async def test_what_is_yet_to_come_is_refused_and_before_the_first_record_there_is_nothing(
    house: House, field: str
) -> None:
    query = f"query($at: DateTime!) {{ found: {field} {{ id }}\n }}"
    [problem] = await house.refused(query, at=(now() + dt.timedelta(minutes=1)).isoformat())
    assert (problem.code, problem.path) == (Code.INVALID, ("as_of",))
    assert (problem.english, problem.chinese) == ("Nobody knows yet what will stand then.", "该时点尚未到来。")
    found = (await house.data(query, at="1999-12-31T23:59:59+08:00"))["found"]
    assert found in (None, [None], {"totalCount": 0})


async def test_a_day_is_the_day_of_shanghai_at_that_moment(house: House) -> None:
    given = agreement("跨年", termFrom="2027-01-01", origin="REPORTED", sources=[{"document": "002", "fact": "C2"}])
    house.at = dt.datetime(2026, 12, 31, 3, tzinfo=dt.UTC)
    own = await made(house, "draftAgreement", input={**given, "signedOn": {"from": "2026-12-01"}})
    house.at += dt.timedelta(days=9)
    query = "query($id: ID!, $at: DateTime) { nodes(ids: [$id], asOf: $at) { ... on Agreement { status } } }"
    for moment, state in (("15:59:59.999", "SIGNED"), ("16:00:00", "ACTIVE")):
        found = await house.data(query, id=own, at=f"2026-12-31T{moment}Z")
        assert found == {"nodes": [{"status": state}]}


async def test_a_draft_is_told_then_to_those_who_may_read_drafts_now(house: House) -> None:
    own = await made(house, "draftAgreement", input=agreement("保密草稿"))
    then = await tick()
    for version, text in enumerate(("二", "三"), start=1):
        await do(house, "reviseAgreement", id=own, version=version, text=text, reason=REASON)
    query = (
        "query($id: ID!, $at: DateTime) { nodes(ids: [$id], asOf: $at) { ... on Agreement { versions { number } } } }"
    )
    for viewer, found in ((ADMIN, {"versions": [{"number": 1}]}), (FRONT_END, None), (ANONYMOUS, None)):
        assert (await house.data(query, viewer, id=own, at=then.isoformat()))["nodes"] == [found]


async def test_below_many_records_the_past_costs_as_many_commands_as_below_one(
    make_house: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    house: House = await make_house("motor")
    then = (await tick()).isoformat()
    for own_id in (BANK, LEAD, CSAIR):
        await do(house, "correctOrganization", id=own_id, version=1, reason=REASON, input={"shortName": "简称"})
    await house.relay_all()
    counted: list[str] = []
    for name in ("find", "count", "aggregate"):
        monkeypatch.setattr(house.database, name, counting(getattr(house.database, name), counted, name))
    query = """query($at: DateTime, $first: Int) { organizations(asOf: $at, first: $first) { nodes { shortName
        memberships { totalCount nodes { network { name } } } agreements(first: 2) { nodes { title } } } } }"""
    sizes = []
    for first in (1, 9):
        counted.clear()
        nodes = (await house.data(query, at=then, first=first))["organizations"]["nodes"]
        assert len(nodes) == first
        assert "简称" not in str(nodes)
        sizes.append(len(counted))
    assert sizes[0] <= sizes[1] <= sizes[0] + 3  # where none of them has any, nothing is looked up further


def counting(call: Callable[..., Any], counted: list[str], name: str) -> Callable[..., Any]:
    async def counted_call(*arguments: Any, **options: Any) -> Any:
        counted.append(name)
        return await call(*arguments, **options)

    return counted_call
