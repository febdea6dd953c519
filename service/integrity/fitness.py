"""The rules of a commitment: what is wrong with one, each problem with its path (002, section 2; C14).

Agreements, head-counts and attachments belong to other areas: their facts come as stored documents.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from service.dates import LAST_DAY
from service.errors import Code, Path, Problem
from service.integrity.commitments import Commitment, Publicity, Side
from service.records import Origin

if TYPE_CHECKING:
    from service.records import Document

SIDES = 2


def unfit_agreement(commitment: Commitment, agreement: "Document", today: dt.date) -> Iterator[Problem]:
    """An integrity partnership that is signed and, for a native commitment, not over."""
    path, own_id = ("agreement",), agreement["_id"]
    if agreement["kind"] != "INTEGRITY_PARTNER":
        english = f"A commitment stands under an INTEGRITY_PARTNER agreement; this one is {agreement['kind']}."
        chinese = f"廉洁承诺须依据廉洁伙伴协议书(INTEGRITY_PARTNER);该协议为 {agreement['kind']}。"
        yield Problem(Code.RULE_BROKEN, path, english, chinese, own_id)
    if agreement["stage"] != "SIGNED":
        english = f"This needs a signed agreement; this one is {agreement['stage']}."
        chinese = f"须依据已签署的协议;该协议处于 {agreement['stage']} 状态。"
        yield Problem(Code.RULE_BROKEN, path, english, chinese, own_id)
    elif commitment.origin is Origin.NATIVE and is_over(agreement, today):
        yield Problem(Code.RULE_BROKEN, path, "This agreement has ended.", "该协议已结束。", own_id)


def is_over(agreement: "Document", today: dt.date) -> bool:
    """Whether a signed agreement has expired, or was terminated or renewed."""
    ended_on = ends_early_on(agreement)
    return agreement["active_to"] < today.isoformat() or (ended_on is not None and ended_on <= today)


def ends_early_on(agreement: "Document") -> dt.date | None:
    """The first day on which a termination or a renewal ends it; FIRST_DAY where that is not known."""
    day = min(agreement["terminated_from"], agreement["renewal_from"])
    return None if day == LAST_DAY.isoformat() else dt.date.fromisoformat(day)


def unfit_sides(commitment: Commitment, agreement: "Document", today: dt.date) -> Iterator[Problem]:
    """Two different parties of the agreement; only a reported side is told that it has signed, and when."""
    if len(commitment.sides) != SIDES:
        english, chinese = "A commitment has exactly two sides.", "廉洁承诺须恰有两方。"
        yield Problem(Code.RULE_BROKEN, ("sides",), english, chinese)
    parties = {party["organization"] for party in agreement["parties"]}
    for place, side in enumerate(commitment.sides):
        path: Path = ("sides", place, "organization")
        if side.organization in commitment.organizations[:place]:
            yield Problem(Code.RULE_BROKEN, path, "This organisation is a side already.", "该单位已是一方。")
        elif side.organization not in parties:
            english, chinese = "This organisation is not a party of the agreement.", "该单位不是此协议的当事方。"
            yield Problem(Code.RULE_BROKEN, path, english, chinese, agreement["_id"])
        if commitment.origin is Origin.NATIVE and side != Side(side.organization):
            english, chinese = "This follows from signing it.", "此项由签署操作得出。"
            yield Problem(Code.RULE_BROKEN, ("sides", place, "signed"), english, chinese)
        yield from unfit_reported_side(side, place, today)


def unfit_reported_side(side: Side, place: int, today: dt.date) -> Iterator[Problem]:
    """What was not signed has no day, no signer and no head-count; and nobody has signed on a day to come."""
    told = {"signed_on": side.signed_on, "signer": side.signer, "headcount": side.headcount}
    for name in (name for name, value in told.items() if value and not side.signed):
        english, chinese = "This belongs to a side that has signed.", "已签署的一方才有此项。"
        yield Problem(Code.RULE_BROKEN, ("sides", place, name), english, chinese)
    if side.signed_on and side.signed_on.first > today:
        english, chinese = "This day has not come yet.", "此日期尚未到来。"
        yield Problem(Code.RULE_BROKEN, ("sides", place, "signed_on"), english, chinese)


def unfit_clauses(commitment: Commitment, clauses: "Document | None") -> Iterator[Problem]:
    """A published version of a clause set of the same network; a reported commitment may name none."""
    if clauses is None:
        if commitment.clause_version is not None:
            english, chinese = "Name the clause set of this version.", "请注明该版本所属的承诺条款。"
            yield Problem(Code.REQUIRED, ("clause_set",), english, chinese)
        return
    if clauses["network"] != commitment.network:
        english, chinese = "These clauses belong to another network.", "该承诺条款属于其他共建网络。"
        yield Problem(Code.REFERENCE_INVALID, ("clause_set",), english, chinese, clauses["_id"])
    number = commitment.clause_version
    found = version_of(clauses, number)
    if number is None:
        english, chinese = "Name the version of the clauses.", "请注明承诺条款的版本。"
        yield Problem(Code.REQUIRED, ("clause_version",), english, chinese, clauses["_id"])
    elif found is None or not found["published"]:
        english = f"The clause set has no published version {number}."
        chinese = f"该承诺条款没有已发布的第 {number} 版。"
        yield Problem(Code.RULE_BROKEN, ("clause_version",), english, chinese, clauses["_id"])


def version_of(clauses: "Document | None", number: int | None) -> "Document | None":
    versions = clauses["versions"] if clauses else ()
    return next((each for each in versions if each["number"] == number), None)


def published_on(clauses: "Document | None", number: int | None) -> dt.date | None:
    """The day on which that version was published, where it is known."""
    found = version_of(clauses, number)
    return dt.date.fromisoformat(found["published_on"]) if found and found["published_on"] else None


def unfit_term(commitment: Commitment, agreement: "Document", today: dt.date) -> Iterator[Problem]:
    """It ends no later than its agreement and, when native, not before today; only a reported one is told its day."""
    if commitment.expires_on and commitment.expires_on.isoformat() > agreement["active_to"]:
        english = f"The agreement ends on {agreement['active_to']}, before this day."
        chinese = f"协议于 {agreement['active_to']} 届满,早于此日期。"
        yield Problem(Code.RULE_BROKEN, ("expires_on",), english, chinese, agreement["_id"])
    if commitment.expires_on and commitment.origin is Origin.NATIVE and commitment.expires_on < today:
        english, chinese = f"This lies before today, {today}.", f"此日期早于今日 {today}。"
        yield Problem(Code.RULE_BROKEN, ("expires_on",), english, chinese)
    if commitment.drawn_up_on and commitment.drawn_up_on > today:
        yield Problem(Code.RULE_BROKEN, ("drawn_up_on",), "This day has not come yet.", "此日期尚未到来。")


def unfit_headcount(headcount: "Document", organization: str, day: dt.date | None, path: Path) -> Iterator[Problem]:
    """A snapshot of that organisation that tells its staff, dated on or before the `day` on which it signed."""
    own_id, on = headcount["_id"], headcount["on"]
    if headcount["organization"] != organization:
        english, chinese = "This headcount is of another organisation.", "该人数快照属于其他单位。"
        yield Problem(Code.REFERENCE_INVALID, path, english, chinese, own_id)
    if not headcount["staff"]:
        english, chinese = "This headcount tells no staff.", "该人数快照没有职工人数。"
        yield Problem(Code.RULE_BROKEN, path, english, chinese, own_id)
    if on is None or (day and on["last"] > day.isoformat()):
        english = "The headcount must be dated on or before the day of signing."
        chinese = "人数快照的日期须不晚于签署日。"
        yield Problem(Code.RULE_BROKEN, path, english, chinese, own_id)


def superseded_headcount(headcount: "Document", others: Iterable["Document"], day: dt.date) -> Iterator[Problem]:
    """What counts is the head-count in force at signing: no other one is surely later and dated by the `day`."""
    taken = headcount["on"]["last"] if headcount["on"] else None
    for other in others:
        on, stands = other["on"], other["status"] == "RECORDED" and other["staff"]
        if taken and stands and on and taken < on["first"] and on["last"] <= day.isoformat():
            english = "A later headcount was in force on the day of signing; sign with that one."
            chinese = "签署日已有更新的人数快照,请以该快照签署。"
            yield Problem(Code.RULE_BROKEN, ("headcount",), english, chinese, other["_id"], other["version"])
            return


def unfit_publicity(publicity: Publicity, told_since: dt.date | None, today: dt.date, path: Path) -> Iterator[Problem]:
    """It runs forward, from a day that has come; and no clauses are publicised before they are published."""
    begins, ends = publicity.begins, publicity.ends
    if begins and begins.first > today:
        yield Problem(Code.RULE_BROKEN, (*path, "begins"), "This day has not come yet.", "此日期尚未到来。")
    if begins and told_since and begins.last < told_since:
        yield Problem(Code.RULE_BROKEN, (*path, "begins"), *before_publication(told_since))
    if begins and ends and ends.last < begins.first:
        yield Problem(Code.RULE_BROKEN, (*path, "ends"), "This lies before the beginning.", "结束日期早于开始日期。")


def before_publication(published: dt.date) -> tuple[str, str]:
    """What to say of a day on which the clauses were not published yet."""
    return (
        f"This lies before {published}, when the clauses were published.",
        f"此日期早于承诺条款的发布日 {published}。",
    )


def not_a_side(commitment: Commitment, organization: str, path: Path = ("organization",)) -> Iterator[Problem]:
    if organization not in commitment.organizations:
        english, chinese = "This organisation is no side of the commitment.", "该单位不是此廉洁承诺的一方。"
        yield Problem(Code.REFERENCE_INVALID, path, english, chinese)


def not_signed_yet(commitment: Commitment, organization: str, path: Path = ("organization",)) -> Iterator[Problem]:
    side = commitment.side_of(organization)
    if side and not side.signed:
        english, chinese = "This side has not signed yet.", "该方尚未签署。"
        yield Problem(Code.RULE_BROKEN, path, english, chinese)


def foreign_evidence(
    commitment: Commitment, evidence: Iterable[str], found: Mapping[str, "Document"], path: Path
) -> Iterator[Problem]:
    """What shows a publicity is attached to records of the same network."""
    for place, own_id in enumerate(evidence):
        if found[own_id]["network"] != commitment.network:
            english, chinese = "This attachment is of another network.", "该附件属于其他共建网络。"
            yield Problem(Code.REFERENCE_INVALID, (*path, place), english, chinese, own_id)
