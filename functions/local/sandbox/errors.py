"""What the sandbox answers when it refuses.

SandboxError
├── ZaloError       an API error: HTTP 200 with `error` and `message` (T1)
├── OAuthError      an error of the token endpoint, with its own field names
└── ControlError    a mistake in a call to /control, a plain HTTP 4xx
"""

from __future__ import annotations


class SandboxError(Exception):
    """Base of everything the sandbox raises on purpose."""


class ZaloError(SandboxError):
    """The call is refused with this code; nothing has been changed."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


class OAuthError(SandboxError):
    """The token endpoint refuses; `name` is what `error_name` will say."""

    def __init__(self, code: int, name: str) -> None:
        super().__init__(f"{code} {name}")
        self.code = code
        self.name = name


class ControlError(SandboxError):
    """The trainer or the test asked for something that makes no sense."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
