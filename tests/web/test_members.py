"""The desk of members: sign up, share, leave, come back; fees and statutes; an assembly with its voters."""

from __future__ import annotations

import re
from collections.abc import Callable

from crm.assembly import Assembly
from crm.members import assemblies
from crm.members import service as members
from crm.members.model import State
from crm.people import contacts
from crm.people import service as people
from crm.staff.model import Role
from crm.values.identifiers import AssemblyId
from crm.values.postal_address import PostalAddress
from tests.members.conftest import TODAY, donor, pay_fee
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]
HERE = "/office/members"


def test_somebody_joins_shares_leaves_and_comes_back(assembly: Assembly, browser: Open) -> None:
    with assembly.database.transaction() as session:
        ann, bo = donor(session, assembly, "Alpha"), donor(session, assembly, "Beta")
    care = browser(Role.CARE)
    assert "Aucune adhésion pour l’instant" in words_of(care.get(HERE).text)
    assert "N’est pas membre." in words_of(care.get(f"/office/supporters/{ann}").text)
    assert care.get(f"{HERE}/join/{ann}").status_code == 200
    for wrong in ({"kind": "none"}, {"kind": "member", "signed_on": "2099-01-01"}, {"signed_on": "hier"}):
        assert care.post(f"{HERE}/join/{ann}", wrong).status_code == 422
    joined = care.post(f"{HERE}/join/{ann}", {"kind": "member", "signed_on": "2026-11-01"})
    place = joined.headers["Location"]
    assert "Attend sa cotisation" in words_of(care.get(place).text)
    again = care.post(f"{HERE}/join/{ann}", {"kind": "member"})
    assert again.headers["Location"].endswith(f"/supporters/{ann}")
    with assembly.database.transaction() as session:
        pay_fee(session, assembly, ann)
    assert care.post(f"{place}/share", {"who": "personne", "since_on": ""}).status_code == 422
    assert care.post(f"{place}/share", {"other_id": str(bo), "since_on": "2026-11-20"}).status_code == 303
    shown = words_of(care.get(place).text)
    assert all(word in shown for word in ("En règle", "Beta", "Le temps payé"))
    assert care.post(f"{place}/kind", {"kind": "none"}).status_code == 422
    assert care.post(f"{place}/unshare", {"person_id": str(bo)}).status_code == 303
    assert care.post(f"{place}/resign", {"reason": ""}).status_code == 422
    assert care.post(f"{place}/resign", {"reason": "money", "on": "2099-01-01"}).status_code == 422
    assert care.post(f"{place}/resign", {"reason": "money", "note": "Trop cher"}).status_code == 303
    assert "Trop cher" in words_of(care.get(place).text)
    with assembly.database.reading() as session:
        assert members.of_person(session, ann, on=TODAY)[0].state is State.RESIGNED
    assert care.post(f"{place}/reopen").status_code == 303
    listed = words_of(care.get(f"{HERE}?state=in-force&since=2026-01-01&kind=member").text)
    assert "Alpha" in listed
    assert "Aucune adhésion ne répond" in words_of(care.get(f"{HERE}?state=lapsed").text)
    assert browser(Role.FINANCE).post(f"{HERE}/letters").text.startswith("\ufeffN° de membre;Nom;")


