"""Batches: what one turn of the event loop asks for is loaded at once, and what is asked for alone as it is.

As Strawberry's DataLoader does, without its cache; alone, without its task and its future, which took a tenth of a
request by id.
"""

import asyncio
import types
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass
class Batch(Generic[K, V]):
    wanted: list[K]
    found: asyncio.Task[list[V]] | None = None  # None as long as one is wanted alone


class Batches(Generic[K, V]):
    """Of what `load` finds, in the order of what is wanted."""

    def __init__(self, load: Callable[[list[K]], Awaitable[list[V]]]) -> None:
        self._load = load
        self._open: Batch[K, V] | None = None

    async def load(self, wanted: K) -> V:
        """What is found for `wanted`. Raises what `load` raises for any of its batch."""
        if (batch := self._open) is None:
            batch = self._open = Batch([wanted])
            try:
                await _turns()
            finally:  # also where it is given up
                if batch.found is None:
                    self._open = None
            if batch.found is None:
                return (await self._load(batch.wanted))[0]
            place = 0
        else:
            place = len(batch.wanted)
            batch.wanted.append(wanted)
            if batch.found is None:
                batch.found = asyncio.create_task(self._later(batch))
        return (await asyncio.shield(batch.found))[place]  # whoever is cancelled takes nothing from the others

    async def _later(self, batch: Batch[K, V]) -> list[V]:
        await _turns()
        self._open = None
        return await self._load(batch.wanted)


@types.coroutine
def _turns() -> Generator[None, None, None]:
    """Let the loop turn: twice, so that what is asked for in a task that another one begins comes into the batch."""
    yield
    yield
