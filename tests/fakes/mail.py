"""E-mail in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from functions.core.errors import ProviderError, RejectedByProviderError


@dataclass(frozen=True)
class Mail:
    message_id: str
    address: str
    subject: str
    text: str


@dataclass
class MemoryMailer:
    """The port Mailer; it fails for good while `error` is set."""

    sender: str = "binh-yen@example.vn"
    sent: list[Mail] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    """How often each address was tried."""
    refused: set[str] = field(default_factory=set)
    """Addresses that are refused."""
    error: ProviderError | None = None
    takes_it: bool = False
    """The message went, and only the answer is `error`."""

    def send(self, address: str, subject: str, text: str) -> str:
        self.calls[address] += 1
        if self.error is not None and not self.takes_it:
            raise self.error
        if address in self.refused:
            raise RejectedByProviderError("550")
        message_id = f"mail-{len(self.sent) + 1}"
        self.sent.append(Mail(message_id, address, subject, text))
        if self.error is not None:
            raise self.error
        return message_id
