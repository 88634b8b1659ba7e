"""Rows of many rooms for questions to be asked about, put in as they are: a sowing is dear enough."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actions.model import CallKind, RegistrationState
from crm.actions.tables import CallRow, RegistrationRow, SignatureRow
from crm.attestations.model import HandWay, Stage, Status
from crm.attestations.tables import AttestationRow, HandingRow, RunRow
from crm.care.model import Complaint, Direction, InteractionKind
from crm.care.tables import InteractionRow, TaskRow
from crm.collections.model import CollectionState
from crm.collections.tables import CollectionRow
from crm.donations import donors
from crm.donations.tables import SourceRow
from crm.fundraising.model import Basis, Kind
from crm.fundraising.tables import AppealCellRow, AppealPlanRow, RecipientRow
from crm.people.model import Position, Sensitivity, Title
from crm.people.tables import HouseholdMemberRow, HouseholdRow
from crm.plans.model import EventKind
from crm.plans.tables import MandateRow, PlanEventRow, PlanRow
from crm.segments.tables import SegmentRow
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.vault.model import Source
from crm.vault.tables import NumberRow
from mailing.composition.model import EditionState, Frequency
from mailing.composition.tables import EditionRow, NewsletterRow
from mailing.content.model import ContentKind, TermKind
from mailing.content.tables import ContentItemRow, ContentTermRow, TermRow
from mailing.delivery.model import DeliveryState, MailingKind, MailingState
from mailing.delivery.tables import BodyRow, DeliveryRow, MailingRow
from tests.conftest import NOW

_NUMBERS = count(1)


def noon(day: date) -> datetime:
    """An hour of a day."""
    return datetime.combine(day, time(11), UTC)


def promise(
    session: Session, who: PersonId, cents: int, on: date, *, ended_on: date | None = None, supplier: str | None = None,
    every_months: int = 1, raised_on: date | None = None, fates: tuple[tuple[date, CollectionState, str], ...] = (),
) -> int:  # fmt: skip
    """A plan by direct debit, with how its instalments went, oldest first."""
    number = next(_NUMBERS)
    mandate = MandateRow(
        person_id=who, reference=f"M{number}", holder="x", uid=f"uid-{number}", sealed_account=None, account_key=None,
        tail="0000", bic="", signed_on=on, proof="", source="", last_collected_on=None, ended_on=None, recorded_at=NOW,
        recorded_by=None,
    )  # fmt: skip
    session.add(mandate)
    session.flush()
    plan = PlanRow(
        person_id=who, mandate_id=mandate.id, fund_code="general", source_code=None, supplier=supplier,
        supplier_reference=f"S{number}" if supplier else None, started_on=on, paused_from_on=None, paused_until_on=None,
        ended_on=ended_on, cents=cents, fee_cents=0, every_months=every_months, anchor_day=5,
        first_month_on=on.replace(day=1), version=1, recorded_at=NOW, recorded_by=None,
    )  # fmt: skip
    session.add(plan)
    session.flush()
    events = [(EventKind.SIGN, on, "")]
    events += [(EventKind.UPGRADE, raised_on, "")] if raised_on else []
    events += [(EventKind.CANCEL, ended_on, "money")] if ended_on else []
    session.add_all(
        PlanEventRow(
            plan_id=plan.id, kind=kind, on=day, until_on=None, delta_cents=0, reason=reason, note="", channel=None,
            recorded_at=NOW, recorded_by=None,
        )
        for kind, day, reason in events
    )  # fmt: skip
    session.add_all(
        CollectionRow(
            plan_id=plan.id, mandate_id=mandate.id, period=f"{day:%Y-%m}", due_on=day, cents=cents, fee_cents=0,
            announced_on=None, state=state, retry_on=None, gift_id=None, reason=reason,
        )
        for day, state, reason in fates
    )  # fmt: skip
    session.flush()
    return plan.id


def household(session: Session, *people: PersonId) -> None:
    """People who live together."""
    home = HouseholdRow(language=Language.FR, created_at=NOW, ended_at=None)
    session.add(home)
    session.flush()
    session.add_all(
        HouseholdMemberRow(
            household_id=home.id, person_id=one, position=Position.OTHER, is_on_envelope=True, since_at=NOW
        )
        for one in people
    )
    session.flush()


def number(session: Session, who: PersonId) -> None:
    """A national number in the vault."""
    nth = next(_NUMBERS)
    session.add(
        NumberRow(
            uid=f"n{nth}", person_id=who, origin=None, sealed="x", key_id=1, number_key=f"k{nth}",
            source=Source.FORM, kept_at=NOW, kept_by=None,
        )
    )  # fmt: skip
    session.flush()


def talked(session: Session, who: PersonId, day: date, *, is_complaint: bool = False) -> None:
    """A call of ours to somebody, and something left to do."""
    session.add(
        InteractionRow(
            person_id=who, kind=InteractionKind.CALL, direction=Direction.OUT, happened_at=noon(day), summary="…",
            outcome="", complaint=Complaint.OPEN if is_complaint else Complaint.NONE, recorded_at=NOW,
            recorded_by=None, closed_at=None, closed_by=None, removed_at=None,
        )
    )  # fmt: skip
    session.add(
        TaskRow(
            person_id=who, interaction_id=None, title="Rappeler", due_on=day, assignee=None, created_at=NOW,
            created_by=None, done_at=None, done_by=None, removed_at=None,
        )
    )  # fmt: skip
    session.flush()


def event(session: Session, on: date, *, sensitivity: Sensitivity = Sensitivity.ORDINARY) -> int:
    """An event on a day."""
    nth = next(_NUMBERS)
    call = CallRow(
        kind=CallKind.EVENT, code=f"e{nth}", title=f"e{nth}", url="", language=Language.FR, sensitivity=sensitivity,
        content_id=None, closes_on=None, starts_on=on, ends_on=None, place="", created_at=NOW,
    )  # fmt: skip
    session.add(call)
    session.flush()
    return call.id


def came(session: Session, who: PersonId, event_id: int, state: RegistrationState = RegistrationState.ATTENDED) -> None:
    """They registered for an event, and came."""
    row = RegistrationRow(
        event_id=event_id, person_id=who, recorded_person_id=who, folded_into_id=None, seats=1, state=state, source="",
        registered_at=NOW, changed_at=NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()


def petitions(session: Session, *themes: tuple[str, ...]) -> list[int]:
    """Petitions with those themes, each in the library of contents too."""
    terms: dict[str, int] = {}
    found = []
    for several in themes:
        nth = next(_NUMBERS)
        content = ContentItemRow(
            kind=ContentKind.PETITION, language=Language.FR, title=f"p{nth}", folded_title=f"p{nth}",
            url=f"https://exemple.be/{nth}", published_at=NOW, first_seen_at=NOW, changed_at=NOW, closes_on=None,
            closed_at=None, starts_on=None, ends_on=None, own_title=None, own_intro=None, event_types=[],
        )  # fmt: skip
        session.add(content)
        session.flush()
        for theme in several:
            if theme not in terms:
                term = TermRow(kind=TermKind.THEME, code=theme, label=theme)
                session.add(term)
                session.flush()
                terms[theme] = term.id
            session.add(ContentTermRow(content_id=content.id, term_id=terms[theme]))
        call = CallRow(
            kind=CallKind.PETITION, code=f"p{nth}", title=f"p{nth}", url="", language=Language.FR,
            sensitivity=Sensitivity.ORDINARY, content_id=content.id, closes_on=None, starts_on=None, ends_on=None,
            place="", created_at=NOW,
        )  # fmt: skip
        session.add(call)
        session.flush()
        found.append(call.id)
    return found


def sign(session: Session, who: PersonId, petition: int, day: date, at: datetime | None = None) -> None:
    """A signature on a day, or at an instant."""
    session.add(
        SignatureRow(
            petition_id=petition, person_id=who, recorded_person_id=who, folded_into_id=None, signed_at=at or noon(day),
            recorded_at=NOW, source="", comment="", deliver=False, delivery_text_id=None,
        )
    )  # fmt: skip
    session.flush()


def count_donors(session: Session) -> None:
    """Everybody's figures, and the scores."""
    for start in donors.begin(session, at=NOW):
        donors.count_slice(session, start)
    donors.end(session, at=NOW)


