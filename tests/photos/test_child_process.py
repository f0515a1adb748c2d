"""A child process hurts nobody but itself, and the blame for its death goes where it belongs."""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from functions.photos import child
from functions.photos.errors import PhotoToolError, UnreadablePhotoError
from functions.photos.limits import DEFAULT_LIMITS, MAX_CLEAN_BYTES, ChildLimits
from functions.photos.runner import (
    ChildRun,
    child_command,
    clean_photo,
    judge,
    run_child,
    start_child,
)
from tests.photos.pictures import encoded, scene

ROOT = Path(__file__).resolve().parents[2]
LONG_WAIT_MS = 20_000
JPEG = b"\xff\xd8\xff\xe0 pixels \xff\xd9"


def own_program(body: str) -> list[str]:
    """Stand in for the child with a program that misbehaves."""
    return [sys.executable, "-I", "-c", f"import os, signal, sys\n{body}"]


READY = "os.write(1, b'R'); sys.stdin.buffer.read()\n"


def has_ended(pid: int) -> bool:
    """Wait until the kernel says that a process has ended, who need not be a child of ours."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        waiting = select.poll()
        waiting.register(process, select.POLLIN)
        return bool(waiting.poll(LONG_WAIT_MS))
    finally:
        os.close(process)


def test_photo_that_takes_too_long_is_unreadable() -> None:
    program = own_program(READY + "signal.pause()")

    with pytest.raises(UnreadablePhotoError, match="out-of-time"):
        judge(run_child(program, b"", wall_seconds=5))


def test_photo_that_crashes_its_decoder_is_unreadable() -> None:
    program = own_program(READY + "os.kill(os.getpid(), signal.SIGSEGV)")

    with pytest.raises(UnreadablePhotoError, match="crashed"):
        judge(run_child(program, encoded(scene(), "JPEG"), wall_seconds=20))


def test_decoder_that_does_not_read_its_photo_does_not_stop_the_parent() -> None:
    program = own_program("os.write(1, b'R'); os.close(0); sys.exit(1)")

    with pytest.raises(UnreadablePhotoError, match="damaged"):
        judge(run_child(program, bytes(10_000_000), wall_seconds=20))


def test_child_that_floods_its_parent_is_cut_off() -> None:
    program = own_program(READY + "while True: os.write(1, bytes(65536))")

    run = run_child(program, b"", wall_seconds=20)

    assert len(run.output) == MAX_CLEAN_BYTES + 1
    with pytest.raises(UnreadablePhotoError, match="crashed"):
        judge(run)


def test_process_left_behind_by_a_child_is_ended_with_it() -> None:
    program = own_program(
        READY
        + "left = os.fork()\n"
        + "if left == 0: os.close(1); signal.pause()\n"
        + "os.write(1, str(left).encode())"
    )

    run = run_child(program, b"", wall_seconds=20)

    assert not run.timed_out
    assert has_ended(int(run.output))


def test_machine_without_memory_to_start_is_not_the_photos_fault() -> None:
    original = encoded(scene(), "JPEG")

    with pytest.raises(PhotoToolError, match="not-started"):
        clean_photo(original, ChildLimits(memory_bytes=16 * 1024 * 1024))


def test_machine_that_is_too_slow_to_start_is_not_the_photos_fault() -> None:
    with pytest.raises(PhotoToolError, match="not-started"):
        judge(run_child(own_program("signal.pause()"), b"", wall_seconds=0.2))


def test_machine_without_descriptors_is_not_the_photos_fault() -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare = os.dup(0)
    os.close(spare)
    command = child_command(DEFAULT_LIMITS)

    resource.setrlimit(resource.RLIMIT_NOFILE, (spare, limits[1]))
    try:
        with pytest.raises(PhotoToolError, match="not-started"):
            start_child(command)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_machine_without_threads_is_not_the_photos_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Timer) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Timer, "start", refuse)

    with pytest.raises(PhotoToolError, match="not-started"):
        clean_photo(encoded(scene(), "JPEG"))


def test_missing_interpreter_is_not_the_photos_fault() -> None:
    with pytest.raises(PhotoToolError, match="not-started"):
        start_child([str(ROOT / "no-such-python")])


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_child_ended_from_outside_is_not_the_photos_fault(sent: signal.Signals) -> None:
    program = own_program(READY + f"os.kill(os.getpid(), {int(sent)})")

    with pytest.raises(PhotoToolError, match="stopped"):
        judge(run_child(program, b"", wall_seconds=20))


@pytest.mark.parametrize(
    ("run", "code"),
    [
        (ChildRun(0, True, False, b""), "crashed"),
        (ChildRun(0, True, False, b"<html>"), "crashed"),
        (ChildRun(0, True, False, JPEG + b"more"), "crashed"),
        (ChildRun(-signal.SIGABRT, True, False, b""), "crashed"),
        (ChildRun(-signal.SIGXCPU, True, False, b""), "out-of-time"),
        (ChildRun(-signal.SIGKILL, True, True, b""), "out-of-time"),
        (ChildRun(1, True, False, b""), "damaged"),
        (ChildRun(child.EXIT_OUT_OF_MEMORY, True, False, b""), "out-of-memory"),
        (ChildRun(child.EXIT_BY_CODE["too-many-frames"], True, False, b""), "too-many-frames"),
    ],
)
def test_death_of_a_started_child_is_laid_to_the_photo(run: ChildRun, code: str) -> None:
    with pytest.raises(UnreadablePhotoError) as raised:
        judge(run)

    assert raised.value.code == code


@pytest.mark.parametrize(
    "run",
    [
        ChildRun(1, False, False, b""),
        ChildRun(child.EXIT_ORPHANED, False, False, b""),
        ChildRun(-signal.SIGSEGV, False, False, b""),
        ChildRun(-signal.SIGKILL, False, True, b""),
        ChildRun(child.EXIT_NO_DESCRIPTORS, True, False, b""),
    ],
)
def test_death_before_the_photo_was_read_is_laid_to_the_machine(run: ChildRun) -> None:
    with pytest.raises(PhotoToolError):
        judge(run)


def test_answer_that_came_in_the_last_moment_counts() -> None:
    assert judge(ChildRun(0, True, True, JPEG)) == JPEG


def test_started_child_has_no_rights_and_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINHYEN_KEY_FILE", "a-secret-place")

    with start_child(child_command(DEFAULT_LIMITS)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.read(1) == child.READY
        proc = Path(f"/proc/{process.pid}")
        environment = (proc / "environ").read_bytes()
        limits = {
            line[:25].strip(): line[26:].split()[:2]
            for line in (proc / "limits").read_text().splitlines()
        }
        session = os.getsid(process.pid)
        working_folder = (proc / "cwd").readlink()
        process.stdin.close()

    assert environment == b"MALLOC_ARENA_MAX=1\0"
    assert limits["Max open files"] == ["3", "3"]
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max cpu time"] == ["20", "25"]
    assert limits["Max address space"] == [str(1024**3)] * 2
    assert session == process.pid
    assert working_folder == Path("/")


def test_child_ends_when_its_parent_is_killed() -> None:
    """The test itself keeps the child's input open: only the kernel can have ended it."""
    read_end, write_end = os.pipe()
    program = (
        f"import sys; sys.path.append({str(ROOT)!r})\n"
        "import signal, subprocess\n"
        "from functions.photos.limits import DEFAULT_LIMITS\n"
        "from functions.photos.runner import child_command\n"
        f"child = subprocess.Popen(child_command(DEFAULT_LIMITS), stdin={read_end}, "
        "stdout=subprocess.PIPE)\n"
        "child.stdout.read(1)\n"
        "print(child.pid, flush=True)\n"
        "signal.pause()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-I", "-c", program], stdout=subprocess.PIPE, pass_fds=(read_end,)
    ) as parent:
        assert parent.stdout is not None
        grandchild = int(parent.stdout.readline())
        parent.kill()
        ended = has_ended(grandchild)

    os.close(read_end)
    os.close(write_end)
    assert ended


def test_child_that_is_nobodys_refuses_to_start() -> None:
    command = child_command(DEFAULT_LIMITS)
    command[-4] = "1"

    run = run_child(command, encoded(scene(), "JPEG"), wall_seconds=20)

    assert (run.exit_code, run.ready) == (child.EXIT_ORPHANED, False)
