"""Signing an agreement: text versions, each party for itself, withdrawing and declining; what is refused, and why."""

import datetime as dt
from typing import Any

import pytest

from service.cooperation import drafting, signing
from service.cooperation.agreements import Agreement
from service.errors import Code
from service.permission import steps_open
from service.records import Action
from service.viewer import Grant, Role, Viewer
from tests.rules.agreement_scene import (
    ADMIN,
    BANK,
    BRIGADE,
    HOSPITAL,
    NO_REASON,
    NO_RIGHT,
    NOON,
    RECORDERS,
    TODAY,
    WRONG_STATE,
    Desk,
    act,
    parties,
)

INVALID, REQUIRED, BROKEN, DANGLING = Code.INVALID, Code.REQUIRED, Code.RULE_BROKEN, Code.REFERENCE_INVALID


async def test_a_revision_starts_again_whatever_was_signed_or_declined() -> None:
    desk = await Desk.signing()
    await desk.sign(HOSPITAL)
    await desk.step(signing.decline, act(RECORDERS[BANK], "条款不妥"), organization=BANK)
    for unfit, code in (("双方共建。 ", BROKEN), ("", REQUIRED), ("甲" * 20_001, INVALID)):
        assert await desk.refused(desk.step(drafting.revise, text=unfit)) == [(code, ("text",))]
    await desk.step(drafting.revise, text="双方共建,互不赠礼。")
    assert desk.document["stage"] == "DRAFT"
    assert [wording["number"] for wording in desk.document["versions"]] == [1, 2]
    assert len(desk.document["signatures"]) == len(desk.document["declines"]) == 1
    await desk.step(signing.open_for_signing)
    assert await desk.refused(desk.sign(HOSPITAL)) == [(BROKEN, ("text_version",))]
    await desk.sign(BANK, text_version=2)
    assert desk.document["stage"] == "SIGNING"  # the hospital's signature was for the first text
    await desk.sign(HOSPITAL, text_version=2)
    assert desk.document["stage"] == "SIGNED"
    assert await desk.refused(desk.step(drafting.revise, text="另文")) == WRONG_STATE


async def test_signing_needs_a_text() -> None:
    desk = await Desk.with_draft(text=None)
    assert await desk.refused(desk.step(signing.open_for_signing)) == [(BROKEN, ("id",))]
    await desk.step(drafting.revise, text="文本")
    await desk.step(signing.open_for_signing)
    assert await desk.refused(desk.step(signing.open_for_signing)) == WRONG_STATE


async def test_the_last_signature_makes_it_signed_on_the_latest_day() -> None:
    desk = await Desk.with_draft(**parties("hospital", "bank", "brigade"))
    assert await desk.refused(desk.sign(HOSPITAL)) == WRONG_STATE
    await desk.step(signing.open_for_signing)
    later = NOON + dt.timedelta(days=9)
    arguments = {"text_version": 1, "signed_on": TODAY + dt.timedelta(days=5)}
    await desk.step(signing.sign, act(RECORDERS[BANK], at=later), organization=BANK, **arguments)
    await desk.sign(HOSPITAL)
    assert (desk.document["stage"], desk.document["signed_on"]) == ("SIGNING", None)
    await desk.sign(BRIGADE, signer=None)
    assert desk.document["stage"] == "SIGNED"
    assert desk.document["signed_on"] == {"first": "2024-06-06", "last": "2024-06-06", "precision": "DAY"}
    assert desk.document["active_from"] == "2024-06-06"
    assert [each["signer"] for each in desk.document["signatures"]] == [None, "王立", None]
    for attempt in (
        desk.sign(BANK),
        desk.step(signing.withdraw_signature, act(RECORDERS[BANK], "误签"), organization=BANK),
        desk.step(signing.decline, act(RECORDERS[BANK], "反悔"), organization=BANK),
        desk.step(drafting.discard, act(reason="不要了")),
    ):
        assert await desk.refused(attempt) == WRONG_STATE


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"text_version": 0}, ("text_version",)),
        ({"text_version": 2}, ("text_version",)),
        ({"signed_on": TODAY + dt.timedelta(days=1)}, ("signed_on",)),
        ({"signed_on": TODAY - dt.timedelta(days=1)}, ("signed_on",)),
    ],
)
async def test_a_signature_is_for_the_current_text_and_in_time(changes: Any, problem: Any) -> None:
    desk = await Desk.signing()
    assert await desk.refused(desk.sign(HOSPITAL, **changes)) == [(BROKEN, problem)]


