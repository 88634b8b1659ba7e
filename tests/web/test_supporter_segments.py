"""The segments somebody is in now, on their page: only when asked, only those one may see and ask."""

from __future__ import annotations

from collections.abc import Callable

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.segments import service
from crm.segments.model import Condition, NewSegment, Test, Words
from crm.staff.model import Role
from crm.values.identifiers import AccountId, PersonId, SegmentId
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import words_of
from tests.web.test_segments import donors

Open = Callable[..., Browser]


def keep(assembly: Assembly, name: str, *, language: str, by: AccountId, is_shared: bool = True) -> SegmentId:
    """A segment of whoever speaks a language."""
    asks = Test(column="language", asks=Words(values=frozenset({language})))
    new = NewSegment(name=name, tree=Condition(source="person", where=(asks,)), is_shared=is_shared)
    with assembly.database.transaction() as session:
        return service.create(session, assembly.questions, new, by=by, at=NOW)


def test_what_somebody_is_in_is_shown_when_asked_and_leads_to_why(assembly: Assembly, browser: Open) -> None:
    who: PersonId = donors(assembly)["Alpha"]
    care, other = browser(Role.ADMINISTRATOR), browser(Role.ADMINISTRATOR)
    french = keep(assembly, "Francophones", language="fr", by=care.account.id)
    keep(assembly, "Néerlandophones", language="nl", by=care.account.id)
    keep(assembly, "À moi seule", language="fr", by=care.account.id, is_shared=False)
    here = f"/office/supporters/{who}/segments"
    page = care.get(f"/office/supporters/{who}").text
    assert (here in page, "Francophones" in page) == (True, False)
    shown = words_of(care.get(here).text)
    assert ("Francophones" in shown, "Néerlandophones" in shown, "À moi seule" in shown) == (True, False, True)
    assert "À moi seule" not in words_of(other.get(here).text)
    why = care.post(f"/office/segments/{french}/why", {"other_id": str(who)})
    assert why.status_code == 200
    with assembly.database.reading() as session:
        trail = audit.latest(session, subject="person", subject_id=who)
    assert [one.action for one in trail[:3]] == ["segment.why", *["supporter.segments"] * 2]
    assert trail[0].facts == {"segment": french, "sensitive": False}
    assert care.get("/office/supporters/99999/segments").status_code == 404


def test_what_a_role_may_not_ask_is_counted_only(assembly: Assembly, browser: Open) -> None:
    who, admin = donors(assembly)["Alpha"], browser(Role.ADMINISTRATOR)
    gave = NewSegment(name="Ont donné", tree=Condition(source="gift"), is_shared=True)
    with assembly.database.transaction() as session:
        service.create(session, assembly.questions, gave, by=admin.account.id, at=NOW)
    assert "Ont donné" in words_of(admin.get(f"/office/supporters/{who}/segments").text)
    for role in Role:
        answer = browser(role).get(f"/office/supporters/{who}/segments")
        told = words_of(answer.text)
        if answer.status_code == 200 and "Ont donné" not in told:
            assert "1 segment demande ce que votre rôle ne voit pas." in told
