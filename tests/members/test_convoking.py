"""Who is asked to an assembly by mail and who by letter, once; the letters as they are printed."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, Channel, NewAct, Purpose, SuppressionCause, Way
from crm.foundation import documents
from crm.members import assemblies, convocation_letters, convoking, rules
from crm.members.model import Asked, RemindWay
from crm.members.model import Assembly as Meeting
from crm.people import contacts
from crm.people import service as people
from crm.people.model import FailureReason, NewPerson
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from jobs import keep_memberships
from tests.approved_files import check_approved
from tests.conftest import NOW
from tests.members.conftest import TODAY, PayFee

BY = AccountId(1)
MAIL, LETTER = RemindWay.MAIL, RemindWay.LETTER
HOME = PostalAddress.parse(street="Rue Berckmans", number="9", postcode="1060", locality="Saint-Gilles")
NEWS = Purpose(code="news", names={"fr": "Les nouvelles"}, promises={"fr": "Chaque semaine."}, position=1)


def somebody(
    session: Session, assembly: Assembly, name: str, *, mail: bool, home: bool, language: Language = Language.FR
) -> PersonId:
    new = NewPerson(
        language=language,
        first_name="Ana",
        last_name=name,
        email=EmailAddress.parse(f"{name.lower()}@exemple.test") if mail else None,
        address=HOME if home else None,
    )
    return people.add(session, assembly.addresses, new, at=NOW).id


def _meeting(session: Session) -> Meeting:
    made = assemblies.plan(
        session,
        title="Assemblée générale 2027",
        held_on=TODAY + timedelta(days=60),
        place="Chaussée de Wavre 169, Bruxelles",
        agenda="Comptes de l’année\n\nRapport d’activité",
        voters_on=TODAY,
    )
    return assemblies.find(session, made)


@pytest.mark.parametrize("told", [None, MAIL, LETTER])
def test_a_letter_goes_where_no_mail_answers_or_is_wanted_and_nobody_is_asked_twice(
    told: RemindWay | None,
) -> None:
    def way(mailbox: bool, box: bool, averse: bool) -> RemindWay | None:
        return rules.convocation_way(told, has_mailbox=mailbox, has_letter_box=box, is_averse=averse)

    found = [way(*facts) for facts in product((True, False), repeat=3)]
    by_told = {
        None: [LETTER, MAIL, MAIL, MAIL, LETTER, LETTER, None, None],
        MAIL: [None, None, None, None, LETTER, LETTER, None, None],
        LETTER: [None] * 8,
    }
    assert found == by_told[told]


def test_each_voter_is_asked_by_the_way_that_leads_to_them_and_once(assembly: Assembly, fee: PayFee) -> None:
    with assembly.database.transaction() as session:
        consent.put_purpose(session, NEWS)
        plain, averse, silenced = (somebody(session, assembly, n, mail=True, home=True) for n in ("A", "B", "C"))
        homeless = somebody(session, assembly, "D", mail=True, home=False)
        dead = somebody(session, assembly, "E", mail=True, home=True)
        posted = somebody(session, assembly, "F", mail=False, home=True)
        lost = somebody(session, assembly, "G", mail=False, home=False)
        bounced = somebody(session, assembly, "H", mail=True, home=True)
        everybody = (plain, averse, silenced, homeless, dead, posted, lost, bounced)
        known = people.people(session, everybody)
        key = {who: point.address_key for who, one in known.items() for point in one.emails}
        for who in everybody:
            fee(session, who)
        for who in (averse, homeless):
            act = NewAct(
                person_id=who, purpose="news", address_key=key[who], act=Act.OBJECTED, way=Way.PHONE, occurred_at=NOW,
                channel=Channel.EMAIL,
            )  # fmt: skip
            consent.record(session, assembly.sealer, act, at=NOW)
        for who, cause in ((silenced, SuppressionCause.COMPLAINT), (dead, SuppressionCause.DEAD_ADDRESS)):
            consent.suppress(session, address_key=key[who], cause=cause, way=Way.BOUNCE, at=NOW)
        meeting = _meeting(session)
        assert convoking.asked(session, meeting, on=TODAY) == Asked(to_mail=3, to_letter=4, unreached=1)
        assert convoking.write_letters(session, meeting, at=NOW) == ()  # nothing leaves before it is convoked
        assemblies.convoke(session, meeting.id, at=NOW, by=BY)
    assert keep_memberships.run(assembly, NOW)["convoked"] == 3
    with assembly.database.transaction() as session:
        meeting = assemblies.find(session, meeting.id)
        assert convoking.write_letters(session, meeting, at=NOW) == (averse, silenced, dead, posted)
        assert convoking.write_letters(session, meeting, at=NOW) == ()
        ((point,),) = (people.people(session, [bounced])[bounced].emails,)
        contacts.fail_point(session, point.id, FailureReason.GONE, source="test", at=NOW)
        later = NOW + timedelta(days=1)
        assert convoking.asked(session, meeting, on=TODAY) == Asked(mailed=2, lettered=4, to_letter=1, unreached=1)
        assert convoking.write_letters(session, meeting, at=later) == (bounced,)
        assert convoking.asked(session, meeting, on=TODAY) == Asked(mailed=2, lettered=5, unreached=1)
        assert [(one.made_at, one.letters) for one in convoking.batches(session, meeting.id)] == [(later, 1), (NOW, 4)]
        assert convoking.written(session, meeting.id, NOW) == (averse, silenced, dead, posted)
        ways = {one.person_id: one.convoked_by_way for one in assemblies.voters(session, meeting)}
        by_mail, by_letter = dict.fromkeys((plain, homeless), MAIL), dict.fromkeys((averse, silenced, dead), LETTER)
        assert ways == by_mail | by_letter | {posted: LETTER, bounced: LETTER, lost: None}
        over = NOW + timedelta(days=90)
        assert convoking.write_letters(session, meeting, at=over) == ()
    assert keep_memberships.run(assembly, NOW + timedelta(days=2))["convoked"] == 0


def test_convocations_are_printed_one_a_page_each_in_its_language(assembly: Assembly, fee: PayFee) -> None:
    organisation = assembly.settings.organisation
    with assembly.database.transaction() as session:
        several = [
            somebody(session, assembly, f"Nom-{one.value}", mail=False, home=True, language=one) for one in Language
        ]
        meeting = _meeting(session)
        known = people.people(session, several)
        homes = contacts.letter_homes_on(session, several, TODAY)
    letters = [convocation_letters.Letter(person=known[one], address=homes[one]) for one in several]
    page = convocation_letters.facts(letters, meeting, organisation, with_proxies=True, language=Language.FR, on=TODAY)
    told = "\n\n".join(
        "\n".join(
            [*one["address"], one["day"], one["subject"], one["greeting"], *one["opening"], *one["items"],
             *one["paragraphs"], one["signed"], *one["slip"].values()]
        )
        for one in page["letters"]
    )  # fmt: skip
    check_approved("letters/convocation.txt", told + "\n")
    bare = convocation_letters.facts(letters, meeting, organisation, with_proxies=False, language=Language.FR, on=TODAY)
    assert all("slip" not in one and len(one["paragraphs"]) == 1 for one in bare["letters"])
    made = documents.pdf("letters", page, at=NOW)
    assert (made[:5], b"/StructTreeRoot" in made) == (b"%PDF-", True)
