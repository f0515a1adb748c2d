from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from functions.stores.doorbell import Doorbell, DoorbellListener, socket_address


@pytest.fixture(params=["short", "long"])
def data_dir(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path if request.param == "short" else tmp_path / ("d" * 100)
    folder.mkdir(exist_ok=True)
    return folder


def test_ring_wakes_a_waiting_listener(data_dir: Path) -> None:
    listener = DoorbellListener(data_dir)

    with ThreadPoolExecutor(1) as pool:
        heard = pool.submit(listener.wait, 30.0)
        Doorbell(data_dir).ring("xa-ea-knuec")

    assert heard.result()
    listener.close()


def test_ring_without_a_listener_does_no_harm(data_dir: Path) -> None:
    Doorbell(data_dir).ring("xa-ea-knuec")
    DoorbellListener(data_dir).close()
    Doorbell(data_dir).ring("xa-ea-knuec")

    listener = DoorbellListener(data_dir)

    assert not listener.wait(0)
    listener.close()


def test_ring_where_there_is_no_folder_does_no_harm(tmp_path: Path) -> None:
    Doorbell(tmp_path / "missing").ring("xa-ea-knuec")

    listener = DoorbellListener(tmp_path / "missing")

    assert not listener.wait(0)
    listener.close()


def test_listener_takes_over_from_one_that_died(tmp_path: Path) -> None:
    dead = DoorbellListener(tmp_path)
    dead.close()
    assert Path(socket_address(tmp_path)).exists()

    listener = DoorbellListener(tmp_path)
    Doorbell(tmp_path).ring("xa-ea-knuec")

    assert listener.wait(0)
    listener.close()


def test_second_listener_on_a_long_path_waits_without_a_bell(tmp_path: Path) -> None:
    folder = tmp_path / ("d" * 100)
    first, second = DoorbellListener(folder), DoorbellListener(folder)

    Doorbell(folder).ring("xa-ea-knuec")

    assert (second.wait(0), first.wait(0)) == (False, True)
    first.close()
    second.close()


def test_two_folders_never_share_a_bell(tmp_path: Path) -> None:
    one, two = tmp_path / ("d" * 100) / "one", tmp_path / ("d" * 100) / "two"
    listener = DoorbellListener(one)

    Doorbell(two).ring("xa-ea-knuec")

    assert not listener.wait(0)
    listener.close()


def test_ways_to_the_same_folder_share_a_bell(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    listener = DoorbellListener(tmp_path)

    Doorbell(tmp_path / "link" / "." / "link").ring("xa-ea-knuec")

    assert listener.wait(0)
    listener.close()
