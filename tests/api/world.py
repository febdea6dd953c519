"""A house with records in every state, made by the mutations themselves, and short ways to ask it.

Two networks: the seeded one of the dermatology hospital, where most happens, and Wuxi's, which is foreign to it.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLField

from schema.api import schema
from service.dates import SHANGHAI
from service.viewer import Grant, Role, Viewer
from tests.api.world_audits import audited
from tests.api.world_commitments import committed
from tests.api.world_files import attachments
from tests.api.world_people import pairings, people, stations
from tests.api.world_plans import planned
from tests.conftest import ADMIN, BANK, BANK_RECORDER, LEAD, LEAD_RECORDER, NETWORK, OFFICER, STRANGER, House

WUXI, HOSPITAL, SCHOOL = "net_004_wuxi", "org_wuxi2", "org_wuxi_kindergarten"
FIRE, CSAIR, GZBN = "org_fire_yuexiu", "org_csair", "org_gzbn"
WUXI_RECORDER = Viewer("wuxi-recorder", (Grant(Role.RECORDER, WUXI, HOSPITAL),))
WUXI_OFFICER = Viewer("wuxi-officer", (Grant(Role.INTEGRITY_OFFICER, WUXI),))
SCHOOL_RECORDER = Viewer("school-recorder", (Grant(Role.RECORDER, WUXI, SCHOOL),))
MUTATIONS = schema._schema.mutation_type.fields if schema._schema.mutation_type else {}
SUBSCRIPTIONS = schema._schema.subscription_type.fields if schema._schema.subscription_type else {}
QUERIES = schema._schema.query_type.fields if schema._schema.query_type else {}
REFUSED = "... on Refusal { problems { code path record version } }"
ANSWER = f"... on Recorded {{ id version }} {REFUSED}"


def at(text: str) -> dt.datetime:
    """A moment of Shanghai's clock, as 2024-02-29 09:30."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


INTEGRITY: Mapping[str, Any] = {"kind": "INTEGRITY_PARTNER", "pillars": ["INTEGRITY"]}
DRAFTED, TODAY = at("2024-01-02 09:00"), at("2024-06-15 10:00")


def operation(name: str, fields: Mapping[str, GraphQLField], given: Mapping[str, object], selection: str) -> str:
    """The text of an operation of one root field, each argument given by a variable."""
    kind = "mutation" if fields is MUTATIONS else "subscription" if fields is SUBSCRIPTIONS else "query"
    arguments = fields[name].args
    if not given:
        return f"{kind} {{ {name} {{ __typename {selection} }} }}"
    declared = ", ".join(f"${each}: {arguments[each].type}" for each in given)
    passed = ", ".join(f"{each}: ${each}" for each in given)
    return f"{kind}({declared}) {{ {name}({passed}) {{ __typename {selection} }} }}"


async def do(
    house: House, name: str, viewer: Viewer = ADMIN, selection: str = ANSWER, key: str | None = None, **given: Any
) -> Any:
    """What the mutation `name` answers; it must not fail."""
    answer = await house.data(operation(name, MUTATIONS, given, selection), viewer, key=key, **given)
    return answer[name]


async def made(house: House, name: str, viewer: Viewer = ADMIN, **given: Any) -> str:
    """The id of the record that the mutation made or changed."""
    answer = await do(house, name, viewer, **given)
    assert "id" in answer, (name, given, answer)
    return str(answer["id"])


async def problems(house: House, name: str, viewer: Viewer = ADMIN, **given: Any) -> list[tuple[str, list[str]]]:
    """Code and path of every problem in the mutation's refusal."""
    answer = await do(house, name, viewer, REFUSED, **given)
    assert answer["__typename"] == "Refusal", (name, given, answer)
    return [(problem["code"], problem["path"]) for problem in answer["problems"]]


