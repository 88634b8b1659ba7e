"""Relays to send to, each in its own process: Postfix's smtp-sink where there is one, else a small one of our own."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PLACES = ("/usr/sbin", "/usr/local/sbin", "/usr/libexec/postfix")


def program(name: str) -> str | None:
    """Where a program of Postfix is, or None."""
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(PLACES))


@contextmanager
def relay() -> Iterator[tuple[str, int]]:
    """A running relay: what it is, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = int(reserved.getsockname()[1])
    sink = program("smtp-sink")
    if sink:
        as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [sink, *as_nobody, f"127.0.0.1:{port}", "512"]
    else:
        command = [sys.executable, "-m", "tests.bench.relays", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield ("smtp-sink" if sink else "our own asyncio sink"), port
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if time.monotonic() > until:
            raise TimeoutError("the relay did not start")
        time.sleep(0.05)


class _Own(asyncio.Protocol):
    """Answers what it must, keeps nothing."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.ahead = bytearray()
        self.in_text = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self.ahead += data
        answers: list[bytes] = []
        while True:
            if self.in_text:
                end = self.ahead.find(b"\r\n.\r\n", max(0, len(self.ahead) - len(data) - 5))
                if end < 0:
                    break
                del self.ahead[: end + 5]
                self.in_text = False
                answers.append(b"250 2.0.0 Ok: queued as 0123456789\r\n")
                continue
            end = self.ahead.find(b"\r\n")
            if end < 0:
                break
            word = bytes(self.ahead[:4]).upper()
            del self.ahead[: end + 2]
            answers.append(self._answer(word))
        if answers:
            self.transport.write(b"".join(answers))

    def _answer(self, word: bytes) -> bytes:
        match word:
            case b"EHLO":
                return b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
            case b"DATA":
                self.in_text = True
                return b"354 go ahead\r\n"
            case b"QUIT":
                self.transport.close()
                return b"221 bye\r\n"
            case _:
                return b"250 2.1.0 Ok\r\n"


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Own, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1])))
