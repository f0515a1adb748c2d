"""What the domain needs from outside, promised in its own words.

Each port has one behavioural suite in `tests/contracts/`; every adapter passes it.
Adapters raise only errors of `core.errors`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from functions.core.events import EventHead, StoredEvent, WebhookEvent
from functions.core.models import (
    AttachmentState,
    CaseEntry,
    Channel,
    Claim,
    Delivery,
    DeliveryMessage,
    GroupMessage,
    Job,
    JobKind,
    JobState,
    Mailboxes,
    Officer,
    OpenAlarm,
    Session,
    Tip,
    TipSummary,
    TokenPair,
    TokenSet,
    UnitChannel,
    UploadTicket,
    ZaloApp,
)


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present as an aware UTC time."""
        ...


class MacKeys(Protocol):
    def digest(self, purpose: str, message: bytes) -> bytes:
        """Return 32 bytes of HMAC-SHA-256 under the durable key of `purpose`.

        The keys are made at first use, stored wrapped, and never change: receipt codes
        and their stored hashes depend on them.
        """
        ...


@dataclass(frozen=True)
class NewTip:
    """All that is written in one durable step when a tip is accepted."""

    tip: Tip
    receipt_hash: bytes
    submission_hash: bytes
    """Keyed hash of unit and submission key; unique."""
    content_hash: bytes
    """Keyed hash of the normalised fields and photo bytes in order."""
    repeatable_until: datetime
    """Until then the same submission gives the same receipt; later it conflicts."""
    jobs: tuple[Job, ...]
    contact_erase_after: datetime | None
    erase_after: datetime
    chat_hash: bytes = b""
    """Keyed hash of the chat it came by, which leads to its latest tip; empty: no chat."""


class TipStore(Protocol):
    """Tips with their timeline and attachments; the record of truth."""

    def add(self, new: NewTip) -> Tip | None:
        """Store tip, attachments, timeline and jobs in one atomic durable write.

        Returns None when stored now. When the submission hash is known: the tip stored
        then, if the content hash is the same and `repeatable_until` lies ahead of the
        new tip's `received_at`; otherwise raises ConflictError. The new tip's blobs must
        be durable before this call. Raises StoreUnavailableError when the tip is not known
        to be stored: a disk that failed in the last step of the commit may hold it all the
        same, so its blobs must stay (the sweep takes those that no tip names).
        Raises CardCodeTakenError with nothing stored when the card code is taken, and
        ConflictError when another id or the receipt is.
        """
        ...

    def find_submission(
        self, submission_hash: bytes, content_hash: bytes, now: datetime
    ) -> Tip | None:
        """Return the tip of an earlier same submission, None when the hash is new.

        Raises ConflictError exactly where `add` would.
        """
        ...

    def get(self, tip_id: str) -> Tip:
        """Return the whole tip. Raises NotFoundError."""
        ...

    def by_card_code(self, unit_id: str, card_code: str) -> Tip:
        """Return the tip of that code if the unit has it or works on it jointly; NotFoundError
        also for another unit's."""
        ...

    def by_receipt(self, receipt_hash: bytes) -> Tip:
        """Return the tip of a receipt. Raises NotFoundError."""
        ...

    def list_for_unit(
        self, unit_id: str, limit: int, before: datetime | None = None
    ) -> list[TipSummary]:
        """Return the unit's newest tips first, those received before `before` if given.

        A tip stored just now may be missing for some seconds, never for good. Of one moment,
        the last stored stands first where the store knows it.
        """
        ...

    def all_ids(self) -> Iterable[str]:
        """Yield every tip id in order of receipt: as they arrived where the store counts
        arrivals, else by `received_at`, which a clock set back disturbs."""
        ...

    def set_attachment(
        self, attachment_id: str, state: AttachmentState, blob_key: str, clean_sha256: str
    ) -> None:
        """Record what became of a photo, durably."""
        ...

    def blob_keys(self) -> set[str]:
        """Return every blob key that an attachment names; for an operator's commands."""
        ...

    def named_blobs(self, keys: Collection[str]) -> set[str]:
        """Return those of the keys that an attachment names, none missing."""
        ...

    def counts(self) -> dict[str, int]:
        """Return {"stored", "set_aside", "erased"}; it may lag some seconds behind."""
        ...


