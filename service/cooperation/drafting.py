"""How an agreement is drafted, corrected, revised, terminated and discarded (domain.md, *cooperation*; C2, E1).

One that follows another, drafted by `renewing.renew` or reported, names it in `supersedes`.

Each refusal names every problem found. Who may do it, and in which state, is `Agreement.STEPS`.
"""

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.cooperation.agreements import (
    LONGEST_AGREEMENT,
    MOST_VERSIONS,
    Agreement,
    AgreementLevel,
    Stage,
    TextVersion,
)
from service.cooperation.gates import GATES, unfit_gates
from service.cooperation.renewing import unfit_renewal
from service.errors import Code, Path, Problem, Refusal, refuse_any
from service.facts import Facts, malformed, plain, structured
from service.permission import permit, permit_making
from service.records import Action, Origin, facts_of, formed, reformed, sound
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store

CORRECTABLE = {*GATES, "title", "kind", "level", "parties", "pillars", "term_from", "term_to", "signed_on", "sources"}
INHERITED = {*GATES, "network", "title", "kind", "level", "parties", "pillars"}  # by a renewal
RENEWABLE = {*GATES, "title", "level", "parties", "pillars", "term_from", "term_to", "text"}
GIVEN = CORRECTABLE | {"network", "origin", "text", "supersedes"}


