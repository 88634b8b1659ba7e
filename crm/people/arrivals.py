"""The one policy for whoever arrives (sign-up, file, partner, signature): who they are, what is new, what differs.

It adds and never overwrites: what does not agree with what we hold is a difference for a person to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from crm.people.model import ExternalId, OrganisationKind, Person, PersonKind, Title
from crm.people.rules import FORMER_NUMBER, is_ours, typed_number
from crm.values.address_key import dedupe_key
from crm.values.email_address import EmailAddress
from crm.values.folding import folded
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import LONGEST, PostalAddress

UNDATED = "undated"
"""What is noted of a death of which nobody says the day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """What is said of someone. Empty means that nothing is said, never that there is nothing.

    `presumed_language` is of newcomers who say none: it never differs from what we hold.
    """

    first_name: str = ""
    last_name: str = ""
    organisation_name: str = ""
    organisation_kind: OrganisationKind | None = None
    title: Title = Title.NONE
    language: Language | None = None
    presumed_language: Language | None = None
    birth_on: date | None = None
    member_number: str = ""
    email: EmailAddress | None = None
    phones: tuple[PhoneNumber, ...] = ()
    address: PostalAddress | None = None
    external_ids: tuple[ExternalId, ...] = ()
    died: bool = False
    died_on: date | None = None

    @property
    def number(self) -> str:
        """The member number as it is compared."""
        return typed_number(self.member_number) if self.member_number else ""

    def tongue(self, house: Language) -> Language:
        """The language of a newcomer, where the house speaks `house`."""
        return self.language or self.presumed_language or house

    @property
    def is_number_alone(self) -> bool:
        """Nothing is said but a member number: nobody can be made of it."""
        others = self.words or self.email or self.phones or self.address or self.external_ids
        return bool(self.number) and not others

    @property
    def words(self) -> frozenset[str]:
        """The words of the name as names are compared."""
        return frozenset(folded(f"{self.first_name} {self.last_name} {self.organisation_name}").split())

    @property
    def kind(self) -> PersonKind:
        """An organisation where nobody is named in it."""
        is_one = bool(self.organisation_name) and not self.last_name
        return PersonKind.ORGANISATION if is_one else PersonKind.INDIVIDUAL

    @property
    def organisation_key(self) -> str:
        """An organisation's name as names are compared, a key of its own; empty for a person."""
        return _whole_name(self) if self.kind is PersonKind.ORGANISATION else ""


