"""`python -m tests.duplicates.merging_alone ONE OTHER`: merges two in a process that can be killed before it ends.

With the number of a merge alone it is undone instead.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from crm.assembly import assemble
from crm.duplicates import merges
from crm.foundation.settings import read_settings
from crm.values.identifiers import MergeId, PersonId
from tests.conftest import NOW


def main() -> None:
    """Says that all is written and nothing committed, then waits for its death."""
    told = [int(text) for text in sys.argv[1:]]
    made = assemble(read_settings())
    with made.database.transaction() as session:
        if len(told) == 1:
            merges.undo(session, made.sealer, made.pointers, MergeId(told[0]), by=None, at=NOW)
        else:
            one, other = (PersonId(number) for number in told)
            both: dict[str, Any] = {"survivor_id": one, "loser_id": other, "chosen": {}}
            merges.merge(session, made.sealer, made.pointers, **both, by=None, at=NOW)
        print("written", flush=True)
        time.sleep(60)


if __name__ == "__main__":
    main()
