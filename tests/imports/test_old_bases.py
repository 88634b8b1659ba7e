"""What an old Access base exports: its headings, its ways of saying yes, its links, two people in one cell."""

from __future__ import annotations

from crm.imports.kinds.every import kind_of
from crm.imports.kinds.several import emails_in
from crm.imports.rules import guessed_columns
from tests.imports.conftest import Desk

HEAD = "N°;Titre;Nom;Prénom;Adresse;CP;Localité;Pays;Tél;GSM;E-mail;Date naiss.;Membre depuis;Décédé"


def test_its_headings_mean_what_they_say() -> None:
    headers = HEAD.split(";")

    def guessed(kind: str, names: list[str]) -> dict[str, str]:
        return {field: names[place] for field, place in guessed_columns(kind_of(kind).fields, names).items()}

    found = guessed("people", headers)
    assert (found["external_id"], found["birth_on"]) == ("N°", "Date naiss.")
    assert found.keys().isdisjoint({"number", "member_number"})
    assert guessed("people", ["Nom", "Rue", "N°"])["number"] == "N°"
    gifts = guessed("gifts", ["N° don", "N° donateur", "Date", "Montant", "Mode"])
    assert (gifts["reference"], gifts["external_id"], gifts["method"]) == ("N° don", "N° donateur", "Mode")


def test_a_link_of_access_is_the_address_it_leads_to() -> None:
    for text in ("a@exemple.be#mailto:a@exemple.be#", "#mailto:a@exemple.be#"):
        found = emails_in(text)
        assert found is not None
        assert [one.text for one in found] == ["a@exemple.be"]


def test_its_rows_come_in_as_they_are_meant(desk: Desk) -> None:
    rows = (
        "1;Mme;Dupont;Marie;Rue Haute, 1;1000;Bruxelles;B;02/345.67.01;/;inconnu;03/04/1950;2001;Faux\n"
        "2;M. et Mme;Sac;Luc et Ana;12, Rue Basse;5000;Namur;Belgique;;0470/12.34.56;/;1/01/1900;;-1\n"
        "TOTAL;;;;;;;;;;;;2;\n"
    )
    run = desk.bring(
        "people", f"{HEAD}\n{rows}".encode("cp1252"), choices={"system": "access"}, formats={"birth_on": "day-month"}
    )
    assert desk.said(run) == {
        2: ("create",),
        3: ("create", "died", "two-names:Luc et Ana", "not-title:title", "not-birth:1/01/1900"),
        4: ("error", "nobody"),
    }
