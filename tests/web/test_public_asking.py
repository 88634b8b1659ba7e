"""Somebody says in their own space that they want no appeal any more, and takes it back; the gate hears it at once."""

from __future__ import annotations

from datetime import date

from crm.consent import gate, policies
from crm.consent import service as consent
from crm.consent.model import APPEALS, Channel, ConsentEvent, LegalBasis, Refusal
from crm.consent.policy import Need, NewPolicy, Population
from crm.fundraising import service as fundraising
from crm.people import contacts
from crm.values.identifiers import AccountId
from crm.values.postal_address import PostalAddress
from tests.web.supporters import Site, hidden
from tests.web.test_public_receipts import texts
from tests.web.test_public_space import MARIE, go_in
from tests.web.test_public_space import site as _site

site = _site
HERE = "/mon-espace/appels"


def refusal(site: Site) -> Refusal | None:
    """Why no appeal may go to her by post."""
    with site.assembly.database.reading() as session:
        return gate.verdict_of(session, site.person(MARIE).id, APPEALS, Channel.POST, site.clock.now).refusal


def said(site: Site) -> list[ConsentEvent]:
    """What she said of appeals, in the order in which it was written."""
    with site.assembly.database.reading() as session:
        events = consent.history(session, site.person(MARIE).id)
    return sorted((one for one in events if one.purpose == APPEALS), key=lambda one: one.id)


def ask_for_gifts(site: Site) -> None:
    """The house asks by post whoever did not object."""
    new = NewPolicy(
        purpose=APPEALS,
        channel=Channel.POST,
        population=Population.EVERYBODY,
        need=Need.NO_OBJECTION,
        legal_basis=LegalBasis.LEGITIMATE_INTEREST,
        valid_from_on=date(2024, 1, 1),
        reason="x",
    )
    marie, now = site.person(MARIE).id, site.clock.now
    with site.assembly.database.transaction() as session:
        fundraising.open_purpose(session)
        proposed = policies.propose(session, new, by=AccountId(1), at=now)
        policies.decide(session, proposed.id, approve=True, by=AccountId(2), at=now)
        home = PostalAddress.parse(street="Rue Haute", number="1", postcode="1000", locality="Bruxelles")
        contacts.add_address(session, site.assembly.addresses, home, person_id=marie, at=now)


def test_a_no_to_appeals_holds_for_every_way_and_is_taken_back_in_words(site: Site) -> None:
    assert HERE not in go_in(site)
    assert site.client.get(HERE).status_code == 404
    ask_for_gifts(site)
    page = site.client.get("/mon-espace").text
    assert (HERE in page, "Nous pouvons vous demander un don" in page, refusal(site)) == (True, True, None)
    csrf = hidden(site.client.get(HERE).text, "csrf")
    assert site.client.post(HERE, data={"csrf": csrf, "wish": "x"}).status_code == 422
    site.client.post(HERE, data={"csrf": "x", "wish": "stop"})
    assert refusal(site) is None
    for _ in range(2):
        assert (
            "nous ne vous demanderons plus de don" in site.client.post(HERE, data={"csrf": csrf, "wish": "stop"}).text
        )
    assert (refusal(site), len(said(site))) == (Refusal.OBJECTED, 4)
    assert "Nous ne vous demandons plus de don" in site.client.get("/mon-espace").text
    site.clock.later(minutes=1)
    for language, word in (("nl", "per brief"), ("de", "per Brief"), ("en", "by post")):
        assert word in site.client.get(f"{HERE}?lang={language}").text
    assert "de nouveau" in site.client.post(f"{HERE}?lang=fr", data={"csrf": csrf, "wish": "again"}).text
    notice = said(site)[-1].notice_id
    assert (refusal(site), len(said(site)), notice is None) == (None, 8, False)
    with site.assembly.database.reading() as session:
        assert notice is not None
        shown = consent.notices(session, [notice])[notice].text
    assert (shown.startswith("Vous pouvez de nouveau"), "par SMS" in shown) == (True, True)
    stopped, again = texts(site, "receipt")
    assert "Nous ne vous demanderons plus de don, ni par courrier" in stopped
    assert ("de nouveau vous demander un don" in again, shown in again) == (True, True)
