"""One meaning, told twice: the verdict about one person in Python, and about everybody in SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, insert, literal, select, union_all, update
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import gate, paces, policies, restrictions, selects
from crm.consent import service as consent
from crm.consent.model import SERVICE, Act, Channel, LegalBasis, NewAct, Refusal, SuppressionCause, Way
from crm.consent.pace import Rhythm
from crm.consent.policy import EVERYWHERE, Need, NewPolicy, Population
from crm.consent.tables import ConsentEventRow, PaceEventRow
from crm.people import differences
from crm.people import service as people_service
from crm.people.arrivals import UNDATED
from crm.people.model import ALIVE, ContactKind, Deliverability, DifferenceState, Person
from crm.people.tables import ContactPointRow, PersonRow
from crm.values.identifiers import AccountId, PersonId
from tests.conftest import NOW

Add = Callable[..., Person]
Asked = tuple[str, PersonId, str]
ADDRESSES = ("un@exemple.be", "deux@exemple.be", "trois@exemple.be")
PEOPLE = 3
OLD = 31 * 24
"""Hours after which a yes of `NOW` is too old for a policy of thirty days."""
NAMES = ("purpose", "person_id", "address_key")


@dataclass(frozen=True)
class World:
    """Who lives where, what they said, what came back, who became whom."""

    points: list[tuple[int, int, bool, Deliverability]]
    acts: list[tuple[int, int, str, Act, Way, int]]
    suppressed: list[tuple[int, bool, SuppressionCause, int]]
    merge: tuple[int, int, bool] | None
    dead: int | None
    said_dead: list[tuple[int, str, DifferenceState]]
    ended: int | None
    everywhere: list[tuple[int, Act, int]]
    policies: list[tuple[Population, Need, int | None, int, bool]]
    populations: list[tuple[int, Population]]
    minor: int | None
    paces: list[tuple[int, int | None, Rhythm, int]]
    letters: list[tuple[int, int]]
    frozen: list[tuple[int, bool]]
    asked_at: int


someone, somewhere, hour = st.integers(0, PEOPLE - 1), st.integers(0, len(ADDRESSES) - 1), st.integers(0, 3)
WORLDS = st.builds(
    World,
    points=st.lists(
        st.tuples(someone, somewhere, st.booleans(), st.sampled_from(Deliverability)),
        max_size=6,
        unique_by=lambda point: point[:2],
    ),
    acts=st.lists(
        st.tuples(
            someone,
            somewhere,
            st.sampled_from(["news", "news", "urgent"]),
            st.sampled_from([*(act for act in Act if act is not Act.ANNULLED), Act.GIVEN, Act.GIVEN]),
            st.sampled_from([Way.WEB, Way.CONFIRMATION]),
            hour,
        ),
        max_size=8,
    ),
    suppressed=st.lists(st.tuples(somewhere, st.booleans(), st.sampled_from(SuppressionCause), hour), max_size=4),
    merge=st.none() | st.tuples(st.just(0), st.just(1), st.booleans()),
    dead=st.none() | someone,
    said_dead=st.lists(
        st.tuples(someone, st.sampled_from(["2026-01-02", UNDATED, ALIVE]), st.sampled_from(DifferenceState)),
        max_size=2,
    ),
    ended=st.none() | someone,
    everywhere=st.lists(
        st.tuples(someone, st.sampled_from([act for act in Act if act is not Act.ANNULLED]), hour), max_size=3
    ),
    policies=st.lists(
        st.tuples(
            st.sampled_from([Population.EVERYBODY, *Population]),
            st.sampled_from(Need),
            st.none() | st.just(30),
            st.integers(-2, 1),
            st.sampled_from([True, True, False]),
        ),
        max_size=3,
    ),
    populations=st.lists(
        st.tuples(someone, st.sampled_from([Population.MINORS, *sorted(policies.SET_BY_ROOMS)])), max_size=3
    ),
    minor=st.none() | someone,
    paces=st.lists(
        st.tuples(someone, st.sampled_from([None, 1, 31, 32, 60]), st.sampled_from(Rhythm), hour), max_size=3
    ),
    letters=st.lists(st.tuples(someone, st.integers(0, OLD)), max_size=3),
    frozen=st.lists(st.tuples(someone, st.booleans()), max_size=1),
    asked_at=st.sampled_from([4, OLD]),
)


def build(session: Session, assembly: Assembly, add: Add, world: World) -> tuple[list[PersonId], list[str]]:
    """Writes that world; its people and their address keys."""
    keys = [assembly.addresses.key_of(address) for address in ADDRESSES]
    people = [add(session, f"nul{n}@exemple.be").id for n in range(PEOPLE)]
    session.execute(
        update(ContactPointRow).values(deliverability=Deliverability.DEAD).execution_options(synchronize_session=False)
    )
    for who, where, primary, deliverability in world.points:
        session.execute(
            insert(ContactPointRow).values(
                person_id=people[who],
                kind=ContactKind.EMAIL,
                value=ADDRESSES[where],
                address_key=keys[where],
                is_primary=primary,
                deliverability=deliverability,
                created_at=NOW,
            )
        )
    for who, where, purpose, act, way, at in world.acts:
        new = NewAct(
            person_id=people[who],
            purpose=purpose,
            address_key=keys[where],
            act=act,
            way=way,
            occurred_at=NOW + timedelta(hours=at),
        )
        consent.record(session, assembly.sealer, new, at=NOW)
    for where, stops, cause, at in world.suppressed:
        does = consent.suppress if stops else consent.lift
        does(
            session,
            address_key=keys[where],
            cause=cause,
            way=Way.STAFF,
            at=NOW,
            occurred_at=NOW + timedelta(hours=at),
        )
    build_policies(session, assembly, world, people)
    build_paces(session, assembly, world, people)
    if world.minor is not None:
        people_service.set_birth(session, people[world.minor], date(2010, 5, 1), today=NOW.date())
    if world.dead is not None:
        people_service.record_death(session, people[world.dead], died_on=None, at=NOW)
    build_news_of_deaths(session, world, people)
    if world.ended is not None:
        session.execute(
            update(ContactPointRow).where(ContactPointRow.person_id == people[world.ended]).values(ended_at=NOW)
        )
    build_freezes(session, world, people)
    if world.merge:
        old, new_id, moves = people[world.merge[0]], people[world.merge[1]], world.merge[2]
        session.execute(update(PersonRow).where(PersonRow.id == old).values(merged_into_id=new_id))
        if moves:
            session.execute(update(PaceEventRow).where(PaceEventRow.person_id == old).values(person_id=new_id))
            session.execute(update(ConsentEventRow).where(ConsentEventRow.person_id == old).values(person_id=new_id))
            consent.rebuild(session)
    return people, keys


def build_news_of_deaths(session: Session, world: World, people: list[PersonId]) -> None:
    """Notes what was said of deaths, or of life, and what a colleague decided."""
    for who, said, state in world.said_dead:
        told = differences.note(
            session, people[who], field="deceased_on", held={"text": ""}, said={"text": said}, source="import:1", at=NOW
        )
        if state is not DifferenceState.OPEN:
            differences.decide(session, told.id, state, by=AccountId(1), at=NOW)


def build_freezes(session: Session, world: World, people: list[PersonId]) -> None:
    """Freezes somebody's data, and lifts that or not."""
    for who, is_lifted in world.frozen:
        restrictions.restrict(session, people[who], since_on=NOW.date(), reason="Conteste", by=None, at=NOW)
        if is_lifted:
            restrictions.lift(session, people[who], told_on=NOW.date(), why="Corrigé", by=None, at=NOW)


