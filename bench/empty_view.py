"""Floor (a): a Flask view that parses the same body and does nothing, under the same server.

Run as a process by `bench.accept`; prints its port and serves until its parent is gone.
"""

from __future__ import annotations

import os

from flask import Flask, request

from bench.tips import PATH, PHOTO_BYTES
from functions.local.processes import follow_parent
from functions.local.server import make_server


def create_empty_app() -> Flask:
    """Make an app as Flask gives it, with one view."""
    app = Flask(__name__)

    @app.post(PATH)
    def take() -> tuple[str, int]:
        photo = request.files["photos"].read()
        assert request.form["category"]
        assert len(photo) == PHOTO_BYTES
        return "", 201

    return app


if __name__ == "__main__":
    follow_parent(os.getppid())
    server = make_server(create_empty_app(), 0, "http://127.0.0.1")
    print(server.effective_port, flush=True)
    server.run()
