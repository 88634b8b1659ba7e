"""Decisions about attestations: what holds in a year, which payments count, what the administration is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from crm.attestations.errors import RulesInvalid
from crm.attestations.model import (
    AskWay,
    Efforts,
    Excluded,
    Exclusion,
    Findings,
    FiscalKind,
    Identity,
    MissingNumber,
    Operation,
    Owed,
    Payment,
    YearRules,
)
from crm.attestations.wording import LONGEST, SENTENCES
from crm.values.enterprise_number import enterprise_number
from crm.values.identifiers import PersonId
from crm.values.languages import Language

FIRST_YEAR, LAST_YEAR = 2020, 2100
_RATES = ((2025, 30), (2021, 45), (2020, 60), (0, 45))
"""Of the reduction of tax, from an income year on (law of 18 December 2025; art. 145/33 CIR 92)."""

COUNTRIES = {
    "BE": "00000",
    "FR": "00111",
    "NL": "00129",
    "DE": "00103",
    "LU": "00113",
    "GB": "00112",
    "CH": "00127",
    "IT": "00128",
    "ES": "00109",
    "PT": "00123",
    "US": "00402",
    "CA": "00401",
    "AT": "00105",
    "IE": "00116",
    "DK": "00108",
    "SE": "00126",
    "PL": "00122",
    "CD": "00306",
    "RW": "00327",
    "BI": "00303",
    "MA": "00354",
    "TR": "00262",
}
"""Codes of zone 2.018, as far as they are published."""
LANGUAGES = {Language.NL: "1", Language.FR: "2", Language.DE: "3"}
"""Codes of zone 2.027; who reads English is written to in French."""


def by_default(year: int) -> YearRules:
    """What holds where finance has decided nothing: a missing number warns, and no approval is known."""
    leap = year + 1
    is_leap = leap % 4 == 0 and (leap % 100 != 0 or leap % 400 == 0)
    return YearRules(
        year=year,
        threshold_cents=4000,
        rate_percent=next(rate for since, rate in _RATES if year >= since),
        due_on=date(leap, 2, 29 if is_leap else 28),
        missing_number=MissingNumber.WARN,
    )


def sound(rules: YearRules) -> YearRules:
    """The same, where they can hold. Raises RulesInvalid."""
    wrong = {
        "year": not FIRST_YEAR <= rules.year <= LAST_YEAR,
        "threshold_cents": rules.threshold_cents <= 0,
        "rate_percent": not 0 <= rules.rate_percent <= 100,
        "due_on": rules.due_on.year != rules.year + 1,
        "approved_until_on": rules.approved_until_on is not None
        and (rules.approved_from_on is None or rules.approved_until_on < rules.approved_from_on),
        "nature_person": not _is_code(rules.nature_person, 1),
        "nature_enterprise": not _is_code(rules.nature_enterprise, 1),
        "legal_item": not _is_code(rules.legal_item, 2),
        "sentences": not all(
            key in SENTENCES and text.strip() and len(text) <= LONGEST and text.isprintable()
            for key, text in rules.sentences.items()
        ),
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise RulesInvalid(field)
    return rules


def found(
    year: int,
    payments: Iterable[Payment],
    identities: Mapping[PersonId, Identity],
    rules: YearRules,
    *,
    given_to: Mapping[PersonId, PersonId],
    attested_lines: Collection[int] = frozenset(),
    attested_people: Collection[PersonId] = frozenset(),
) -> Findings:
    """Which attestations are owed and which payments are on none, each with its reason.

    `given_to`: whose payments go on the paper of whom, as a household chose. Every payment ends in exactly one place,
    but for those that stand on an attestation already. In order of the holders' numbers.
    """
    excluded: list[Excluded] = []
    by_holder: dict[PersonId, list[Payment]] = defaultdict(list)
    for payment in payments:
        if payment.line_id in attested_lines:
            continue
        holder = given_to.get(payment.person_id, payment.person_id)
        if (reason := _own_reason(payment, rules)) is not None:
            excluded.append(Excluded(payment=payment, holder_id=holder, reason=reason))
        else:
            by_holder[holder].append(payment)
    owed = []
    for holder, theirs in sorted(by_holder.items()):
        identity = identities[holder]
        if holder in attested_people:
            why: Exclusion | None = Exclusion.ATTESTED_ALREADY
        elif sum(payment.net_cents for payment in theirs) < rules.threshold_cents:
            why = Exclusion.BELOW
        else:
            why = obstacle(identity, rules)
        if why is not None:
            excluded += [Excluded(payment=payment, holder_id=holder, reason=why) for payment in theirs]
        else:
            lacks = not identity.has_number and rules.missing_number is not MissingNumber.ALLOW
            theirs.sort(key=lambda payment: (payment.given_on, payment.line_id))
            owed.append(Owed(identity=identity, payments=tuple(theirs), lacks_number=lacks))
    return Findings(year=year, owed=tuple(owed), excluded=tuple(excluded))


def obstacle(identity: Identity, rules: YearRules) -> Exclusion | None:
    """Why somebody cannot be given an attestation, whatever they gave.

    A human being without a number is told by first name, name and address: none of them may lack.
    """
    if not identity.name or (identity.kind is FiscalKind.PERSON and not identity.first_name):
        return Exclusion.NAMELESS
    if identity.home is None or not all((identity.home.street, identity.home.postcode, identity.home.locality)):
        return Exclusion.HOMELESS
    if identity.home.country not in COUNTRIES:
        return Exclusion.ABROAD_UNKNOWN
    if identity.kind is FiscalKind.ENTERPRISE and identity.enterprise_number:
        return None if enterprise_number(identity.enterprise_number) else Exclusion.NUMBER_WRONG
    if not identity.has_number and rules.missing_number is MissingNumber.BLOCK:
        return Exclusion.NUMBERLESS
    return None


MAILS, PATIENCE = 2, 30
"""So many mails ask for a number before a letter does, and so many days go by between two tries."""


def ask_way(efforts: Efforts, *, has_mail: bool, has_letter_box: bool, has_phone: bool, today: date) -> AskWay:
    """How somebody is asked next: by mail twice, then by letter, then by telephone, a month apart."""
    if efforts.last_on is not None and (today - efforts.last_on).days < PATIENCE:
        return AskWay.WAITING
    if has_mail and efforts.mails < MAILS:
        return AskWay.MAIL
    if has_letter_box and not efforts.letters:
        return AskWay.LETTER
    return AskWay.PHONE if has_phone and not efforts.calls else AskWay.EXHAUSTED


def zones(
    owed: Owed, rules: YearRules, *, number: int, fiche_key: str, institution: str, tax_number: str
) -> dict[str, str]:
    """What the administration is told, by zone number, uncut. `tax_number`: eleven or ten digits, or empty."""
    identity, home = owed.identity, owed.identity.home
    assert home is not None
    is_belgian = home.country == "BE"
    is_person = identity.kind is FiscalKind.PERSON
    cents = str(owed.cents)
    return {
        "2002": str(rules.year),
        "2005": institution,
        "2008": "28171",
        "2009": str(number),
        "2010": fiche_key,
        "2011": tax_number,
        "2013": identity.name,
        "2015": home.street,
        "2016": home.postcode if is_belgian else "",
        "2017": home.locality,
        "2018": COUNTRIES[home.country],
        "2027": LANGUAGES.get(identity.language, LANGUAGES[Language.FR]),
        "2028": Operation.ORIGINAL.value,
        "2029": "0",
        "2112": "" if is_belgian else home.postcode,
        "2114": identity.first_name if is_person else "",
        "2030": rules.nature_person if is_person else rules.nature_enterprise,
        "2045": rules.legal_item,
        "2059": cents,
        "2060": cents,
    }


def _own_reason(payment: Payment, rules: YearRules) -> Exclusion | None:
    if payment.is_test:
        return Exclusion.TEST
    if not payment.is_deductible:
        return Exclusion.NOT_DEDUCTIBLE
    if payment.net_cents <= 0:
        return Exclusion.TAKEN_BACK
    return None if rules.approves(payment.given_on) else Exclusion.UNAPPROVED


def _is_code(text: str, longest: int) -> bool:
    return len(text) <= longest and (not text or (text.isascii() and text.isdigit()))
