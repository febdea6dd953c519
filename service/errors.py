"""The only way the domain says no: a `Refusal` carrying every problem found, each with a code from the published list.

A message is written once, in both languages, where the rule stands; the edge chooses the language.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]

LONGEST_SHOWN = 100  # characters of an id that a message names


class Code(StrEnum):
    """The published list of codes. Each value is its own name; the text beside it is what it tells a caller."""

    REQUIRED = "REQUIRED"  # a value is missing
    INVALID = "INVALID"  # a value is malformed or out of range
    NOT_FOUND = "NOT_FOUND"  # no such record, or none that this viewer may know of
    FORBIDDEN = "FORBIDDEN"  # the viewer lacks the right
    UNAUTHENTICATED = "UNAUTHENTICATED"  # the token is missing, expired or not valid
    CONFLICT = "CONFLICT"  # somebody else wrote first
    ALREADY_EXISTS = "ALREADY_EXISTS"  # the same record stands already
    ILLEGAL_STATE = "ILLEGAL_STATE"  # the record's state does not allow this step
    RULE_BROKEN = "RULE_BROKEN"  # a rule of the domain is not met
    REFERENCE_INVALID = "REFERENCE_INVALID"  # a record named by id does not fit
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"  # same key, other arguments
    BAD_CURSOR = "BAD_CURSOR"  # not a cursor of this list and order
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"  # more than the published limit
    BAD_REQUEST = "BAD_REQUEST"  # the request cannot be read
    GRAPHQL_INVALID = "GRAPHQL_INVALID"  # the document does not parse or validate
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"  # the database is away
    INTERNAL_ERROR = "INTERNAL_ERROR"  # a fault of ours
    RATE_LIMITED = "RATE_LIMITED"  # more than a minute's budget
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"  # no trusted document has this id


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: which field, what, and what would be right.

    `record` and `version` name the record that stands in the way (a conflict, a duplicate).
    """

    code: Code
    path: Path
    english: str
    chinese: str
    record: str | None = None
    version: int | None = None


class Refusal(Exception):
    """The request is understood and declined; nothing was written. Not frozen: a raised exception gets a traceback."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{problem.code} {problem.path}: {problem.english}" for problem in problems))
        self.problems = problems


class Unavailable(Exception):
    """The database did not answer in time. Retrying with the same idempotency key is safe."""


def refuse_any(problems: Iterable[Problem]) -> None:
    """Raise one `Refusal` with all `problems`, or return when there are none."""
    if found := tuple(problems):
        raise Refusal(*found)


def not_found(path: Path, record: str) -> Refusal:
    """A foreign id answers exactly as a missing one (promises.md, Who may do what). Nobody's long text is repeated."""
    shown = record if len(record) <= LONGEST_SHOWN else f"{record[:LONGEST_SHOWN]}…"
    return Refusal(
        Problem(Code.NOT_FOUND, path, f"There is no record {shown} here.", f"此处没有编号为 {shown} 的记录。")
    )
