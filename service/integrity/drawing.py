"""How a commitment is drawn up, corrected, discarded and renewed (domain.md, *integrity*; 002, section 2; C14).

Each refusal names every problem found. Who may do it, and in which state, is `Commitment.STEPS`.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from service.acts import Act, reason_of
from service.errors import Code, Path, Problem, Refusal, refuse_any
from service.facts import Facts
from service.integrity.commitments import (
    USUAL_KNOWN_PERCENT,
    USUAL_PUBLICITY_DAYS,
    Commitment,
    Side,
    Stage,
)
from service.integrity.fitness import (
    foreign_evidence,
    published_on,
    unfit_agreement,
    unfit_clauses,
    unfit_headcount,
    unfit_publicity,
    unfit_sides,
    unfit_term,
    version_of,
)
from service.permission import permit, permit_making
from service.records import Action, Origin, formed, reformed, sound
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store

TOLD_OF_REPORTED = frozenset({"drawn_up_on", "publicity"})
CORRECTABLE = TOLD_OF_REPORTED | {"sides", "clause_set", "clause_version", "expires_on", "sources"}
GIVEN: frozenset[str] = CORRECTABLE | {"agreement", "origin"}
RENEWABLE = frozenset({"agreement", "clause_set", "clause_version", "expires_on"})
OF_A_SIDE = ("organization", "signed", "signed_on", "signer", "headcount")  # what a source may tell of one


async def draw_up(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new commitment: DRAWN_UP when native; as far as its source says that it was signed when reported.

    It ends with its agreement unless `expires_on` says sooner, and asks what the agreement asks. Needs
    MAKE_COMMITMENTS for one of the two sides.
    """
    reported = facts.get("origin") == Origin.REPORTED
    refuse_any(_unsettable(facts, GIVEN if reported else GIVEN - TOLD_OF_REPORTED))
    return await _drawn_up(store, act, facts)


