"""What the bank desk offers for a line beside people: instalments and deposits that are awaited, refunds to be paid."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from crm.banking import by_hand, deposits, refunds
from crm.banking.kept import KeptLine, LineState, Owed, Rule
from crm.collections import by_hand as of_files
from crm.donations import words
from crm.people import service as people
from crm.web.office import shell


def of(session: Session, line: KeptLine | None) -> dict[str, Any]:
    """What a line that waits may be; of one that paid refunds, which."""
    is_open = line is not None and line.state is LineState.OPEN
    awaited = by_hand.awaited_of(session, line) if line is not None and is_open else ()
    owed = refunds.proposed(session, line) if line is not None and is_open else ()
    together = refunds.together(session, line) if line is not None and is_open else ()
    piles = deposits.proposed(session, line) if line is not None and is_open else ()
    whose = {one.person_id for one in owed} | {one.person_id for one, _ in together}
    files = of_files.out(session, size=2) if line is not None and by_hand.is_credit(line) and not line.mandate else ()
    givers = people.called(session, whose | {one.person_id for _, one in awaited})

    def named(one: Owed) -> tuple[Owed, str]:
        return one, givers[one.person_id].full_name

    return {
        "awaited": [
            {
                "value": f"{batch_id} {one.end_to_end_id}",
                "due_on": one.due_on,
                "name": givers[one.person_id].full_name,
                "reference": one.end_to_end_id,
            }
            for batch_id, one in awaited
        ],
        "files_out": len(files),
        "deposits": [(one, shell.say(words.METHODS[one.method]), is_sure) for one, is_sure in piles],
        "is_deposit": bool(piles) and line is not None and deposits.is_nobodys(line),
        "deposited": deposits.of_line(session, line) if line is not None and line.rule is Rule.DEPOSIT else (),
        "owed": [named(one) for one in owed],
        "together": [(*named(one), is_sure) for one, is_sure in together],
        "paid": refunds.of_line(session, line) if line is not None and line.rule is Rule.REFUND else (),
    }
