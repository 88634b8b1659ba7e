"""A file brought in: read whole and checked first, then kept block by block. Twice is once, cut anywhere it goes on.

National numbers are taken out of a line in memory, before its first row, and wait in the vault under its fingerprint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy.orm import Session

from crm.banking import matching, reading, rules, store, twice
from crm.banking.kept import LineState, Report
from crm.banking.model import Begun, Line, ReturnKind, Statement
from crm.foundation.bulk import settle
from crm.foundation.database import Database, hold
from crm.foundation.encryption import Cipher
from crm.foundation.signing import AddressHasher, ContentHasher, Sealer
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from crm.values.national_number import NationalNumber
from crm.vault import service as vault
from crm.vault.keys import Vault

BLOCK = 2_000
_Told = tuple[Line, str, LineState]
"""A line, the account it is on, and its state as it comes in."""

_ROWS = 1024 * 1024
_LARGE = 5_000
_LONGEST = {"end_to_end_id": 80, "mandate": 80, "bank_reference": 80, "batch": 80, "return_reason": 40}


@dataclass(frozen=True, kw_only=True, slots=True)
class Counter:
    """Where files of the bank are brought: the database, and what keeps them safe in it."""

    database: Database
    fingerprints: ContentHasher
    addresses: AddressHasher
    secrets: Cipher
    vault: Vault
    sealer: Sealer
    clock: Callable[[], datetime]
    language: Language = Language.FR


@dataclass(frozen=True, kw_only=True, slots=True)
class _Prepared:
    """A line that is ready to be kept, and what it was known by before it was masked."""

    fingerprint: str
    others: tuple[str, ...]
    row: tuple[Any, ...]
    numbers: tuple[NationalNumber, ...]


def bring(counter: Counter, stream: IO[bytes], *, name: str, by: AccountId | None) -> Report:
    """Keeps a file. Raises `FileRefused` where anything in it is wrong, and then keeps nothing.

    Memory holds one block, and a short mark of each line. Several transactions: one for each block.
    """
    content = hashlib.sha256()
    while chunk := stream.read(_ROWS):
        content.update(chunk)
    stream.seek(0)
    told = twice.told(reading.pieces(stream))  # to its end: nothing is kept of a file that is wrong anywhere
    stream.seek(0)
    prints = counter.fingerprints
    at = counter.clock()
    with counter.database.transaction() as session:
        hold(session, "bank")
        twice.refuse(session, told)
        held = store.accounts(session)
        marks = prints.keys_of("bank file", content.hexdigest())
        file_id = store.file_of(session, marks)
        if file_id is None:
            file_id = store.add_file(session, fingerprint=marks[0], name=name[:200], at=at, by=by)
        for one in told:  # before its lines: cut anywhere, it is known in which format these days come
            _keep_statement(session, prints, one.statement, file_id)
    new = known = numbers = 0
    seen: dict[str, int] = {}
    for piece in _blocks(stream):
        with counter.database.transaction() as session:
            hold(session, "bank")
            prepared = [_prepared(counter, line, file_id, seen) for line in piece]
            fresh = _fresh(session, prepared)
            store.add_lines(session, [one.row for one in fresh])
            found = [(one.fingerprint, number) for one in fresh for number in one.numbers]
            numbers += vault.wait(session, counter.vault.lock(), found, at=at) if found else 0
            new += len(fresh)
            known += len(prepared) - len(fresh)
    if new > _LARGE:
        with counter.database.transaction() as session:
            settle(session)
    matched = _matched(counter, at)  # also where all was known: whoever brought it first may have been cut off
    with counter.database.reading() as session:
        waits, gaps = store.counts(session).open, store.gaps(session)
    return Report(
        file=name,
        statements=len(told),
        new=new,
        known=known,
        matched=matched,
        open=waits,
        numbers=numbers,
        gaps=tuple(gaps),
        strangers=tuple(sorted({one.statement.account for one in told} - held)) if held else (),
    )


def _matched(counter: Counter, at: datetime) -> int:
    return matching.match_waiting(counter.database, counter.vault, counter.sealer, at=at, language=counter.language)


def _blocks(stream: IO[bytes]) -> Iterator[list[_Told]]:
    """The lines of a file some at a time, each with its account and its state."""
    block: list[_Told] = []
    account = ""
    for piece in reading.pieces(stream):
        match piece:
            case Begun():
                account, state = piece.account, LineState.EXTRACT if piece.extract else LineState.OPEN
            case Line():
                block.append((piece, account, state))
                if len(block) >= BLOCK:
                    yield block
                    block = []
    if block:
        yield block


def _fresh(session: Session, prepared: Sequence[_Prepared]) -> list[_Prepared]:
    known = store.known_lines(session, [mark for one in prepared for mark in one.others])
    return [one for one in prepared if known.isdisjoint(one.others)]


def _prepared(counter: Counter, told: _Told, file_id: int, seen: dict[str, int]) -> _Prepared:
    line, account, state = told
    identity = rules.identity(line, account)
    digest = hashlib.blake2b(identity.encode(), digest_size=12).hexdigest()
    [numbered] = rules.numbered([digest], seen)
    marks = counter.fingerprints.keys_of("bank line", f"{identity}\x1f{numbered}")
    masked, numbers = reading.masked(line)
    iban = masked.counterparty_account
    cut = {key: (getattr(masked, key) or "")[:length] or None for key, length in _LONGEST.items()}
    row = (
        marks[0],
        file_id,
        account,
        masked.booked_on,
        masked.value_on,
        masked.executed_on,
        masked.cents,
        (masked.counterparty_name or "")[:140],
        (masked.counterparty_address or "")[:200],
        counter.secrets.encrypt(iban[:34], context=f"bank line {marks[0]}") if iban else None,
        iban[-4:] if iban else "",
        matching.account_key(counter.addresses, iban) if iban else None,
        (masked.communication or "")[:2_000],
        masked.structured,
        cut["end_to_end_id"],
        cut["mandate"],
        masked.return_kind or (ReturnKind.REVERSAL if masked.reversal and not masked.fee else None),
        cut["return_reason"],
        (masked.transaction_code or "")[:40] or None,
        cut["bank_reference"],
        cut["batch"],
        masked.fee,
        LineState.ASIDE if state is LineState.OPEN and masked.fee else state,
        None,
        None,
        None,
        None,
        None,
        None,
        1,
    )
    return _Prepared(fingerprint=marks[0], others=marks, row=row, numbers=numbers)


def _keep_statement(session: Session, prints: ContentHasher, statement: Statement, file_id: int) -> None:
    parts = (
        statement.account,
        statement.format.value,
        statement.reference,
        statement.opening_on,
        statement.opening_cents,
        statement.closing_on,
        statement.closing_cents,
        statement.line_count,
    )
    marks = prints.keys_of("bank statement", "\x1f".join(map(str, parts)))
    if store.has_statement(session, marks):
        return
    store.add_statement(
        session,
        {
            "fingerprint": marks[0],
            "file_id": file_id,
            "format": statement.format,
            "account": statement.account[:34],
            "reference": (statement.reference or "")[:80],
            "is_extract": statement.extract,
            "opening_cents": statement.opening_cents,
            "opening_on": statement.opening_on,
            "closing_cents": statement.closing_cents,
            "closing_on": statement.closing_on,
        },
    )
