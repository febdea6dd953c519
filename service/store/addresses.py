"""Whether a text is the address of a MongoDB server, before anything is connected."""

from typing import NamedTuple

from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

DISCOVERED = "mongodb+srv://"  # the servers stand in the DNS, which is not asked here


def check_address(uri: str) -> str:
    """The address itself. Raises ValueError, whose text holds no part of the address: a password may stand in it."""
    try:
        parse_uri("mongodb://" + uri.removeprefix(DISCOVERED) if uri.startswith(DISCOVERED) else uri)
    except (PyMongoError, ValueError):
        raise ValueError("not the address of a MongoDB server") from None
    return uri


class Address(NamedTuple):
    """What an address says of how the servers are reached.

    `unchecked` is that any certificate is taken, `by_certificate` that the service logs in by its own.
    """

    hosts: tuple[str, ...]
    user: str
    password: str
    tls: bool
    unchecked: bool
    by_certificate: bool


def address_of(uri: str) -> Address:
    """What `uri`, which `check_address` let pass, says. An address by DNS means TLS, unless it says otherwise."""
    discovered = uri.startswith(DISCOVERED)
    told = parse_uri("mongodb://" + uri.removeprefix(DISCOVERED) if discovered else uri, warn=False)
    options = {name.lower(): value for name, value in told["options"].items()}
    return Address(
        tuple(host for host, _ in told["nodelist"]),
        told["username"] or "",
        told["password"] or "",
        bool(options.get("tls", options.get("ssl", discovered))),
        any(options.get(name) for name in ("tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames")),
        options.get("authmechanism") == "MONGODB-X509",
    )
