"""A credit that settled a whole file is opened again from its page, or says which gift moved since."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date

from crm.assembly import Assembly
from crm.banking import by_hand
from crm.banking import service as banking
from crm.banking.kept import LineState, Rule
from crm.collections import service as collections
from crm.collections.model import AttemptState, BatchState
from crm.collections.service import Office
from crm.donations import service as donations
from crm.donations.model import EntryKind, Method, Movement, Wanted
from crm.plans import mandates
from crm.staff.model import Role
from crm.values.identifiers import GiftId
from tests.banking import coda_files as coda
from tests.banking.coda_files import Move
from tests.banking.test_returns import came
from tests.collections.conftest import Promise, office, promise, sent
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import words_of

__all__ = ["office", "promise"]
MADE, DAY = date(2026, 11, 12), date(2026, 11, 17)


def test_the_credit_of_a_whole_file_is_opened_again_unless_one_of_its_gifts_moved(
    assembly: Assembly, browser: Callable[..., Browser], office: Office, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        plans = [promise(session, cents, started_on=date(2026, 10, 1), anchor_day=17) for cents in (1000, 700, 500)]
        batch = sent(session, office, DAY, MADE)
    finance, here = browser(Role.FINANCE), f"/office/sepa/{batch.id}"
    content = coda.file(coda.statement([Move(cents=2200, text=f"COLLECTE {batch.header.message_id}")]))
    finance.post("/office/bank/new", {"file": (io.BytesIO(content), "day.cod")})

    def gifts() -> list[GiftId]:
        with assembly.database.reading() as session:
            found = [collections.of_plan(session, plan.id)[0].gift_id for plan in plans]
            assert donations.drift(session) == 0
        return [one for one in found if one is not None]

    def net() -> int:
        with assembly.database.reading() as session:
            return donations.totals(session, Wanted()).net_cents

    with assembly.database.reading() as session:
        [line] = by_hand.credits_of(session, batch.id)
    first = gifts()
    assert (len(first), net()) == (3, 2200)
    for page in (here, f"/office/gifts/{first[1]}"):
        assert f"/office/bank?line={line.id}" in finance.get(page).text
    reopen = f"/office/bank/{line.id}/reopen"
    assert finance.post(reopen, {"seen": line.version}).status_code == 303
    assert (gifts(), net()) == ([], 0)
    with assembly.database.reading() as session:
        assert collections.batch(session, batch.id).state is BatchState.SENT
        assert collections.counts(session, batch.id) == {AttemptState.ASKED: (3, 2200)}
        again = banking.line(session, line.id)
    assert finance.post(f"{here}/settle", {"line": f"{again.id} {again.version}", "all": "yes"}).status_code == 303
    _, middle, _ = gifts()
    with assembly.database.transaction() as session:
        back = Movement(method=Method.TRANSFER, booked_on=DAY)
        donations.take_back(session, assembly.sealer, middle, EntryKind.REFUND, back, cents=200, at=NOW)
        settled = banking.line(session, line.id)
    refused = finance.post(reopen, {"seen": settled.version})
    assert (refused.status_code, re.findall(r"/office/gifts/(\d+)", refused.text)) == (409, [str(middle)])
    assert "Remboursé" in words_of(refused.text)
    with assembly.database.reading() as session:
        assert banking.line(session, line.id).state is LineState.MATCHED
    assert net() == 2000


def test_a_credit_that_names_only_a_mandate_asks_which_instalment_it_is(
    assembly: Assembly, browser: Callable[..., Browser], office: Office, promise: Promise
) -> None:
    with assembly.database.transaction() as session:
        plan = promise(session, 1000, started_on=date(2026, 9, 1), anchor_day=17)
        for day, made in ((date(2026, 10, 19), date(2026, 10, 12)), (DAY, MADE)):
            sent(session, office, day, made)
        assert plan.mandate_id is not None
        reference = mandates.mandate(session, plan.mandate_id).reference
    finance = browser(Role.FINANCE)
    content = coda.file(coda.statement([came(reference, 1000)]))
    finance.post("/office/bank/new", {"file": (io.BytesIO(content), "day.cod")})
    page = finance.get("/office/bank").text
    choices = re.findall(r'name="instalment" value="([^"]+)"', page)
    found = re.search(r"/office/bank/(\d+)/collection", page)
    assert (len(choices), found is not None, "De quelle échéance" in page) == (2, True, True)
    assert found is not None
    settle = f"/office/bank/{found[1]}/collection"
    for wrong in ("", "9 x", f"x {choices[0]}", "99999999999999 x"):
        assert finance.post(settle, {"seen": 1, "instalment": wrong}).status_code == 303
    assert finance.post(settle, {"seen": 1, "instalment": choices[0]}).status_code == 303
    with assembly.database.reading() as session:
        line = banking.line(session, int(found[1]))
        newest, oldest = (one.state.value for one in collections.of_plan(session, plan.id))
        assert (line.person_id, line.rule, oldest, newest) == (plan.person_id, Rule.COLLECTION, "received", "asked")
        assert donations.totals(session, Wanted()).net_cents == 1000
    assert finance.post(f"/office/bank/{line.id}/reopen", {"seen": line.version}).status_code == 303
    with assembly.database.reading() as session:
        assert {one.state.value for one in collections.of_plan(session, plan.id)} == {"asked"}
        assert (donations.totals(session, Wanted()).net_cents, banking.line(session, line.id).gift_id) == (0, None)
