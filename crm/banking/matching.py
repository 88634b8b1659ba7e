"""Lines find their people: by what surely tells, in a run over all that wait; the rest is proposed to a colleague."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from crm.banking import booking, bounces, collected, meaning, payers, rules, store
from crm.banking.kept import Candidate, KeptLine, Rule
from crm.banking.rules import Key
from crm.collections.rules import meant, periods_named
from crm.collections.settling import Ledger
from crm.donations import appeals
from crm.donations import service as donations
from crm.donations.model import GiftKind
from crm.foundation.bulk import settle_outgrown
from crm.foundation.database import Database, hold
from crm.foundation.signing import AddressHasher, Sealer
from crm.people import links, search
from crm.people import service as people
from crm.people.model import Person
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.vault import service as vault
from crm.vault.keys import Vault

BLOCK = 2_500
"""Lines that are matched in one transaction: about a second of work, for which others who write wait."""
_Decided = tuple[KeptLine, PersonId, Rule, KeptLine | None]
"""A line that surely is somebody's: whose, by what, and the line that it undoes."""

PROPOSED = 6
IBAN, MANDATE, STRUCTURED = "iban", "mandate", "structured"
"""The kinds of keys that are learned of a person when a line is theirs."""


def account_key(addresses: AddressHasher, account: str) -> str:
    """By which an account is known again without being held."""
    return addresses.key_of(f"account {account}")


def keys_of(line: KeptLine) -> list[Key]:
    """What may tell whose a line is, the surest first."""
    found = []
    if line.mandate:
        found.append(Key(rule=Rule.MANDATE, kind=MANDATE, key=line.mandate))
    if line.structured:
        found.append(Key(rule=Rule.STRUCTURED, kind=STRUCTURED, key=line.structured))
    if line.account_key:
        found.append(Key(rule=Rule.ACCOUNT, kind=IBAN, key=line.account_key))
    return found


def match_waiting(
    database: Database, where: Vault, sealer: Sealer, *, at: datetime, language: Language = Language.FR
) -> int:
    """Gives every waiting line that surely is somebody's to them, some at a time; how many found theirs.

    What is about collections or payouts of ours comes first; `language` is that of what is left to do for a colleague.
    """
    matched, after, lock = 0, 0, where.lock()
    ledger = Ledger(sealer=sealer, language=language)
    while True:
        with database.transaction() as session:
            hold(session, "bank")
            settle_outgrown(session)
            ids = store.open_ids(session, after=after, size=BLOCK)
            if not ids:
                return matched
            after = ids[-1]
            every = store.lines(session, ids)
            waiting, owners, unclear = collected.settle(session, ledger, every, at=at)
            waiting = collected.settle_payouts(session, waiting, at=at)
            waiting = bounces.settle(session, waiting, at=at)
            matched += len(every) - len(waiting)
            decided = [one for one in _surely(session, waiting, unclear) if one[0].booked_on <= brussels_day(at)]
            decided = _borne(session, decided)
            now = [(replace(one[0], version=one[0].version + 1), *one[1:]) for one in decided]
            gifts = booking.book_gifts(session, sealer, [(line, who) for line, who, *_ in now], at=at)
            store.decide_many(session, decided, gifts, at=at)
            for line, person_id, _, undone in now:
                if line.id not in gifts:
                    gift_id = undone.gift_id if undone is not None else None
                    booking.book(session, sealer, line, person_id, undone=gift_id, at=at, by=None)
            matched += len(decided)
            owners |= {line.fingerprint: who for line, who, *_ in decided}
            vault.hand_over_many(session, lock, sealer, owners, at=at)


def learn(session: Session, line: KeptLine, person_id: PersonId) -> None:
    """Remembers what a line that is somebody's says of them: their account, mandate and communication, and who pays."""
    taught = {payers.PAYER} if payers.teaches(line) else set()
    for key in keys_of(line):
        if links.remember_keys(session, key.kind, {(person_id, key.key)}):
            taught.add(key.kind)
    store.note_learned(session, line.id, taught)
    if line.tail:
        search.remember_words(session, IBAN, {(person_id, line.tail)})


def unlearn(session: Session, line: KeptLine, person_id: PersonId) -> None:
    """Forgets what the decision about a line taught of somebody, and nothing that was known before it; but its payer,
    who is theirs no more whoever confirmed it.
    """
    payers.forget(session, line, person_id)
    taught = set(line.learned.split())
    for key in keys_of(line):
        if key.kind in taught:
            links.forget_keys(session, key.kind, {(person_id, key.key)})
    if line.tail and IBAN in taught:
        search.forget_words(session, IBAN, {(person_id, line.tail)})
    store.note_learned(session, line.id, ())


