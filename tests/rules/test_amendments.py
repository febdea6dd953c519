"""Amendment 修订 of a signed agreement: the signed text never changes, and is in force until all sign anew."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from service.cooperation import amending, drafting, signing
from service.cooperation.agreements import MOST_VERSIONS, Agreement
from service.errors import Code
from service.network.branches import BranchKind, PartyBranch
from service.network.organizations import Organization, OrganizationStatus, Sector
from service.records import record_of
from tests.rules.agreement_scene import (
    BANK,
    HOSPITAL,
    NO_REASON,
    NO_RIGHT,
    NOON,
    RECORDERS,
    REPORTED,
    TODAY,
    WRONG_STATE,
    Desk,
    act,
)

NEW = "双方共建,互不赠礼。"
LATER = NOON + dt.timedelta(days=1)


async def amending_desk(**changes: Any) -> Desk:
    desk = await Desk.signed(**changes)
    await desk.step(amending.amend, act(reason="补充廉洁条款"), text=NEW)
    return desk


def in_force(desk: Desk) -> int:
    return record_of(Agreement, desk.document).in_force


def states(desk: Desk) -> list[str]:
    return [each["state"] for each in desk.document["amendments"]]


async def test_until_all_have_signed_the_old_text_is_in_force() -> None:
    desk = await amending_desk()
    sealed = desk.document["versions"][0]
    assert (in_force(desk), states(desk), desk.document["stage"]) == (1, ["SIGNING"], "SIGNED")
    assert desk.document["unsigned"] == [BANK, HOSPITAL]
    await desk.sign(HOSPITAL, text_version=2)
    assert (in_force(desk), desk.document["unsigned"]) == (1, [BANK])
    await desk.sign(BANK, text_version=2)
    assert (in_force(desk), states(desk), desk.document["unsigned"]) == (2, ["ADOPTED"], [])
    assert desk.document["amendments"][0]["ended_at"] == NOON
    assert desk.document["versions"][0] == sealed
    assert desk.document["signed_on"]["last"] == str(TODAY)
    assert [each["version"] for each in desk.document["signatures"]] == [1, 1, 2, 2]


async def test_a_party_declines_the_amendment_alone_and_another_may_be_opened() -> None:
    desk = await amending_desk()
    await desk.sign(HOSPITAL, text_version=2)
    await desk.step(signing.decline, act(RECORDERS[BANK], "条款过严"), organization=BANK)
    assert (in_force(desk), states(desk), desk.document["stage"]) == (1, ["DECLINED"], "SIGNED")
    assert desk.document["amendments"][0]["reason"] == "条款过严"
    assert desk.document["declines"][0]["version"] == 2
    assert await desk.refused(desk.sign(BANK, text_version=2)) == WRONG_STATE
    await desk.step(amending.amend, act(reason="再议"), text=NEW)  # what was declined may be proposed again
    assert [each["number"] for each in desk.document["versions"]] == [1, 2, 3]
    for organization in (HOSPITAL, BANK):
        await desk.sign(organization, text_version=3)
    assert (in_force(desk), states(desk)) == (3, ["DECLINED", "ADOPTED"])


async def test_the_administrator_withdraws_it_with_a_reason() -> None:
    desk = await amending_desk()
    assert await desk.refused(desk.step(amending.withdraw)) == NO_REASON
    assert await desk.refused(desk.step(amending.withdraw, act(RECORDERS[BANK], "否"))) == NO_RIGHT
    await desk.step(amending.withdraw, act(reason="不再需要", at=LATER))
    assert (in_force(desk), states(desk)) == (1, ["WITHDRAWN"])
    assert desk.document["amendments"][0]["ended_at"] == LATER
    assert await desk.refused(desk.step(amending.withdraw, act(reason="再撤"))) == WRONG_STATE


async def test_a_signature_under_it_is_withdrawn_before_the_last_one_is_given() -> None:
    desk = await amending_desk()
    withdrawing = {"organization": HOSPITAL}
    none = [(Code.RULE_BROKEN, ("organization",))]
    by = act(RECORDERS[HOSPITAL], "误签")
    assert await desk.refused(desk.step(signing.withdraw_signature, by, **withdrawing)) == none
    await desk.sign(HOSPITAL, text_version=2)
    await desk.step(signing.withdraw_signature, by, **withdrawing)
    assert desk.document["unsigned"] == [BANK, HOSPITAL]
    assert [each["withdrawn_at"] is None for each in desk.document["signatures"]] == [True, True, False]


async def test_nothing_is_signed_again_without_an_amendment() -> None:
    desk = await Desk.signed()
    assert await desk.refused(desk.sign(BANK)) == WRONG_STATE
    withdrawing = desk.step(signing.withdraw_signature, act(RECORDERS[BANK], "误签"), organization=BANK)
    assert await desk.refused(withdrawing) == WRONG_STATE
    declining = desk.step(signing.decline, act(RECORDERS[BANK], "不同意"), organization=BANK)
    assert await desk.refused(declining) == WRONG_STATE


@pytest.mark.parametrize("text_version", [1, 3])
async def test_what_is_signed_is_the_text_proposed(text_version: int) -> None:
    desk = await amending_desk()
    wrong = [(Code.RULE_BROKEN, ("text_version",))]
    assert await desk.refused(desk.sign(BANK, text_version=text_version)) == wrong


async def test_it_is_signed_no_earlier_than_it_was_drafted() -> None:
    desk = await Desk.signed()
    await desk.step(amending.amend, act(reason="补充", at=LATER), text=NEW)
    early = desk.step(signing.sign, act(RECORDERS[BANK], at=LATER), organization=BANK, text_version=2, signed_on=TODAY)
    assert await desk.refused(early) == [(Code.RULE_BROKEN, ("signed_on",))]


async def test_one_amendment_is_open_at_a_time() -> None:
    desk = await amending_desk()
    assert await desk.refused(desk.step(amending.amend, act(reason="又一"), text="第三稿。")) == WRONG_STATE


async def test_the_text_in_force_is_no_amendment() -> None:
    desk = await Desk.signed()
    same = [(Code.RULE_BROKEN, ("text",))]
    assert await desk.refused(desk.step(amending.amend, act(reason="重复"), text=" 双方共建。 ")) == same
    assert await desk.refused(desk.step(amending.amend, text=NEW)) == NO_REASON
    empty = [(Code.REQUIRED, ("text",))]
    assert await desk.refused(desk.step(amending.amend, act(reason="空"), text=" ")) == empty


async def test_a_text_has_so_many_versions_and_no_more() -> None:
    desk = await Desk.signed()
    for number in range(2, MOST_VERSIONS + 1):
        await desk.step(amending.amend, act(reason="修订"), text=f"第{number}稿。")
        await desk.step(amending.withdraw, act(reason="撤回"))
    full = [(Code.LIMIT_EXCEEDED, ("text",))]
    assert await desk.refused(desk.step(amending.amend, act(reason="修订"), text="再一稿。")) == full


@pytest.mark.parametrize("begins", ["2024-01-01", "2024-07-01"])
async def test_an_ended_agreement_is_not_amended_and_its_amendment_no_more_signed(begins: str) -> None:
    desk = await amending_desk(term_from=begins)
    await desk.step(drafting.terminate, act(reason="合作结束"))
    after = NOON + dt.timedelta(days=40)
    signing_late = {"organization": BANK, "text_version": 2, "signed_on": TODAY}
    assert await desk.refused(desk.step(signing.sign, act(RECORDERS[BANK], at=after), **signing_late)) == WRONG_STATE
    assert await desk.refused(desk.step(amending.withdraw, act(reason="撤回", at=after))) == WRONG_STATE
    assert await desk.refused(desk.step(amending.amend, act(reason="修订", at=after), text="三稿。")) == WRONG_STATE


@pytest.mark.parametrize("days", [0, 1])
async def test_an_expired_agreements_amendment_is_no_more_signed(days: int) -> None:
    desk = await amending_desk(term_to=str(TODAY))
    at = NOON + dt.timedelta(days=days)
    by = act(RECORDERS[BANK], at=at)
    attempt = desk.step(signing.sign, by, organization=BANK, text_version=2, signed_on=TODAY)
    if days:
        assert await desk.refused(attempt) == WRONG_STATE
    else:
        assert (await attempt)["unsigned"] == [HOSPITAL]


async def test_a_draft_is_revised_not_amended() -> None:
    desk = await Desk.with_draft()
    assert await desk.refused(desk.step(amending.amend, act(reason="修订"), text=NEW)) == WRONG_STATE
    assert await desk.refused(desk.step(amending.amend, act(RECORDERS[BANK], "修订"), text=NEW)) == NO_RIGHT


async def test_parties_and_their_level_are_judged_as_they_stand_today() -> None:
    desk = await Desk.signed()
    branch = record_of(PartyBranch, desk.store.documents["bra_hospital"])
    desk.store.put(replace(branch, kind=BranchKind.BRANCH))
    proposing = act(reason="修订")
    unfit = [(Code.RULE_BROKEN, ("id",))]
    assert await desk.refused(desk.step(amending.amend, proposing, text=NEW)) == unfit
    archived = Organization(
        id=BANK, network="net_med", name=BANK, sector=Sector.BANK, status=OrganizationStatus.ARCHIVED
    )
    desk.store.put(archived)
    both = [(Code.REFERENCE_INVALID, ("id",)), *unfit]
    assert await desk.refused(desk.step(amending.amend, proposing, text=NEW)) == both


async def test_a_reported_agreement_is_amended_here_and_keeps_its_parties_meanwhile() -> None:
    desk = await Desk.with_draft(REPORTED)
    assert in_force(desk) == 0
    await desk.step(amending.amend, act(reason="补签"), text=NEW)
    assert (in_force(desk), desk.document["in_force"]) == (0, 0)
    three = {"parties": [{"organization": each} for each in RECORDERS]}
    busy = [(Code.RULE_BROKEN, ("parties",))]
    assert await desk.refused(desk.step(drafting.correct, act(reason="更正"), facts=three)) == busy
    await desk.step(drafting.correct, act(reason="更正"), facts={"title": "廉洁共建协议"})
    for organization in (HOSPITAL, BANK):
        await desk.sign(organization)
    assert (in_force(desk), states(desk)) == (1, ["ADOPTED"])
