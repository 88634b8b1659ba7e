"""Segments over the API: who is in one, by number; nothing that tells an opinion, nothing that is not shared."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete

from crm.consent import restrictions
from crm.partners.model import Scope
from crm.people import links
from crm.people import service as people
from crm.people.model import NewPerson, Sensitivity
from crm.people.tables import TagRow
from crm.rooms import QUESTIONS
from crm.segments import service
from crm.segments.model import Condition, Every, InSegment, NewSegment, Test, Tree, Words
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from tests.api.conftest import House, Program


def test_a_program_reads_who_is_in_a_segment_by_number_and_nothing_that_tells_an_opinion(
    house: House, program: Callable[..., Program]
) -> None:
    by = AccountId(3)
    with house.assembly.database.transaction() as session:
        new = [NewPerson(language=language, last_name=f"N{n}") for n, language in enumerate(Language)]
        several = [people.add(session, house.assembly.addresses, one, at=house.now).id for one in new]
        dutch = Condition(source="person", where=(Test(column="language", asks=Words(values=frozenset({"nl"}))),))
        tag = links.put_tag(session, "A signé", at=house.now, sensitivity=Sensitivity.SENSITIVE)
        told = Condition(source="tag", where=(Test(column="tag", asks=Words(values=frozenset({str(tag.id)}))),))

        def keep(tree: Tree, **facts: object) -> int:
            wanted = NewSegment(name="Un", tree=Every(parts=(tree,)), reason="x", **facts)  # type: ignore[arg-type]
            return service.create(session, QUESTIONS, wanted, by=by, at=house.now)

        shared, own, opinion = keep(dutch), keep(dutch, is_shared=False), keep(told)
        helper = links.put_tag(session, "Bénévole", at=house.now)
        asks = Test(column="tag", asks=Words(values=frozenset({str(helper.id)})))
        lost = keep(Condition(source="tag", where=(asks,)))
        session.execute(delete(TagRow).where(TagRow.id == helper.id))
        round_about = keep(InSegment(segment_id=opinion))  # type: ignore[arg-type] # it is one
    caller = program(Scope.SEGMENTS)
    dutch_one = next(who for who, one in zip(several, new, strict=True) if one.language is Language.NL)
    for who in several:
        answer = caller.get(f"/segments/{shared}/people/{who}")
        assert (answer.status_code, answer.json["is_member"]) == (200, who == dutch_one)
    page = caller.get(f"/segments/{shared}/people-after/0").json
    assert (page["people"], page["next_after"]) == ([dutch_one], None)
    for hidden in (own, opinion, round_about, 999, "1e3"):
        assert caller.get(f"/segments/{hidden}/people-after/0").status_code == 404
    assert caller.get(f"/segments/{shared}/people/99999").status_code == 404
    for here in (f"people/{dutch_one}", "people-after/0"):
        gone = caller.get(f"/segments/{lost}/{here}")
        assert (gone.status_code, gone.json["type"]) == (409, "/api/v1/docs#gone")
    assert program(Scope.STATUS).get(f"/segments/{shared}/people-after/0").status_code == 403
    with house.assembly.database.transaction() as session:
        restrictions.restrict(session, dutch_one, since_on=house.now.date(), reason="Conteste", by=by, at=house.now)
    assert caller.get(f"/segments/{shared}/people-after/0").json["people"] == []
    assert caller.get(f"/segments/{shared}/people/{dutch_one}").json["is_member"] is False
