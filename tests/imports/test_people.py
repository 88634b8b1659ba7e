"""People from files: recognised by strong keys, added to, never overwritten; what differs waits for a person."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from crm.actions import service as actions
from crm.actions.model import CallKind, NewCall, NewSignature
from crm.duplicates import merges
from crm.people import differences, links
from crm.people import service as people
from crm.people.model import NewPerson, Title
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.imports.conftest import Desk

FILE = """Prénom;Nom;E-mail;GSM;Rue;Code postal;Ville;Naissance;Lang
Marie;Dupont;marie@exemple.be;0470 12 34 56;rue Haute 12 bte 3;1000;Bruxelles;03/04/1971;fr
Jan;Peeters;jan@exemple.be;;Kerkstraat 1;3000;Leuven;25/12/1980;nl
Ana;Silva;pas une adresse;;;;;;fr
;;;;;;;;
Luc;;luc@exemple.be;12;;;;31/02/1990;xx
Marie;Dupont;MARIE@exemple.be;;;;;;
Zoé;Petite;zoe@exemple.be;;;;;27/11/2013;fr
"""


def test_what_a_file_brought_to_somebody_merged_since_leaves_with_the_file(desk: Desk) -> None:
    """From whom they live on in too, through any number of merges; and comes back with neither of them."""
    made, head = desk.assembly, "prénom;nom;courriel\n"
    desk.apply(desk.bring("people", head + "".join(f"Ana;Petit;{n}@exemple.be\n" for n in "abc")))
    ids = []
    with made.database.reading() as session:
        for n in "abc":
            ids += [one.id for one in people.people_at(session, made.addresses.key_of(f"{n}@exemple.be"))]
    more = "prénom;nom;courriel;naissance\nAna;Petit;a@exemple.be;1970-01-02\n"
    run = desk.apply(desk.bring("people", more, formats={"birth_on": "iso"}))
    facts: dict[str, Any] = {"chosen": {}, "by": None, "at": NOW}
    with made.database.transaction() as session:
        done = [
            merges.merge(session, made.sealer, made.pointers, survivor_id=to, loser_id=one, **facts)
            for one, to in pairwise(ids)
        ]
        assert str(people.people(session, ids)[ids[2]].birth_on) == "1970-01-02"
    assert desk.undo(run).counts["kept"] == 0
    with made.database.transaction() as session:
        assert [one.birth_on for one in people.people(session, ids).values()] == [None] * 3
        for merge in reversed(done):
            merges.undo(session, made.sealer, made.pointers, merge.id, by=None, at=NOW)
        assert [one.birth_on for one in people.people(session, ids).values()] == [None] * 3


def test_a_file_of_people_is_tried_then_written(desk: Desk) -> None:
    before = desk.held()
    run = desk.bring("people", FILE, formats={"birth_on": "day-month"})
    assert desk.held() == before
    assert desk.said(run) == {
        2: ("create",),
        3: ("create",),
        4: ("error", "not-email:email"),
        6: ("error", "not-language:language", "not-day:birth_on", "not-phone:mobile"),
        7: ("same", "row-before"),
        8: ("error", "too-young:birth_on"),
    }
    assert list(desk.rows(run)[8].given) == []
    assert dict(run.counts) == {"create": 2, "same": 1, "error": 3}
    applied = desk.apply(run)
    assert dict(applied.counts) == {"create": 2, "same": 1, "error": 3}
    with desk.assembly.database.reading() as session:
        (marie,) = people.people_at(session, desk.assembly.addresses.key_of("marie@exemple.be"))
    assert (marie.full_name, marie.language, str(marie.birth_on)) == ("Marie Dupont", Language.FR, "1971-04-03")
    assert [point.value for point in marie.contact_points] == ["marie@exemple.be", "+32470123456"]
    assert marie.member_number.isdigit()


def test_an_import_adds_and_never_overwrites(desk: Desk) -> None:
    made = desk.assembly
    with made.database.transaction() as session:
        known = people.add(
            session,
            made.addresses,
            NewPerson(
                email=EmailAddress.parse("marie@exemple.be"),
                language=Language.FR,
                first_name="Marie",
                last_name="Dupont",
            ),
            at=NOW,
        )
    rows = (
        "prénom;nom;email;gsm;langue;naissance\n"
        "MARIE;Dupond;marie@exemple.be;0470123456;nl;1971-04-03\n"
        "Éloïse;Martin;marie@exemple.be;;;\n"
    )
    run = desk.bring("people", rows)
    assert desk.said(run) == {
        2: ("review", "email-of-another"),
        3: ("review", "email-of-another"),
    }
    rows = "prénom;nom;email;gsm;langue;naissance\nMARIE;;marie@exemple.be;0470123456;nl;1971-04-03\n"
    run = desk.apply(desk.bring("people", rows))
    assert desk.said(run) == {2: ("update", "adds:birth_on", "adds:phone", "differs:language")}
    with made.database.reading() as session:
        now = people.find_person(session, known.id)
        assert now is not None
        assert (now.first_name, now.language, str(now.birth_on)) == ("Marie", Language.FR, "1971-04-03")
        waiting = differences.waiting(session)
    assert [(one.field, one.held["text"], one.said["text"]) for one in waiting] == [("language", "fr", "nl")]
    assert desk.said(desk.bring("people", rows)) == {2: ("same", "went-in")}


def test_strong_keys_in_their_order(desk: Desk) -> None:
    first = "id;n° de membre;prénom;nom;email\nA1;M-7;Marie;Dupont;m@exemple.be\nA2;M-8;Jan;Peeters;j@exemple.be\n"
    desk.apply(desk.bring("people", first, choices={"system": "vieux"}))
    then = (
        "id;n° de membre;prénom;nom;email\n"
        "A1;;;;autre@exemple.be\n"
        ";M 8;Jan;Peeters;j@exemple.be\n"
        "A1;M-8;;;\n"
        ";M-7;Ana;Silva;\n"
        ";97979797;Nul;Part;n@exemple.be\n"
    )
    assert desk.said(desk.bring("people", then, choices={"system": "vieux"})) == {
        2: ("update", "adds:email"),
        3: ("same",),
        4: ("review", "keys-disagree"),
        5: ("review", "number-of-another"),
        6: ("review", "number-like-ours") if 97979797 % 97 == 0 else ("create",),
    }


def test_a_welcome_call_adds_to_a_donor_the_supplier_named(desk: Desk) -> None:
    chosen = {"system": "rue-sa", "purpose": "news"}
    street = (
        "donor id;signature;prénom;nom;email;newsletter;mandat\n"
        "D1;2026-11-01;Ana;Silva;ana@exemple.be;oui;RUE-2026-77\n"
        f"D2;2026-11-01;Luc;Sac;luc@exemple.be;;{'M' * 36}\n"
    )
    run = desk.apply(desk.bring("street-recruits", street, choices=chosen))
    assert desk.said(run) == {2: ("create", "consent:news"), 3: ("error", "too-long:mandate")}
    with desk.assembly.database.reading() as session:
        [ana] = people.people_at(session, desk.assembly.addresses.key_of("ana@exemple.be"))
        kept = {(one.system, one.value) for one in links.external_ids(session, ana.id)}
    assert kept == {("rue-sa", "D1"), ("rue-sa mandat", "RUE-2026-77")}
    call = "donor id;date d'appel;gsm;newsletter;email\nD1;2026-11-09;0470123456;non;ana@exemple.be\nD9;2026-11-09;;;\n"
    run = desk.apply(desk.bring("welcome-calls", call, choices=chosen))
    assert desk.said(run) == {2: ("update", "adds:phone", "withdrawal:news"), 3: ("error", "unknown-person")}


def test_a_signature_stands_once_and_is_taken_back(desk: Desk) -> None:
    made = desk.assembly
    with made.database.transaction() as session:
        call = NewCall(kind=CallKind.PETITION, code="iran", title="Iran", language=Language.FR)
        petition = actions.put_call(session, call, at=NOW)
    rows = (
        "petition;date de signature;prénom;email;transmettre\n"
        "iran;2026-11-01;Ana;ana@exemple.be;oui\n"
        "IRAN;2026-11-02;Ana;ana@exemple.be;non\n"
        "autre;2026-11-01;Zoé;zoe@exemple.be;\n"
        "iran;;Luc;luc@exemple.be;\n"
    )
    run = desk.apply(desk.bring("signatures", rows, choices={"delivery_words": "Transmettez ma signature"}))
    assert desk.said(run) == {
        2: ("create", "signs:iran"),
        3: ("update", "row-before", "keeps-name:iran"),
        4: ("error", "not-petition:autre"),
        5: ("error", "lacking:signed_on"),
    }
    with made.database.reading() as session:
        tally = actions.tally(session, petition)
        assert (tally.people, tally.to_deliver, tally.withdrawn) == (1, 0, 1)
    assert desk.undo(run).counts["kept"] == 0
    with made.database.reading() as session:
        assert actions.tally(session, petition).people == 0
    desk.apply(desk.bring("people", "id;n° de membre;prénom\nA1;M-7;Ana\n", choices={"system": "vieux"}))
    rows = "id contact;n° de membre;petition;date de signature\nA1;;iran;2026-11-01\n;M 7;iran;2026-11-02\n"
    assert desk.said(desk.bring("signatures", rows, choices={"system": "vieux"})) == {
        2: ("update", "signs:iran"),
        3: ("same",),
    }


def test_a_no_of_a_file_keeps_a_name_here_and_is_taken_back_with_it(desk: Desk) -> None:
    made, choices = desk.assembly, {"delivery_words": "Transmettez ma signature"}
    with made.database.transaction() as session:
        call = actions.put_call(
            session, NewCall(kind=CallKind.PETITION, code="iran", title="Iran", language=Language.FR), at=NOW
        )
        for name in ("ana", "bo"):
            person = NewPerson(
                email=EmailAddress.parse(f"{name}@exemple.be"), first_name=name.title(), language=Language.FR
            )
            who = people.add(session, made.addresses, person, at=NOW)
            signed = NewSignature(
                petition_id=call.id, person_id=who.id, signed_at=NOW, deliver=True, delivery_words="Remettez."
            )
            actions.sign(session, signed, at=NOW)
    before = desk.held()
    rows = (
        "petition;date de signature;prénom;email;transmettre\n"
        f"iran;{NOW:%Y-%m-%d};Bo;bo@exemple.be;non\n"
        "iran;2026-11-01;Ana;ana@exemple.be;non\n"
        f"iran;{NOW:%Y-%m-%d};Ana;ana@exemple.be;\n"
    )
    said = {2: ("update", "keeps-name:iran"), 3: ("same", "hands-since:iran"), 4: ("same",)}
    run = desk.bring("signatures", rows, choices=choices)
    assert (desk.said(run), desk.held()) == (said, before)
    desk.apply(run)
    assert desk.said(run) == said
    with made.database.reading() as session:
        tally = actions.tally(session, call)
    assert (tally.people, tally.to_deliver, tally.withdrawn) == (2, 1, 1)
    assert desk.said(desk.bring("signatures", rows, choices=choices))[2] == ("same", "went-in")
    assert desk.undo(run).counts["kept"] == 0
    assert {name: rows for name, rows in desk.held().items() if name != "donor_windows"} == before


def test_a_yes_of_a_file_hands_over_a_name_that_stands_unless_they_said_no_since(desk: Desk) -> None:
    made, choices = desk.assembly, {"delivery_words": "Transmettez ma signature"}
    with made.database.transaction() as session:
        call = NewCall(kind=CallKind.PETITION, code="iran", title="Iran", language=Language.FR)
        petition = actions.put_call(session, call, at=NOW)
    head = "petition;date de signature;prénom;email;transmettre\n"
    silent = head + "".join(f"iran;2026-11-01;{one};{one}@exemple.be;\n" for one in ("Ana", "Bo"))
    desk.apply(desk.bring("signatures", silent + "iran;2026-11-05;Cy;cy@exemple.be;non\n", choices=choices))

    def to_deliver() -> int:
        with made.database.reading() as session:
            return actions.tally(session, petition).to_deliver

    rows = head + (
        "iran;2026-11-01;Ana;ana@exemple.be;oui\n"
        "iran;2026-11-02;Bo;bo@exemple.be;non\n"
        "iran;2026-11-01;Bo;bo@exemple.be;oui\n"
        "iran;2026-11-04;Cy;cy@exemple.be;oui\n"
        "iran;2026-11-06;Cy;cy@exemple.be;oui\n"
        "iran;2026-11-06;Cy;cy@exemple.be;oui\n"
    )
    run = desk.bring("signatures", rows, choices=choices)
    said = {
        2: ("update", "hands-name:iran"),
        3: ("update", "keeps-name:iran"),
        4: ("same", "keeps-since:iran"),
        5: ("same", "keeps-since:iran"),
        6: ("update", "hands-name:iran"),
        7: ("same",),
    }
    assert desk.said(run) == said
    assert desk.said(desk.apply(run)) == said
    assert to_deliver() == 2
    assert desk.undo(run).counts["kept"] == 0
    assert to_deliver() == 0


def test_a_number_of_a_merged_record_is_still_a_key(desk: Desk) -> None:
    made = desk.assembly
    file = "id;n° de membre;prénom;nom;email\nA1;M-7;Marie;Dupont;m@exemple.be\nA2;M-8;Marie;Dupond;n@exemple.be\n"
    run = desk.apply(desk.bring("people", file, choices={"system": "vieux"}))
    with made.database.transaction() as session:
        ids = [people.find_person(session, PersonId(i)) for i in (1, 2)]
        marie, other = (one for one in ids if one is not None)
        merges.merge(
            session, made.sealer, made.pointers, survivor_id=marie.id, loser_id=other.id, chosen={}, by=None, at=NOW
        )
    by_number = "id;n° de membre;prénom;nom;gsm\n;M-8;Marie;Dupont;0470123456\nA9;M 8;Marie;;\n"
    run = desk.bring("people", by_number, choices={"system": "vieux"})
    assert desk.said(run) == {2: ("update", "adds:phone"), 3: ("update", "adds:external_id")}
    run = desk.apply(run)
    assert [row.person_id for row in desk.rows(run).values()] == [marie.id, marie.id]
    with made.database.reading() as session:
        assert differences.waiting(session) == ()


def test_a_title_that_we_do_not_know_is_left_out_and_said(desk: Desk) -> None:
    heard = ("M. et Mme", "Dr", "Me", "Prof.")
    rows = "\n".join(
        ["civilité;prénom;nom;email", *(f"{one};Ana;Silva;a{i}@exemple.be" for i, one in enumerate(heard))]
    )
    run = desk.bring("people", f"{rows}\nMme;Zoé;Petit;z@exemple.be\n")
    told = dict.fromkeys((2, 3, 4, 5), ("create", "not-title:title")) | {6: ("create",)}
    assert desk.said(run) == told
    assert desk.said(desk.apply(run)) == told
    with desk.assembly.database.reading() as session:
        titles = [
            people.people_at(session, desk.assembly.addresses.key_of(f"{one}@exemple.be"))[0].title
            for one in ("a1", "z")
        ]
    assert titles == [Title.NONE, Title.MADAM]
    assert desk.said(desk.bring("people", rows)) == dict.fromkeys((2, 3, 4, 5), ("same", "went-in"))


def test_an_organisation_may_have_signs_in_its_name(desk: Desk) -> None:
    names = ("École libre / Ath", "Amis & Cie (asbl) n° 3", "Groupe 42 : Namur")
    run = desk.apply(desk.bring("people", "\n".join(["organisation", *names, "<b>Groupe</b>"]) + "\n"))
    assert desk.said(run) == dict.fromkeys((2, 3, 4), ("create",)) | {5: ("error", "not-name:organisation_name")}
    assert {one[0] for one in desk.said(desk.bring("people", "organisation\nÉcole libre / Ath\n")).values()} == {"same"}
