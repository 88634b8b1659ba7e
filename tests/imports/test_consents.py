"""What a file may say about consent: never a yes without its proof, never over a no."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crm.consent import gate
from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Refusal, SuppressionCause, Way
from crm.imports import quarantine
from crm.imports import service as imports
from crm.imports.model import Run
from crm.people import service as people
from crm.people.model import NewPerson, Person
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from tests.conftest import NOW
from tests.imports.conftest import Desk, desk_on

AFTERNOON = timedelta(hours=5)
YES_DAY = (NOW - timedelta(days=10)).date()
HEAD = "email;consentement;date;voie;preuve\n"
CHOSEN = {"purpose": "news"}


def add(desk: Desk, email: str, *acts: Act) -> Person:
    made = desk.assembly
    with made.database.transaction() as session:
        new = NewPerson(email=EmailAddress.parse(email), language=Language.FR)
        person = people.add(session, made.addresses, new, at=NOW)
        for place, act in enumerate(acts):
            consent.record(
                session,
                made.sealer,
                NewAct(
                    person_id=person.id,
                    purpose="news",
                    address_key=person.contact_points[0].address_key,
                    act=act,
                    way=Way.WEB,
                    occurred_at=NOW - timedelta(days=10 - place) + AFTERNOON,
                ),
                at=NOW,
            )
    return person


def stands(desk: Desk, email: str) -> tuple[Act, Refusal | None] | None:
    with desk.assembly.database.reading() as session:
        key = desk.assembly.addresses.key_of(email)
        person = people.people_at(session, key)[0]
        found = {one.purpose: one for one in consent.standings(session, person.id)}
        verdict = gate.verdict(session, person_id=person.id, purpose="news", address_key=key, at=NOW)
        return (found["news"].act, verdict.refusal) if "news" in found else None


def test_a_yes_counts_only_with_its_date_its_way_and_its_proof(desk: Desk) -> None:
    rows = HEAD + (
        "a@exemple.be;oui;2024-05-01;site;« J’accepte la lettre »\n"
        "b@exemple.be;oui;;site;« J’accepte la lettre »\n"
        "c@exemple.be;oui;2024-05-01;;\n"
        "d@exemple.be;inactif;2024-05-01;;\n"
        "e@exemple.be;peut-être;;;\n"
        "f@exemple.be;en attente;;;\n"
        "g@exemple.be;oui;2030-01-01;site;x\n"
    )
    run = desk.apply(desk.bring("consents", rows, choices=CHOSEN))
    assert desk.said(run) == {
        2: ("create", "consent:news"),
        3: ("create", "legacy:news"),
        4: ("create", "legacy:news"),
        5: ("create", "withdrawal:news"),
        6: ("error", "not-state:state"),
        7: ("same", "not-confirmed"),
        8: ("error", "day-to-come:since"),
    }
    assert [stands(desk, f"{who}@exemple.be") for who in "abcd"] == [
        (Act.GIVEN, None),
        (Act.IMPORTED, Refusal.LEGACY),
        (Act.IMPORTED, Refusal.LEGACY),
        (Act.WITHDRAWN, Refusal.WITHDRAWN),
    ]


@pytest.mark.parametrize(
    ("before", "row", "said", "after"),
    [
        ((Act.WITHDRAWN,), "oui;2026-11-20;site;texte", ("review", "no-stands:news"), Act.WITHDRAWN),
        ((Act.WITHDRAWN,), "oui;2020-01-01;site;texte", ("same",), Act.WITHDRAWN),
        ((Act.WITHDRAWN,), "oui;;;", ("same",), Act.WITHDRAWN),
        ((Act.GIVEN,), "oui;;;", ("same",), Act.GIVEN),
        ((Act.GIVEN,), "non;2026-11-20;;", ("update", "withdrawal:news"), Act.REFUSED),
        ((Act.GIVEN,), "désinscrit;2020-01-01;;", ("same",), Act.GIVEN),
        ((Act.GIVEN,), f"non;{YES_DAY};;", ("update", "withdrawal:news"), Act.REFUSED),
        ((Act.GIVEN,), f"non;{YES_DAY} 00:30;;", ("same",), Act.GIVEN),
        ((Act.GIVEN,), "désinscrit;;;", ("update", "withdrawal:news"), Act.WITHDRAWN),
        ((Act.REQUESTED,), "oui;2026-11-20;site;texte", ("update", "consent:news"), Act.GIVEN),
        ((Act.IMPORTED,), "oui;2026-11-20;site;texte", ("update", "consent:news"), Act.GIVEN),
        ((Act.IMPORTED,), "oui;;;", ("same",), Act.IMPORTED),
    ],
)
def test_a_file_never_raises_a_no(
    desk: Desk, before: tuple[Act, ...], row: str, said: tuple[str, ...], after: Act
) -> None:
    add(desk, "a@exemple.be", *before)
    run = desk.apply(desk.bring("consents", f"{HEAD}a@exemple.be;{row}\n", choices=CHOSEN))
    assert desk.said(run) == {2: said}
    found = stands(desk, "a@exemple.be")
    assert found is not None
    assert found[0] is after


def test_a_yes_of_today_counts_from_the_import_and_a_word_after_it_is_heard(desk: Desk, tmp_path: Path) -> None:
    desk.apply(desk.bring("consents", f"{HEAD}a@exemple.be;oui;{NOW.date()};site;texte\n", choices=CHOSEN))
    with desk.assembly.database.reading() as session:
        person = people.people_at(session, desk.assembly.addresses.key_of("a@exemple.be"))[0]
        assert [one.since_at for one in consent.standings(session, person.id)] == [NOW]
    later = desk_on(desk.assembly, tmp_path / "files", minutes=40)
    run = later.apply(later.bring("consents", f"{HEAD}a@exemple.be;non;;;\n", choices=CHOSEN))
    assert later.said(run) == {2: ("update", "withdrawal:news")}
    assert stands(later, "a@exemple.be") == (Act.REFUSED, Refusal.REFUSED)


def test_mended_rows_keep_what_was_chosen_for_their_file(desk: Desk) -> None:
    head, iso = "email;consentement;date\n", {"since": "iso"}
    chosen = {**CHOSEN, "way": "paper", "proof": "« J’accepte »"}
    first = desk.bring(
        "consents", f"{head}a@exemple.be;oui;2024-13-45\nb@exemple.be;oui;2024-05-01\n", choices=chosen, formats=iso
    )
    desk.bring("consents", f"{head}c@exemple.be;oui;\n", choices=CHOSEN, formats=iso)  # the same source, otherwise

    def aside(run: Run) -> str:
        with desk.assembly.database.reading() as session:
            lines = quarantine.lines(
                desk.worker.shelf,
                run,
                lambda numbers: imports.set_aside(session, run.id, numbers),
                beside=quarantine.headings(Language.NL, run.id),
                say=lambda reasons: " ".join(what for _, what in reasons),
            )
            return "".join(lines)

    second = desk.bring("consents", aside(first).replace("-13-45", "-14-45"))
    assert second.matching == first.matching
    third = desk.bring("consents", aside(second).replace("-14-45", "-05-02"))
    assert len(third.headers) == len(first.headers) + 2
    assert desk.said(third) == {2: ("create", "consent:news")}


def test_a_no_by_every_channel_is_heard_of_the_day_of_a_yes(desk: Desk) -> None:
    add(desk, "a@exemple.be", Act.GIVEN)
    rows = f"email;date\na@exemple.be;{YES_DAY}\n"
    run = desk.apply(desk.bring("refusals", rows, choices=CHOSEN, formats={"since": "iso"}))
    assert desk.said(run) == {2: ("update", "objection:news/email")}
    with desk.assembly.database.reading() as session:
        key = desk.assembly.addresses.key_of("a@exemple.be")
        person = people.people_at(session, key)[0]
        verdict = gate.verdict(session, person_id=person.id, purpose="news", address_key=key, at=NOW)
    assert verdict.refusal is Refusal.OBJECTED


def test_a_no_without_a_name_is_meant_for_everybody_at_the_address(desk: Desk) -> None:
    add(desk, "famille@exemple.be", Act.GIVEN)
    add(desk, "famille@exemple.be", Act.GIVEN)
    run = desk.apply(desk.bring("consents", f"{HEAD}famille@exemple.be;non;;;\n", choices=CHOSEN))
    assert desk.said(run) == {2: ("update", "withdrawal:news")}
    with desk.assembly.database.reading() as session:
        key = desk.assembly.addresses.key_of("famille@exemple.be")
        acts = {consent.standings(session, one.id)[0].act for one in people.people_at(session, key)}
    assert acts == {Act.REFUSED}


def test_a_named_no_reaches_whom_it_names_and_nobody_else_at_the_mailbox(desk: Desk) -> None:
    """A shorter name of an older record, of somebody dead even, does not swallow it; a number means every address."""
    mail, old = "famille@exemple.be", "vieille@exemple.be"
    several = [add(desk, mail, Act.GIVEN) for _ in range(3)]
    names = [("", "Dupont"), ("Marie", "Dupont"), ("Paul", "Maes")]
    with desk.assembly.database.transaction() as session:
        for one, (first, last) in zip(several, names, strict=True):
            people.edit(session, one.id, first_name=first, last_name=last)
        people.record_death(session, several[0].id, died_on=None, at=NOW)
    luc = add(desk, old, Act.GIVEN)
    file = (
        "prénom;nom;courriel;consentement;date du consentement;voie;preuve;n° membre\n"
        f"Marie;Dupont;{mail};désinscrit;;;;\n"
        f";;nouvelle@exemple.be;non;;;;{luc.member_number}\n"
    )
    run = desk.apply(desk.bring("consents", file, choices=CHOSEN))
    assert {number: said[0] for number, said in desk.said(run).items()} == {2: "update", 3: "update"}
    with desk.assembly.database.reading() as session:
        words = [consent.standings(session, one.id)[0].act for one in several]
        assert words == [Act.WITHDRAWN, Act.WITHDRAWN, Act.GIVEN]
        assert people.people(session, [several[0].id])[several[0].id].first_name == ""
    assert stands(desk, old) == (Act.REFUSED, Refusal.REFUSED)


def test_the_export_of_spip_comes_in_as_it_is(desk: Desk) -> None:
    rows = (
        "email,nom,lang,date,statut,listes\n"
        'a@exemple.be,Marie Dupont,fr,2019-03-04 10:11:12,valide,"news,urgent,autre"\n'
        "b@exemple.be,,nl,2020-01-01 00:00:00,refuse,news\n"
        "c@exemple.be,,fr,2020-01-01 00:00:00,prop,news\n"
        "d@exemple.be,,fr,0000-00-00 00:00:00,valide,news\n"
    )
    run = desk.apply(desk.bring("mailsubscribers", rows, choices=CHOSEN))
    assert desk.said(run) == {
        2: ("create", "legacy:news", "legacy:urgent"),
        3: ("create", "withdrawal:news"),
        4: ("same", "not-confirmed"),
        5: ("create", "legacy:news"),
    }
    assert stands(desk, "a@exemple.be") == (Act.IMPORTED, Refusal.LEGACY)


def test_a_list_of_hashed_addresses_waits_for_them(desk: Desk) -> None:
    from crm.consent.taking_over import digests_of

    add(desk, "connue@exemple.be")
    hashed = [digests_of("connue@exemple.be")[0], digests_of("future@exemple.be")[2].upper()]
    rows = "\n".join(["Empreinte", *hashed, "claire@exemple.be", "n’importe quoi", hashed[0]])
    run = desk.apply(desk.bring("suppressions", rows))
    assert desk.said(run) == {
        2: ("create", "digest"),
        3: ("create", "digest"),
        4: ("create", "suppressed"),
        5: ("error", "not-silenceable:address"),
        6: ("same", "digest"),
    }
    desk.apply(desk.bring("people", "prénom;email\nZoé;future@exemple.be\n"))
    with desk.assembly.database.reading() as session:
        causes = {
            name: [one.cause for one in consent.suppressions(session, desk.assembly.addresses.key_of(name))]
            for name in ("connue@exemple.be", "future@exemple.be", "claire@exemple.be")
        }
    assert causes == {name: [SuppressionCause.LISTED] for name in causes}
    assert {v[0] for v in desk.said(desk.bring("suppressions", rows)).values()} == {"same", "error"}
