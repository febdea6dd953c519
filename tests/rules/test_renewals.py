"""Renewal 续签: what may follow an agreement, and how the old one learns of it when the new one is signed."""

import datetime as dt
from typing import Any

import pytest

from service.acts import following
from service.cooperation import drafting, renewing, signing
from service.cooperation.agreements import Agreement
from service.dates import FIRST_DAY
from service.errors import Code
from service.network.networks import Network
from service.records import document_of, record_of
from service.viewer import Grant, Role, Viewer
from tests.rules.agreement_scene import (
    ADMIN,
    BANK,
    HOSPITAL,
    NO_REASON,
    NO_RIGHT,
    NOON,
    RECORDERS,
    REPORTED,
    SOURCES,
    TODAY,
    WRONG_STATE,
    Desk,
    act,
    parties,
    refused,
)

TERM = {"term_from": "2025-01-01", "term_to": "2027-12-31"}


def status(desk: Desk, day: str) -> str:
    return Agreement.state(desk.document, dt.date.fromisoformat(day))


async def renewal(desk: Desk, **facts: Any) -> Desk:
    document = await desk.step(drafting.renew, facts={**TERM, "text": "续签。", **facts})
    return Desk(desk.store, document["_id"])


async def follow(desk: Desk) -> None:
    revision = {"_id": f"{desk.id}:{desk.document['version']}", "network": desk.document["network"]}
    assert await renewing.follow(desk.store, following("markRenewed", revision, NOON), desk.id)


async def sign_all(desk: Desk) -> None:
    await desk.step(signing.open_for_signing)
    for organization in (HOSPITAL, BANK):
        await desk.sign(organization)
    await follow(desk)


async def test_it_takes_over_what_is_not_said_otherwise() -> None:
    old = await Desk.signed()
    new = await renewal(old, title="第二期协议", pillars=["SERVICE"])
    for name in ("network", "kind", "level", "parties"):
        assert new.document[name] == old.document[name]
    assert (new.document["title"], new.document["pillars"]) == ("第二期协议", ["SERVICE"])
    assert (new.document["stage"], new.document["supersedes"]) == ("DRAFT", old.id)
    assert new.document["signatures"] == []
    assert [each["text"] for each in new.document["versions"]] == ["续签。"]


async def test_the_old_one_is_renewed_from_the_new_ones_first_day_once_all_have_signed() -> None:
    old = await Desk.signed()
    new = await renewal(old)
    await new.step(signing.open_for_signing)
    await new.sign(HOSPITAL)
    await follow(new)
    assert old.document["renewed_by"] is None
    await new.sign(BANK)
    await follow(new)
    assert (old.document["renewed_by"], old.document["renewed_from"]) == (new.id, "2025-01-01")
    assert [status(old, day) for day in ("2024-12-31", "2025-01-01", "2027-01-01")] == ["ACTIVE", "RENEWED", "RENEWED"]
    assert [status(new, day) for day in ("2024-12-31", "2025-01-01")] == ["SIGNED", "ACTIVE"]
    revision = old.store.revisions[-1]
    assert (revision["record"], revision["by"], revision["action"]) == (old.id, "service:follower", "markRenewed")
    before = old.document["version"]
    await follow(new)
    assert old.document["version"] == before


async def test_an_expired_agreement_is_renewed_too_and_a_gap_stays_a_gap() -> None:
    old = await Desk.signed(term_to=str(TODAY))
    late = act(at=NOON + dt.timedelta(days=100))
    document = await old.step(drafting.renew, late, facts={**TERM, "text": "续签。"})
    new = Desk(old.store, document["_id"])
    await new.step(signing.open_for_signing, late)
    for organization in (HOSPITAL, BANK):
        by = act(RECORDERS[organization], at=late.at)
        await new.step(signing.sign, by, organization=organization, text_version=1, signed_on=late.day)
    await follow(new)
    found = [status(old, day) for day in (str(TODAY), "2024-06-02", "2024-12-31", "2025-01-01")]
    assert found == ["ACTIVE", "EXPIRED", "EXPIRED", "RENEWED"]


