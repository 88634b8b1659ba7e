"""How a line of an agency's results is understood: its columns, its words in three languages, its day, its amount."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from crm.fundraising.call_model import CallOutcome, Finding, Line
from crm.fundraising.errors import ResultsUnreadable
from crm.fundraising.model import MOST_PRINTED
from crm.values import money
from crm.values.errors import Invalid
from crm.values.folding import folded
from crm.values.structured_communication import StructuredCommunication

LARGEST_CENTS = 10**8
LONGEST_REMARK = 500
LONGEST_REFERENCE = 40
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "communication": ("communication", "reference", "ref", "referentie", "mededeling"),
    "seq": ("seq", "numero", "nummer", "volgnummer", "number"),
    "result": ("resultat", "result", "resultaat", "uitkomst", "outcome"),
    "called": ("appele le", "date appel", "date", "datum", "gebeld op", "called on"),
    "amount": ("montant promis", "montant", "bedrag", "amount"),
    "rhythm": ("rythme", "frequence", "ritme", "frequentie", "rhythm", "frequency"),
    "remark": ("remarque", "opmerking", "remark", "commentaire", "comment"),
}
OUTCOMES: Mapping[CallOutcome, tuple[str, ...]] = {
    CallOutcome.REACHED: ("joint", "jointe", "atteint", "atteinte", "bereikt", "reached"),
    CallOutcome.UNREACHED: (
        "pas joint", "pas jointe", "non joint", "absent", "absente", "pas de reponse", "occupe", "repondeur",
        "niet bereikt", "afwezig", "geen antwoord", "bezet", "not reached", "unreached", "no answer", "busy",
    ),
    CallOutcome.REFUSED: ("refus", "refuse", "non", "geweigerd", "weigert", "weigering", "nee", "refused", "no"),
    CallOutcome.PLEDGED: ("promesse", "promis", "promet", "belofte", "beloofd", "toezegging", "pledged", "pledge"),
    CallOutcome.WRONG_NUMBER: (
        "mauvais numero", "faux numero", "numero errone", "verkeerd nummer", "fout nummer", "wrong number",
    ),
    CallOutcome.DO_NOT_CALL: (
        "ne plus appeler", "ne plus telephoner", "plus d'appel", "plus d'appels", "niet meer bellen",
        "niet meer opbellen", "do not call", "do not call again", "no more calls",
    ),
}  # fmt: skip
_WORDS = {word: outcome for outcome, words in OUTCOMES.items() for word in words}
_WORDS |= {outcome.value.replace("-", " "): outcome for outcome in CallOutcome}
MONTHLY = frozenset({"mensuel", "mensuelle", "par mois", "chaque mois", "mois", "maandelijks", "per maand", "monthly"})
ONCE = frozenset({"", "unique", "une fois", "ponctuel", "eenmalig", "once", "one off"})
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T].*)?")
_WRITTEN = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def columns(headers: Sequence[str]) -> dict[str, int]:
    """Where each thing stands. Raises ResultsUnreadable where there is no result, or no communication.

    A bare number from 1 on is in every list: of another appeal, or of a sheet that was sorted, it names the wrong
    people.
    """
    named = {_plain(header): place for place, header in reversed(list(enumerate(headers)))}
    found = {
        field: next(named[word] for word in words if word in named)
        for field, words in COLUMNS.items()
        if any(word in named for word in words)
    }
    if "result" not in found or "communication" not in found:
        raise ResultsUnreadable
    return found


def line(
    number: int, cells: Sequence[str], places: Mapping[str, int], *, appeal_id: int, first_on: date, last_on: date
) -> Line:
    """What a line says of a call of that appeal, made between two days."""

    def cell(field: str) -> str:
        return cells[places[field]].strip() if field in places else ""

    reference = (cell("communication") or cell("seq"))[:LONGEST_REFERENCE]
    bare = Line(number=number, reference=reference, remark=" ".join(cell("remark").split())[:LONGEST_REMARK])
    by_number, by_reference = _seq(cell("seq")), _of_reference(cell("communication"), appeal_id)
    if by_reference is not None and by_number is not None and by_reference != by_number:
        return replace(bare, finding=Finding.MISMATCH)
    if by_reference is None:
        return replace(bare, finding=Finding.UNKNOWN)
    told = replace(bare, seq=by_reference)
    if not cell("result"):
        return replace(told, finding=Finding.UNCALLED)
    outcome = _WORDS.get(_plain(cell("result")))
    if outcome is None:
        return replace(told, finding=Finding.BAD_RESULT)
    return _with_facts(replace(told, outcome=outcome), cell, first_on=first_on, last_on=last_on)


def is_known(one: Line, said: Sequence[tuple[CallOutcome, date | None]]) -> bool:
    """Whether that was said of them before: the same outcome of the same day, or of a day that either does not say."""
    same = [day for outcome, day in said if outcome is one.outcome]
    return bool(same) and (one.called_on is None or None in same or one.called_on in same)


def _with_facts(told: Line, cell: Callable[[str], str], *, first_on: date, last_on: date) -> Line:
    called, amount, rhythm = cell("called"), cell("amount"), cell("rhythm")
    if called:
        called_on = _day(called)
        if called_on is None or not first_on <= called_on <= last_on:
            return replace(told, finding=Finding.BAD_DAY)
        told = replace(told, called_on=called_on)
    if told.outcome is not CallOutcome.PLEDGED:
        return told
    if amount:
        try:
            cents = money.typed(amount.removesuffix("€").strip())
        except Invalid:
            cents = 0
        if not 0 < cents <= LARGEST_CENTS:
            return replace(told, finding=Finding.BAD_AMOUNT)
        told = replace(told, cents=cents)
    if (plain := _plain(rhythm)) not in MONTHLY | ONCE:
        return replace(told, finding=Finding.BAD_RHYTHM)
    return replace(told, is_monthly=plain in MONTHLY)


def _seq(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) <= 6 and int(text) else None


def _of_reference(text: str, appeal_id: int) -> int | None:
    try:
        number = int(StructuredCommunication.parse(text).digits[:10])
    except Invalid:
        return None
    appeal, seq = divmod(number, MOST_PRINTED + 1)
    return seq if appeal == appeal_id and seq else None


def _day(text: str) -> date | None:
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _WRITTEN.fullmatch(text):
        day, month, year = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _plain(text: str) -> str:
    return folded(text.replace("_", " ").replace("-", " ").strip(" .!;:"))
