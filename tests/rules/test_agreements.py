"""Agreements: every rule refuses what it must, with code and path, in both languages, and lets the rest pass."""

import datetime as dt
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from service.cooperation import drafting, signing
from service.cooperation.agreements import MOST_VERSIONS
from service.errors import Code
from service.network.organizations import Organization, OrganizationStatus
from service.records import record_of
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.rules.agreement_scene import (
    BANK,
    NATIVE,
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
    world,
)

INVALID, REQUIRED, BROKEN, DANGLING = Code.INVALID, Code.REQUIRED, Code.RULE_BROKEN, Code.REFERENCE_INVALID

BRANCH = {"level": "BRANCH"}

REFUSED_DRAFTS = [
    (NATIVE, parties("hospital"), [(BROKEN, ("parties",))]),
    (NATIVE, {"parties": []}, [(BROKEN, ("parties",))]),
    (REPORTED, parties("hospital"), [(BROKEN, ("parties",))]),
    (NATIVE, parties("hospital", "bank", "hospital", "hospital"), [(BROKEN, ("parties", 2, "organization"))]),
    (NATIVE, parties("hospital", "nobody"), [(DANGLING, ("parties", 1, "organization"))]),
    (NATIVE, parties("hospital", "closed"), [(DANGLING, ("parties", 1, "organization"))]),
    (REPORTED, parties("hospital", "nobody"), [(DANGLING, ("parties", 1, "organization"))]),
    (NATIVE, parties("hospital/nowhere", "bank"), [(DANGLING, ("parties", 0, "branch"))]),
    (
        NATIVE,
        {"parties": [{"organization": "org_hospital", "branch": "org_hospital"}, {"organization": "org_bank"}]},
        [(DANGLING, ("parties", 0, "branch"))],
    ),
    (REPORTED, parties("hospital", "bank/hospital"), [(DANGLING, ("parties", 1, "branch"))]),
    (NATIVE, parties("hospital/ward", "bank"), [(BROKEN, ("parties", 0, "branch"))]),
    (NATIVE, BRANCH | parties("hospital/ward", "bank"), [(REQUIRED, ("parties", 1, "branch"))]),
    (NATIVE, BRANCH | parties("hospital/hospital", "bank/counter"), [(BROKEN, ("parties", 0, "branch"))]),
    (REPORTED, BRANCH | parties("hospital/hospital", "bank"), [(BROKEN, ("parties", 0, "branch"))]),
    (NATIVE, {"pillars": ["SERVICE", "LEARNING", "SERVICE"]}, [(BROKEN, ("pillars", 2))]),
    (NATIVE, {"pillars": []}, [(REQUIRED, ("pillars",))]),
    (NATIVE, {"level": None}, [(REQUIRED, ("level",))]),
    (NATIVE, {"term_from": None}, [(REQUIRED, ("term_from",))]),
    (NATIVE, {"term_to": "2023-12-31"}, [(BROKEN, ("term_to",))]),
    (NATIVE, {"signed_on": "2024-01-01"}, [(BROKEN, ("signed_on",))]),
    (NATIVE, {"text": " \n"}, [(REQUIRED, ("text",))]),
    (NATIVE, {"text": "甲" * 20_001}, [(INVALID, ("text",))]),
    (NATIVE, {"text": "\ud800"}, [(INVALID, ("text",))]),
    (NATIVE, {"stage": "SIGNED", "signatures": []}, [(BROKEN, ("signatures",)), (BROKEN, ("stage",))]),
    (REPORTED, {"sources": []}, [(REQUIRED, ("sources",))]),
    (REPORTED, {"signed_on": "2024-06-02"}, [(BROKEN, ("signed_on",))]),
    (REPORTED, {"signed_on": "2023-02", "term_to": "2023-01-31"}, [(BROKEN, ("signed_on",))]),
    (
        NATIVE,
        parties("nobody", "bank/nowhere") | {"pillars": ["SERVICE", "SERVICE"], "term_to": "2023-01-01"},
        [
            (BROKEN, ("pillars", 1)),
            (BROKEN, ("term_to",)),
            (DANGLING, ("parties", 0, "organization")),
            (DANGLING, ("parties", 1, "branch")),
        ],
    ),
]
ACCEPTED_DRAFTS = [
    (NATIVE, {}),
    (NATIVE, parties("hospital", "bank", "brigade")),
    (NATIVE, BRANCH | parties("hospital/ward", "bank/counter")),
    (NATIVE, {"kind": "INTEGRITY_PARTNER", "pillars": []}),
    (NATIVE, {"term_from": "2028-02-29", "term_to": "2028-02-29"}),
    (NATIVE, {"term_to": None, "text": "甲" * 20_000}),
    (REPORTED, BRANCH | parties("hospital/ward", "bank")),
    (REPORTED, {"signed_on": "2024-06-01", "term_to": "2024-06-01"}),
    (REPORTED, {"signed_on": "2024", "term_to": "2024-01-01"}),
]


