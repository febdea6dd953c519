"""Which records a viewer may know of and which steps it may take: one rule for reading, writing and `viewerCan`."""

import datetime as dt
from collections.abc import Collection

from service.errors import Code, Path, Problem, Refusal
from service.records import READERS, RIGHTS_KEYS, Action, Document, Filter, Record, document_of
from service.viewer import Right, Viewer, forbidden


def judged_by(kind: type[Record]) -> tuple[str, ...]:
    """The stored keys of `kind`'s documents that `may_read` judges by."""
    return (*RIGHTS_KEYS, *kind.STATE_KEYS)


def may_read(kind: type[Record], document: Document, viewer: Viewer, day: dt.date) -> bool:
    """Whether `viewer` may know of this document at all."""
    return viewer.may(kind.right_to_read(document, day), document["network"], document["concerns"])


READING = READERS[::-1]  # each includes those after it


def readable(
    kind: type[Record], viewer: Viewer, day: dt.date, network: str | None = None, keys: Collection[str] = ()
) -> Filter | None:
    """The filter that agrees with `may_read`, for all networks or for one; None when nothing may be read.

    With `keys`, what is found by them must let the viewer know of them as well.
    """
    least = max((READERS.index(kind.PRIVATE_KEYS[key]) for key in keys if key in kind.PRIVATE_KEYS), default=0)
    clauses: list[Filter] = []
    for right in READING[: len(READING) - least]:
        part = kind.readable_filter(right, day)
        scopes = [] if part is None else _scopes(viewer, right, network)
        clauses += [clause for scope in scopes if (clause := {**scope, **(part or {})}) not in clauses]
        if network is not None and {} in scopes:
            break  # what the rights after this one let read is among it
    if not clauses or {} in clauses:
        return {} if clauses else None
    return clauses[0] if len(clauses) == 1 else {"$or": clauses}


def _scopes(viewer: Viewer, right: Right, network: str | None) -> list[Filter]:
    """For which records `viewer` holds `right`, in all networks or in one."""
    if right is Right.READ_PUBLIC:
        return [{}]
    if network is not None and viewer.may(right, network):
        return [{}]
    own = viewer.organizations(right)
    if network is not None:
        return [{"concerns": {"$in": list(own[network])}}] if network in own else []
    whole = viewer.networks(right)
    wide: list[Filter] = [{"network": {"$in": list(whole)}}] if whole else []
    return [*wide, *({"network": each, "concerns": {"$in": list(own[each])}} for each in own if each not in whole)]


def steps_open(kind: type[Record], document: Document, viewer: Viewer, day: dt.date) -> list[Action]:
    """The actions that `viewer` may take on this document now: by right, organisation and state."""
    return [
        action
        for action in kind.STEPS
        if kind.allows(document, action, day)
        and viewer.may(kind.right_to(document, action), document["network"], kind.actors(document, action))
    ]


def permit(record: Record, action: Action, viewer: Viewer, day: dt.date) -> None:
    """Raises `Refusal` FORBIDDEN or ILLEGAL_STATE unless `viewer` may take `action` on `record` now."""
    permit_making(record.right_to(document_of(record), action), viewer, record.network, record.concerns())
    check_state(record, action, day)


def check_state(record: Record, action: Action, day: dt.date) -> None:
    """Raises `Refusal` ILLEGAL_STATE unless the record's own state lets `action` be taken on `day`."""
    if not record.allows(document_of(record), action, day):
        raise Refusal(
            Problem(Code.ILLEGAL_STATE, ("id",), *_out_of_turn(record, action, day), record.id, record.version)
        )


def _out_of_turn(record: Record, action: Action, day: dt.date) -> tuple[str, str]:
    states, state = record.STEPS[action].states, record.state(document_of(record), day)
    english, chinese = record.TITLE
    if state in states:
        return f"This {english} is {state}, but {action} is not open to it now.", (
            f"该{chinese}处于 {state} 状态,但目前不能执行 {action}。"
        )
    wanted = ", ".join(sorted(states))
    return f"This {english} is {state}; {action} needs it to be {wanted}.", (
        f"该{chinese}处于 {state} 状态;执行 {action} 须处于 {wanted} 状态。"
    )


def permit_making(
    right: Right, viewer: Viewer, network: str, organizations: Collection[str] = (), path: Path = ()
) -> None:
    """Raises `Refusal` FORBIDDEN unless `viewer` holds `right` in `network` (for one of `organizations`).

    Who holds it there for another organisation is told at `path`, which named this one.
    """
    if not viewer.may(right, network, organizations):
        raise forbidden(right, path if network in viewer.organizations(right) else (), network)
