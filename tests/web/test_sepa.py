"""The SEPA desk: every step says why it is refused, the file is audited, a report is read or refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.collections import service as collections
from crm.people import contacts
from crm.people import service as people
from crm.people.model import NewPerson
from crm.plans import arriving
from crm.plans import service as plans
from crm.plans.arriving import Row
from crm.plans.mandates import enclose
from crm.plans.model import Channel, Plan
from crm.staff.model import Role
from crm.values.iban import Iban
from crm.values.identifiers import SepaBatchId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.collections.test_reports import REPORT
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]
DAY = "2026-11-30"


@pytest.fixture
def plan(assembly: Assembly) -> Plan:
    with assembly.database.transaction() as session:
        new = NewPerson(language=Language.FR, first_name="Ana", last_name="Delta")
        who = people.add(session, assembly.addresses, new, at=NOW).id
        row = Row(
            person_id=who, supplier="rue", reference="RUE-1", signed_on=NOW.date() - timedelta(days=20), cents=1500,
            channel=Channel.STREET, holder="Ana Delta",
            account=enclose(assembly.safe, Iban.parse("BE71096123456769")),
        )  # fmt: skip
        (brought,) = arriving.bring_many(session, [row], at=NOW)
        return plans.plan(session, brought.plan_id)


def test_a_file_goes_from_hand_to_hand(assembly: Assembly, browser: Open, plan: Plan) -> None:
    one, two = browser(Role.FINANCE), browser(Role.FINANCE)
    assert "1 2 3" not in words_of(one.get("/office/sepa?on=rien").text)
    for wrong in ("", "2026-11-29", "hier"):
        assert one.post("/office/sepa/new", {"collect_on": wrong}).status_code == 422
    made = one.post("/office/sepa/new", {"collect_on": DAY})
    address = made.headers["Location"]
    assert (made.status_code, address) == (303, "/office/sepa/1")
    assert one.post("/office/sepa/new", {"collect_on": DAY}).headers["Location"] == "/office/sepa"
    one.post(f"{address}/approve", {})
    shown = words_of(two.get(address).text)
    assert all(word in shown for word in ("À approuver", "Ce que ce fichier demande", "1 sur 1"))
    assert "Aucune échéance de ce fichier" in words_of(two.get(f"{address}?find=1,23").text)
    assert two.post(f"{address}/file", {}).status_code == 303
    two.post(f"{address}/approve", {})
    assert "Prêt à partir" in words_of(two.get(address).text)
    taken = one.post(f"{address}/file", {})
    assert (taken.status_code, taken.headers["Content-Type"]) == (200, "application/xml; charset=utf-8")
    assert taken.headers["Content-Disposition"] == 'attachment; filename="PV-20261130-000001.xml"'
    assert "Parti à la banque" in words_of(one.get("/office/sepa").text)
    one.post(f"{address}/drop", {})
    assert "Parti à la banque" in words_of(one.get(address).text)
    with assembly.database.reading() as session:
        done = [entry.action for entry in audit.latest(session, limit=20) if entry.action.startswith("sepa")]
    assert done == ["sepa.leave", "sepa.approve", "sepa.make"]


def report(finance: Browser, content: bytes) -> Any:
    """Brings a report; without content, no file is chosen."""
    data = {"file": (io.BytesIO(content), "r.xml")} if content else {}
    return finance.post("/office/sepa/report", data, content_type="multipart/form-data")


def test_a_report_of_the_bank_is_read_or_refused(browser: Open, plan: Plan) -> None:
    finance = browser(Role.FINANCE)
    for content, said in ((b"", "Choisissez un fichier"), (b"<a/>", "rien n’a été fait")):
        refused = report(finance, content)
        assert (refused.status_code, said in words_of(refused.text)) == (422, True)
    finance.post("/office/sepa/new", {"collect_on": DAY})
    browser(Role.FINANCE).post("/office/sepa/1/approve", {})
    finance.post("/office/sepa/1/file", {})
    text = REPORT.format(version="10", file="PV-20261130-000001", group="PART", one="PV-20261130-000001-1")
    assert report(finance, text.encode()).status_code == 303
    desk = words_of(finance.get("/office/sepa").text)
    assert "compte erroné" in desk
    assert "Ana Delta" in desk
    assert "Non venu" in words_of(finance.get(f"/office/plans/{plan.id}").text)


def test_a_file_that_nobody_sent_is_thrown_away(browser: Open, plan: Plan) -> None:
    finance = browser(Role.FINANCE)
    finance.post("/office/sepa/new", {"collect_on": DAY})
    finance.post("/office/sepa/1/drop", {})
    assert "Jeté" in words_of(finance.get("/office/sepa/1").text)
    assert finance.post("/office/sepa/new", {"collect_on": DAY}).headers["Location"] == "/office/sepa/2"
    assert date.fromisoformat(DAY) > NOW.date()


def test_who_has_no_mailbox_is_told_by_letter(assembly: Assembly, browser: Open, plan: Plan) -> None:
    with assembly.database.transaction() as session:
        home = PostalAddress(street="Rue Haute", number="1", postcode="1000", locality="Bruxelles")
        contacts.add_address(session, assembly.addresses, home, person_id=plan.person_id, source="", at=NOW)
        plans.change(
            session, plan.id, cents=2000, seen=plan.version, effective_on=NOW.date() + timedelta(days=1),
            channel=Channel.PHONE, is_told=False, at=NOW, by=None,
        )  # fmt: skip
    finance = browser(Role.FINANCE)
    assert "À annoncer par lettre" in finance.get("/office/sepa").text
    paper = finance.post("/office/sepa/notices", {})
    assert (paper.status_code, paper.mimetype, paper.data[:4]) == (200, "application/pdf", b"%PDF")
    with assembly.database.transaction() as session:
        new = NewPerson(language=Language.FR, first_name="Zoé", last_name="Nouvelle")
        late = people.add(session, assembly.addresses, new, at=NOW).id
        contacts.add_address(session, assembly.addresses, home, person_id=late, source="", at=NOW)
        row = Row(
            person_id=late, supplier="rue", reference="RUE-2", signed_on=NOW.date() - timedelta(days=20), cents=900,
            channel=Channel.STREET, holder="Zoé", account=enclose(assembly.safe, Iban.parse("BE68539007547034")),
        )  # fmt: skip
        (brought,) = arriving.bring_many(session, [row], at=NOW)
        plans.change(
            session, brought.plan_id, cents=800, seen=1, effective_on=NOW.date() + timedelta(days=1),
            channel=Channel.PHONE, is_told=False, at=NOW, by=None,
        )  # fmt: skip
    assert [finance.post("/office/sepa/noticed", {}).status_code for _ in range(2)] == [303, 303]
    with assembly.database.reading() as session:  # who came after the letters were printed was told of nothing
        assert plans.whole(session, brought.plan_id).versions[-1].announced_on is None
        assert plans.whole(session, plan.id).versions[-1].announced_on is not None
    assert finance.post("/office/sepa/notices", {}).status_code == 200
    finance.post("/office/sepa/noticed", {})
    assert "À annoncer par lettre" not in finance.get("/office/sepa").text
    assert finance.post("/office/sepa/notices", {}).headers["Location"] == "/office/sepa"


def test_another_account_of_ours_takes_two_people_and_stands_on_the_page_of_the_file(
    assembly: Assembly, browser: Open, plan: Plan
) -> None:
    one, two, three = (browser(Role.FINANCE) for _ in range(3))
    said = {"name": "ACAT", "creditor_id": "BE05ZZZ0418308144", "bic": "GKCCBEBB", "from_on": DAY}
    wrong = one.post("/office/sepa/creditor", said | {"account": "BE68 5390 0754 7035"})
    assert (wrong.status_code, "vérifiez-le" in wrong.text) == (422, True)
    assert one.post("/office/sepa/creditor", said | {"account": "BE68 5390 0754 7034"}).status_code == 303
    address = two.post("/office/sepa/new", {"collect_on": DAY}).headers["Location"]
    page = words_of(three.get(address).text)
    assert all(word in page for word in ("BE68539007547034", "ACAT", "Changé le", "Personne d’autre ne l’a encore vu"))
    assert "Vous avez changé qui nous sommes" in words_of(one.get(address).text)
    one.post(f"{address}/approve", {})
    with assembly.database.reading() as session:
        assert collections.batch(session, SepaBatchId(1)).approved_by is None
        noted = next(event for event in audit.latest(session, subject="sepa-batch") if event.action == "sepa.creditor")
    assert (noted.facts["account"], noted.facts["from"]) == ("7034", DAY)
    assert "account" in noted.facts["fields"]
    assert three.post(f"{address}/approve", {}).status_code == 303
    with assembly.database.reading() as session:
        assert collections.batch(session, SepaBatchId(1)).approved_by is not None
    later = {"from_on": "2027-03-01", "account": "BE71 0961 2345 6769"}
    assert one.post("/office/sepa/creditor", said | later).status_code == 303
    assert one.post("/office/sepa/creditor/take-back", {"from_on": "2027-03-01"}).status_code == 303
