"""An app served from a thread, for a browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from waitress import wasyncore
from waitress.server import create_server
from werkzeug.middleware.shared_data import SharedDataMiddleware

from functions.installed import TEMPLATES

ASSETS = {"/assets": str(TEMPLATES / "site" / "assets")}


@contextmanager
def served(app: Callable[..., Any], *, has_assets: bool = False) -> Iterator[str]:
    """Serve an app on a free port of this machine, and yield its address.

    The site's styles and scripts come with it, unless it has them itself.
    """
    if not has_assets:
        app = SharedDataMiddleware(app, ASSETS)
    sockets: dict[int, Any] = {}
    server = create_server(app, map=sockets, host="127.0.0.1", port=0, threads=4)
    ending = threading.Event()

    def run() -> None:
        # Waitress's own loop ends only when its sockets are closed under it, and then fails.
        while not ending.is_set():
            wasyncore.loop(timeout=1, use_poll=True, map=sockets, count=1)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        ending.set()
        server.pull_trigger()
        thread.join()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)