def _whole_name(one: Arrival | Person) -> str:
    return " ".join(folded(f"{one.first_name} {one.last_name} {one.organisation_name}").split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Somebody we know, with all that an arrival is compared to; ended contact points and addresses too.

    `numbers`: the member numbers of those who were merged into them. `noted`: differences that were noted before,
    whatever was decided; nobody is asked twice.
    """

    person: Person
    numbers: frozenset[str] = frozenset()
    letter_boxes: frozenset[str] = frozenset()
    has_address: bool = False
    external_ids: frozenset[tuple[str, str]] = frozenset()
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    noted: frozenset[tuple[str, str]] = frozenset()

    @property
    def words(self) -> frozenset[str]:
        return frozenset(
            folded(f"{self.person.first_name} {self.person.last_name} {self.person.organisation_name}").split()
        )

    @property
    def organisation_key(self) -> str:
        """The name under which an organisation is found; empty for a person."""
        return _whole_name(self.person) if self.person.kind is PersonKind.ORGANISATION else ""


class By(StrEnum):
    """The strong key by which somebody was recognised."""

    EXTERNAL_ID = "external-id"
    MEMBER_NUMBER = "member-number"
    EMAIL_AND_NAME = "email-and-name"
    EMAIL = "email"
    PHONE_AND_NAME = "phone-and-name"
    LETTER_BOX_AND_NAME = "letter-box-and-name"
    ORGANISATION_NAME = "organisation-name"


class Doubt(StrEnum):
    """Why nobody but a person can say who this is."""

    KEYS_DISAGREE = "keys-disagree"
    NUMBER_OF_ANOTHER = "number-of-another"
    NUMBER_LIKE_OURS = "number-like-ours"
    EMAIL_OF_ANOTHER = "email-of-another"
    SEVERAL_ALIKE = "several-alike"
    DECEASED = "deceased"


class Verdict(StrEnum):
    """What an arrival comes to."""

    CREATE = "create"
    UPDATE = "update"
    SAME = "same"
    REVIEW = "review"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One field that is said otherwise than we hold it; both as texts. An address brings its parts too."""

    field: str
    held: str
    said: str
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def as_noted(self) -> dict[str, str]:
        """What was said as it is kept: a text that people read cannot be read back into an address for sure."""
        return dict(self.parts) if self.parts else {"text": self.said}


@dataclass(frozen=True, kw_only=True, slots=True)
class Landing:
    """What an arrival comes to: whom it is about, what is added, what differs. `known` is None for somebody new.

    In doubt nothing is added: `doubt` says why. Differences never stop what can be added.
    """

    verdict: Verdict
    known: Known | None = None
    by: By | None = None
    doubt: Doubt | None = None
    fields: tuple[tuple[str, str], ...] = ()
    email: EmailAddress | None = None
    phones: tuple[PhoneNumber, ...] = ()
    address: PostalAddress | None = None
    external_ids: tuple[ExternalId, ...] = ()
    differences: tuple[Difference, ...] = ()


def land(arrival: Arrival, candidates: Iterable[Known]) -> Landing:
    """Where an arrival belongs, among all whom one of its strong keys leads to.

    The keys in order: another system's number, the member number, e-mail with name, phone with name; a letter box with
    a name only where whoever lives there is among the candidates (`recognising`, `at_home`). An e-mail address alone is
    a key only where no name contradicts it, since families share mailboxes. An organisation is known by its name too,
    where no address and no number tells it from another of that name.
    """
    known, by, doubt = recognised(arrival, tuple(candidates))
    if doubt is Doubt.DECEASED and arrival.died:
        return Landing(verdict=Verdict.SAME, known=known, by=by, doubt=doubt)
    if doubt is not None:
        return Landing(verdict=Verdict.REVIEW, known=known, by=by, doubt=doubt)
    if known is None and is_ours(arrival.number):
        return Landing(verdict=Verdict.REVIEW, doubt=Doubt.NUMBER_LIKE_OURS)
    if known is None:
        return Landing(
            verdict=Verdict.CREATE,
            email=arrival.email,
            phones=arrival.phones,
            address=arrival.address,
            external_ids=arrival.external_ids,
        )
    if arrival.number in known.numbers and known.person.member_number:
        arrival = replace(arrival, member_number="")  # a number they had before a merge says nothing new
    return compared(arrival, known, by)


def recognised(arrival: Arrival, candidates: Sequence[Known]) -> tuple[Known | None, By | None, Doubt | None]:
    """Whom we take them for and by which key, or why nobody can tell; all None for somebody new."""
    if not candidates:
        return None, None, None
    strong = {k.person.id: (k, By.EXTERNAL_ID) for k in candidates if _ids(arrival) & k.external_ids}
    number = arrival.number
    for known in candidates:
        if number and (number == known.person.member_number or number in known.numbers):
            if arrival.words and known.words and not arrival.words & known.words:
                return known, By.MEMBER_NUMBER, Doubt.NUMBER_OF_ANOTHER
            strong.setdefault(known.person.id, (known, By.MEMBER_NUMBER))
    if len(strong) > 1:
        return None, None, Doubt.KEYS_DISAGREE
    if strong:
        known, by = next(iter(strong.values()))
        return known, by, Doubt.DECEASED if known.person.is_deceased else None
    return _by_address(arrival, sorted(candidates, key=lambda one: abs(one.person.id)))


def _by_address(arrival: Arrival, candidates: Sequence[Known]) -> tuple[Known | None, By | None, Doubt | None]:
    there = [k for k in candidates if arrival.email is not None and arrival.email.normal in k.emails]
    found, by = next((k for k in there if _same_name(arrival, k)), None), By.EMAIL_AND_NAME
    if found is None and there:
        found, by = next((k for k in there if not k.words), None), By.EMAIL
        if found is None and not arrival.words:
            found = there[0]
        if found is None and not (arrival.external_ids or arrival.number):  # a number of their own: somebody else
            return there[0], By.EMAIL, Doubt.EMAIL_OF_ANOTHER
    if found is None and arrival.words:
        numbers = {phone.e164 for phone in arrival.phones}
        found, by = (
            next((k for k in candidates if numbers & k.phones and _same_name(arrival, k)), None),
            By.PHONE_AND_NAME,
        )
    if found is None and arrival.address is not None and not (arrival.email or arrival.external_ids or arrival.number):
        box = dedupe_key(arrival.address)
        at_home = [k for k in candidates if box in k.letter_boxes and _same_name(arrival, k)]
        if len(at_home) > 1:
            return None, None, Doubt.KEYS_DISAGREE
        found, by = next(iter(at_home), None), By.LETTER_BOX_AND_NAME
    if found is None and arrival.organisation_key:
        alike = _alike(arrival, candidates)
        if len(alike) > 1:
            return None, None, Doubt.SEVERAL_ALIKE
        found, by = next(iter(alike), None), By.ORGANISATION_NAME
    if found is None:
        return None, None, None
    return found, by, Doubt.DECEASED if found.person.is_deceased else None


def _alike(arrival: Arrival, candidates: Sequence[Known]) -> list[Known]:
    """Organisations of that name it may be: at that letter box, else in that postcode, else wherever none is known.

    One that has another number in the same system, or another member number, is another.
    """
    systems = {one.system for one in arrival.external_ids}
    alike = [
        k
        for k in candidates
        if k.organisation_key == arrival.organisation_key
        and not systems & {system for system, _ in k.external_ids}
        and not (arrival.number and k.person.member_number)
    ]
    if arrival.address is None:
        return alike
    box = dedupe_key(arrival.address)
    there = [k for k in alike if box in k.letter_boxes]
    near = [k for k in alike if any(one.split("|")[:2] == box.split("|")[:2] for one in k.letter_boxes)]
    return there or near or [k for k in alike if not k.letter_boxes]


def _same_name(arrival: Arrival, known: Known) -> bool:
    """Each word of the shorter name stands in the longer one: « Dupont » and « Marie Dupont », in any order."""
    said, held = arrival.words, known.words
    return bool(said) and bool(held) and (said <= held or held <= said)


def _ids(arrival: Arrival) -> frozenset[tuple[str, str]]:
    return frozenset((one.system, one.value) for one in arrival.external_ids)


def _former(number: str, known: Known) -> ExternalId | None:
    """A number that another list printed for somebody who has one of ours: they bear both."""
    is_another = number and number not in known.numbers and not is_ours(number) and is_ours(known.person.member_number)
    return ExternalId(system=FORMER_NUMBER, value=number) if is_another else None


def compared(arrival: Arrival, known: Known, by: By | None = None) -> Landing:
    """What an arrival adds to somebody it is about, and where it differs."""
    person = known.person
    fields: list[tuple[str, str]] = []
    differences: list[Difference] = []
    former = _former(arrival.number, known)
    for name, said, held in (
        ("first_name", arrival.first_name, person.first_name),
        ("last_name", arrival.last_name, person.last_name),
        ("organisation_name", arrival.organisation_name, person.organisation_name),
        ("organisation_kind", arrival.organisation_kind or "", person.organisation_kind or ""),
        ("title", arrival.title.value, person.title.value),
        ("language", arrival.language.value if arrival.language else "", person.language.value),
        ("birth_on", arrival.birth_on.isoformat() if arrival.birth_on else "", _iso(person.birth_on)),
        ("member_number", "" if former else arrival.number, person.member_number),
    ):
        if said and not held:
            fields.append((name, said))
        elif said and folded(said) != folded(held):
            differences.append(Difference(field=name, held=held, said=said))
    if arrival.died and not person.is_deceased:
        said = _iso(arrival.died_on) or UNDATED
        differences.append(Difference(field="deceased_on", held="", said=said))
    address = None
    if arrival.address is not None and dedupe_key(arrival.address) not in known.letter_boxes:
        if known.has_address:
            said, parts = one_line(arrival.address), _parts(arrival.address)
            differences.append(Difference(field="address", held="", said=said, parts=parts))
        else:
            address = arrival.address
    email = arrival.email if arrival.email is not None and arrival.email.normal not in known.emails else None
    phones = tuple(phone for phone in arrival.phones if phone.e164 not in known.phones)
    said_ids = (*arrival.external_ids, *((former,) if former else ()))
    ids = tuple(one for one in said_ids if (one.system, one.value) not in known.external_ids)
    adds = fields or address or email or phones or ids
    differences = [one for one in differences if (one.field, one.said) not in known.noted]
    quiet = Verdict.REVIEW if differences else Verdict.SAME
    return Landing(
        verdict=Verdict.UPDATE if adds else quiet,
        known=known,
        by=by,
        fields=tuple(fields),
        email=email,
        phones=phones,
        address=address,
        external_ids=ids,
        differences=tuple(differences),
    )


def one_line(address: PostalAddress) -> str:
    """An address on one line, for people to compare."""
    house = " ".join(part for part in (address.street, address.number, address.box and f"bte {address.box}") if part)
    place = " ".join(part for part in (address.postcode, address.locality) if part)
    return ", ".join(part for part in (address.complement, house, place, address.country) if part)


def noted_text(field: str, said: Mapping[str, Any]) -> str:
    """What was noted, as the text by which it is known to have been said before; an address may stand in parts."""
    if field != "address" or "text" in said:
        return str(said.get("text", ""))
    return one_line(PostalAddress(**{name: str(said[name]) for name in LONGEST if said.get(name)}))  # type: ignore[arg-type] # the parts are texts


def _parts(address: PostalAddress) -> tuple[tuple[str, str], ...]:
    return tuple((name, getattr(address, name)) for name in LONGEST if getattr(address, name))


def imagined(arrival: Arrival, person: Person) -> Known:
    """Somebody as they will be once this arrival is written, so that the next row of a file meets them."""
    return Known(
        person=person,
        letter_boxes=frozenset({dedupe_key(arrival.address)} if arrival.address else ()),
        has_address=arrival.address is not None,
        external_ids=_ids(arrival),
        emails=frozenset({arrival.email.normal} if arrival.email else ()),
        phones=frozenset(phone.e164 for phone in arrival.phones),
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