@pytest.mark.parametrize(("facts", "changes", "problems"), REFUSED_DRAFTS)
async def test_an_unfit_draft_is_refused_with_all_that_is_wrong(facts: Any, changes: Any, problems: Any) -> None:
    store = world()
    assert await refused(store, drafting.draft(store, act(), {**facts, **changes})) == problems


@pytest.mark.parametrize(("facts", "changes"), ACCEPTED_DRAFTS)
async def test_a_fit_draft_is_accepted(facts: Any, changes: Any) -> None:
    desk = await Desk.with_draft(facts, **changes)
    assert desk.document["version"] == 1
    assert [party["organization"] for party in desk.document["parties"]] == [
        party["organization"] for party in {**facts, **changes}["parties"]
    ]


async def test_a_native_draft_has_its_text_and_no_gaps() -> None:
    desk = await Desk.with_draft(text=" 双方共建。\n")
    (wording,) = desk.document["versions"]
    assert wording == {
        "number": 1,
        "text": "双方共建。",
        "text_hash": hashlib.sha256("双方共建。".encode()).hexdigest(),
        "drafted_at": NOON,
    }
    assert (desk.document["stage"], desk.document["gaps"], desk.document["signed_on"]) == ("DRAFT", [], None)


async def test_a_reported_agreement_was_signed_and_names_its_gaps() -> None:
    desk = await Desk.with_draft(REPORTED, kind="CO_BUILDING")
    assert desk.document["stage"] == "SIGNED"
    assert desk.document["gaps"] == ["level", "term_from", "signed_on", "versions", "pillars"]
    whole = await Desk.with_draft({**NATIVE, **REPORTED}, signed_on="2023-12", text="原文")
    assert whole.document["gaps"] == []
    assert whole.document["active_from"] == "2024-01-01"  # the term begins after the signing


@pytest.mark.parametrize("viewer", [ANONYMOUS, *RECORDERS.values(), Viewer("o", (Grant(Role.OBSERVER, "net_med"),))])
async def test_only_who_keeps_agreements_keeps_them(viewer: Viewer) -> None:
    store = world()
    assert await refused(store, drafting.draft(store, act(viewer), NATIVE)) == NO_RIGHT
    desk = await Desk.signing(title="公开前")
    by = act(viewer, "因故")
    hidden = [(Code.NOT_FOUND, ("id",))] if viewer is ANONYMOUS else NO_RIGHT
    assert await desk.refused(desk.step(drafting.correct, by, facts={"title": "新"})) == hidden
    assert await desk.refused(desk.step(drafting.revise, by, text="新")) == hidden
    assert await desk.refused(desk.step(drafting.terminate, by)) == hidden
    assert await desk.refused(desk.step(drafting.discard, by)) == hidden
    assert await desk.refused(desk.step(signing.open_for_signing, by)) == hidden


async def test_a_draft_belongs_to_a_live_network() -> None:
    store = world()
    viewer = Viewer("old", (Grant(Role.NETWORK_ADMIN, "net_old"),))
    attempt = drafting.draft(store, act(viewer), {**NATIVE, "network": "net_old"})
    assert await refused(store, attempt) == [(DANGLING, ("network",))]


async def test_a_draft_is_corrected_by_the_same_rules() -> None:
    desk = await Desk.with_draft()
    await desk.step(drafting.correct, facts={"title": "新标题", **BRANCH, **parties("hospital/ward", "bank/counter")})
    assert (desk.document["version"], desk.document["title"]) == (2, "新标题")
    for facts, problems in (
        ({"term_to": "2023-01-01"}, [(BROKEN, ("term_to",))]),
        ({"level": "COMMITTEE"}, [(BROKEN, ("parties", 0, "branch")), (BROKEN, ("parties", 1, "branch"))]),
        (parties("hospital/ward", "brigade"), [(REQUIRED, ("parties", 1, "branch"))]),
        ({"network": "net_old", "text": "新"}, [(BROKEN, ("network",)), (BROKEN, ("text",))]),
        ({"origin": "REPORTED"}, [(BROKEN, ("origin",))]),
        ({"title": ""}, [(REQUIRED, ("title",))]),
        ({"signed_on": "2024-01-02"}, [(BROKEN, ("signed_on",))]),
        ({"title": "新标题"}, [(INVALID, ())]),
    ):
        assert await desk.refused(desk.step(drafting.correct, facts=facts)) == problems


async def test_a_party_archived_since_does_not_stand_in_the_way_of_other_corrections() -> None:
    desk = await Desk.with_draft(REPORTED)
    bank = record_of(Organization, desk.store.documents[BANK])
    desk.store.put(replace(bank, status=OrganizationStatus.ARCHIVED))
    await desk.step(drafting.correct, act(reason="补全"), facts={"signed_on": "2022-12"})
    attempt = desk.step(drafting.correct, act(reason="补全"), facts=parties("hospital", "bank", "brigade"))
    assert await desk.refused(attempt) == [(DANGLING, ("parties", 1, "organization"))]


