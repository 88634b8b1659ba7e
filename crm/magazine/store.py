"""SQL of the magazine: issues, versions of the rule, subscriptions, runs; rows as nouns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from crm.foundation import presence
from crm.magazine.errors import IssueMissing, RunMissing
from crm.magazine.model import (
    Basis,
    Claim,
    Difference,
    Eligibility,
    Funnel,
    Issue,
    IssueRun,
    NewIssue,
    OrderState,
    Outlook,
    Publication,
    Reason,
    Subscription,
    Version,
)
from crm.magazine.tables import (
    ClaimRow,
    CopyRow,
    EligibilityRow,
    ExclusionRow,
    IssueRow,
    IssueRunRow,
    OrderRow,
    PublicationRow,
    SubscriptionRow,
)
from crm.people import selects as people
from crm.values.identifiers import AccountId, IssueId, IssueRunId, PersonId, PostalAddressId

_SAID = presence.watch(SubscriptionRow.person_id)

PLAN = tuple(NewIssue.__dataclass_fields__)
RULE = tuple(Eligibility.__dataclass_fields__)
SAID = tuple(name for name in Subscription.__dataclass_fields__ if name != "person_id")
FACTS = tuple(Publication.__dataclass_fields__)


def publication(session: Session) -> Publication | None:
    """The magazine, once it has been described."""
    row = session.scalar(select(PublicationRow).order_by(PublicationRow.id).limit(1))
    return None if row is None else Publication(**{name: getattr(row, name) for name in FACTS})


def put_publication(session: Session, wanted: Publication) -> None:
    """Describes it, or describes it anew."""
    row = session.scalar(select(PublicationRow).order_by(PublicationRow.id).limit(1))
    values = {name: getattr(wanted, name) for name in FACTS}
    if row is None:
        session.add(PublicationRow(**values))
    else:
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()


def issues(session: Session) -> tuple[Issue, ...]:
    """Every issue, the newest first."""
    return tuple(_issue(row) for row in session.scalars(select(IssueRow).order_by(IssueRow.number.desc())))


def issue(session: Session, issue_id: int) -> Issue:
    """One issue. Raises IssueMissing."""
    row = session.get(IssueRow, issue_id, populate_existing=True)
    if row is None:
        raise IssueMissing
    return _issue(row)


def frozen_before(session: Session, number: int) -> Issue | None:
    """The last issue before a number that was frozen."""
    row = IssueRow
    query = select(row).where(row.number < number, row.frozen_at.is_not(None)).order_by(row.number.desc()).limit(1)
    found = session.scalar(query)
    return None if found is None else _issue(found)


def last_frozen(session: Session) -> Issue | None:
    """The last issue that was frozen."""
    return frozen_before(session, 10**9)


def next_number(session: Session) -> int:
    """The issue that comes next: of those not frozen the lowest, or the one after the last."""
    row = IssueRow
    coming = session.scalar(select(func.min(row.number)).where(row.frozen_at.is_(None)))
    return coming or (session.scalar(select(func.max(row.number))) or 0) + 1


def has_number(session: Session, number: int, *, but: int = 0) -> bool:
    """Whether another issue has that number."""
    return session.scalar(select(IssueRow.id).where(IssueRow.number == number, IssueRow.id != but)) is not None


def put_issue(session: Session, wanted: NewIssue, issue_id: int | None = None) -> Issue:
    """A new issue, or other values of one."""
    values = {name: getattr(wanted, name) for name in PLAN}
    if issue_id is None:
        row = IssueRow(**values)
        session.add(row)
    else:
        found = session.get(IssueRow, issue_id)
        assert found is not None
        row = found
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()
    return _issue(row)


def drop_issue(session: Session, issue_id: int) -> bool:
    """Deletes an issue with the orders that came to nothing; False where one still waits."""
    order = OrderRow
    waits = select(order.id).where(order.issue_id == issue_id, order.state == OrderState.WAITING)
    if session.scalar(waits.limit(1)) is not None:
        return False
    session.execute(delete(order).where(order.issue_id == issue_id))
    session.execute(delete(IssueRow).where(IssueRow.id == issue_id))
    session.flush()
    return True


def versions(session: Session) -> tuple[Version, ...]:
    """Every version of the rule, the newest first."""
    return tuple(_version(row) for row in session.scalars(select(EligibilityRow).order_by(EligibilityRow.id.desc())))


def find_rule(session: Session, version_id: int) -> Version | None:
    """One version."""
    row = session.get(EligibilityRow, version_id)
    return None if row is None else _version(row)


def add_rule(session: Session, rule: Eligibility, *, note: str, **facts: Any) -> Version:
    """A new version; it holds from now on."""
    row = EligibilityRow(**{name: getattr(rule, name) for name in RULE}, note=note, **facts)
    session.add(row)
    session.flush()
    return _version(row)


def last_rule(session: Session) -> Version:
    """The version in force; the house's first one (number 0) where none was saved."""
    row = session.scalar(select(EligibilityRow).order_by(EligibilityRow.id.desc()).limit(1))
    return _version(row) if row is not None else FIRST


