"""What belongs to one organisation: which network keeps it, and that it refers to that organisation's own alone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service.acts import Act
from service.errors import Code, Problem, Refusal
from service.permission import permit_making
from service.records import Record
from service.viewer import Right

if TYPE_CHECKING:
    from service.store.store import Store


async def keeper(store: "Store", act: Act, organization: str) -> str:
    """The network that keeps `organization` and, with it, all that belongs to it.

    Raises `Refusal` REFERENCE_INVALID for no live organisation of a live network, FORBIDDEN without the right there.
    """
    found = await store.refer({("organization",): organization}, "org", act)
    network = str(found[organization]["network"])
    permit_making(Right.KEEP_ORGANIZATIONS, act.viewer, network)
    await store.refer({("organization",): network}, "net", act)
    return network


async def foreign(
    store: "Store", act: Act, organization: str, prefixes: Mapping[str, str], after: Record, before: Record | None
) -> list[Problem]:
    """What is wrong with the references of `after`, by fact: the type it refers to is in `prefixes`.

    Each names a live record of `organization`; one that stays as it was is not asked again.
    """
    problems: list[Problem] = []
    for name, prefix in prefixes.items():
        own_id = getattr(after, name)
        if own_id is None or (before is not None and own_id == getattr(before, name)):
            continue
        try:
            found = await store.refer({(name,): own_id}, prefix, act)
        except Refusal as refusal:
            problems += refusal.problems
            continue
        if found[own_id]["organization"] != organization:
            english, chinese = "This belongs to another organisation.", "此项属于另一单位。"
            problems.append(Problem(Code.RULE_BROKEN, (name,), english, chinese, own_id))
    return problems
