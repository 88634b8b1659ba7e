"""A server on loopback that sends exactly the bytes it is told to, drop by drop if need be."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Wire:
    """`port` to connect to; `requests` as they came, one text per connection."""

    port: int
    requests: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"


def answer(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    """A whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


@contextmanager
def wire(
    *answers: bytes, pause: float = 0, wrap: Callable[[socket.socket], socket.socket] | None = None
) -> Iterator[Wire]:
    """Serves the answers one per connection, the last one again and again.

    With a `pause`, one byte at a time with that many seconds between.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    made = Wire(port=listener.getsockname()[1])
    ended = threading.Event()

    def serve() -> None:
        left: Sequence[bytes] = answers
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError), ExitStack() as held:
                connection.settimeout(5)
                talk = held.enter_context(wrap(connection)) if wrap else connection
                made.requests.append(talk.recv(65536).decode("latin-1"))
                pieces = [left[0][i : i + 1] for i in range(len(left[0]))] if pause else [left[0]]
                left = left[1:] or left
                for piece in pieces:
                    talk.sendall(piece)
                    if pause and ended.wait(pause):
                        return
                with suppress(OSError):
                    talk.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
