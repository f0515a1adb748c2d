"""What Zalo holds of photos and files that were sent, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from functions.core.errors import ProviderError, RetryableProviderError


@dataclass
class MemoryMedia:
    """The port MediaFetcher; it fails for good while `error` is set."""

    held: dict[str, bytes] = field(default_factory=dict)
    """By address; anything else can never be had."""
    fetched: list[str] = field(default_factory=list)
    error: ProviderError | None = None
    slow: set[str] = field(default_factory=set)
    """Addresses that answer later; the others do at once."""

    def fetch(self, url: str, most_bytes: int) -> bytes | None:
        self.fetched.append(url)
        if self.error is not None:
            raise self.error
        if url in self.slow:
            raise RetryableProviderError("timeout")
        data = self.held.get(url)
        return data if data is not None and len(data) <= most_bytes else None
