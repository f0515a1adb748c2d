"""Running git on one bare repository, apart from every setting of the machine and its user."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from functions.core.errors import StoreUnavailableError

_GIT = "git"
_TIMEOUT_SECONDS = 60
_FOLDER_WENT = "unable to create temporary file: No such file or directory"
"""Tidying takes an empty folder away in the moment in which git puts its next file there."""
_TRIES = 5
_LOCK = "binhyen.lock"
_CONFIG = {
    # What is named by a reference is on the disk, whatever happens next; an index never stays.
    "core.fsync": "committed,reference",
    # A link in a tree becomes a plain file and leads nowhere.
    "core.symlinks": "false",
    # Tidying is for the night (tidying.py), not for the moment of a save.
    "gc.auto": "0",
    "core.logAllRefUpdates": "always",
}
_ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    # The reference log wants somebody; versions say for themselves who made them.
    "GIT_AUTHOR_NAME": "binhyen",
    "GIT_AUTHOR_EMAIL": "binhyen@invalid",
    "GIT_COMMITTER_NAME": "binhyen",
    "GIT_COMMITTER_EMAIL": "binhyen@invalid",
}


class GitFailedError(Exception):
    """git ended with an exit code that the caller has to make sense of."""

    def __init__(self, exit_code: int, output: bytes, complaint: str) -> None:
        super().__init__(complaint.strip())
        self.exit_code = exit_code
        self.output = output


class Git:
    """One repository, made at first use."""

    def __init__(self, repository: Path) -> None:
        self.repository = repository
        if not (repository / "HEAD").is_file():
            self._make()

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        pass_fds: tuple[int, ...] = (),
        timeout: int = _TIMEOUT_SECONDS,
    ) -> bytes:
        """Return what git printed within so many seconds.

        Raises GitFailedError, StoreUnavailableError.
        """
        for _ in range(_TRIES):
            try:
                done = subprocess.run(
                    [_GIT, f"--git-dir={self.repository}", *arguments],
                    input=stdin,
                    capture_output=True,
                    env=_ENVIRONMENT | dict(env or {}),
                    timeout=timeout,
                    check=False,
                    pass_fds=pass_fds,
                )
            except (OSError, subprocess.TimeoutExpired) as exc:
                raise StoreUnavailableError("git", type(exc).__name__) from exc
            if not done.returncode:
                return done.stdout
            complaint = done.stderr.decode("utf-8", "replace")
            if _FOLDER_WENT not in complaint:
                break
        raise GitFailedError(done.returncode, done.stdout, complaint)

    def output(
        self,
        *arguments: str,
        stdin: bytes = b"",
        lines: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return what git printed. Raises StoreUnavailableError for every failure."""
        sent = stdin or "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        try:
            return self.run(*arguments, stdin=sent, env=env)
        except GitFailedError as exc:
            raise StoreUnavailableError(str(exc), "git") from exc

    def text(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """Return the lines that git printed. Raises StoreUnavailableError for every failure."""
        return self.output(*arguments, env=env).decode("utf-8", "replace").strip("\n")

    @contextmanager
    def index(self) -> Iterator[Mapping[str, str]]:
        """Yield the environment with an index of its own, which is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="binhyen-index-") as folder:
            yield {"GIT_INDEX_FILE": str(Path(folder) / "index")}

    def move(self, reference: str, before: str | None, after: str | None) -> bool:
        """Compare and swap a reference (None: it does not exist); tell whether it moved.

        Only one process of ours moves references at a time, and its git keeps the lock where
        the process itself is killed. So a lock file of git's that is met here was left behind
        by one that was killed, and is taken away.
        """
        none = "0" * 40
        if before == after:
            return self.resolve(reference) == before
        arguments = ["update-ref", "--no-deref", reference, after or none, before or none]
        if after is None:
            arguments = ["update-ref", "--no-deref", "-d", reference, before or none]
        lock = os.open(self.repository / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.resolve(reference) != before:
                return False
            self._remove_left_locks(reference)
            try:
                self.run(*arguments, pass_fds=(lock,))
            except GitFailedError as exc:
                raise StoreUnavailableError(str(exc), "git") from exc
            return True
        finally:
            os.close(lock)

    def resolve(self, name: str) -> str | None:
        """Return the commit a name stands for."""
        try:
            found = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^0")
        except GitFailedError as exc:
            if exc.exit_code == 1:
                return None
            raise StoreUnavailableError(str(exc), "git") from exc
        return found.decode("ascii").strip()

    def _remove_left_locks(self, reference: str) -> None:
        for name in (reference, "packed-refs", "HEAD"):
            (self.repository / f"{name}.lock").unlink(missing_ok=True)

    def _make(self) -> None:
        """Make the repository aside and rename it, so that there is a whole one or none."""
        try:
            self.repository.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(
                prefix=f".{self.repository.name}-", dir=self.repository.parent
            ) as folder:
                aside = Path(folder) / "new"
                self._make_at(aside)
                aside.rename(self.repository)
        except (OSError, subprocess.CalledProcessError) as exc:
            if not (self.repository / "HEAD").is_file():  # else another process made it
                raise StoreUnavailableError("git", type(exc).__name__) from exc

    def _make_at(self, folder: Path) -> None:
        init = ["init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(folder)]
        configs = [[f"--git-dir={folder}", "config", *setting] for setting in _CONFIG.items()]
        for arguments in (init, *configs):
            subprocess.run([_GIT, *arguments], env=_ENVIRONMENT, check=True, capture_output=True)
