"""One day told by CODA and by camt counts once, in whichever order and cut wherever; what follows on it is kept."""

from __future__ import annotations

import io
from datetime import date, timedelta
from itertools import count
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.assembly import Assembly, bank_counter
from crm.banking import bringing, store, words
from crm.banking.errors import FileRefused, HeldAlready
from crm.banking.kept import Report
from tests.banking import camt_files as camt
from tests.banking import coda_files as coda
from tests.banking.camt_files import Entry, Tx
from tests.banking.coda_files import Move

ACCOUNTS = count(1)
FIRST = date(2026, 1, 5)


def brought(assembly: Assembly, content: bytes, name: str = "jour") -> Report:
    return bringing.bring(bank_counter(assembly), io.BytesIO(content), name=name, by=None)


def as_coda(account: str, since: int, until: int, cents: list[int]) -> bytes:
    """One statement a day, its balances those of its day."""
    opening, told = 100_000, []
    for day in range(since, until + 1):
        on = FIRST + timedelta(days=day)
        moves = [Move(cents=one, text=f"DON {day}", on=on) for one in cents]
        told.append(coda.statement(moves, opening=opening, on=on, number=day + 1, account=account))
        opening += sum(cents)
    return coda.file(*told)


def as_camt(account: str, since: int, until: int, cents: list[int], *, before: bool = True) -> bytes:
    """One statement for all those days, opened with the balance of the day before (or of the first)."""
    days = [str(FIRST + timedelta(days=day)) for day in range(since, until + 1)]
    entries = [
        Entry(cents=one, on=day, txs=[Tx(cents=abs(one), name="Quelqu’un", text="don")])
        for day in days
        for one in cents
    ]
    opened = str(FIRST + timedelta(days=since - before))
    told = camt.statement(entries, account=account, identity=f"S-{since}-{until}")
    place = "<Dt><Dt>2026-11-25</Dt></Dt>"
    return camt.document(
        told.replace(place, f"<Dt><Dt>{opened}</Dt></Dt>", 1).replace(place, f"<Dt><Dt>{days[-1]}</Dt></Dt>")
    )


def own_account() -> str:
    number = next(ACCOUNTS)
    national = f"{5390075470 + number:010d}"
    check = int(national) % 97 or 97
    bban = f"{national}{check:02d}"
    return f"BE{98 - int(bban + '111400') % 97:02d}{bban}"


@settings(max_examples=8, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from((as_coda, as_camt)), st.integers(0, 5), st.integers(0, 2), st.booleans()),
        min_size=1,
        max_size=6,
    ),
    st.lists(st.integers(-300, 900).filter(bool), min_size=1, max_size=2),
)
def test_every_day_counts_once_whichever_formats_tell_it(
    assembly: Assembly, files: list[tuple[object, int, int, bool]], cents: list[int]
) -> None:
    account, kept = own_account(), dict[int, object]()
    with assembly.database.reading() as session:
        before = store.total(session)
    for write, since, more, opened_before in files:
        days = range(since, since + more + 1)
        if write is as_coda:
            content = as_coda(account, since, since + more, cents)
        else:
            content = as_camt(account, since, since + more, cents, before=opened_before)
        clashes = any(kept.get(day, write) is not write for day in days)
        try:
            report = brought(assembly, content)
        except HeldAlready:
            assert clashes
            continue
        assert not clashes
        fresh = set(days) - set(kept)
        assert report.new >= len(fresh) * len(cents)
        kept |= dict.fromkeys(days, write)
        assert brought(assembly, content).new == 0
        if write is as_camt and report.new > len(fresh) * len(cents):
            return  # a camt that overlaps another in the same format: its lines differ in nothing we know them by
    with assembly.database.reading() as session:
        assert store.total(session) - before == sum(cents) * len(kept)


@pytest.mark.each_database
def test_the_refusal_names_the_statement_that_is_held(assembly: Assembly) -> None:
    account = own_account()
    brought(assembly, as_coda(account, 1, 3, [2500]), name="janvier.cod")
    with pytest.raises(FileRefused) as refused:
        brought(assembly, as_camt(account, 3, 4, [2500]), name="janvier.xml")
    said = words.refusal(refused.value)
    for part in (account, "CODA", "janvier.cod", "clos le 8 janvier 2026", "deux fois"):
        assert part in said, said
    assert brought(assembly, as_camt(account, 4, 5, [2500])).new == 2  # the bank changed its format: the days go on


def test_a_file_cut_before_its_lines_is_in_the_way_of_the_other_format_and_goes_on(assembly: Assembly) -> None:
    account = own_account()
    with patch.object(store, "add_lines", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        brought(assembly, as_coda(account, 1, 1, [2500]))
    with pytest.raises(HeldAlready):
        brought(assembly, as_camt(account, 1, 1, [2500]))
    assert brought(assembly, as_coda(account, 1, 1, [2500])).new == 1
