"""How an activity is planned, recorded, held, published, cancelled and corrected (002, section 2; facts C5 to C16).

Each refusal names every problem found. Who may do it, and in which state, is `Activity.STEPS`.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.cooperation.activities import HAPPENED, Activity, ActivityStatus, Verdict, days_of
from service.cooperation.fitness import (
    contradicting_days,
    foreign_branches,
    not_yet_over,
    too_few_parties,
    unfit_agreement,
    unfit_filer,
    unfit_outcomes,
    unfit_participations,
    unfit_times,
    unfit_topics,
)
from service.cooperation.linking import asked_by_plan, half_linked, under_plan, unfit_plan
from service.errors import Code, Path, Problem, Refusal
from service.facts import Facts
from service.permission import permit, permit_making
from service.records import Action, formed, reformed, sound
from service.viewer import Right

ATTESTED = (
    *("title", "topics", "form", "direction", "when", "starts_at", "ends_at", "place", "speaker", "participations"),
    *("filed_by", "people_served", "summary", "outcomes", "agreement"),
)  # the facts that a confirmation speaks of

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def plan(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new PLANNED activity. Needs RECORD_ACTIVITIES; a recorder files for its own organisation."""
    return await _file(store, act, facts, ActivityStatus.PLANNED)


async def record(store: "Store", act: Act, facts: Facts) -> "Document":
    """An activity that has taken place already: it begins as HELD."""
    return await _file(store, act, facts, ActivityStatus.HELD)


async def hold(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """PLANNED → HELD, with what actually happened."""
    return await _restate(store, act, Action.HOLD, own_id, version, facts)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """Other facts in the same state, with a reason. The network and the origin stay."""
    return await _restate(store, act, Action.CORRECT, own_id, version, facts)


async def publish(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """HELD → PUBLISHED: everybody may read it."""
    before = await store.load(Activity, own_id, version, act)
    permit(before, Action.PUBLISH, act.viewer, act.day)
    return await store.save(before, replace(before, status=ActivityStatus.PUBLISHED), act)


async def cancel(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """PLANNED → CANCELLED, with a reason; the same activity may then be planned anew."""
    before = await store.load(Activity, own_id, version, act)
    permit(before, Action.CANCEL, act.viewer, act.day)
    after = replace(before, status=ActivityStatus.CANCELLED, cancel_reason=reason_of(act))
    return await store.save(before, after, act)


async def _file(store: "Store", act: Act, facts: Facts, status: ActivityStatus) -> "Document":
    given = _filed(facts) | {"id": act.new_id(Activity.PREFIX), "status": status}
    plain = formed(Activity, given)
    activity = await under_plan(store, act, settled(plain))
    filer = [activity.filed_by] if activity.filed_by else activity.organizations  # so that who lacks it is told so
    path: Path = ("filed_by",) if plain.filed_by else ("participations",)
    permit_making(Right.RECORD_ACTIVITIES, act.viewer, activity.network, filer, path)
    problems = [*contradicting_days(plain, facts), *await _problems(store, act, activity, None)]
    return await store.create(sound(activity, problems), act)


async def _restate(store: "Store", act: Act, action: Action, own_id: str, version: int, facts: Facts) -> "Document":
    before = await store.load(Activity, own_id, version, act)
    permit(before, action, act.viewer, act.day)
    if action is Action.CORRECT:
        reason_of(act)
    status = ActivityStatus.HELD if action is Action.HOLD else before.status
    plain = reformed(before, _filed(facts) | {"status": status, "cancel_reason": before.cancel_reason})
    after = restated(before, await under_plan(store, act, settled(plain)))
    if after.filed_by != before.filed_by:
        permit_making(Right.RECORD_ACTIVITIES, act.viewer, after.network, [after.filed_by], ("filed_by",))
    problems = [*contradicting_days(plain, facts), *await _problems(store, act, after, before)]
    return await store.save(before, sound(after, problems), act)


def _filed(facts: Facts) -> dict[str, object]:
    """`facts`, where no filing organisation is as good as none named."""
    return {name: value or "" if name == "filed_by" else value for name, value in facts.items()}


def settled(activity: Activity) -> Activity:
    """`activity` with what follows from its facts: the days from the hours, a sole topic as main, the host as filer."""
    when = days_of(activity.starts_at, activity.ends_at) if activity.starts_at else activity.when
    topics = tuple(replace(topic, main=topic.main or len(activity.topics) == 1) for topic in activity.topics)
    return replace(activity, when=when, topics=topics, filed_by=activity.filed_by or activity.main_host)


def restated(before: Activity, after: Activity) -> Activity:
    """`after` with what others say of it: who confirmed other facts than these is asked anew, a dispute stands.

    It stands also where the organisation takes part no more: named again, it has not said otherwise.
    """
    same = all(getattr(before, name) == getattr(after, name) for name in ATTESTED)
    standing = tuple(
        each
        for each in after.confirmations
        if each.organization != after.filed_by and (same or each.verdict is Verdict.DISPUTED)
    )
    return replace(after, confirmations=standing)


async def _problems(store: "Store", act: Act, after: Activity, before: Activity | None) -> list[Problem]:
    """Everything the rules find. What stood before is not looked up again: it may have been archived since."""
    problems = [
        *unfit_topics(after),
        *unfit_participations(after),
        *unfit_filer(after),
        *unfit_times(after),
        *unfit_outcomes(after),
        *not_yet_over(after, act),
        *half_linked(after),
    ]
    found: dict[str, dict[str, Document]] = defaultdict(dict)  # by type: an id of another one's is no agreement
    for prefix, references in _references(after, before).items():
        try:
            found[prefix] = await store.refer(references, prefix, act)
        except Refusal as refusal:
            problems += refusal.problems
    problems += foreign_branches(after, found["bra"])
    if series := found["pla"].get(after.plan or ""):
        problems += unfit_plan(after, series)
    if agreement := found["agr"].get(after.agreement or ""):
        problems += unfit_agreement(after, agreement)
    if agreement and not any(problem.code is Code.REFERENCE_INVALID for problem in problems):
        lines = await store.lines("org", sorted(after.organizations))
        problems += too_few_parties(after, agreement, lines)
    return problems


def _references(after: Activity, before: Activity | None) -> Mapping[str, Mapping[Path, str]]:
    """What is to be looked up, by type: who joined anew; the agreement, where anything it asks for has changed."""
    known = {"", *(before.organizations if before else ())}  # an empty id is REQUIRED, not unknown
    branches = {(part.organization, part.branch) for part in before.participations} if before else set()
    places = [(("participations", place), part) for place, part in enumerate(after.participations)]
    same = before and _asked_by_agreement(before) == _asked_by_agreement(after)
    as_planned = before and asked_by_plan(before) == asked_by_plan(after)
    return {
        "net": {} if before else {("network",): after.network},
        "org": {(*path, "organization"): part.organization for path, part in places if part.organization not in known},
        "bra": {
            (*path, "branch"): part.branch
            for path, part in places
            if part.branch is not None and (part.organization, part.branch) not in branches
        },
        "agr": {} if same or after.agreement is None else {("agreement",): after.agreement},
        "pla": {} if as_planned or after.plan is None else {("plan",): after.plan},
    }


def _asked_by_agreement(activity: Activity) -> tuple[object, ...]:
    happened = activity.status in HAPPENED
    return activity.agreement, activity.when, activity.starts_at, activity.organizations, happened