def build_policies(session: Session, assembly: Assembly, world: World, people: list[PersonId]) -> None:
    """Writes words that hold everywhere, policies, and who belongs to what."""
    for who, act, at in world.everywhere:
        new = NewAct(
            person_id=people[who],
            purpose="news",
            address_key=EVERYWHERE,
            act=act,
            way=Way.PAPER,
            occurred_at=NOW + timedelta(hours=at),
        )
        consent.record(session, assembly.sealer, new, at=NOW)
    for population, need, days, begins, approve in world.policies:
        wanted = NewPolicy(
            purpose="news",
            channel=Channel.EMAIL,
            population=population,
            need=need,
            legal_basis=LegalBasis.CONSENT,
            longest_days=days,
            valid_from_on=NOW.date() + timedelta(days=begins),
            reason="une règle",
        )
        proposed = policies.propose(session, wanted, by=AccountId(1), at=NOW)
        policies.decide(session, proposed.id, approve=approve, by=AccountId(2), at=NOW)
    for who, population in world.populations:
        if population is Population.MINORS:
            policies.say_age(session, people[who], is_minor=True, at=NOW - timedelta(days=0 if who else 1827))
        else:
            policies.put_population(session, people[who], population, since=NOW)


def build_paces(session: Session, assembly: Assembly, world: World, people: list[PersonId]) -> None:
    """Writes how often they want letters, and when they had one."""
    for who, days, rhythm, at in world.paces:
        paces.declare(
            session,
            assembly.sealer,
            person_id=people[who],
            pause_until_on=None if days is None else NOW.date() + timedelta(days=days),
            rhythm=rhythm,
            way=Way.PREFERENCES,
            at=NOW + timedelta(hours=at),
        )
    for who, at in world.letters:
        recipients = select(PersonRow.id).where(PersonRow.id == people[who])
        paces.note_letters(session, recipients, at=NOW + timedelta(hours=min(at, world.asked_at)))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORLDS)
