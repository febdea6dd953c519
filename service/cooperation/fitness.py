"""The rules of an activity: what is wrong with one, each problem with its path (002, section 2; facts C5 to C16)."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from service.acts import Act
from service.cooperation.activities import HAPPENED, Activity, ParticipationRole, days_of
from service.cooperation.agreements import Stage, in_force_during
from service.cooperation.pillars import unmatched
from service.dates import FIRST_DAY, LAST_DAY, Precision
from service.errors import Code, Problem
from service.facts import Facts
from service.records import Origin

if TYPE_CHECKING:
    from service.records import Document


def unfit_topics(activity: Activity) -> Iterator[Problem]:
    """One or more pairs of pillar and theme, each once and matched; exactly one is the main one."""
    if not activity.topics:
        yield Problem(Code.REQUIRED, ("topics",), "Name at least one topic.", "至少填写一个主题。")
        return
    pairs = [(topic.pillar, topic.theme) for topic in activity.topics]
    for place, (pillar, theme) in enumerate(pairs):
        yield from unmatched(pillar, theme, ("topics", place, "theme"))
        if (pillar, theme) in pairs[:place]:
            yield Problem(Code.RULE_BROKEN, ("topics", place), "This topic stands above already.", "此主题重复。")
    if sum(topic.main for topic in activity.topics) != 1:
        yield Problem(Code.RULE_BROKEN, ("topics",), "Exactly one topic is the main one.", "须有且仅有一个主要主题。")


def unfit_participations(activity: Activity) -> Iterator[Problem]:
    """Two or more organisations, each with its branch once, and one host, so far as a source says who it was."""
    if len(activity.organizations) < 2:
        english, chinese = "Two or more organisations take part.", "须有两个以上单位参加。"
        yield Problem(Code.RULE_BROKEN, ("participations",), english, chinese)
    seen = [(part.organization, part.branch) for part in activity.participations]
    for place, pair in enumerate(seen):
        if pair in seen[:place]:
            english, chinese = "This organisation and branch stand above already.", "该单位及党组织重复。"
            yield Problem(Code.RULE_BROKEN, ("participations", place), english, chinese)
    hosts = [place for place, part in enumerate(activity.participations) if part.role is ParticipationRole.HOST]
    for place in hosts[1:]:
        english, chinese = "Only one hosts; others are CO_HOST.", "主办单位只有一个;其余为联合主办(CO_HOST)。"
        yield Problem(Code.RULE_BROKEN, ("participations", place, "role"), english, chinese)
    if not hosts and activity.origin is Origin.NATIVE:
        english, chinese = "Say which organisation is the HOST.", "须注明主办单位(HOST)。"
        yield Problem(Code.REQUIRED, ("participations",), english, chinese)


def unfit_filer(activity: Activity) -> Iterator[Problem]:
    """One of those who take part files it; where a source names no host, it must be said who."""
    if activity.filed_by and activity.filed_by not in activity.organizations:
        english, chinese = "Who files an activity takes part in it.", "填报单位须是参加单位之一。"
        yield Problem(Code.RULE_BROKEN, ("filed_by",), english, chinese)
    elif not activity.filed_by and activity.origin is Origin.REPORTED:
        english, chinese = "Without a host, say which organisation files it.", "未注明主办单位时,须填写填报单位。"
        yield Problem(Code.REQUIRED, ("filed_by",), english, chinese)


def unfit_times(activity: Activity) -> Iterator[Problem]:
    """An end has a start and does not lie before it."""
    if activity.ends_at is None:
        return
    if activity.starts_at is None:
        yield Problem(Code.REQUIRED, ("starts_at",), "An end needs a start.", "有结束时间须有开始时间。")
    elif activity.ends_at < activity.starts_at:
        yield Problem(Code.RULE_BROKEN, ("ends_at",), "This lies before the start.", "结束时间早于开始时间。")


def contradicting_days(activity: Activity, facts: Facts) -> Iterator[Problem]:
    """The days follow from the hours; given beside them, they must be the same."""
    if facts.get("when") is None or activity.starts_at is None:
        return
    days = days_of(activity.starts_at, activity.ends_at)
    if activity.when != days:
        english = f"By its hours the activity is on {days.first} to {days.last}; leave the days out."
        chinese = f"按起止时间,活动日期为 {days.first} 至 {days.last};此项可不填。"
        yield Problem(Code.RULE_BROKEN, ("when",), english, chinese)


def not_yet_over(activity: Activity, act: Act) -> Iterator[Problem]:
    """What was held lies in the past: to the moment where it is known, else so far as the days known allow."""
    if activity.status not in HAPPENED:
        return
    name = "ends_at" if activity.ends_at else "starts_at" if activity.starts_at else "when"
    over: dt.datetime | None = activity.ends_at or activity.starts_at
    when = activity.when
    vague = when is not None and when.precision in (Precision.YEAR, Precision.MONTH)  # this year: perhaps yesterday
    past = when is None or (when.first if vague else when.last) <= act.day
    if not (over <= act.at if over else past):
        english, chinese = (
            "What was held lies in the past; plan it instead.",
            "已举办的活动须在过去;尚未举办的请列入计划。",
        )
        yield Problem(Code.RULE_BROKEN, (name,), english, chinese)


def unfit_outcomes(activity: Activity) -> Iterator[Problem]:
    """A number comes with its unit, and a unit with its number."""
    for place, outcome in enumerate(activity.outcomes):
        if outcome.value is not None and not outcome.unit:
            yield Problem(Code.REQUIRED, ("outcomes", place, "unit"), "A number needs its unit.", "有数值须有单位。")
        elif outcome.unit and outcome.value is None:
            yield Problem(Code.REQUIRED, ("outcomes", place, "value"), "A unit needs its number.", "有单位须有数值。")


def foreign_branches(activity: Activity, found: Mapping[str, "Document"]) -> Iterator[Problem]:
    """A party branch takes part for its own organisation."""
    for place, part in enumerate(activity.participations):
        branch = found.get(part.branch or "")
        if branch and branch["organization"] != part.organization:
            english, chinese = "This is a branch of another organisation.", "该党组织属于其他单位。"
            path = ("participations", place, "branch")
            yield Problem(Code.REFERENCE_INVALID, path, english, chinese, branch["_id"])


def unfit_agreement(activity: Activity, agreement: "Document") -> Iterator[Problem]:
    """It is a signed one of the same network, and the start lies in its term, so far as the start is known."""
    if agreement["network"] != activity.network:
        english, chinese = "This agreement belongs to another network.", "该协议属于其他共建网络。"
        yield Problem(Code.REFERENCE_INVALID, ("agreement",), english, chinese, agreement["_id"])
    if agreement["stage"] != Stage.SIGNED:
        english = f"An activity needs a signed agreement; this one is {agreement['stage']}."
        chinese = f"活动须依据已签署的协议;该协议处于 {agreement['stage']} 状态。"
        yield Problem(Code.RULE_BROKEN, ("agreement",), english, chinese, agreement["_id"])
    elif activity.when is not None:
        first = activity.when.first
        last = first if activity.starts_at else activity.when.last
        if not in_force_during(agreement, first, last):
            english, chinese = _in_force(agreement)
            english = f"The start lies outside the time in which the agreement is in force, {english}."
            chinese = f"开始日期不在协议生效期间({chinese})。"
            path = ("starts_at",) if activity.starts_at else ("when",)
            yield Problem(Code.RULE_BROKEN, path, english, chinese, agreement["_id"])


def _in_force(agreement: "Document") -> tuple[str, str]:
    """From when to when, in both languages: its term has begun and all have signed; what is open is left out."""
    first = agreement["active_from"]
    until = min(agreement["active_to"], agreement["terminated_from"], agreement["renewal_from"])
    english, chinese = [f"from {first}"], [f"自 {first}"]
    if first == FIRST_DAY.isoformat():
        english, chinese = [], []
    if until != LAST_DAY.isoformat():
        english, chinese = [*english, f"to {until}"], [*chinese, f"至 {until}"]
    return " ".join(english), " ".join(chinese)


def too_few_parties(
    activity: Activity, agreement: "Document", lines: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    """Two or more parties take part themselves or by a descendant, each by an organisation of its own.

    `lines` leads from each participating organisation up to all above it.
    """
    parties = {party["organization"] for party in agreement["parties"]}
    behind = [parties.intersection(lines[own_id]) for own_id in activity.organizations]
    if min(len(set().union(*behind)), sum(map(bool, behind))) < 2:
        english = "Two or more of the agreement's parties, or their subordinates, take part."
        chinese = "协议各方(或其下属单位)须有两方以上参加。"
        yield Problem(Code.RULE_BROKEN, ("participations",), english, chinese, agreement["_id"])
