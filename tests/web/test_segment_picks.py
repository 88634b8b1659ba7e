"""Who is in a segment by hand: the page of them, a list that is pasted, looked over, kept, taken back."""

from __future__ import annotations

from sqlalchemy import select

from crm.assembly import Assembly
from crm.people import service as people
from crm.people.model import NewPerson
from crm.segments import picking
from crm.segments.model import Fate
from crm.segments.tables import SegmentPickRow
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId, SegmentId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.web.supporters import words_of
from tests.web.test_segments import LAST_YEAR, PAGE, Open, built

HERE = f"{PAGE}/1/picks"


def crowd(assembly: Assembly) -> dict[str, tuple[PersonId, str]]:
    """Some people with their numbers: two of one mailbox, one who died."""
    found = {}
    with assembly.database.transaction() as session:
        for name in ("Ann", "Bo", "Cy", "Dee", "Eve"):
            email = EmailAddress.parse("maison@exemple.be" if name in {"Cy", "Dee"} else f"{name.lower()}@exemple.be")
            new = NewPerson(language=Language.FR, first_name=name, last_name="Dupont", email=email)
            who = people.add(session, assembly.addresses, new, at=NOW)
            found[name] = (who.id, who.member_number)
        people.record_death(session, found["Eve"][0], died_on=None, at=NOW)
    return found


def by_hand(assembly: Assembly) -> dict[int, tuple[bool | None, str]]:
    with assembly.database.reading() as session:
        rows = session.scalars(select(SegmentPickRow))
        return {row.person_id: (row.is_included, row.reason) for row in rows if row.is_included is not None}


def test_a_list_is_looked_over_kept_at_once_and_taken_back(assembly: Assembly, browser: Open) -> None:
    who, raiser = crowd(assembly), browser(Role.FUNDRAISER)
    (ann, ann_number), (bo, bo_number), (cy, _) = (who[name] for name in ("Ann", "Bo", "Cy"))
    raiser.post(PAGE, built(LAST_YEAR, name="À relancer", is_shared="on"))
    assert "Les conditions seules" in raiser.get(HERE).text
    raiser.post(f"{PAGE}/1/pick", {"person_id": str(bo), "how": "out", "reason": "a  demandé une pause"})
    assert by_hand(assembly) == {bo: (False, "a demandé une pause")}
    assert "a demandé une pause" in raiser.post(f"{PAGE}/1/why", {"other_id": str(bo)}).text
    lines = "\r\n".join(
        ["N° de membre;Nom", f"{ann_number[:-2]}-{ann_number[-2:]};Ann", "", "ANN@exemple.be", f"Bo\tn° {bo_number}",
         "maison@exemple.be", "eve@exemple.be", "personne@nulle.be"]
    )  # fmt: skip
    pasted = {"lines": lines, "how": "in", "reason": "Stand de la Zinneke"}
    for gone in pasted:
        assert raiser.post(f"{HERE}/read", {**pasted, gone: ""}).status_code == 422
    assert raiser.post(f"{HERE}/read", {**pasted, "lines": "x\n" * 1001}).status_code == 422
    page = words_of(raiser.post(f"{HERE}/read", pasted).text)
    for said in ("1 N° de membre;Nom", "8 personne@nulle.be", "6 maison@exemple.be Cy Dupont", "7 eve@exemple.be",
                 "4 ANN@exemple.be Ann Dupont", "Ajouter 2 personnes", "7 lignes lues"):  # fmt: skip
        assert said in page, said
    assert by_hand(assembly) == {bo: (False, "a demandé une pause")}
    assert "Stand de la Zinneke" in raiser.post(f"{HERE}/again", pasted).text

    kept = raiser.post(HERE, {"people": f"{ann} {bo}", "how": "in", "reason": pasted["reason"]})
    assert kept.headers["Location"] == HERE
    assert by_hand(assembly) == dict.fromkeys((ann, bo), (True, "Stand de la Zinneke"))
    page = words_of(raiser.get(HERE).text)
    assert all(said in page for said in ("Ann Dupont", "Stand de la Zinneke", ann_number)), page
    assert "Bo Dupont" not in words_of(raiser.post(f"{HERE}/search", {"text": ann_number}).text)
    assert "Bo Dupont" in words_of(raiser.post(f"{HERE}/search", {"text": "zinneke dupont", "how": "in"}).text)
    assert "Bo Dupont" not in words_of(raiser.get(f"{HERE}?how=out").text)

    raiser.post(f"{PAGE}/1/pick", {"person_id": str(ann), "how": "", "from": "picks"})
    raiser.post(f"{HERE}/undo", {"number": "3"})
    assert by_hand(assembly) == {bo: (False, "a demandé une pause")}, "a later hand stands, an earlier one is back"
    raiser.post(f"{HERE}/undo", {"number": "4"})
    assert by_hand(assembly) == {ann: (True, "Stand de la Zinneke"), bo: (False, "a demandé une pause")}
    assert raiser.post(HERE, {"people": "999999", "how": "in", "reason": "?"}).status_code == 422
    assert raiser.post(HERE, {"people": "x", "how": "in"}).status_code == 400
    assert raiser.post(HERE, {"people": f"{cy}", "how": "in", "reason": "y" * 201}).status_code == 422
    page = words_of(browser(Role.ADMINISTRATOR).get("/office/log").text)
    assert "a ajouté ou retiré une liste de personnes" in page
    assert "a annulé un ajout ou un retrait" in page
    assert browser(Role.EDITOR).get(HERE).status_code == 403


