"""How units are reached: what is known of it, and the ways out."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from functions.core.models import GroupMessage, Mailboxes, TokenPair, TokenSet, UnitChannel, ZaloApp


class ChannelStore(Protocol):
    """How units are reached, and the province's app; secrets sealed at rest."""

    def save_app(self, app: ZaloApp) -> None: ...

    def app(self) -> ZaloApp | None: ...

    def save_channel(self, channel: UnitChannel) -> None: ...

    def channel(self, unit_id: str) -> UnitChannel | None: ...

    def channels(self) -> list[UnitChannel]:
        """Return all, in order of their units."""
        ...

    def by_oa(self, oa_id: str) -> UnitChannel | None:
        """Return the channel of the unit that this OA belongs to."""
        ...

    def save_mailboxes(self, mailboxes: Mailboxes) -> None: ...

    def mailboxes(self, unit_id: str) -> Mailboxes | None: ...


class TokenStore(Protocol):
    """Token pairs; the refresher is the only writer beside the import."""

    def get(self, unit_id: str) -> TokenSet | None: ...

    def put_authorized(
        self, unit_id: str, oa_id: str, pair: TokenPair, now: datetime, next_refresh_at: datetime
    ) -> bool:
        """Store a pair that an administrator obtained, as a new generation in state ok.

        Returns False and changes nothing when its refresh token is known: spent, begun,
        or the present one.
        """
        ...

    def due(self, now: datetime) -> list[TokenSet]:
        """Return the sets in state ok whose `next_refresh_at` has passed."""
        ...

    def hasten(self, unit_id: str, generation: int, at: datetime) -> None:
        """Bring the next refresh forward to `at` because Zalo refused the access token.

        Only if the generation still stands; counts one rejection per generation.
        """
        ...

    def confirm(self, unit_id: str) -> None:
        """Set the count of rejections to zero: Zalo took the access token."""
        ...

    def delay(self, unit_id: str, generation: int, until: datetime) -> None:
        """Put the next refresh off, and clear the journal of an exchange that never left."""
        ...

    def begin_exchange(self, unit_id: str, generation: int, attempts: int, now: datetime) -> bool:
        """Journal durably that the refresh token is about to be used.

        Only where generation and `exchange_attempts` still are as given; counts one
        attempt more. False when another writer was first.
        """
        ...

    def complete_exchange(
        self,
        unit_id: str,
        generation: int,
        pair: TokenPair,
        now: datetime,
        next_refresh_at: datetime,
    ) -> bool:
        """Replace the pair by compare-and-swap on the generation; remember the old one as
        spent. False when the generation no longer stands."""
        ...

    def give_up(self, unit_id: str, generation: int) -> None:
        """Mark the set as needing authorization, its refresh token as spent."""
        ...

    def counts(self, expiring_before: datetime) -> dict[str, int]:
        """Return {"ok", "expiring", "needs_authorization"}; each set counts once."""
        ...


class ChatGateway(Protocol):
    """Zalo's calls, each once and without retry; errors say what the caller should do.

    Every method may raise RetryableProviderError, OutcomeUnknownError (sends only),
    TokenExpiredError, ChannelClosedError, RejectedByProviderError.
    """

    def send_group_text(self, access_token: str, group_id: str, text: str) -> str:
        """Post a text and return its message id."""
        ...

    def upload_image(self, access_token: str, jpeg: bytes) -> str:
        """Upload a JPEG of at most 1,048,576 bytes and return its attachment id."""
        ...

    def send_group_image(
        self, access_token: str, group_id: str, attachment_id: str, caption: str
    ) -> str:
        """Post an uploaded image and return its message id."""
        ...

    def group_history(
        self, access_token: str, group_id: str, offset: int, count: int
    ) -> list[GroupMessage]:
        """Return up to `count` (≤ 50) messages, newest first."""
        ...

    def send_user_text(self, access_token: str, user_id: str, text: str) -> str:
        """Write to one person and return the message id. Raises RecipientClosedError too."""
        ...

    def user_history(self, access_token: str, user_id: str) -> list[GroupMessage]:
        """Return the newest ten messages of the chat with one person, newest first."""
        ...

    def missed_events(self, access_token: str, channel: UnitChannel) -> list[bytes]:
        """Return what people lately wrote to the OA and in its group, read back from the
        histories, each in the shape of a webhook event."""
        ...


class Mailer(Protocol):
    @property
    def sender(self) -> str:
        """Return the address that messages come from."""
        ...

    def send(self, address: str, subject: str, text: str) -> str:
        """Send one plain text message and return its id.

        Raises RetryableProviderError, OutcomeUnknownError, RejectedByProviderError (this
        address) and ChannelClosedError (our account).
        """
        ...


class TokenIssuer(Protocol):
    def exchange(self, app: ZaloApp, refresh_token: str, now: datetime) -> TokenPair:
        """Use the refresh token up and return the new pair.

        Raises RetryableProviderError when it surely was not used, OutcomeUnknownError when
        the answer was lost, ReauthorizationError when it is dead, ChannelClosedError when
        the app's own settings are refused (the token is not used up then).
        """
        ...