async def renew(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """A successor of the same two sides, on a later version of the clauses or on others; nothing else carries over.

    `agreement`, where given, is another one, as the renewal of the old one's.
    """
    before = await store.load(Commitment, own_id, version, act)
    permit(before, Action.RENEW, act.viewer, act.day)
    refuse_any([*_unsettable(facts, RENEWABLE), *_not_later(before, facts)])
    inherited = {
        "agreement": before.agreement,
        "sides": [{"organization": organization} for organization in before.organizations],
        "clause_set": before.clause_set,
    }
    return await _drawn_up(store, act, {**inherited, **facts, "supersedes": own_id})


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """Other facts, while nobody has signed it here, with a reason."""
    before = await store.load(Commitment, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    reason_of(act)
    refuse_any(_unsettable(facts, CORRECTABLE if before.origin is Origin.REPORTED else CORRECTABLE - TOLD_OF_REPORTED))
    agreement = (await store.known("agr", [before.agreement]))[before.agreement]
    after = reformed(before, _sides_as_told(facts))
    kept = {side.organization: side for side in before.sides}
    sides = tuple(_counted_as(side, kept.get(side.organization)) for side in after.sides)
    return await store.save(before, await _fitted(store, act, replace(after, sides=sides), before, agreement), act)


async def discard(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Takes one that nobody has signed, or that was reported by mistake, out of use, with a reason."""
    before = await store.load(Commitment, own_id, version, act)
    permit(before, Action.DISCARD, act.viewer, act.day)
    return await store.save(before, replace(before, stage=Stage.DISCARDED, end_reason=reason_of(act)), act)


async def _drawn_up(store: "Store", act: Act, facts: Facts) -> "Document":
    agreement = (await store.refer({("agreement",): facts["agreement"]}, "agr", act))[facts["agreement"]]
    await store.refer({("agreement",): agreement["network"]}, "net", act)
    own = {
        "id": act.new_id(Commitment.PREFIX),
        "network": agreement["network"],
        "publicity_days": agreement.get("publicity_days") or USUAL_PUBLICITY_DAYS,
        "known_percent": agreement.get("known_percent") or USUAL_KNOWN_PERCENT,
        "expires_on": facts.get("expires_on") or agreement["term_to"],
        "drawn_up_on": facts.get("drawn_up_on") if facts.get("origin") == Origin.REPORTED else act.day,
    }
    commitment = formed(Commitment, {**_sides_as_told(facts), **own})
    return await store.create(await _fitted(store, act, commitment, None, agreement), act)


async def _fitted(
    store: "Store", act: Act, after: Commitment, before: Commitment | None, agreement: "Document"
) -> Commitment:
    """`after` with what follows from the records that it names. Raises `Refusal` with everything that is wrong."""
    found, problems = await gathered(store, act, _references(after, before))
    refuse_any(problems)
    permit_making(Right.MAKE_COMMITMENTS, act.viewer, after.network, after.organizations)
    clauses = found.get(after.clause_set or "") or (await _kept_clauses(store, after))
    told_since = published_on(clauses, after.clause_version)
    problems = [
        *unfit_agreement(after, agreement, act.day),
        *unfit_sides(after, agreement, act.day),
        *unfit_clauses(after, clauses),
        *unfit_term(after, agreement, act.day),
    ]
    for place, side in enumerate(after.sides):
        if headcount := found.get(side.headcount or ""):
            day = side.signed_on.last if side.signed_on else None
            problems += unfit_headcount(headcount, side.organization, day, ("sides", place, "headcount"))
    for place, publicity in enumerate(after.publicity):
        path: Path = ("publicity", place)
        problems += unfit_publicity(publicity, told_since, act.day, path)
        problems += foreign_evidence(after, publicity.evidence, found, (*path, "evidence"))
        if publicity.organization not in after.organizations:
            english, chinese = "This organisation is no side of the commitment.", "该单位不是此廉洁承诺的一方。"
            problems.append(Problem(Code.RULE_BROKEN, (*path, "organization"), english, chinese))
    version, staff = version_of(clauses, after.clause_version), {own: each.get("staff") for own, each in found.items()}
    sides = tuple(
        replace(side, staff=staff[side.headcount]) if side.headcount in staff else side for side in after.sides
    )
    signed = after.origin is Origin.REPORTED and any(side.signed for side in sides)
    stage = Stage.OPEN if signed else Stage.DRAWN_UP
    text_hash = version["text_hash"] if version else None
    return sound(replace(after, sides=sides, stage=stage, clause_hash=text_hash), problems)


async def _kept_clauses(store: "Store", after: Commitment) -> "Document | None":
    """The clause set that stood there before and is not looked up again: it may have been archived since."""
    return (await store.known("cla", [after.clause_set or ""])).get(after.clause_set or "")


def _references(after: Commitment, before: Commitment | None) -> dict[str, dict[Path, str]]:
    """What `after` names, by type; what stood there before is not looked up again."""
    stood = before.organizations if before else ()
    sides = [*enumerate(after.sides)]
    evidence: dict[Path, str] = {
        ("publicity", place, "evidence", number): own_id
        for place, publicity in enumerate(after.publicity)
        for number, own_id in enumerate(publicity.evidence)
    }
    same = before is not None and before.clause_set == after.clause_set
    return {
        "org": {("sides", n, "organization"): s.organization for n, s in sides if s.organization not in stood},
        "cla": {} if same or after.clause_set is None else {("clause_set",): after.clause_set},
        "hea": {("sides", place, "headcount"): side.headcount for place, side in sides if side.headcount},
        "att": evidence,
    }


async def gathered(
    store: "Store", act: Act, references: Mapping[str, Mapping[Path, str]]
) -> tuple[dict[str, "Document"], list[Problem]]:
    """The documents behind `references` by id, and a problem for each that is not there."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for prefix, of_kind in references.items():
        try:
            found |= await store.refer(of_kind, prefix, act)
        except Refusal as refusal:
            problems += refusal.problems
    return found, problems


def _sides_as_told(facts: Facts) -> dict[str, Any]:
    """`facts` whose sides tell what a caller or a source may tell of them, and no more."""
    if not facts.get("sides"):
        return dict(facts)
    sides = [{name: side[name] for name in OF_A_SIDE if name in side} for side in facts["sides"]]
    return {**facts, "sides": sides}


def _counted_as(side: Side, before: Side | None) -> Side:
    """`side` with what its acknowledgements came to; a follower counts again what it counted with another staff."""
    if before is None or before.headcount != side.headcount:
        return side
    return replace(side, staff=before.staff, known=before.known, known_on=before.known_on, counted=before.counted)


def _not_later(before: Commitment, facts: Facts) -> Iterator[Problem]:
    """On the same clauses, a renewal is on a later version, but after a withdrawal: then the pair begins anew."""
    old, new = before.clause_version, facts.get("clause_version")
    same = facts.get("clause_set") in (None, before.clause_set)
    if before.withdrawn_on is None and same and old is not None and new is not None and new <= old:
        english = f"The commitment it follows is on version {old}; a renewal is on a later one or on other clauses."
        chinese = f"原承诺依据第 {old} 版;续签须依据更新的版本或其他承诺条款。"
        yield Problem(Code.RULE_BROKEN, ("clause_version",), english, chinese, before.id)


def _unsettable(facts: Facts, settable: Collection[str]) -> Iterator[Problem]:
    for name in sorted(facts.keys() - set(settable)):
        english, chinese = "This cannot be set or changed here.", "此项不能在此处填写或更改。"
        yield Problem(Code.RULE_BROKEN, (name,), english, chinese)
