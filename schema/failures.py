"""What becomes of a request over HTTP that nobody expected to fail: its error has a code of the published list too."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from schema.answers import Rejected, fault, refusal_answer
from schema.context import language_of
from service.errors import Code, Refusal, Unavailable

OUT_OF_REACH = Rejected(
    503,
    "The service cannot reach its data; try again with the same key.",
    "数据暂不可用,请用同一幂等键重试。",
    Code.SERVICE_UNAVAILABLE,
)

log = logging.getLogger(__name__)


class Answering:
    """An application that answers what `take` answers, and every failure of it in the form of the published list."""

    def __init__(self, take: Callable[[Request], Awaitable[Response]]) -> None:
        self._take = take

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive, send))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._take(request)
        except Refusal as refusal:
            refused = refusal
        except Unavailable as error:
            log.error("neither kept nor found: %s", error)
            refused = OUT_OF_REACH
        except ClientDisconnect:
            log.info("a request was broken off")
            return Response(status_code=400)  # which nobody hears
        except Exception as error:
            _, refused = fault(request.url.path, error)
        return refusal_answer(refused, language_of(request.headers.get("accept-language")))


async def not_routed(request: Request, error: Exception) -> Response:
    """The answer where no route is, or none for the method."""
    assert isinstance(error, HTTPException)
    phrase, code = (
        HTTPStatus(error.status_code).phrase,
        Code.NOT_FOUND if error.status_code == 404 else Code.BAD_REQUEST,
    )
    english, chinese = f"{phrase}; /docs tells what there is.", "无此地址或方法;可用接口见 /docs。"
    refusal = Rejected(error.status_code, english, chinese, code, error.headers)
    return refusal_answer(refusal, language_of(request.headers.get("accept-language")))
