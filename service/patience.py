"""Limits of time for what is done many times a second: one timer looks at them all.

`asyncio.timeout` makes a timer and two coroutines each time; three of them are a tenth of what a small request takes.
"""

import asyncio
from contextvars import Context
from types import TracebackType
from weakref import WeakKeyDictionary

LOOK = 0.1  # seconds between two looks, by which a limit may be overstepped


class Watch:
    """What runs in one event loop, and until when it may. Nobody looks while there is nothing."""

    def __init__(self) -> None:
        self._due: dict[Within, float] = {}
        self._looking = False

    def begin(self, limit: "Within", seconds: float, loop: asyncio.AbstractEventLoop) -> None:
        self._due[limit] = loop.time() + seconds
        if not self._looking:
            self._looking = True
            loop.call_later(LOOK, self._look, loop, context=Context())  # not that of whoever came first

    def end(self, limit: "Within") -> None:
        self._due.pop(limit, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        moment = loop.time()
        for limit in [limit for limit, due in self._due.items() if due <= moment]:
            del self._due[limit]
            limit.expire()
        self._looking = bool(self._due)
        if self._looking:
            loop.call_later(LOOK, self._look, loop)


_WATCHES: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()


class Within:
    """Raises TimeoutError when the body takes `seconds`, or LOOK longer. Cancels as `asyncio.timeout` does."""

    __slots__ = ("_cancelling", "_late", "_seconds", "_task", "_watch")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._late = False

    def __enter__(self) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        if (watch := _WATCHES.get(loop)) is None:
            watch = _WATCHES[loop] = Watch()
        self._watch, self._task, self._cancelling = watch, task, task.cancelling()
        watch.begin(self, self._seconds, loop)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._watch.end(self)
        if self._late and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error  # it was cancelled for nothing else

    def expire(self) -> None:
        self._late = True
        self._task.cancel()
