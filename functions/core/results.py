"""What became of a delivery, and what an operator is called for."""

from __future__ import annotations

from functions.core.models import Delivery, DeliveryMessage, MessageKind, SendState
from functions.core.work import Done, Failed, Outcome, WorkServices

REFUSED = "refused"
"""The error of a job whose words the channel refused, until an operator re-arms it."""


def result(delivery: Delivery, services: WorkServices) -> Outcome:
    """Return Done when a text of it stands there; else call an operator."""
    return Done() if has_sent_text(delivery) else refused(delivery.unit_id, services)


def refused(unit_id: str, services: WorkServices) -> Outcome:
    """Call an operator for words that the unit's group did not take."""
    services.alerts.alarm("delivery-refused", unit_id)
    return Failed(REFUSED)


def has_sent_text(delivery: Delivery) -> bool:
    return any(_is_text(message, SendState.SENT) for message in delivery.messages)


def has_refused_text(delivery: Delivery) -> bool:
    return any(_is_text(message, SendState.REFUSED) for message in delivery.messages)


def append_new_texts(delivery: Delivery, texts: list[str], services: WorkServices) -> Delivery:
    """Add the texts that the delivery does not have yet: a crash may have come after some."""
    for text in texts:
        if text not in {message.text for message in delivery.messages}:
            delivery = services.deliveries.append_text(delivery.delivery_id, text)
    return delivery


def _is_text(message: DeliveryMessage, state: SendState) -> bool:
    return message.kind is MessageKind.TEXT and message.state is state