def test_the_verdict_about_one_and_the_selects_about_all_agree(assembly: Assembly, add: Add, world: World) -> None:
    at = NOW + timedelta(hours=world.asked_at)
    with assembly.database.reading() as session:
        people, keys = build(session, assembly, add, world)
        moment = gate.moment(session, at)
        assert consent.drift(session) == 0
        for purpose in ("news", "urgent"):
            one_by_one = {who: gate.verdict_of(session, who, purpose, Channel.EMAIL, at) for who in people}
            allowed = session.execute(selects.allowed(purpose, moment=moment)).all()
            assert sorted(row.person_id for row in allowed) == sorted(
                person for person, verdict in one_by_one.items() if verdict.allowed
            )
            stood = {who for who in people if any(s.purpose == purpose for s in consent.standings(session, who))}
            found = session.execute(selects.refused(purpose, moment=moment))
            refused = {row.person_id: Refusal(row.refusal) for row in found}
            assert refused == {p: v.refusal for p, v in one_by_one.items() if not v.allowed and p in stood}
            owed = session.execute(selects.refused(purpose, moment=moment, is_owed=True))
            assert {row.person_id: Refusal(row.refusal) for row in owed} == {
                p: refusal for p, refusal in refused.items() if refusal is not Refusal.TOO_OFTEN
            }
            for row in allowed:
                assert (row.address_key, row.address) == best_address(session, row.person_id, purpose, at)
        asked = [(purpose, person, key) for purpose in ("news", SERVICE) for person in people for key in keys]
        expected = [
            gate.verdict(session, person_id=person, purpose=purpose, address_key=key, at=at, is_owed=True).allowed
            for purpose, person, key in asked
        ]
        by_value = [
            selects.may_receive(purpose, Channel.EMAIL, person, key, moment=moment) for purpose, person, key in asked
        ]
        assert [bool(one) for one in session.execute(select(*by_value)).one()] == expected
        assert looked_at(session, asked, at) == dict(zip(asked, expected, strict=True))


def looked_at(session: Session, asked: list[Asked], at: datetime) -> dict[Asked, bool]:
    """What the last look says of rows that stand in a table, one statement a purpose."""
    rows = (select(*(literal(value).label(name) for name, value in zip(NAMES, one, strict=True))) for one in asked)
    these = union_all(*rows).subquery("these")
    moment = selects.Moment.bound(policies.book_at(session, at))
    found = {}
    for purpose in sorted({purpose for purpose, _, _ in asked}):
        may = selects.may_receive(purpose, Channel.EMAIL, these.c.person_id, these.c.address_key, moment=moment)
        query = select(*(these.c[name] for name in NAMES), may.label("may")).where(these.c.purpose == purpose)
        for one in session.execute(query, selects.Moment.facts(at)):
            found[one.purpose, PersonId(one.person_id), one.address_key] = bool(one.may)
    return found