async def test_nobody_signs_when_the_term_is_over() -> None:
    desk = await Desk.signing(term_to="2024-05-31")
    assert await desk.refused(desk.sign(HOSPITAL)) == [(BROKEN, ("signed_on",))]
    last_day = await Desk.signing(term_to="2024-06-01")
    await last_day.sign(HOSPITAL)


async def test_each_signs_withdraws_and_declines_for_itself_alone() -> None:
    desk = await Desk.signing()
    assert await desk.refused(desk.sign(HOSPITAL, viewer=RECORDERS[BANK])) == [(Code.FORBIDDEN, ("organization",))]
    assert await desk.refused(desk.sign(HOSPITAL, viewer=ADMIN)) == NO_RIGHT
    await desk.sign(HOSPITAL)
    by = act(RECORDERS[BANK], "代办")
    for action in (signing.withdraw_signature, signing.decline):
        assert await desk.refused(desk.step(action, by, organization=HOSPITAL)) == [(Code.FORBIDDEN, ("organization",))]


async def test_only_parties_sign_withdraw_and_decline() -> None:
    desk = await Desk.signing()
    grants = tuple(Grant(Role.RECORDER, "net_med", organization) for organization in RECORDERS)
    everyone = Viewer("liaison of all", grants)
    assert await desk.refused(desk.sign(BRIGADE, viewer=everyone)) == [(DANGLING, ("organization",))]
    for action in (signing.withdraw_signature, signing.decline):
        attempt = desk.step(action, act(everyone, "因故"), organization=BRIGADE)
        assert await desk.refused(attempt) == [(DANGLING, ("organization",))]


async def test_nobody_signs_twice_but_for_a_signature_withdrawn() -> None:
    desk = await Desk.signing()
    by = act(RECORDERS[HOSPITAL], "误签")
    unsigned = desk.step(signing.withdraw_signature, by, organization=HOSPITAL)
    assert await desk.refused(unsigned) == [(BROKEN, ("organization",))]
    await desk.sign(HOSPITAL)
    assert await desk.refused(desk.sign(HOSPITAL)) == [(BROKEN, ("organization",))]
    assert await desk.refused(desk.step(signing.decline, by, organization=HOSPITAL)) == [(BROKEN, ("organization",))]
    mute = act(RECORDERS[HOSPITAL], " ")
    assert await desk.refused(desk.step(signing.withdraw_signature, mute, organization=HOSPITAL)) == NO_REASON
    await desk.step(signing.withdraw_signature, by, organization=HOSPITAL)
    await desk.sign(HOSPITAL)
    first, second = desk.document["signatures"]
    assert (first["withdrawn_at"], first["withdrawal_reason"], first["signer"]) == (NOON, "误签", "王立")
    assert (second["withdrawn_at"], desk.document["stage"]) == (None, "SIGNING")
    await desk.step(signing.withdraw_signature, by, organization=HOSPITAL)
    await desk.sign(BANK)
    assert desk.document["stage"] == "SIGNING"  # what is withdrawn does not count


async def test_a_signer_has_a_name_that_fits() -> None:
    desk = await Desk.signing()
    attempt = desk.sign(HOSPITAL, signer="王" * 61, text_version=2)
    assert await desk.refused(attempt) == [(INVALID, ("signer",)), (BROKEN, ("text_version",))]
    await desk.sign(HOSPITAL, signer="王" * 60)


async def test_a_party_declines_with_a_reason() -> None:
    desk = await Desk.signing()
    silent = desk.step(signing.decline, act(RECORDERS[BANK]), organization=BANK)
    assert await desk.refused(silent) == NO_REASON
    await desk.step(signing.decline, act(RECORDERS[BANK], "条款不妥"), organization=BANK)
    assert desk.document["stage"] == "DECLINED"
    declined = {"organization": BANK, "version": 1, "declined_at": NOON, "reason": "条款不妥"}
    assert desk.document["declines"] == [declined]
    assert await desk.refused(desk.sign(HOSPITAL)) == WRONG_STATE


async def test_only_who_has_not_signed_has_it_before_them_to_sign() -> None:
    desk = await Desk.signing()
    await desk.sign(BANK)
    document, day = desk.store.documents[desk.id], TODAY
    open_to = {name: set(steps_open(Agreement, document, viewer, day)) for name, viewer in RECORDERS.items()}
    assert open_to == {HOSPITAL: {Action.SIGN, Action.DECLINE}, BANK: {Action.WITHDRAW_SIGNATURE}, BRIGADE: set()}