def asked(session: Session, appeal_id: int, on: date, arms: Mapping[PersonId, str], channel: str = "post") -> None:
    """A frozen appeal, with whom it asks and whom it leaves alone to see."""
    everybody = SegmentRow(
        name=f"s{next(_NUMBERS)}", description="", folder="", reason="", owner_id=None, is_shared=True, version=1,
        created_at=NOW, changed_at=NOW, ended_at=None,
    )  # fmt: skip
    session.add(everybody)
    session.add(
        AppealPlanRow(
            appeal_id=appeal_id, kind=Kind.GENERAL, channel=channel, purpose="appeals", planned_on=on,
            fund_code="general", rest_days=0, yearly_most=0, gift_months=0, spares_regular=False,
            one_a_household=False, spares_open=False, tended_tag=None, our_tag=None, keep_days=30, letter="",
            seed="s", next_seq=len(arms) + 1, created_at=NOW, created_by=None, frozen_at=NOW, frozen_by=None,
            waterfall=None,
        )
    )  # fmt: skip
    session.flush()
    cell = AppealCellRow(
        appeal_id=appeal_id, position=1, name="Tous", segment_id=everybody.id, segment_version=1, package="A",
        rival="", rival_share=0, ask_basis=Basis.LAST, ask_percents=[100], ask_least_cents=2000, ask_most_cents=50000,
        cap=None, control_share=0,
    )  # fmt: skip
    session.add(cell)
    session.flush()
    code = session.scalar(select(SourceRow.code).where(SourceRow.appeal_id == appeal_id)) or ""
    blank = dict.fromkeys(
        (
            "member_number", "first_name", "last_name", "organisation", "complement", "street", "number", "box",
            "postcode", "locality", "country", "lines", "phone", "added_why", "removed_why",
        ),
        "",
    )  # fmt: skip
    session.add_all(
        RecipientRow(
            **blank, appeal_id=appeal_id, cell_id=cell.id, person_id=who, seq=seq if arm == "mailed" else 0, arm=arm,
            package="A" if arm == "mailed" else "", source_code=code if arm == "mailed" else "",
            digits=f"{appeal_id:04d}{seq:08d}" if arm == "mailed" else "", asks=[], title=Title.NONE,
            language=Language.FR, opening=None, own_opening=None, added_at=None, added_by=None, removal=None,
            removed_at=None, removed_by=None,
        )
        for seq, (who, arm) in enumerate(arms.items(), start=1)
    )  # fmt: skip
    session.flush()


