"""How drawn operations were executed, so that no proof passes that proves little."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.api.executions import Executed, meaningful

LEAST = {"compiled": 0.5, "deoptimized": 0.1, "telling": 0.25}  # of all that were compared


class Shares:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def note(self, found: Executed) -> None:
        self.counts["compared"] += 1
        self.counts[found.execution or "interpreted"] += 1
        self.counts["telling"] += found.execution == "compiled" and meaningful(found.result.data)
        self.counts["with errors"] += bool(found.result.errors)

    def hold(self) -> None:
        assert self.counts["compared"]
        for name, least in LEAST.items():
            assert self.counts[name] >= least * self.counts["compared"], self.counts


@contextmanager
def shares_of(record: Callable[[str, object], None]) -> Iterator[Shares]:
    """Count what is executed meanwhile, tell it, and see that it is enough."""
    shares = Shares()
    yield shares
    record("executions", dict(shares.counts))
    print(dict(shares.counts))
    shares.hold()
