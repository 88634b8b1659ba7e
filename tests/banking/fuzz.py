"""`make fuzz`, or `python -m tests.banking.fuzz [SECONDS] [coda|camt]`: the bank's readers under atheris, begun from
the samples of that reader.

Any bytes make a result or one clear error, as in `test_reading_laws`. Atheris has no wheel for every Python that the
house runs on, so it is in no lock: `make fuzz` brings it where there is one.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any

SECONDS = 20
CODA = "coda"


def main(seconds: int, reader: str) -> None:
    """Runs for so many seconds; an exception that is no refusal ends it at once, with the bytes that made it."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["crm.banking"]):
        laws = importlib.import_module("tests.banking.test_reading_laws")
    samples = importlib.import_module("tests.banking.samples")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in samples.files().items():
            if (reader == CODA) == name.endswith(".cod") or not reader:
                (Path(folder) / name).write_bytes(content)
        atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-max_len=8192", folder], laws.outcome)
        atheris.Fuzz()


if __name__ == "__main__":
    said = sys.argv[1:]
    main(int(said[0]) if said else SECONDS, said[1] if len(said) > 1 else "")
