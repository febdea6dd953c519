"""`asOf` of the integrity area: what stood then is answered to each role as it was then, checks among it."""

import datetime as dt
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.dates import day_of, now
from service.store import followers
from service.viewer import Viewer
from tests.api.world import agreement, made, version_of
from tests.api.world_commitments import NO_GIFTS, OBEY, PERSONS, commitment
from tests.conftest import ADMIN, BANK, BANK_RECORDER, FRONT_END, LEAD, LEAD_RECORDER, NETWORK, OBSERVER, OFFICER, House

VIEWERS = (OFFICER, OBSERVER, ADMIN, BANK_RECORDER, FRONT_END)
WHY: Any = {"reason": "据实"}
SIDES = "sides { organization { id } signed known staff publicisedOn signer } blockers { code since detail }"
ASKED = f"""query($at: DateTime, $network: ID!) {{
  clauseSets(network: $network, asOf: $at) {{ totalCount nodes {{ id version status }} }}
  commitments(network: $network, asOf: $at) {{ totalCount nodes {{ id version status {SIDES} viewerCan
    agreement {{ status }} timeline {{ totalCount }} }} }}
  effective: commitments(network: $network, asOf: $at, where: {{status: EFFECTIVE}}) {{ totalCount }}
  gifts(network: $network, asOf: $at) {{ nodes {{ id version status findings {{ nodes {{ id status }} }} }} }}
  breaches(network: $network, asOf: $at) {{ nodes {{ id version status }} }}
  findings(network: $network, asOf: $at) {{ totalCount nodes {{ id version status grade due responsible }} }}
  audits(network: $network, asOf: $at) {{ nodes {{ id version status }} }}
}}"""
CHECKED = """query($at: DateTime, $network: ID!) {
  integrityChecks(network: $network, asOf: $at, period: {from: "2020-01-01", to: "2029-12-31"}, first: 100) {
    nodes { check verdict subject { id } since due figure } } }"""


async def told(house: House, viewer: Viewer, query: str, at: dt.datetime | None = None) -> str:
    result = await house.ask(query, viewer, at=at.isoformat() if at else None, network=NETWORK)
    text = json.dumps([result.data, [str(error) for error in result.errors or ()]], ensure_ascii=False)
    return re.sub(r'"viewerCan": \[[^]]*\]', '"viewerCan": []', text)


async def step(house: House, name: str, own_id: str, viewer: Viewer, **given: Any) -> str:
    version = await version_of(house, own_id, OFFICER)
    return await made(house, name, viewer, id=own_id, version=version, **given)


async def history(house: House) -> AsyncIterator[str]:
    """A commitment's way from its clauses to its withdrawal, a gift and a finding beside it, write by write."""
    facts = {"network": NETWORK, "title": "廉洁承诺条款", "clauses": [OBEY, NO_GIFTS]}
    yield (clauses := await made(house, "createClauseSet", OFFICER, input=facts))
    yield await step(house, "publishClauseSet", clauses, OFFICER)
    given = agreement("廉洁伙伴协议书", termFrom="2024-01-05", termTo="2030-12-31")
    own = await made(house, "draftAgreement", input={**given, "kind": "INTEGRITY_PARTNER", "pillars": ["INTEGRITY"]})
    await step(house, "openAgreementForSigning", own, ADMIN)
    day = day_of(house.at or now())
    recorders, counts = {LEAD: LEAD_RECORDER, BANK: BANK_RECORDER}, dict[str, str]()
    for party, viewer in recorders.items():
        signed = {"organization": party, "textVersion": 1, "signedOn": day.isoformat()}
        await step(house, "signAgreement", own, viewer, **signed)
        count = {"network": NETWORK, "organization": party, "on": {"from": day.isoformat()}, "staff": 4}
        counts[party] = await made(house, "recordHeadcount", input={**count, "members": 2, "cadres": 1})
    drawn = await made(house, "drawUpCommitment", LEAD_RECORDER, input=commitment(own, (LEAD, BANK), clauses))
    yield drawn
    for party, viewer in recorders.items():
        signature = {"organization": party, "clauseVersion": 1, "signedOn": day.isoformat(), "signer": "王签署"}
        signature["headcount"] = counts[party]
        yield await step(house, "signCommitment", drawn, viewer, **signature)
    for party, viewer in recorders.items():
        begun = {"organization": party, "channel": "宣传栏", "begins": day.isoformat()}
        await step(house, "publiciseCommitment", drawn, viewer, **begun)
        batch = {"commitment": drawn, "organization": party, "acknowledgedOn": day.isoformat(), "persons": PERSONS}
        await made(house, "recordAcknowledgements", viewer, input=batch)
        yield drawn
    gift = {"network": NETWORK, "giver": LEAD, "receiver": BANK, "item": "维E药膏", "kind": "OTHER"}
    gift |= {"estimatedValue": "88.80", "givenOn": {"from": day.isoformat()}}
    yield await made(house, "recordGift", LEAD_RECORDER, input=gift)
    raised = {"network": NETWORK, "organization": BANK, "title": "礼品登记不全"}
    yield (finding := await made(house, "raiseFinding", OFFICER, input=raised))
    yield await step(house, "openFinding", finding, OFFICER)
    assigned = {"grade": "MINOR", "cause": "制度不全", "responsible": "陈主任", "due": "2028-01-01"}
    yield await step(house, "assignFinding", finding, OFFICER, input=assigned)
    yield await step(house, "withdrawCommitment", drawn, BANK_RECORDER, organization=BANK, **WHY)


async def test_each_moment_answers_each_role_what_it_answered_then(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "now", lambda: house.at)
    house.at = now().replace(hour=4) + dt.timedelta(days=2)  # noon in Shanghai
    answers: dict[dt.datetime, list[str]] = {}
    async for _ in history(house):
        await house.relay_all()
        answers[house.at] = [await told(house, viewer, ASKED) for viewer in VIEWERS]
        answers[house.at] += [await told(house, viewer, CHECKED) for viewer in (OFFICER, BANK_RECORDER)]
        house.at += dt.timedelta(days=9)
    assert len({*map(str, answers.values())}) == len(answers) == 12
    assert any('"status": "EFFECTIVE"' in each for each in map(str, answers.values()))
    house.at += dt.timedelta(days=400)
    for moment, then in answers.items():
        assert [await told(house, viewer, ASKED, moment) for viewer in VIEWERS] == then[: len(VIEWERS)]
        seen = [await told(house, viewer, CHECKED, moment) for viewer in (OFFICER, BANK_RECORDER)]
        assert seen == then[len(VIEWERS) :]
