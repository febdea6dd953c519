"""Attacks by what a request is: heads, bodies, types, methods, places."""

from typing import Any
from urllib.parse import quote

from tests.attacks.serving import post, request
from tests.attacks.striking import Attack, catalogue, sends

BAD, LIMIT = "BAD_REQUEST", "LIMIT_EXCEEDED"
GRAPHQL = "application/graphql-response+json"
GOOD = b'{"query":"{__typename}"}'
JSON = "Content-Type: application/json\r\n"
WRITE = 'mutation{archiveNetwork(id:"net_002_derma",version:1,reason:"x"){__typename}}'
MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{"query":"{__typename}"}\r\n'
    b'--x\r\nContent-Disposition: form-data; name="map"\r\n\r\n{}\r\n--x--\r\n'
)


def head(*lines: str, method: str = "POST /graphql", version: str = "1.1", host: str = "Host: x") -> bytes:
    """A head line by line, without a body."""
    return "\r\n".join((f"{method} HTTP/{version}", *([host] if host else []), *lines, "", "")).encode("latin-1")


def got(query: str, **headers: str) -> bytes:
    return request("GET", f"/graphql?{query}", **headers)


GZIP = b"\x1f\x8b\x08\x00" + b"\x00" * 100
PREFLIGHT = {"origin": "https://evil.example", "access_control_request_method": "POST"}

