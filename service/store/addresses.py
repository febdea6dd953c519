"""Whether a text is the address of a MongoDB server, before anything is connected."""

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