def best_address(session: Session, person_id: PersonId, purpose: str, at: datetime) -> tuple[str, str]:
    """The address at which the rules would write to that person: primary first, then the oldest."""
    rows = session.execute(
        select(ContactPointRow.address_key, ContactPointRow.value)
        .where(ContactPointRow.person_id == person_id, ContactPointRow.ended_at.is_(None))
        .order_by(ContactPointRow.is_primary.desc(), ContactPointRow.id)
    )
    found = [
        (key, value)
        for key, value in rows
        if gate.verdict(session, person_id=person_id, purpose=purpose, address_key=key, at=at).allowed
    ]
    return found[0]


def test_the_last_look_works_inside_the_statement_that_claims(assembly: Assembly, add: Add) -> None:
    with assembly.database.transaction() as session:
        willing, gone = add(session, "un@exemple.be"), add(session, "deux@exemple.be")
        for person in (willing, gone):
            key = person.contact_points[0].address_key
            act = NewAct(
                person_id=person.id,
                purpose="news",
                address_key=key,
                act=Act.GIVEN,
                way=Way.CONFIRMATION,
                occurred_at=NOW,
            )
            consent.record(session, assembly.sealer, act, at=NOW)
        consent.withdraw(
            session,
            assembly.sealer,
            person_id=gone.id,
            purpose="news",
            address_key=gone.contact_points[0].address_key,
            way=Way.ONE_CLICK,
            at=NOW + timedelta(hours=1),
        )
        points: Table = ContactPointRow.__table__  # type: ignore[assignment] # a mapped class's own Core table
        may = selects.may_receive(
            "news",
            Channel.EMAIL,
            points.c.person_id,
            points.c.address_key,
            moment=gate.moment(session, NOW),
        )
        marked = session.execute(
            update(points).where(may).values(deliverability=Deliverability.FAILING).returning(points.c.person_id)
        )
        assert marked.scalars().all() == [willing.id]


def test_a_minor_and_a_buyer_among_others_are_judged_each_by_their_own_policies(assembly: Assembly, add: Add) -> None:
    """Each part of the statement asks about the row at hand, never whether there is any such row."""
    with assembly.database.transaction() as session:
        people = [add(session, f"personne{n}@exemple.be") for n in range(3)]
        people_service.set_birth(session, people[1].id, date(2010, 5, 1), today=NOW.date())
        policies.put_population(session, people[2].id, Population.BUYERS, since=NOW)
        for purpose, population, need in (
            ("news", Population.EVERYBODY, Need.NO_OBJECTION),
            ("urgent", Population.EVERYBODY, Need.NEVER),
            ("urgent", Population.BUYERS, Need.NO_OBJECTION),
        ):
            wanted = NewPolicy(
                purpose=purpose,
                channel=Channel.EMAIL,
                population=population,
                need=need,
                legal_basis=LegalBasis.LEGITIMATE_INTEREST,
                valid_from_on=NOW.date(),
                reason="une règle",
            )
            policies.decide(
                session,
                policies.propose(session, wanted, by=AccountId(1), at=NOW).id,
                approve=True,
                by=AccountId(2),
                at=NOW,
            )
        asked = [
            (purpose, person.id, person.contact_points[0].address_key)
            for purpose in ("news", "urgent", SERVICE)
            for person in people
        ]
        one_by_one = [
            gate.verdict(session, person_id=person, purpose=purpose, address_key=key, at=NOW).allowed
            for purpose, person, key in asked
        ]
        assert looked_at(session, asked, NOW) == dict(zip(asked, one_by_one, strict=True))
        grown, minor, buyer = False, False, True
        assert one_by_one == [True, False, True, grown, minor, buyer, True, True, True]
