"""The balance of each day of the books, on the page and as a file, of all of it or of one fund or means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from crm.assembly import Assembly
from crm.donations import books, day_balances, funds
from crm.donations import service as donations
from crm.donations.books import Posting
from crm.donations.model import EntryKind, Method, Movement, NewGift, NewLine
from crm.staff.model import Role
from tests.conftest import NOW
from tests.donations.conftest import donor
from tests.web.conftest import Browser
from tests.web.supporters import words_of

HERE = "/office/gifts/books/2026/11"


@given(
    st.lists(st.tuples(st.integers(1, 28), st.integers(-900, 900).filter(bool)), max_size=20),
    st.integers(-(10**6), 10**6),
)
def test_each_day_opens_with_what_the_one_before_closed_with(moved: list[tuple[int, int]], opening: int) -> None:
    facts: dict[str, Any] = {"kind": EntryKind.RECEIPT, "method": Method.CASH, "fund": "general", "count": 1}
    postings = [Posting(on=date(2026, 11, on), cents=cents, **facts) for on, cents in moved]
    days = day_balances.days(postings, opening)
    assert [one.on.day for one in days] == sorted({on for on, _ in moved})
    for day, opened in zip(days, [opening, *(one.closing_cents for one in days)], strict=False):
        assert (day.opening_cents, day.came_cents >= 0, day.gone_cents <= 0) == (opened, True, True)
    assert opening + sum(cents for _, cents in moved) == (days[-1].closing_cents if days else opening)


def test_a_year_is_balanced_day_by_day_by_fund_and_means(assembly: Assembly, browser: Callable[..., Browser]) -> None:
    with assembly.database.transaction() as session:
        funds.open_new(session, code="help", name="Secours")
        one = donor(session, assembly, "Thêta")
        for month, day, cents, fund, method in (
            (1, 5, 1000, "general", Method.CASH),
            (10, 9, 2000, "help", Method.TRANSFER),
            (11, 2, 4000, "help", Method.TRANSFER),
            (11, 9, 500, "general", Method.CASH),
        ):
            on = date(2026, month, day)
            movement = Movement(method=method, booked_on=on)
            new = NewGift(person_id=one, lines=(NewLine(cents=cents, fund=fund),), given_on=on, movement=movement)
            gift = donations.record(session, assembly.sealer, new, at=NOW)
        gone = Movement(method=Method.CASH, booked_on=date(2026, 11, 12))
        donations.take_back(session, assembly.sealer, gift.id, EntryKind.RETURN, gone, cents=200, at=NOW)
        month_on = date(2026, 11, 1)
        sums = [day_balances.opening(session, month_on, fund=fund) for fund in ("", "general", "help", "none")]
        assert sums == [3000, 1000, 2000, 0]
        assert day_balances.opening(session, date(2026, 1, 1)) == 0
        [last] = day_balances.days(books.journal(session, month_on), 3000)[-1:]
        assert last.closing_cents == 7300
    finance = browser(Role.FINANCE)
    shown = words_of(finance.get(HERE).text)
    assert "30,00 € 40,00 € — 70,00 €" in shown
    assert "75,00 € — -2,00 € 73,00 €" in shown
    narrowed = words_of(finance.get(f"{HERE}?fund=help&method=transfer").text)
    assert ("20,00 € 40,00 € — 60,00 €" in narrowed, "73,00 €" in narrowed) == (True, False)
    assert "Aucun mouvement ne répond" in words_of(finance.get(f"{HERE}?method=cheque").text)
    assert finance.get(f"{HERE}?fund=nowhere&method=odd").status_code == 200
    taken = finance.post(f"{HERE}/file", {"what": "days", "method": "cash"})
    assert taken.get_data().decode("utf-8-sig").splitlines() == [
        "Jour;Solde d’ouverture;Entrées;Sorties;Solde de clôture",
        "2026-11-09;10.00;5.00;0.00;15.00",
        "2026-11-12;15.00;0.00;-2.00;13.00",
    ]
    sheet = finance.post(f"{HERE}/file", {"what": "days", "as": "xlsx"})
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet.data)).get_sheet_by_index(0).to_python()
    assert rows[-1][1:] == [75.0, 0.0, -2.0, 73.0]
