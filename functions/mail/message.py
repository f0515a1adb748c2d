"""A notice as an e-mail message (RFC 5322)."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from functions.core.addresses import is_mail_address
from functions.core.errors import RejectedByProviderError
from functions.core.ports import Clock


def compose(sender: str, address: str, subject: str, text: str, clock: Clock) -> EmailMessage:
    """Return a plain text message that no holiday answer is sent to.

    Raises RejectedByProviderError for what is no address.
    """
    if not is_mail_address(address):
        raise RejectedByProviderError("mail-address")
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = address
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    # Base64: no server on the way then changes a line, whatever its words.
    message.set_content(text, cte="base64")
    return message