class CaseStore(Protocol):
    """What officers and residents do with a tip after it came in: the same record of truth."""

    def change(self, before: Tip, after: Tip, entry: CaseEntry, jobs: Sequence[Job]) -> bool:
        """Write the tip as it is after an act, the act's entry and its jobs, all or nothing.

        False, and nothing written, when the tip has an entry of that id: the act was done
        before. Raises ConflictError when the tip has another revision than `before`: read it
        again. Of the tip are written: unit, status, due time, case, contact and chat where
        they were taken away, and what is new in timeline and attachments; `after.revision`
        and `entry.position` are one more than `before.revision`. Blobs of new attachments
        must be durable before. Raises StoreUnavailableError and NotFoundError.
        """
        ...

    def entries(self, tip_id: str) -> list[CaseEntry]:
        """Return the record of the case in order; empty also for an unknown tip."""
        ...

    def entry(self, tip_id: str, entry_id: str) -> CaseEntry | None:
        """Return one entry, None when the act was not done."""
        ...

    def open_for_unit(self, unit_id: str, limit: int) -> list[TipSummary]:
        """Return the unit's tips that are not closed, or whose resident waits for an answer
        all the same; those it works on jointly among them. Soonest due first, a closed one at
        the end of its first clock. One changed just now may be missing for some seconds."""
        ...

    def latest_of_chat(self, chat_hash: bytes) -> str | None:
        """Return the id of the last tip that came by this chat, at once also of one stored just
        now; of those from which their chat was taken away, none."""
        ...


class EventStore(Protocol):
    """Verified webhook events: stored before they are answered, each once."""

    def add(self, event: StoredEvent, job: Job) -> bool:
        """Store the event with the job that handles it in one atomic durable write; False,
        and nothing written, when its id is known."""
        ...

    def get(self, event_id: str) -> StoredEvent:
        """Return the event; its body is empty once finished. Raises NotFoundError."""
        ...

    def finish(self, event_id: str) -> None:
        """Wipe the body of a handled event; its id stays known."""
        ...

    def forget(self, received_before: datetime) -> int:
        """Remove finished events received before that time, at most some thousand at once;
        return how many, unless the store removes them by itself."""
        ...

    def count_unverified(self) -> None:
        """Count, durably, a request that did not verify."""
        ...

    def unverified(self) -> int:
        """Return how many requests did not verify, ever."""
        ...


LONGEST_HOLD = timedelta(hours=1)
"""Nobody holds a job or pauses a lane for so long. An end further ahead was written by a clock
that ran wrong, and would block the lane for years once the clock is right again."""

LONGEST_WAIT = timedelta(days=1)
"""The same for due times: back-off is capped at a minute, a digest waits for some minutes."""

LATE_JOBS = 50
"""So many of a unit's jobs that have waited for another time than their beginning are compared
at least; of more, those whose time came first."""


class JobStore(Protocol):
    """Jobs, their leases, and the pauses of their lanes."""

    def due(self, now: datetime, limit: int, unit_id: str = "") -> list[str]:
        """Return ids of claimable jobs, of one unit if named, most urgent first, then oldest.

        Claimable: pending or unknown, `due_at` passed, no live lease on the job nor on
        another job of its lane, and the lane not paused. At most one id per lane. A job
        written just now may be missing for some seconds, never for good.

        `due_at` more than LONGEST_WAIT ahead counts as passed. Of one unit, a store may leave
        postponed jobs to a later call while LATE_JOBS others of the same urgency and lane, or
        `limit` if that is more, have been due for longer.
        """
        ...

    def due_units(self, now: datetime) -> list[str]:
        """Return the ids of the units with a claimable job, in order of their ids."""
        ...

    def add(self, job: Job) -> bool:
        """Store a job that serves nothing else written; False when its id is known."""
        ...

    def late(
        self,
        kinds: Collection[JobKind],
        created_after: datetime,
        created_before: datetime,
        limit: int,
        unit_id: str = "",
    ) -> list[Job]:
        """Return unfinished, not failed jobs of these kinds, of one unit if named, newest first.

        They were made at or after the first time and before the second one. A job written just
        now may be missing for some seconds.
        """
        ...

    def claim(self, job_id: str, now: datetime, lease_until: datetime) -> Claim | None:
        """Take the job under a lease and count the attempt; None when not claimable now."""
        ...

    def extend(self, claim: Claim, lease_until: datetime) -> None:
        """Prolong the lease. Raises LeaseLostError when it is no longer this claim's."""
        ...

    def complete(self, claim: Claim) -> None:
        """Mark done and clear the lane's pause. Raises LeaseLostError."""
        ...

    def postpone(
        self, claim: Claim, due_at: datetime, error: str, state: JobState = JobState.PENDING
    ) -> None:
        """Give the job back, due later. Raises LeaseLostError."""
        ...

    def fail(self, claim: Claim, error: str) -> None:
        """Stop trying until `retry`. Raises LeaseLostError."""
        ...

    def pause_lane(self, lane: str, until: datetime) -> None:
        """Let no job of the lane start before `until`."""
        ...

    def rearm_lane(self, lane: str, now: datetime) -> int:
        """Make every unfinished, unleased job of the lane due, clear its pause; count them."""
        ...

    def release_leases(self, due_at: datetime) -> int:
        """Give every claimed job back, due at `due_at`; return how many.

        Only for who knows that no worker is alive: their leases would run out by themselves.
        """
        ...

    def retry(self, job_id: str | None, now: datetime) -> int:
        """Re-arm the failed job, or all failed ones; return how many. NotFoundError for an
        unknown id."""
        ...

    def counts(self) -> dict[str, int]:
        """Return {"pending", "done", "failed", "unknown"}."""
        ...

    def oldest_due_at(self, now: datetime) -> datetime | None:
        """Return the earliest passed `due_at` of an unfinished job."""
        ...


