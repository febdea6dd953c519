"""A DataLoader that outlives the look-ups that were given up.

When a field fails, graphql-core cancels its siblings. A batch that nobody waits for any more is then cancelled by
Strawberry (0.341), perhaps before it was begun, and yet added to: those look-ups would never be answered.
"""

from collections.abc import Awaitable
from typing import TypeVar

from strawberry.dataloader import DataLoader

K = TypeVar("K")
V = TypeVar("V")


class Loader(DataLoader[K, V]):
    """Begins another batch where all of the last one was given up."""

    def load(self, key: K) -> Awaitable[V]:
        if self.batch is not None and all(each.future.cancelled() for each in self.batch.tasks):
            self.batch = None
        return super().load(key)
