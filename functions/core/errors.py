"""Every error the domain knows, named by what the caller should do.

BinhyenError
├── InvalidInputError            tell the person which field to mend
├── NotFoundError                say that there is no such thing, and nothing more
├── ConflictError                the same key with other content: ask for a fresh form
├── CardCodeTakenError           draw another code
├── NotAllowedError              they may not do this to that: say so, change nothing
├── MergeConflictError           somebody else changed the same lines: show both
├── InvalidContentError          a page says what it must not: name each line to mend
├── PublishFailedError           the site could not be built: the last good one stays
├── ActRefusedError              the act does not fit the case as it stands: say why
├── TooManyRequestsError         ask to wait
├── StoreUnavailableError        not surely stored: give the unit's phone, try later
├── KeyUnavailableError          sealed data without its key: stop, never make a new key
├── ToolUnavailableError         this machine could not do it now: try again later
├── LeaseLostError               somebody else holds this work: drop it without a trace
└── ProviderError                what Zalo said, by what to do about it
    ├── RetryableProviderError   nothing happened there: wait, then send again
    ├── OutcomeUnknownError      it may have happened: look it up before sending again
    ├── TokenExpiredError        ring the refresher, then send again
    ├── ReauthorizationError     the pair is dead: an administrator must consent again
    ├── ChannelClosedError       this channel is shut: take the next one, ask the operator
    │   └── RecipientClosedError shut for this person only (window, block, quota): no alarm
    └── RejectedByProviderError  this content is refused: change it or leave it out
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from functions.core.models.content import ContentProblem


class BinhyenError(Exception):
    """Base of everything the domain raises on purpose."""


@dataclass(frozen=True)
class FieldError:
    """One mistake at one field; `code` is looked up in the message catalogue."""

    field: str
    code: str


class InvalidInputError(BinhyenError):
    """What was typed cannot be taken; `errors` names each field and what is wrong there."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(", ".join(f"{error.field}:{error.code}" for error in errors))
        self.errors = errors


class NotFoundError(BinhyenError):
    """There is no such thing, or the caller has no right to know that there is."""


class ConflictError(BinhyenError):
    """The same submission key came with other content, or came too late."""


class NotAllowedError(BinhyenError):
    """Who asks is known, and has no right to do this to that page."""


class MergeConflictError(BinhyenError):
    """Two changes touch the same lines, and neither may be lost; `paths` tells where."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__(", ".join(paths))
        self.paths = paths


class InvalidContentError(BinhyenError):
    """Pages cannot be saved or published as they are; `problems` names every place."""

    def __init__(self, problems: Sequence[ContentProblem]) -> None:
        super().__init__(
            "; ".join(f"{found.path}:{found.line}: {found.code}" for found in problems)
        )
        self.problems = tuple(problems)


class PublishFailedError(BinhyenError):
    """The site could not be built, and nothing public changed.

    `problems` names the places where the build could tell; `report` is what it said, for
    technicians.
    """

    def __init__(self, report: str, problems: Sequence[ContentProblem] = ()) -> None:
        super().__init__(report)
        self.report = report
        self.problems = tuple(problems)


class CardCodeTakenError(BinhyenError):
    """Another tip has this card code already; nothing was stored."""


class ActRefusedError(BinhyenError):
    """The act does not fit the case as it stands now, and changed nothing.

    `code` is looked up in the message catalogue, `about` is what it speaks of (a name, a time).
    """

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.about = about


class TooManyRequestsError(BinhyenError):
    """Too many wrong attempts; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


class StoreUnavailableError(BinhyenError):
    """The store could not write (full disk, failing disk, locked for too long, throttled).

    `code` is one word for the log: what the store itself calls it, else the kind of error
    behind it. The reason may hold more, such as a path, and is for a terminal only.
    """

    def __init__(self, reason: str = "", code: str = "") -> None:
        super().__init__(reason)
        self._code = code

    @property
    def code(self) -> str:
        return self._code or (type(self.__cause__).__name__ if self.__cause__ else "")


class KeyUnavailableError(BinhyenError):
    """Sealed data exists and its key does not, or is another one."""


class ToolUnavailableError(BinhyenError):
    """A helper process could not run (no memory, no process slots, being stopped)."""


class LeaseLostError(BinhyenError):
    """The lease on this work ran out and was taken by another worker."""


class ProviderError(BinhyenError):
    """Zalo did not do what was asked.

    `code` is the provider's own number or a short word of ours ("timeout", "http-502",
    "not-json"); it never carries a text of the provider, which may quote what we sent.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RetryableProviderError(ProviderError):
    """Nothing happened at the provider; `retry_after` is in seconds where it said so."""

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.retry_after = retry_after


class OutcomeUnknownError(ProviderError):
    """The request went out and the answer was lost: it may have taken effect."""


class TokenExpiredError(ProviderError):
    """The access token is not, or no longer, accepted."""


class ReauthorizationError(ProviderError):
    """The refresh token is dead; only an administrator's new consent helps."""


class ChannelClosedError(ProviderError):
    """The channel does not work as it is set up (group, permission, package, window)."""


class RecipientClosedError(ChannelClosedError):
    """This one person cannot be written to now: window closed, blocked, or quota spent."""


class RejectedByProviderError(ProviderError):
    """The provider refuses this very content."""