class JobQueue(Protocol):
    """A doorbell: says that there is work, and may be lost, doubled or late."""

    def ring(self, unit_id: str, job_ids: Sequence[str] = ()) -> None:
        """Wake a worker for these jobs of the unit, or for whatever is due there.

        Never raises, for the sweep rings again.
        """
        ...


MOST_NOTICED = 30
"""Tips in one notice: they are written in one transaction."""


@dataclass(frozen=True)
class DigestJoin:
    """The delivery in which a tip stands now, or the full one that it did not get into."""

    delivery_id: str
    is_full: bool = False
    """It has no place left: close it, and join again."""


class DeliveryStore(Protocol):
    """What was, or may have been, posted where; message texts are sealed at rest."""

    def plan_card(self, delivery: Delivery) -> Delivery:
        """Store a planned delivery of one tip, or return the one that already exists for
        that tip, channel and recipient, digest or card."""
        ...

    def plan(self, delivery: Delivery, job: Job | None = None) -> Delivery:
        """Store a planned relay or note, with its job if one is given, in one atomic write;
        or return the one that has its id already."""
        ...

    def plan_notice(self, delivery: Delivery) -> bool:
        """Store a planned notice of one to MOST_NOTICED tips; False, and nothing written, when
        one of them stands with that recipient of that channel already."""
        ...

    def of_tip(self, tip_id: str) -> list[Delivery]:
        """Return the deliveries that carry this tip or are about it, oldest first."""
        ...

    def get(self, delivery_id: str) -> Delivery:
        """Return one delivery. Raises NotFoundError."""
        ...

    def join_digest(self, tip_id: str, digest: Delivery, job: Job, most: int) -> DigestJoin:
        """Put the tip into the unit's open digest, or open `digest` with its `job`.

        One atomic write; a tip already in a delivery of that recipient stays there. Nothing
        is written where the open digest has `most` tips: it is full.
        """
        ...

    def close_digest(
        self, delivery_id: str, tip_ids: tuple[str, ...], messages: tuple[DeliveryMessage, ...]
    ) -> Delivery:
        """Freeze an open digest with the messages for these tips.

        One that is closed, or that other tips have joined since, is returned as it is.
        """
        ...

    def append_text(self, delivery_id: str, text: str) -> Delivery:
        """Add a text at the end of a closed delivery, which is planned again by that."""
        ...

    def reopen(self, delivery_id: str) -> Delivery:
        """Mark every refused message pending again and the delivery planned."""
        ...

    def begin_send(self, delivery_id: str, position: int, at: datetime) -> None:
        """Mark the message attempted, durably, before it is sent."""
        ...

    def withdraw_send(self, delivery_id: str, position: int) -> None:
        """Mark the message pending again: it surely was not sent."""
        ...

    def mark_sent(self, delivery_id: str, position: int, message_id: str, at: datetime) -> None:
        """Record the send; the last message of a delivery completes the delivery."""
        ...

    def mark_refused(self, delivery_id: str, position: int, at: datetime) -> None:
        """Record that this content will never go; completes the delivery like `mark_sent`."""
        ...

    def is_known_message(self, recipient: str, message_id: str) -> bool:
        """Whether one of our messages to that recipient has this id."""
        ...

    def tip_of_message(self, recipient: str, message_id: str) -> str | None:
        """Return the tip that this message of ours is about; None when it is unknown, or is
        about none or several."""
        ...

    def learn_message_id(self, recipient: str, message_id: str, tip_id: str) -> None:
        """Remember that a message of ours goes by another id as well (reference, 5.7)."""
        ...

    def cards_begun_since(self, unit_id: str, since: datetime) -> int:
        """Count deliveries of cards to the group (no digests, relays, notes or notices) of
        which a message was attempted since."""
        ...

    def sends_since(self, unit_id: str, since: datetime) -> list[datetime]:
        """Return the attempt times of the unit's messages since, oldest first."""
        ...

    def last_digest_at(self, unit_id: str) -> datetime | None:
        """Return when the unit's latest closed digest was created."""
        ...

    def first_sent_at(self, tip_id: str, channel: Channel) -> datetime | None:
        """Return when the tip's first message stood in that channel, None if not yet."""
        ...


