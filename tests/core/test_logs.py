"""The log: ids from the allow-list and nothing else (promise 9)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from functions import logs


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    """Leave logging as it was."""
    root, ours = logging.getLogger(), logging.getLogger("binhyen")
    before = (root.handlers[:], root.level, ours.level)
    logs.configure()
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_line_is_json_with_event_time_level_and_ids(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()

    logs.info("tip-stored", tip_id="t1", count=2)
    logs.warning("alarm", code="channel-closed", unit_id="xa-ea-kao")

    first, second = lines(capsys)
    at = str(first.pop("at"))
    assert at.endswith("+00:00")
    assert first == {"level": "info", "event": "tip-stored", "tip_id": "t1", "count": 2}
    assert (second["level"], second["code"]) == ("warning", "channel-closed")


@pytest.mark.parametrize("field", ["text", "phone", "name", "receipt_code", "token", "address"])
def test_field_that_is_not_on_the_list_raises(
    field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()

    with pytest.raises(ValueError, match="not allowed in a log line"):
        logs.info("event", **{field: "x"})
    with pytest.raises(ValueError, match="not allowed in a log line"):
        logs.crash("event", ValueError(), **{field: "x"})

    assert lines(capsys) == []


def _deep() -> None:
    raise ValueError("Nguyễn Thị Đào 0905123456")


def test_crash_is_logged_by_type_and_place_without_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure()
    try:
        _deep()
    except ValueError as error:
        logs.crash("job-crashed", error, job_id="j1")

    (line,) = lines(capsys)
    assert line["event"] == "job-crashed"
    assert str(line["error"]).startswith("ValueError at _deep:")
    assert "Đào" not in json.dumps(line, ensure_ascii=False)
    assert line["job_id"] == "j1"


def test_error_that_was_never_raised_has_no_place(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()

    logs.crash("job-crashed", ValueError("Đào"))

    assert lines(capsys)[0]["error"] == "ValueError at ?"


def test_words_of_libraries_stay_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()

    logging.getLogger("urllib3.util").warning("POST /theo-doi?code=%s", "12345")
    logging.getLogger("urllib3.util").info("quiet")

    (line,) = lines(capsys)
    assert (line["event"], line["error"]) == ("library-message", "urllib3.util")
    assert "12345" not in json.dumps(line)


def test_line_breaks_cannot_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()

    logs.info("event", unit_id='x"}\n{"event": "forged')

    (line,) = lines(capsys)
    assert line["event"] == "event"
