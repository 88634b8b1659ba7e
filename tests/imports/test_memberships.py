"""Members from a file: each once, joined by the fees that follow, taken out where nobody said otherwise since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm.imports.model import Run, RunState
from crm.members import service as members
from crm.members.model import LeaveReason, Rate, State, Wanted
from tests.conftest import NOW
from tests.imports.conftest import Desk
from tests.imports.test_laws import ON_DATABASES, House, folded, founded

__all__ = ["founded"]

HEAD = "Membre depuis;Sorte;Fin;Raison;Contact ID;Prénom;Nom\n"
ROWS = (
    "2001-05-01;;;;71;Marie;Dupont",
    "1999-01-01;Membre d’honneur;;;72;Ali;Sac",
    "2005-03-03;;2012-12-31;déménagement;73;Ana;Lys",
    "2015-03-03;;;;73;Ana;Lys",
    "2003-03-03;;;;73;Ana;Lys",
    "2010-01-01;Membre du jury;;;74;Jan;Roc",
    ";;;;75;Jan;Roc",
    "2010-01-01;;2009-01-01;;76;Jan;Roc",
    "2010-01-01;;2011-01-01;trop de lettres;77;Zoé;Mai",
)
FEE = "Montant;Date;Type;Contact ID;Nom\n25;2026-02-01;cotisation;71;Dupont\n"
ON = date(2026, 11, 26)


def bring(desk: Desk, rows: tuple[str, ...]) -> Run:
    formats = {"joined_on": "iso", "ended_on": "iso"}
    return desk.bring("memberships", HEAD + "\n".join(rows) + "\n", choices={"system": "old"}, formats=formats)


def test_members_come_in_once_and_fees_join_them(desk: Desk) -> None:
    with desk.assembly.database.transaction() as session:
        rate = Rate(kind="honorary", from_on=date(2000, 1, 1), fee_cents=0, months=0)
        members.set_rate(session, rate, name="Membre d’honneur", at=NOW, by=None)
    before = desk.held()
    run = bring(desk, ROWS)
    assert desk.held() == before
    tried = desk.said(run)
    assert tried == {
        2: ("create", "joins"),
        3: ("create", "joins"),
        4: ("create", "joins"),
        5: ("update", "row-before", "joins"),
        6: ("review", "member-otherwise"),
        7: ("error", "not-member-kind:Membre du jury"),
        8: ("error", "lacking:joined_on"),
        9: ("error", "not-day:ended_on"),
        10: ("create", "joins"),
    }
    assert desk.apply(run).state is RunState.APPLIED
    assert [one[0] for one in desk.said(run).values()] == [one[0] for one in tried.values()]
    choices, formats = {"method": "transfer", "system": "old"}, {"given_on": "iso", "amount": "comma"}
    gifts = desk.apply(desk.bring("gifts", FEE, choices=choices, formats=formats))
    with desk.assembly.database.transaction() as session:
        assert members.catch_up(session, at=NOW) == 0
        found = {one.joined_on: one for one in members.page(session, Wanted(on=ON), after=None, size=50)}
        left = members.whole(session, found[date(2010, 1, 1)].id, on=ON)
    assert {day: (one.kind, one.state) for day, one in found.items()} == {
        date(2001, 5, 1): ("member", State.IN_FORCE),
        date(1999, 1, 1): ("honorary", State.IN_FORCE),
        date(2005, 3, 3): ("member", State.RESIGNED),
        date(2015, 3, 3): ("member", State.AWAITED),
        date(2010, 1, 1): ("member", State.RESIGNED),
    }
    moved = found[date(2005, 3, 3)]
    assert (moved.ended_on, moved.end_reason) == (date(2012, 12, 31), LeaveReason.MOVED)
    assert (left.membership.end_reason, left.end_note) == (LeaveReason.UNEXPLAINED, "trop de lettres")
    desk.undo(gifts)
    assert desk.undo(run).counts["kept"] == 0


SINCE = st.sampled_from(["2001-01-01", "2005-05-05", "2010-10-10"])
UNTIL = st.sampled_from(["", "2003-03-03", "2012-12-12"])
LIVES = st.lists(st.tuples(SINCE, UNTIL, st.sampled_from(["1", "2"])), min_size=1, max_size=5)


@ON_DATABASES
@given(lives=LIVES)
def test_the_same_members_twice_are_once_and_undone_all_is_as_before(
    founded: Callable[[], House], lives: list[tuple[str, str, str]]
) -> None:
    later = founded()
    rows = tuple(f"{since};;{until};;{who};N{who};Dupont" for since, until, who in lives)
    before = persons(later())
    desk = later()
    run = bring(desk, rows)
    tried = [row.verdict for row in desk.rows(run).values()]
    desk.apply(run)
    assert [row.verdict for row in desk.rows(run).values()] == tried
    held = desk.held()
    desk = later()
    again = desk.apply(bring(desk, rows))
    assert desk.held() == held
    for one in (again, run):
        assert later().undo(one).counts["kept"] == 0
    assert persons(desk) == before


def persons(desk: Desk) -> dict[str, Any]:
    """All the house holds; the ordinary kind of membership is there once somebody was a member."""
    whole = folded(desk)
    assert isinstance(whole, dict)
    return {name: rows for name, rows in whole.items() if name != "membership_kind"}
