"""What segments hold of somebody: that a hand put them in or out. Who a question picks is kept nowhere, and asked.

The row by which they are counted goes with an erasure; it is made again where they can still be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.contracts.personal_data import Column, Erasing, Forgotten, Section, Subject
from crm.foundation.forgetting import delete_rows
from crm.foundation.translation import N_, say
from crm.segments import asking, service
from crm.segments.catalogue import Catalogue
from crm.segments.more_columns import More
from crm.segments.tables import SegmentExportPersonRow, SegmentExportRow, SegmentPickRow, SegmentRow, SegmentWideRow
from crm.values.languages import Language

ROOM = "crm.segments"
MORE = {
    More.ADDRESS: N_("si le courrier vous parvient"),
    More.ATTESTATION: N_("votre dernière attestation fiscale"),
    More.MEASURES: N_("ce que la sélection mesurait : des nombres, des montants ou des dates"),
}
TABLES = frozenset({"segment_pick", "segment_export_person", "segment_wide", "segment_stale"})
"""A row of `segment_wide` repeats what other rooms hold and show; one of `segment_stale` says that it changed."""


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """The segments somebody was put into, or taken out of, by hand."""
    rows = session.execute(
        select(SegmentRow.name, SegmentPickRow.is_included, SegmentPickRow.picked_at, SegmentPickRow.reason)
        .join(SegmentPickRow, SegmentPickRow.segment_id == SegmentRow.id)
        .where(SegmentPickRow.person_id.in_(subject.person_ids), SegmentPickRow.is_included.is_not(None))
        .order_by(SegmentPickRow.picked_at)
    )
    files = session.execute(
        select(SegmentExportRow)
        .join(SegmentExportPersonRow, SegmentExportPersonRow.export_id == SegmentExportRow.id)
        .where(SegmentExportPersonRow.person_id.in_(subject.person_ids))
        .order_by(SegmentExportRow.made_at)
    ).scalars()
    purposes = {one.code: one.name(language) for one in consent.purposes(session)}
    words = {True: say(language, N_("ajoutée à la main")), False: say(language, N_("retirée à la main"))}
    return (
        Section(
            key="segments",
            title=say(language, N_("Sélections faites à la main")),
            columns=(
                Column(key="at", label=say(language, N_("Quand"))),
                Column(key="segment", label=say(language, N_("Segment"))),
                Column(key="how", label=say(language, N_("Comment"))),
                Column(key="why", label=say(language, N_("Pourquoi"))),
            ),
            rows=[
                {"at": at, "segment": name, "how": words[bool(included)], "why": why}
                for name, included, at, why in rows
            ],
        ),
        Section(
            key="segment_files",
            title=say(language, N_("Les fichiers où vous figuriez et qui sont partis d’ici")),
            columns=(
                Column(key="at", label=say(language, N_("Quand"))),
                Column(key="who", label=say(language, N_("À qui"))),
                Column(key="purpose", label=say(language, N_("Pour quoi"))),
                Column(key="more", label=say(language, N_("Avec quoi d’autre"))),
            ),
            rows=[
                {
                    "at": one.made_at,
                    "who": one.recipient,
                    "purpose": purposes.get(one.purpose, one.purpose),
                    "more": ", ".join(say(language, MORE[More(word)]) for word in one.more.split()),
                }
                for one in files
            ],
            note=say(
                language,
                N_(
                    "Votre nom, et l’adresse ou le numéro par lequel vous joindre ; rien de plus que ce qui est dit là."
                ),
            ),
        ),
    )


def now(session: Session, subject: Subject, language: Language, *, catalogue: Catalogue, at: datetime) -> Section:
    """Every segment that would take them in now, whoever made it; a fixed number of queries."""
    kept = service.askable(session, catalogue)
    found = asking.now_in(session, catalogue, kept, subject.person_id, at=at)
    return Section(
        key="segments-now",
        title=say(language, N_("Groupes dont vous faites partie aujourd’hui")),
        columns=(
            Column(key="segment", label=say(language, N_("Groupe"))),
            Column(key="description", label=say(language, N_("À quoi il sert"))),
        ),
        rows=[{"segment": one.name, "description": one.description} for one in kept if int(one.id) in found],
        note=say(language, N_("Calculé le jour de ce dossier, sur ce que les autres parties montrent.")),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Everything goes."""
    ids = subject.person_ids
    return Forgotten(
        erased={
            "segment_pick": delete_rows(session, SegmentPickRow, SegmentPickRow.person_id.in_(ids)),
            "segment_export_person": delete_rows(
                session, SegmentExportPersonRow, SegmentExportPersonRow.person_id.in_(ids)
            ),
            "segment_wide": delete_rows(session, SegmentWideRow, SegmentWideRow.person_id.in_(ids)),
        }
    )
