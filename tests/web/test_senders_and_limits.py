"""Hashes of senders and the counting of failures."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.core.errors import TooManyRequestsError
from functions.web.limits import Limit, MemoryRateLimiter
from functions.web.senders import SenderHashes
from tests.fakes.clock import FrozenClock

LIMIT = Limit("receipt", 3, timedelta(minutes=10))
OTHER = Limit("link", 3, timedelta(minutes=10))


def is_refused(limiter: MemoryRateLimiter, sender: bytes, limit: Limit = LIMIT) -> bool:
    try:
        limiter.check(limit, sender)
    except TooManyRequestsError:
        return True
    return False


def test_hash_depends_on_address_and_browser_and_shows_neither() -> None:
    senders = SenderHashes(FrozenClock())
    here = senders.sender_hashes("192.0.2.1", "Zalo")

    assert here == senders.sender_hashes("192.0.2.1", "Zalo")
    assert here[0] != senders.sender_hashes("192.0.2.2", "Zalo")[0]
    assert here[0] != senders.sender_hashes("192.0.2.1", "Zalo 2")[0]
    assert b"192" not in b"".join(here)


def test_key_of_one_process_is_not_that_of_another() -> None:
    clock = FrozenClock()

    first, second = SenderHashes(clock), SenderHashes(clock)

    assert first.sender_hashes("a", "b")[0] != second.sender_hashes("a", "b")[0]


def test_present_hash_becomes_the_previous_one_after_an_hour_and_is_gone_after_two() -> None:
    clock = FrozenClock()
    senders = SenderHashes(clock)
    old = senders.sender_hashes("a", "b")[0]

    clock.advance(timedelta(hours=1))
    present, previous = senders.sender_hashes("a", "b")
    assert (previous, present != old) == (old, True)

    clock.advance(timedelta(hours=1))
    assert old not in senders.sender_hashes("a", "b")


def test_keys_change_when_nobody_came_for_long_or_the_clock_was_set_back() -> None:
    for step in (timedelta(hours=5), timedelta(days=-400)):
        clock = FrozenClock()
        senders = SenderHashes(clock)
        old = senders.sender_hashes("a", "b")
        clock.advance(step)
        assert not set(old) & set(senders.sender_hashes("a", "b"))


def test_one_ipv6_subscriber_is_one_sender() -> None:
    senders = SenderHashes(FrozenClock())

    assert senders.address_hash("2001:db8::1") == senders.address_hash("2001:db8::ffff:1")
    assert senders.address_hash("2001:db8::1") != senders.address_hash("2001:db8:0:1::1")


@pytest.mark.parametrize("address", [None, "", "unix:", "x" * 10_000, "fe80::1%eth0", "\ud800"])
def test_strange_addresses_have_a_hash_too(address: str | None) -> None:
    senders = SenderHashes(FrozenClock())

    assert len(senders.address_hash(address)) == 32
    assert len(senders.sender_hashes(address, "\ud800")) == 2


def test_failures_are_counted_by_kind_and_sender() -> None:
    limiter = MemoryRateLimiter(FrozenClock())
    for _ in range(LIMIT.failures):
        assert not is_refused(limiter, b"a")
        limiter.count_failure(LIMIT, b"a")

    assert is_refused(limiter, b"a")
    assert not is_refused(limiter, b"b")
    assert not is_refused(limiter, b"a", OTHER)


def test_refusal_says_how_long_and_ends_then() -> None:
    clock = FrozenClock()
    limiter = MemoryRateLimiter(clock)
    for _ in range(LIMIT.failures):
        limiter.count_failure(LIMIT, b"a")
    clock.advance(timedelta(minutes=4))

    with pytest.raises(TooManyRequestsError) as refused:
        limiter.check(LIMIT, b"a")

    assert refused.value.retry_after == 360
    clock.advance(timedelta(seconds=360))
    assert not is_refused(limiter, b"a")


def test_clock_set_back_locks_nobody_out() -> None:
    clock = FrozenClock()
    limiter = MemoryRateLimiter(clock)
    for _ in range(LIMIT.failures):
        limiter.count_failure(LIMIT, b"a")

    clock.advance(timedelta(days=-3000))

    assert not is_refused(limiter, b"a")


def test_memory_is_bounded_and_forgets_the_longest_unseen() -> None:
    limiter = MemoryRateLimiter(FrozenClock(), max_senders=2)
    for sender in (b"a", b"a", b"a", b"b", b"c"):
        limiter.count_failure(LIMIT, sender)

    assert not is_refused(limiter, b"a")
    assert limiter.size() == 2


def test_behind_a_proxy_that_hides_the_sender_nobody_is_told_apart() -> None:
    senders = SenderHashes(FrozenClock(), behind_proxy=True)
    limiter = MemoryRateLimiter(FrozenClock())

    for _ in range(5):
        limiter.count_failure(LIMIT, senders.address_hash("127.0.0.1"))

    assert senders.sender_hashes("127.0.0.1", "Zalo") == ()
    assert senders.sender_hashes(None, "Zalo") == ()
    assert senders.address_hash("127.0.0.1") is None
    limiter.check(LIMIT, None)
    assert len(senders.sender_hashes("192.0.2.1", "Zalo")) == 2
