"""Forgetting a person by a mutation, and a name by the command: nobody can read it again, and every chain holds."""

import json
import uuid
from typing import Any

import pytest

from service.acts import Act
from service.errors import Unavailable
from service.network.branches import BranchKind, PartyBranch
from service.network.organizations import Organization
from service.network.persons import Person
from service.records import Origin, Record, Source
from service.store import history, sealing
from service.store.forgetting import ERASURES, forget
from service.store.history import Part
from service.store.kinds import KINDS, PERSON_KEYS, REVISIONS
from service.store.store import Store
from service.trail.revisions import first_break
from service.trail.sealing import FORGOTTEN, of_value
from service.viewer import Grant, Role, Viewer
from tests.api.world import MUTATIONS as MUTATION_FIELDS
from tests.api.world import TODAY, do, operation
from tests.conftest import ADMIN, BANK, LEAD, MASTERS, NETWORK, OBSERVER, OFFICER, House

FACTS = {"organization": LEAD, "name": "周保密", "phone": "13900000000", "post": "主任", "cadre": True}
SHOWN = """query($id: ID!) { node(id: $id) { ... on Person { name phone externalReference gaps post status version
    viewerCan timeline { nodes { version reason changes { field before after } } } } } }"""
OPERATOR = Act(Viewer("operator", (Grant(Role.OPERATOR),)), TODAY, "forget", "command line 命令行")
EVERY = Part(0, 10_000, 10_000, newest_first=False)


@pytest.fixture
def house(copied: House) -> House:
    return copied


async def everywhere(house: House, *collections: str) -> str:
    """All that stands in the database, or in some of its collections, as text."""
    names = collections or (*(kind.COLLECTION for kind in KINDS.values()), REVISIONS, PERSON_KEYS, ERASURES)
    return "".join([repr(await house.database.find(name, {}, 10_000)) for name in names])


async def check_chain(house: House, own_id: str) -> None:
    kind = KINDS[own_id[:3]]
    [document] = await house.database.find(kind.COLLECTION, {"_id": own_id}, 1)
    chain = (await history.chains(house.database, kind, [own_id], EVERY))[own_id]
    assert len(chain) == document["version"]
    assert first_break(chain, document["head"]) is None


async def a_person(house: House, key: str | None = None) -> str:
    made = await do(house, "createPerson", key=key, input={**FACTS, "externalReference": "HR-77"})
    await do(house, "correctPerson", id=made["id"], version=1, reason="更正", input={"phone": "13911111111"})
    own_id: str = made["id"]
    return own_id


@pytest.mark.parametrize("relayed", [False, True], ids=["waiting", "relayed"])
async def test_nobody_can_read_again_who_was_forgotten_and_the_record_stays(house: House, relayed: bool) -> None:
    own_id = await a_person(house)
    if relayed:
        await house.relay_all()
    answer = await do(house, "forgetPerson", id=own_id, version=2, reason="离职满三年")
    assert answer["version"] == 3
    if relayed:
        await house.relay_all()
    node = (await house.data(SHOWN, id=own_id))["node"]
    timeline = node.pop("timeline")["nodes"]
    nothing = dict.fromkeys(("name", "phone", "externalReference"))
    assert node == {**nothing, "gaps": ["name"], "post": "主任", "status": "FORGOTTEN", "version": 3, "viewerCan": []}
    told = [
        {each["field"]: (each["before"], each["after"]) for each in one["changes"] if each["field"] in (*nothing,)}
        for one in timeline
    ]
    assert told == [
        dict.fromkeys(nothing, (FORGOTTEN, None)),
        {"phone": (FORGOTTEN, FORGOTTEN)},
        dict.fromkeys(nothing, (None, FORGOTTEN)),
    ]
    masked = (await house.ask(SHOWN, OBSERVER, id=own_id)).data
    assert json.dumps(masked).count("***") == 6
    left = await everywhere(house)
    assert not [secret for secret in ("13900000000", "13911111111", "HR-77") if secret in left]
    await check_chain(house, own_id)


