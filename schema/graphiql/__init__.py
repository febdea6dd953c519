"""GraphiQL: the page on which a person reads the schema and asks it questions, served from this service's own files.

The page works where there is no internet and under a content-security policy that lets it reach its own origin only.
It has no secret of its own: what it may ask is decided by the token that its reader gives it.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from os import PathLike, stat_result
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

__all__ = ["Sample", "graphiql_routes", "samples"]

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sample:
    """One tab of the page: a query that a kind of user would ask.

    `title` is in English, `title_zh` in Chinese. `query` is one named GraphQL operation, whose name labels the tab.
    `variables` is the text of a JSON object, empty when the operation takes none.
    """

    title: str
    title_zh: str
    query: str
    variables: str = ""


def samples(directory: Path = _HERE / "samples") -> list[Sample]:
    """The samples of a directory, in the order of their file names.

    A sample is `NAME.graphql`, whose first two lines are the comments `# English title` and `# 中文标题`, and
    beside it `NAME.json` when it takes variables. Raises `ValueError` for a file without both titles and for
    variables that are no JSON object.
    """
    return [_read(path) for path in sorted(directory.glob("*.graphql"))]


def _read(path: Path) -> Sample:
    query = path.read_text(encoding="utf-8").strip()
    titles = [line.removeprefix("# ").strip() for line in query.splitlines()[:2] if line.startswith("# ")]
    if len(titles) != 2 or not all(titles):
        raise ValueError(f"{path.name}: the first two lines must be '# English title' and '# 中文标题'")
    variables = path.with_suffix(".json")
    return Sample(titles[0], titles[1], query, _read_object(variables) if variables.exists() else "")


def _read_object(path: Path) -> str:
    text = path.read_text(encoding="utf-8").strip()
    if not isinstance(json.loads(text), dict):
        raise ValueError(f"{path.name}: variables must be a JSON object")
    return text


def graphiql_routes(endpoint: str, samples: Sequence[Sample]) -> list[BaseRoute]:
    """The page at `/` and its files below `/graphiql/`.

    `endpoint` is the path, on this origin, that answers GraphQL over POST; `samples` open as tabs, in order.
    Raises `ValueError` when there is none: GraphiQL cannot open without a tab.
    """
    if not samples:
        raise ValueError("the page needs at least one sample")
    page = Template((_HERE / "page.html").read_text(encoding="utf-8"))
    settings = {"endpoint": endpoint, "samples": [asdict(sample) for sample in samples]}
    attribute = escape(json.dumps(settings, ensure_ascii=False))

    async def answer_page(_: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        return HTMLResponse(page.substitute(settings=attribute, nonce=nonce), headers=_page_headers(nonce))

    return [Route("/", answer_page, name="graphiql"), Mount("/graphiql", _Assets(directory=_HERE / "assets"))]


def _page_headers(nonce: str) -> dict[str, str]:
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self' data:",
        # GraphiQL's style sheet carries its fonts inside it.
        "font-src": "data:",
        # GraphiQL's dialogs and menus stop the page behind them from scrolling with a <style> element of their own;
        # they give it this nonce, so no other inline style is let in.
        "style-src": f"'self' 'nonce-{nonce}'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        # A stored page would bring its old nonce back.
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


class _Assets(StaticFiles):
    """The page's files. Their names stay when their content changes, so a browser asks each time (and hears 304)."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
