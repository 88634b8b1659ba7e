"""Readers with preferences get the same edition in their own order; all others what they always got."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from crm.assembly import Assembly
from crm.consent import interests
from crm.consent.interest import Interest, InterestKind
from crm.consent.model import Way
from crm.values.identifiers import EditionId, PersonId
from crm.values.languages import Language
from mailing.composition import service as composition
from mailing.content import service as content
from mailing.content.model import NewTerm, TermKind
from mailing.content.tables import ContentTermRow
from mailing.delivery import owing
from mailing.delivery.tables import BodyRow, DeliveryRow
from tests.composition import shelf
from tests.conftest import NOW
from tests.delivery import ledger
from tests.delivery.test_launch import launch

LIKES = {2: {"iran"}, 3: {"climat"}, 4: {"iran", "climat"}, 5: {"soudan"}}


def approved(assembly: Assembly) -> EditionId:
    """An edition with two news (the second of Iran, on climate) and six readers, four of whom said what they like."""
    with assembly.database.transaction() as session:
        draft = shelf.drafted(session)
        content.load_terms(
            session,
            [
                NewTerm(kind=TermKind.COUNTRY, code="iran", label="Iran"),
                NewTerm(kind=TermKind.THEME, code="climat", label="Climat"),
            ],
        )
        third = next(b.content.id for b in draft.blocks if b.title == "Troisième" and b.content)
        numbers = [term.id for term in content.terms(session)]
        session.execute(insert(ContentTermRow), [{"content_id": third, "term_id": n} for n in numbers])
        ledger.add_readers(session, 6, purpose="news")
        for number, codes in LIKES.items():
            kinds = {"climat": InterestKind.THEME}
            interests.declare(
                session,
                assembly.sealer,
                person_id=PersonId(number),
                wanted=[Interest(kind=kinds.get(code, InterestKind.COUNTRY), code=code) for code in codes],
                text="Mon accord.",
                language=Language.FR,
                way=Way.PREFERENCES,
                at=NOW,
            )
        interests.withdraw(session, assembly.sealer, person_id=PersonId(3), way=Way.PREFERENCES, at=NOW)
        by = shelf.account(session).id
        draft = composition.edition(session, draft.id)
        return composition.approve(session, draft.id, by=by, revision=draft.revision, now=NOW).id


@pytest.mark.parametrize("most", [12, 0])
def test_an_edition_stands_in_the_order_of_those_who_said_what_they_like(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(owing, "MOST_SELECTIONS", most)
    launch(assembly, approved(assembly))
    with assembly.database.reading() as session:
        rows = session.execute(
            select(DeliveryRow.person_id, DeliveryRow.selection_id, BodyRow.selection_id, BodyRow.text)
            .join(BodyRow, BodyRow.id == DeliveryRow.body_id)
            .order_by(DeliveryRow.id)
        ).all()
    own = [2, 4] if most else []
    others = [n for n in range(1, 7) if n not in own]
    assert [row[0] for row in rows] == others + own
    assert [row[1] > 0 for row in rows] == [row[0] in own for row in rows]
    assert [row[1] for row in rows] == [row[2] for row in rows]
    assert [row[3].index("Troisième") < row[3].index("Deuxième") for row in rows] == [row[0] in own for row in rows]
    assert len({row[3] for row in rows}) == (2 if own else 1)
    assert len({frozenset(row[3].split()) for row in rows}) == 1
