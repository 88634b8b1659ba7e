"""What the bank desk offers for a line beside people: instalments and deposits that are awaited, refunds to be paid."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from crm.banking import by_hand, cheques, deposits, refunds
from crm.banking.kept import KeptLine, LineState, Owed, Rule
from crm.collections import by_hand as of_files
from crm.donations import words
from crm.people import service as people
from crm.values.errors import Invalid
from crm.web.office import shell
from crm.web.office.days import read_day


def of(session: Session, line: KeptLine | None) -> dict[str, Any]:
    """What a line that waits may be; of one that paid refunds, which."""
    is_open = line is not None and line.state is LineState.OPEN
    awaited = by_hand.awaited_of(session, line) if line is not None and is_open else ()
    owed = refunds.proposed(session, line) if line is not None and is_open else ()
    together = refunds.together(session, line) if line is not None and is_open else ()
    piles = deposits.proposed(session, line) if line is not None and is_open else ()
    asked_on = _pile_day() if line is not None else None
    known = {one.batch_id for one, _ in piles}
    others = deposits.others(session, line, on=asked_on) if line is not None and is_open else ()
    unpaid = cheques.proposed(session, line) if line is not None and is_open else ()
    whose = {one.person_id for one in owed} | {one.person_id for one in unpaid} | {one.person_id for one, _ in together}
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
        "other_piles": [
            (one, shell.say(words.METHODS[one.method])) for one in others[::-1] if one.batch_id not in known
        ],
        "pile_on": asked_on.isoformat() if asked_on else "",
        "is_deposit": bool(piles) and line is not None and deposits.is_nobodys(line),
        "deposited": deposits.of_line(session, line) if line is not None and line.rule is Rule.DEPOSIT else (),
        "owed": [named(one) for one in owed],
        "together": [(*named(one), is_sure) for one, is_sure in together],
        "unpaid_cheques": [(one, givers[one.person_id].full_name) for one in unpaid],
        "paid": refunds.of_line(session, line) if line is not None and line.rule is Rule.REFUND else (),
    }


def _pile_day() -> date | None:
    """The day on which a pile that is looked for was in hand, where one was typed."""
    try:
        return read_day(request.args.get("pile_on", "")[:20], field="pile_on")
    except Invalid:
        return None