async def version_of(house: House, own_id: str, viewer: Viewer = ADMIN) -> int:
    query = "query($id: ID!) { node(id: $id) { ... on Recorded { version } } }"
    return int((await house.data(query, viewer, id=own_id))["node"]["version"])


def agreement(title: str, network: str = NETWORK, parties: tuple[str, str] = (LEAD, BANK), **facts: Any) -> Any:
    return {
        "network": network,
        "title": title,
        "kind": "CO_BUILDING",
        "level": "COMMITTEE",
        "pillars": ["LEARNING", "SERVICE"],
        "parties": [{"organization": party} for party in parties],
        "termFrom": "2024-01-05",
        "text": f"{title}正文",
        **facts,
    }


def activity(title: str, network: str = NETWORK, hosts: tuple[str, str] = (LEAD, BANK), **facts: Any) -> Any:
    return {
        "network": network,
        "title": title,
        "topics": [{"pillar": "LEARNING", "theme": "EXCHANGE"}],
        "form": "LECTURE",
        "startsAt": "2024-02-29T09:30:00+08:00",
        "place": "报告厅",
        "participations": [
            {"organization": hosts[0], "role": "HOST", "headCount": 20},
            {"organization": hosts[1], "role": "PARTICIPANT", "headCount": 12},
        ],
        **facts,
    }


async def build(house: House) -> dict[str, str]:
    """Records by name in every state as of TODAY; the house's clock stands there then."""
    house.at = DRAFTED
    found = await _agreements(house, NETWORK, ADMIN, LEAD_RECORDER, BANK_RECORDER, (LEAD, BANK), "")
    found |= await _agreements(house, WUXI, STRANGER, WUXI_RECORDER, SCHOOL_RECORDER, (HOSPITAL, SCHOOL), "wuxi ")
    await house.relay_all()  # what is renewed learns of it by a follower
    house.at = TODAY
    found |= await _activities(house, NETWORK, ADMIN, (LEAD, BANK), "")
    found |= await _activities(house, WUXI, STRANGER, (HOSPITAL, SCHOOL), "wuxi ")
    found |= await _memberships(house, NETWORK, ADMIN, (FIRE, "org_lianzhang", "org_sinograin"), "")
    found |= await _memberships(house, WUXI, STRANGER, ("org_hechi", "org_libo", CSAIR), "wuxi ")
    found |= await _roles(house, NETWORK, ADMIN, BANK, "")
    found |= await _roles(house, WUXI, STRANGER, SCHOOL, "wuxi ")
    found |= await planned(house, made, ADMIN, NETWORK, (LEAD, BANK), found["active"], "")
    found |= await planned(house, made, STRANGER, WUXI, (HOSPITAL, SCHOOL), found["wuxi active"], "wuxi ")
    found |= await _counts(house, NETWORK, ADMIN, LEAD, "")
    found |= await _counts(house, WUXI, STRANGER, HOSPITAL, "wuxi ")
    found |= await people(house, made, ADMIN, LEAD, found["branch"], "")
    found |= await people(house, made, STRANGER, HOSPITAL, found["wuxi branch"], "wuxi ")
    found |= await stations(house, made, NETWORK, ADMIN, (LEAD, BANK), "")
    found |= await stations(house, made, WUXI, STRANGER, (HOSPITAL, SCHOOL), "wuxi ")
    found |= await pairings(house, made, NETWORK, ADMIN, found["branch"], BANK, "")
    found |= await pairings(house, made, WUXI, STRANGER, found["wuxi branch"], SCHOOL, "wuxi ")
    found |= await attachments(house, made, ADMIN, found, "")
    found |= await attachments(house, made, STRANGER, found, "wuxi ")
    found |= await committed(house, made, (ADMIN, OFFICER, LEAD_RECORDER, BANK_RECORDER), NETWORK, found, "")
    wuxi = (STRANGER, WUXI_OFFICER, WUXI_RECORDER, SCHOOL_RECORDER)
    found |= await committed(house, made, wuxi, WUXI, found, "wuxi ")
    found |= await audited(house, made, (OFFICER, LEAD_RECORDER, BANK_RECORDER), found, "")
    return found | await audited(house, made, wuxi[1:], found, "wuxi ")