def test_fees_statutes_and_an_assembly_are_written_by_the_team(assembly: Assembly, browser: Open) -> None:
    with assembly.database.transaction() as session:
        ann, bo = donor(session, assembly, "Alpha"), donor(session, assembly, "Beta")
        for who in (ann, bo):
            pay_fee(session, assembly, who)
        members.catch_up(session, at=assembly.clock())
    finance = browser(Role.FINANCE)
    rate = {"kind": "", "name": "Tarif réduit", "fee": "10,00", "months": "12", "from_on": ""}
    for wrong in ({"name": ""}, {"fee": "beaucoup"}, {"months": "0"}, {"months": "x"}):
        assert finance.post(f"{HERE}/rules/rate", rate | wrong).status_code == 422
    assert finance.post(f"{HERE}/rules/rate", rate).status_code == 303
    assert finance.post(f"{HERE}/rules/statutes", {"grace_months": "99"}).status_code == 422
    statutes = {"grace_months": "2", "remind_days": "20", "proxies_most": "1", "rules_from_on": "2026-01-01"}
    assert finance.post(f"{HERE}/rules/statutes", statutes).status_code == 303
    shown = words_of(finance.get(f"{HERE}/rules").text)
    assert all(word in shown for word in ("Tarif réduit", "10,00", "2 mois"))
    new = {"title": "AG 2027", "held_on": "2027-04-17", "voters_on": "2026-11-23", "agenda": "Comptes"}
    for wrong in ({"title": ""}, {"held_on": ""}, {"voters_on": "2028-01-01"}):
        assert finance.post(f"{HERE}/assemblies", new | wrong).status_code == 422
    place = finance.post(f"{HERE}/assemblies", new).headers["Location"]
    assert finance.post(place, new | {"place": "Namur"}).status_code == 303
    assert "AG 2027" in words_of(finance.get(f"{HERE}/assemblies").text)
    assert finance.post(f"{place}/proxies", {"giver_id": str(ann), "other_id": str(ann)}).status_code == 422
    # By the number on the slip, whatever page of voters is open; it outranks the list.
    nobody = finance.post(f"{place}/proxies", {"giver_number": "999999-99", "other_id": str(bo)})
    assert (nobody.status_code, "Personne ne porte ce numéro" in nobody.text) == (422, True)
    with assembly.database.reading() as session:
        slip = people.people(session, [ann])[ann].member_number
    by_slip = {"giver_number": f" {slip[:3]} {slip[3:]}", "giver_id": str(bo), "other_id": str(bo)}
    assert finance.post(f"{place}/proxies", by_slip).status_code == 303
    assert finance.post(f"{place}/convoke").status_code == 303
    assert finance.post(place, new).status_code == 303
    shown = words_of(finance.get(place).text)
    assert all(word in shown for word in ("Namur", "Beta", "Ont une voix", "Ni mail ni adresse 2 personnes"))
    assert finance.post(f"{place}/letters").status_code == 303  # no letter waits
    with assembly.database.transaction() as session:
        home = PostalAddress.parse(street="Rue Berckmans", number="9", postcode="1060", locality="Saint-Gilles")
        contacts.add_address(session, assembly.addresses, home, person_id=ann, at=assembly.clock())
    assert "Imprimer 1 lettre (PDF)" in words_of(finance.get(place).text)
    printed = finance.post(f"{place}/letters")
    assert (printed.content_type, printed.data[:5]) == ("application/pdf", b"%PDF-")
    shown = finance.get(place).text
    assert "1 lettre, le 23 novembre 2026" in words_of(shown)
    assert "Imprimer 1 lettre" not in words_of(shown)
    (made_at,) = re.findall(r'name="made_at" value="([^"]+)"', shown)
    assert finance.post(f"{place}/letters/again", {"made_at": made_at}).data[:5] == b"%PDF-"
    for instant in ("", "hier", "2026-01-01", "2026-01-01T00:00:00+00:00"):
        assert finance.post(f"{place}/letters/again", {"made_at": instant}).status_code == 404
    assert "La loi demande quinze jours" not in words_of(shown)
    over = finance.post(f"{HERE}/assemblies", new | {"held_on": "2026-11-22", "voters_on": ""}).headers["Location"]
    assert f"{over}/convoke" not in finance.get(over).text
    finance.post(f"{over}/convoke")
    assert "a déjà eu lieu" in finance.get(over).text
    with assembly.database.reading() as session:
        assert assemblies.find(session, AssemblyId(int(over.rpartition("/")[2]))).convoked_at is None
    soon = finance.post(f"{HERE}/assemblies", new | {"held_on": "2026-12-01"}).headers["Location"]
    assert "La loi demande quinze jours entre la convocation et l’assemblée. C’est dans 8 jours" in words_of(
        finance.get(soon).text
    )
    rows = finance.post(f"{place}/file").text.splitlines()
    assert [row.split(";")[1] for row in rows] == ["Nom", "Alpha", "Beta"]
    assert finance.post(f"{place}/proxies/drop", {"giver_id": str(ann)}).status_code == 303
    assert browser(Role.EDITOR).get(HERE).status_code == 403


def test_an_honorary_kind_is_made_and_given_at_the_desk(assembly: Assembly, browser: Open) -> None:
    with assembly.database.transaction() as session:
        ann = donor(session, assembly, "Alpha")
    finance, care = browser(Role.FINANCE), browser(Role.CARE)
    honorary = {"kind": "", "name": "Membre d’honneur", "from_on": "2020-01-01"}
    assert finance.post(f"{HERE}/rules/rate", honorary | {"fee": "", "months": "12"}).status_code == 422
    assert finance.post(f"{HERE}/rules/rate", honorary | {"free": "on", "votes": "no"}).status_code == 303
    shown = words_of(finance.get(f"{HERE}/rules").text)
    assert all(word in shown for word in ("sans droit de vote", "jusqu’à ce qu’on y mette fin", "aucune"))
    place = care.post(f"{HERE}/join/{ann}", {"kind": "membre-d-honneur"}).headers["Location"]
    shown = words_of(care.get(place).text)
    assert all(word in shown for word in ("En règle", "sans cotisation", "ne demande aucune cotisation"))
    assert "sans cotisation" in words_of(care.get(f"/office/supporters/{ann}").text)
