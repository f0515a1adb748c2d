"""The public address of a deployed installation: what DNS and TLS would lead to CloudFront."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import urllib3

from tests.aws.engine import Engine, client_of

_NOT_PASSED_ON = ("connection", "transfer-encoding", "keep-alive", "content-length")


@contextmanager
def front(port: int, engine: Engine) -> Iterator[None]:
    """Serve on the port what the engine's one distribution answers.

    The engine tells distributions apart by the name they are asked under.
    """
    pool = urllib3.PoolManager(maxsize=32)

    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else a small answer waits for the browser to acknowledge its headers.
        disable_nagle_algorithm = True

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length) if length else None
            headers = {
                name: value for name, value in self.headers.items() if name.lower() != "host"
            }
            headers["Host"] = _distribution()
            got = pool.request(
                self.command, engine.url + self.path, headers=headers, body=body,
                redirect=False, retries=False, decode_content=False, timeout=60,
            )  # fmt: skip
            self.send_response_only(got.status)
            for name, value in got.headers.items():
                if name.lower() not in _NOT_PASSED_ON:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(got.data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(got.data)

        do_GET = do_HEAD = do_POST = answer  # noqa: N815 - http.server looks for these names

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: pytest shows what failed."""

    @cache
    def _distribution() -> str:
        cloudfront: Any = client_of(engine, "cloudfront")
        found = cloudfront.list_distributions()["DistributionList"]["Items"]
        return str(found[0]["DomainName"])

    server = ThreadingHTTPServer(("127.0.0.1", port), Passing)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        pool.clear()