def attested(
    session: Session, who: PersonId, year: int, cents: int, *ways: HandWay, status: Status = Status.VALID
) -> None:
    """An attestation of a year, and how it was handed over."""
    nth = next(_NUMBERS)
    run = RunRow(
        year=year, stage=Stage.ISSUED, count=1, cents=cents, opened_at=NOW, opened_by=None, checked_at=None,
        locked_at=None, locked_by=None, issued_at=NOW, filed_at=None, handed_at=None, handed_by=None,
    )  # fmt: skip
    session.add(run)
    session.flush()
    paper = AttestationRow(
        run_id=run.id, year=year, number=nth, version=1, status=status, person_id=who, cents=cents, has_number=True,
        uid=f"u{nth}", code=f"c{nth}", fiche_key=f"f{nth}", sealed="", print="", locked_at=NOW, leased_until=None,
        issued_at=NOW, paper_print="", problem="", ended_at=None, ended_by=None, reason="",
    )  # fmt: skip
    session.add(paper)
    session.flush()
    session.add_all(HandingRow(attestation_id=paper.id, way=way, is_copy=False, at=NOW, by=None) for way in ways)
    session.flush()


def sent(session: Session, *people: PersonId) -> None:
    """An edition of a newsletter that was handed over to their servers."""
    newsletter = NewsletterRow(
        code="le-fil-mail", name="Nouvelles", purpose="news", language=Language.FR, frequency=Frequency.WEEKLY,
        weekday=0, at=time(9), lead_hours=24, layout=[], sender_name="A", sender_address="a@exemple.be",
        reply_to="a@exemple.be", late_hours=4, minimum_items=1, is_active=True, created_at=NOW, scheduled_from=NOW,
    )  # fmt: skip
    session.add(newsletter)
    session.flush()
    edition = EditionRow(
        newsletter_id=newsletter.id, number=1, due_at=NOW, state=EditionState.SENT, subject="…", proposed_at=NOW,
        approved_by=None, approved_at=None,
    )  # fmt: skip
    session.add(edition)
    session.flush()
    mailing = MailingRow(
        code="e1", kind=MailingKind.EDITION, edition_id=edition.id, purpose="news", priority=5,
        state=MailingState.DONE, headers={}, excluded={}, created_at=NOW, finished_at=NOW,
    )  # fmt: skip
    session.add(mailing)
    session.flush()
    body = BodyRow(mailing_id=mailing.id, language=Language.FR, digest="d", subject="…", html="", text="")
    session.add(body)
    session.flush()
    session.add_all(
        DeliveryRow(
            mailing_id=mailing.id, body_id=body.id, recorded_person_id=one, person_id=one, contact_point_id=None,
            address="a@exemple.be", address_key="1:x", values={}, priority=5,
            state=DeliveryState.ACCEPTED if one % 2 else DeliveryState.REFUSED, lease_until=None, next_attempt_at=NOW,
            message_id=f"m{one}", created_at=NOW, settled_at=NOW,
        )
        for one in people
    )  # fmt: skip
    session.flush()
