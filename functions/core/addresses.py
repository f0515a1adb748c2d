"""What can stand as an e-mail address in a message."""

from __future__ import annotations

import re

_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")


def is_mail_address(value: str) -> bool:
    """Whether it is one address: one "@", ASCII, no blanks, nothing that ends a header line."""
    return _MAIL_ADDRESS.fullmatch(value) is not None
