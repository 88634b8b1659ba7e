"""Who pays for whom: an account with its name, once confirmed, is known again; a name alone never is."""

from __future__ import annotations

from itertools import count

from crm.assembly import Assembly, bank_counter
from crm.banking import payers, store
from crm.banking import service as banking
from crm.banking.kept import KeptLine, LineState, Rule
from crm.duplicates import merges
from crm.people.model import Person
from crm.privacy import erasing
from crm.values.calendar import brussels_day
from tests.banking import coda_files as coda
from tests.banking import samples
from tests.banking.coda_files import Move
from tests.banking.test_bringing import CLAIRE, brought, confirmed, person
from tests.conftest import NOW

OFFICE = "BUREAU COMPTABLE LEJEUNE SRL"
NUMBERS = count(1)


def paid(assembly: Assembly, name: str = OFFICE, account: str = samples.DONOR, **facts: object) -> KeptLine:
    """One more transfer of a payer, as it stands once every rule has looked at it."""
    number = next(NUMBERS)
    move = Move(**{"cents": 1_000 + number, "name": name, "account": account, "text": f"n {number}", **facts})  # type: ignore[arg-type]
    brought(assembly, coda.statement([move], number=number))
    with assembly.database.reading() as session:
        return max(store.lines(session, range(200)), key=lambda line: line.id)


def owned(line: KeptLine) -> tuple[LineState, Rule | None, int | None]:
    return line.state, line.rule, line.person_id


def known(assembly: Assembly, whose: Person) -> list[tuple[str, bool]]:
    with assembly.database.reading() as session:
        return [(one.name, one.is_contradicted) for one in payers.of_person(session, whose.id)]


def reopened(assembly: Assembly, line: KeptLine) -> KeptLine:
    with assembly.database.transaction() as session:
        return banking.reopen(session, bank_counter(assembly), line.id, seen=line.version, by=CLAIRE, at=NOW)


WAITS = (LineState.OPEN, None, None)


def test_the_office_that_pays_for_her_is_known_again_by_account_and_name_together(assembly: Assembly) -> None:
    marie, luc = person(assembly, "Marie", "Dupont"), person(assembly, "Luc", "Martin")
    first = paid(assembly)
    assert owned(first) == WAITS
    confirmed(assembly, first, marie)
    again = paid(assembly, name="  Bureau Comptable LEJEUNE srl")
    assert owned(again) == (LineState.MATCHED, Rule.ALIAS, marie.id)
    assert owned(paid(assembly, account=samples.OTHER)) == WAITS  # the name alone
    assert owned(paid(assembly, name="Paul Leroy")) == WAITS  # the account alone
    assert owned(paid(assembly, name="")) == (LineState.MATCHED, Rule.ACCOUNT, marie.id)
    ogm = ("101", "090933755493")
    confirmed(assembly, paid(assembly, name="MARTIN LUC", account="", structured=ogm), luc)
    slip = paid(assembly, structured=ogm)
    assert owned(slip) == WAITS  # the slip is another's: somebody looks
    with assembly.database.reading() as session:
        found = banking.candidates(session, bank_counter(assembly), slip)
        said = [(one.person_id, one.confirmed_on) for one in found if "alias" in one.why]
    assert said == [(marie.id, brussels_day(NOW))]
    assert known(assembly, marie) == [(OFFICE, False)]


def test_what_is_opened_again_or_contradicted_or_forgotten_decides_nothing_any_more(assembly: Assembly) -> None:
    marie, luc, counter = person(assembly, "Marie", "Dupont"), person(assembly, "Luc", "Martin"), bank_counter(assembly)
    first = confirmed(assembly, paid(assembly), marie)
    wrong = paid(assembly)
    assert owned(wrong) == (LineState.MATCHED, Rule.ALIAS, marie.id)
    opened = reopened(assembly, wrong)  # what the payer decided was wrong: it is forgotten, wherever it was taught
    assert (known(assembly, marie), owned(paid(assembly))) == ([], WAITS)
    confirmed(assembly, opened, luc)
    assert known(assembly, luc) == [(OFFICE, True)]  # the office pays for several
    assert owned(paid(assembly)) == WAITS
    reopened(assembly, first)
    assert known(assembly, luc) == [(OFFICE, False)]
    mine = paid(assembly)
    assert owned(mine) == (LineState.MATCHED, Rule.ALIAS, luc.id)
    with assembly.database.transaction() as session:
        assert banking.forget_payer(session, counter, opened.id, by=CLAIRE, at=NOW) == luc.id
    assert (known(assembly, luc), owned(paid(assembly))) == ([], WAITS)
    with assembly.database.reading() as session:
        assert banking.line(session, mine.id).person_id == luc.id


def test_a_payer_follows_a_merge_comes_back_and_ends_with_an_erasure(assembly: Assembly) -> None:
    marie, double = person(assembly, "Marie", "Dupont"), person(assembly, "M.", "Dupond")
    confirmed(assembly, paid(assembly), double)
    sealer, pointers = assembly.sealer, assembly.pointers
    with assembly.database.transaction() as session:
        merges.merge(session, sealer, pointers, survivor_id=marie.id, loser_id=double.id, chosen={}, by=CLAIRE, at=NOW)
    assert owned(paid(assembly)) == (LineState.MATCHED, Rule.ALIAS, marie.id)
    with assembly.database.transaction() as session:
        merges.undo(session, sealer, pointers, merges.of(session, marie.id)[0].id, by=CLAIRE, at=NOW)
    assert (known(assembly, marie), known(assembly, double)) == ([], [(OFFICE, False)])
    assert owned(paid(assembly)) == (LineState.MATCHED, Rule.ALIAS, double.id)
    with assembly.database.transaction() as session:
        erasing.erase(session, assembly.holdings, double.id, at=NOW)
    assert (known(assembly, double), owned(paid(assembly))) == ([], WAITS)