async def test_at_most_one_successor_stands_and_a_discarded_one_makes_room() -> None:
    old = await Desk.signed()
    new = await renewal(old)
    assert await old.refused(old.step(drafting.renew, facts=TERM)) == [(Code.ALREADY_EXISTS, ())]
    await new.step(drafting.discard, act(reason="条款未定"))
    await follow(new)
    assert old.document["renewed_by"] is None
    other = await renewal(old)
    await sign_all(other)
    assert old.document["renewed_by"] == other.id
    assert await old.refused(old.step(drafting.renew, facts=TERM)) == WRONG_STATE


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"term_from": "2024-06-01"}, [(Code.RULE_BROKEN, ("term_from",))]),  # the day on which the old one begins
        ({"term_from": "2024-06-02"}, []),
        ({"term_from": None}, [(Code.REQUIRED, ("term_from",))]),
        ({"term_to": "2024-12-31"}, [(Code.RULE_BROKEN, ("term_to",))]),
        (parties("hospital/hospital", "brigade"), [(Code.RULE_BROKEN, ("parties",))]),
        (parties("hospital/hospital", "bank", "brigade"), []),
        (parties("hospital/ward", "bank"), [(Code.RULE_BROKEN, ("parties", 0, "branch"))]),
        (
            {"level": "BRANCH"},
            [(Code.REQUIRED, ("parties", 1, "branch")), (Code.RULE_BROKEN, ("parties", 0, "branch"))],
        ),
        ({"level": "BRANCH", **parties("hospital/ward", "bank/counter")}, []),
        ({"kind": "INTEGRITY_PARTNER"}, [(Code.RULE_BROKEN, ("kind",))]),
        ({"network": "net_old"}, [(Code.RULE_BROKEN, ("network",))]),
    ],
)
async def test_what_may_follow(facts: dict[str, Any], found: list[Any]) -> None:
    old = await Desk.signed()
    attempt = old.step(drafting.renew, facts={**TERM, **facts})
    if found:
        assert await old.refused(attempt) == found
    else:
        assert (await attempt)["supersedes"] == old.id


@pytest.mark.parametrize("stage", ["draft", "signing"])
async def test_what_is_not_signed_is_not_renewed(stage: str) -> None:
    old = await (Desk.with_draft() if stage == "draft" else Desk.signing())
    assert await old.refused(old.step(drafting.renew, facts=TERM)) == WRONG_STATE
    direct = drafting.draft(old.store, act(), facts_of_new(old, kind="CO_BUILDING"))
    assert await refused(old.store, direct) == [(Code.RULE_BROKEN, ("supersedes",))]


async def test_a_terminated_agreement_is_not_renewed_and_stays_terminated() -> None:
    old = await Desk.signed()
    new = await renewal(old)
    await old.step(drafting.terminate, act(reason="合作结束"))
    await sign_all(new)
    assert old.document["renewed_by"] == new.id
    assert [status(old, day) for day in (str(TODAY), "2025-01-01")] == ["TERMINATED", "TERMINATED"]
    other = await Desk.signed()
    await other.step(drafting.terminate, act(reason="合作结束"))
    assert await other.refused(other.step(drafting.renew, facts=TERM)) == WRONG_STATE


async def test_only_who_keeps_agreements_renews() -> None:
    old = await Desk.signed()
    assert await old.refused(old.step(drafting.renew, act(RECORDERS[BANK]), facts=TERM)) == NO_RIGHT


async def test_a_draft_renewal_is_corrected_within_the_same_rules_and_never_changes_what_it_follows() -> None:
    old = await Desk.signed()
    new = await renewal(old)
    early = new.step(drafting.correct, facts={"term_from": "2024-05-01"})
    assert await new.refused(early) == [(Code.RULE_BROKEN, ("term_from",))]
    other = new.step(drafting.correct, facts={"supersedes": None})
    assert await new.refused(other) == [(Code.RULE_BROKEN, ("supersedes",))]
    assert (await new.step(drafting.correct, facts={"term_from": "2024-07-01"}))["term_from"] == "2024-07-01"


# ── Reported agreements: a source says that one supersedes another ──


def facts_of_new(old: Desk, **facts: Any) -> dict[str, Any]:
    both = [{"organization": HOSPITAL}, {"organization": BANK}]
    own = {"network": "net_med", "title": "新", "kind": "INTEGRITY_PARTNER", "level": "COMMITTEE", "parties": both}
    return {**own, "pillars": ["INTEGRITY"], "supersedes": old.id, **TERM, "text": "新文本。"} | facts