async def _agreements(
    house: House, network: str, admin: Viewer, lead: Viewer, partner: Viewer, parties: tuple[str, str], mark: str
) -> dict[str, str]:
    async def drafted(title: str, **facts: Any) -> str:
        given = agreement(mark + title, network, parties, **facts)
        return await made(house, "draftAgreement", admin, input=given)

    async def opened(title: str, **facts: Any) -> str:
        own_id = await drafted(title, **facts)
        return await made(house, "openAgreementForSigning", admin, id=own_id, version=1)

    async def signed(title: str, **facts: Any) -> str:
        own_id = await opened(title, **facts)
        for version, (signer, party) in enumerate(zip((lead, partner), parties, strict=True), start=2):
            act = {"version": version, "organization": party, "textVersion": 1, "signedOn": "2024-01-02"}
            await made(house, "signAgreement", signer, id=own_id, signer="王签署", **act)
        return own_id

    found = {
        "draft": await drafted("草稿"),
        "signing": await opened("签署中"),
        "half signed": await opened("签署过半"),
        "future": await signed("未生效", termFrom="2024-06-16", **INTEGRITY),
        "active": await signed("生效中", **INTEGRITY),
        "expired": await signed("已到期", termTo="2024-06-14"),
        "terminated": await signed("已终止", **INTEGRITY),
        "amending": await signed("修订中", **INTEGRITY),
        "renewed": await signed("已续签", **INTEGRITY),
        "declined": await opened("已拒签"),
        "discarded": await drafted("已作废"),
    }
    reason = {"reason": "测试原因"}
    half = {"id": found["half signed"], "version": 2, "organization": parties[1]}
    await made(house, "signAgreement", partner, textVersion=1, signedOn="2024-01-02", **half)
    await made(house, "terminateAgreement", admin, id=found["terminated"], version=4, on="2024-06-15", **reason)
    no = {"id": found["declined"], "version": 2, "organization": parties[1]}
    await made(house, "declineAgreement", partner, **no, **reason)
    await made(house, "discardAgreement", admin, id=found["discarded"], version=1, **reason)
    found["renewal"] = await _after_signing(house, found, (admin, lead, partner), parties, mark)
    return {f"{mark}{name}": own_id for name, own_id in found.items()}


async def _after_signing(
    house: House, found: Mapping[str, str], viewers: tuple[Viewer, ...], parties: tuple[str, str], mark: str
) -> str:
    """One is being amended, another renewed; the id of the renewal."""
    admin, lead, partner = viewers
    reason = {"reason": "测试原因"}
    await made(house, "amendAgreement", admin, id=found["amending"], version=4, text="修订后的正文", **reason)
    half = {"id": found["amending"], "version": 5, "organization": parties[0]}
    await made(house, "signAgreement", lead, textVersion=2, signedOn="2024-01-02", **half)
    renewal = await made(
        house,
        "renewAgreement",
        admin,
        id=found["renewed"],
        version=4,
        input={"title": f"{mark}续签", "termFrom": "2024-06-15", "text": "续签正文"},
    )
    await made(house, "openAgreementForSigning", admin, id=renewal, version=1)
    for version, (signer, party) in enumerate(zip((lead, partner), parties, strict=True), start=2):
        act = {"version": version, "organization": party, "textVersion": 1, "signedOn": "2024-01-02"}
        await made(house, "signAgreement", signer, id=renewal, **act)
    return renewal