async def draft(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new agreement: DRAFT when native; SIGNED when reported, since its source says that it was signed.

    `text`, where given, becomes text version 1. Needs KEEP_AGREEMENTS in the network.
    """
    permit_making(Right.KEEP_AGREEMENTS, act.viewer, facts["network"])
    refuse_any(unsettable(facts, GIVEN))
    await store.refer({("network",): facts["network"]}, "net", act)
    text = facts.get("text")
    own = {
        "id": act.new_id(Agreement.PREFIX),
        "stage": Stage.SIGNED if facts.get("origin") == Origin.REPORTED else Stage.DRAFT,
        "versions": [] if text is None else [plain(wording(1, text, act.at))],
    }
    agreement = formed(Agreement, {name: value for name, value in facts.items() if name != "text"} | own)
    return await store.create(sound(agreement, await _problems(store, act, agreement, None)), act)


async def renew(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """A DRAFT that supersedes this one: its title, level, parties and pillars, as far as `facts` say nothing else."""
    before = await store.load(Agreement, own_id, version, act)
    permit(before, Action.RENEW, act.viewer, act.day)
    refuse_any(unsettable(facts, RENEWABLE))
    standing = {name: value for name, value in facts_of(before).items() if name in INHERITED}
    return await draft(store, act, {**standing, **facts, "supersedes": own_id})


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """Other facts than the text: of a native one while it is a DRAFT, of a reported one at any time, with a reason."""
    before = await store.load(Agreement, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    if before.origin is Origin.REPORTED:
        reason_of(act)
    refuse_any(unsettable(facts, CORRECTABLE))
    after = reformed(before, facts)
    refuse_any(parties_changed_while_amending(before, after))
    return await store.save(before, sound(after, await _problems(store, act, after, before)), act)


async def revise(store: "Store", act: Act, own_id: str, version: int, text: str) -> "Document":
    """A new text version, back in DRAFT: what was signed or declined before was another text."""
    before = await store.load(Agreement, own_id, version, act)
    permit(before, Action.REVISE, act.viewer, act.day)
    return await store.save(before, revised(before, text, act.at), act)


async def terminate(store: "Store", act: Act, own_id: str, version: int, on: dt.date | None = None) -> "Document":
    """Ends it from the day `on`, with a reason; without a day, from today or, not yet begun, from its first day.

    It may be recorded late or announced ahead; while it is ahead, a further termination moves the day.
    """
    before = await store.load(Agreement, own_id, version, act)
    permit(before, Action.TERMINATE, act.viewer, act.day)
    reason = reason_of(act)
    after = replace(before, terminated_on=on or max(act.day, before.begins or act.day), end_reason=reason)
    refuse_any(end_outside_term(after, ("on",), ("on",)))
    return await store.save(before, after, act)


async def discard(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Takes an agreement that was never signed, or was reported by mistake, out of use, with a reason."""
    before = await store.load(Agreement, own_id, version, act)
    permit(before, Action.DISCARD, act.viewer, act.day)
    return await store.save(before, replace(before, stage=Stage.DISCARDED, end_reason=reason_of(act)), act)


def wording(number: int, text: str, at: dt.datetime) -> TextVersion:
    """A text version of a given number. Raises `Refusal` at ("text",) when it is empty, too long or unreadable."""
    given = structured(TextVersion, {"text": text, "drafted_at": at})
    refuse_any(malformed(given["text"], ("text",), LONGEST_AGREEMENT, needed=True))
    return TextVersion(number, hashlib.sha256(given["text"].encode()).hexdigest(), **given)


def revised(agreement: Agreement, text: str, at: dt.datetime) -> Agreement:
    """`agreement` back in DRAFT with `text` as its next version. Raises `Refusal` as `reworded` does."""
    return sound(replace(reworded(agreement, text, at), stage=Stage.DRAFT))


def reworded(agreement: Agreement, text: str, at: dt.datetime) -> Agreement:
    """`agreement` with `text` as its next version. Raises `Refusal` when that is the text it has, or one too many."""
    if len(agreement.versions) >= MOST_VERSIONS:
        english = f"A text has at most {MOST_VERSIONS} versions; draft a new agreement."
        chinese = f"文本最多 {MOST_VERSIONS} 版;请另行起草协议。"
        raise Refusal(Problem(Code.LIMIT_EXCEEDED, ("text",), english, chinese, agreement.id, agreement.version))
    after = wording(len(agreement.versions) + 1, text, at)
    standing = {each.number: each.text_hash for each in agreement.versions}.get(agreement.current)
    if standing == after.text_hash:
        english = f"This is text version {agreement.current} as it stands."
        chinese = f"此文本与现行第 {agreement.current} 版文本相同。"
        raise Refusal(Problem(Code.RULE_BROKEN, ("text",), english, chinese, agreement.id, agreement.version))
    return replace(agreement, versions=(*agreement.versions, after))


def unsettable(facts: Facts, settable: Iterable[str]) -> Iterator[Problem]:
    """Facts that are not given but follow from the other actions, and those that never change."""
    for name in sorted(facts.keys() - set(settable)):
        english, chinese = "This cannot be set or changed here.", "此项不能在此处填写或更改。"
        yield Problem(Code.RULE_BROKEN, (name,), english, chinese)


async def _problems(store: "Store", act: Act, agreement: Agreement, before: Agreement | None) -> list[Problem]:
    """Everything the rules find; parties that stand as they stood are not looked up again."""
    problems = [
        *unfit_parties(agreement),
        *repeated_pillars(agreement),
        *unfit_gates(agreement),
        *unfit_dates(agreement, act.day),
        *end_outside_term(agreement, ("term_from",), ("term_to",)),
    ]
    if before is None or (agreement.parties, agreement.level) != (before.parties, before.level):
        problems += await unfit_references(store, act, agreement)
    if agreement.supersedes is not None:
        problems += await _unfit_renewal(store, act, agreement, before)
    return problems


async def _unfit_renewal(store: "Store", act: Act, agreement: Agreement, before: Agreement | None) -> list[Problem]:
    own_id = str(agreement.supersedes)
    try:
        if before is None:
            found = await store.refer({("supersedes",): own_id}, Agreement.PREFIX, act)
        else:
            found = await store.known(Agreement.PREFIX, [own_id])
    except Refusal as refusal:
        return [*refusal.problems]
    return [*unfit_renewal(agreement, found[own_id], act.day)]


async def unfit_references(store: "Store", act: Act, agreement: Agreement) -> list[Problem]:
    """What is wrong with the organisations and branches that the parties name, as they stand today."""
    problems: list[Problem] = []
    found: dict[str, dict[str, Document]] = defaultdict(dict)  # by type: an organisation is no branch
    for prefix, references in _references(agreement).items():
        try:
            found[prefix] = await store.refer(references, prefix, act)
        except Refusal as refusal:
            problems += refusal.problems
    return [*problems, *unfit_branches(agreement, found["bra"])]


def _references(agreement: Agreement) -> dict[str, dict[Path, str]]:
    """What the parties name, by type: organisations first, then party branches."""
    places = [(("parties", place), party) for place, party in enumerate(agreement.parties)]
    return {
        "org": {(*path, "organization"): party.organization for path, party in places if party.organization},
        "bra": {(*path, "branch"): party.branch for path, party in places if party.branch is not None},
    }


def unfit_parties(agreement: Agreement) -> Iterator[Problem]:
    """Two or more organisations, each once; at level BRANCH each with its branch, so far as it must be known."""
    if len(agreement.concerns()) < 2:
        english, chinese = "An agreement has two or more different parties.", "协议须有两个或以上不同的当事方。"
        yield Problem(Code.RULE_BROKEN, ("parties",), english, chinese)
    seen: Counter[str] = Counter()
    for place, party in enumerate(agreement.parties):
        seen[party.organization] += 1
        if seen[party.organization] == 2:
            path: Path = ("parties", place, "organization")
            yield Problem(Code.RULE_BROKEN, path, "This organisation is a party already.", "该单位已是当事方。")
        known = party.branch is not None or agreement.origin is Origin.REPORTED
        if agreement.level is AgreementLevel.BRANCH and not known:
            path = ("parties", place, "branch")
            english, chinese = "At level BRANCH each party names its branch.", "支部层面的协议,各方须写明其党组织。"
            yield Problem(Code.REQUIRED, path, english, chinese)


def unfit_branches(agreement: Agreement, branches: Mapping[str, "Document"]) -> Iterator[Problem]:
    """Each branch is its organisation's own, and all parties stand on the same level: committees, or none (E1)."""
    agreed = agreement.level
    for place, party in enumerate(agreement.parties):
        path = ("parties", place, "branch")
        branch = branches.get(party.branch or "")
        if branch is None:
            continue
        if branch["organization"] != party.organization:
            english, chinese = "This party branch is of another organisation.", "该党组织不属于此单位。"
            yield Problem(Code.REFERENCE_INVALID, path, english, chinese, party.branch)
        level = AgreementLevel.COMMITTEE if branch["kind"] == "COMMITTEE" else AgreementLevel.BRANCH
        agreed = agreed or level
        if agreed is not level:
            english = f"A {branch['kind']} does not stand at level {agreed}."
            chinese = f"{branch['kind']} 与协议层面 {agreed} 不符。"
            yield Problem(Code.RULE_BROKEN, path, english, chinese, party.branch)


def parties_changed_while_amending(before: Agreement, after: Agreement) -> Iterator[Problem]:
    """Who signs an amendment is who was party when it was opened."""
    if before.amendment and before.parties != after.parties:
        english, chinese = "An amendment is being signed; withdraw it first.", "修订正在签署中,请先撤回修订。"
        yield Problem(Code.RULE_BROKEN, ("parties",), english, chinese, before.id, before.version)


def repeated_pillars(agreement: Agreement) -> Iterator[Problem]:
    for place, pillar in enumerate(agreement.pillars):
        if pillar in agreement.pillars[:place]:
            english, chinese = f"{pillar} is named already.", f"已列出 {pillar}。"
            yield Problem(Code.RULE_BROKEN, ("pillars", place), english, chinese)


def unfit_dates(agreement: Agreement, today: dt.date) -> Iterator[Problem]:
    """The term runs forward; only a reported agreement is told its day of signing."""
    if agreement.term_from and agreement.term_to and agreement.term_to < agreement.term_from:
        english, chinese = "The term ends before it begins.", "协议期限的终止日早于起始日。"
        yield Problem(Code.RULE_BROKEN, ("term_to",), english, chinese)
    if agreement.signed_on and agreement.origin is Origin.NATIVE:
        english, chinese = "This follows from the parties' signatures.", "此项由各方签署得出。"
        yield Problem(Code.RULE_BROKEN, ("signed_on",), english, chinese)
    elif agreement.signed_on:
        yield from unfit_signing(agreement, agreement.signed_on.first, today)


def unfit_signing(agreement: Agreement, day: dt.date, today: dt.date) -> Iterator[Problem]:
    """Nobody has signed on a day to come, or when the term was over."""
    if today < day:
        yield Problem(Code.RULE_BROKEN, ("signed_on",), f"This lies after today, {today}.", f"此日期晚于今日 {today}。")
    if agreement.term_to and agreement.term_to < day:
        english = f"The agreement's term ends on {agreement.term_to}, before this day."
        chinese = f"协议期限于 {agreement.term_to} 届满,早于此日期。"
        yield Problem(Code.RULE_BROKEN, ("signed_on",), english, chinese)


def end_outside_term(agreement: Agreement, early: Path, late: Path) -> Iterator[Problem]:
    """What is terminated has begun and is not over. `early` and `late` are the input fields that would be at fault."""
    day = agreement.terminated_on
    if day and agreement.begins and day < agreement.begins:
        english = f"The termination on {day} lies before {agreement.begins}, when the agreement begins."
        chinese = f"终止日 {day} 早于协议生效日 {agreement.begins}。"
        yield Problem(Code.RULE_BROKEN, early, english, chinese)
    if day and agreement.term_to and agreement.term_to < day:
        english = f"The termination on {day} lies after {agreement.term_to}, when the term ends."
        chinese = f"终止日 {day} 晚于协议期限届满日 {agreement.term_to}。"
        yield Problem(Code.RULE_BROKEN, late, english, chinese)
