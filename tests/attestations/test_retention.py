"""How long numbers and words are kept: a dated term, tried first, and what stays when it is over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from crm.assembly import Assembly, attesting_house, press
from crm.attestations import correcting, handing, service, terms
from crm.attestations.errors import AttestationEnded
from crm.attestations.own_space import OwnAttestations
from crm.attestations.tables import AttestationRow
from crm.contracts.own_space import OwnLook
from crm.privacy import terms as privacy
from crm.rooms import KEEPERS
from crm.values.languages import Language
from crm.values.national_number import NationalNumber
from crm.vault import service as vault
from crm.vault import store as vault_store
from crm.vault.tables import NumberRow
from jobs import forget_over_term
from tests.attestations.conftest import NUMBER, PROPOSER, YEAR, Give, NewDonor, locked
from tests.conftest import NOW

OTHERS = ("17073003384", "26011500105", "80010100897")


def test_a_number_goes_when_its_term_is_over_and_what_was_filed_stays(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    with house.database.transaction() as session:
        gone, giving, attested = (donor(session, number=number) for number in (NUMBER, *OTHERS[:2]))
        vault.wait(session, house.vault.lock(), [("line", NationalNumber(OTHERS[2]))], at=NOW)
        give(session, giving, 100, on=date(2026, 2, 1))
        give(session, gone, 5000)
        give(session, attested, 6000)
    press(house).work(locked(house).id)
    with house.database.transaction() as session:
        assert service.versions(session, YEAR, 2)[0].person_id == attested
        session.execute(update(NumberRow).values(kept_at=NOW - timedelta(days=400)))
        correcting.cancel(session, attesting_house(house), YEAR, 2, reason="Doublon", at=NOW, by=PROPOSER)
    with house.database.rehearsing() as session:
        [tonight] = [one for one in privacy.forget(session, KEEPERS, at=NOW) if one.code == terms.NUMBERS]
    with house.database.rehearsing() as session:
        tried = privacy.forget(session, KEEPERS, at=NOW, instead={terms.NUMBERS: 12})
    assert (tonight.months, tonight.rows, {one.code: one.rows for one in tried}[terms.NUMBERS]) == (24, 0, 1)
    later = NOW + timedelta(days=31 * 24)
    assert forget_over_term.run(house, later)[terms.NUMBERS] == 4
    with house.database.reading() as session:
        assert session.scalars(select(NumberRow.id)).all() == []
        fact = vault_store.gone(session, [gone])
        assert [(one.kept_at, one.nothing_since < later) for one in fact] == [(NOW - timedelta(days=400), True)]
        assert vault.held(session, gone) is None
        first = service.versions(session, YEAR, 1)[0]
    assert press(house).said(first.id).zones["2011"] == NUMBER


def test_the_words_of_an_attestation_go_seven_years_after_it_was_told_and_its_number_stays(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    with house.database.transaction() as session:
        marie = donor(session, number=NUMBER)
        give(session, marie, 5000)
    run = locked(house)
    press(house).work(run.id)
    drawer = house.settings.home / "attestations" / str(YEAR)
    for year, kept in ((YEAR + 8, True), (YEAR + 9, False)):
        forget_over_term.run(house, NOW.replace(year=year))
        with house.database.reading() as session:
            (paper,) = service.versions(session, YEAR, 1)
            sealed = session.scalar(select(AttestationRow.sealed))
            part = OwnAttestations().part(
                session, OwnLook(person_id=marie, language=Language.FR, now=NOW.replace(year=year))
            )
            opened = handing.open_paper(session, int(paper.id))
        found = (paper.is_kept, bool(sealed), drawer.exists(), part is not None, opened is not None)
        assert found == (kept,) * 5
    assert (paper.number, paper.cents, paper.has_number) == (1, 5000, True)
    with house.database.transaction() as session, pytest.raises(AttestationEnded):
        correcting.correct(session, attesting_house(house), YEAR, 1, reason="x", at=NOW, by=PROPOSER)
