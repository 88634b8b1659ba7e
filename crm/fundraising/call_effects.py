"""What a reported call leads to: a contact in the file, a promise to follow, a dead number, an objection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import assert_never

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.care import service as care
from crm.care.model import Direction, InteractionKind, Promise
from crm.consent import service as consent
from crm.consent.model import Act, Channel, NewAct, Way
from crm.consent.policy import EVERYWHERE
from crm.foundation.signing import Sealer
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.fundraising import words
from crm.fundraising.call_model import CallOutcome, CallReport
from crm.fundraising.model import WholeAppeal
from crm.fundraising.tables import CallResultRow, RecipientRow
from crm.people import contacts
from crm.people import service as people
from crm.people.model import ContactKind, Deliverability, FailureReason, Person
from crm.values.calendar import brussels_day, instant_of
from crm.values.identifiers import PersonId
from crm.values.languages import Language

SOURCE = "agency"
NOON = time(12)
FOLLOW_UP = timedelta(days=7)
"""So long does a promise wait for its mandate or its transfer."""
CALLED = N_("Appel téléphonique « %(appeal)s » par %(agency)s : %(outcome)s")
MONTHLY = N_("Faire signer le don régulier promis au téléphone : %(amount)s par mois (%(code)s)")
MONTHLY_OPEN = N_("Faire signer le don régulier promis au téléphone (%(code)s)")
ONCE = N_("Suivre le don promis au téléphone : %(amount)s (%(code)s)")
ONCE_OPEN = N_("Suivre le don promis au téléphone (%(code)s)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Effects:
    """Everything that the lines of one transaction need, fetched at once."""

    session: Session
    sealer: Sealer
    appeal: WholeAppeal
    report: CallReport
    language: Language
    people: Mapping[int, Person]
    """Of each number on a line, who that is today."""
    phones: Mapping[int, str]
    """Of each recipient, the number that was called."""
    purposes: Sequence[str]
    at: datetime

    @classmethod
    def of(
        cls,
        session: Session,
        sealer: Sealer,
        appeal: WholeAppeal,
        *,
        report: CallReport,
        language: Language,
        lines: Sequence[CallResultRow],
        at: datetime,
    ) -> Effects:
        """What those lines need; a fixed number of queries."""
        living = people.survivors(session, {PersonId(one.person_id) for one in lines if one.person_id is not None})
        known = people.people(session, set(living.values()))
        row, ids = RecipientRow, {one.recipient_id for one in lines}
        found = session.execute(select(row.id, row.phone).where(row.id.in_(ids)))
        phones = {int(one.id): str(one.phone) for one in found}
        return cls(
            session=session,
            sealer=sealer,
            appeal=appeal,
            report=report,
            language=language,
            people={int(who): known[today] for who, today in living.items()},
            phones=phones,
            purposes=[one.code for one in consent.addressed(session)],
            at=at,
        )

    def bring(self, line: CallResultRow) -> None:
        """What the call leads to."""
        assert line.person_id is not None
        assert line.outcome is not None
        person = self.people[line.person_id]
        on = line.called_on or brussels_day(self.report.read_at)
        match line.outcome:
            case CallOutcome.UNREACHED:
                return
            case CallOutcome.REACHED | CallOutcome.REFUSED:
                self._log(person, line, on)
            case CallOutcome.PLEDGED:
                self._log(person, line, on, Promise(title=self._title(line), due_on=self._due()))
            case CallOutcome.WRONG_NUMBER:
                self._log(person, line, on)
                self._fail(person, self.phones.get(line.recipient_id or 0, ""))
            case CallOutcome.DO_NOT_CALL:
                self._log(person, line, on)
                self._object(person, line, on)
            case _:
                assert_never(line.outcome)

    def _log(self, person: Person, line: CallResultRow, on: date, promise: Promise | None = None) -> None:
        assert line.outcome is not None
        told = say(self.language, words.OUTCOMES[line.outcome])
        name, agency = self.appeal.plan.name, self.report.agency
        care.log(
            self.session,
            person.id,
            kind=InteractionKind.CALL,
            direction=Direction.OUT,
            summary=say(self.language, CALLED, appeal=name, agency=agency, outcome=told),
            outcome=line.remark,
            by=None,
            at=self.at,
            happened_at=min(instant_of(on, NOON), self.at),
            promise=promise,
        )

    def _title(self, line: CallResultRow) -> str:
        code = self.appeal.appeal.code
        if line.cents is None:
            return say(self.language, MONTHLY_OPEN if line.is_monthly else ONCE_OPEN, code=code)
        amount = locale_filters(self.language)["money"](line.cents)
        return say(self.language, MONTHLY if line.is_monthly else ONCE, amount=amount, code=code)

    def _due(self) -> date:
        return brussels_day(self.at) + FOLLOW_UP

    def _fail(self, person: Person, phone: str) -> None:
        for point in person.contact_points:
            is_it = point.kind is ContactKind.PHONE and point.value == phone and point.ended_at is None
            if is_it and point.deliverability is not Deliverability.DEAD:
                contacts.fail_point(self.session, point.id, FailureReason.WRONG_NUMBER, source=SOURCE, at=self.at)

    def _object(self, person: Person, line: CallResultRow, on: date) -> None:
        """No call any more, for nothing: an objection for each purpose, with the line of the file as its proof."""
        evidence = {"call_report": self.report.id, "line": line.line, "sha256": self.report.sha256}
        there = {
            one.purpose
            for one in consent.standings(self.session, person.id)
            if (one.channel, one.address_key, one.act) == (Channel.PHONE, EVERYWHERE, Act.OBJECTED)
        }
        for purpose in self.purposes:
            if purpose in there:
                continue
            act = NewAct(
                person_id=person.id,
                purpose=purpose,
                channel=Channel.PHONE,
                address_key=EVERYWHERE,
                act=Act.OBJECTED,
                way=Way.PHONE,
                occurred_at=min(instant_of(on, NOON), self.at),
                evidence=evidence,
            )
            consent.record(self.session, self.sealer, act, at=self.at)
