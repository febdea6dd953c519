"""Who is let in: by the token, over whichever way; and one that a page shows to everybody, from its own pages alone."""

from starlette.requests import HTTPConnection

from schema.documents import Documents
from service.dates import day_of, now
from service.errors import Code, Problem
from service.identity import Identity
from service.store.denials import Attempts
from service.store.store import Store
from service.viewer import ANONYMOUS, Denial, Viewer, unauthenticated


async def admitted(connection: HTTPConnection, authorization: str | None, identity: Identity, store: Store) -> Viewer:
    """The viewer behind `authorization`. Raises `Denial`, which the access log tells of if it is known of whom, and
    `Unavailable`.
    """
    try:
        viewer = await identity.identify(authorization)
        _keep_to_pages(viewer, connection.headers.getlist("origin"))
    except Denial as denial:
        await _told(connection, denial, store)
        raise
    return viewer


async def admitted_to_files(connection: HTTPConnection, identity: Identity, store: Store, what: Problem) -> Viewer:
    """Who may ask for files, with the roles given here too. Raises as `admitted`, and `what` without a token."""
    viewer = await admitted(connection, connection.headers.get("authorization"), identity, store)
    if viewer is ANONYMOUS:
        raise Denial(what)
    if viewer.bound is not None:
        english, chinese = "This token asks trusted documents alone, no files.", "该令牌仅可执行预先登记的查询文档。"
        denial = Denial(Problem(Code.FORBIDDEN, (), english, chinese), viewer)
        await _told(connection, denial, store)
        raise denial
    return await store.roles.viewer(viewer, day_of(now()))


async def told_of_files(connection: HTTPConnection, viewer: Viewer, denial: Denial, store: Store) -> None:
    """Tell the access log what `viewer` may not do with a file. Raises `Unavailable`."""
    attempts = Attempts()
    attempts.note(_door(connection), denial.network)
    await store.denials.leave(viewer, attempts, _door(connection), now())


def documents_for(viewer: Viewer, documents: Documents) -> Documents:
    """What `viewer` may ask: all that everybody may, unless the token is bound."""
    return documents if viewer.bound is None else documents.bound_to(viewer.bound.documents)


def token_needed(english: str, chinese: str) -> Problem:
    return unauthenticated(english, chinese).problems[0]


def _keep_to_pages(viewer: Viewer, origins: list[str]) -> None:
    """Raises `Denial` FORBIDDEN. Browsers say of every POST and WebSocket which page it comes from (RFC 6454)."""
    if viewer.bound is None or (len(origins) == 1 and origins[0].lower() in viewer.bound.origins):
        return
    english = "This token is for pages of its own origins alone, which the header Origin names."
    chinese = "该令牌仅供其所属来源的网页使用,来源以请求头 Origin 为准。"
    raise Denial(Problem(Code.FORBIDDEN, (), english, chinese), viewer)


async def _told(connection: HTTPConnection, denial: Denial, store: Store) -> None:
    await store.denials.leave(denial.viewer, Attempts(), _door(connection), now(), denial.problems[0].code)


def _door(connection: HTTPConnection) -> str:
    """By which way, without what the caller asked for."""
    method = connection.scope.get("method", "WebSocket")
    return f"{method} /{connection.url.path.split('/')[1]}"
