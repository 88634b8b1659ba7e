"""Everything the demonstration's people and its team did until today, room by room, from below to above."""

from __future__ import annotations

from crm.assembly import Assembly
from crm.demo.asking import let_them_ask
from crm.demo.attesting import let_them_attest
from crm.demo.collecting import let_them_collect
from crm.demo.deeds import let_them_act
from crm.demo.giving import let_them_give
from crm.demo.joining import let_them_join
from crm.demo.lives import let_them_live
from crm.demo.promising import let_them_promise
from crm.demo.reading import let_them_read
from crm.members import service as members
from jobs import recount_donors, tell_populations


def fill(assembly: Assembly) -> None:
    """Lets them live, each part once, and counts at once what the clock counts by night."""
    for part in (
        let_them_act,
        let_them_give,
        let_them_live,
        let_them_promise,
        let_them_join,
        let_them_collect,
        let_them_read,
    ):
        part(assembly, assembly.clock())
    with assembly.database.transaction() as session:
        members.catch_up(session, at=assembly.clock())
    recount_donors.run(assembly, assembly.clock())
    tell_populations.run(assembly, assembly.clock())
    for part in (let_them_ask, let_them_attest):
        part(assembly, assembly.clock())
    recount_donors.run(assembly, assembly.clock())