async def _activities(house: House, network: str, admin: Viewer, hosts: tuple[str, str], mark: str) -> dict[str, str]:
    async def filed(name: str, title: str, starts: str, **facts: Any) -> str:
        given = activity(mark + title, network, hosts, startsAt=starts, **facts)
        return await made(house, name, admin, input=given)

    service = {"topics": [{"pillar": "SERVICE", "theme": "SERVING_PUBLIC"}], "form": "FREE_CLINIC"}
    found = {
        "planned": await filed("planActivity", "计划讲座", "2024-07-01T09:30:00+08:00"),
        "cancelled": await filed("planActivity", "取消讲座", "2024-07-02T09:30:00+08:00"),
        "held": await filed("recordActivity", "闰日讲座", "2024-02-29T23:30:00+08:00"),
        "published": await filed("recordActivity", "三月义诊", "2024-03-01T00:10:00+08:00", **service),
    }
    await made(house, "cancelActivity", admin, id=found["cancelled"], version=1, reason="测试原因")
    await made(house, "publishActivity", admin, id=found["published"], version=1)
    return {f"{mark}{name}": own_id for name, own_id in found.items()}


async def _memberships(
    house: House, network: str, admin: Viewer, joining: tuple[str, str, str], mark: str
) -> dict[str, str]:
    async def joined(organization: str, **facts: Any) -> str:
        given = {"network": network, "organization": organization, "role": "MEMBER", **facts}
        return await made(house, "joinNetwork", admin, input=given)

    found = {
        "ended": await joined(joining[0], joined={"from": "2019-01-01"}, left={"from": "2020-01-01"}),
        "upcoming": await joined(joining[1], joined={"from": "2024-06-16"}),
        "mistaken": await joined(joining[2], joined={"from": "2024-01-01"}),
    }
    await made(house, "discardMembership", admin, id=found["mistaken"], version=1, reason="测试原因")
    return {f"{mark}{name}": own_id for name, own_id in found.items()}


async def _roles(house: House, network: str, admin: Viewer, organization: str, mark: str) -> dict[str, str]:
    async def gave(role: str, subject: str, **facts: Any) -> str:
        return await made(
            house, "giveRole", admin, input={"network": network, "role": role, "subject": subject, **facts}
        )

    found = {
        "role": await gave("RECORDER", f"{mark}liaison", organization=organization, holder="周联络"),
        "role to come": await gave("OBSERVER", f"{mark}observer", since="2024-06-16"),
        "role ended": await gave("FRONT_END", f"{mark}application"),
        "role withdrawn": await gave("INTEGRITY_OFFICER", f"{mark}mistaken"),
    }
    why: Any = {"version": 1, "reason": "测试原因"}
    await made(house, "endRole", admin, id=found["role ended"], **why)
    await made(house, "withdrawRole", admin, id=found["role withdrawn"], **why)
    return {f"{mark}{name}": own_id for name, own_id in found.items()}


async def _counts(house: House, network: str, admin: Viewer, organization: str, mark: str) -> dict[str, str]:
    async def counted(on: str, staff: int) -> str:
        facts = {"network": network, "organization": organization, "on": {"from": on}, "staff": staff}
        return await made(house, "recordHeadcount", admin, input={**facts, "members": 9, "cadres": 3})

    found = {"counted": await counted("2024-02-29", 99), "miscounted": await counted("2023-12-31", 98)}
    await made(house, "discardHeadcount", admin, id=found["miscounted"], version=1, reason="测试原因")
    branch = {"organization": organization, "name": f"{mark}机关党支部", "kind": "BRANCH", "secretary": "李书记"}
    found["branch"] = await made(house, "createPartyBranch", admin, input=branch)
    contact = {"name": "张联络", "post": "科长", "phone": "020-1", "email": "a@b.cn"}
    facts = {"network": network, "name": f"{mark}合作社区", "sector": "COMMUNITY", "contacts": [contact]}
    place = {"province": "广东省", "city": "广州市"}
    found["neighbour"] = await made(house, "createOrganization", admin, input={**facts, **place})
    return {f"{mark}{name}": own_id for name, own_id in found.items()}
