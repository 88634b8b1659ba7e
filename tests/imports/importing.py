"""A process that applies an import in small blocks, to be killed at any moment."""

from __future__ import annotations

import sys

from crm.assembly import assemble, import_worker
from crm.foundation.settings import read_settings
from crm.imports import worker
from crm.imports.model import RunId


def main() -> None:
    """Works on the run named by its argument."""
    worker.BLOCK = 7
    print("ready", flush=True)
    import_worker(assemble(read_settings())).work(RunId(int(sys.argv[1])))


if __name__ == "__main__":
    main()