def candidates(session: Session, addresses: AddressHasher, line: KeptLine) -> tuple[Candidate, ...]:
    """Who a line may come from, the likeliest first, each with why."""
    by_key: dict[int, set[str]] = {}
    for key in keys_of(line):
        for person_id in links.ids_by_key(session, key.kind, key.key):
            by_key.setdefault(person_id, set()).add(key.rule.value)
    for own in appeals.printed(session, {line.structured} if line.structured else ()).values():
        by_key.setdefault(own.person_id, set()).add(Rule.APPEAL.value)
    confirmed = {one.person_id: one.on for one in payers.confirmed(session, [line]).get(line.id, ())}
    for person_id in confirmed:
        by_key.setdefault(person_id, set()).add(Rule.ALIAS.value)
    found: dict[int, Person] = {}
    if line.name:
        for hit in search.find(session, addresses, line.name, most=PROPOSED * 3).hits:
            found[hit.person.id] = hit.person
    missing = [PersonId(person_id) for person_id in by_key if person_id not in found]
    found |= {int(person.id): person for person in people.people(session, missing).values()}
    past = store.lines_of(session, list(found), size=200) if found else {}
    scored = [
        replace(_scored(line, person, by_key.get(who, set()), past.get(who, [])), confirmed_on=confirmed.get(person.id))
        for who, person in found.items()
    ]
    kept = [one for one in scored if one.score >= rules.LIKELY - 20 or by_key.get(one.person_id)]
    return tuple(sorted(kept, key=lambda one: (-one.score, one.person_id))[:PROPOSED])


def _scored(line: KeptLine, person: Person, keys: Collection[str], past: Sequence[KeptLine]) -> Candidate:
    name = rules.alike(line.name, person.full_name)
    same_amount = any(one.cents == line.cents for one in past)
    same_name = 100 if Rule.ALIAS.value in keys else name
    points = rules.score(name=same_name, same_account=bool(keys), same_amount=same_amount, gave_before=bool(past))
    why = [*sorted(keys)]
    if name >= rules.ALIKE:
        why.append("name")
    if same_amount:
        why.append("amount")
    if past:
        why.append("history")
    return Candidate(person_id=person.id, score=points, why=tuple(why))


def _surely(session: Session, waiting: Sequence[KeptLine], unclear: Collection[str]) -> list[_Decided]:
    """The lines that surely are somebody's: whose, by what, and the line that each undoes; `unclear` are those whose
    mandate does not tell which: a credit among them waits.
    """
    keys = {line.id: keys_of(line) for line in waiting}
    known = links.known_by(session, {(key.kind, key.key) for several in keys.values() for key in several})
    printed = appeals.printed(session, {line.structured for line in waiting if line.structured})
    holders = {PersonId(who) for several in known.values() for who in several}
    holders |= {one.person_id for one in printed.values()}
    names = {int(who): person.full_name for who, person in people.called(session, holders).items()}
    free = store.undone(
        session,
        end_to_end={line.end_to_end_id for line in waiting if line.return_kind and line.end_to_end_id},
        mandates={line.mandate for line in waiting if line.return_kind and line.mandate},
    )
    confirmed = payers.confirmed(session, waiting)
    decided: list[_Decided] = []
    for line in waiting:
        if line.is_back:
            continue
        if line.return_kind is not None:
            first = _undone_by(line, free, by_mandate=line.fingerprint not in unclear)
            if first is not None and first.person_id is not None:
                free.remove(first)
                decided.append((line, first.person_id, Rule.RETURN, first))
            continue
        if line.is_spent or line.fingerprint in unclear:
            continue
        own = printed.get(line.structured or "")
        if own and rules.is_printed_for(own.person_id, keys[line.id], known, name=line.name, names=names):
            decided.append((line, own.person_id, Rule.APPEAL, None))
            continue
        found = rules.verdict(keys[line.id], known, name=line.name, names=names)
        if found is not None:
            decided.append((line, PersonId(found[0]), found[1], None))
            continue
        payer = rules.known_payer(confirmed.get(line.id, ()), keys[line.id], known)
        if payer is not None and (own is None or own.person_id == payer):
            decided.append((line, PersonId(payer), Rule.ALIAS, None))
    return _gifts_only(session, decided)


def _gifts_only(session: Session, decided: Sequence[_Decided]) -> list[_Decided]:
    """Without the credits that may be a fee, a purchase or a legacy: somebody looks at these."""
    given = [(int(who), line.cents) for line, who, _, undone in decided if undone is None and line.return_kind is None]
    known = meaning.habits(session, {who for who, _ in given}, {cents for _, cents in given})
    return [one for one in decided if one[3] is not None or meaning.seems(one[0], one[1], known) is GiftKind.ONE_OFF]


def _borne(session: Session, decided: Sequence[_Decided]) -> list[_Decided]:
    """Those of the lines that can be booked: a return of more than its gift still stands for waits for a colleague."""
    gifts = {undone.gift_id for *_, undone in decided if undone is not None and undone.gift_id is not None}
    stands = donations.standing(session, gifts) if gifts else {}
    kept: list[_Decided] = []
    for one in decided:
        line, _, _, undone = one
        if undone is not None and undone.gift_id is not None and line.cents < 0:
            if stands[undone.gift_id] + line.cents < 0:
                continue
            stands[undone.gift_id] += line.cents
        kept.append(one)
    return kept


def _undone_by(line: KeptLine, free: Sequence[KeptLine], *, by_mandate: bool) -> KeptLine | None:
    """What a return undoes: the same amount the other way, by its end-to-end id, else by its mandate, where it is
    clear by the period it names, or by its day, which of several it means.
    """
    for name in ("end_to_end_id", "mandate") if by_mandate else ("end_to_end_id",):
        said = getattr(line, name)
        fits = [
            one
            for one in free
            if said and getattr(one, name) == said and one.cents == -line.cents and one.person_id is not None
        ]
        if fits and name == "mandate":
            places = [(periods_named(one.communication), one.executed_on) for one in fits]
            meant_ = meant(places, periods=periods_named(line.communication), on=line.executed_on)
            return fits[meant_[0]] if len(meant_) == 1 else None
        if fits:
            return fits[0]
    return None
