"""What a request over HTTP asks: its media types, its body read as it arrives, its parameters.

As *GraphQL over HTTP* says (graphql.github.io/graphql-over-http/draft): POST of JSON, or GET for queries alone.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeGuard

import orjson
from starlette.requests import ClientDisconnect, Request

from schema.answers import GRAPHQL, JSON, Rejected
from schema.documents import ANY, Documents
from service.errors import Code
from service.patience import Within

MOST_BYTES = 256 * 1024
LONGEST_KEY = 200  # characters of an idempotency key
UTF_8 = ("utf-8", "utf8")
KINDS = {
    "query": str | None,
    "documentId": str | None,
    "variables": dict | None,
    "operationName": str | None,
    "extensions": dict | None,
}
BODY_SECONDS = 10.0  # within which a body arrives
MOST_HEADERS = 128  # values that are read once: callers send the same ones each time


class Asked(NamedTuple):
    """One operation asked for. By GET, it may only be a query."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any]
    by_get: bool
    trusted: bool = False  # a document known beforehand


def sent_headers(request: Request) -> dict[str, str]:
    """The headers by name in lower case; of one that is sent several times the first."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(request.scope["headers"])}


@lru_cache(MOST_HEADERS)
def media_type_of(accept: str | None) -> str:
    """The media type to answer with: the one that `accept` likes best. Raises `Rejected` 406 when it takes neither."""
    if accept is None or not accept.strip():
        return JSON
    weights = {JSON: 0.0, GRAPHQL: 0.0}
    exactness = dict.fromkeys(weights, 0)
    for part in accept.lower().split(","):
        kind, *parameters = (each.strip() for each in part.split(";"))
        charset = next((each[8:].strip('"') for each in parameters if each.startswith("charset=")), "utf-8")
        for offered in weights if charset in UTF_8 else ():
            exact = {"*/*": 1, "*": 1, "application/*": 2, offered: 3}.get(kind, 0)  # the most exact one decides
            if exact and exact >= exactness[offered]:
                weights[offered], exactness[offered] = _weight(parameters), exact
    best = max(weights, key=lambda offered: weights[offered])  # JSON, the older one, of two liked as much
    if not weights[best]:
        english = f"The answer is {GRAPHQL} or {JSON}; accept one of them."
        raise Rejected(406, english, f"可返回 {GRAPHQL} 或 {JSON},请接受其一。")
    return best


def _weight(parameters: list[str]) -> float:
    given = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return min(max(float(given), 0.0), 1.0)
    except ValueError:
        return 0.0


async def asked_by(request: Request, sent: Mapping[str, str], documents: Documents = ANY) -> Asked:
    """The operation that a request asks for, by its text or its id. Raises `Rejected` for anything that is none."""
    if request.method == "GET":
        return asked_in(_parameters(request), documents, by_get=True)
    if request.method != "POST":
        raise method_refused("GET, POST")
    given = orjson_of(await _body(request, sent), "The body is not JSON.", "请求体不是 JSON。")
    return asked_in(given, documents, by_get=False)


def method_refused(allowed: str) -> Rejected:
    english = f"Send the request by {allowed.replace(', ', ' or ')}."
    return Rejected(405, english, f"请以 {allowed.replace(', ', ' 或 ')} 发送请求。", headers={"Allow": allowed})


def _parameters(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    if len(given) < len(request.query_params.multi_items()):
        raise Rejected(400, "A parameter is given twice.", "参数重复。")
    for name in ("variables", "extensions"):
        if name in given:
            english, chinese = f"The parameter {name} is not JSON.", f"参数 {name} 不是 JSON。"
            given[name] = orjson_of(given[name].encode(), english, chinese)
    if not given.get("operationName"):
        given.pop("operationName", None)
    return given


def well_formed(given: Any) -> TypeGuard[dict[str, Any]]:
    """Whether it is an object by which an operation is asked for, by its text, were it empty, or its id."""
    return (
        isinstance(given, dict)
        and all(isinstance(given.get(name), kind) for name, kind in KINDS.items())
        and (given.get("query") is not None or _id_of(given) is not None)
    )


def asked_in(given: Any, documents: Documents, by_get: bool) -> Asked:
    """The operation that an object of a request asks for. Raises `Rejected` when it is none."""
    if not well_formed(given) or not ((given.get("query") or "").strip() or _id_of(given)):
        raise Rejected(
            400,
            'Send an object: {"query": text, "variables": object, "operationName": text, "extensions": object}.',
            '请发送对象:{"query": 文本, "variables": 对象, "operationName": 文本, "extensions": 对象}。',
        )
    own_id = _id_of(given)
    text, trusted = documents.text_of(given.get("query"), own_id), own_id in documents.texts
    more = given.get("extensions") or {}
    return Asked(text, given.get("variables"), given.get("operationName"), more, by_get, trusted)


def _id_of(given: dict[str, Any]) -> str | None:
    """The id by which a document is named, if it is."""
    named = (given.get("extensions") or {}).get("persistedQuery")
    own_id = named.get("sha256Hash") if isinstance(named, dict) else given.get("documentId")
    return own_id if isinstance(own_id, str) and own_id else None


def orjson_of(text: bytes, english: str, chinese: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Rejected(400, english, chinese) from None


async def _body(request: Request, sent: Mapping[str, str]) -> bytes:
    """The body as it arrives. Raises `Rejected` for another type, a compressed, an overlong or a slow one."""
    if not _is_json(sent.get("content-type", "")):
        raise Rejected(415, f"Send the request as {JSON} in UTF-8.", f"请以 UTF-8 编码的 {JSON} 发送请求。")
    if sent.get("content-encoding", "identity").lower() != "identity":
        raise Rejected(415, "Send the body uncompressed.", "请求体不得压缩。")
    chunks, size, more = list[bytes](), 0, True
    try:
        with Within(BODY_SECONDS):
            while more:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                chunks.append(message.get("body", b""))
                size, more = size + len(chunks[-1]), message.get("more_body", False)
                if size > MOST_BYTES:
                    english, chinese = f"At most {MOST_BYTES} bytes.", f"请求最多 {MOST_BYTES} 字节。"
                    raise Rejected(413, english, chinese, Code.LIMIT_EXCEEDED)
    except TimeoutError:
        english, chinese = f"The body did not arrive within {BODY_SECONDS:.0f} s.", "请求体未在规定时间内送达。"
        raise Rejected(408, english, chinese, Code.LIMIT_EXCEEDED, {"Connection": "close"}) from None
    return b"".join(chunks)


@lru_cache(MOST_HEADERS)
def _is_json(content_type: str) -> bool:
    kind, *parameters = (each.strip() for each in content_type.lower().split(";"))
    charset = next((each[8:].strip('"') for each in parameters if each.startswith("charset=")), "utf-8")
    return kind == JSON and charset in UTF_8


def idempotency_key(key: object) -> str | None:
    """The caller's key, if any. Raises `Rejected` for one of another length, or that is no text."""
    if key is not None and not (isinstance(key, str) and 0 < len(key) <= LONGEST_KEY):
        raise Rejected(
            400,
            f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.",
            f"Idempotency-Key 须为 1 到 {LONGEST_KEY} 个字符。",
        )
    return key
