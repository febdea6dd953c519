"""Who may stand in what is done under an agreement: its parties and the organisations below them (002; C4, C6)."""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from service.acts import Act
from service.cooperation.agreements import Stage
from service.errors import Code, Path, Problem, Refusal
from service.permission import permit_making
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def agreement_of(store: "Store", act: Act, own_id: str, right: Right) -> "Document":
    """The agreement that something new is to stand under, in the agreement's network, where the viewer holds `right`.

    Raises `Refusal` REFERENCE_INVALID for one that is not to be known of or whose network is archived, FORBIDDEN.
    """
    agreement = (await store.refer({("agreement",): own_id}, "agr", act))[own_id]
    permit_making(right, act.viewer, agreement["network"])
    await store.refer({("agreement",): agreement["network"]}, "net", act)
    return agreement


def unsigned(agreement: "Document") -> Iterator[Problem]:
    """What is done under an agreement needs one that all have signed."""
    if agreement["stage"] != Stage.SIGNED:
        english = f"This needs a signed agreement; this one is {agreement['stage']}."
        chinese = f"须依据已签署的协议;该协议处于 {agreement['stage']} 状态。"
        yield Problem(Code.RULE_BROKEN, ("agreement",), english, chinese, agreement["_id"])


async def unfit_organizations(
    store: "Store", act: Act, places: Mapping[Path, str], agreement: "Document | None", standing: Collection[str] = ()
) -> list[Problem]:
    """Each organisation at its place is one to refer to and, under an agreement, a party or below one.

    Those in `standing` stood there before and are not looked up again: they may have been archived since.
    """
    new = {path: own_id for path, own_id in places.items() if own_id not in standing}
    problems: list[Problem] = []
    try:
        await store.refer(new, "org", act)
    except Refusal as refusal:
        problems += refusal.problems
    if agreement is not None:
        unknown = {problem.path for problem in problems}
        there = {path: own_id for path, own_id in new.items() if path not in unknown}
        problems += outsiders(there, agreement, await store.lines("org", sorted({*there.values()})))
    return problems


def outsiders(
    places: Mapping[Path, str], agreement: "Document", lines: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    """`lines` leads from each organisation up to all above it."""
    parties = {party["organization"] for party in agreement["parties"]}
    for path, own_id in places.items():
        if parties.isdisjoint(lines[own_id]):
            english = "This organisation is neither a party of the agreement nor below one."
            chinese = "该单位既不是协议当事方,也不是其下属单位。"
            yield Problem(Code.RULE_BROKEN, path, english, chinese, agreement["_id"])


def repeated(ids: Collection[str], path: Path) -> Iterator[Problem]:
    """Each organisation is named once."""
    seen: set[str] = set()
    for place, own_id in enumerate(ids):
        if own_id in seen:
            english, chinese = "This organisation is named already.", "该单位重复。"
            yield Problem(Code.RULE_BROKEN, (*path, place), english, chinese)
        seen.add(own_id)
