"""The real thing, a block at a time: planned again as things stand now, written set-wise, each change noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.actions import taking_over as actions
from crm.actions.model import NewSignature
from crm.consent import taking_over as consents
from crm.consent.model import NewAct, SuppressionCause, Way
from crm.foundation.signing import AddressHasher, Sealer
from crm.imports import amending, attesting, bonding, giving, handing, joining, promising, signing, store, subscribing
from crm.imports.checking import row_of_plan
from crm.imports.earlier import Nobody
from crm.imports.model import Change, ChangeKind, Row, RowVerdict, Run
from crm.imports.plan import Plan
from crm.imports.planning import plans, silence_key
from crm.imports.wish import Wish
from crm.people import settling as people
from crm.people.settling import Settled
from crm.values.identifiers import PersonId
from crm.values.languages import Language

DIGEST_PAGE = 2000


def apply(
    session: Session,
    addresses: AddressHasher,
    sealer: Sealer,
    run: Run,
    rows: Sequence[Row],
    *,
    at: datetime,
    language: Language,
) -> None:
    """Writes what those rows wish. Bad rows and those in doubt change nothing."""
    wishes = [(row.number, Wish.of_json(row.given)) for row in rows if row.verdict is not RowVerdict.ERROR]
    made = plans(session, addresses, run.id, wishes, at=at, language=language, before=Nobody())
    landed = {place: plan for place, plan in enumerate(made, 1) if plan.landing is not None}
    arriving = {p: (plan.arrival, plan.landing) for p, plan in landed.items() if plan.arrival and plan.landing}
    number_of = {place: made[place - 1].number for place in arriving}
    for place, plan in landed.items():
        if plan.organisation_landing is not None and plan.organisation_arrival is not None:
            arriving[place + bonding.ORGANISATION] = plan.organisation_arrival, plan.organisation_landing
            number_of[place + bonding.ORGANISATION] = plan.number
    settled = people.settle(session, addresses, arriving, source=source_of(run), at=at, language=language)
    changes = [
        Change(
            number=number,
            kind=ChangeKind(one.what),
            target_id=one.target_id,
            person_id=one.person_id,
            before=one.before,
            after=one.after,
        )
        for place, number in number_of.items()
        if place in settled
        for one in settled[place].written
    ]
    changes += _record(session, sealer, run, made, settled, at=at)
    changes += _sign(session, run, made, settled, at=at, language=language)
    told = [
        (plan.number, _told(plan.wish, plan.hands, settled, at=at, language=language))
        for plan in made
        if plan.hands is not None
    ]
    changes += signing.tell(session, told, source=source_of(run), at=at)
    given = [
        (plan.number, plan.wish.gave, plan.gives, _owner(plan.owner, settled))
        for plan in made
        if plan.wish.gave is not None and plan.gives is not None and plan.owner is not None
    ]
    changes += giving.write(session, sealer, run, given, at=at)
    promised = [
        (plan.number, plan.wish.promised, _owner(plan.owner, settled))
        for plan in made
        if plan.promises and plan.wish.promised is not None and plan.owner is not None
    ]
    changes += promising.write(session, run, promised, at=at)
    reading = [
        (plan.number, plan.wish.subscribed, _owner(plan.owner, settled))
        for plan in made
        if plan.promises and plan.wish.subscribed is not None and plan.owner is not None
    ]
    changes += subscribing.write(session, run, reading, at=at)
    entering = [
        (plan.number, plan.wish.joined, _owner(plan.owner, settled))
        for plan in made
        if plan.promises and plan.wish.joined is not None and plan.owner is not None
    ]
    changes += joining.write(session, run, entering, at=at)
    learnt = [
        (plan.number, plan.wish.amended, plan.wish.decided, _owner(plan.owner, settled))
        for plan in made
        if plan.promises and plan.wish.amended is not None and plan.owner is not None
    ]
    changes += amending.write(session, run, learnt, at=at)
    papers = [
        (plan.number, plan.wish.attested, _owner(plan.owner, settled))
        for plan in made
        if plan.promises and plan.wish.attested is not None and plan.owner is not None
    ]
    changes += attesting.write(session, papers, at=at)
    bonded = [
        (plan.number, plan.bond, plan.about, plan.landing.known if plan.landing else None, plan.wish)
        for plan in made
        if plan.bond is not None and plan.about is not None
    ]

    def owner(about: int) -> PersonId:
        return _owner(about, settled)

    changes += bonding.write(session, bonded, owner, source=source_of(run), at=at, language=language)
    changes += _silence(session, addresses, run, made, at=at)
    changes += _meet(session, addresses, run, made, at=at)
    changes += handing.note([(plan.number, one) for plan in made for one in plan.repeats])
    store.add_changes(session, run.id, changes)
    before = {row.number: (row.verdict, row.reasons) for row in rows}
    differing = [plan for plan in made if (plan.verdict, plan.reasons) != before[plan.number]]
    store.change_rows(session, run.id, [row_of_plan(plan) for plan in differing])


def _owner(about: int, settled: Mapping[int, Settled]) -> PersonId:
    """Whom a plan is about, now that newcomers have their numbers."""
    return settled[-about].person_id if about < 0 else PersonId(about)


def source_of(run: Run) -> str:
    """How people and differences say where they come from."""
    return f"import:{run.id}"


def _record(
    session: Session,
    sealer: Sealer,
    run: Run,
    made: Sequence[Plan],
    settled: Mapping[int, Settled],
    *,
    at: datetime,
) -> list[Change]:
    acts: list[NewAct] = []
    numbers: list[int] = []
    for plan in made:
        for person_id, key, said in plan.acts:
            owner = _owner(person_id, settled)
            evidence = {"import": run.id, "row": plan.number, "file": run.sha256[:16]}
            evidence |= {name: text for name, text in (("way", said.way), ("proof", said.proof)) if text}
            numbers.append(plan.number)
            acts.append(
                NewAct(
                    person_id=owner,
                    purpose=said.purpose,
                    channel=said.channel,
                    address_key=key,
                    act=said.act,
                    way=Way.IMPORT,
                    occurred_at=said.occurred_at or at,
                    evidence=evidence,
                )
            )
    ids = consents.record(session, sealer, acts, at=at)
    return [
        Change(
            number=number,
            kind=ChangeKind.CONSENT,
            target_id=event_id,
            person_id=act.person_id,
            before={},
            after={"act": act.act.value, "purpose": act.purpose},
        )
        for number, act, event_id in zip(numbers, acts, ids, strict=True)
    ]


def _sign(
    session: Session,
    run: Run,
    made: Sequence[Plan],
    settled: Mapping[int, Settled],
    *,
    at: datetime,
    language: Language,
) -> list[Change]:
    news: list[NewSignature] = []
    numbers: list[int] = []
    for plan in made:
        if plan.signs is None or plan.wish.signed is None:
            continue
        petition, person_id = plan.signs
        one, who = plan.wish.signed, plan.wish.arrival
        numbers.append(plan.number)
        news.append(
            NewSignature(
                petition_id=petition,
                person_id=_owner(person_id, settled),
                signed_at=min(one.signed_at, at),
                source=source_of(run),
                comment=one.comment,
                deliver=bool(one.delivery_words) and not one.declines,
                delivery_words=one.delivery_words,
                delivery_language=who.tongue(language) if who else language,
            )
        )
    ids = actions.sign(session, news, at=at)
    return [
        Change(
            number=number,
            kind=ChangeKind.SIGNATURE,
            target_id=signature_id,
            person_id=new.person_id,
            before={},
            after={"petition": new.petition_id},
        )
        for number, new, signature_id in zip(numbers, news, ids, strict=True)
    ]


def _told(
    wish: Wish, hands: signing.Handing, settled: Mapping[int, Settled], *, at: datetime, language: Language
) -> actions.Told:
    assert wish.signed is not None
    return actions.Told(
        petition_id=hands[0],
        person_id=_owner(hands[1], settled),
        said_at=min(hands[2], at),
        words="" if wish.signed.declines else wish.signed.delivery_words,
        language=wish.arrival.tongue(language) if wish.arrival else language,
    )


def _silence(
    session: Session, addresses: AddressHasher, run: Run, made: Sequence[Plan], *, at: datetime
) -> list[Change]:
    wanted = [plan for plan in made if plan.is_silenced and plan.wish.silence is not None]
    evidence = {"import": run.id}
    keys: dict[str, datetime] = {}
    digests: dict[str, datetime] = {}
    number_of: dict[str, int] = {}
    for plan in wanted:
        silence = plan.wish.silence
        assert silence is not None
        key = silence_key(addresses, plan.wish)
        number_of.setdefault(key, plan.number)
        (digests if silence.digest else keys)[key] = min(silence.since or at, at)
    new = consents.suppress(session, keys, cause=SuppressionCause.LISTED, way=Way.IMPORT, at=at, evidence=evidence)
    put = consents.put_digests(session, digests, at=at)
    changes = [_silenced(number_of[key], ChangeKind.SUPPRESSION, {"address_key": key}) for key in sorted(new)]
    return changes + [_silenced(number_of[one], ChangeKind.DIGEST, {"digest": one}) for one in sorted(put)]


def _meet(session: Session, addresses: AddressHasher, run: Run, made: Sequence[Plan], *, at: datetime) -> list[Change]:
    """Addresses that arrive and that a hashed list has been waiting for."""
    if not consents.has_digests(session):
        return []
    arriving = {
        email.normal: plan.number
        for plan in made
        if plan.landing is not None and plan.landing.doubt is None
        for email in plan.landing.emails
    }
    key_of = {normal: addresses.key_of(normal) for normal in arriving}
    met = consents.meet_digests(session, key_of, way=Way.IMPORT, at=at, evidence={"import": run.id})
    number_of = {key: arriving[normal] for normal, key in key_of.items()}
    return [_silenced(number_of[key], ChangeKind.SUPPRESSION, {"address_key": key}) for key in sorted(met)]


def meet_everybody(session: Session, run: Run, after: int, *, at: datetime) -> int | None:
    """Silences a page of known addresses whose digest the list holds; where the next page begins, None at the end."""
    page = people.emails_after(session, after, DIGEST_PAGE)
    if not page:
        return None
    met = consents.meet_digests(
        session,
        {value.casefold(): key for _, value, key in page},
        way=Way.IMPORT,
        at=at,
        evidence={"import": run.id},
    )
    changes = [_silenced(0, ChangeKind.SUPPRESSION, {"address_key": key}) for key in sorted(met)]
    store.add_changes(session, run.id, changes)
    return page[-1][0]


def _silenced(number: int, kind: ChangeKind, after: dict[str, str]) -> Change:
    return Change(number=number, kind=kind, target_id=0, person_id=None, before={}, after=after)
