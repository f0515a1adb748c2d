"""What stands before the engine: the public address of the installation, and a storm."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import urllib3
from botocore.awsrequest import AWSResponse

from tests.aws.engine import Engine, client_of

_SERVICES = {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs", "TrentService": "kms"}
_NOT_PASSED_ON = ("connection", "transfer-encoding", "keep-alive", "content-length")


@contextmanager
def front(port: int, engine: Engine) -> Iterator[None]:
    """Serve on the port what the engine's one distribution answers: what DNS and TLS would
    lead to. The engine tells distributions apart by the name they are asked under."""

    @cache
    def distribution() -> str:
        cloudfront: Any = client_of(engine, "cloudfront")
        found = cloudfront.list_distributions()["DistributionList"]["Items"]
        return str(found[0]["DomainName"])

    with _passing(port, engine, distribution):
        yield


@contextmanager
def storm(port: int, engine: Engine, refuse: Callable[[str], AWSResponse | None]) -> Iterator[None]:
    """Pass on the port all calls of AWS's services that `refuse` answers nothing to; it is told
    the service and the operation."""
    with _passing(port, engine, refuse=refuse):
        yield


def _call(headers: Mapping[str, str]) -> str:
    """Return service and operation of a call, as botocore's events name them."""
    target = headers.get("X-Amz-Target", "s3.")
    service, _, operation = target.partition(".")
    return f"{_SERVICES.get(service, service)}.{operation}"


@contextmanager
def _passing(
    port: int,
    engine: Engine,
    host: Callable[[], str] | None = None,
    refuse: Callable[[str], AWSResponse | None] = lambda _: None,
) -> Iterator[None]:
    pool = urllib3.PoolManager(maxsize=32)

    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else a small answer waits for the browser to acknowledge its headers.
        disable_nagle_algorithm = True

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length) if length else None
            sent = dict(self.headers.items())
            refused = refuse(_call(sent))
            if refused is not None:
                self.reply(refused.status_code, refused.headers, refused.content)
                return
            if host is not None:
                sent["Host"] = host()
            got = pool.request(
                self.command, engine.url + self.path, headers=sent, body=body,
                redirect=False, retries=False, decode_content=False, timeout=60,
            )  # fmt: skip
            self.reply(got.status, got.headers, got.data)

        def reply(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in _NOT_PASSED_ON:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        # The names that http.server looks for.
        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: pytest shows what failed."""

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
