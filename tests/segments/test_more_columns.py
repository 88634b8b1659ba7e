"""What a file of a segment may say besides names and addresses: each in its column, and nothing that runs."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update

from crm.assembly import Assembly
from crm.attestations.model import Status
from crm.consent import service as consent
from crm.consent.model import Act, Channel, NewAct, Purpose, Way
from crm.contracts.segment_fields import Measure
from crm.people import service as people
from crm.people.model import Deliverability
from crm.people.tables import PostalAddressRow
from crm.rooms import QUESTIONS
from crm.segments import exporting, more_columns, service
from crm.segments.model import Condition, Every, Not, Rolling, Some, Span
from crm.segments.more_columns import More
from crm.segments.reading import Reader
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.conftest import NOW
from tests.segments import sowing
from tests.segments.conftest import TODAY, give, person

TOTAL = Condition(source="gift", measure=Measure.SUM, window=Rolling(length=24), asks=Span(low=1000))
MEAN = Condition(source="gift", measure=Measure.AVERAGE, asks=Span(low=1))
LAST = Condition(source="gift", measure=Measure.LAST, asks=Rolling(length=None, ending=1))
TREE = Every(parts=(TOTAL, Not(part=Some(parts=(LAST,))), MEAN, Condition(source="gift"), TOTAL))
HOME = PostalAddress(street="Rue Haute", number="1", postcode="7000", locality="Mons")


def test_a_file_says_besides_how_the_address_holds_the_attestation_and_what_is_measured(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        consent.put_purpose(session, Purpose(code="news", names={"fr": "Nouvelles"}, promises={}, position=1))
        who: dict[str, PersonId] = {}
        for name, home in {"Ann": HOME, "Bo": HOME, "Cy": None}.items():
            email = EmailAddress.parse(f"p{len(who)}@exemple.be")
            who[name] = person(session, assembly, name, address=home, email=email)
            found = people.find_person(session, who[name])
            assert found is not None
            said = NewAct(person_id=who[name], purpose="news", address_key=found.contact_points[0].address_key,
                          act=Act.GIVEN, way=Way.CONFIRMATION, occurred_at=NOW)  # fmt: skip
            consent.record(session, assembly.sealer, said, at=NOW)
            for cents in (1000, 2501):
                give(session, assembly, who[name], cents, TODAY)
        dead = update(PostalAddressRow).where(PostalAddressRow.person_id == who["Bo"])
        session.execute(dead.values(deliverability=Deliverability.DEAD))
        sowing.attested(session, who["Bo"], 2024, 4000)
        sowing.attested(session, who["Bo"], 2025, 123456)
        sowing.attested(session, who["Bo"], 2026, 9900, status=Status.CANCELLED)
        question = service.question(session, QUESTIONS, [TREE], at=NOW)
        definition = service.definition(TREE, {})

        def rows(*more: More) -> list[list[str]]:
            found = exporting.rows(definition, question, "news", Channel.EMAIL, Language.FR, more=more)
            plain = len(exporting.head(Channel.EMAIL, Language.FR))
            return [line[plain:] for _, line in found]

        assert rows() == [[], [], []]
        assert rows(More.ADDRESS) == [["en ordre"], ["rien n’y arrive plus"], ["aucune"]]
        assert [line[0::2] for line in rows(More.ATTESTATION)] == [["", ""], ["2025", "1234,56"], ["", ""]]
        assert rows(More.MEASURES) == [["35,01", TODAY.isoformat(), "17,50"]] * 3
        reads = Reader(session=session, catalogue=QUESTIONS, language=Language.FR, today=date(2026, 11, 23))
        head = more_columns.head(list(More), TREE, reads)
        assert [len(head), len(rows(*More)[0])] == [7, 7]
        assert head[4:] == [reads.clause(one) for one in (TOTAL, LAST, MEAN)]
