"""How long a connection to the database is waited for, and how many there are, told to whoever counts it."""

from collections.abc import Callable

from pymongo.monitoring import (
    ConnectionCheckedInEvent,
    ConnectionCheckedOutEvent,
    ConnectionCheckOutFailedEvent,
    ConnectionCheckOutStartedEvent,
    ConnectionClosedEvent,
    ConnectionCreatedEvent,
    ConnectionPoolListener,
    ConnectionReadyEvent,
    PoolClearedEvent,
    PoolClosedEvent,
    PoolCreatedEvent,
    PoolReadyEvent,
)


class PoolTiming(ConnectionPoolListener):
    """`waited(seconds, ok)` is called when a connection was waited for, `connected(±1)` when there is one more or less.

    From whichever thread the driver works in.
    """

    def __init__(self, waited: Callable[[float, bool], None], connected: Callable[[int], None]) -> None:
        self._waited = waited
        self._connected = connected

    def connection_checked_out(self, event: ConnectionCheckedOutEvent) -> None:
        self._waited(event.duration or 0.0, True)

    def connection_check_out_failed(self, event: ConnectionCheckOutFailedEvent) -> None:
        self._waited(event.duration or 0.0, False)

    def connection_created(self, event: ConnectionCreatedEvent) -> None:
        self._connected(1)

    def connection_closed(self, event: ConnectionClosedEvent) -> None:
        self._connected(-1)

    def connection_check_out_started(self, event: ConnectionCheckOutStartedEvent) -> None:
        """Nothing: the driver measures."""

    def connection_checked_in(self, event: ConnectionCheckedInEvent) -> None: ...

    def connection_ready(self, event: ConnectionReadyEvent) -> None: ...

    def pool_created(self, event: PoolCreatedEvent) -> None: ...

    def pool_ready(self, event: PoolReadyEvent) -> None: ...

    def pool_cleared(self, event: PoolClearedEvent) -> None: ...

    def pool_closed(self, event: PoolClosedEvent) -> None: ...
