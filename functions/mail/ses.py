"""Port Mailer over Amazon SES."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from functions.core.errors import (
    ChannelClosedError,
    OutcomeUnknownError,
    ProviderError,
    RejectedByProviderError,
    RetryableProviderError,
)
from functions.core.ports import Clock
from functions.mail.message import compose

if TYPE_CHECKING:
    from mypy_boto3_ses.client import SESClient

_LATER = frozenset({"Throttling", "ThrottlingException", "LimitExceededException"})
_ACCOUNT = frozenset(
    {
        "AccountSendingPausedException",
        "ConfigurationSetSendingPausedException",
        "MailFromDomainNotVerifiedException",
    }
)


class SesMailer:
    """Sends as `sender`, which the account has verified."""

    def __init__(self, client: Callable[[], SESClient], sender: str, clock: Clock) -> None:
        self._client = client
        self._sender = sender
        self._clock = clock

    @property
    def sender(self) -> str:
        return self._sender

    def send(self, address: str, subject: str, text: str) -> str:
        message = compose(self._sender, address, subject, text, self._clock)
        try:
            answer = self._client().send_raw_email(
                Source=self._sender,
                Destinations=[address],
                RawMessage={"Data": message.as_bytes()},
            )
        except ClientError as exc:
            raise _meaning(exc) from exc
        except (EndpointConnectionError, ConnectTimeoutError) as exc:
            raise RetryableProviderError("mail-connect") from exc
        except BotoCoreError as exc:
            raise OutcomeUnknownError("mail-lost") from exc
        return str(answer["MessageId"])


def _meaning(exc: ClientError) -> ProviderError:
    code = exc.response.get("Error", {}).get("Code", "")
    status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _LATER or status >= 500:
        return RetryableProviderError("mail-later")
    if code in _ACCOUNT or status == HTTPStatus.FORBIDDEN:
        return ChannelClosedError("mail-account")
    return RejectedByProviderError("mail-refused")
