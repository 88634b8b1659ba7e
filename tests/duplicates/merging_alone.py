"""`python -m tests.duplicates.merging_alone ONE OTHER`: merges two in a process that can be killed before it ends."""

from __future__ import annotations

import sys
import time

from crm.assembly import assemble
from crm.duplicates import merges
from crm.foundation.settings import read_settings
from crm.values.identifiers import PersonId
from tests.conftest import NOW


def main() -> None:
    """Says that all is written and nothing committed, then waits for its death."""
    one, other = (PersonId(int(text)) for text in sys.argv[1:])
    made = assemble(read_settings())
    with made.database.transaction() as session:
        merges.merge(session, made.sealer, made.pointers, survivor_id=one, loser_id=other, chosen={}, by=None, at=NOW)
        print("written", flush=True)
        time.sleep(60)


if __name__ == "__main__":
    main()
