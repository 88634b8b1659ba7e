"""What a block of rows comes to, as things stand: the same for a dry run and for the real thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.consent import taking_over as consents
from crm.consent.model import SuppressionCause
from crm.foundation.signing import AddressHasher
from crm.imports import giving, store, verdicts
from crm.imports.beside import Beside
from crm.imports.bonding import ORGANISATION, OTHERWISE, Bonds, apart, is_organisation, of_organisation
from crm.imports.deciding import decided, own_of
from crm.imports.earlier import Before, Nobody
from crm.imports.giving import Heard
from crm.imports.handing import silenced
from crm.imports.model import ChangeKind, Reason, RowVerdict, RunId, Told
from crm.imports.plan import Plan
from crm.imports.rules import contact_key, home_key, keys_of
from crm.imports.saying import Words, reached_by_phone, says_no
from crm.imports.signing import Signing
from crm.imports.wish import Wish
from crm.people import bonds, recognising
from crm.people import settling as people
from crm.people.arrivals import Arrival, Doubt, Known, Landing, Verdict, compared, imagined, land, whole_name
from crm.people.contacts import phone_key
from crm.privacy import identities
from crm.values.languages import Language


def plans(
    session: Session,
    addresses: AddressHasher,
    run_id: RunId,
    rows: Sequence[tuple[int, Wish]],
    *,
    at: datetime,
    language: Language,
    before: Before,
) -> list[Plan]:
    """A plan for each row, in order; rows see what earlier ones bring. A fixed number of queries for the block."""
    return _Block(session, addresses, run_id, at=at, language=language).planned(rows, before)


class _Block:
    """One block on its way: what is known, and what its own rows add to that."""

    def __init__(
        self, session: Session, addresses: AddressHasher, run_id: RunId, *, at: datetime, language: Language
    ) -> None:
        self._session = session
        self._addresses = addresses
        self._run_id = run_id
        self._at = at
        self._language = language
        self._known: dict[int, Known] = {}
        self._by_key: dict[tuple[str, ...], list[int]] = {}
        self._silent: set[str] = set()
        self._went_in: set[str] = set()
        self._forgotten: set[int] = set()
        self._words: Words
        self._signing: Signing
        self._gifts: giving.Gifts
        self._beside: Beside
        self._bonds: Bonds
        self._before: Before
        self._people_of: dict[tuple[int, str], int] = {}

    def planned(self, rows: Sequence[tuple[int, Wish]], before: Before) -> list[Plan]:
        self._before = before
        coming = [wish for _, wish in rows if wish.arrival is not None and not _is_idle(wish)]
        arriving = [wish.arrival for wish in coming if wish.arrival is not None]
        at_home = [place for place, wish in enumerate(coming) if wish.is_at_home]
        self._forgotten = self._asked_to_be_forgotten(rows)
        found = iter(recognising.candidates(self._session, self._addresses, arriving, at_home=at_home, at=self._at))
        candidates: list[tuple[Known, ...]] = []
        for _, wish in rows:
            candidates.append(next(found) if wish.arrival is not None and not _is_idle(wish) else ())
        theirs = self._their_organisations(rows)
        arriving += [wish.organisation for wish in coming if wish.organisation is not None]
        for several in (*candidates, *theirs.values()):
            self._known |= {known.person.id: known for known in several}
        alone = [(one.arrival, one.organisation) for one in coming if one.arrival and one.arrival.is_name_alone]
        keys = {contact_key(who, group) for who, group in alone if group is not None}
        self._meet_people_of({known.person.id for several in theirs.values() for known in several} if keys else set())
        ahead = before.met(self._session, arriving, self._known, keys)
        for person_id, (known, _) in ahead.items():
            self._remember(known, person_id)
        self._words = Words(self._session, self._addresses, [wish for _, wish in rows], self._known, at=self._at)
        met = [person_id for person_id in self._known if person_id > 0]
        self._signing = Signing(self._session, [wish for _, wish in rows], met)
        self._gifts = giving.Gifts(self._session, [wish for _, wish in rows], self._known, before)
        self._beside = Beside(self._session, [wish for _, wish in rows], met, before, at=self._at)
        self._bonds = Bonds(self._session, self._run_id, [wish for _, wish in rows], self._known, before)
        for person_id, (_, told) in ahead.items():
            self._imagine(person_id, told)
        self._look_for_silence([wish for _, wish in rows], before)
        once = {wish.fingerprint() for _, wish in rows if not says_no(wish)}
        self._went_in = store.went_in(self._session, self._run_id, once)
        made = []
        for place, ((number, wish), several) in enumerate(zip(rows, candidates, strict=True), 1):
            where = place if isinstance(before, Nobody) else number
            made.append(self._plan(number, wish, several, where, theirs.get(place, ())))
        return made

    def _their_organisations(self, rows: Sequence[tuple[int, Wish]]) -> dict[int, tuple[Known, ...]]:
        """By the place of each row that names the organisation of its person, which one it may be."""
        named = {place: one for place, (_, wish) in enumerate(rows, 1) if (one := wish.organisation) is not None}
        found = recognising.candidates(self._session, self._addresses, list(named.values())) if named else []
        return dict(zip(named, found, strict=True))

    def _meet_people_of(self, organisation_ids: set[int]) -> None:
        """Those who belong to them, by name: of a contact person a row may say nothing else."""
        tied = bonds.people_of(self._session, organisation_ids)
        belonging = recognising.known_of(self._session, {person for person, _ in tied} - self._known.keys())
        self._known |= dict(belonging.items())
        for person_id, organisation in sorted(tied):
            if person_id in self._known:
                self._people_of.setdefault((organisation, whole_name(self._known[person_id].person)), person_id)

    def _somebody_of(self, arrival: Arrival, organisation: Landing) -> Landing | None:
        """Where somebody lands who gives nothing but their name and an organisation that knows one of that name."""
        if organisation.known is None or organisation.doubt is not None or not arrival.is_name_alone:
            return None
        its_id, name = organisation.known.person.id, whole_name(arrival)
        found = self._people_of.get((its_id, name)) or self._before.contact(its_id, name)
        known = self._known.get(found or 0)
        return None if known is None or known.person.is_deceased else compared(arrival, known)

    def _plan(
        self, number: int, wish: Wish, several: Iterable[Known], place: int, theirs: Iterable[Known] = ()
    ) -> Plan:
        at_once = self._at_once(number, wish)
        if at_once is not None:
            return at_once
        assert wish.arrival is not None
        arrival, group = wish.arrival, wish.organisation
        candidates = self._candidates(arrival, several, at_home=wish.is_at_home)
        group_landing, unclear = None, list[Told]()
        if group is not None:
            arrival, group, candidates, named = apart(arrival, group, candidates, self._candidates(group, theirs))
            group_landing = land(group, named)
            if says_no(wish) and not is_organisation(group_landing):  # a no is heard all the same
                unclear, group, group_landing = [(Reason.ORGANISATION_UNCLEAR, group.organisation_name)], None, None
        landing = self._landed(wish, arrival, candidates, group_landing)
        heard = self._heard(wish, _meant(group_landing or landing))
        stopped = self._held_back(number, wish, landing, heard, group_landing)
        if stopped is not None:
            return stopped
        if wish.decided is not None:
            arrival = own_of(wish.decided, arrival, candidates)
        who = self._met(landing, arrival, place)
        reasons = [*verdicts.reasons(landing, arrival), *wish.remarks, *unclear]
        organisation = bond = None
        if group is not None and group_landing is not None and (who or (heard and _meant(landing) is not None)):
            [organisation] = self._met(group_landing, group, place + ORGANISATION)
            self._people_of = {(organisation, whole_name(arrival)): one for one in who} | self._people_of
        acts, repeats, asks = self._words.weigh(wish, who, candidates, landing, reasons, organisation=organisation)
        meant = who[0] if who else _meant(landing)
        signs, hands = self._signing.weigh(wish, () if meant is None else (meant,), reasons)
        giver = organisation or meant
        gives = self._gives(wish, heard, giver, reasons)
        owner = giver if wish.is_past else organisation or (who[0] if who else None)
        promises = self._promises(wish, heard, owner, reasons)
        has_acts = bool(acts or signs or hands or promises or gives is not None)
        if organisation is not None and group is not None and group_landing is not None:
            theirs_too = [(Reason.OF_ORGANISATION, group.organisation_name)] if promises or gives is not None else []
            reasons += theirs_too + of_organisation(group_landing, group, verdicts.reasons(group_landing, group))
            has_acts = has_acts or group_landing.verdict in {Verdict.CREATE, Verdict.UPDATE}
            asks = asks or group_landing.verdict is Verdict.REVIEW
        if who:
            bond, told = self._bonds.weigh(wish, who[0], organisation)
            reasons += told
            asks = asks or not OTHERWISE.isdisjoint(why for why, _ in told)
        verdict = verdicts.verdict(landing, has_acts=has_acts or bond is not None, asks=asks)
        return Plan(
            number=number,
            wish=wish,
            verdict=verdict,
            reasons=tuple(reasons),
            landing=landing,
            arrival=arrival,
            about=meant if who or gives is not None or promises or signs or hands else None,
            owner=giver if gives is not None else owner if promises else None,
            acts=tuple(acts),
            signs=signs,
            hands=hands,
            gives=gives,
            promises=promises,
            organisation=organisation,
            organisation_landing=group_landing if organisation is not None else None,
            organisation_arrival=group,
            bond=bond,
            repeats=(*repeats, *((heard.repeats,) if heard and heard.repeats else ())),
        )

    def _at_once(self, number: int, wish: Wish) -> Plan | None:
        """What a row comes to of which one need not know whom it is about."""
        if _is_idle(wish):
            why = Reason.NOTHING_SAID if wish.says_nothing else Reason.NOT_CONFIRMED
            return Plan(number=number, wish=wish, verdict=RowVerdict.SAME, reasons=((why, ""),))
        if wish.silence is not None:
            return self._silence(number, wish)
        if self._went_in and not says_no(wish) and wish.fingerprint() in self._went_in:
            told = ((Reason.WENT_IN, ""),)
            return Plan(number=number, wish=wish, verdict=RowVerdict.SAME, reasons=told, went_in=True)
        if wish.signed is not None and wish.signed.petition not in self._signing.petitions:
            unknown = ((Reason.NOT_PETITION, wish.signed.petition),)
            return Plan(number=number, wish=wish, verdict=RowVerdict.ERROR, reasons=unknown)
        return None

    def _candidates(self, arrival: Arrival, several: Iterable[Known], *, at_home: bool = False) -> list[Known]:
        """Whom it may be: `several` whom the house knows, and those whom earlier rows bring."""
        ids: dict[int, None] = {known.person.id: None for known in several}
        for key in keys_of(arrival, at_home=at_home):
            ids |= dict.fromkeys(self._by_key.get(key, ()))
        return [self._known[i] for i in ids]

    def _met(self, landing: Landing, arrival: Arrival, place: int) -> list[int]:
        """Who it is, as the rows that follow meet them; nobody in doubt."""
        if landing.verdict is Verdict.CREATE:
            newcomer = imagined(arrival, people.imagined(arrival, place, self._language, self._at))
            self._remember(newcomer, -place)
            return [-place]
        if landing.known is None or landing.doubt is not None:
            return []
        self._remember(people.enriched(landing.known, landing), landing.known.person.id)
        return [landing.known.person.id]

    def _landed(self, wish: Wish, arrival: Arrival, candidates: Sequence[Known], group: Landing | None) -> Landing:
        """Where a row lands; a no with nothing but a number is about whoever has it."""
        if wish.decided is not None:
            return decided(wish.decided, arrival, candidates)
        if wish.said and (reached := reached_by_phone(arrival, candidates)):
            return compared(arrival, reached[0])
        landing = land(arrival, candidates, at_home=wish.is_at_home)
        if group is not None and landing.verdict is Verdict.CREATE:
            return self._somebody_of(arrival, group) or landing
        return landing

    def _heard(self, wish: Wish, person_id: int | None) -> Heard | None:
        """What its gift, or what it brings beside, comes to."""
        if wish.gave is not None:
            heard = self._gifts.weigh(wish.gave, person_id)
            is_another = wish.decided is not None and wish.decided.is_another_gift
            if is_another and heard.reason[0] is Reason.GIFT_ALIKE:
                return Heard(reason=(Reason.GIVES, heard.reason[1]), is_new=True)
            return heard
        return self._beside.weigh(wish, person_id)

    def _held_back(
        self, number: int, wish: Wish, landing: Landing, heard: Heard | None, group: Landing | None
    ) -> Plan | None:
        """What a row comes to of which nothing goes in.

        They asked to be forgotten, have to be known already, or their gift is there or in doubt: the money and the
        person go together, as do the person and their organisation.
        """
        why: tuple[RowVerdict, Told] | None = None
        if number in self._forgotten and (landing.known is None or landing.doubt is not None):
            why = RowVerdict.ERROR, (Reason.FORGOTTEN, "")
        elif landing.verdict is Verdict.CREATE and (wish.must_be_known or _says_a_number_alone(wish)):
            why = RowVerdict.ERROR, (Reason.NOBODY_KNOWN if wish.said else Reason.UNKNOWN_PERSON, "")
        elif group is not None and wish.organisation is not None and not is_organisation(group):
            why = RowVerdict.ERROR, (Reason.ORGANISATION_UNCLEAR, wish.organisation.organisation_name)
        elif heard is not None and heard.is_wrong:
            why = RowVerdict.ERROR, heard.reason
        elif heard is not None and heard.asks:
            why = RowVerdict.REVIEW, heard.reason
        elif heard is not None and not heard.is_new and _meant(group or landing) is None:
            why = RowVerdict.SAME, heard.reason
        repeats = (heard.repeats,) if heard is not None and heard.repeats is not None else ()
        return (
            None if why is None else Plan(number=number, wish=wish, verdict=why[0], reasons=(why[1],), repeats=repeats)
        )

    def _gives(self, wish: Wish, heard: Heard | None, giver: int | None, reasons: list[Told]) -> str | None:
        """The name of a gift that does not stand yet, of somebody we can tell; the dead gave what they gave."""
        if heard is None or wish.gave is None or giver is None:
            return None
        reasons.append(heard.reason)
        if not heard.is_new:
            return None
        self._gifts.bring(wish.gave, giver)
        return heard.external_id

    def _promises(self, wish: Wish, heard: Heard | None, owner: int | None, reasons: list[Told]) -> bool:
        """What does not stand yet of what the row brings beside: of the living, but for what is over."""
        if heard is None or wish.gave is not None or owner is None:
            return False
        reasons.append(heard.reason)
        if heard.is_new:
            self._beside.bring(wish, owner)
        return heard.is_new

    def _silence(self, number: int, wish: Wish) -> Plan:
        silence = wish.silence
        assert silence is not None
        key = silence_key(self._addresses, wish)
        is_new = key not in self._silent
        self._silent.add(key)
        reason = Reason.DIGEST if silence.digest else Reason.SUPPRESSED
        return Plan(
            number=number,
            wish=wish,
            verdict=RowVerdict.CREATE if is_new else RowVerdict.SAME,
            reasons=((reason, ""),),
            is_silenced=is_new,
            repeats=() if is_new else (silenced(ChangeKind.DIGEST if silence.digest else ChangeKind.SUPPRESSION, key),),
        )

    def _asked_to_be_forgotten(self, rows: Sequence[tuple[int, Wish]]) -> set[int]:
        """Rows about somebody who was erased, and who has not come back by themselves."""
        told = [(number, wish.arrival) for number, wish in rows if wish.arrival is not None]
        arriving = [
            (
                [*(email.normal for email in one.emails), *(phone.e164 for phone in one.phones)],
                f"{one.first_name} {one.last_name} {one.organisation_name}",
            )
            for _, one in told
        ]
        return {told[place][0] for place in identities.forgotten(self._session, self._addresses, arriving)}

    def _look_for_silence(self, wishes: Sequence[Wish], before: Before) -> None:
        keys = {silence_key(self._addresses, wish): bool(wish.silence.digest) for wish in wishes if wish.silence}
        self._silent = {key for key in keys if before.was_silenced(key)}
        self._silent |= consents.silenced(
            self._session, [key for key, is_digest in keys.items() if not is_digest], SuppressionCause.LISTED
        )
        self._silent |= consents.held_digests(self._session, [key for key, is_digest in keys.items() if is_digest])

    def _remember(self, known: Known, person_id: int) -> None:
        self._known[person_id] = known
        keys: list[tuple[str, ...]] = [("email", one) for one in known.emails]
        keys += [("phone", one) for one in known.phones]
        keys += [("id", system, value) for system, value in known.external_ids]
        keys += [key for box in known.letter_boxes for key in (("box", box), home_key(box, known.words))]
        keys += [("enterprise", one) for one in known.enterprises]
        keys += [("organisation", known.organisation_key)] if known.organisation_key else []
        keys += [("number", number) for number in {known.person.member_number, *known.numbers} if number]
        for key in keys:
            several = self._by_key.setdefault(key, [])
            if person_id not in several:
                several.append(person_id)

    def _imagine(self, person_id: int, told: Iterable[Wish]) -> None:
        """Where somebody stands, and what they signed, once those rows are written."""
        for wish in told:
            self._signing.imagine(person_id, wish)
            if wish.gave is not None:
                self._gifts.bring(wish.gave, person_id)
            self._beside.bring(wish, person_id)
            self._words.imagine(person_id, wish)


def _is_idle(wish: Wish) -> bool:
    """A row that asks for nothing."""
    return wish.never_confirmed or wish.says_nothing


def silence_key(addresses: AddressHasher, wish: Wish) -> str:
    """Under which name an address to be silenced is kept: its keyed hash, or the digest the list gives."""
    silence = wish.silence
    assert silence is not None
    if silence.phone is not None:
        return phone_key(addresses, silence.phone)
    return silence.digest or (addresses.key_of(silence.email.normal) if silence.email else "")


def _says_a_number_alone(wish: Wish) -> bool:
    return wish.arrival is not None and wish.arrival.is_number_alone


def _meant(landing: Landing) -> int | None:
    """Whom a row is about, where they are known: also somebody who died, to whom nothing is added any more."""
    is_sure = landing.known is not None and landing.doubt in (None, Doubt.DECEASED)
    return landing.known.person.id if landing.known is not None and is_sure else None