def test_a_postcode_is_nobody_and_cells_that_differ_take_nobody(assembly: Assembly, browser: Open) -> None:
    """The address goes first; a number of an older system counts alone on its line, or under its title."""
    who = crowd(assembly)
    with assembly.database.transaction() as session:
        old = {
            name: people.add(session, assembly.addresses, NewPerson(
                language=Language.FR, last_name=name, member_number=number), at=NOW).id
            for name, number in (("Holder", "7000"), ("Year", "1987"))
        }  # fmt: skip
    (ann, number), bo, cy = who["Ann"], who["Bo"][0], who["Cy"]
    raiser = browser(Role.FUNDRAISER)
    raiser.post(PAGE, built(LAST_YEAR, name="À relancer", is_shared="on"))

    def found(*lines: str) -> list[tuple[Fate, tuple[PersonId, ...]]]:
        with assembly.database.reading() as session:
            read = picking.read(session, assembly.addresses, SegmentId(1), "\n".join(lines), included=False)
        return [(one.fate, one.people) for one in read]

    assert found("Ann Dupont;Rue Haute;7000;Mons;ann@exemple.be", "Bo Dupont;7000;Mons;bo@exemple.be") == [
        (Fate.NEW, (ann,)), (Fate.NEW, (bo,))
    ]  # fmt: skip
    assert found("Nobody;Rue Haute;7000;Mons", "7000", "n° 7000", "Nom;1987") == [
        (Fate.UNKNOWN, ()), (Fate.NEW, (old["Holder"],)), (Fate.AGAIN, (old["Holder"],)), (Fate.UNKNOWN, ()),
    ]  # fmt: skip
    titled = ("Nom;Membre depuis;N° de membre;CP", '"Holder; H.";1987;7000;1000', "Year;7000;1987", "x;y;7000;1;2")
    assert [one for _, one in found(*titled)] == [(), (old["Holder"],), (old["Year"],), ()]
    assert found(f"bo@exemple.be\t{number}", f"maison@exemple.be;{cy[1]}", "maison@exemple.be", "ann@x.be;7000") == [
        (Fate.DIFFER, (bo, ann)), (Fate.NEW, (cy[0],)), (Fate.SEVERAL, (cy[0], who["Dee"][0])), (Fate.UNKNOWN, ()),
    ]  # fmt: skip
    page = raiser.post(f"{HERE}/read", {"lines": f"bo@exemple.be\t{number}", "how": "out", "reason": "liste"})
    assert "À trancher" in page.text
    assert "Personne à ajouter ni à retirer" in page.text
