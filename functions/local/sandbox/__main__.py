"""`python -m functions.local.sandbox`: the sandbox as a process of its own."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

from functions.local.sandbox.app import TEMPLATES, create_app
from functions.local.sandbox.clock import SandboxClock
from functions.local.sandbox.provisioning import (
    BadUnitsError,
    Names,
    Unit,
    ensure_provisioned,
    provision_document,
    read_units,
    write_provision_file,
)
from functions.local.sandbox.server import SandboxServer
from functions.local.sandbox.state import State, StateTakenError, get_document
from functions.local.sandbox.webhook_sender import WebhookSender
from functions.local.sandbox.webhook_settings import point_webhook

_PARENT_CHECK_SECONDS = 1.0
_FAILED = 1
_BAD_INPUT = 2


def main() -> int:
    """Serve until SIGTERM or SIGINT; 1 = port or folder taken, 2 = bad input."""
    options = _parser().parse_args()
    parent = os.getppid()
    # Blocked before any thread exists, so that only the main thread takes them, by waiting.
    endings = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)
    try:
        units = read_units(options.units) if options.units else []
        state = State(options.state)
        server = SandboxServer(options.port)
    except BadUnitsError as exc:
        return _complain(str(exc), _BAD_INPUT)
    except (StateTakenError, OSError) as exc:
        return _complain(str(exc), _FAILED)
    # It warns whenever a call waits for its turn, which is how the sandbox works.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    stopping = threading.Event()
    public_url = options.public_url or f"http://127.0.0.1:{server.port}"
    clock = _prepare(state, units, options)
    server.start(create_app(state, clock, public_url, stopping))
    WebhookSender(state, clock, stopping).start()
    sys.stdout.write(f"{public_url}/\n")
    sys.stdout.flush()
    _wait_for_end(endings, parent if options.exit_with_parent else None)
    stopping.set()
    # Waits for the running turn at most; server threads are daemons and end with the process.
    state.close()
    return 0


def _prepare(state: State, units: list[Unit], options: argparse.Namespace) -> SandboxClock:
    names = Names.load(TEMPLATES / "names.json")
    with state.transaction() as db:
        clock = SandboxClock(get_document(db, "clock").get("offset_seconds", 0))
        ensure_provisioned(db, units, names, clock.now_ms(), options.callback_url)
        document = provision_document(db)
        if options.webhook_url is not None:
            point_webhook(db, options.webhook_url)
    if options.write_provision:
        write_provision_file(options.write_provision, document)
    return clock


def _wait_for_end(endings: set[signal.Signals], parent: int | None) -> None:
    if parent is None:
        signal.sigwait(endings)
        return
    while os.getppid() == parent:
        if signal.sigtimedwait(endings, _PARENT_CHECK_SECONDS) is not None:
            return


def _complain(message: str, code: int) -> int:
    sys.stderr.write(f"sandbox: {message}\n")
    return code


def _loopback_port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise ValueError(text)
    return port


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError(text)
    return text.rstrip("/")


def _webhook_url(text: str) -> str:
    return _base_url(text) if text else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m functions.local.sandbox", description=__doc__)
    parser.add_argument(
        "--port", type=_loopback_port, required=True, help="on 127.0.0.1; 0 = any free one"
    )
    parser.add_argument(
        "--state", type=Path, required=True, metavar="DIR", help="where the state file lives"
    )
    parser.add_argument(
        "--units", type=Path, metavar="FILE", help='JSON list of {"unit_id", "name"}'
    )
    parser.add_argument(
        "--public-url",
        type=_base_url,
        default=None,
        help="the sandbox's own address as others see it",
    )
    parser.add_argument(
        "--callback-url", default="", help="the redirect_uri registered for the app"
    )
    parser.add_argument(
        "--webhook-url",
        type=_webhook_url,
        default=None,
        help="where events are posted; empty: nowhere; left out: where it was last",
    )
    parser.add_argument(
        "--write-provision",
        type=Path,
        metavar="FILE",
        help="write the file for `binhyen oa import` before serving",
    )
    parser.add_argument(
        "--exit-with-parent", action="store_true", help="end when the starting process ends"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