class BlobStore(Protocol):
    """Sealed bytes under keys of our own; durable when `put` returns."""

    def put(self, key: str, data: bytes) -> None:
        """Seal and store durably; an existing key is replaced. Raises StoreUnavailableError."""
        ...

    def get(self, key: str) -> bytes:
        """Return the unsealed bytes. Raises NotFoundError."""
        ...

    def wipe(self, key: str) -> None:
        """Remove the bytes; a missing key is no error."""
        ...

    def keys_older_than(self, before: datetime) -> list[str]:
        """Return keys stored before that time, for the sweep of orphans."""
        ...


class UploadStore(Protocol):
    """Photos that a browser puts into the store itself, before the tip that names them.

    They wait unsealed by us (the store encrypts them) until a tip takes them, at most a day.
    """

    def open_ticket(self, size: int) -> UploadTicket:
        """Return leave to upload one photo of at most `size` bytes within some minutes."""
        ...

    def take(self, upload_id: str) -> bytes:
        """Return what was uploaded. Raises NotFoundError when it never came or is gone, and
        StoreUnavailableError."""
        ...

    def drop(self, upload_id: str) -> None:
        """Remove it; a missing one is no error."""
        ...


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


class OfficerStore(Protocol):
    """Enrolled officers, their sign-in links and sessions, and the log of what they read."""

    def enroll(self, officer: Officer, now: datetime) -> None:
        """Add or update; the same user of the same unit stays one officer, enrolled at the
        latest time given."""
        ...

    def dismiss(self, unit_id: str, user_id: str, left_at: datetime) -> bool:
        """End the enrolment, all links and sessions at once; False where there is none, or it
        began after `left_at`."""
        ...

    def officers(self, unit_id: str) -> list[Officer]: ...

    def officer(self, unit_id: str, user_id: str) -> Officer | None: ...

    def add_link(self, link_hash: bytes, officer: Officer, expires_at: datetime) -> None: ...

    def spend_link(
        self,
        link_hash: bytes,
        session_hash: bytes,
        csrf_token: str,
        now: datetime,
        session_expires_at: datetime,
    ) -> Officer:
        """Use the link up and open the session in one atomic write.

        Raises NotFoundError when unknown, spent, expired, or the officer is gone.
        """
        ...

    def session(self, session_hash: bytes, now: datetime) -> Session:
        """Return a live session of a still enrolled officer (with an empty `session_id`).
        Raises NotFoundError."""
        ...

    def end_session(self, session_hash: bytes) -> None: ...

    def log_read(self, officer: Officer, tip_id: str, what: str, now: datetime) -> None:
        """Record durably that the officer saw `what` ("case" or "photo-1") of the tip."""
        ...

    def reads(self, tip_id: str) -> list[tuple[str, str, datetime]]:
        """Return (user id, what, at) of each read, oldest first."""
        ...


LONGEST_REMEMBERED = timedelta(hours=1)
"""No repeat is remembered for so long. An end further ahead was written by a clock that ran
wrong, and would show a receipt code for years once the clock is right again."""


class RepeatGuard(Protocol):
    """Remembers submissions for some minutes, their codes sealed (design D9): those without a
    key, and those whose uploads were dropped."""

    def remember(
        self, fingerprint: bytes, receipt_code: str, tip_id: str, expires_at: datetime
    ) -> None: ...

    def recall(self, fingerprint: bytes, now: datetime) -> tuple[str, str] | None:
        """Return (receipt code, tip id), None when unknown, expired, or not to be believed
        because its end lies more than LONGEST_REMEMBERED ahead."""
        ...

    def forget_expired(self, now: datetime) -> None:
        """Remove what `recall` would not return, unless the store removes it by itself."""
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