def rule_of(session: Session, one: Issue) -> Version:
    """The version by which an issue was frozen, or will be."""
    if one.frozen_at is None:
        return last_rule(session)
    return (one.eligibility_id and find_rule(session, one.eligibility_id)) or FIRST


def subscription(session: Session, person_id: int) -> Subscription:
    """What is said of somebody; of most, nothing."""
    if presence.nothing(session, _SAID, person_id):
        return Subscription(person_id=PersonId(person_id))
    row = session.get(SubscriptionRow, person_id)
    return Subscription(person_id=PersonId(person_id)) if row is None else subscription_of(row)


def notes_of(session: Session, person_ids: Collection[int]) -> dict[PersonId, str]:
    """The delivery notes of some people, where there are any."""
    row = SubscriptionRow
    query = select(row.person_id, row.notes).where(row.person_id.in_(person_ids), row.notes != "")
    return {PersonId(person_id): notes for person_id, notes in session.execute(query)}


def put_subscription(session: Session, wanted: Subscription, **facts: Any) -> None:
    """Writes what is said of somebody."""
    row = session.get(SubscriptionRow, wanted.person_id)
    values = {name: getattr(wanted, name) for name in SAID} | facts
    if row is None:
        session.add(SubscriptionRow(person_id=wanted.person_id, **values))
    else:
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()


def run(session: Session, run_id: int) -> IssueRun:
    """One run. Raises RunMissing."""
    row = session.get(IssueRunRow, run_id, populate_existing=True)
    if row is None:
        raise RunMissing
    return _run(row, _removed(session, [run_id]).get(run_id, 0))


def runs(session: Session, issue_id: int) -> tuple[IssueRun, ...]:
    """The runs of an issue, the main one first."""
    query = select(IssueRunRow).where(IssueRunRow.issue_id == issue_id).order_by(IssueRunRow.place)
    rows = session.scalars(query).all()
    removed = _removed(session, [row.id for row in rows])
    return tuple(_run(row, removed.get(row.id, 0)) for row in rows)


def outlook_of(session: Session, run_id: int) -> Outlook:
    """What was counted when a run was frozen."""
    row = session.get(IssueRunRow, run_id)
    if row is None:
        raise RunMissing
    return from_json(row.outlook)


def marks_of(session: Session, run_id: int) -> Mapping[str, Any] | None:
    """The copies to look at that were marked when a run was drawn; nothing of a run older than that."""
    row = session.get(IssueRunRow, run_id)
    if row is None:
        raise RunMissing
    return row.outlook.get("marks")


def find_copy(session: Session, issue_id: int, person_id: int) -> CopyRow | None:
    """The last copy that somebody was sent of an issue."""
    row = CopyRow
    query = select(row).where(row.issue_id == issue_id, row.person_id == person_id).order_by(row.again.desc())
    return session.scalars(query.limit(1)).first()


def times_sent(session: Session, issue_id: int) -> dict[int, int]:
    """How many copies each claimant was sent of an issue already."""
    row = CopyRow
    claims = select(ClaimRow.person_id).where(ClaimRow.issue_id == issue_id, ClaimRow.state == Claim.OPEN)
    query = select(row.person_id, func.max(row.again) + 1).where(row.issue_id == issue_id, row.person_id.in_(claims))
    return {int(one[0]): int(one[1]) for one in session.execute(query.group_by(row.person_id))}


def times_struck(session: Session, issue_id: int) -> dict[int, int]:
    """How many copies of an issue each had of whom one is not printed after all: they may have a right again."""
    row = CopyRow
    struck = select(row.person_id).where(row.issue_id == issue_id, row.removal.is_not(None))
    query = select(row.person_id, func.max(row.again) + 1).where(row.issue_id == issue_id, row.person_id.in_(struck))
    return {int(one[0]): int(one[1]) for one in session.execute(query.group_by(row.person_id))}


