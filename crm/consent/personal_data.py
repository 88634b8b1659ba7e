"""What somebody allowed and withdrew. The ledger outlives an erasure as dates and keyed hashes: it is the proof."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.consent import do_not_call, paces, proof_term, restrictions, service, store, words
from crm.consent.model import Act, NewAct, Standing, Way
from crm.consent.policy import EVERYWHERE
from crm.consent.tables import (
    ConsentEventRow,
    ErasedProofRow,
    InterestRow,
    LastLetterRow,
    PaceEventRow,
    PaceRow,
    PopulationRow,
    RestrictionRow,
)
from crm.contracts.personal_data import Column, Erasing, Forgotten, Kept, Section, Subject
from crm.foundation.forgetting import delete_rows
from crm.foundation.translation import N_, say
from crm.values.languages import Language

ROOM = "crm.consent"
TABLES = frozenset(
    {
        "consent_event",
        "consent_standing",
        "erased_proof",
        "pace_event",
        "pace",
        "last_letter",
        "population_member",
        "suppression_event",
        "suppression",
        "interest",
        "processing_restriction",
        "asked_mailbox",
        "do_not_call_number",
    }
)
"""`asked_mailbox` holds keyed hashes that lead back to nobody and goes by itself after two days.
`do_not_call_number` is a national list, not ours to forget: it says of a number that nobody may call it."""

PROOF = N_("Preuve de ce qui avait été permis et retiré (RGPD, art. 7, § 1) : des dates et une empreinte, sans nom")
_YES = (Act.GIVEN, Act.REQUESTED, Act.IMPORTED)


def show(session: Session, subject: Subject, language: Language) -> Sequence[Section]:
    """Every act with the words that were shown, every pace, every address that is silenced."""
    purposes = {one.code: one.name(language) for one in service.purposes(session)}
    events = [event for person_id in subject.person_ids for event in store.events_of(session, person_id)]
    shown = store.notices(session, {event.notice_id for event in events if event.notice_id is not None})
    silenced = store.suppressions_at_all(session, sorted(subject.address_keys))
    declared = [
        event
        for person_id in subject.person_ids
        for event in paces.latest_events_of(session, person_id, before=None, size=1000)
    ]
    at = Column(key="at", label=say(language, N_("Quand")))
    way = Column(key="way", label=say(language, N_("De quelle façon")))
    cared = session.scalars(
        select(InterestRow).where(InterestRow.person_id.in_(subject.person_ids)).order_by(InterestRow.declared_at)
    ).all()
    return (
        Section(
            key="consents",
            title=say(language, N_("Ce que vous avez permis et retiré")),
            columns=(
                at,
                Column(key="purpose", label=say(language, N_("Pour quoi"))),
                Column(key="act", label=say(language, N_("Ce qui a été dit"))),
                way,
                Column(key="words", label=say(language, N_("Les mots qui étaient montrés"))),
            ),
            rows=[
                {
                    "at": event.occurred_at,
                    "purpose": purposes.get(event.purpose, event.purpose),
                    "channel": event.channel.value,
                    "act": say(language, words.ACTS[event.act][0]),
                    "way": say(language, words.WAYS[event.way]),
                    "words": shown[event.notice_id].text if event.notice_id in shown else "",
                    "recorded_at": event.recorded_at,
                    "everywhere": event.address_key == EVERYWHERE,
                }
                for event in sorted(events, key=lambda one: (one.occurred_at, one.id))
            ],
        ),
        Section(
            key="paces",
            title=say(language, N_("Pauses et rythmes demandés")),
            columns=(
                at,
                Column(key="rhythm", label=say(language, N_("Rythme"))),
                Column(key="pause_until", label=say(language, N_("Pause jusqu’au"))),
                way,
            ),
            rows=[
                {
                    "at": event.occurred_at,
                    "rhythm": say(language, words.RHYTHMS[event.rhythm]),
                    "pause_until": event.pause_until_on,
                    "way": say(language, words.WAYS[event.way]),
                }
                for event in declared
            ],
        ),
        Section(
            key="interests",
            title=say(language, N_("Ce que vous avez dit suivre de près")),
            columns=(Column(key="code", label=say(language, N_("Quoi"))), at),
            rows=[{"code": one.code, "at": one.declared_at} for one in cared],
        ),
        Section(
            key="restrictions",
            title=say(language, N_("Quand vos données étaient gelées (RGPD, art. 18)")),
            columns=(
                Column(key="since", label=say(language, N_("Depuis le"))),
                Column(key="reason", label=say(language, N_("Pourquoi"))),
                Column(key="until", label=say(language, N_("Jusqu’au"))),
                Column(key="lifted_why", label=say(language, N_("Pourquoi plus"))),
            ),
            rows=[
                {
                    "since": one.since_on,
                    "reason": one.reason,
                    "until": one.lifted_at,
                    "lifted_why": one.lifted_why,
                    "told": one.told_on,
                    "set_at": one.set_at,
                }
                for one in restrictions.history(session, subject.person_ids)
            ],
        ),
        Section(
            key="suppressions",
            title=say(language, N_("Adresses auxquelles nous n’écrivons plus")),
            columns=(at, Column(key="cause", label=say(language, N_("Pourquoi")))),
            rows=[{"at": one.since_at, "cause": say(language, words.CAUSES[one.cause])} for one in silenced],
        ),
        Section(
            key="do_not_call",
            title=say(language, N_("La liste nationale « Ne m’appelez plus »")),
            columns=(Column(key="list", label=say(language, N_("Liste du"))),),
            rows=[{"list": day} for day in do_not_call.listed_on(session, subject.address_keys)],
            note=say(language, N_("Un de vos numéros y figure : nous ne l’appelons pas pour demander un don.")),
        ),
    )


def erase(session: Session, subject: Subject, erasing: Erasing) -> Forgotten:
    """Every yes is withdrawn; the ledgers keep their dates, and silenced addresses stay silenced."""
    for person_id in subject.person_ids:
        for stands in store.standings_of(session, person_id):
            if stands.act in _YES or stands.asked_id is not None:
                act = NewAct(
                    person_id=person_id,
                    purpose=stands.purpose,
                    channel=stands.channel,
                    address_key=stands.address_key,
                    act=Act.WITHDRAWN,
                    way=Way.RETENTION,
                    occurred_at=max(erasing.at, stands.since_at),
                    evidence={"erasure": True},
                )
                event = store.add_event(session, erasing.sealer, act, person_id=person_id, at=erasing.at)
                store.put_standing(session, Standing.of(event))
    ids = subject.person_ids
    erased = {
        "population_member": delete_rows(session, PopulationRow, PopulationRow.person_id.in_(ids)),
        "last_letter": delete_rows(session, LastLetterRow, LastLetterRow.person_id.in_(ids)),
        "interest": delete_rows(session, InterestRow, InterestRow.person_id.in_(ids)),
        "processing_restriction": delete_rows(session, RestrictionRow, RestrictionRow.person_id.in_(ids)),
    }
    known = set(session.scalars(select(ErasedProofRow.person_id).where(ErasedProofRow.person_id.in_(ids))))
    session.add_all(ErasedProofRow(person_id=one, erased_at=erasing.at) for one in ids if one not in known)
    session.flush()
    until = proof_term.kept_until(session, erasing.at)
    kept = []
    for name, row in (("consent_event", ConsentEventRow), ("pace_event", PaceEventRow), ("pace", PaceRow)):
        count = session.scalar(select(func.count()).select_from(row).where(row.person_id.in_(ids))) or 0
        if count:
            kept.append(Kept(table=name, count=count, ground=PROOF, until_on=until))
    return Forgotten(erased=erased, kept=tuple(kept))
