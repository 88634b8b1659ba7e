"""One box over everything somebody may be known by, accents and slips forgiven; and the index it looks into."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, event, select, tuple_
from sqlalchemy.orm import Session

from crm.foundation import bulk
from crm.foundation.signing import AddressHasher
from crm.people import contact_store, search_answering, search_entries, search_question, search_store, store
from crm.people.model import Person
from crm.people.rules import typed_number
from crm.people.search_answering import Known
from crm.people.search_model import Facet, Found, Hit, Match
from crm.people.search_question import Question, Rank, Term
from crm.people.search_words import SHORTEST_MEANT, domains_near
from crm.people.tables import SearchTextRow
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId

RANKED = 400
"""How many of those who answer are compared; beyond, a longer question says more than a longer list."""
MOST_GUESSES = 60
SCREENFUL = 10
"""Where so many answer to what is typed as it is typed, nobody is looked for who would answer to another word."""
FIRM = SHORTEST_MEANT + 1
"""Where somebody answers by whole words as they are typed, no word is taken for one of fewer letters."""
_WAITING = "people whose words are to be written"


def find(session: Session, addresses: AddressHasher, text: str, *, most: int = 50, skip: int = 0) -> Found:
    """The people who answer to `text`, best first: exact numbers and addresses, then names, then misspelt words.

    Those who were merged lead to whom they are today. Nothing typed finds nobody.
    """
    _write(session)
    question = search_question.understood(text)
    boxes, is_right = _boxes(question), False
    exact = _exactly(session, addresses, question, boxes[:1])
    ranked: dict[int, bool] = dict.fromkeys(exact, False)
    enough = skip + most + 1
    if question.terms:
        search_answering.plan_by_values(session)
        answers = _answering(session, question, {}, enough)
        is_right = any(not standing.halves for standing in answers.values())
        ranked |= {one: False for one in answers if one not in ranked}
    ways: tuple[Question, ...] = ()
    near = [] if exact else _today(session, _at(session, addresses, boxes[1:]))
    ranked = dict.fromkeys(near, True) | {one: guess for one, guess in ranked.items() if one not in near}
    if len(ranked) < min(skip + most, SCREENFUL) and question.terms:
        known, ways = _ways(session, question, FIRM if is_right else SHORTEST_MEANT)
        for way in ways:
            if len(ranked) < enough:
                ranked |= {one: True for one in _answering(session, way, known, enough) if one not in ranked}
    shown = list(ranked)[skip : skip + most]
    reached = dict.fromkeys({*exact, *near}, frozenset(boxes))
    hits = _hits(session, question, ways, {person_id: ranked[person_id] for person_id in shown}, reached)
    is_exact = bool(question.terms) and not ways and len(ranked) >= SCREENFUL
    return Found(hits=hits, has_more=len(ranked) >= enough, is_exact=is_exact)


def nearby(session: Session, text: str, *, most: int = 50, skip: int = 0) -> Found:
    """The people who bear a name near `text`, and do not answer to it as it is typed: Peeters where « Peters » was."""
    _write(session)
    question, enough = search_question.understood(text), skip + most + 1
    if not question.terms:
        return Found(hits=(), has_more=False)
    search_answering.plan_by_values(session)
    known, ways = _ways(session, question, SHORTEST_MEANT)
    ranks: dict[int, Rank] = {}
    for way in ways:
        for narrow in search_question.each_guessed(way):
            for one, standing in _answering(session, way, known, enough, among=narrow).items():
                if standing.guessed and (one not in ranks or standing < ranks[one]):
                    ranks[one] = standing
    ordered = sorted(ranks, key=lambda one: (ranks[one], one))
    shown = ordered[skip : skip + most]
    hits = _hits(session, question, ways, dict.fromkeys(shown, True), {})
    return Found(hits=hits, has_more=len(ordered) >= enough)


def refresh(session: Session, person_ids: Collection[PersonId]) -> None:
    """Says that what these people are found by has changed; whoever writes about people calls it.

    The index follows within the same transaction, for all of them at once: before it ends, or before the next search
    in it.
    """
    session.info.setdefault(_WAITING, set()).update(person_ids)


def remember_words(session: Session, kind: str, pairs: Collection[tuple[PersonId, str]]) -> None:
    """Lets people be found by something of an upper room, shown under its `kind`; the same again is once.

    It is shown to whoever may search: the last four signs of an IBAN, never the whole.
    """
    row, people = SearchTextRow, {person_id for person_id, _ in pairs}
    there = session.execute(select(row.person_id, row.text).where(row.kind == kind, row.person_id.in_(people)))
    new = set(pairs) - {(PersonId(person_id), text) for person_id, text in there}
    session.add_all(SearchTextRow(person_id=person_id, kind=kind, text=text) for person_id, text in sorted(new))
    session.flush()
    refresh(session, people)


def forget_words(session: Session, kind: str, pairs: Collection[tuple[PersonId, str]]) -> None:
    """Takes such words away."""
    row = SearchTextRow
    these = delete(row).where(row.kind == kind, tuple_(row.person_id, row.text).in_(pairs))
    session.execute(these.execution_options(synchronize_session="fetch"))
    refresh(session, {person_id for person_id, _ in pairs})


def forget(session: Session, person_id: PersonId) -> None:
    """Takes somebody out of the index, whatever is still held about them elsewhere; for an erasure, in its transaction.

    The words are gone from the database with the transaction: rows that are deleted are overwritten.
    """
    _write(session)
    session.execute(delete(SearchTextRow).where(SearchTextRow.person_id == person_id))
    search_store.write(session, {}, search_store.held(session, [person_id]))


def rebuild(session: Session) -> int:
    """Throws the index away and makes it again; how many people stand in it."""
    bulk.widen(session)
    session.info.pop(_WAITING, None)
    search_store.empty(session)
    count = 0
    for ids in search_store.living(session):
        search_store.write(session, search_store.wanted(session, ids), {})
        count += len(ids)
    return count


def catch_up(session: Session) -> bool:
    """Makes the index where people are older than it is; True if it was made."""
    return not search_store.has_begun(session) and rebuild(session) > 0


def drift(session: Session) -> int:
    """How many people stand in the index otherwise than they should."""
    _write(session)
    differing = search_store.strays(session)
    for ids in search_store.living(session):
        stands = search_store.held(session, ids)
        should = search_store.wanted(session, ids)
        differing += sum(1 for one in ids if stands.get(one, set()) != should[one])
    return differing


def _write(session: Session) -> None:
    waiting: set[int] = session.info.pop(_WAITING, set())
    if not waiting:
        return
    session.flush()
    for some in search_store.slices(sorted(waiting)):
        roots = set(search_store.survivors(session, some).values())
        stands = search_store.held(session, roots | set(some))
        search_store.write(session, search_store.wanted(session, roots), stands)


@event.listens_for(Session, "before_commit")
def _before_commit(session: Session) -> None:
    _write(session)


def _boxes(question: Question) -> tuple[str, ...]:
    """The e-mail address that was typed, as it is compared, then those that may have been meant by it."""
    local, at, domain = question.text.casefold().rpartition("@")
    near = domains_near(domain) if at else ()
    try:
        typed = EmailAddress.parse(f"{local}@{domain if '.' in domain else near[0]}" if near else question.text)
    except Invalid:
        return ()
    local = typed.normal.rpartition("@")[0]
    return f"{local}@{domain}", *(f"{local}@{one}" for one in near)


def _exactly(session: Session, addresses: AddressHasher, question: Question, box: Sequence[str]) -> list[int]:
    """Whose very e-mail address or member number it is."""
    found: list[int] = []
    number = typed_number(question.text)
    member = store.id_of_number(session, number) if 0 < len(number) <= 20 else None
    if member is not None:
        found.append(member)
    return _today(session, found + _at(session, addresses, box))


def _at(session: Session, addresses: AddressHasher, boxes: Sequence[str]) -> list[int]:
    """Whose one of those e-mail addresses is or was."""
    return contact_store.people_ever_at(session, [addresses.key_of(one) for one in boxes]) if boxes else []


def _today(session: Session, found: Collection[int]) -> list[int]:
    living = search_store.survivors(session, found) if found else {}
    return list(dict.fromkeys(living[one] for one in found if one in living))


def _answering(
    session: Session, question: Question, known: Known, enough: int, *, among: Sequence[Term] = ()
) -> dict[int, Rank]:
    """Who answers and where they stand, best first; looked for by `among`, where its terms say more."""
    found = search_answering.candidates(session, among or question.terms, known, limit=RANKED, enough=enough)
    facets = tuple(Facet) if question.hints else found.facets
    words = search_answering.words_of(session, found.people, facets)
    ranks = {one: search_question.rank(question, words[one]) for one in found.people}
    return dict(sorted(ranks.items(), key=lambda pair: (pair[1], pair[0])))


def _ways(session: Session, question: Question, shortest: int) -> tuple[Known, tuple[Question, ...]]:
    """What may have been meant instead, as far as there is anybody of that name."""
    guesses = search_question.guesses(question, shortest=shortest)
    known = search_answering.known(session, {word for several in guesses.values() for word in several})
    meant = {typed: tuple(w for w in several if w in known)[:MOST_GUESSES] for typed, several in guesses.items()}
    return known, search_question.guessing(question, meant)


def _hits(
    session: Session,
    question: Question,
    ways: tuple[Question, ...],
    guessed: dict[int, bool],
    reached: Mapping[int, frozenset[str]],
) -> tuple[Hit, ...]:
    """`reached`: whom we know by one of those e-mail addresses."""
    people = store.load(session, guessed)
    abodes = contact_store.abodes_of(session, guessed)
    asked = {False: (question,), True: ways}
    named = [one for one in guessed if one not in reached]
    found = {one: _by_name(asked[guessed[one]], people[PersonId(one)]) for one in named}
    entries = search_store.entries(session, [one for one in guessed if not found.get(one)])
    hits = []
    for one, is_guess in guessed.items():
        person_id = PersonId(one)
        matches = found.get(one)
        if not matches:
            own = [search_entries.shown(entry) for entry in entries[one]]
            boxes = [entry for entry in own if entry.text.casefold() in reached.get(one, ())]
            several = [search_question.matches(way, own) for way in asked[is_guess]]
            matches = search_question.known_by(boxes) or max(several, key=len, default=())
        abode = next(iter(abodes[person_id]), None)
        hits.append(Hit(person=people[person_id], abode=abode, matches=matches, is_guess=is_guess))
    return tuple(hits)


def _by_name(asked: Sequence[Question], person: Person) -> tuple[Match, ...]:
    """Why somebody was found, where every word is of one of their own names; whatever else they have stands behind."""
    names = search_entries.of_names(person.first_name, person.last_name, person.organisation_name, "", "")
    words = [word for entry in names for word in entry.words]
    for question in asked:
        if question.terms and all(any(term.answers(word) for word in words) for term in question.terms):
            return search_question.matches(question, names)
    return ()
