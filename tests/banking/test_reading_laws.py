"""Laws of the bank's readers: any bytes make a result or one clear error, and what is counted is counted once."""

from __future__ import annotations

import io

from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm.banking import reading, words
from crm.banking.errors import FileRefused, Refused
from crm.banking.model import Line, Statement
from crm.values.languages import Language
from tests.banking import camt_files as camt
from tests.banking import coda_files as coda
from tests.banking import samples
from tests.banking.camt_files import Entry, Tx
from tests.banking.coda_files import Move

FILES = [*samples.files().values()]
CENTS = st.integers(-10_000_000, 10_000_000).filter(bool)
LETTERS = st.text(st.characters(codec="cp1252", categories=("L", "N", "P", "Zs")), max_size=80)


def read(content: bytes) -> tuple[list[Line], list[Statement]]:
    found = list(reading.pieces(io.BytesIO(content)))
    return [one for one in found if isinstance(one, Line)], [one for one in found if isinstance(one, Statement)]


def refusal_of(content: bytes) -> FileRefused | None:
    try:
        read(content)
    except FileRefused as refused:
        return refused
    return None


def outcome(content: bytes) -> None:
    """What every input comes to: statements that add up, or one error with its place and its words."""
    refused = refusal_of(content)
    if refused is not None:
        assert min(refused.line, refused.column) >= 1
        said = [words.refusal(refused, language).partition("\u00a0:")[0] for language in (Language.FR, Language.EN)]
        line, column = refused.line, refused.column
        assert said[0] == f"ligne {line}, colonne {column}"
        assert said[1].startswith(f"line {line}, column {column}: ")
        return
    lines, statements = read(content)
    assert sum(one.line_count for one in statements) == len(lines)
    whole = [one for one in statements if one.opening_cents is not None and one.closing_cents is not None]
    if len(whole) == len(statements) and not any(one.extract for one in statements):
        moved = sum(line.cents for line in lines)
        assert sum((one.closing_cents or 0) - (one.opening_cents or 0) for one in whole) == moved


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=300).map(str.encode)))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"<")
@example(b'<?xml version="1.0" encoding="cp037"?><a/>')
@example(b'<?xml version="1.0" encoding="big5"?><a/>')
@example(b'<?xml version="1.0" encoding="no such"?><a/>')
@example(b"0" * 128)
def test_any_bytes_make_a_result_or_one_clear_error(content: bytes) -> None:
    outcome(content)


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """A sample with a few bytes changed, cut out, doubled or put in; or its records in another order."""
    content = bytearray(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        upto = at + draw(st.integers(0, 200))
        match draw(st.sampled_from(("change", "cut", "double", "insert", "end", "line"))):
            case "change":
                content[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "cut":
                del content[at:upto]
            case "double":
                content[at:at] = content[at:upto]
            case "insert":
                content[at:at] = draw(st.sampled_from((b"0", b" ", b"<", b"&x;", b"\x00", b"\xe9", b"-", b"</Ntry>")))
            case "end":
                del content[at:]
            case _:
                rows = bytes(content).splitlines(keepends=True)
                row = draw(st.integers(0, max(0, len(rows) - 1)))
                content = bytearray(b"".join([*rows[:row], *rows[row + 1 :]]))
    return bytes(content)


@settings(max_examples=600)
@given(mutations())
def test_a_damaged_file_makes_a_result_or_one_clear_error(content: bytes) -> None:
    outcome(content)


@st.composite
def coda_moves(draw: st.DrawFn) -> list[Move]:
    moves = []
    for cents in draw(st.lists(CENTS, max_size=6)):
        move = Move(cents=cents, text=draw(LETTERS), name=draw(LETTERS)[:35])
        if draw(st.booleans()):
            first = draw(CENTS)
            move.code = "20150000"
            move.details = [Move(cents=first, code="60150000"), Move(cents=cents - first, code="60150000")]
            if draw(st.booleans()):  # a bank whose details do not make the whole: the whole counts
                move.details.append(Move(cents=draw(CENTS), code="60150000"))
        moves.append(move)
    return moves


@settings(max_examples=80)
@given(coda_moves(), st.sampled_from(("cp1252", "utf-8")), st.sampled_from(("\n", "\r\n", "")))
def test_a_coda_counts_each_cent_once(moves: list[Move], encoding: str, ends: str) -> None:
    if ends == "":
        encoding = "cp1252"  # without line ends a record is 128 bytes
    lines, (statement,) = read(coda.file(coda.statement(moves), encoding=encoding, ends=ends))
    assert sum(line.cents for line in lines) == sum(move.cents for move in moves)
    assert statement.closing_cents == 100_000 + sum(move.cents for move in moves)
    assert {line.booked_on for line in lines} <= {coda.DAY}


@settings(max_examples=80)
@given(
    st.lists(st.tuples(CENTS, st.lists(st.integers(1, 1_000_000), max_size=4), st.integers(0, 500)), max_size=5),
    st.sampled_from((2, 4, 6, 8, 13)),
)
def test_a_camt_counts_each_cent_once(drawn: list[tuple[int, list[int], int]], version: int) -> None:
    entries = []
    for cents, parts, charged in drawn:
        gross = sum(parts)
        net = gross - charged if parts and gross > charged else cents
        txs = [Tx(cents=part, charged=charged if at == 0 else 0) for at, part in enumerate(parts)]
        entries.append(Entry(cents=net, txs=txs))
    lines, (statement,) = read(camt.document(camt.statement(entries, version=version), version=version))
    assert sum(line.cents for line in lines) == sum(entry.cents for entry in entries)
    assert statement.closing_cents == 100_000 + sum(entry.cents for entry in entries)
    settled = [parts for cents, parts, charged in drawn if sum(parts) > charged and (len(parts) > 1 or charged)]
    assert sum(line.batch is not None and not line.fee for line in lines) == sum(map(len, settled))


def test_a_file_is_refused_where_it_is_wrong() -> None:
    day = samples.files()["day.cod"]
    rows = day.split(b"\r\n")

    def changed(row: int, column: int, by: bytes) -> bytes:
        one = rows[row - 1]
        return b"\r\n".join([*rows[: row - 1], one[: column - 1] + by + one[column - 1 + len(by) :], *rows[row:]])

    statement = camt.statement([Entry(cents=100, txs=[Tx(cents=100, name="A")])])
    wrong = {
        changed(1, 128, b"3"): (Refused.VERSION, 1, 128),
        changed(2, 40, b"USD"): (Refused.CURRENCY, 2, 40),
        changed(3, 1, b"7"): (Refused.RECORD, 3, 1),
        changed(3, 40, b"x"): (Refused.DIGITS, 3, 40),
        changed(3, 47, b"1"): (Refused.FRACTION, 3, 33 + 14),
        changed(3, 32, b"2"): (Refused.SIGN, 3, 32),
        changed(3, 116, b"311126"): (Refused.DAY, 3, 116),
        changed(4, 3, b"9"): (Refused.SEQUENCE, 4, 3),
        changed(3, 44, b"9"): (Refused.BALANCE, row_of(rows, b"8"), 43),
        changed(row_of(rows, b"9"), 22, b"9"): (Refused.RECORDS, row_of(rows, b"9"), 17),
        changed(row_of(rows, b"9"), 34, b"9"): (Refused.DEBITS, row_of(rows, b"9"), 23),
        changed(row_of(rows, b"9"), 49, b"9"): (Refused.CREDITS, row_of(rows, b"9"), 38),
        changed(row_of(rows, b"8"), 9, b"11"): (Refused.OTHER_ACCOUNT, row_of(rows, b"8"), 5),
        b"\r\n".join(rows[:-3]): (Refused.CUT, len(rows) - 3, 129),
        rows[0][:-1]: (Refused.LENGTH, 1, 128),
        rows[0] + b"x": (Refused.LENGTH, 1, 129),
        rows[0].replace(b"AMNESTY", b"AMN\x07STY"): (Refused.CONTROL, 1, 38),
        b"\n".join(rows[1:]): (Refused.ORDER, 1, 1),
        b"date;amount\n": (Refused.UNKNOWN_FORMAT, 1, 1),
        b" \r\n ": (Refused.EMPTY, 1, 1),
        camt.document(statement, before='<!DOCTYPE x [<!ENTITY a "b">]>\n'): (Refused.DOCTYPE, 2, 13),
        camt.document(statement)[:-20]: (Refused.NOT_XML, 8, 1),
        camt.document(statement, version=1): (Refused.OTHER_MESSAGE, 2, 1),
        b"<html>\n</html>": (Refused.UNKNOWN_FORMAT, 1, 1),
        camt.document(statement.replace("1.00<", "1.001<")): (Refused.FRACTION, 7, 39),
        camt.document(camt.statement([], closing=5)): (Refused.BALANCE, 4, 1),
        camt.document(camt.statement([Entry(cents=1, currency="CHF")])): (Refused.CURRENCY, 7, 39),
        camt.document(camt.statement([], currency="CHF")): (Refused.CURRENCY, 4, 146),
    }
    refused = [refusal_of(content) for content in wrong]
    assert [(one.why, one.line, one.column) for one in refused if one] == list(wrong.values())


def row_of(rows: list[bytes], kind: bytes) -> int:
    return next(at for at, row in enumerate(rows, 1) if row[:1] == kind)
