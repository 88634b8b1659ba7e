"""One row under its field names: each cell parsed by what its column means, each refusal noted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache

from crm.donations.model import LARGEST
from crm.imports import dates
from crm.imports.dates import DateFormat
from crm.imports.kinds.several import emails_in, is_none, phones_in
from crm.imports.kinds.states import state_of
from crm.imports.model import Matching, Reason, Told
from crm.people.model import ExternalId, Title
from crm.people.rules import tidy_organisation, typed_number
from crm.people.service import tidy_name
from crm.values import money
from crm.values.ages import is_too_old, is_too_young
from crm.values.calendar import brussels_day
from crm.values.countries import COUNTRIES, country_names
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.folding import folded
from crm.values.iban import Iban
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress

LONGEST_EXTERNAL_ID = 120
LONGEST_SYSTEM = 40
LONGEST_NUMBER = 20
_HOUSE = re.compile(
    r"(?P<street>.*\D),?\s+(?P<number>\d+[\s-]?[A-Za-z]{0,3})(?:\s*[,/]?\s*(?:bte|bus|boite|boîte|b)\.?\s*(?P<box>\w{1,8}))?"
)
_LANGUAGES = {
    "fr": ("fr", "fra", "fre", "francais", "frans", "french", "f"),
    "nl": ("nl", "nld", "dut", "neerlandais", "nederlands", "dutch", "n"),
    "de": ("de", "deu", "ger", "allemand", "duits", "german", "deutsch", "d"),
    "en": ("en", "eng", "anglais", "engels", "english", "e"),
}
_LANGUAGE_OF = {word: Language(code) for code, words in _LANGUAGES.items() for word in words}
_TITLES = {
    Title.MADAM: ("madame", "mme", "mevrouw", "mevr", "mvr", "mw", "mrs", "ms", "frau", "mlle", "mademoiselle"),
    Title.SIR: ("monsieur", "m", "mr", "dhr", "de heer", "heer", "herr"),
}
_DEAD = frozenset(
    {"-1", "decede", "decedee", "decede(e)", "decede·e", "deceased", "dead", "overleden", "dcd", "mort", "morte"}
)
_ALIVE = frozenset({"vivant", "vivante", "en-vie", "levend", "in-leven", "alive", "living", "lebend"})
_TOTALS = frozenset({"total", "totaux", "totaal", "total general", "sous-total", "subtotaal", "grand total", "gesamt"})
"""What stands in the place of a number below the last row of a list."""
_TWO_NAMES = re.compile(r"\S\s*(?:[&+]|\b(?:et|en|and|und)\b)\s*\S", re.IGNORECASE)
_TITLE_OF = {word: title for title, words in _TITLES.items() for word in words}


@cache
def _countries() -> dict[str, str]:
    """Folded names in our languages, and what Belgians write for short, to codes."""
    found = {folded(name): code for language in Language for code, name in country_names(language).items()}
    return found | {"b": "BE", "f": "FR", "l": "LU"}


class Cells:
    """A row, its matching and the day. Every method gives a value, or notes why there is none and gives nothing."""

    def __init__(self, cells: Sequence[str], matching: Matching, *, today: date, purposes: Mapping[str, str]) -> None:
        self.reasons: list[Told] = []
        self.remarks: list[Told] = []
        self.purposes = purposes
        self._cells = cells
        self._matching = matching
        self._today = today

    def text(self, field: str) -> str:
        """The bare cell, or an empty text where no column means that field."""
        place = self._matching.columns.get(field)
        return self._cells[place] if place is not None else ""

    def has(self, field: str) -> bool:
        """True where a column means that field."""
        return field in self._matching.columns

    def when(self, field: str) -> str:
        """The bare cell of a day; the noughts by which old databases say that there is none are none."""
        text = self.text(field)
        return "" if dates.is_nought(text) else text

    def choice(self, name: str) -> str:
        """What was chosen for the whole file."""
        return self._matching.choices.get(name, "")

    def purpose(self, text: str) -> str:
        """The code of the purpose that bears that code or name, or an empty text."""
        return self.purposes.get(folded(text), "")

    def refuse(self, why: Reason, what: str = "") -> None:
        """Notes why the row is a bad one."""
        self.reasons.append((why, what))

    def remark(self, why: Reason, what: str = "") -> None:
        """Notes what is left out of a row that comes in all the same."""
        self.remarks.append((why, what))

    def name(self, field: str) -> str:
        """A name of at most 100 letters."""
        text = self.text(field)
        if not text or (len(text) < 60 and text.isascii() and text.isalpha()):
            return text
        if field == "first_name" and _TWO_NAMES.search(text):
            self.remark(Reason.TWO_NAMES, text)
        try:
            return tidy_name(text, field=field)
        except Invalid:
            self.refuse(Reason.NOT_NAME, field)
            return ""

    def organisation(self, field: str = "organisation_name") -> str:
        """The name of an organisation: more signs are allowed than in a person's."""
        try:
            return tidy_organisation(self.text(field), field=field)
        except Invalid:
            self.refuse(Reason.NOT_NAME, field)
            return ""

    def emails(self, *fields: str) -> tuple[EmailAddress, ...]:
        """The addresses one can write to of those columns, each once; a cell may hold several."""
        found: dict[str, EmailAddress] = {}
        for field in fields:
            if (text := self.text(field)) and not is_none(text):
                several = emails_in(text)
                if several is None:
                    self.refuse(Reason.NOT_EMAIL, field)
                for email in several or ():
                    found.setdefault(email.normal, email)
        return tuple(found.values())

    def phones(self, *fields: str) -> tuple[PhoneNumber, ...]:
        """The numbers of those columns, each once; a cell may hold several."""
        found: dict[str, PhoneNumber] = {}
        for field in fields:
            if (text := self.text(field)) and not is_none(text):
                several = phones_in(text)
                if several is None:
                    self.refuse(Reason.NOT_PHONE, field)
                found.update((number.e164, number) for number in several or ())
        return tuple(found.values())

    def birth(self, field: str) -> date | None:
        """A day of birth; a child's makes the row a bad one, one of before anybody who lives is left out."""
        found = self.day(field)
        if found is not None and is_too_old(found, self._today):
            self.remark(Reason.NOT_BIRTH, self.text(field))
            return None
        if is_too_young(found, self._today):
            self.refuse(Reason.TOO_YOUNG, field)
            return None
        return found

    def death(self) -> tuple[bool, date | None]:
        """Whether the row speaks of somebody who died, and the day, where it says so."""
        died_on, text = self.day("deceased_on"), self.text("deceased")
        word = "-".join(folded(text).split()).strip(".")
        says = (
            True if word in _DEAD else False if word in _ALIVE else {"yes": True, "no": False}.get(state_of(text) or "")
        )
        if (text and says is None) or (died_on is not None and says is False):
            self.refuse(Reason.NOT_FLAG, "deceased")
        return bool(says) or died_on is not None, died_on

    def day(self, field: str, *, may_come: bool = False) -> date | None:
        """A day of the past (or, where it `may_come`, any), in the format of its column."""
        text = self.when(field)
        if not text:
            return None
        found = dates.day_of(text, self._format(field), today=self._today)
        if found is None:
            self.refuse(Reason.NOT_DAY, field)
        elif found > self._today and not may_come:
            self.refuse(Reason.DAY_TO_COME, field)
            return None
        return found

    def moment(self, field: str) -> datetime | None:
        """A moment of the past; noon in Brussels where only its day is known."""
        text = self.when(field)
        if not text:
            return None
        found = dates.moment_of(text, self._format(field), today=self._today)
        if found is None:
            self.refuse(Reason.NOT_DAY, field)
        elif brussels_day(found) > self._today:
            self.refuse(Reason.DAY_TO_COME, field)
            return None
        return found

    def language(self, field: str = "language") -> Language | None:
        """A language of ours that the row says."""
        text = self.text(field)
        if not text:
            return None
        plain = folded(text).replace("_", "-")
        found = _LANGUAGE_OF.get(plain) or _LANGUAGE_OF.get(plain.partition("-")[0])
        if found is None:
            self.refuse(Reason.NOT_LANGUAGE, field)
        return found

    def presumed_language(self) -> Language | None:
        """The one chosen for newcomers whose row says none."""
        chosen = self.choice("language")
        return Language(chosen) if chosen else None

    def title(self, field: str = "title") -> Title:
        """Madame or Monsieur as they said it; never guessed. Another (Dr, M. et Mme) is left out, and said."""
        text = self.text(field)
        if not text:
            return Title.NONE
        found = _TITLE_OF.get(folded(text).rstrip("."))
        if found is None:
            self.remark(Reason.NOT_TITLE, field)
        return found or Title.NONE

    def address(self) -> PostalAddress | None:
        """The postal address of the row's parts; a house number at the end of the street is taken for one."""
        typed = {name: self.text(name) for name in ("complement", "street", "number", "box", "postcode", "locality")}
        if not any(typed.values()):
            return None
        if typed["street"] and not typed["number"] and (found := _HOUSE.fullmatch(typed["street"])):
            typed |= {"street": found["street"].rstrip(" ,"), "number": found["number"].strip()}
            typed["box"] = typed["box"] or found["box"] or ""
        country = self._country()
        if country is None:
            return None
        try:
            return PostalAddress.parse(**typed, country=country)  # type: ignore[arg-type] # the keys are its own
        except Invalid as error:
            self.refuse(Reason.NOT_ADDRESS, error.field or "street")
            return None

    def member_number(self, field: str = "member_number") -> str:
        """A member number as it is compared."""
        text = self.text(field)
        if not text:
            return ""
        number = typed_number(text)
        if len(number) > LONGEST_NUMBER or not number:
            self.refuse(Reason.NOT_NUMBER, field)
            return ""
        return number

    def external_ids(self, field: str, system: str) -> tuple[ExternalId, ...]:
        """How that system calls them."""
        text = self.text(field)
        if not text or not system or folded(text).strip(" :") in _TOTALS:
            return ()
        if len(text) > LONGEST_EXTERNAL_ID or any(unicodedata.category(c)[0] == "C" for c in text):
            self.refuse(Reason.TOO_LONG, field)
            return ()
        return (ExternalId(system=system[:LONGEST_SYSTEM].strip(), value=text),)

    def cents(self, field: str = "amount") -> int | None:
        """An amount of euro above nought, in the notation of its column."""
        text = self.text(field)
        if not text:
            self.refuse(Reason.LACKING, field)
            return None
        found = money.cents_of(text, money.Notation(self._matching.formats.get(field, money.Notation.COMMA)))
        if found is None and money.could_be_two(text):
            self.refuse(Reason.AMOUNT_UNCLEAR, text)
            return None
        if found is None or abs(found) >= LARGEST:
            self.refuse(Reason.NOT_AMOUNT, field)
            return None
        if found <= 0:
            self.refuse(Reason.NOT_MORE_THAN_NOUGHT, field)
            return None
        return found

    def account(self, field: str) -> Iban | None:
        """An account number whose checks fit."""
        text = self.text(field)
        if not text:
            return None
        try:
            return Iban.parse(text)
        except Invalid:
            self.refuse(Reason.NOT_ACCOUNT, field)
            return None

    @property
    def today(self) -> date:
        """The day on which the file is read."""
        return self._today

    def _format(self, field: str) -> DateFormat:
        return DateFormat(self._matching.formats.get(field, DateFormat.ISO))

    def _country(self) -> str | None:
        text = self.text("country")
        if not text:
            return "BE"
        code = _countries().get(folded(text)) or text.upper()
        if code not in COUNTRIES:
            self.refuse(Reason.NOT_COUNTRY, "country")
            return None
        return code
