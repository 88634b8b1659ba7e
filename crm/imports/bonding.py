"""What a row binds its person to: an organisation whose contact they are, a household, tags; weighed and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.imports import store
from crm.imports.earlier import Before
from crm.imports.model import Change, ChangeKind, Reason, RunId, Told
from crm.imports.wish import Wish
from crm.imports.wish_beside import Bound
from crm.people import bonds
from crm.people.arrivals import Arrival, Known, Landing, Verdict
from crm.people.bonds import Binding
from crm.people.model import PersonKind, Sensitivity, TieKind
from crm.people.settling import Written
from crm.people.taking_back import Kept
from crm.staff import rules as staff_rules
from crm.staff import service as staff
from crm.staff.errors import NoSuchAccount
from crm.staff.model import Permission
from crm.values.folding import folded
from crm.values.identifiers import PersonId
from crm.values.languages import Language

Fact = tuple[Any, ...]
"""Something that stands: ("tie", person, other, kind), ("home", name), ("lives", person), ("lives", person, home)…"""

ORGANISATION = 1_000_000_000
"""The newcomer of row 7 is -7 while nothing is written; the organisation that row 7 brings is this further away."""

OTHERWISE = frozenset({Reason.HOUSEHOLD_OTHERWISE, Reason.ENVELOPE_OTHERWISE})
"""What a person has to look at."""

KINDS = {
    bonds.TIE: ChangeKind.TIE,
    bonds.HOME: ChangeKind.HOUSEHOLD,
    bonds.KNOWN_AS: ChangeKind.HOUSEHOLD_KNOWN_AS,
    bonds.ENVELOPE: ChangeKind.HOUSEHOLD_ENVELOPE,
    bonds.AT_HOME: ChangeKind.HOUSEHOLD_MEMBER,
    bonds.TAG: ChangeKind.TAG,
    bonds.TAGGED: ChangeKind.PERSON_TAG,
}
SORTS = frozenset(KINDS.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Bond:
    """What of it does not stand yet. `facts` is what stands once it is written."""

    other: int | None = None
    kind: TieKind = TieKind.CONTACT
    home: str = ""
    joins: bool = False
    adopts: int | None = None
    envelope: str = ""
    tags: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


def is_organisation(landing: Landing) -> bool:
    """Whether it is clear which organisation a row names beside its person, and that it is one."""
    return landing.doubt is None and (landing.known is None or landing.known.person.kind is PersonKind.ORGANISATION)


def apart(
    arrival: Arrival, group: Arrival, candidates: list[Known], named: list[Known]
) -> tuple[Arrival, Arrival, list[Known], list[Known]]:
    """A row of two told apart: a number that the organisation bears is its own, and its mailbox makes nobody doubtful.

    The person and the organisation as they are compared, and whom each may be.
    """
    said = {(one.system, one.value) for one in arrival.external_ids}

    def is_theirs(known: Known) -> bool:
        if known.person.kind is not PersonKind.ORGANISATION:
            return False
        numbers = {known.person.member_number, *known.numbers} - {""}
        is_named = known.organisation_key == group.organisation_key or arrival.number in numbers
        is_same = group.enterprise_number != "" and group.enterprise_number == known.person.enterprise_number
        return is_named or is_same or bool(said & known.external_ids)

    theirs = [known for known in candidates if is_theirs(known)]
    if not theirs:
        return arrival, group, candidates, named
    held = {pair for known in theirs for pair in known.external_ids}
    numbers = {number for known in theirs for number in (known.person.member_number, *known.numbers)}
    moved = tuple(one for one in arrival.external_ids if (one.system, one.value) in held)
    own = tuple(one for one in arrival.external_ids if one not in moved)
    is_its_number = bool(arrival.number) and arrival.number in numbers
    ids = tuple(dict.fromkeys((*group.external_ids, *moved)))
    group = replace(group, external_ids=ids, member_number=arrival.member_number if is_its_number else "")
    arrival = replace(arrival, external_ids=own, member_number="" if is_its_number else arrival.member_number)
    met = {known.person.id for known in theirs}
    others = [known for known in candidates if known.person.id not in met]
    known_already = {known.person.id for known in named}
    return arrival, group, others, [*named, *(one for one in theirs if one.person.id not in known_already)]


def of_organisation(landing: Landing, group: Arrival, said: Iterable[Told]) -> list[Told]:
    """What a row comes to for the organisation of its person."""
    why = Reason.ORGANISATION_NEW if landing.verdict is Verdict.CREATE else Reason.ORGANISATION_THERE
    told = [(what, name) for what, name in said if what in {Reason.ADDS, Reason.DIFFERS}]
    return [(why, group.organisation_name), *told]


class Bonds:
    """The bonds of one block on its way; rows see what earlier ones bring."""

    def __init__(
        self, session: Session, run_id: RunId, wishes: Sequence[Wish], known: Mapping[int, Known], before: Before
    ) -> None:
        bound = [wish.bound for wish in wishes if wish.bound is not None]
        met = [person_id for person_id in known if person_id > 0] if bound else []
        names = {one.household for one in bound if one.household}
        words = {folded(tag) for one in bound for tag in one.tags}
        self._before = before
        self._facts: set[Fact] = set()
        self._envelopes = bonds.homes(session, names)
        self._facts |= {("home", name) for name in self._envelopes}
        self._unnamed: dict[int, list[int]] = {}
        for person_id, several in (bonds.homes_of(session, met) if names else {}).items():
            self._facts |= {("lives", person_id)} | {("lives", person_id, name) for _, name in several if name}
            self._unnamed[person_id] = [number for number, name in several if not name]
        if any(one.tie for one in bound):
            self._facts |= {("tie", *one) for one in bonds.ties(session, met)}
        self._facts |= {("tag", *one) for one in (bonds.tagged(session, met) if words else ())}
        self._tags = bonds.sensitivities(session, words)
        self._may_tag = not words or _may_tag(session, run_id)

    def weigh(self, wish: Wish, person_id: int, other: int | None) -> tuple[Bond | None, list[Told]]:
        """What is new of it, and what is said of it; `other` is the organisation that the row names."""
        bound, told = wish.bound, list[Told]()
        if bound is None:
            return None, told
        bond = Bond()
        if other is not None and other != person_id and bound.tie:
            kind = TieKind(bound.tie)
            if not self._is(("tie", person_id, other, kind)):
                bond = replace(bond, other=other, kind=kind, facts=(("tie", person_id, other, kind),))
                told.append((Reason.TIED, kind.value))
        if bound.household:
            bond = self._at_home(bond, bound, person_id, told)
        tags = self._new_tags(bound, person_id, told)
        facts = [fact for one in tags for fact in (("tag", person_id, folded(one)), ("made", folded(one)))]
        bond = replace(bond, tags=tags, facts=(*bond.facts, *facts))
        self._facts.update(bond.facts)
        return bond if bond.facts else None, told

    def _at_home(self, bond: Bond, bound: Bound, person_id: int, told: list[Told]) -> Bond:
        name = bound.household
        unnamed = self._unnamed.get(person_id, [])
        lives_there = ("lives", person_id, name)
        if not self._is(lives_there) and not any(self._is(("named", number, name)) for number in unnamed):
            is_named = self._is(("home", name))
            adopts = next((one for one in unnamed if not self._is(("named", one))), None)
            if not self._is(("lives", person_id)):
                told.append((Reason.AT_HOME, name.partition("/")[2]))
                facts: tuple[Fact, ...] = (lives_there, ("lives", person_id), ("home", name))
                bond = replace(bond, home=name, joins=True, facts=(*bond.facts, *facts))
            elif not is_named and adopts is not None:
                told.append((Reason.HOUSEHOLD_NAMED, name.partition("/")[2]))
                facts = (lives_there, ("home", name), ("named", adopts), ("named", adopts, name))
                bond = replace(bond, home=name, adopts=adopts, facts=(*bond.facts, *facts))
            else:
                told.append((Reason.HOUSEHOLD_OTHERWISE, ""))
                return bond
        if not bound.envelope:
            return bond
        if (held := self._envelopes.get(name)) == bound.envelope or self._is(("envelope", name, bound.envelope)):
            return bond
        if held or self._is(("envelope", name)):
            told.append((Reason.ENVELOPE_OTHERWISE, ""))
            return bond
        facts = (("envelope", name), ("envelope", name, bound.envelope))
        return replace(bond, home=name, envelope=bound.envelope, facts=(*bond.facts, *facts))

    def _new_tags(self, bound: Bound, person_id: int, told: list[Told]) -> tuple[str, ...]:
        found = []
        for name in bound.tags:
            word = folded(name)
            if self._is(("tag", person_id, word)):
                continue
            sensitivity = self._tags.get(word)
            if sensitivity is None and not self._may_tag:
                told.append((Reason.TAG_UNKNOWN, name))
            elif sensitivity is Sensitivity.SENSITIVE and not self._may_tag:
                told.append((Reason.TAG_SENSITIVE, name))
            else:
                is_there = sensitivity is not None or self._is(("made", word))
                told.append((Reason.TAGS if is_there else Reason.TAGS_NEW, name))
                found.append(name)
        return tuple(found)

    def _is(self, fact: Fact) -> bool:
        return fact in self._facts or self._before.is_bound(fact)


def _may_tag(session: Session, run_id: RunId) -> bool:
    """Whether whoever brought the file may make tags, and put sensitive ones; the command line may."""
    run = store.find_run(session, run_id)
    if run is None or run.started_by is None:
        return True
    try:
        roles = staff.account(session, run.started_by).roles
    except NoSuchAccount:
        return False
    return staff_rules.may(roles, Permission.SUPPORTERS_EDIT)


Bonded = tuple[int, Bond, int, Known | None, Wish]
"""A row, what is new of it, whom it is about, who that is where they were known, and its wish."""


def write(
    session: Session,
    bonded: Sequence[Bonded],
    owner: Callable[[int], PersonId],
    *,
    source: str,
    at: datetime,
    language: Language,
) -> list[Change]:
    """Writes what binds the people of those rows; what was written."""
    if not bonded:
        return []
    bindings = [
        Binding(
            person_id=owner(about),
            language=known.person.language if known else (wish.arrival or Arrival()).tongue(language),
            is_living=not (wish.arrival is not None and wish.arrival.died),
            other_id=None if bond.other is None else owner(bond.other),
            kind=bond.kind,
            home=bond.home,
            joins=bond.joins,
            adopts=bond.adopts,
            envelope=bond.envelope,
            tags=bond.tags,
        )
        for _, bond, about, known, wish in bonded
    ]
    written = bonds.bring(session, bindings, source=source, at=at)
    return [
        Change(
            number=bonded[place][0],
            kind=KINDS[one.what],
            target_id=one.target_id,
            person_id=one.person_id,
            before=one.before,
            after=one.after,
        )
        for place, one in written
    ]


def take_back(session: Session, changes: Sequence[Change]) -> dict[int, Kept]:
    """Unties all of that; by row number, why something of it stays."""
    own = [change for change in changes if change.kind in SORTS]
    what = {kind: name for name, kind in KINDS.items()}
    outcome = bonds.take_back(
        session,
        [
            Written(
                what=what[one.kind],
                target_id=one.target_id,
                person_id=one.person_id or 0,
                before=one.before,
                after=one.after,
            )
            for one in own
        ],
    )
    return {one.number: why for one, why in zip(own, outcome, strict=True) if why is not None}
