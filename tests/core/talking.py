"""Events as Zalo would post them, taken and handled over the memory stores."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.core.events import Media, ResidentMessage, StaffMessage, WebhookEvent
from functions.core.models import CaseEntry, EntryKind, Location, MediaKind, Tip
from functions.core.receiving import KeyAlarm, Received, ReceiveServices, receive_event
from tests.core.world import APP, GROUP, RESIDENT, WARD, World, connected_world
from tests.fakes.webhook import GENUINE

OA = f"oa-{WARD}"
BINH = "officer-binh"
HOA = "officer-hoa"


@dataclass
class Talk:
    """A connected ward with an enrolled officer, and what is written to its OA."""

    world: World = field(default_factory=connected_world)

    def __post_init__(self) -> None:
        self.world.channels.save_app(APP)
        self.world.enroll(BINH, "Trần Văn Bình")
        self._key_alarm = KeyAlarm(self.world.alerts, self.world.clock)
        self._numbers = 0

    @property
    def receiving(self) -> ReceiveServices:
        world = self.world
        return ReceiveServices(
            world.channels,
            world.events,
            world.deliveries,
            world.reader,
            world.queue,
            world.mac,
            self._key_alarm,
            world.clock,
        )

    def post(self, event: WebhookEvent, key: str = "", *, signature: str = GENUINE) -> Received:
        """Let Zalo post the event; nobody works on it yet."""
        conversation = getattr(event, "group_id", "") or getattr(event, "user_id", "")
        key = key or getattr(event, "message_id", "")
        body = self.world.reader.body_of(event, conversation=conversation, key=key)
        return receive_event(body, signature, self.receiving)

    def hear(self, *events: WebhookEvent) -> None:
        """Let Zalo post the events one by one, each worked on before the next."""
        for event in events:
            self.post(event)
            self.world.work_once()

    def resident(
        self,
        text: str = "",
        *photos: str,
        user_id: str = RESIDENT,
        quoted_id: str = "",
        location: Location | None = None,
        media: tuple[Media, ...] = (),
        is_sticker: bool = False,
        sent_at: datetime | None = None,
    ) -> ResidentMessage:
        """Return a message to the OA; of each photo its address."""
        return ResidentMessage(
            oa_id=OA,
            sent_at=sent_at or self._moment(),
            message_id=self._new_id(),
            user_id=user_id,
            text=text,
            quoted_id=quoted_id,
            media=media + tuple(Media(MediaKind.PHOTO, url) for url in photos),
            location=location,
            is_sticker=is_sticker,
        )

    def staff(
        self, text: str, user_id: str = BINH, quoted_id: str = "", group_id: str = GROUP
    ) -> StaffMessage:
        """Return a message in a group of the OA."""
        message_id = self._new_id()
        return StaffMessage(OA, self._moment(), message_id, group_id, user_id, text, quoted_id)

    def _moment(self) -> datetime:
        """Return a moment ago, each message's after the one before."""
        return self.world.clock.now() - timedelta(seconds=1, milliseconds=-self._numbers)

    def _new_id(self) -> str:
        self._numbers += 1
        return f"message-{self._numbers}"

    def tips(self) -> list[Tip]:
        return [self.world.tips.get(tip_id) for tip_id in self.world.tips.all_ids()]

    def tip(self) -> Tip:
        (tip,) = self.tips()
        return tip

    def entries(self, tip: Tip, *kinds: EntryKind) -> list[CaseEntry]:
        """Return the tip's record, or what of it is of these kinds."""
        entries = self.world.cases.entries(tip.tip_id)
        return [one for one in entries if not kinds or one.kind in kinds]

    def messages(self, tip: Tip) -> list[str]:
        """Return what the sender wrote, the beginning first."""
        later = self.entries(tip, EntryKind.RESIDENT_MESSAGE)
        return [tip.content.text, *(entry.text for entry in later)]

    def card_id(self, tip: Tip) -> str:
        """Return the id of the tip's card in the group."""
        (card,) = (
            posted for posted in self.world.zalo.group(GROUP) if f"{tip.card_code}" in posted.text
        )
        return card.message_id
