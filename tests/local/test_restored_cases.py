"""What officers and residents did before a backup: after the restore nothing is lost, and
nothing stands twice in the group."""

from __future__ import annotations

import json

from functions.bootstrap import Services
from functions.core import casework
from functions.core.casework import Act
from functions.core.models import Officer, Role, Via
from functions.core.receiving import Taken, store_event
from tests.faults.places import Place, carry_on
from tests.local.test_restore import Moving, texts
from tests.local.test_restore import place as place  # noqa: PLC0414 - a fixture
from tests.zalo.events import encoded, to_oa


def take(place: Place, services: Services) -> None:
    """Let an officer of the unit take its only tip."""
    officer = Officer(place.unit_id, "11", "Trần Văn Trực", Role.OFFICER)
    services.stores.officers.enroll(officer, services.clock.now())
    [row] = services.stores.tips.list_for_unit(place.unit_id, limit=2)
    casework.take(Act(officer, row.card_code, "act-1", Via.CASE_PAGE), services.casework)


def test_what_an_officer_did_before_the_backup_stands_in_the_group_once(place: Moving) -> None:
    with place.services() as services:
        place.submit(services)
    carry_on(place)
    with place.services() as services:
        take(place, services)
    place.back_up()
    carry_on(place)
    before = texts(place)

    restored = place.lose_and_restore()
    carry_on(place)

    assert len(before) == 2
    assert restored.to_look_up == 1
    assert texts(place) == before
    with place.services() as services:
        tip = services.stores.tips.get(next(iter(services.stores.tips.all_ids())))
        assert tip.case.assignee_id == "11"
        assert [one.kind for one in services.stores.cases.entries(tip.tip_id)] == ["taken"]


def test_what_an_officer_did_and_nobody_heard_of_is_posted_once_without_a_mark(
    place: Moving,
) -> None:
    with place.services() as services:
        place.submit(services)
    carry_on(place)
    with place.services() as services:
        take(place, services)
    place.back_up()

    place.lose_and_restore()
    carry_on(place)

    _, taken = texts(place)
    assert "Trần Văn Trực" in taken
    assert "trùng" not in taken


def test_an_event_that_was_not_handled_is_handled_after_the_restore(place: Moving) -> None:
    with place.services() as services:
        channel = services.stores.channels.channel(place.unit_id)
        assert channel is not None
        now = services.clock.now()
        body = json.loads(to_oa("text", text="Có người lạ ở sân bóng."))
        body |= {
            "recipient": {"id": channel.oa_id},
            "timestamp": str(int(now.timestamp() * 1000)),
        }
        taken = store_event(encoded(body), services.receive).taken
    place.back_up()

    place.lose_and_restore()
    carry_on(place)

    assert taken is Taken.STORED
    with place.services() as services:
        [tip_id] = services.stores.tips.all_ids()
        tip = services.stores.tips.get(tip_id)
    assert tip.content.text == "Có người lạ ở sân bóng."
    assert tip.card_code in texts(place)[0]
