"""The desks beside a year of attestations: asking for numbers, handing papers over, one by itself, fiscal identity."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from crm.assembly import Assembly, attesting_house, press
from crm.attestations import filing, handing, service
from crm.attestations.model import Format, HandWay
from crm.attestations.rules import by_default
from crm.care.tables import TaskRow
from crm.donations import service as donations
from crm.donations.model import Method, Movement, NewGift, NewLine
from crm.people import households
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.national_number import NationalNumber
from crm.values.phone_number import PhoneNumber
from crm.vault import service as vault
from crm.vault import store as vault_store
from crm.vault.model import Source
from crm.web.office.attestation_asking import month_ends
from jobs import hand_over_attestations
from mailing.delivery.tables import DeliveryRow
from tests.attestations.conftest import DECIDER, HOME, ORGANISATION, PROPOSER, YEAR, locked
from tests.attestations.test_signing import png
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import Site, hidden
from tests.web.test_public_space import go_in

Open = Callable[..., Browser]
DESK = f"/office/gifts/attestations/{YEAR}"
MARIE = "marie@exemple.be"
NUMBER, OTHER = "85073003328", "17073003384"


@pytest.fixture
def assembly(assembly: Assembly) -> Assembly:
    """That of an institution with a legal name, approved."""
    found = replace(assembly, settings=assembly.settings.model_copy(update={"organisation": ORGANISATION}))
    with found.database.transaction() as session:
        rules = replace(by_default(YEAR), approved_from_on=date(YEAR, 1, 1))
        proposed = service.propose_rules(session, rules, at=NOW, by=PROPOSER)
        service.decide_rules(session, proposed.id, accepts=True, at=NOW, by=DECIDER)
    return found


def donor(assembly: Assembly, cents: int = 5000, **facts: object) -> PersonId:
    new = NewPerson(language=Language.FR, first_name="Marie", last_name="Dupont")
    with assembly.database.transaction() as session:
        person_id = people.add(session, assembly.addresses, replace(new, **facts), at=NOW).id  # type: ignore[arg-type]
        given = NewGift(
            person_id=person_id,
            lines=(NewLine(cents=cents),),
            given_on=date(YEAR, 6, 1),
            movement=Movement(method=Method.TRANSFER, booked_on=date(YEAR, 6, 1)),
        )
        donations.record(session, assembly.sealer, given, at=NOW)
    return person_id


def test_numbers_are_asked_for_by_three_ways_and_come_in_by_a_link(assembly: Assembly, browser: Open) -> None:
    donor(assembly, email=EmailAddress.parse(MARIE))
    jean = donor(assembly, address=HOME, first_name="Jean")
    donor(assembly, phone=PhoneNumber.parse("+32470123456"), first_name="Luc")
    care, numbers = browser(Role.CARE), f"{DESK}/numbers"
    page = care.get(numbers).text
    assert [word in page for word in ("par mail", "par lettre", "par téléphone", "Aucun numéro ne manque")] == [
        True, True, True, False,
    ]  # fmt: skip
    care.post(f"{numbers}/mails")
    letters = care.post(f"{numbers}/letters")
    assert (letters.mimetype, letters.data[:5]) == ("application/pdf", b"%PDF-")
    care.post(f"{numbers}/calls")
    assert care.post(f"{numbers}/letters").status_code == 303
    with assembly.database.reading() as session:
        (mail,) = session.scalars(select(DeliveryRow))
        titles = list(session.scalars(select(TaskRow.title)))
        link = mail.values["confirm_url"].partition(".test")[2]
    assert titles == [f"Demander le numéro national pour l’attestation de {YEAR}"]
    site = Site.open(assembly).client
    for language, word in (("fr", "Pour l’attestation de Marie Dupont"), ("nl", "Voor het attest van Marie Dupont")):
        asked = site.get(f"{link}?lang={language}")
        assert (asked.status_code, word in asked.text, asked.headers["Cache-Control"]) == (200, True, "no-store")
    wrong = site.post(link, data={"number": "85.07.30 033 82"})
    assert (wrong.status_code, "033 82" in wrong.text) == (422, False)
    kept = site.post(link, data={"number": "85.07.30 / 033–28"})
    assert (kept.status_code, "033" in kept.text, "••.••" in kept.text) == (200, False, True)
    assert (site.get(link).status_code, site.post(link, data={"number": OTHER}).status_code) == (404, 404)
    assert site.get(f"{link[:-4]}aaaa").status_code == 404
    page = care.get(numbers).text
    assert ("Demandé il y a moins d’un mois" in page, "À demander par" in page) == (True, False)
    assert browser(Role.EDITOR).get(numbers).status_code == 403
    page = care.get(f"/office/supporters/{jean}").text
    assert "Demandé par courrier" in page


def test_papers_are_handed_over_by_link_by_post_and_as_copies(assembly: Assembly, browser: Open) -> None:
    marie = donor(assembly, email=EmailAddress.parse(MARIE), address=HOME)
    donor(assembly, address=HOME, first_name="Jean")
    donor(assembly, first_name="Zoé", address=None)
    finance, here = browser(Role.FINANCE), f"{DESK}/handing"
    assert "Rien n’est encore numéroté" in finance.get(here).text
    assert finance.post(f"{DESK}/drafts").data[:5] == b"%PDF-"
    finance.post(f"{DESK}/check")
    finance.post(f"{DESK}/lock")
    finance.post(f"{here}/begin")
    assert hand_over_attestations.run(assembly, NOW) == {"made": 2, "mailed": 1}
    page = finance.get(here).text
    assert ("Rue de la Loi" in page, "1000 Bruxelles" in page, "À poster" in page) == (False, True, True)
    assert finance.post(f"{here}/print").data[:5] == b"%PDF-"
    listed = finance.post(f"{here}/list")
    assert (listed.mimetype, "Jean Dupont" in listed.text, "Marie" in listed.text) == ("text/csv", True, False)
    with assembly.database.reading() as session:
        (first,) = service.of_person(session, marie)
        (mail,) = session.scalars(select(DeliveryRow))
        link = mail.values["confirm_url"].partition(".test")[2]
        (waiting,) = handing.to_post(session, YEAR, at=NOW)
    finance.post(f"{here}/posted", {"paper": [waiting.id, first.id]})
    site = Site.open(assembly)
    assert "1000" not in site.client.get(link).text
    assert site.client.post(link, data={"postcode": "1001"}).status_code == 422
    original = site.client.post(link, data={"postcode": " 1000 "})
    assert (original.mimetype, original.data) == ("application/pdf", press(assembly).paper(first.id))
    form = {"csrf": hidden(go_in(site), "csrf")}
    assert site.client.post(f"/mon-espace/attestation/{YEAR}/{first.number}", data=form).data == original.data
    site.clock.later(days=2)
    copy = site.client.post(link, data={"postcode": "1000"})
    assert (copy.status_code, copy.data == original.data) == (200, False)
    assert finance.post(f"{DESK}/{first.number}/copy").data[:5] == b"%PDF-"
    page = finance.get(f"{DESK}/{first.number}").text
    told = ("un mail avec son lien est parti", "un code postal faux", "prise par le lien", "(duplicata)")
    assert [word in page for word in told] == [True] * 4
    with assembly.database.reading() as session:
        ways = [one.way for one in handing.proofs(session, [waiting.id])]
    assert ways == [HandWay.POST]
    assert browser(Role.CARE).post(f"{here}/print").status_code == 403


def test_a_fiscal_identity_and_one_paper_by_itself(assembly: Assembly, browser: Open) -> None:
    marie, jean = donor(assembly, address=HOME), donor(assembly, 1000, address=HOME, first_name="Jean")
    with assembly.database.transaction() as session:
        households.found(session, [marie, jean], at=NOW)
    finance = browser(Role.FINANCE)
    fiscal = f"/office/supporters/{jean}/fiscal"
    assert "Marie Dupont" in finance.get(fiscal).text
    form = {"kind": "person", "name": "", "first_name": "Johannes", "language": "nl", "given_to": str(marie)}
    assert finance.post(fiscal, form | {"enterprise_number": "12"}).status_code == 422
    assert finance.post(fiscal, form).status_code == 303
    with assembly.database.reading() as session:
        found = service.look(session, YEAR)
        said = service.declared(session, jean)
    assert [(one.identity.person_id, one.cents) for one in found.owed] == [(marie, 6000)]
    assert said is not None
    assert (said.first_name, said.language, said.given_to) == ("Johannes", Language.NL, marie)
    assert "son ou sa partenaire" in finance.get(f"/office/supporters/{jean}").text
    one = f"/office/supporters/{marie}/attestation"
    assert finance.get(one).status_code == 200
    refused = finance.post(one, {"year": str(NOW.year)})
    assert (refused.status_code, "L’année court encore" in refused.text) == (422, True)
    assert finance.post(one, {"year": str(YEAR)}).headers["Location"].endswith(f"{DESK}/1")
    assert "Rien n’est à attester" in finance.post(one, {"year": str(YEAR)}).text
    with assembly.database.reading() as session:
        assert service.totals(session, YEAR) == (1, 6000, 1)


def test_the_chart_of_numbers_ends_with_february_or_with_whoever_gave_theirs_later() -> None:
    now = date(YEAR + 1, 11, 26)
    for days, today, last in (
        ([], date(YEAR, 1, 10), date(YEAR, 2, 1)),
        ([date(YEAR, 3, 31)], date(YEAR, 4, 1), date(YEAR, 5, 1)),
        ([date(YEAR, 3, 31)], now, date(YEAR + 1, 3, 1)),
        ([date(YEAR, 3, 31), date(YEAR + 1, 5, 2)], now, date(YEAR + 1, 6, 1)),
        ([now], now, date(YEAR + 1, 12, 1)),
    ):
        ends = month_ends(YEAR, days, today)
        assert (ends[0], ends[-1], len(set(ends))) == (date(YEAR, 2, 1), last, len(ends))


def test_what_the_administration_answers_is_read_at_the_desk(assembly: Assembly, browser: Open) -> None:
    donor(assembly, address=HOME)
    finance, here = browser(Role.FINANCE), f"{DESK}/answers"

    def bring(text: str) -> tuple[int, str]:
        sent = {"answer": (io.BytesIO(text.encode()), "reponse.json")}
        page = finance.post(here, sent, content_type="multipart/form-data")
        return page.status_code, page.text

    assert "Lire la réponse" not in finance.get(DESK).text
    code, page = bring("[]")
    assert (code, "n’a rien à quoi répondre" in page) == (422, True)
    run = locked(assembly)
    with assembly.database.transaction() as session:
        desk = attesting_house(assembly)
        prepared = filing.prepare(session, desk, run.year, Format.BELCOTAX_XML_2024)
        told = "".join(filing.pieces(session, desk, prepared, at=NOW))
        filing.note(session, desk, prepared, content_print=told, at=NOW, by=PROPOSER)
        (paper,) = service.versions(session, run.year, 1)
    for wrong, said in (("<xml/>", "Ce n’est pas une réponse"), (" ", "Choisissez le fichier")):
        code, page = bring(wrong)
        assert (code, said in page, 'aria-invalid="true"' in page) == (422, True, True)
    remark = {"key": paper.fiche_key, "severity": "error", "detail": f"numéro {NUMBER} inconnu"}
    assert bring(json.dumps([remark]))[0] == 303
    page = finance.get(DESK).text
    shown = [word in page for word in ("error", "inconnu", "belcotax-xml-2024", NUMBER)]
    assert shown == [True, True, True, False]
    assert "inconnu" in finance.get(f"{DESK}/1").text
    assert browser(Role.EDITOR).post(here).status_code == 403


def test_a_signature_is_proposed_looked_at_and_decided_by_another(assembly: Assembly, browser: Open) -> None:
    here, finance, admin = "/office/gifts/attestations/signature", browser(Role.FINANCE), browser(Role.ADMINISTRATOR)

    def bring(picture: bytes, signer: str) -> tuple[int, str]:
        sent = {"picture": (io.BytesIO(picture), "x"), "signer": signer, "role_fr": "Directrice"}
        page = finance.post(here, sent, content_type="multipart/form-data")
        return page.status_code, page.text

    assert "ne portent pas de signature" in finance.get(here).text
    for picture, signer, said in ((b"GIF89a", "Claire", "plus large que haute"), (png(), " ", "Écrivez un nom")):
        code, page = bring(picture, signer)
        assert (code, said in page, 'aria-invalid="true"' in page) == (422, True, True)
    assert bring(png(), "Claire Delvaux")[0] == 303
    page = finance.get(here).text
    assert ("Claire Delvaux" in page, "Une autre personne en décide" in page, "/1/decide" in page) == (
        True,
        True,
        False,
    )
    looked = admin.get(f"{here}/1/image")
    assert (looked.content_type, looked.data[:4], looked.headers["Cache-Control"]) == (
        "image/png", b"\x89PNG", "no-store",
    )  # fmt: skip
    assert finance.get(f"{here}/9/image").status_code == 404
    finance.post(f"{here}/1/decide", {"decision": "accept"})
    assert "ne portent pas de signature" in finance.get(here).text
    admin.post(f"{here}/1/decide", {"decision": "accept"})
    assert "la signature de Claire Delvaux" in finance.get(here).text
    assert browser(Role.EDITOR).post(here, {}).status_code == 403


def test_a_missing_number_is_given_in_ones_own_space_and_shown_nowhere(assembly: Assembly, browser: Open) -> None:
    marie = donor(assembly, email=EmailAddress.parse(MARIE), address=HOME)
    donor(assembly, 3999, first_name="Anne", email=EmailAddress.parse("anne@exemple.be"))
    site, here = Site.open(assembly), "/mon-espace/attestation/numero"
    assert "Donner mon numéro" not in site.client.get(here).text
    for lang, word in {"fr": "mon numéro national", "nl": "rijksregisternummer", "de": "Nationalregister"}.items():
        assert word in (go_in(site) if lang == "fr" else site.client.get(f"/mon-espace?lang={lang}").text)
    page = site.client.get(f"{here}?lang=en").text
    assert ("National number" in page, "Dupont" in page, MARIE in page) == (True, False, False)
    csrf = hidden(page, "csrf")
    answers = [
        site.client.post(here, data={"csrf": sent, "number": typed})
        for sent, typed in (("x", NUMBER), (csrf, "85.07.30-033.29"), (csrf, "85 07 30/033-28"), (csrf, OTHER))
    ]
    assert [one.status_code for one in answers] == [200, 422, 200, 200]
    assert [any(sign in one.text for sign in ("85.07", "85 07", "033")) for one in answers[1:]] == [True, False, False]
    assert ("••.••.••-•••.••" in answers[2].text, "ne nous manque rien" in answers[3].text) == (True, True)
    with assembly.database.reading() as session:
        held = vault.held(session, marie)
        assert held is not None
        assert (held.source, held.kept_by, held.kept_at) == (Source.SPACE, None, NOW)
    assert "mon numéro national" not in site.client.get("/mon-espace").text
    shown = browser(Role.ADMINISTRATOR).get(f"/office/supporters/{marie}").text
    assert ("dans son espace" in shown, "85" in shown and "033.28" in shown) == (True, False)
    with assembly.database.reading() as session:
        lock, said = assembly.vault.lock(), NationalNumber(NUMBER)
        assert vault_store.holder(session, lock.keys_of(said), but=0) == marie
