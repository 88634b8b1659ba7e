"""The statements of the demonstration's bank read as those of any bank."""

from __future__ import annotations

import io
from datetime import date

from crm.banking import reading
from crm.banking.model import Format, Line, ReturnKind, Statement
from crm.demo.bank_file import Told, statement

DAY, BACK = date(2026, 11, 17), date(2026, 11, 20)


def test_a_statement_says_its_credits_its_returns_and_its_balances() -> None:
    lines = [
        Told(on=DAY, cents=123_456, text="REMISE PV-20261112-000001"),
        Told(on=BACK, cents=-1000, end_to_end_id="PV-1", reason="AM04"),
    ]
    content = statement(
        "BE71096123456769", lines, opening_cents=-50, opening_on=date(2026, 11, 12), closing_on=BACK, number=7
    )
    pieces = list(reading.pieces(io.BytesIO(content)))
    read = [piece for piece in pieces if isinstance(piece, Line)]
    [whole] = [piece for piece in pieces if isinstance(piece, Statement)]
    assert [(one.booked_on, one.cents) for one in read] == [(DAY, 123_456), (BACK, -1000)]
    assert "PV-20261112-000001" in (read[0].communication or "")
    assert (read[1].end_to_end_id, read[1].return_reason) == ("PV-1", "AM04")
    assert read[1].return_kind in set(ReturnKind)
    told = (whole.format, whole.account, whole.opening_cents, whole.closing_cents)
    assert told == (Format.CAMT_053, "BE71096123456769", -50, 122_406)
