"""How long each command of the database takes, told to whoever counts it."""

from collections.abc import Callable

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

MICROSECONDS = 1_000_000


class Timing(CommandListener):
    """`told(name, seconds, ok)` is called after each command, from whichever thread the driver works in."""

    def __init__(self, told: Callable[[str, float, bool], None]) -> None:
        self._told = told

    def started(self, event: CommandStartedEvent) -> None:
        """Nothing: the driver measures."""

    def succeeded(self, event: CommandSucceededEvent) -> None:
        self._told(event.command_name, event.duration_micros / MICROSECONDS, True)

    def failed(self, event: CommandFailedEvent) -> None:
        self._told(event.command_name, event.duration_micros / MICROSECONDS, False)
