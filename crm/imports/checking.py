"""The dry run: every row read, weighed against what is known, and kept with its verdict; nothing else is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation.signing import AddressHasher
from crm.imports import store
from crm.imports.kinds.cells import Cells
from crm.imports.kinds.every import OF_CONSENT
from crm.imports.kinds.model import Kind
from crm.imports.layout import Fault, RawRow
from crm.imports.model import Matching, Reason, Row, RowVerdict, Run, RunId
from crm.imports.plan import Plan
from crm.imports.planning import plans, silence_key
from crm.imports.rules import contact_key, keys_of
from crm.imports.wish import Wish
from crm.people import recognising
from crm.people import settling as people
from crm.people.arrivals import Arrival, Known, compared, imagined, whole_name
from crm.values.languages import Language

_FAULTS = {fault: Reason(fault.value) for fault in Fault}


def read(
    kind: Kind, rows: Sequence[RawRow], matching: Matching, *, today: date, purposes: Mapping[str, str]
) -> tuple[list[tuple[int, Wish]], list[Row]]:
    """The wishes of the good rows by number, and the bad rows with bare cells. `purposes`: folded names to codes."""
    good: list[tuple[int, Wish]] = []
    bad: list[Row] = []
    for row in rows:
        if row.fault is not None:
            bad.append(_bad(row, [(_FAULTS[row.fault], "")], matching))
            continue
        cells = Cells(row.cells, matching, today=today, purposes=purposes)
        wish = kind.read(cells)
        if wish is None:
            bad.append(_bad(row, cells.reasons or [(Reason.NOBODY, "")], matching))
        else:
            good.append((row.number, replace(wish, remarks=tuple(cells.remarks)) if cells.remarks else wish))
    return good, bad


def _bad(row: RawRow, reasons: Sequence[tuple[Reason, str]], matching: Matching) -> Row:
    if any(why is Reason.TOO_YOUNG for why, _ in reasons):
        return Row(number=row.number, verdict=RowVerdict.ERROR, reasons=tuple(dict.fromkeys(reasons)), given=[])
    # A cell of a megabyte helps nobody who mends the file; a text column cannot hold a nought.
    cells = [cell[:2000].replace("\0", "\ufffd") for cell in row.cells]
    # An account is kept nowhere in clear: whoever mends the file has it there.
    place = matching.columns.get("account", len(cells))
    cells[place : place + 1] = [f"…{cell[-4:]}" if len(cell) > 8 else cell for cell in cells[place : place + 1]]
    return Row(number=row.number, verdict=RowVerdict.ERROR, reasons=tuple(dict.fromkeys(reasons)), given=cells)


class Ahead:
    """What earlier rows bring, which a dry run does not write: numbers per key, the rows themselves are read when met.

    People are told apart as in a block: a positive id is somebody we knew, -7 the newcomer of row 7. The number
    of a row that says something of its organisation, not of its person, is kept as its negative.
    """

    def __init__(self, run: Run, language: Language, at: datetime) -> None:
        self._run = run
        self._at_home = run.kind in OF_CONSENT
        self._language = language
        self._at = at
        self._whom: dict[int, int] = {}
        self._others: dict[int, tuple[int, ...]] = {}
        self._rows: dict[int, tuple[int, ...]] = {}
        self._silenced: set[int] = set()
        self._named: dict[int, int] = {}
        self._promised: dict[int, tuple[int, int, int, str]] = {}
        self._attested: dict[int, tuple[int, int]] = {}
        self._mandated: set[int] = set()
        self._contacts: dict[int, int] = {}
        self._bound: set[int] = set()

    def met(
        self,
        session: Session,
        arrivals: Sequence[Arrival],
        known: Mapping[int, Known],
        keys: Collection[tuple[str, ...]] = (),
    ) -> Mapping[int, tuple[Known, tuple[Wish, ...]]]:
        """Those of whom earlier rows said something, and whom these arrivals or keys lead to or `known` holds."""
        met = {person_id for person_id in known if person_id in self._rows}
        theirs = {hash(key) for arrival in arrivals for key in keys_of(arrival, at_home=self._at_home)}
        for key in theirs | {hash(key) for key in keys}:
            if key in self._whom:
                met |= {self._whom[key], *self._others.get(key, ())}
        numbers = {abs(n) for person_id in met for n in self._rows[person_id]}
        rows = store.rows_numbered(session, self._run.id, numbers)
        wishes = {number: Wish.of_json(row.given) for number, row in rows.items()}
        before: dict[int, Known] = dict(known)
        before.update(recognising.known_of(session, {i for i in met if i > 0 and i not in known}, at=self._at).items())
        found: dict[int, tuple[Known, tuple[Wish, ...]]] = {}
        for person_id in sorted(met, key=abs):
            told = tuple(wishes[n].of_person if n > 0 else wishes[-n].of_organisation for n in self._rows[person_id])
            one = before.get(person_id)
            for wish in told:
                if wish.arrival is None:
                    continue
                if one is None:
                    one = imagined(wish.arrival, people.imagined(wish.arrival, -person_id, self._language, self._at))
                else:
                    one = people.enriched(one, compared(wish.arrival, one))
            if one is not None:
                found[person_id] = (one, told)
        return found

    @property
    def run_id(self) -> RunId:
        """Whose rows these are."""
        return self._run.id

    def was_silenced(self, key: str) -> bool:
        """True where an earlier row silenced that address or digest."""
        return hash(key) in self._silenced

    def cents_named(self, key: tuple[str, str]) -> int | None:
        """The cents that an earlier row brought under a reference of its system."""
        return self._named.get(hash(key))

    def promised(self, supplier: str, reference: str) -> tuple[int, int, int, str] | None:
        """Whose plan an earlier row brought under that reference, its cents, its months, its account's key."""
        return self._promised.get(hash((supplier, reference)))

    def is_mandated(self, reference: str) -> bool:
        """True where an earlier row brought a mandate of that reference, whoever its supplier."""
        return hash(reference) in self._mandated

    def contact(self, organisation: int, name: str) -> int | None:
        """Who of that name an earlier row brought or met as somebody of that organisation."""
        return self._contacts.get(hash((organisation, name)))

    def is_bound(self, fact: tuple[Any, ...]) -> bool:
        """True where an earlier row brought that tie, household or tag."""
        return hash(fact) in self._bound

    def attested(self, name: tuple[str, int, str]) -> tuple[int, int] | None:
        """Whose attestation an earlier row brought under that system, year and number, and its cents."""
        return self._attested.get(hash(name))

    def remember(self, made: Sequence[Plan], addresses: AddressHasher) -> None:
        """Keeps what a block brings for the blocks after it."""
        for plan in made:
            if plan.gives and plan.wish.gave is not None:
                self._named[hash((plan.wish.gave.provider, plan.wish.gave.reference))] = plan.wish.gave.cents
            if plan.promises and plan.owner is not None and (one := plan.wish.promised) is not None:
                account = one.enclosed.key if one.enclosed else ""
                terms = (plan.owner, one.cents, one.every_months, account)
                self._promised[hash((one.supplier, one.reference))] = terms
                if one.enclosed:
                    self._mandated.add(hash(one.reference))
            if plan.promises and plan.owner is not None and (paper := plan.wish.attested) is not None:
                self._attested[hash((paper.system, paper.year, paper.number))] = plan.owner, paper.cents
            self._bound |= {hash(fact) for fact in plan.bond.facts} if plan.bond else set()
            if plan.is_silenced:
                self._silenced.add(hash(silence_key(addresses, plan.wish)))
            elif plan.about is not None and plan.verdict is not RowVerdict.SAME:
                self._tell(plan.about, plan.number, plan.arrival or plan.wish.arrival)
                if plan.organisation is not None and plan.arrival and (group := plan.organisation_arrival):
                    self._contacts.setdefault(hash((plan.organisation, whole_name(plan.arrival))), plan.about)
                    self._keep(contact_key(plan.arrival, group), plan.about)
                    self._tell(plan.organisation, -plan.number, plan.organisation_arrival)

    def _tell(self, about: int, number: int, arrival: Arrival | None) -> None:
        self._rows[about] = (*self._rows.get(about, ()), number)
        for key in keys_of(arrival, at_home=self._at_home) if arrival else ():
            self._keep(key, about)

    def _keep(self, name: tuple[str, ...], about: int) -> None:
        key = hash(name)
        if self._whom.setdefault(key, about) != about:
            others = self._others.get(key, ())
            self._others[key] = others if about in others else (*others, about)


def check(
    session: Session,
    addresses: AddressHasher,
    good: Sequence[tuple[int, Wish]],
    *,
    at: datetime,
    language: Language,
    ahead: Ahead,
) -> list[Row]:
    """What those rows come to; nothing is written."""
    made = plans(session, addresses, ahead.run_id, good, at=at, language=language, before=ahead)
    ahead.remember(made, addresses)
    return [row_of_plan(plan) for plan in made]


def row_of_plan(plan: Plan) -> Row:
    """The row as it is kept; of somebody who asked to be forgotten, its number only."""
    is_forgotten = (Reason.FORGOTTEN, "") in plan.reasons
    return Row(
        number=plan.number,
        verdict=plan.verdict,
        reasons=plan.reasons,
        given=[] if is_forgotten else plan.wish.as_json(),
        person_id=plan.person_id,
        fingerprint="" if is_forgotten else plan.wish.fingerprint(),
    )