async def test_a_native_agreement_is_corrected_only_while_it_is_a_draft() -> None:
    for desk in (await Desk.signing(), await Desk.signed()):
        attempt = desk.step(drafting.correct, act(reason="笔误"), facts={"title": "新"})
        assert await desk.refused(attempt) == WRONG_STATE


async def test_a_reported_agreement_is_corrected_in_any_state_with_a_reason() -> None:
    desk = await Desk.with_draft(REPORTED, term_from="2020-01-01", term_to="2022-12-31")
    assert await desk.refused(desk.step(drafting.correct, facts={"title": "新"})) == NO_REASON
    await desk.step(drafting.correct, act(reason="原文如此"), facts={"title": "新", "sources": SOURCES * 2})
    assert desk.document["title"] == "新"
    await desk.step(drafting.discard, act(reason="重复"))
    assert await desk.refused(desk.step(drafting.correct, act(reason="x"), facts={"title": "旧"})) == WRONG_STATE


async def test_a_correction_leaves_the_termination_inside_the_term() -> None:
    desk = await Desk.with_draft(REPORTED, term_from="2020-01-01")
    await desk.step(drafting.terminate, act(reason="合并"), on=dt.date(2023, 3, 1))
    for facts, path in (
        ({"term_from": "2023-03-02"}, ("term_from",)),
        ({"signed_on": "2023-03-02"}, ("term_from",)),
        ({"term_to": "2023-02-28"}, ("term_to",)),
    ):
        assert await desk.refused(desk.step(drafting.correct, act(reason="更正"), facts=facts)) == [(BROKEN, path)]
    await desk.step(drafting.correct, act(reason="更正"), facts={"term_from": "2023-03-01", "term_to": "2023-03-01"})


async def test_a_termination_needs_a_reason_and_lies_in_the_term() -> None:
    desk = await Desk.signed()
    assert await desk.refused(desk.step(drafting.terminate)) == NO_REASON
    for day in (TODAY - dt.timedelta(days=1), dt.date(2027, 1, 1)):
        attempt = desk.step(drafting.terminate, act(reason="合并"), on=day)
        assert await desk.refused(attempt) == [(BROKEN, ("on",))]
    await desk.step(drafting.terminate, act(reason="合并"), on=dt.date(2026, 12, 31))
    await desk.step(drafting.terminate, act(reason="提前"))
    assert (desk.document["terminated_on"], desk.document["end_reason"]) == ("2024-06-01", "提前")
    assert await desk.refused(desk.step(drafting.terminate, act(reason="又"))) == WRONG_STATE


async def test_one_not_begun_ends_on_its_first_day_unless_told_otherwise() -> None:
    desk = await Desk.signed(term_from="2024-07-01")
    await desk.step(drafting.terminate, act(reason="取消"))
    assert desk.document["terminated_on"] == "2024-07-01"


async def test_a_reported_one_without_dates_may_have_ended_any_day() -> None:
    desk = await Desk.with_draft(REPORTED)
    await desk.step(drafting.terminate, act(reason="见报道"), on=dt.date(2019, 5, 1))
    assert desk.document["terminated_from"] == "2019-05-01"


async def test_what_was_never_signed_is_discarded_with_a_reason() -> None:
    desk = await Desk.with_draft()
    assert await desk.refused(desk.step(drafting.discard, act(reason="\t"))) == NO_REASON
    await desk.step(drafting.discard, act(reason="重复"))
    assert (desk.document["stage"], desk.document["end_reason"]) == ("DISCARDED", "重复")
    for attempt in (
        desk.step(drafting.discard, act(reason="再")),
        desk.step(drafting.revise, text="新"),
        desk.step(drafting.terminate, act(reason="再")),
    ):
        assert await desk.refused(attempt) == WRONG_STATE
    pending = await Desk.signing()
    assert await pending.refused(pending.step(drafting.discard, act(reason="不要了"))) == WRONG_STATE


async def test_a_text_has_so_many_versions_that_its_history_fits_a_document() -> None:
    desk = await Desk.with_draft()
    for number in range(2, MOST_VERSIONS + 1):
        await drafting.revise(desk.store, act(), desk.id, number - 1, text=f"第 {number} 版")
    more = drafting.revise(desk.store, act(), desk.id, MOST_VERSIONS, text="再一版")
    assert await refused(desk.store, more) == [(Code.LIMIT_EXCEEDED, ("text",))]


async def test_parties_stand_on_one_level_even_where_the_source_names_none() -> None:
    mixed = {**REPORTED, **parties("hospital/hospital", "bank/counter")}
    store = world()
    found = await refused(store, drafting.draft(store, act(), mixed))
    assert found == [(Code.RULE_BROKEN, ("parties", 1, "branch"))]
