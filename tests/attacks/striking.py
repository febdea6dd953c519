"""How an attack is told: what is sent, and the one answer that is right."""

from collections.abc import Callable
from typing import Any, TypeAlias

from schema.answers import LONGEST_MESSAGE
from service.errors import Code
from service.viewer import Viewer
from tests.attacks.serving import Answer, Served, post

Attack: TypeAlias = Callable[[Served], None]

PROMPT = 2.0  # seconds; 0.1 is promised, and the machine of the tests is busy
LEAKS = (
    b"Traceback",
    b'File "',
    b"Did you mean",
    b"site-packages",
    b"pymongo",
    b"mongodb://",
    b"strawberry",
    b"graphql.",
    b"sys.set",
    b"<class",
    b"object at 0x",
    b"SyntaxError",
    b"uvicorn",
)


def right(answer: Answer, name: str, service: Served, status: int, *codes: str) -> Answer:
    """Status and codes are as told, it came promptly, and it tells nothing of the inside."""
    assert (answer.status, set(answer.codes)) == (status, set(codes)), f"{name}: {answer.status} {answer.body[:300]!r}"
    assert set(answer.codes) <= set(Code)
    assert len(answer.codes) <= 10
    assert answer.seconds < PROMPT, (name, answer.seconds)
    assert not [leak for leak in LEAKS if leak in answer.body], answer.body
    assert len(answer.body) < 20 * LONGEST_MESSAGE or status == 200
    assert "server" not in answer.headers
    assert "x-powered-by" not in answer.headers
    assert "set-cookie" not in answer.headers
    service.note(name, answer.seconds)
    return answer


def sends(name: str, data: bytes, status: int, *codes: str) -> Attack:
    """Bytes, and how they are answered."""

    def strike(service: Served) -> None:
        right(service.send(data), name, service, status, *codes)

    return strike


def asks(name: str, body: Any, status: int, *codes: str, viewer: Viewer | None = None, **headers: str) -> Attack:
    """An operation, and how it is answered."""

    def strike(service: Served) -> None:
        right(service.ask(body, viewer, **headers), name, service, status, *codes)

    return strike


def catalogue(make: Callable[..., Attack], told: dict[str, tuple[Any, ...]]) -> dict[str, Attack]:
    """The attacks of a table, by name."""
    return {name: make(name, *each) for name, each in told.items()}


def refused(name: str, query: str, *codes: str) -> Attack:
    """A document that is refused before anything of it runs."""
    return sends(name, post({"query": query}), 400, *codes)
