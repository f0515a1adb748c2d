"""What every ChannelStore promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from functions.core.errors import KeyUnavailableError
from functions.core.models import ForwardMode, Mailboxes, UnitChannel, ZaloApp
from functions.core.ports import ChannelStore
from functions.stores.dynamodb.channels import DynamoChannelStore
from functions.stores.sqlite.channels import SqliteChannelStore
from tests.contracts.sqlite_parts import file_contents, open_parts
from tests.fakes.channels import MemoryChannelStore
from tests.stores.kit import fixed_sealer

APP = ZaloApp("app-1", "secret-of-the-app", "secret-of-the-webhooks")
MAILBOXES = Mailboxes("phuong-tan-an", ("truc-ban@example.vn", "doi-pho@example.vn"))
CHANNEL = UnitChannel("phuong-tan-an", "oa-1", "group-1", ForwardMode.TIP)


@pytest.fixture(params=["memory", "sqlite", "aws"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ChannelStore:
    if request.param == "memory":
        return MemoryChannelStore()
    if request.param == "aws":
        return DynamoChannelStore(request.getfixturevalue("engine").tables(), fixed_sealer())
    parts = open_parts(tmp_path)
    return SqliteChannelStore(parts.database, parts.sealer)


def test_there_is_no_app_before_one_is_saved(store):
    assert store.app() is None


def test_the_saved_app_comes_back(store):
    store.save_app(APP)

    assert store.app() == APP


def test_a_new_app_takes_the_place_of_the_old_one(store):
    fresh = ZaloApp("app-2", "another-secret", "yet-another")
    store.save_app(APP)

    store.save_app(fresh)

    assert store.app() == fresh


def test_a_unit_without_channel_has_none(store):
    store.save_channel(CHANNEL)

    assert store.channel("xa-ea-knop") is None


def test_each_unit_has_its_own_channel(store):
    other = UnitChannel("xa-ea-knop", "oa-2", "group-2", ForwardMode.NOTICE)
    store.save_channel(CHANNEL)

    store.save_channel(other)

    assert store.channel("phuong-tan-an") == CHANNEL
    assert store.channel("xa-ea-knop") == other


def test_a_channel_saved_again_takes_the_new_values(store):
    moved = UnitChannel("phuong-tan-an", "oa-9", "group-9", ForwardMode.NOTICE)
    store.save_channel(CHANNEL)

    store.save_channel(moved)

    assert store.channel("phuong-tan-an") == moved


def test_all_channels_come_in_order_of_their_units(store):
    other = UnitChannel("doi-ma-tuy", "oa-2", "group-2", ForwardMode.NOTICE)
    nobody = store.channels()
    store.save_channel(CHANNEL)
    store.save_channel(other)

    assert nobody == []
    assert store.channels() == [other, CHANNEL]


def test_an_oa_leads_to_its_unit_as_it_is_connected_now(store):
    store.save_channel(CHANNEL)
    store.save_channel(UnitChannel("xa-ea-knop", "oa-2", "group-2", ForwardMode.NOTICE))
    known = store.by_oa("oa-1")
    moved = replace(CHANNEL, oa_id="oa-9")

    store.save_channel(moved)

    assert known == CHANNEL
    assert store.by_oa("oa-9") == moved
    assert store.by_oa("oa-1") is None
    assert store.by_oa("no-such-oa") is None


def test_mailboxes_of_a_unit_come_back_in_their_order(store):
    store.save_mailboxes(MAILBOXES)

    assert store.mailboxes("phuong-tan-an") == MAILBOXES
    assert store.mailboxes("xa-ea-knop") is None
    assert store.channels() == []


def test_mailboxes_saved_again_take_the_place_of_the_old_ones(store):
    store.save_mailboxes(MAILBOXES)

    store.save_mailboxes(Mailboxes("phuong-tan-an", ()))

    assert store.mailboxes("phuong-tan-an") == Mailboxes("phuong-tan-an", ())


def test_mailboxes_are_sealed_each_to_its_unit(tmp_path):
    parts = open_parts(tmp_path)
    store = SqliteChannelStore(parts.database, parts.sealer)
    store.save_mailboxes(MAILBOXES)
    copied = file_contents(tmp_path)

    with parts.database.write() as connection:
        connection.execute("UPDATE mailboxes SET unit_id = 'xa-ea-knop'")

    assert b"example.vn" not in copied
    with pytest.raises(KeyUnavailableError):
        store.mailboxes("xa-ea-knop")


def test_both_secrets_of_the_app_are_sealed(tmp_path):
    parts = open_parts(tmp_path)
    SqliteChannelStore(parts.database, parts.sealer).save_app(APP)

    copied = file_contents(tmp_path)

    assert b"app-1" in copied
    assert b"secret-of-the" not in copied


def test_a_secret_opens_only_in_its_own_place(tmp_path):
    parts = open_parts(tmp_path)
    store = SqliteChannelStore(parts.database, parts.sealer)
    store.save_app(APP)

    with parts.database.write() as connection:
        connection.execute("UPDATE zalo_app SET sealed_secret_key = sealed_oa_secret_key")

    with pytest.raises(KeyUnavailableError):
        store.app()


def test_channels_survive_a_restart(tmp_path):
    first = open_parts(tmp_path)
    before = SqliteChannelStore(first.database, first.sealer)
    before.save_app(APP)
    before.save_channel(CHANNEL)
    first.database.close()

    second = open_parts(tmp_path)

    after = SqliteChannelStore(second.database, second.sealer)
    assert after.app() == APP
    assert after.channel("phuong-tan-an") == CHANNEL
