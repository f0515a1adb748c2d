"""One session of botocore for many installations: to load its models takes a third of a second."""

from __future__ import annotations

import threading

import botocore.session

from functions.bootstrap import Services

_own = threading.local()
"""To make clients in several threads at once, a session is no good."""


def use_known_models(services: Services) -> None:
    """Let the clients of these services be made from models that are loaded already."""
    if not hasattr(_own, "session"):
        _own.session = botocore.session.Session()
    clients = services.stores._clients  # type: ignore[attr-defined]
    clients._session = _own.session


def load_models(endpoint_url: str) -> None:
    """Load what the clients of this thread, and of processes forked from it, will need."""
    _own.session = botocore.session.Session()
    for service in ("dynamodb", "s3", "sqs", "kms"):
        _own.session.create_client(service, endpoint_url=endpoint_url)
