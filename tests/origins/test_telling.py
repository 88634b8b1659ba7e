"""Who came by a file or a partner is told within a month where we have their data from, once (GDPR art. 14)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm.assembly import Assembly
from crm.foundation.translation import say
from crm.people import contacts
from crm.people import service as people
from crm.people.model import NewPerson
from crm.privacy import erasing
from crm.privacy import rules as privacy_rules
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from mailing.delivery.tables import BodyRow, DeliveryRow
from mailing.origins import rules, service, words
from tests.approved_files import check_approved
from tests.conftest import NOW

SAID = "Dialogue Direct, qui recrute pour nous, à Namur"


def bring(
    assembly: Assembly, name: str, source: str, *, days: int = 3, mail: bool = True, home: bool = False,
    language: Language = Language.FR,
) -> PersonId:  # fmt: skip
    email = EmailAddress.parse(f"{name}@exemple.be") if mail else None
    new = NewPerson(language=language, first_name=name, last_name="Test", email=email, source=source)
    with assembly.database.transaction() as session:
        person = people.add(session, assembly.addresses, new, at=NOW - timedelta(days=days))
        if home:
            there = PostalAddress.parse(street="rue du Canari", number="7", postcode="1000", locality="Bruxelles")
            contacts.add_address(session, assembly.addresses, there, person_id=person.id, source="staff", at=NOW)
    return person.id


def _tell(assembly: Assembly, name: str) -> int:
    with assembly.database.transaction() as session:
        return service.tell_by_mail(session, assembly.desk, name, told_as=SAID, at=NOW)


def _waiting(assembly: Assembly) -> list[tuple[str, int, int, int, date]]:
    with assembly.database.reading() as session:
        found = service.waiting(session, at=NOW)
    return [(one.name, one.by_mail, one.by_letter, one.unreachable, one.due_on) for one in found]


def test_each_of_another_origin_is_told_once_in_their_language_and_nobody_else(assembly: Assembly) -> None:
    bring(assembly, "ana", "Recruteur · Namur", days=20)
    bring(assembly, "bert", "Recruteur · Gand", language=Language.NL)
    carl = bring(assembly, "carl", "Recruteur", mail=False, home=True)
    bring(assembly, "dora", "Recruteur", mail=False)
    bring(assembly, "emil", "import:1", days=40)
    for own in ("sign-up", "staff", "bank", "self-service", ""):
        bring(assembly, f"own{own}", own)
    late, soon = date(2026, 11, 14), date(2026, 12, 3)
    assert _waiting(assembly) == [("import:1", 1, 0, 0, late), ("Recruteur", 2, 1, 1, soon)]

    with pytest.raises(Invalid), assembly.database.transaction() as session:
        service.tell_by_mail(session, assembly.desk, "Recruteur", told_as=" ", at=NOW)
    assert _tell(assembly, "Recruteur") == 2
    assert _tell(assembly, "Recruteur") == 0
    with assembly.database.transaction() as session:
        [letter] = service.tell_by_letter(session, "Recruteur", told_as=SAID, at=NOW)
        assert (letter.person_id, letter.lines) == (carl, ("carl Test", "rue du Canari 7", "1000 BRUXELLES"))
        assert service.tell_by_letter(session, "Recruteur", told_as=SAID, at=NOW) == ()
    assert [one[:4] for one in _waiting(assembly)] == [("import:1", 1, 0, 0), ("Recruteur", 0, 0, 1)]
    with assembly.database.reading() as session:
        sent = session.execute(
            select(DeliveryRow.address, BodyRow.language, BodyRow.text)
            .join(BodyRow, BodyRow.id == DeliveryRow.body_id)
            .order_by(DeliveryRow.address)
        ).all()
    assert [(one.address, one.language) for one in sent] == [
        ("ana@exemple.be", Language.FR),
        ("bert@exemple.be", Language.NL),
    ]
    assert all(SAID in " ".join(one.text.split()) for one in sent)

    with assembly.database.transaction() as session:
        service.know_already(session, "import:1", reason="Notre ancien fichier", by=None, at=NOW)
    bring(assembly, "fred", "import:1")
    assert [one[0] for one in _waiting(assembly)] == ["Recruteur"]


def test_what_was_told_is_in_the_pack_and_goes_with_the_person(assembly: Assembly) -> None:
    ana = bring(assembly, "ana", "Recruteur")
    _tell(assembly, "Recruteur")
    with assembly.database.transaction() as session:
        shown = erasing.shown(session, assembly.holdings, ana)
        [told] = next(one.rows for one in shown.sections if one.key == "origins")
        assert (told["told_as"], told["way"]) == (SAID, "par e-mail")
        assert erasing.erase(session, assembly.holdings, ana, at=NOW).erased["origin_notice"] == 1
    assert _waiting(assembly) == []


def test_the_printed_letter_is_what_was_approved_in_every_language() -> None:
    told = "\n\n".join(
        "\n".join([say(one, words.TITLE), *words.paragraphs(SAID, one, "donnees@exemple.be")]) for one in Language
    )
    check_approved("letters/origin.txt", told + "\n")


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_the_month_is_the_one_of_requests(day: date) -> None:
    assert rules.due_on(day) == privacy_rules.due_on(day)
