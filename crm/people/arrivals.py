"""The one policy for whoever arrives (sign-up, file, partner, signature): who they are, what is new, what differs.

It adds and never overwrites: what does not agree with what we hold is a difference for a person to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from crm.people.arrival import UNDATED, Arrival, By, Difference, Doubt, Known, Landing, Noted, Verdict, whole_name
from crm.people.at_home import at_their_box
from crm.people.model import ExternalId, Person, PersonKind
from crm.people.namesakes import has_same_name, is_another, is_of_another, may_mean, nearest
from crm.people.rules import FORMER_NUMBER, is_ours
from crm.values.address_key import dedupe_key
from crm.values.folding import folded
from crm.values.postal_address import LONGEST, PostalAddress

__all__ = ["UNDATED", "Arrival", "By", "Difference", "Doubt", "Known", "Landing", "Noted", "Verdict"]
__all__ += ["may_mean", "whole_name"]


def land(arrival: Arrival, candidates: Iterable[Known], *, at_home: bool = False) -> Landing:
    """Where an arrival belongs, among all whom one of its strong keys leads to.

    The keys in order: another system's number, the member number, e-mail with name, phone with name, letter box
    with the whole name (`at_home`: with any part of it, where the row gives no other key). A number is not theirs of
    whom another first name is said. An e-mail address alone is a key only where no name contradicts it, since families
    share mailboxes; of several whom a name fits it is who bears just that name, and the living (`namesakes`). An
    organisation is known by its enterprise number whatever its name, unless another number or letter box tells it from
    the one that bears it (schools of one board, local groups share one), and by its name too, where no address and no
    number tells it from another.
    """
    known, by, doubt = recognised(arrival, tuple(candidates), at_home=at_home)
    if doubt is Doubt.DECEASED and arrival.died:
        return Landing(verdict=Verdict.SAME, known=known, by=by, doubt=doubt)
    if doubt is not None:
        return Landing(verdict=Verdict.REVIEW, known=known, by=by, doubt=doubt)
    if known is None and is_ours(arrival.number):
        return Landing(verdict=Verdict.REVIEW, doubt=Doubt.NUMBER_LIKE_OURS)
    if known is None:
        return Landing(
            verdict=Verdict.CREATE,
            emails=arrival.emails,
            phones=arrival.phones,
            address=arrival.address,
            external_ids=arrival.external_ids,
        )
    if arrival.number in known.numbers and known.person.member_number:
        arrival = replace(arrival, member_number="")  # a number they had before a merge says nothing new
    return compared(arrival, known, by)


def recognised(
    arrival: Arrival, candidates: Sequence[Known], *, at_home: bool = False
) -> tuple[Known | None, By | None, Doubt | None]:
    """Whom we take them for and by which key, or why nobody can tell; all None for somebody new."""
    if not candidates:
        return None, None, None
    strong = {k.person.id: (k, By.EXTERNAL_ID) for k in candidates if _ids(arrival) & k.external_ids}
    number = arrival.number
    for known in candidates:
        if number and (number == known.person.member_number or number in known.numbers):
            strong.setdefault(known.person.id, (known, By.MEMBER_NUMBER))
    for known, by in strong.values():
        is_body = PersonKind.ORGANISATION in (arrival.kind, known.person.kind) and by is By.EXTERNAL_ID
        if not is_body and is_of_another(arrival, known):
            return known, by, Doubt.NUMBER_OF_ANOTHER
    if len(strong) > 1:
        return None, None, Doubt.KEYS_DISAGREE
    if not strong and arrival.enterprise_number:
        alike = _of_enterprise(arrival, candidates)
        if len(alike) > 1 or any(_is_told_apart(arrival, one) for one in alike):
            return None, None, Doubt.SEVERAL_ALIKE
        strong = {k.person.id: (k, By.ENTERPRISE_NUMBER) for k in alike}
    if strong:
        known, by = next(iter(strong.values()))
        return known, by, Doubt.DECEASED if known.person.is_deceased else None
    return _by_address(arrival, sorted(candidates, key=lambda one: abs(one.person.id)), at_home=at_home)


def _by_address(
    arrival: Arrival, candidates: Sequence[Known], *, at_home: bool
) -> tuple[Known | None, By | None, Doubt | None]:
    found, by, doubt = _by_email(arrival, candidates)
    if doubt is not None:
        return found, by, doubt
    if found is None and arrival.words:
        numbers = {phone.e164 for phone in arrival.phones}
        found, by = nearest(arrival, (k for k in candidates if numbers & k.phones)), By.PHONE_AND_NAME
    if found is None:
        found, by, doubt = _by_home(arrival, candidates, at_home=at_home)
        if doubt is not None:
            return found, by, doubt
    if found is None and arrival.organisation_key:
        alike = _alike(arrival, candidates)
        if len(alike) > 1:
            return None, None, Doubt.SEVERAL_ALIKE
        found, by = next(iter(alike), None), By.ORGANISATION_NAME
    if found is None:
        return None, None, None
    if is_another(arrival, found):
        return found, by, Doubt.NAMESAKE
    return found, by, Doubt.DECEASED if found.person.is_deceased else None


def _by_home(arrival: Arrival, candidates: Sequence[Known], *, at_home: bool) -> tuple[Known | None, By, Doubt | None]:
    if not at_home or arrival.address is None:
        found, doubt = at_their_box(arrival, candidates)
        return found, By.LETTER_BOX_AND_NAME, doubt
    box = dedupe_key(arrival.address)
    there = [k for k in candidates if box in k.letter_boxes and has_same_name(arrival, k)]
    is_one = len(there) == 1
    return there[0] if is_one else None, By.LETTER_BOX_AND_NAME, Doubt.KEYS_DISAGREE if len(there) > 1 else None


def _by_email(arrival: Arrival, candidates: Sequence[Known]) -> tuple[Known | None, By, Doubt | None]:
    said = {email.normal for email in arrival.emails}
    there = sorted((k for k in candidates if said & k.emails), key=lambda k: k.person.is_deceased)
    found, by = nearest(arrival, there), By.EMAIL_AND_NAME
    if found is None and there:
        found, by = next((k for k in there if not k.words), None), By.EMAIL
        if found is None and not arrival.words:
            found = there[0]
        if found is None and not (arrival.external_ids or arrival.number):  # a number of their own: somebody else
            return there[0], By.EMAIL, Doubt.EMAIL_OF_ANOTHER
    other = _other_at(arrival, found, there) if found is not None else None
    if other is not None:
        return other, By.EMAIL, Doubt.EMAIL_OF_ANOTHER if arrival.words else Doubt.KEYS_DISAGREE
    return found, by, None


def _other_at(arrival: Arrival, found: Known, there: Sequence[Known]) -> Known | None:
    """Somebody of another name at an address of the row that whom it seems to be about does not have."""
    if len(arrival.emails) < 2 or arrival.external_ids or arrival.number:
        return None
    new = {email.normal for email in arrival.emails} - found.emails
    return next((k for k in there if k is not found and new & k.emails and not has_same_name(arrival, k)), None)


def _of_enterprise(arrival: Arrival, candidates: Sequence[Known]) -> list[Known]:
    """Organisations of that enterprise number; where branches share it, the one of that name."""
    found = [k for k in candidates if arrival.enterprise_number in k.enterprises]
    return [k for k in found if k.organisation_key == arrival.organisation_key] or found


def _is_told_apart(arrival: Arrival, known: Known) -> bool:
    """Whether something but the name speaks against one of that enterprise number being the one that bears it."""
    if arrival.organisation_key == known.organisation_key:
        return False
    systems = {one.system for one in arrival.external_ids}
    is_elsewhere = arrival.address is not None and dedupe_key(arrival.address) not in known.letter_boxes
    return (
        bool(systems & {system for system, _ in known.external_ids})
        or bool(arrival.number and known.person.member_number)
        or (is_elsewhere and bool(known.letter_boxes))
    )


def _alike(arrival: Arrival, candidates: Sequence[Known]) -> list[Known]:
    """Organisations of that name it may be: at that letter box, else in that postcode, else wherever none is known.

    One that has another number in the same system, another member or enterprise number, is another.
    """
    systems = {one.system for one in arrival.external_ids}
    alike = [
        k
        for k in candidates
        if k.organisation_key == arrival.organisation_key
        and not systems & {system for system, _ in k.external_ids}
        and not (arrival.number and k.person.member_number)
        and (not k.person.enterprise_number or arrival.enterprise_number in {"", *k.enterprises})
    ]
    if arrival.address is None:
        return alike
    box = dedupe_key(arrival.address)
    there = [k for k in alike if box in k.letter_boxes]
    near = [k for k in alike if any(one.split("|")[:2] == box.split("|")[:2] for one in k.letter_boxes)]
    return there or near or [k for k in alike if not k.letter_boxes]


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
    is_body = person.kind is PersonKind.ORGANISATION
    enterprise = "" if arrival.enterprise_number in known.enterprise_numbers else arrival.enterprise_number
    for name, said, held in (
        ("first_name", arrival.first_name, person.first_name),
        ("last_name", arrival.last_name, person.last_name),
        ("organisation_name", arrival.organisation_name, person.organisation_name),
        ("organisation_kind", arrival.organisation_kind or "", person.organisation_kind or ""),
        ("enterprise_number", enterprise if is_body else "", person.enterprise_number),
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
    # A file may be old; whoever speaks today may have moved back to where they once lived.
    boxes = known.homes if arrival.said_by else known.letter_boxes
    if arrival.address is not None and dedupe_key(arrival.address) not in boxes:
        if known.has_address:
            said, parts = one_line(arrival.address), _parts(arrival.address)
            differences.append(Difference(field="address", held="", said=said, parts=parts))
        else:
            address = arrival.address
    emails = tuple(email for email in arrival.emails if email.normal not in known.emails)
    phones = tuple(phone for phone in arrival.phones if phone.e164 not in known.phones)
    said_ids = (*arrival.external_ids, *((former,) if former else ()))
    ids = tuple(one for one in said_ids if (one.system, one.value) not in known.external_ids)
    adds = fields or address or emails or phones or ids
    differences = [one for one in differences if not any(_silences(noted, one, arrival) for noted in known.noted)]
    quiet = Verdict.REVIEW if differences else Verdict.SAME
    return Landing(
        verdict=Verdict.UPDATE if adds else quiet,
        known=known,
        by=by,
        fields=tuple(fields),
        emails=emails,
        phones=phones,
        address=address,
        external_ids=ids,
        differences=tuple(differences),
    )


def _silences(noted: Noted, one: Difference, arrival: Arrival) -> bool:
    """Whether a person is not asked about it (again): they are being asked, or have decided on the very same.

    An address that somebody else says may be true the next time; all else stays decided while we hold what we held.
    """
    if (noted.field, noted.said) != (one.field, one.said):
        return False
    if noted.is_open or (arrival.said_by and noted.source == arrival.said_by):
        return True
    return not arrival.said_by if one.field == "address" else noted.held == one.held


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
        homes=frozenset({dedupe_key(arrival.address)} if arrival.address else ()),
        has_address=arrival.address is not None,
        external_ids=_ids(arrival),
        emails=frozenset(email.normal for email in arrival.emails),
        phones=frozenset(phone.e164 for phone in arrival.phones),
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
