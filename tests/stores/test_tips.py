from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.core.errors import KeyUnavailableError
from functions.core.models import Contact, TipContent
from functions.stores.sealing import Sealer
from functions.stores.sqlite.database import Database
from functions.stores.sqlite.repeats import SqliteRepeatGuard
from functions.stores.sqlite.tips import SqliteTipStore
from tests.fakes.clock import START
from tests.fakes.new_tips import new_tip
from tests.stores.children import child
from tests.stores.kit import fixed_sealer, migrated_database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return migrated_database(tmp_path / "data")


@pytest.fixture
def store(database: Database) -> SqliteTipStore:
    return SqliteTipStore(database, fixed_sealer())


def test_same_submission_from_eight_threads_is_one_tip(
    store: SqliteTipStore, database: Database
) -> None:
    tips = [new_tip(submission="one") for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(store.add, tips))

    (tip_id,) = store.all_ids()
    assert answers.count(None) == 1
    assert {answer.tip_id for answer in answers if answer} == {tip_id}
    with database.read() as connection:
        jobs = connection.execute("SELECT subject_id FROM jobs").fetchall()
    assert [row["subject_id"] for row in jobs] == [tip_id]


def test_same_submission_from_two_processes_is_one_tip(
    store: SqliteTipStore, database: Database
) -> None:
    with (
        child("add", database.data_dir, "one") as one,
        child("add", database.data_dir, "one") as two,
    ):
        one.go()
        two.go()
        answers = {one.answer(), two.answer()}

    assert answers == {"stored", "repeat"}
    assert len(list(store.all_ids())) == 1


def test_full_disk_refuses_the_tip_and_keeps_the_earlier_ones(
    store: SqliteTipStore, database: Database
) -> None:
    earlier = new_tip()
    store.add(earlier)

    with child("add-on-a-full-disk", database.data_dir) as full:
        full.go()
        answer = full.answer()

    assert answer == "refused, then stored"
    assert store.get(earlier.tip.tip_id) == earlier.tip
    assert len(list(store.all_ids())) == 2


def test_writer_killed_midway_leaves_what_stood_before_and_no_lock(
    store: SqliteTipStore, database: Database
) -> None:
    earlier, later = new_tip(), new_tip()
    store.add(earlier)
    with child("write-until-killed", database.data_dir) as writer:
        writer.go()
        writer.wait_until("writing")
        writer.kill()

    store.add(later)

    assert store.get(earlier.tip.tip_id) == earlier.tip
    assert store.get(later.tip.tip_id) == later.tip


def test_no_file_of_the_data_folder_shows_what_a_sender_wrote(
    store: SqliteTipStore, database: Database
) -> None:
    words = ["buon-ban-o-so-7", "sau-nha-van-hoa", "to-dan-pho-11", "Tran-Van-Binh", "0905999888"]
    code = "49382716054938271605"
    text, place, area, name, phone = words
    new = new_tip(
        content=TipContent(text=text, place=place, area=area), contact=Contact(name, phone)
    )
    store.add(new)
    SqliteRepeatGuard(database, fixed_sealer()).remember(b"mark", code, new.tip.tip_id, START)
    # Killed with its journal on the disk, which holds copies of the pages.
    with child("write-until-killed", database.data_dir) as writer:
        writer.go()
        writer.wait_until("writing")
        writer.kill()

    files = {path.name: path.read_bytes() for path in database.data_dir.iterdir()}

    assert len(files["binhyen.db-journal"]) > 0
    assert new.tip.tip_id.encode() in files["binhyen.db"]
    for content in files.values():
        for word in [*words, code]:
            assert word.encode() not in content


def test_list_for_unit_opens_nothing(store: SqliteTipStore, database: Database) -> None:
    new = new_tip()
    store.add(new)
    keyless = SqliteTipStore(database, Sealer({b"otherkey": bytes(32)}, newest=b"otherkey"))

    rows = keyless.list_for_unit("phuong-tan-an", limit=10)

    assert [row.tip_id for row in rows] == [new.tip.tip_id]
    with pytest.raises(KeyUnavailableError):
        keyless.get(new.tip.tip_id)


def test_content_moved_to_another_tip_stays_shut(store: SqliteTipStore, database: Database) -> None:
    one, two = new_tip(), new_tip()
    store.add(one)
    store.add(two)
    with database.write() as connection:
        connection.execute(
            "UPDATE tips SET sealed_content ="
            " (SELECT sealed_content FROM tips WHERE tip_id = ?) WHERE tip_id = ?",
            (one.tip.tip_id, two.tip.tip_id),
        )

    with pytest.raises(KeyUnavailableError):
        store.get(two.tip.tip_id)


def test_erased_content_reads_as_empty(store: SqliteTipStore, database: Database) -> None:
    new = new_tip()
    store.add(new)
    with database.write() as connection:
        connection.execute("UPDATE tips SET sealed_content = NULL, sealed_contact = NULL")

    tip = store.get(new.tip.tip_id)

    assert (tip.content, tip.contact) == (TipContent(text=""), Contact())


def test_retention_times_stand_in_their_columns(store: SqliteTipStore, database: Database) -> None:
    store.add(new_tip())
    store.add(new_tip(contact=Contact()))

    with database.read() as connection:
        rows = connection.execute(
            "SELECT erase_after - received_at, contact_erase_after - received_at FROM tips"
            " ORDER BY sequence"
        ).fetchall()

    year = 365 * 86_400 * 1_000_000
    assert [tuple(row) for row in rows] == [(year, year), (year, None)]


@given(text=st.text(min_size=1, max_size=5000), place=st.text(max_size=200))
@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,  # each example waits for the disk
)
def test_any_text_comes_back_as_it_was(store: SqliteTipStore, text: str, place: str) -> None:
    new = new_tip(content=TipContent(text=text, place=place))

    store.add(new)

    assert store.get(new.tip.tip_id).content == TipContent(text=text, place=place)