# What is sent, and with which status and code it is answered.
REQUESTS: dict[str, tuple[Any, ...]] = {
    # Bodies
    "nothing": (post(b"", content_length="0"), 400, BAD),
    "null": (post(b"null"), 400, BAD),
    "a number": (post(b"7"), 400, BAD),
    "a text": (post(b'"{__typename}"'), 400, BAD),
    "a list, which is a batch": (post([{"query": "{__typename}"}] * 10), 400, BAD),
    "a list of nothing": (post(b"[]"), 400, BAD),
    "an object of nothing": (post(b"{}"), 400, BAD),
    "a query that is a number": (post({"query": 7}), 400, BAD),
    "a query that is a list": (post({"query": ["{__typename}"]}), 400, BAD),
    "variables that are a text": (post({"query": "{__typename}", "variables": "{}"}), 400, BAD),
    "variables that are a list": (post({"query": "{__typename}", "variables": []}), 400, BAD),
    "an operator for the query": (post({"query": {"$ne": ""}}), 400, BAD),
    "an operator for the id": (post({"documentId": {"$gt": ""}}), 400, BAD),
    "extensions that are a list": (post({"query": "{__typename}", "extensions": [1]}), 400, BAD),
    "a name that is an object": (post({"query": "{__typename}", "operationName": {}}), 400, BAD),
    "two values in one body": (post(GOOD + GOOD), 400, BAD),
    "a query twice, of which the last counts": (post(b'{"query":"{nope}",' + GOOD[1:]), 200),
    "bad UTF-8": (post(b'{"query":"{__typename} # \xff\xfe"}'), 400, BAD),
    "UTF-8 that is longer than it needs to be": (post(b'{"query":"\xc0\xaf"}'), 400, BAD),
    "a byte order mark": (post(b"\xef\xbb\xbf" + GOOD), 400, BAD),
    "UTF-16": (
        post('{"query":"{__typename}"}'.encode("utf-16"), content_type="application/json; charset=utf-16"),
        415,
        BAD,
    ),
    "half a surrogate": (post(b'{"query":"{__typename} # \\ud800"}'), 400, BAD),
    "300,000 bytes": (post(b" " * 300_000), 413, LIMIT),
    "20 MB": (post({"query": "#" * 20_000_000}), 413, LIMIT),
    "2 MB of comments": (post({"query": "#\n" * 1_000_000 + "{__typename}"}), 413, LIMIT),
    "100,000 unknown fields": (
        post({"query": "{" + "".join(f"f{each} " for each in range(100_000)) + "}"}),
        413,
        LIMIT,
    ),
    "a variable bomb": (post({"query": "{__typename}", "variables": {"a": ["x" * 9] * 100_000}}), 413, LIMIT),
    "a thousand keys of a thousand": (
        post({"query": "{__typename}", "variables": {f"{n:0100}": n for n in range(2_000)}}),
        200,
    ),
    "names of Python and JavaScript": (
        post({"query": "{__typename}", "__proto__": {"x": 1}, "__class__": "x", "constructor": 1}),
        200,
    ),
    "gzip": (post(GZIP, content_encoding="gzip"), 415, BAD),
    "brotli": (post(GOOD, content_encoding="br"), 415, BAD),
    "gzip, said twice": (post(GZIP, content_encoding="identity, gzip"), 415, BAD),
    "gzip that is not said": (post(GZIP), 400, BAD),
    "a chunk of a length that is none": (
        head(JSON + "Transfer-Encoding: chunked") + b"zz\r\n{}\r\n0\r\n\r\n",
        400,
        BAD,
    ),
    "chunks of 300,000 bytes": (
        head(JSON + "Transfer-Encoding: chunked") + b"3e8\r\n%s\r\n" % (b" " * 1_000) * 300 + b"0\r\n\r\n",
        413,
        LIMIT,
    ),
    # Types
    "a form": (post(b"query=%7B__typename%7D", content_type="application/x-www-form-urlencoded"), 415, BAD),
    "a form of parts": (post(MULTIPART, content_type="multipart/form-data; boundary=x"), 415, BAD),
    "plain text, which needs no preflight": (post(GOOD, content_type="text/plain"), 415, BAD),
    "plain text that ends as JSON": (post(GOOD, content_type="text/plain; application/json"), 415, BAD),
    "JSON and a form": (post(GOOD, content_type="application/json, text/plain"), 415, BAD),
    "no type": (post(GOOD, content_type=""), 415, BAD),
    "GraphQL's own type": (post(b"{__typename}", content_type="application/graphql"), 415, BAD),
    "JSON in Latin": (post(GOOD, content_type="application/json; charset=latin-1"), 415, BAD),
    "a type of 10,000": (post(GOOD, content_type="a" * 10_000), 415, BAD),
    "text/html wanted": (post(GOOD, accept="text/html"), 406, BAD),
    "what weighs nothing": (post(GOOD, accept="application/json;q=0, application/graphql-response+json;q=0"), 406, BAD),
    "10,000 types wanted": (post(GOOD, accept="a/b;q=0.1," * 4_000 + "*/*"), 200),
    "a weight that is none": (post(GOOD, accept="*/*;q=NaN"), 200),
    "events wanted as well": (post(GOOD, accept="text/event-stream, application/json"), 200),
    "parts wanted as well": (post(GOOD, accept="multipart/mixed; deferSpec=20220824, application/json"), 200),
    "languages without end": (post(GOOD, accept_language="zh-CN," * 5_000), 200),
    # Methods and places
    "PUT": (request("PUT", "/graphql", GOOD), 405, BAD),
    "DELETE": (request("DELETE", "/graphql"), 405, BAD),
    "TRACE": (request("TRACE", "/graphql"), 405, BAD),
    "OPTIONS": (request("OPTIONS", "/graphql"), 405, BAD),
    "HEAD": (request("HEAD", "/graphql?query=%7B__typename%7D"), 405),
    "POST that would be DELETE": (
        request("POST", "/graphql", WRITE.encode(), x_http_method_override="DELETE"),
        415,
        BAD,
    ),
    "a method that is none": (request("HACK", "/graphql"), 400, BAD),
    "CONNECT": (head(method="CONNECT evil.example:443"), 400, BAD),
    "a preflight of a foreign page": (request("OPTIONS", "/graphql", **PREFLIGHT), 405, BAD),
    "a mutation by GET": (got(f"query={quote(WRITE)}"), 405, BAD),
    "a mutation by GET, the second operation": (
        got(f"query={quote('query A{__typename} ' + WRITE.replace('{', ' B{', 1))}&operationName=B"),
        405,
        BAD,
    ),
    "a subscription by GET": (got("query=subscription%7BnetworkFeed(network:%22x%22)%7Bsequence%7D%7D"), 405, BAD),
    "GET of nothing": (got(""), 400, BAD),
    "GET of a query twice": (got("query=%7B__typename%7D&query=%7B__typename%7D"), 400, BAD),
    "GET of variables that are none": (got("query=%7B__typename%7D&variables=x"), 400, BAD),
    "GET of variables that are a list": (got("query=%7B__typename%7D&variables=%5B%5D"), 400, BAD),
    "GET of 60,000 characters": (got("query=%7B" + "a" * 60_000 + "%7D", accept=GRAPHQL), 400, LIMIT),
    "GET of 10,000 parameters": (got("&".join(f"{each}=" for each in range(9_000))), 400, BAD),
    "GET of a megabyte": (got("query=" + "a" * 1_000_000), 431, LIMIT),
    "GraphiQL": (request("GET", "/"), 404, "NOT_FOUND"),
    "a page of GraphiQL": (request("GET", "/graphql", accept="text/html"), 406, BAD),
    "nowhere": (request("GET", "/.env"), 404, "NOT_FOUND"),
    "one folder up": (
        request("GET", "/attachments/..%2f..%2fetc%2fpasswd", authorization="Bearer x"),
        404,
        "NOT_FOUND",
    ),
    "a slash too many, and another host": (request("GET", "/graphql/", host="evil.example"), 404, "NOT_FOUND"),
    "two slashes and a host": (request("GET", "//evil.example/%2f.."), 404, "NOT_FOUND"),
    "metrics": (request("GET", "/metrics"), 404, "NOT_FOUND"),
    "POST to a probe": (request("POST", "/livez", GOOD), 405, BAD),
    # Heads
    "a header of 20 MB": (head(f"X: {'a' * 20_000_000}"), 431, LIMIT),
    "300,000 headers": (head(*(f"X-{each}: a" for each in range(300_000))), 431, LIMIT),
    "101 headers": (head(*(f"X-{each}: a" for each in range(101))), 431, LIMIT),
    "an address of 20 MB": (head(method=f"GET /{'a' * 20_000_000}"), 431, LIMIT),
    "a cookie of 60,000": (post(GOOD, cookie="a=" + "b" * 60_000), 200),
    "no host": (head(method="GET /livez", host=""), 400, BAD),
    "two hosts": (head("Host: evil.example", method="GET /livez"), 400, BAD),
    "two tokens": (head("Authorization: Bearer a", "Authorization: Bearer b", method="GET /graphql?query=x"), 400, BAD),
    "two types": (head(JSON + "Content-Type: text/plain", "Content-Length: 24") + GOOD, 400, BAD),
    "two lengths": (head(JSON + "Content-Length: 24", "Content-Length: 5") + GOOD, 400, BAD),
    "a length below nothing": (head(JSON + "Content-Length: -1") + GOOD, 400, BAD),
    "a length with a sign": (head(JSON + "Content-Length: +24") + GOOD, 400, BAD),
    "a length beyond 64 bits": (head(JSON + "Content-Length: 99999999999999999999") + GOOD, 400, BAD),
    "a length and chunks": (
        head(JSON + "Content-Length: 4", "Transfer-Encoding: chunked") + b"0\r\n\r\nGET /x",
        400,
        BAD,
    ),
    "chunks, twice": (head(JSON + "Transfer-Encoding: chunked, identity") + b"0\r\n\r\n", 400, BAD),
    "chunks that are none": (head(JSON + "Transfer-Encoding: xchunked") + b"0\r\n\r\n", 400, BAD),
    "a folded header": (head("A: b\r\n c", method="GET /livez"), 400, BAD),
    "a space before the colon": (head("A : b", method="GET /livez"), 400, BAD),
    "line feeds alone": (b"GET /livez HTTP/1.1\nHost: x\n\n", 400, BAD),
    "a carriage return in a header": (head("A: b\rSet-Cookie: c", method="GET /livez"), 400, BAD),
    "a null in a header": (head("A: b\0", method="GET /livez"), 400, BAD),
    "a null in the address": (head(method="GET /\0"), 400, BAD),
    "letters beyond ASCII in the address": (head(method="GET /liv\xe9z"), 400, BAD),
    "HTTP/0.9": (b"GET /livez\r\n\r\n", 400, BAD),
    "HTTP/9.9": (head(method="GET /livez", version="9.9"), 400, BAD),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, BAD),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 500, 400, BAD),
    "another protocol": (b"EHLO evil.example\r\n", 400, BAD),
    "an upgrade to what is not spoken": (head("Upgrade: h2c", "Connection: Upgrade", method="GET /livez"), 200),
    "an id of the request with a line break": (request("GET", "/livez", x_request_id="a%0d%0aSet-Cookie: b"), 200),
    "another address, another host": (
        request("GET", "/livez", x_forwarded_host="evil.example", x_original_url="/metrics"),
        200,
    ),
    "an idempotency key of 10,000": (post(GOOD, idempotency_key="k" * 10_000), 400, BAD),
    "several lengths of time": (request("GET", "/livez", range="bytes=" + "0-," * 1_000), 200),
}

ATTACKS: dict[str, Attack] = catalogue(sends, REQUESTS)
