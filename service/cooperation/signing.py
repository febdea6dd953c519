"""How an agreement is signed: opened to its parties, signed or declined by each for itself (domain.md, *cooperation*).

A signature is for one text version. The last one makes the agreement SIGNED, or adopts the amendment that is open;
until then one given by mistake can be withdrawn. Whoever signs, withdraws or declines holds SIGN_AGREEMENTS for
that very organisation.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.cooperation.agreements import Agreement, Stage
from service.cooperation.drafting import unfit_signing
from service.cooperation.texts import LONGEST_SIGNER, Amendment, AmendmentState, Decline, Signature
from service.dates import PartialDate, day_of
from service.errors import Code, Problem, Refusal, refuse_any
from service.facts import malformed, structured
from service.permission import permit, permit_making
from service.records import Action, sound
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def open_for_signing(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """DRAFT → SIGNING, once there is a text to sign."""
    before = await store.load(Agreement, own_id, version, act)
    permit(before, Action.OPEN_FOR_SIGNING, act.viewer, act.day)
    return await store.save(before, opened(before), act)


async def sign(
    store: "Store",
    act: Act,
    own_id: str,
    version: int,
    *,
    organization: str,
    text_version: int,
    signed_on: dt.date,
    signer: str | None = None,
) -> "Document":
    """A party signs the text that is up for signing.

    When the last one does, the agreement is SIGNED on the latest of their days; or the amendment is in force.
    """
    before = await _load(store, act, own_id, version, Action.SIGN, organization)
    given = {
        "organization": organization,
        "version": text_version,
        "signed_on": signed_on,
        "recorded_at": act.at,
        "signer": signer,
    }
    after = signed(before, Signature(**structured(Signature, given)), act.day)
    return await store.save(before, after, act)


async def withdraw_signature(store: "Store", act: Act, own_id: str, version: int, *, organization: str) -> "Document":
    """A signature given by mistake stands no longer, with a reason; it stays in the list."""
    before = await _load(store, act, own_id, version, Action.WITHDRAW_SIGNATURE, organization)
    return await store.save(before, withdrawn(before, organization, act.at, reason_of(act)), act)


async def decline(store: "Store", act: Act, own_id: str, version: int, *, organization: str) -> "Document":
    """A party will not sign this text, with a reason: SIGNING → DECLINED, until the text is revised.

    Of an amendment, that alone is declined; the text in force stays.
    """
    before = await _load(store, act, own_id, version, Action.DECLINE, organization)
    return await store.save(before, declined(before, organization, act.at, reason_of(act)), act)


async def _load(store: "Store", act: Act, own_id: str, version: int, action: Action, organization: str) -> Agreement:
    """The agreement, once the viewer may take `action` for `organization` and not only for some other party."""
    agreement = await store.load(Agreement, own_id, version, act)
    permit(agreement, action, act.viewer, act.day)
    permit_making(Right.SIGN_AGREEMENTS, act.viewer, agreement.network, [organization], ("organization",))
    return agreement


def opened(agreement: Agreement) -> Agreement:
    """Raises `Refusal` while there is no text."""
    if not agreement.versions:
        english, chinese = "There is no text to sign yet; revise it first.", "协议尚无文本可供签署,请先拟定文本。"
        raise Refusal(Problem(Code.RULE_BROKEN, ("id",), english, chinese, agreement.id, agreement.version))
    return replace(agreement, stage=Stage.SIGNING)


def signed(agreement: Agreement, signature: Signature, today: dt.date) -> Agreement:
    """`agreement` with `signature`. Raises `Refusal` when it is not a party's first under the current text, in time."""
    signer = malformed(signature.signer, ("signer",), LONGEST_SIGNER)
    refuse_any((*signer, *unfit_signature(agreement, signature, today)))
    after = replace(agreement, signatures=(*agreement.signatures, signature))
    if not after.signed_by_all:
        return sound(after)
    if after.amendment:
        return sound(closed(after, AmendmentState.ADOPTED, signature.recorded_at, None))
    standing = (after.standing_signature(party.organization) for party in after.parties)
    last = max(each.signed_on for each in standing if each)
    return sound(replace(after, stage=Stage.SIGNED, signed_on=PartialDate.on(last)))


def unfit_signature(agreement: Agreement, signature: Signature, today: dt.date) -> Iterator[Problem]:
    yield from not_a_party(agreement, signature.organization)
    if agreement.standing_signature(signature.organization):
        english, chinese = "This party has signed already.", "该当事方已经签署。"
        yield Problem(Code.RULE_BROKEN, ("organization",), english, chinese)
    if signature.version != agreement.current:
        english = f"The text to sign is version {agreement.current}."
        chinese = f"应签署的文本为第 {agreement.current} 版。"
        yield Problem(Code.RULE_BROKEN, ("text_version",), english, chinese)
    drafted = next(day_of(each.drafted_at) for each in agreement.versions if each.number == agreement.current)
    if signature.signed_on < drafted:
        english = f"This lies before {drafted}, when the text was drafted."
        chinese = f"此日期早于该文本的拟定日 {drafted}。"
        yield Problem(Code.RULE_BROKEN, ("signed_on",), english, chinese)
    yield from unfit_signing(agreement, signature.signed_on, today)


def withdrawn(agreement: Agreement, organization: str, at: dt.datetime, reason: str) -> Agreement:
    """Raises `Refusal` when no signature of `organization` stands."""
    refuse_any(not_a_party(agreement, organization))
    standing = agreement.standing_signature(organization)
    if standing is None:
        english, chinese = "This party has not signed the current text.", "该当事方尚未签署现行文本。"
        raise Refusal(Problem(Code.RULE_BROKEN, ("organization",), english, chinese))
    void = replace(standing, **structured(Signature, {"withdrawn_at": at, "withdrawal_reason": reason}))
    return replace(agreement, signatures=tuple(void if each == standing else each for each in agreement.signatures))


def declined(agreement: Agreement, organization: str, at: dt.datetime, reason: str) -> Agreement:
    """Raises `Refusal` when the party's own signature stands: it withdraws that first."""
    refuse_any(not_a_party(agreement, organization))
    if agreement.standing_signature(organization):
        english, chinese = "This party has signed; withdraw the signature first.", "该当事方已签署,请先撤回签署。"
        raise Refusal(Problem(Code.RULE_BROKEN, ("organization",), english, chinese))
    given = {"organization": organization, "version": agreement.current, "declined_at": at, "reason": reason}
    refusal = Decline(**structured(Decline, given))
    after = replace(agreement, declines=(*agreement.declines, refusal))
    if after.amendment:
        return sound(closed(after, AmendmentState.DECLINED, refusal.declined_at, refusal.reason))
    return sound(replace(after, stage=Stage.DECLINED))


def closed(agreement: Agreement, state: AmendmentState, at: dt.datetime, reason: str | None) -> Agreement:
    """`agreement`, whose open amendment, the last one, ends in `state`."""
    ended = replace(agreement.amendments[-1], state=state, **structured(Amendment, {"ended_at": at, "reason": reason}))
    return replace(agreement, amendments=(*agreement.amendments[:-1], ended))


def not_a_party(agreement: Agreement, organization: str) -> Iterator[Problem]:
    if organization not in agreement.concerns():
        english, chinese = "This organisation is not a party of the agreement.", "该单位不是此协议的当事方。"
        yield Problem(Code.REFERENCE_INVALID, ("organization",), english, chinese)
