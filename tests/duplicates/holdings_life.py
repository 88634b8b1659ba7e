"""Of memberships, the magazine, the vault, care, segments and what was told: what a merge must never lose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.care.tables import DraftRow, InteractionRow, NoteRow, TaskRow
from crm.magazine.tables import (
    ClaimRow,
    CopyRow,
    ExclusionRow,
    IssueRow,
    IssueRunRow,
    NeighbourDecisionRow,
    NeighbourRow,
    ReturnRow,
    SubscriptionRow,
)
from crm.members import assemblies
from crm.members.tables import AssemblyRow, ConvocationRow, MembershipRow, PartRow, ProxyRow
from crm.segments.tables import SegmentExportPersonRow, SegmentExportRow, SegmentPickRow, SegmentRow
from crm.values.identifiers import AssemblyId, PersonId
from crm.vault.tables import NumberGoneRow, NumberRequestRow, NumberRow
from mailing.origins.tables import OriginNoticeRow
from mailing.rounds.tables import QuestionRow, RoundRow
from tests.duplicates.holding import Ends, Held, Holding, kept, of, put


def _members(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    meetings = [kept(session, chance, AssemblyRow) for _ in range(2)]
    for person_id in ids:
        if chance.random() < 0.6:
            its = kept(session, chance, MembershipRow)
            put(session, chance, PartRow, membership_id=its, person_id=person_id, is_holder=True)
        for meeting in meetings:
            if chance.random() < 0.6:
                put(session, chance, ConvocationRow, assembly_id=meeting, person_id=person_id)
            if chance.random() < 0.4:
                holder = chance.choice([one for one in ids if one != person_id])
                put(session, chance, ProxyRow, assembly_id=meeting, giver_id=person_id, holder_id=holder)


def _magazine(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    for person_id in ids:
        if chance.random() < 0.4:
            put(session, chance, SubscriptionRow, person_id=person_id)
    for number in (101, 102):
        issue = kept(session, chance, IssueRow, number=number)
        run = kept(session, chance, IssueRunRow, issue_id=issue, place=0)
        decision = kept(session, chance, NeighbourDecisionRow)
        for person_id in ids:
            to: dict[str, Any] = {"person_id": person_id}
            match chance.randrange(4):
                case 0 | 1:
                    its = kept(session, chance, CopyRow, issue_id=issue, run_id=run, again=0, country="BE", **to)
                    if chance.random() < 0.4:
                        put(session, chance, ReturnRow, issue_id=issue, copy_id=its, **to)
                case 2:
                    put(session, chance, ExclusionRow, run_id=run, **to)
                    put(session, chance, ClaimRow, issue_id=issue, **to)
            if chance.random() < 0.4:
                put(session, chance, NeighbourRow, decision_id=decision, **to)


def _secrets(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    for person_id in ids:
        if chance.random() < 0.5:
            put(session, chance, NumberRow, person_id=person_id)
        if chance.random() < 0.3:
            put(session, chance, NumberGoneRow, person_id=person_id)
        if chance.random() < 0.3:
            put(session, chance, NumberRequestRow, person_id=person_id)


def _care(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    for person_id in ids:
        to: dict[str, Any] = {"person_id": person_id}
        if chance.random() < 0.5:
            put(session, chance, NoteRow, **to)
            its = kept(session, chance, InteractionRow, **to)
            put(session, chance, TaskRow, interaction_id=its, title="Rappeler", **to)
        for colleague in (1, 2):
            if chance.random() < 0.5:
                put(session, chance, DraftRow, account_id=colleague, **to)


def _picks(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    for _ in range(2):
        segment = kept(session, chance, SegmentRow)
        left = kept(session, chance, SegmentExportRow, segment_id=segment)
        for person_id in ids:
            if chance.random() < 0.5:
                is_included = chance.random() < 0.5  # a hand that was taken back is no word
                put(session, chance, SegmentPickRow, segment_id=segment, person_id=person_id, is_included=is_included)
            if chance.random() < 0.5:
                put(session, chance, SegmentExportPersonRow, export_id=left, person_id=person_id)


def _told(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    asking = kept(session, chance, RoundRow)
    for person_id in ids:
        to = {"person_id": person_id, "recorded_person_id": person_id}
        if chance.random() < 0.5:
            put(session, chance, OriginNoticeRow, **to)
        if chance.random() < 0.5:
            put(session, chance, QuestionRow, round_id=asking, **to)


def _proxies(session: Session) -> Held:
    found: Held = defaultdict(set)
    for meeting in session.scalars(select(AssemblyRow.id)).all():
        for proxy in assemblies.proxies(session, AssemblyId(meeting)):
            found[proxy.giver_id].add((meeting, proxy.holder_id))
    return found


def _same_proxies(now: Held, then: Held, end: Ends) -> bool:
    """Whoever gave their vote to another has given it still, once, to one of those whom they named.

    Who named somebody they are today themselves may vote in person instead.
    """
    for one in now.keys() | then.keys():
        named = {(meeting, end[holder]) for meeting, holder in then.get(one, ()) if end[holder] != one}
        free = {meeting for meeting, holder in then.get(one, ()) if end[holder] == one}
        given, must = [meeting for meeting, _ in now.get(one, ())], {meeting for meeting, _ in named} - free
        if not now.get(one, set()) <= named or len(given) != len(set(given)) or not must <= set(given):
            return False
    return True


HOLDINGS = (
    of(PartRow, "id", "membership_id", plant=_members),
    of(ConvocationRow, "assembly_id"),
    Holding(columns=("assembly_proxy.giver_id", "assembly_proxy.holder_id"), held=_proxies, agrees=_same_proxies),
    of(SubscriptionRow, plant=_magazine),
    of(CopyRow, "issue_id", "again"),
    of(ExclusionRow, "run_id"),
    of(ReturnRow, "id"),
    of(ClaimRow, "id"),
    of(NeighbourRow, "decision_id"),
    of(NumberRow, plant=_secrets),
    of(NumberGoneRow, "id"),
    of(NumberRequestRow, "id"),
    of(NoteRow, "id", plant=_care),
    of(InteractionRow, "id"),
    of(TaskRow, "id"),
    of(DraftRow, "account_id"),
    of(SegmentPickRow, "segment_id", plant=_picks),
    of(SegmentExportPersonRow, "export_id"),
    of(OriginNoticeRow, "id", "recorded_person_id", plant=_told),
    of(QuestionRow, "id", "recorded_person_id"),
)
