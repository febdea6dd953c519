"""An OIDC issuer on this machine with one RSA key, and what it says, signed by whomever a test wants."""

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

from tests.rules.identity_scene import RSA, published

KID = "r1"


class Site:
    """Its address, and the paths at which it was asked."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.asked: list[str] = []

    def page(self, path: str) -> Any:
        self.asked.append(path)
        if path == "/keys":
            return {"keys": [published(KID, RSA, "RS256")]}
        return {"issuer": self.address, "jwks_uri": f"{self.address}/keys"}


@contextlib.contextmanager
def issuing() -> Iterator[Site]:
    """A site until the end."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(site.page(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site = Site(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
