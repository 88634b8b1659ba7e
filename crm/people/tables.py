"""Rows of people. They do not leave this room."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, literal
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import AddressKey, Base, BigId, Json, Word
from crm.people.model import (
    ContactKind,
    Deliverability,
    DifferenceState,
    FailureReason,
    OrganisationKind,
    PersonKind,
    Position,
    Sensitivity,
    TieKind,
    Title,
    Usage,
)
from crm.people.search_model import Facet
from crm.values.languages import Language

SearchedWord = String(60).with_variant(String(60, collation="C"), "postgresql")
"""A word that is looked for by its beginning: compared sign by sign on both databases."""


class PersonRow(Base):
    """`folded_name` is what a search compares: the names without accents or case.

    `first_sound` and `last_sound` say how the names sound (an organisation's own name: the last).
    """

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[PersonKind] = mapped_column(Word(PersonKind), default=PersonKind.INDIVIDUAL)
    first_name: Mapped[str] = mapped_column(String(100), default="")
    last_name: Mapped[str] = mapped_column(String(100), default="")
    organisation_name: Mapped[str] = mapped_column(String(200), default="")
    organisation_kind: Mapped[OrganisationKind | None] = mapped_column(Word(OrganisationKind))
    enterprise_number: Mapped[str] = mapped_column(String(20), default="")
    folded_name: Mapped[str] = mapped_column(String(420), default="")
    first_sound: Mapped[str] = mapped_column(String(4), default="")
    last_sound: Mapped[str] = mapped_column(String(4), default="")
    member_number: Mapped[str | None] = mapped_column(String(20), index=True, unique=True)
    title: Mapped[Title] = mapped_column(Word(Title), default=Title.NONE)
    greeting: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[Language] = mapped_column(Word(Language))
    birth_on: Mapped[date | None]
    deceased_on: Mapped[date | None]
    deceased_recorded_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)

    __table_args__ = (
        Index(
            "ix_person_organisation",
            "folded_name",
            sqlite_where=kind == PersonKind.ORGANISATION,
            postgresql_where=kind == PersonKind.ORGANISATION,
        ),
    )


ORGANISATIONS = PersonRow.kind == literal(PersonKind.ORGANISATION, Word(PersonKind), literal_execute=True)
"""In a statement, so that the index of organisations serves it: that index knows the word, not a parameter."""


class ContactPointRow(Base):
    __tablename__ = "contact_point"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "address_key"),
        Index("ix_contact_point_address_key", "address_key"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[ContactKind] = mapped_column(Word(ContactKind))
    value: Mapped[str] = mapped_column(String(320))
    address_key: Mapped[str] = mapped_column(AddressKey(80))
    is_primary: Mapped[bool]
    usage: Mapped[Usage] = mapped_column(Word(Usage), default=Usage.HOME)
    deliverability: Mapped[Deliverability] = mapped_column(Word(Deliverability), default=Deliverability.LIVE)
    failures: Mapped[int] = mapped_column(default=0)
    valid_from_on: Mapped[date | None]
    valid_until_on: Mapped[date | None]
    season_from: Mapped[str] = mapped_column(String(5), default="")
    season_until: Mapped[str] = mapped_column(String(5), default="")
    source: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PostalAddressRow(Base):
    """Parts are the truth; lines are rendered. `dedupe_key` is the same for every spelling of one letter box.

    `address_key` is what ledgers know it by; it tells no « 1.1 » from « 11 », and stays so, for marks cover it.
    """

    __tablename__ = "postal_address"
    __table_args__ = (
        Index("ix_postal_address_person", "person_id"),
        Index("ix_postal_address_dedupe_key", "dedupe_key"),
        Index("ix_postal_address_address_key", "address_key"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation: Mapped[str] = mapped_column(String(100), default="")
    department: Mapped[str] = mapped_column(String(100), default="")
    complement: Mapped[str] = mapped_column(String(100), default="")
    street: Mapped[str] = mapped_column(String(120), default="")
    number: Mapped[str] = mapped_column(String(20), default="")
    box: Mapped[str] = mapped_column(String(20), default="")
    postcode: Mapped[str] = mapped_column(String(12), default="")
    locality: Mapped[str] = mapped_column(String(100), default="")
    country: Mapped[str] = mapped_column(String(2), default="BE")
    nis_code: Mapped[str] = mapped_column(String(5), default="")
    language: Mapped[Language | None] = mapped_column(Word(Language))
    usage: Mapped[Usage] = mapped_column(Word(Usage), default=Usage.HOME)
    is_primary: Mapped[bool]
    dedupe_key: Mapped[str] = mapped_column(String(300))
    address_key: Mapped[str] = mapped_column(AddressKey(80))
    valid_from_on: Mapped[date | None]
    valid_until_on: Mapped[date | None]
    season_from: Mapped[str] = mapped_column(String(5), default="")
    season_until: Mapped[str] = mapped_column(String(5), default="")
    deliverability: Mapped[Deliverability] = mapped_column(Word(Deliverability), default=Deliverability.LIVE)
    failures: Mapped[int] = mapped_column(default=0)
    source: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ContactFailureRow(Base):
    """What did not arrive, kept: the counts on points and addresses are folds of it."""

    __tablename__ = "contact_failure"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    contact_point_id: Mapped[int | None] = mapped_column(ForeignKey("contact_point.id"))
    postal_address_id: Mapped[int | None] = mapped_column(ForeignKey("postal_address.id"))
    reason: Mapped[FailureReason] = mapped_column(Word(FailureReason))
    source: Mapped[str] = mapped_column(String(100), default="")
    at: Mapped[datetime]


class ExternalIdRow(Base):
    __tablename__ = "external_id"
    __table_args__ = (UniqueConstraint("system", "value"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    system: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(120))


class PersonKeyRow(Base):
    """What a person can be found by, exactly: see `keys.py`. Upper rooms add theirs (an IBAN) by `remember_keys`."""

    __tablename__ = "person_key"
    # Several rows a person and nothing but a key: SQLite keeps it once instead of twice.
    __table_args__ = (Index("ix_person_key_person", "person_id"), {"sqlite_with_rowid": False})

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(AddressKey(120), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)


class PersonChangedRow(Base):
    """That something of theirs was written by which people are compared: to compare them anew; gone within a minute."""

    __tablename__ = "person_changed"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId)


class HouseholdRow(Base):
    __tablename__ = "household"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    envelope_name: Mapped[str] = mapped_column(String(200), default="")
    greeting: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[Language] = mapped_column(Word(Language))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    known_as: Mapped[str | None] = mapped_column(String(170), index=True, unique=True)
    """How another system calls it: the name of the system, a stroke, its number there."""


class HouseholdMemberRow(Base):
    __tablename__ = "household_member"

    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    position: Mapped[Position] = mapped_column(Word(Position))
    is_on_envelope: Mapped[bool]
    since_at: Mapped[datetime]


class TagRow(Base):
    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    folded_name: Mapped[str] = mapped_column(String(340), unique=True)
    sensitivity: Mapped[Sensitivity] = mapped_column(Word(Sensitivity))
    created_at: Mapped[datetime]


class PersonTagRow(Base):
    __tablename__ = "person_tag"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), primary_key=True, index=True)
    source: Mapped[str] = mapped_column(String(100), default="")
    since_at: Mapped[datetime]


class TieRow(Base):
    """`recorded_person_id` and `recorded_other_id`: whom it was said of, where merges lead it elsewhere today."""

    __tablename__ = "tie"
    __table_args__ = (UniqueConstraint("person_id", "other_person_id", "kind"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    other_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    recorded_person_id: Mapped[int | None] = mapped_column(BigId)
    recorded_other_id: Mapped[int | None] = mapped_column(BigId)
    kind: Mapped[TieKind] = mapped_column(Word(TieKind))
    since_on: Mapped[date | None]
    until_on: Mapped[date | None]
    created_at: Mapped[datetime]


class DifferenceRow(Base):
    __tablename__ = "person_difference"
    __table_args__ = (Index("ix_person_difference_open", "state", "said_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    field: Mapped[str] = mapped_column(String(40))
    held: Mapped[dict[str, Any]] = mapped_column(Json)
    said: Mapped[dict[str, Any]] = mapped_column(Json)
    source: Mapped[str] = mapped_column(String(100))
    statement: Mapped[dict[str, Any]] = mapped_column(Json)
    said_at: Mapped[datetime]
    state: Mapped[DifferenceState] = mapped_column(Word(DifferenceState))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    change_id: Mapped[int | None] = mapped_column(BigId)
    """The change (`person_change`, which is forgotten sooner) that taking it made; 0 where it made none."""


class PersonChangeRow(Base):
    """A change of a file as rows before and after, so that it can be taken back; forgotten after a month."""

    __tablename__ = "person_change"
    __table_args__ = (Index("ix_person_change_made_at", "made_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(BigId)
    rows: Mapped[list[Any]] = mapped_column(Json)
    undone_at: Mapped[datetime | None]


class SearchWordRow(Base):
    """The index of the search: which words lead to whom. A fold of the tables above, rebuilt at any time.

    Ordinary rows on both databases: a word that is deleted is gone from the file, which a full text index of SQLite
    promises from 3.42 on only, and the same question means the same on both. No foreign key: it is written by its one
    place (`search.py`), and checking millions of words one by one would cost more than writing them.
    """

    __tablename__ = "search_word"
    __table_args__ = (
        Index("ix_search_word_person", "person_id", "facet", "word"),
        {"sqlite_with_rowid": False},
    )

    facet: Mapped[Facet] = mapped_column(Word(Facet), primary_key=True)
    word: Mapped[str] = mapped_column(SearchedWord, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)


class SearchTextRow(Base):
    """What upper rooms let somebody be found by (the last four signs of an IBAN), as `remember_words` brought it."""

    __tablename__ = "search_text"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    text: Mapped[str] = mapped_column(String(120), primary_key=True)
