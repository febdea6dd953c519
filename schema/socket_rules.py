"""What sockets keep to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SocketLimits:
    """The most that may run on one socket, and the most sockets of one viewer, or of one address without a token.

    Each is a setting of the same name, and holds for each worker by itself.
    """

    socket_operations: int = 20
    sockets: int = 200


@dataclass(frozen=True)
class SocketRules:
    """`origins` are those of pages elsewhere that may open one. Times are in seconds."""

    sockets: SocketLimits = SocketLimits()
    origins: tuple[str, ...] = ()
    initialisation: float = 10.0
    between_checks: float = 10.0  # of the token, which may expire or be revoked
    patience: float = 10.0  # with a reader, for one message


USUAL_RULES = SocketRules()
