"""`python -m tests.bench`: how fast mails leave through a real SMTP sink, beside what a bare client manages."""

from __future__ import annotations

import argparse
import json
import os
import platform
from itertools import product

from tests.bench.relays import relay
from tests.bench.senders import bare_client, prepared_bytes, smtp_source, whole_sender


def main() -> None:
    """Prints one line per figure, and the ratio. All in one run: figures of different machines say nothing."""
    options = argparse.ArgumentParser(prog="python -m tests.bench", description=main.__doc__)
    options.add_argument("--messages", type=int, default=6000)
    options.add_argument("--connections", type=int, nargs="+", default=[16, 32], help="the default of the sender is 16")
    options.add_argument("--ledgers", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    options.add_argument("--rounds", type=int, default=2, help="the best of so many rounds counts")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    prepared = prepared_bytes()
    size = sum(len(mail) for _, _, mail in prepared) // len(prepared)
    with relay() as (kind, port):
        bare: dict[int, float] = {1: 0.0, 4: 0.0}
        whole = dict.fromkeys(product(chosen.ledgers, chosen.connections), 0.0)
        for _ in range(chosen.rounds):
            for connections, best_so_far in bare.items():
                rate = bare_client(port, prepared, messages=chosen.messages, connections=connections)
                bare[connections] = max(best_so_far, rate)
            for (ledger, connections), best_so_far in whole.items():
                rate = whole_sender(ledger, port, messages=chosen.messages, connections=connections)
                whole[ledger, connections] = max(best_so_far, rate)
        source = smtp_source(port, messages=chosen.messages, connections=4, size=size)
    best = max(bare.values())
    found = {
        "relay": kind,
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "messages": chosen.messages,
        "bytes_per_message": size,
        "bare_per_second": {str(number): round(rate) for number, rate in bare.items()},
        "sender": [
            {"ledger": ledger, "connections": connections, "per_second": round(rate), "ratio": round(rate / best, 2)}
            for (ledger, connections), rate in whole.items()
        ],
        "smtp_source_per_second": None if source is None else round(source),
    }
    if chosen.json:
        print(json.dumps(found))
        return
    print(f"{chosen.messages} mails of {size / 1000:.0f} kB to {kind}, {os.cpu_count()} processors, best of the rounds")
    for number, rate in bare.items():
        print(f"bare client, {number} connection{'s' if number > 1 else ''}: {rate:,.0f} messages/s")
    for (ledger, connections), rate in whole.items():
        print(f"the whole sender on {ledger}, {connections} connections: {rate:,.0f}/s, ratio {rate / best:.2f}")
    print("smtp-source, 4 sessions: " + ("not installed" if source is None else f"{source:,.0f} messages/s"))


if __name__ == "__main__":
    main()
