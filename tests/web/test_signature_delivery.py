"""Signatures are handed over from the office, and kept back by care or by the signer in their own space."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from zipfile import ZipFile

import pytest
from sqlalchemy.orm import Session

from crm.actions import service as actions
from crm.actions.model import Call, CallKind, NewCall, NewSignature, Tally
from crm.assembly import Assembly
from crm.audit import service as audit
from crm.care import service as care
from crm.consent import restrictions
from crm.people import service as people
from crm.people.model import NewPerson
from crm.privacy import limits
from crm.staff.model import Role
from crm.values.identifiers import PersonId, TaskId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from jobs import mind_files
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import Site, hidden
from tests.web.test_public_space import MARIE, go_in
from tests.web.test_public_space import site as _site

site = _site
HOME = PostalAddress(street="Rue Haute", number="1", postcode="1000", locality="Bruxelles", country="BE")


def petition(assembly: Assembly, *signers: str) -> tuple[Call, list[PersonId]]:
    """A petition that those signed, each with the leave to hand their name over."""
    with assembly.database.transaction() as session:
        new = NewCall(kind=CallKind.PETITION, code="nadia", title="Libérez Nadia", language=Language.FR)
        call, found = actions.put_call(session, new, at=NOW), []
        for name in signers:
            person = NewPerson(language=Language.FR, first_name="Sana", last_name=name, address=HOME)
            found.append(people.add(session, assembly.addresses, person, at=NOW).id)
            sign(session, call, found[-1])
    return call, found


def sign(session: Session, call: Call, person_id: PersonId) -> None:
    new = NewSignature(
        petition_id=call.id, person_id=person_id, signed_at=NOW, deliver=True, delivery_words="Remettez-la."
    )
    actions.sign(session, new, at=NOW)


def tally(assembly: Assembly, call: Call) -> Tally:
    with assembly.database.reading() as session:
        return actions.tally(session, call)


def test_a_list_leaves_is_handed_over_and_who_takes_it_back_is_told_apart(
    browser: Callable[..., Browser], assembly: Assembly
) -> None:
    call, (first, second) = petition(assembly, "Diallo", "Peeters")
    here, admin, carer = f"/office/actions/{call.id}/delivery", browser(Role.ADMINISTRATOR), browser(Role.CARE)
    assert "Emporter la liste de 2 signatures" in admin.get(here).text
    assert admin.post(f"{here}/list", {"recipient": " "}).status_code == 422
    assert admin.post("/office/actions/99/delivery/list", {"recipient": "Ambassade"}).status_code == 404
    assert carer.post(f"/office/supporters/{second}/signatures/1/keep", {}).status_code == 404
    masked = carer.get(f"/office/supporters/{first}").text
    assert "Ne plus la remettre" not in masked, "what tells an opinion is masked"
    shown = carer.post(f"/office/supporters/{first}/actions/reveal", {}).text
    assert f"/office/supporters/{first}/signatures/1/keep" in shown
    assert carer.post(f"/office/supporters/{first}/signatures/1/keep", {}).status_code == 303
    file = admin.post(f"{here}/list", {"recipient": "Ambassade", "form": "csv"})
    assert (file.status_code, file.headers["X-Rows"]) == (200, "1")
    assert file.text.splitlines()[1] == "1;Sana;Peeters;;1000;Bruxelles;BE;" + f"{NOW:%Y-%m-%d}"
    assert admin.post(f"{here}/list", {"recipient": "Ambassade"}).status_code == 303
    with assembly.database.transaction() as session:
        restrictions.restrict(session, second, since_on=NOW.date(), reason="Conteste", by=None, at=NOW)
    assert "Les données de 1 personne ont été gelées depuis que ce fichier est parti" in admin.get(here).text
    assert admin.post(f"{here}/1/done", {"to-1": "Ambassade", "on-1": "demain"}).status_code == 303
    assert tally(assembly, call).delivered == 0
    assert admin.post(f"{here}/1/done", {"to-1": "Ministère", "on-1": f"{NOW:%Y-%m-%d}"}).status_code == 303
    assert carer.post(f"/office/supporters/{second}/signatures/2/keep", {}).status_code == 303
    found = tally(assembly, call)
    assert (found.people, found.to_deliver, found.delivered, found.withdrawn, found.withdrawn_late) == (2, 0, 1, 2, 1)
    page = admin.get(here).text
    assert ("Ministère" in page, "1 personne a retiré son accord depuis." in page) == (True, True)
    assert "Accord retiré après la remise" in admin.get(f"/office/actions/{call.id}/people").text
    assert "dont 1 après la remise" in admin.get(f"/office/actions/{call.id}").text
    with assembly.database.reading() as session:
        trail = audit.latest(session, subject="call", subject_id=call.id)
    assert {"call.deliver-take", "call.delivered"} <= {one.action for one in trail}
    later = NOW + timedelta(days=limits.SIGNATURE_FILE.value + 1)
    assert mind_files.run(assembly, later)["reminded"] == 1
    assert mind_files.run(assembly, later)["reminded"] == 0
    assert admin.post(f"{here}/1/purged", {}).status_code == 303
    with assembly.database.reading() as session:
        done = care.task(session, TaskId(1))
    assert ("Libérez Nadia" in done.title, done.done_at is None) == (True, False)


def test_a_long_list_is_agreed_to_by_a_second_colleague_and_leaves_as_a_workbook(
    browser: Callable[..., Browser], assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "value", lambda _s, limit, _on: 1 if limit is limits.LARGE_FILE else limit.value)
    call, _ = petition(assembly, "Diallo")
    here, asks, agrees = f"/office/actions/{call.id}/delivery", browser(Role.ADMINISTRATOR), browser(Role.ADMINISTRATOR)
    assert "Demander la liste de 1 signature" in asks.get(here).text
    assert asks.post(f"{here}/list", {"recipient": "Ambassade"}).status_code == 303
    assert asks.post(f"{here}/ask", {"recipient": "Ambassade"}).status_code == 303
    assert asks.post(f"{here}/1/decide", {"decision": "yes"}).status_code == 303
    assert asks.post(f"{here}/list", {"delivery_id": "1"}).status_code == 303
    assert "Accorder" in agrees.get(here).text
    assert agrees.post(f"{here}/1/decide", {"decision": "yes"}).status_code == 303
    file = asks.post(f"{here}/list", {"delivery_id": "1", "form": "xlsx"})
    with ZipFile(io.BytesIO(file.data)) as book:
        assert "Diallo" in book.read("xl/worksheets/sheet1.xml").decode()
    assert asks.post(f"{here}/1/drop", {}).status_code == 303
    assert tally(assembly, call).to_deliver == 1


def test_a_signer_keeps_their_name_back_in_their_own_space_and_gives_it_again(site: Site) -> None:
    here = "/mon-espace/signatures"
    assert here not in go_in(site)
    assert site.client.get(here).status_code == 404
    call, _ = petition(site.assembly)
    with site.assembly.database.transaction() as session:
        sign(session, call, site.person(MARIE).id)
    assert here in site.client.get("/mon-espace").text
    page = site.client.get(here).text
    assert "Votre nom sera transmis" in page
    csrf = hidden(page, "csrf")
    assert site.client.post(here, data={"csrf": csrf, "signature": "9", "wish": "stop"}).status_code == 422
    site.client.post(here, data={"csrf": "x", "signature": "1", "wish": "stop"})
    assert tally(site.assembly, call).to_deliver == 1
    page = site.client.post(here, data={"csrf": csrf, "signature": "1", "wish": "stop"}).text
    assert "ne sera plus transmis" in page
    assert tally(site.assembly, call).to_deliver == 0
    assert "Transmettez mon nom" in page
    site.clock.later(seconds=60)
    page = site.client.post(here, data={"csrf": csrf, "signature": "1", "wish": "hand"}).text
    assert "votre nom peut être transmis" in page