def settle_claims(session: Session, issue_id: int, person_ids: Collection[int], *, at: datetime) -> int:
    """Claims that a new copy answers; how many still wait."""
    row = ClaimRow
    here = (row.issue_id == issue_id, row.state == Claim.OPEN)
    session.execute(
        update(row)
        .where(*here, row.person_id.in_(person_ids))
        .values(state=Claim.SENT, settled_at=at)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(select(func.count()).select_from(row).where(*here)) or 0


def excluded(session: Session, run_id: int, reason: Reason, *, size: int) -> list[int]:
    """Some of the people left out of a run for a reason, by number."""
    row = ExclusionRow
    query = select(row.person_id).where(row.run_id == run_id, row.reason == reason).order_by(row.person_id)
    return list(session.scalars(query.limit(size)))


def remove(session: Session, where: Any, **facts: Any) -> int:
    """Notes that copies are not printed after all; how many."""
    changed = session.execute(
        update(CopyRow)
        .where(where, CopyRow.removal.is_(None))
        .values(**facts)
        .returning(CopyRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


def lost_addresses(session: Session, run_id: int) -> int:
    """How many copies of a run are for an address that is not held any more."""
    held = people.letter_parts().subquery("held")
    query = select(func.count()).select_from(CopyRow)
    query = query.outerjoin(held, held.c.postal_address_id == CopyRow.postal_address_id)
    return session.scalar(query.where(CopyRow.run_id == run_id, held.c.postal_address_id.is_(None))) or 0


def _removed(session: Session, run_ids: Collection[int]) -> dict[int, int]:
    query = (
        select(CopyRow.run_id, func.count())
        .where(CopyRow.run_id.in_(run_ids), CopyRow.removal.is_not(None))
        .group_by(CopyRow.run_id)
    )
    return {int(one[0]): int(one[1]) for one in session.execute(query)}


def as_json(found: Outlook) -> dict[str, Any]:
    """An outlook as it is kept with its run."""
    funnel, difference = found.funnel, found.difference
    return {
        "everybody": funnel.everybody,
        "entitled": funnel.entitled,
        "mailed": funnel.mailed,
        "copies": funnel.copies,
        "cents": funnel.cents,
        "mixed": funnel.mixed,
        "apart": funnel.apart,
        "united": funnel.united,
        "excluded": {reason.value: count for reason, count in funnel.excluded.items()},
        "bases": {basis.value: count for basis, count in funnel.bases.items()},
        "countries": dict(funnel.countries),
        "versions": dict(funnel.versions),
        "new": difference.new,
        "moved": difference.moved,
        "stayed": difference.stayed,
        "gone": {reason.value if reason else "": count for reason, count in difference.gone.items()},
        "lost": {basis.value if basis else "": count for basis, count in difference.lost.items()},
        "before": found.before,
    }


def from_json(kept: Mapping[str, Any]) -> Outlook:
    """The inverse of `as_json`."""
    plain = {name: kept[name] for name in ("everybody", "entitled", "mailed", "copies", "cents", "mixed")}
    return Outlook(
        funnel=Funnel(
            **plain,
            apart=kept.get("apart", 0),
            united=kept.get("united", 0),
            excluded={Reason(word): count for word, count in kept["excluded"].items()},
            bases={Basis(word): count for word, count in kept["bases"].items()},
            countries=kept["countries"],
            versions=kept["versions"],
        ),
        difference=Difference(
            new=kept["new"],
            moved=kept["moved"],
            stayed=kept["stayed"],
            gone={Reason(word) if word else None: count for word, count in kept["gone"].items()},
            lost={Basis(word) if word else None: count for word, count in kept.get("lost", {}).items()},
        ),
        before=kept["before"],
    )


def plan_of(row: IssueRow) -> NewIssue:
    """An issue as it is planned."""
    return NewIssue(**{name: getattr(row, name) for name in PLAN})


def _issue(row: IssueRow) -> Issue:
    return Issue(
        id=IssueId(row.id),
        plan=plan_of(row),
        frozen_at=row.frozen_at,
        eligibility_id=row.eligibility_id,
    )


def _version(row: EligibilityRow) -> Version:
    return Version(
        id=row.id,
        rule=Eligibility(**{name: getattr(row, name) for name in RULE}),
        note=row.note,
        saved_at=row.saved_at,
        saved_by=None if row.saved_by is None else AccountId(row.saved_by),
    )


def subscription_of(row: SubscriptionRow) -> Subscription:
    """A row as its noun."""
    values = {name: getattr(row, name) for name in SAID}
    values["address_id"] = None if row.address_id is None else PostalAddressId(row.address_id)
    return Subscription(person_id=PersonId(row.person_id), **values)


def _run(row: IssueRunRow, removed: int) -> IssueRun:
    return IssueRun(
        id=IssueRunId(row.id),
        issue_id=IssueId(row.issue_id),
        kind=row.kind,
        place=row.place,
        frozen_at=row.frozen_at,
        frozen_by=None if row.frozen_by is None else AccountId(row.frozen_by),
        entitled=row.entitled,
        mailed=row.mailed,
        copies=row.copies,
        removed=removed,
    )


FIRST = Version(id=0, rule=Eligibility(), note="", saved_at=None, saved_by=None)
"""What holds in a house that has saved no rule yet."""