async def test_a_retry_of_what_was_done_before_answers_without_the_name(house: House) -> None:
    key = uuid.uuid4().hex
    own_id = await a_person(house, key)
    forgetting = uuid.uuid4().hex
    first = await do(house, "forgetPerson", key=forgetting, id=own_id, version=2, reason="离职满三年")
    await house.relay_all()
    assert await do(house, "forgetPerson", key=forgetting, id=own_id, version=2, reason="离职满三年") == first
    given = {"input": {**FACTS, "externalReference": "HR-77"}}
    query = operation("createPerson", MUTATION_FIELDS, given, "... on Person { id version name phone post }")
    again = (await house.data(query, key=key, **given))["createPerson"]
    assert again == {
        "__typename": "Person",
        "id": own_id,
        "version": 1,
        "name": FORGOTTEN,
        "phone": FORGOTTEN,
        "post": "主任",
    }


async def test_a_key_that_could_not_be_erased_is_by_the_follower(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    own_id = await a_person(house)
    await house.relay_all()

    async def away(*_: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "erase_key", away)
        given = {"id": own_id, "version": 2, "reason": "离职满三年"}
        query = operation("forgetPerson", MUTATION_FIELDS, given, "__typename")
        result = await house.ask(query, **given)
        assert [type(error.original_error) for error in result.errors or ()] == [Unavailable]
    told = (await house.data(SHOWN, id=own_id))["node"]
    assert (told["status"], "周保密" in json.dumps(told, ensure_ascii=False)) == ("FORGOTTEN", True)
    await house.relay_all()
    assert "周保密" not in json.dumps((await house.data(SHOWN, id=own_id))["node"], ensure_ascii=False)


async def test_the_integrity_office_may_not_erase_and_is_told_so(house: House, world: dict[str, str]) -> None:
    given = {"id": world["person"], "version": 1, "reason": "越权"}
    query = operation("forgetPerson", MUTATION_FIELDS, given, "__typename")
    for viewer in (OFFICER, OBSERVER):
        for language, words in (("en", "FORGET_PERSONS"), ("zh", "此操作需要权限 FORGET_PERSONS")):
            [problem] = await house.refused(query, viewer, language=language, **given)
            assert problem.code == "FORBIDDEN"
            assert words in (problem.chinese if language == "zh" else problem.english)


# By name, in records that are about something else.


def branch(own_id: str, secretary: str, quotation: str = "") -> Record:
    facts: dict[str, Any] = {"network": NETWORK, "organization": LEAD, "name": own_id, "kind": BranchKind.BRANCH}
    source = Source("002", "C1", quotation)
    return PartyBranch(id=own_id, secretary=secretary, origin=Origin.REPORTED, sources=(source,), **facts)


async def scene(house: House) -> None:
    """The same name as a secretary, a contact, a signer, in a quotation, in another network; and another one."""
    act = Act(ADMIN, TODAY, "test")
    await house.store.create(branch("bra_x", "钱书记", "钱书记主持"), act)
    await house.store.create(branch("bra_y", "孙书记", "由钱书记、孙书记共同"), act)
    bank = await house.store.load(Organization, BANK, await version_of(house, BANK), act)
    contacts = [{"name": "钱书记", "phone": "020-1"}, {"name": "李联系", "phone": "020-2"}]
    await do(house, "correctOrganization", id=BANK, version=bank.version, reason="测试", input={"contacts": contacts})
    person = Person(id="per_qian", network=NETWORK, organization=LEAD, name="钱书记", cadre=True)
    await house.store.create(person, act)


async def version_of(house: House, own_id: str) -> int:
    kind = KINDS[own_id[:3]]
    return int((await house.database.find(kind.COLLECTION, {"_id": own_id}, 1))[0]["version"])


async def test_a_name_is_replaced_by_the_mark_wherever_it_stands_and_its_key_erased(house: House) -> None:
    await scene(house)
    await house.relay_all()
    done = await forget(house.store, OPERATOR, NETWORK, " 钱书记 ")
    assert (sorted(done.changed), done.persons) == (["bra_x", "bra_y", BANK], ["per_qian"])
    found = {each["_id"]: each for each in await house.database.find("party_branches", {}, 1_000)}
    assert [found[own_id]["secretary"] for own_id in ("bra_x", "bra_y")] == [FORGOTTEN, "孙书记"]
    assert [found[own_id]["sources"][0]["quotation"] for own_id in ("bra_x", "bra_y")] == [FORGOTTEN] * 2
    [bank] = await house.database.find("organizations", {"_id": BANK}, 1)
    assert bank["contacts"][0] == {"name": FORGOTTEN, "post": None, "phone": FORGOTTEN, "email": None}
    assert (bank["contacts"][1]["name"], bank["contacts"][1]["phone"]) == ("李联系", "020-2")
    for own_id in ("bra_x", "bra_y", BANK):
        await check_chain(house, own_id)
        [document] = await house.database.find(KINDS[own_id[:3]].COLLECTION, {"_id": own_id}, 1)
        told = (await history.histories(house.database, KINDS[own_id[:3]], [own_id], EVERY))[own_id]
        assert "钱书记" not in repr((document, told))
        assert (told[-1]["action"], told[-1]["by"]) == ("forget", "operator")
    assert "孙书记" in repr(await history.histories(house.database, PartyBranch, ["bra_y"], EVERY))
    assert await house.database.find(ERASURES, {}, 10) == []
    again = await forget(house.store, OPERATOR, NETWORK, "钱书记")
    assert (again.changed, again.persons) == ([], ["per_qian"])


async def test_a_contact_is_forgotten_as_a_whole_by_the_number_too(house: House) -> None:
    await scene(house)
    done = await forget(house.store, OPERATOR, NETWORK, "020-2")
    assert done.changed == [BANK]
    [bank] = await house.database.find("organizations", {"_id": BANK}, 1)
    assert [each["name"] for each in bank["contacts"]] == ["钱书记", FORGOTTEN]
    assert await forget(house.store, OPERATOR, "net_004_wuxi", "钱书记") == type(done)()


@pytest.mark.parametrize("survives", [1, 3])
async def test_what_was_broken_off_is_completed_by_the_next_run(
    house: House, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    await scene(house)
    saves = 0
    save, erase = Store.save, sealing.erase_ids

    async def failing(*given: Any) -> Any:
        nonlocal saves
        saves += 1
        if saves > survives:
            raise Unavailable("away")
        return await save(*given)

    async def away(*_: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "save", failing)
        patch.setattr("service.store.forgetting.erase_ids", away)
        with pytest.raises(Unavailable):
            await forget(house.store, OPERATOR, NETWORK, "钱书记")
    assert erase is sealing.erase_ids
    assert len(await house.database.find(ERASURES, {}, 10)) == 1
    assert "钱" not in await everywhere(house, ERASURES)
    await forget(house.store, OPERATOR, NETWORK, "钱书记")
    told = [
        await history.histories(house.database, KINDS[own_id[:3]], [own_id], EVERY)
        for own_id in ("bra_x", "bra_y", BANK)
    ]
    assert "钱书记" not in repr(told)
    assert await house.database.find(ERASURES, {}, 10) == []


async def test_who_writes_meanwhile_goes_first_and_is_looked_at_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene(house)
    save, raced = Store.save, []

    async def racing(self: Store, before: Any, after: Any, act: Act) -> Any:
        if act.name == "forget" and before.id == "bra_x" and not raced:
            raced.append(before.id)
            await do(house, "correctPartyBranch", id="bra_x", version=1, reason="抢先", input={"name": "新名"})
        return await save(self, before, after, act)

    monkeypatch.setattr(Store, "save", racing)
    done = await forget(house.store, OPERATOR, NETWORK, "钱书记")
    assert "bra_x" in done.changed
    [document] = await house.database.find("party_branches", {"_id": "bra_x"}, 1)
    assert (document["name"], document["secretary"], document["version"]) == ("新名", FORGOTTEN, 3)
    assert MASTERS.key_id(of_value(NETWORK, "钱书记")) not in await everywhere(house, PERSON_KEYS)