def reported(old: Desk, **facts: Any) -> dict[str, Any]:
    return {**REPORTED, "supersedes": old.id, **facts}


@pytest.mark.parametrize(
    ("facts", "renewed_from", "day", "state"),
    [
        ({"term_from": "2023-01-01"}, "2023-01-01", "2023-01-01", "RENEWED"),
        ({"term_from": "2023-01-01"}, "2023-01-01", "2022-12-31", "ACTIVE"),
        ({"signed_on": "2023"}, "2023-01-01", "2023-01-01", "RENEWED"),
        ({}, None, str(FIRST_DAY), "RENEWED"),
    ],
)
async def test_a_reported_one_supersedes_as_far_as_its_dates_are_known(
    facts: dict[str, Any], renewed_from: str | None, day: str, state: str
) -> None:
    old = await Desk.with_draft(REPORTED)
    new = Desk(old.store, (await drafting.draft(old.store, act(), reported(old, **facts)))["_id"])
    await follow(new)
    assert (old.document["renewed_by"], old.document["renewed_from"]) == (new.id, renewed_from)
    assert status(old, day) == state


async def test_corrected_or_discarded_it_is_followed_again() -> None:
    old = await Desk.with_draft(REPORTED)
    new = Desk(old.store, (await drafting.draft(old.store, act(), reported(old, term_from="2023-01-01")))["_id"])
    await follow(new)
    await new.step(drafting.correct, act(reason="更正"), facts={"term_from": "2023-02-01"})
    await follow(new)
    assert old.document["renewed_from"] == "2023-02-01"
    assert await new.refused(new.step(drafting.discard)) == NO_REASON
    await new.step(drafting.discard, act(reason="误录"))
    await follow(new)
    assert (old.document["renewed_by"], old.document["renewed_from"]) == (None, None)
    assert await drafting.draft(old.store, act(), reported(old))


async def test_a_reported_one_follows_a_terminated_agreement_but_no_draft() -> None:
    old = await Desk.signed(kind="INTEGRITY_PARTNER")
    await old.step(drafting.terminate, act(reason="合作结束"))
    assert (await drafting.draft(old.store, act(), reported(old, term_from="2024-06-02")))["supersedes"] == old.id
    begun = drafting.draft(old.store, act(), reported(old, signed_on="2024-05-01"))
    assert (Code.RULE_BROKEN, ("signed_on",)) in await refused(old.store, begun)
    draft = await Desk.with_draft(kind="INTEGRITY_PARTNER")
    attempt = drafting.draft(draft.store, act(), reported(draft))
    assert await refused(draft.store, attempt) == [(Code.RULE_BROKEN, ("supersedes",))]


@pytest.mark.parametrize("supersedes", ["agr_missing", "org_bank"])
async def test_what_it_supersedes_is_an_agreement_one_may_know_of(supersedes: str) -> None:
    desk = await Desk.with_draft(REPORTED)
    attempt = drafting.draft(desk.store, act(), {**REPORTED, "sources": SOURCES, "supersedes": supersedes})
    assert await refused(desk.store, attempt) == [(Code.REFERENCE_INVALID, ("supersedes",))]


async def test_a_renewal_is_of_the_same_kind() -> None:
    old = await Desk.signed()
    attempt = drafting.draft(old.store, act(), facts_of_new(old))
    assert await refused(old.store, attempt) == [(Code.RULE_BROKEN, ("kind",))]


async def test_another_networks_agreement_is_not_superseded() -> None:
    desk = await Desk.with_draft(REPORTED)
    desk.store.put(Network(id="net_far", network="net_far", name="远"))
    both = Viewer("两网管理员", (*ADMIN.grants, Grant(Role.NETWORK_ADMIN, "net_far")))
    attempt = drafting.draft(desk.store, act(both), reported(desk, network="net_far"))
    assert await refused(desk.store, attempt) == [(Code.REFERENCE_INVALID, ("supersedes",))]


async def test_what_supersedes_nothing_marks_nothing() -> None:
    desk = await Desk.signed()
    before = len(desk.store.revisions)
    await follow(desk)
    assert len(desk.store.revisions) == before
    assert document_of(record_of(Agreement, desk.document))["successor_key"] == desk.id
