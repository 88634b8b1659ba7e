"""Every night: the keys of everybody are what they must be, everybody is compared, what no longer looks alike goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.duplicates import service as duplicates
from crm.people import keys
from crm.values.identifiers import PersonId


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Short transactions beside a house at work; twice is once. Who came before the keys gets theirs here."""
    mend(assembly)
    with assembly.database.reading() as session:
        look = duplicates.look_at_everybody(session)
    new = 0
    for some in look.slices():
        with assembly.database.transaction() as session:
            new += duplicates.keep(session, some, at=now)
    with assembly.database.transaction() as session:
        withdrawn = duplicates.withdraw_unseen(session, before=now)
    return {"people": look.people, "compared": look.compared, "new": new, "withdrawn": withdrawn}


def mend(assembly: Assembly) -> None:
    """Builds the keys of everybody anew, some thousand people a transaction."""
    after: PersonId | None = None
    while True:
        with assembly.database.transaction() as session:
            after = keys.mend(session, after=after)
        if after is None:
            return
