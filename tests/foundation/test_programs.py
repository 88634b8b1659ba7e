"""Programs run together: up together, up again after a fall, down together, and a clear word when one will not stay."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from crm.foundation.programs import answers, is_free

pytestmark = pytest.mark.slow

LAUNCHER = """
import os, sys
from pathlib import Path
from crm.foundation.programs import Program, Together
from crm.values.errors import Unavailable

folder = Path(sys.argv[1])
sleeper = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\\\n'); time.sleep(60)"
faller = "import sys; print('no bread in the house'); sys.exit(3)"
second = faller if sys.argv[2] == "falls" else sleeper
together = Together(
    programs=[
        Program(name="one", command=[sys.executable, "-c", sleeper, str(folder / "one")]),
        Program(name="two", command=[sys.executable, "-c", second, str(folder / "two")]),
    ],
    environment=os.environ,
    say=lambda news: print(news, flush=True),
    logs=folder / "logs",
)
try:
    together.run(when_up=lambda: print("up", flush=True))
except Unavailable as error:
    print(error, flush=True)
    sys.exit(1)
"""


def _launch(folder: Path, how: str) -> subprocess.Popen[str]:
    script = folder / "launch.py"
    script.write_text(textwrap.dedent(LAUNCHER))
    return subprocess.Popen(
        [sys.executable, str(script), str(folder), how], stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def _pids(file: Path, count: int) -> list[int]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = file.read_text().split() if file.exists() else []
        if len(found) >= count:
            return [int(pid) for pid in found]
        time.sleep(0.02)
    raise AssertionError(f"{file.name} never ran {count} times")


def _is_alive(pid: int) -> bool:
    """A zombie that nobody waited for is dead, whatever `kill` says of it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _gone(pids: list[int], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(_is_alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_the_launcher_ends_nothing_is_left_running(tmp_path: Path, end: signal.Signals) -> None:
    launcher = _launch(tmp_path, "stays")
    pids = _pids(tmp_path / "one", 1) + _pids(tmp_path / "two", 1)
    assert launcher.stdout is not None
    assert launcher.stdout.readline() == "up\n"
    launcher.send_signal(end)
    launcher.communicate(timeout=15)
    assert launcher.returncode == (0 if end is not signal.SIGKILL else -signal.SIGKILL)
    assert _gone(pids)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_fallen_program_is_started_again(tmp_path: Path) -> None:
    launcher = _launch(tmp_path, "stays")
    (first,) = _pids(tmp_path / "two", 1)
    os.kill(first, signal.SIGKILL)
    again = _pids(tmp_path / "two", 2)
    launcher.terminate()
    said, _ = launcher.communicate(timeout=15)
    assert "two est tombé" in said
    assert _gone(again)


def test_one_that_will_not_stay_up_ends_everything_and_is_quoted(tmp_path: Path) -> None:
    launcher = _launch(tmp_path, "falls")
    said, _ = launcher.communicate(timeout=30)
    assert launcher.returncode == 1
    assert "two ne tient pas debout (code 3)" in said
    assert "no bread in the house" in said
    assert _gone(_pids(tmp_path / "one", 1))


def test_a_taken_port_is_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert answers(port)
        assert not is_free(port)
    assert is_free(port)