class WebhookReader(Protocol):
    """Verifies and reads what Zalo posts."""

    def is_genuine(self, body: bytes, signature: str, app: ZaloApp) -> bool:
        """Whether the raw body carries the app's signature, in constant time."""
        ...

    def claims_app(self, body: bytes, app: ZaloApp) -> bool:
        """Whether the body says that it is for this app: then a wrong signature means a wrong
        key, and not only noise."""
        ...

    def head(self, body: bytes) -> EventHead | None:
        """Return what is needed to store it, None when it names no OA or no time."""
        ...

    def read(self, body: bytes) -> WebhookEvent:
        """Return the event of a body that has a head; an UnknownEvent where it is no use."""
        ...


class MediaFetcher(Protocol):
    def fetch(self, url: str, most_bytes: int) -> bytes | None:
        """Return what lies at the address; None when it may not or can never be had: a host
        that is not allowed, a redirect, nothing there, too large.

        Raises RetryableProviderError when it may be had later.
        """
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


class PhotoCleaner(Protocol):
    def clean(self, original: bytes) -> bytes | None:
        """Return a clean JPEG of at most 1,000,000 bytes, None when it cannot be opened.

        Raises ToolUnavailableError when that could not be found out now.
        """
        ...


@dataclass(frozen=True)
class CardValues:
    """What a card may say, already masked for the channel; a notice fills only the first."""

    card_code: str
    category: str
    urgency: str
    area: str
    link: str
    sealed: bool
    text: str = ""
    place: str = ""
    occurred_at: str = ""
    received_at: datetime | None = None
    photo_count: int = 0
    file_count: int = 0
    """Recordings and files: they never go to Zalo."""
    has_position: bool = False
    """A position came with it, which never goes to Zalo."""
    from_unit: str = ""
    """The name of the unit that handed the tip on; a notice says it too."""
    lead_unit: str = ""
    """The name of the unit that the receiving one works on it with; a notice says it too."""


@dataclass(frozen=True)
class EntryValues:
    """An entry of a case as a channel may say it, already masked for that channel."""

    card_code: str
    kind: str
    link: str
    sealed: bool
    """Words and places stay out: there is news, and where to read it."""
    unit_name: str = ""
    actor_name: str = ""
    text: str = ""
    about: str = ""
    """A name to show: of an officer, a unit, or a card code."""
    status: str = ""
    at: datetime | None = None
    photo_count: int = 0
    file_count: int = 0


class Renderer(Protocol):
    """Turns codes and values into the sentences of `templates/zalo`."""

    def tip_card(self, values: CardValues) -> list[str]:
        """Return the parts of a full card, each at most 1,500 characters, marked 1/n."""
        ...

    def notice_card(self, values: CardValues) -> list[str]: ...

    def photo_caption(self, card_code: str, position: int, total: int) -> str: ...

    def digest(self, unit_name: str, cards: Sequence[CardValues]) -> list[str]: ...

    def possible_repeat(self, text: str) -> str:
        """Mark a text that may stand in the group already."""
        ...

    def group_entry(self, values: EntryValues) -> list[str]:
        """Return what the group hears of an entry, in parts of at most 1,500 characters."""
        ...

    def resident_entry(self, values: EntryValues) -> list[str]:
        """Return what the resident's chat gets of an entry; of a sealed case only that there
        is news. Empty where the entry is nothing for the resident."""
        ...

    def note(self, code: str, values: Mapping[str, str]) -> str:
        """Return a word of our own: `templates/zalo/notes/<code>.txt.j2`."""
        ...

    def mail(self, code: str, values: Mapping[str, object]) -> str:
        """Return an e-mail: its subject in the first line, then an empty one, then the text."""
        ...


class OperatorAlerts(Protocol):
    def alarm(self, code: str, unit_id: str) -> None:
        """Call for a human, once per code and unit until it is cleared; never raises."""
        ...

    def clear(self, code: str, unit_id: str) -> None: ...

    def mark_told(self, code: str, unit_id: str, at: datetime) -> None:
        """Note that an open alarm went out by e-mail; nothing where it is not open."""
        ...

    def open_alarms(self) -> list[OpenAlarm]:
        """Return the alarms that nobody cleared, oldest first."""
        ...
