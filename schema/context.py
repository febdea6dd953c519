"""What one request carries: who asks, when, in which language, and the reader that batches its look-ups."""

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from graphql import OperationDefinitionNode
from graphql.pyutils import Path
from strawberry.types import Info as StrawberryInfo

from schema.limits import USUAL, Limits, Measure
from schema.reader import Reader
from service.dates import day_of, now
from service.spans import operation_is
from service.store.accesses import Accesses
from service.store.denials import Attempts
from service.store.store import Store
from service.store.tallies import Asking, asked
from service.trail.keys import KnownKeys
from service.viewer import ANONYMOUS, Viewer

Language = Literal["en", "zh"]


@dataclass
class Context:
    """Nothing changes it but what is noted of the operation, and `renew`, between the events of a subscription."""

    viewer: Viewer
    at: dt.datetime
    language: Language
    idempotency_key: str | None
    store: Store
    reader: Reader
    limits: Limits = USUAL
    known_keys: KnownKeys = field(default_factory=dict)  # whose signatures on checkpoints hold
    accesses: Accesses = field(default_factory=Accesses)  # what is answered that is restricted
    restricted: bool = False  # whether something of that kind was told to the access log
    attempts: Attempts = field(default_factory=Attempts)  # what is denied
    measures: list[Measure] = field(default_factory=list)  # of the operation, once it is measured
    characters: int = 0  # of the text that had to be parsed for it
    as_of: dt.datetime | None = None  # the moment that it is read at, where that is not the present
    explained: dict[str, Any] | None = None  # in development: how the operation was executed
    sight: int = 2  # of a text at which it is compiled; 0: never
    moments: dict[str | int, "Context"] = field(default_factory=dict)  # by root field, where one is read as of another

    @property
    def day(self) -> dt.date:
        return day_of(self.at)

    @property
    def asking(self) -> Asking:
        """How records are counted: for the public perhaps a moment ago, for whoever may have written now."""
        public = self.viewer is ANONYMOUS and self.as_of is None
        return self.store.tallied.asked if public else asked

    def begin(self, operation: OperationDefinitionNode) -> None:
        """Tell the logs what is being run."""
        self.accesses.operation = operation.name.value if operation.name else None
        operation_is(operation.operation.value, self.accesses.operation)

    async def renew(self) -> None:
        """The moment, and what the viewer may do now: a subscription outlives both. Raises `Unavailable`."""
        self.at = now()
        self.viewer = await self.store.roles.renewed(self.viewer, self.day)
        self.reader = Reader(self.store.database, self.viewer, self.day)

    async def leave_accesses(self) -> None:
        """Tell the access log what was answered and denied, before it leaves, and begin anew. Raises `Unavailable`."""
        self.restricted = self.restricted or self.accesses.noted
        if self.attempts.fields:
            await self.store.denials.leave(self.viewer, self.attempts, self.accesses.operation, self.at)
            self.attempts = Attempts()
        await self.accesses.leave(self.store.database, self.viewer.subject, self.at)
        self.accesses = Accesses(self.accesses.operation)


class Info(StrawberryInfo[Context, Any]):
    """What a resolver is told; its context is that of the moment at which its root field is read."""

    @property
    def known(self) -> dict[object, Any]:
        """What is derived from the selection alone is kept here by a plan, and forgotten by Strawberry."""
        return {}

    @property
    def present(self) -> Context:
        """The context of the request itself."""
        context: Context = self._raw_info.context
        return context

    @property
    def context(self) -> Context:
        present = self.present
        return present.moments.get(root_of(self.path), present) if present.moments else present


def root_of(path: Path) -> str | int:
    """The root field that leads to `path`, by its name in the answer."""
    while path.prev is not None:
        path = path.prev
    return path.key


@lru_cache(128)  # callers send the same ones each time
def language_of(accept_language: str | None) -> Language:
    """Chinese when the header's best known language is Chinese, English otherwise."""
    best, best_weight = "en", 0.0
    for part in (accept_language or "").split(","):
        tag, _, parameters = part.strip().lower().partition(";")
        language = tag.partition("-")[0].strip()
        weight = _weight(parameters)
        if language in ("zh", "en") and weight > best_weight:
            best, best_weight = language, weight
    return "zh" if best == "zh" else "en"


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    return float(value) if re.fullmatch(r"\s*[01](\.\d{0,3})?\s*", value, re.ASCII) else 0.0
