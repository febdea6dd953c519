"""What one request carries: who asks, when, in which language, and the reader that batches its look-ups."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from strawberry.types import Info as StrawberryInfo

from schema.limits import USUAL, Limits, Measure
from schema.reader import Reader
from service.dates import day_of, now
from service.store.store import Store
from service.viewer import Viewer

Language = Literal["en", "zh"]


@dataclass
class Context:
    """Nothing changes it but `renew`, between the events of a subscription."""

    viewer: Viewer
    at: dt.datetime
    language: Language
    idempotency_key: str | None
    store: Store
    reader: Reader
    limits: Limits = USUAL
    measures: list[Measure] = field(default_factory=list)  # of the operation, once it is measured

    @property
    def day(self) -> dt.date:
        return day_of(self.at)

    async def renew(self) -> None:
        """The moment, and what the viewer may do now: a subscription outlives both. Raises `Unavailable`."""
        self.at = now()
        self.viewer = await self.store.roles.renewed(self.viewer, self.day)
        self.reader = Reader(self.store.database, self.viewer, self.day)


Info: TypeAlias = StrawberryInfo[Context, Any]


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
