"""The bucket for uploads as a browser meets it: a real engine behind the template's own CORS.

The engine answers every page of every origin, which S3 does not. So in front of it stands what
S3 does: the rules of `deploy/aws/template.yaml`, the site's origin put in, and nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import urllib3
from flask import Flask, Response, request
from werkzeug.serving import make_server

from deploy.aws.template import read_template
from functions.stores.aws_clients import AwsClients
from tests.aws.buckets import make_bucket
from tests.aws.engine import Engine

SITE_ORIGIN = {"Ref": "PublicUrl"}


@dataclass
class StoreFront:
    """One bucket at an address of its own; `refuse_next` uploads fail as a full store does."""

    engine: Engine
    bucket: str
    rule: dict[str, Any]
    address: str = ""
    site: str = ""
    refuse_next: int = 0
    taken: list[str] = field(default_factory=list)
    """The names of the photos that came in and were kept."""
    refused: int = 0
    hold: threading.Event = field(default_factory=threading.Event)
    """An upload is answered once this is set."""
    _under_way: int = 0
    _idle: threading.Condition = field(default_factory=threading.Condition)

    @property
    def upload_url(self) -> str:
        return f"{self.address}/{self.bucket}"

    @property
    def clients(self) -> AwsClients:
        return AwsClients(self.address)

    def begin(self, site: str) -> None:
        """Serve one test's site, with nothing of an earlier test in memory."""
        self.site, self.refuse_next, self.refused = site, 0, 0
        self.taken.clear()
        self.hold.set()

    def end(self) -> None:
        """Wait until nothing of this test is under way."""
        self.hold.set()
        with self._idle:
            assert self._idle.wait_for(lambda: self._under_way == 0, timeout=60)

    def left(self) -> list[str]:
        """Return which of the photos taken lie in the bucket still."""
        found = self.engine.clients.s3.list_objects_v2(Bucket=self.bucket)
        return [one["Key"] for one in found.get("Contents", []) if one["Key"] in self.taken]

    def answer(self, path: str) -> Response:
        if request.method == "OPTIONS":
            return self._preflight()
        origin = request.headers.get("Origin")
        if origin is None:
            return self._told(path)
        with self._idle:
            self._under_way += 1
        try:
            return self._allowed(self._upload(path), origin)
        finally:
            with self._idle:
                self._under_way -= 1
                self._idle.notify_all()

    def _upload(self, path: str) -> Response:
        self.hold.wait(60)
        if self.refuse_next:
            self.refuse_next -= 1
            self.refused += 1
            return Response("SlowDown", 503)
        response = self._told(path)
        if response.status_code == 201:
            self.taken.append(request.form["key"])
        return response

    def _told(self, path: str) -> Response:
        """Return what the engine answers, without its permissions for any origin."""
        body = request.get_data()
        told = urllib3.request(
            request.method,
            f"{self.engine.url}/{path}",
            body=body,
            headers={name: value for name, value in request.headers.items() if name != "Host"},
            retries=False,
        )
        response = Response(told.data, told.status)
        for name in ("Content-Type", "ETag", "Last-Modified"):
            if name in told.headers:
                response.headers[name] = told.headers[name]
        return response

    def _preflight(self) -> Response:
        wanted = request.headers.get("Access-Control-Request-Headers", "")
        asked = {name.strip().lower() for name in wanted.split(",") if name.strip()}
        method = request.headers["Access-Control-Request-Method"]
        allowed = {name.lower() for name in self.rule["AllowedHeaders"]}
        if method not in self.rule["AllowedMethods"] or not asked <= allowed:
            return Response("CORSResponse: This CORS request is not allowed.", 403)
        response = self._allowed(Response(status=200), request.headers["Origin"])
        response.headers["Access-Control-Allow-Methods"] = method
        if asked:
            response.headers["Access-Control-Allow-Headers"] = wanted
        return response

    def _allowed(self, response: Response, origin: str) -> Response:
        assert self.rule["AllowedOrigins"] == [SITE_ORIGIN]
        if origin == self.site:
            response.headers["Access-Control-Allow-Origin"] = origin
        return response


@contextmanager
def store_front(engine: Engine) -> Iterator[StoreFront]:
    """Open a bucket to browsers, on a free port of this machine."""
    cors = read_template()["Resources"]["UploadsBucket"]["Properties"]["CorsConfiguration"]
    (rule,) = cors["CorsRules"]
    front = StoreFront(engine, make_bucket(engine), rule)
    app = Flask("store-front", static_folder=None)
    methods = ["GET", "PUT", "POST", "DELETE", "OPTIONS"]
    app.add_url_rule(
        "/<path:path>",
        view_func=front.answer,
        methods=methods,
        provide_automatic_options=False,
    )
    with serving(app) as front.address:
        yield front


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an app on a free port and yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
