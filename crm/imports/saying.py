"""What rows say of consent, weighed beside where people stand; a no is meant for everybody it may be about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from crm.consent import taking_over as consents
from crm.consent.model import Act, Channel, Standing, Way
from crm.consent.policy import EVERYWHERE
from crm.foundation.signing import AddressHasher
from crm.imports.dates import is_day_alone
from crm.imports.handing import Repeated
from crm.imports.model import ChangeKind, Reason, Told
from crm.imports.rules import weigh
from crm.imports.wish import NOES, Said, Wish
from crm.people.arrivals import Arrival, By, Doubt, Known, Landing, may_mean
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId

Spoken = tuple[int, str, Said]
"""(person, address key, word)."""

_NUMBERS = frozenset({By.EXTERNAL_ID, By.MEMBER_NUMBER})


def says_no(wish: Wish) -> bool:
    """A no is heard each time that it is said."""
    return wish.silence is not None or any(said.act in NOES for said in wish.said)


def reached_by_phone(arrival: Arrival, candidates: Sequence[Known]) -> list[Known]:
    """Whom a row means that names nobody and gives nothing but a phone: all the living who have it."""
    if arrival.words or arrival.email or arrival.number or arrival.external_ids:
        return []
    numbers = {phone.e164 for phone in arrival.phones}
    there = [known for known in candidates if numbers & known.phones and not known.person.is_deceased]
    return sorted(there, key=lambda known: abs(known.person.id))


class Words:
    """The words of one block on its way; rows see what earlier ones say. `known`: who of those rows is known."""

    def __init__(
        self,
        session: Session,
        addresses: AddressHasher,
        wishes: Sequence[Wish],
        known: Collection[int],
        *,
        at: datetime,
    ) -> None:
        self._addresses = addresses
        self._at = at
        self._standings: dict[consents.Stream, Standing] = {}
        self._stopped: set[str] = set()
        if any(wish.said for wish in wishes):
            self._standings |= consents.standings(session, [i for i in known if i > 0])
            mails = {mail.normal for wish in wishes if wish.arrival is not None for mail in wish.arrival.emails}
            self._stopped = consents.stopped(session, {addresses.key_of(mail) for mail in mails})

    def weigh(
        self,
        wish: Wish,
        who: Sequence[int],
        candidates: Sequence[Known],
        landing: Landing,
        reasons: list[Told],
        *,
        organisation: int | None = None,
    ) -> tuple[list[Spoken], list[Repeated], bool]:
        """What goes to the ledger, the noes that stand by a file already, and whether a person is asked.

        A no by every address is their organisation's too.
        """
        arrival, acts, repeats, asks = wish.arrival, list[Spoken](), list[Repeated](), False
        if arrival is None:
            return [], [], False
        is_dead, is_open = landing.doubt is Doubt.DECEASED, landing.doubt not in {None, Doubt.DECEASED}
        spoken = [one for one in wish.said if one.act in NOES or not is_dead]
        for said, key in [(one, key) for one in spoken for key in self._places(arrival, one, landing)]:
            meant = [*who, *([organisation] if organisation and said.everywhere and said.act in NOES else ())]
            if said.act in NOES:
                fitting = [one for one in candidates if is_open or may_mean(arrival, one)]
                is_all = landing.doubt is None and not arrival.words
                meant += [i for i in self._others(arrival, said, key, fitting, is_sure=is_all) if i not in who]
            for person_id in meant:
                dated = replace(said, occurred_at=self._moment(person_id, key, said))
                stands = self._stands(person_id, said, key)
                weight = weigh(dated, stands, at=self._at)
                repeats += _repeats(dated, stands)
                asks = asks or weight.asks
                if weight.reason is not None and (told := (weight.reason, _what(said))) not in reasons:
                    reasons.append(told)
                if weight.is_written:
                    acts.append((person_id, key, dated))
                    self._note(person_id, key, dated)
        key = self._addresses.key_of(arrival.email.normal) if arrival.email else ""
        if key in self._stopped and any(said.act is Act.GIVEN for _, at, said in acts if at == key):
            reasons.append((Reason.SUPPRESSED, "email"))
        if arrival.email and arrival.more_emails and any(said.act not in NOES for _, at, said in acts if at == key):
            reasons.append((Reason.FOR_ADDRESS, arrival.email.text))
        return acts, repeats, asks

    def imagine(self, person_id: int, wish: Wish) -> None:
        """Where somebody stands once that row is written."""
        for said in wish.said if wish.arrival is not None else ():
            for key in self._keys(wish.arrival, said) if wish.arrival else ():
                dated = replace(said, occurred_at=self._moment(person_id, key, said))
                if weigh(dated, self._stands(person_id, said, key), at=self._at).is_written:
                    self._note(person_id, key, dated)

    def _moment(self, person_id: int, key: str, said: Said) -> datetime:
        """From when a word counts: never from later than now, and a no of which the day alone is known after any yes
        of that day.
        """
        moment = min(said.occurred_at or self._at, self._at)
        if said.act not in NOES or said.occurred_at is None or not is_day_alone(said.occurred_at):
            return moment
        subject, day = (person_id, said.purpose, said.channel), brussels_day(said.occurred_at)
        if key == EVERYWHERE:
            there = [one for stream, one in self._standings.items() if stream[:3] == subject]
        else:
            there = [one for at in (key, EVERYWHERE) if (one := self._standings.get((*subject, at)))]
        yeses = [one.since_at for one in there if one.act is Act.GIVEN and brussels_day(one.since_at) == day]
        return max([moment, *yeses])

    def _keys(self, arrival: Arrival, said: Said) -> tuple[str, ...]:
        """The addresses a word is about: a yes the first of the row, a no each; none where the row gives none."""
        if said.everywhere:
            return (EVERYWHERE,)
        emails = arrival.emails if said.act in NOES else arrival.emails[:1]
        return tuple(self._addresses.key_of(email.normal) for email in emails)

    def _places(self, arrival: Arrival, said: Said, landing: Landing) -> tuple[str, ...]:
        """The same of somebody known by a number: at an address that is new of them, their no is about all others."""
        keys, known = self._keys(arrival, said), landing.known
        is_new = known is not None and not known.emails & {email.normal for email in arrival.emails}
        if said.everywhere or said.act not in NOES or landing.by not in _NUMBERS or landing.doubt or not is_new:
            return keys
        subject = (known.person.id, said.purpose, said.channel) if known else None
        return (*keys, *sorted({at for *of, at in self._standings if tuple(of) == subject and at not in keys}))

    def _others(
        self, arrival: Arrival, said: Said, key: str, candidates: Sequence[Known], *, is_sure: bool
    ) -> list[int]:
        """For whom else of those whom its name fits, in doubt of all, a no is meant: who said a word at that address.

        An objection that names nobody, which holds for more than the address, is everybody's there.
        """
        normals = {email.normal for email in arrival.emails}
        there = [one for one in candidates if normals & one.emails]
        if not said.everywhere:
            ids = [one.person.id for one in there]
            return [i for i in ids if (i, said.purpose, said.channel, key) in self._standings]
        there += reached_by_phone(arrival, candidates)
        return [one.person.id for one in there if is_sure and not one.person.is_deceased]

    def _stands(self, person_id: int, said: Said, key: str) -> Standing | None:
        """Where they stand at that address; a no that holds for more than it goes before, and so does a yes's no."""
        own = self._standings.get((person_id, said.purpose, said.channel, key))
        if said.act in NOES:
            return own
        wider = [EVERYWHERE]
        if key == EVERYWHERE:
            subject = (person_id, said.purpose, said.channel)
            wider = [at for *of, at in self._standings if tuple(of) == subject]
        noes = [self._standings.get((person_id, said.purpose, said.channel, at)) for at in wider]
        return next((one for one in noes if one is not None and one.act in NOES), own)

    def _note(self, person_id: int, key: str, said: Said) -> None:
        self._standings[person_id, said.purpose, said.channel, key] = Standing(
            person_id=PersonId(person_id),
            purpose=said.purpose,
            channel=said.channel,
            address_key=key,
            act=said.act,
            way=Way.IMPORT,
            since_at=said.occurred_at or self._at,
            event_id=0,
        )


def _repeats(said: Said, stands: Standing | None) -> list[Repeated]:
    """The no of a file that a no finds."""
    if stands is None or stands.act not in NOES or said.act not in NOES or stands.way is not Way.IMPORT:
        return []
    is_there = bool(stands.event_id)  # one of this very block is not written yet, nor another file's
    return (
        [Repeated(kind=ChangeKind.CONSENT, target_id=stands.event_id, person_id=stands.person_id)] if is_there else []
    )


def _what(said: Said) -> str:
    """What a reason names: the purpose, and by which channel where it is not e-mail alone."""
    by_mail = said.channel is Channel.EMAIL and not said.everywhere
    return said.purpose if by_mail else f"{said.purpose}/{said.channel}"
