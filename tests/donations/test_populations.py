"""Who bought, gave or paid a fee is known to the policies of consent, and a buyer may hear of us without a yes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import gate, policies
from crm.consent import service as consent
from crm.consent.model import Channel, LegalBasis, Purpose, Refusal
from crm.consent.policy import Need, NewPolicy, Population
from crm.consent.tables import PopulationRow
from crm.donations.model import GiftKind, LineKind, NewLine
from crm.donations.tables import GiftRow
from crm.people import service as people
from crm.people.model import NewPerson
from crm.privacy import erasing
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from jobs import tell_populations
from tests.conftest import NOW
from tests.donations.conftest import Give, donor

KINDS = {GiftKind.SALE: LineKind.GOODS, GiftKind.MEMBERSHIP_FEE: LineKind.FEE, GiftKind.ONE_OFF: LineKind.DONATION}
SHOP = NewPolicy(
    purpose="news", channel=Channel.EMAIL, population=Population.BUYERS, need=Need.NO_OBJECTION,
    legal_basis=LegalBasis.LEGITIMATE_INTEREST, valid_from_on=NOW.date(), reason="Code de droit économique, XII.13",
)  # fmt: skip


def _belonging(session: Session) -> set[tuple[int, Population]]:
    return {(row.person_id, row.population) for row in session.scalars(select(PopulationRow))}


def test_populations_follow_the_gifts_and_a_buyer_is_allowed_by_the_policy_of_buyers(
    assembly: Assembly, give: Give
) -> None:
    who: dict[GiftKind, PersonId] = {}
    news = Purpose(code="news", names={"fr": "Les nouvelles"}, promises={"fr": "Chaque semaine."}, position=1)
    with assembly.database.transaction() as session:
        consent.put_purpose(session, news)
        rule = policies.propose(session, SHOP, by=AccountId(1), at=NOW)
        policies.decide(session, rule.id, approve=True, by=AccountId(2), at=NOW)
        for kind, line in KINDS.items():
            new = NewPerson(language=Language.FR, email=EmailAddress.parse(f"{kind.value}@exemple.be"))
            who[kind] = people.add(session, assembly.addresses, new, at=NOW).id
            for _ in range(2):
                give(session, 2500, who[kind], kind=kind, lines=(NewLine(cents=2500, kind=line),))
        gone = donor(session, assembly)
        give(session, 2500, gone)
        erasing.erase(session, assembly.holdings, gone, at=NOW)
    sale, fee, gift = who[GiftKind.SALE], who[GiftKind.MEMBERSHIP_FEE], who[GiftKind.ONE_OFF]
    everybody = {(sale, Population.BUYERS), (fee, Population.MEMBERS), (gift, Population.DONORS)}
    assert tell_populations.run(assembly, NOW) == {"came": 3, "left": 0}
    assert tell_populations.run(assembly, NOW + timedelta(days=1)) == {"came": 0, "left": 0}
    with assembly.database.transaction() as session:
        assert _belonging(session) == everybody
        found = [gate.verdict_of(session, one, "news", Channel.EMAIL, NOW).refusal for one in (sale, fee, gift)]
        assert found == [None, Refusal.NEVER_ASKED, Refusal.NEVER_ASKED]
        session.execute(update(GiftRow).where(GiftRow.person_id == gift).values(net_cents=0, given_cents=0))
    assert tell_populations.run(assembly, NOW + timedelta(days=800)) == {"came": 0, "left": 2}
    with assembly.database.reading() as session:
        assert _belonging(session) == {(sale, Population.BUYERS)}
