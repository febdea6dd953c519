"""Role assignment 角色授予: who holds which role in a network, from a day on (domain.md, *Who does what*).

A token says who somebody is and may carry roles of its own; an assignment gives one to a token's subject until it is
handed over, ended or withdrawn. What follows speaks of stored assignments: what a token carries is not seen here.
"""

import datetime as dt
from dataclasses import dataclass
from enum import auto
from typing import Any, ClassVar

from service.dates import LAST_DAY
from service.facts import text
from service.records import QUOTED, Action, Document, Filter, Index, Record, Step, joined, ordered
from service.viewer import Right, Role, Upper

MOST_HELD = 200  # standing assignments of one subject, all networks together


class RoleAssignmentStatus(Upper):
    UPCOMING = auto()
    ACTIVE = auto()
    ENDED = auto()
    WITHDRAWN = auto()


STANDING = frozenset({RoleAssignmentStatus.UPCOMING, RoleAssignmentStatus.ACTIVE})


@dataclass(frozen=True, kw_only=True)
class RoleAssignment(Record):
    """`subject` is the `sub` of the holder's token. On the day it ended a role is held no more."""

    PREFIX = "rol"
    COLLECTION = "role_assignments"
    TITLE = ("role assignment", "角色授予")
    INDEXES = (
        Index(("duplicate_key",), unique=True),
        Index(("subject_key",)),
        Index(("admin_key",)),
        Index(("network", "date_key")),
        Index(("organization", "date_key")),
    )
    READ = Right.READ_DRAFTS
    STATE_KEYS = ("since", "active_to", "withdrawn")
    STEPS: ClassVar = {
        Action.HAND_OVER: Step(Right.GIVE_ROLES, STANDING),
        Action.END: Step(Right.GIVE_ROLES, frozenset({RoleAssignmentStatus.ACTIVE})),
        Action.WITHDRAW: Step(Right.GIVE_ROLES, STANDING),
    }
    FIXED = (*Record.FIXED, "role", "organization", "since")
    PRIVATE: ClassVar = dict.fromkeys(("holder", QUOTED), Right.READ_CONTACTS)

    role: Role
    organization: str | None = None
    subject: str = text(200)
    holder: str | None = text(60, default=None)
    since: dt.date
    ended_on: dt.date | None = None
    end_reason: str | None = None
    withdrawn: bool = False

    def concerns(self) -> tuple[str, ...]:
        return (self.organization,) if self.organization else ()

    def keys(self) -> dict[str, Any]:
        """Standing it is found by its subject, and an administrator's by the network; else these keys are free."""
        standing = not self.withdrawn and self.ended_on is None
        administering = standing and self.role is Role.NETWORK_ADMIN
        identity = joined(self.network, self.role, self.organization or "", self.subject)
        return {
            "date_key": ordered(self.since.isoformat(), self.id),
            "active_to": (self.ended_on or LAST_DAY).isoformat(),
            "duplicate_key": identity if standing else self.id,
            "subject_key": self.subject if standing else "",
            "admin_key": self.network if administering else "",
        }

    @classmethod
    def state(cls, document: Document, day: dt.date) -> str:
        today = day.isoformat()
        if document["withdrawn"]:
            return RoleAssignmentStatus.WITHDRAWN
        if today < document["since"]:
            return RoleAssignmentStatus.UPCOMING
        return RoleAssignmentStatus.ENDED if document["active_to"] <= today else RoleAssignmentStatus.ACTIVE

    @classmethod
    def state_filter(cls, state: str, day: dt.date) -> Filter:
        today = day.isoformat()
        begun: Filter = {"withdrawn": False, "since": {"$lte": today}}
        ranges: dict[str, Filter] = {
            RoleAssignmentStatus.WITHDRAWN: {"withdrawn": True},
            RoleAssignmentStatus.UPCOMING: {"withdrawn": False, "since": {"$gt": today}},
            RoleAssignmentStatus.ACTIVE: {**begun, "active_to": {"$gt": today}},
            RoleAssignmentStatus.ENDED: {**begun, "active_to": {"$lte": today}},
        }
        return ranges[state]
