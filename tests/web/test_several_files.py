"""One credit for instalments of several files, said at the bank desk or from a file's page, and taken back whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

from crm.assembly import Assembly
from crm.banking import service as banking
from crm.banking.kept import LineState
from crm.collections import by_hand
from crm.collections import service as collections
from crm.collections.model import AttemptState, BatchState
from crm.collections.service import Office
from crm.donations import service as donations
from crm.donations.model import Wanted
from crm.staff.model import Role
from tests.banking import coda_files as coda
from tests.banking.coda_files import Move
from tests.banking.test_bringing import waiting
from tests.collections.conftest import Promise, office, promise, sent
from tests.web.conftest import Browser
from tests.web.supporters import words_of

__all__ = ["office", "promise"]
MADE, DAY = date(2026, 11, 12), date(2026, 11, 17)


def test_one_credit_settles_a_file_and_a_part_of_another_to_the_cent(
    assembly: Assembly, browser: Callable[..., Browser], office: Office, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        promise(session, 1000, started_on=date(2026, 10, 20), anchor_day=17)
        promise(session, 700, started_on=date(2026, 10, 20), anchor_day=17)
        first = sent(session, office, DAY, MADE)
        [left] = by_hand.awaited(session, first.id, cents=700)
        promise(session, 450, started_on=date(2026, 10, 20), anchor_day=18)
        second = sent(session, office, date(2026, 11, 18), MADE)
    finance = browser(Role.FINANCE)
    content = coda.file(coda.statement([Move(cents=1150, text="DOMICILIATIONS NOVEMBRE")]))
    finance.post("/office/bank/new", {"file": (io.BytesIO(content), "day.cod")})
    [line] = waiting(assembly)
    here, desk = f"/office/bank/{line.id}/collections", f"/office/bank?line={line.id}"
    assert here in finance.get(desk).text
    shown = words_of(finance.get(here).text)
    assert all(word in shown for word in ("11,50 €", "17,00 €", "4,50 €"))
    more = finance.post(f"/office/sepa/{second.id}/settle", {"line": f"{line.id} {line.version}", "more": "yes"})
    assert more.headers["Location"].endswith(here)
    assert finance.post(here, {"seen": str(line.version)}).status_code == 422
    wrong = finance.post(here, {"seen": str(line.version), "file": [str(first.id), str(second.id)]})
    assert (wrong.status_code, "21,50" in words_of(wrong.text), wrong.text.count(" checked")) == (422, True, 2)
    picks = {"seen": str(line.version), "file": str(second.id), "name": f"{first.id} {left.end_to_end_id}"}
    done = finance.post(here, picks)
    assert done.headers["Location"].endswith("/office/bank")
    assert finance.post(here, picks).status_code == 303  # somebody has decided meanwhile
    with assembly.database.transaction() as session:
        assert donations.totals(session, Wanted()).net_cents == 1150
        assert collections.batch(session, second.id).state is BatchState.SETTLED
        assert collections.counts(session, first.id)[AttemptState.ASKED] == (1, 1000)
        settled = banking.line(session, line.id)
    assert finance.post(f"/office/bank/{line.id}/reopen", {"seen": str(settled.version)}).status_code == 303
    with assembly.database.transaction() as session:
        assert donations.totals(session, Wanted()).net_cents == 0
        assert [collections.batch(session, one.id).state for one in (first, second)] == [BatchState.SENT] * 2
        assert (banking.line(session, line.id).state, donations.drift(session)) == (LineState.OPEN, 0)
