"""Where e-mail about a unit goes."""

from __future__ import annotations

from functions.core.ports import ChannelStore, Mailer
from functions.core.units import UnitRegister


def mailboxes_of(
    unit_id: str, channels: ChannelStore, units: UnitRegister, mailer: Mailer
) -> tuple[str, ...]:
    """Return the unit's own mailboxes, else its province's, else the one we send from: whoever
    set up an account for mail reads at least that."""
    for one in dict.fromkeys((unit_id, units.province_of(unit_id).unit_id)):
        found = channels.mailboxes(one)
        if found is not None and found.addresses:
            return found.addresses
    return (mailer.sender,)
