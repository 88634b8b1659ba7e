"""The gate as SQL, for many people at once. A property test holds it to `rules.py` and `policy.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self, assert_never

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from crm.consent.model import SERVICE, Act, Channel, Refusal, SuppressionCause, Way
from crm.consent.pace_selects import paused, rests, too_often
from crm.consent.policies import MINOR_FOR_DAYS
from crm.consent.policy import EVERYWHERE, Book, Demand, Need, Population, demands_on
from crm.consent.restriction_selects import restricted
from crm.consent.rules import CAREFULNESS, CLOSENESS, NO, OWN_WORD, adults_born_by
from crm.consent.tables import ConsentEventRow, ConsentStandingRow, PaceEventRow, PopulationRow, SuppressionRow
from crm.foundation.columns import Instant, days_before
from crm.people import selects as people
from crm.people.model import ContactKind
from crm.values.calendar import brussels_day

_ALLOWED = 100
_MERGED = 99
_DECEASED = 98
OWN_WAYS = tuple(way for way in Way if way not in {Way.IMPORT, Way.RETENTION, Way.BOUNCE, Way.COMPLAINT})
"""Ways by which somebody speaks for themselves."""
_WRITTEN_TO = ("person_id", "contact_point_id", "address", "address_key", "language")
_OTHERS = (Population.BUYERS, Population.DONORS, Population.MEMBERS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """When the question is asked: values, or parameters of a statement that is compiled once.

    The policies in force then are part of the statement: looked up in it, they would be so for each row.
    """

    at: Any
    on: Any
    day_of_year: Any
    adults_born_by: Any
    book: Book

    @classmethod
    def of(cls, at: datetime, book: Book) -> Self:
        """The moment of an instant, with the policies of its day (`policies.book_at`)."""
        day = brussels_day(at)
        return cls(
            at=literal(at, Instant()),
            on=literal(day, Date()),
            day_of_year=literal(f"{day:%m-%d}", String()),
            adults_born_by=literal(adults_born_by(day), Date()),
            book=book,
        )

    @classmethod
    def bound(cls, book: Book) -> Self:
        """A moment given when the statement runs: with `Moment.facts(at)`, on the day of that book."""
        return cls(
            at=bindparam("gate_at", type_=Instant()),
            on=bindparam("gate_on", type_=Date()),
            day_of_year=bindparam("gate_day", type_=String()),
            adults_born_by=bindparam("gate_born", type_=Date()),
            book=book,
        )

    @staticmethod
    def facts(at: datetime) -> dict[str, datetime | date | str]:
        """What a statement on `bound` wants to know."""
        day = brussels_day(at)
        return {"gate_at": at, "gate_on": day, "gate_day": f"{day:%m-%d}", "gate_born": adults_born_by(day)}


def reachable(channel: Channel, moment: Moment) -> Select[*tuple[Any, ...]]:
    """Every living address of a channel: see `people.selects.reachable`."""
    match channel:
        case Channel.POST:
            return people.reachable_by_post(moment.on, moment.day_of_year)
        case Channel.PHONE | Channel.SMS:
            return people.reachable(moment.on, moment.day_of_year, ContactKind.PHONE)
        case Channel.EMAIL:
            return people.reachable(moment.on, moment.day_of_year)


def allowed(purpose: str, channel: Channel = Channel.EMAIL, *, moment: Moment) -> Select[*tuple[Any, ...]]:
    """Whom we may write to for a purpose, one row per person.

    At a season's own address first, else at their primary one where that is allowed, else at the oldest of the others.

    Columns: person_id, contact_point_id, address, address_key, language.
    """
    ranked = allowed_in_turn(purpose, channel, moment=moment).subquery("ranked")
    return select(*(column for column in ranked.c if column.name != "choice")).where(ranked.c.choice == 1)


def allowed_in_turn(purpose: str, channel: Channel = Channel.EMAIL, *, moment: Moment) -> Select[*tuple[Any, ...]]:
    """The same, of every address at which we may: `choice` is 1 for the one we write to.

    For statements that join it: of what passed `choice == 1` SQLite expects so few that it makes no index.
    """
    # Chosen among after they are found: beside a window, SQLite would write down every living address first.
    fit = allowed_places(purpose, channel, moment=moment).subquery("fit")
    turn = (fit.c.is_seasonal.desc(), fit.c.is_primary.desc(), fit.c.contact_point_id)
    choice = func.row_number().over(partition_by=fit.c.person_id, order_by=turn)
    return select(*(fit.c[name] for name in _WRITTEN_TO), choice.label("choice"))


def allowed_places(
    purpose: str, channel: Channel = Channel.EMAIL, *, moment: Moment, among: Select[*tuple[Any, ...]] | None = None
) -> Select[*tuple[Any, ...]]:
    """Every address at which we may write to somebody for a purpose: `people.selects.reachable`, of those `among`."""
    reached = reachable(channel, moment)
    asked = reached if among is None else reached.where(reached.selected_columns.person_id.in_(among))
    live = asked.subquery("live")
    word, joined = words_at(live, purpose, channel)
    return joined.add_columns(*live.c).where(
        _satisfied(purpose, channel, live.c.person_id, word, moment),
        not_(_suppressed(live.c.address_key, word)),
        not_(rests(live.c.person_id, channel, moment.on, moment.at)),
    )


def refused(
    purpose: str,
    channel: Channel = Channel.EMAIL,
    *,
    moment: Moment,
    is_owed: bool = False,
    among: Select[*tuple[Any, ...]] | None = None,
    within: Select[*tuple[Any, ...]] | None = None,
) -> Select[*tuple[Any, ...]]:
    """Everybody who ever stood on a purpose and may not be written to, with the reason nearest to a yes.

    `is_owed`: about mails that are owed already, which no rhythm keeps back. `among`: a select of person_id, and it is
    about them instead, whether or not they ever said anything. `within`: those alone, if they stood.

    Columns: person_id, refusal (a word of `Refusal`).
    """
    live = reachable(channel, moment).subquery("live")
    row, narrowed = ConsentStandingRow, () if within is None else (ConsentStandingRow.person_id.in_(within),)
    stood = select(row.person_id, row.address_key).where(row.purpose == purpose, row.channel == channel, *narrowed)
    if among is not None:
        of_them = among.subquery("among")
        stood = stood.where(ConsentStandingRow.person_id.in_(select(of_them.c.person_id)))
        standing = select(of_them.c.person_id, literal(EVERYWHERE).label("address_key")).subquery("stood")
    else:
        standing = stood.subquery("stood")
    there = stood.where(ConsentStandingRow.address_key != EVERYWHERE)
    here = select(live.c.person_id, live.c.address_key).where(live.c.person_id.in_(select(standing.c.person_id)))
    somewhere = there.union(here).subquery("somewhere")
    nowhere = select(standing.c.person_id, standing.c.address_key).where(
        standing.c.person_id.not_in(select(somewhere.c.person_id))
    )
    places = select(somewhere.c.person_id, somewhere.c.address_key).union(nowhere).subquery("places")
    word, joined = words_at(places, purpose, channel)
    answers = (
        select(literal(1))
        .select_from(live)
        .where(live.c.person_id == places.c.person_id, live.c.address_key == places.c.address_key)
        .exists()
    )
    closeness = case(
        (people.merged(places.c.person_id), _MERGED),
        (people.gone(places.c.person_id), _DECEASED),
        (restricted(places.c.person_id), CLOSENESS[Refusal.RESTRICTED]),
        (
            not_(_satisfied(purpose, channel, places.c.person_id, word, moment)),
            _lacking(purpose, channel, places.c.person_id, word, moment),
        ),
        (_suppressed(places.c.address_key, word), CLOSENESS[Refusal.SUPPRESSED]),
        (not_(answers), CLOSENESS[Refusal.NO_ADDRESS]),
        (paused(places.c.person_id, channel, moment.on), CLOSENESS[Refusal.PAUSED]),
        *([] if is_owed else [(too_often(places.c.person_id, channel, moment.at), CLOSENESS[Refusal.TOO_OFTEN])]),
        else_=_ALLOWED,
    )
    each = joined.add_columns(places.c.person_id, closeness.label("closeness")).subquery("each")
    nearest = (
        select(each.c.person_id, func.max(each.c.closeness).label("closeness"))
        .group_by(each.c.person_id)
        .subquery("nearest")
    )
    words = {_MERGED: Refusal.MERGED.value, _DECEASED: Refusal.DECEASED.value}
    words |= {rank: refusal.value for refusal, rank in CLOSENESS.items()}
    return select(nearest.c.person_id, case(words, value=nearest.c.closeness).label("refusal")).where(
        nearest.c.closeness < _ALLOWED
    )


def signs_of_life(since: Any) -> tuple[Select[*tuple[Any, ...]], ...]:
    """What people said themselves since an instant, of our letters and of how often: selects of person_id."""
    word, pace = ConsentEventRow, PaceEventRow
    return (
        select(word.person_id).where(
            word.occurred_at >= since, word.way.in_(OWN_WAYS), word.act.not_in((Act.IMPORTED, Act.EXPIRED))
        ),
        select(pace.person_id).where(pace.occurred_at >= since, pace.way.in_(OWN_WAYS)),
    )


def standing_yes(purpose: str, channel: Channel = Channel.EMAIL) -> Select[*tuple[Any, ...]]:
    """Every yes that stands for a purpose: person_id, address_key, act (given, or imported without proof)."""
    row = ConsentStandingRow
    return select(row.person_id, row.address_key, row.act).where(
        row.purpose == purpose, row.channel == channel, row.act.in_((Act.GIVEN, Act.IMPORTED))
    )


def may_receive(
    purpose: str,
    channel: Channel,
    person_id: ColumnElement[Any] | Any,
    address_key: ColumnElement[Any] | Any,
    *,
    moment: Moment,
) -> ColumnElement[bool]:
    """The last look, for the statement that claims a mail: may this person get it at this address, as things stand?

    `person_id` and `address_key` are values or columns of the statement it is used in. `SERVICE` needs no consent,
    only an address that is not dead and a person who is not. A pause holds a mail back, a rhythm does not:
    the mail is the letter it allowed.
    """
    if purpose == SERVICE:
        return and_(not_(_dead(address_key)), not_(people.gone(person_id)))
    live = reachable(channel, moment).subquery("live")
    word, joined = words_at(live, purpose, channel)
    return (
        joined.where(
            live.c.person_id == person_id,
            live.c.address_key == address_key,
            # `live`, not `person_id`: a column of the outer statement is out of reach two levels down.
            _satisfied(purpose, channel, live.c.person_id, word, moment),
            not_(_suppressed(live.c.address_key, word)),
            not_(paused(live.c.person_id, channel, moment.on)),
        )
        .add_columns(literal(1))
        .offset(0)  # keeps PostgreSQL from asking about everybody at once, and hashing that, for the sake of a few
        .exists()
    )


@dataclass(frozen=True, slots=True)
class _Word:
    """What someone said of an address and of every address, as one: columns that are NULL where they said nothing."""

    act: ColumnElement[Any]
    way: ColumnElement[Any]
    since: ColumnElement[Any]

    def is_in(self, acts: Any) -> ColumnElement[bool]:
        return func.coalesce(self.act.in_([act.value for act in acts]), False)

    @property
    def is_confirmed(self) -> ColumnElement[bool]:
        return func.coalesce(and_(self.act == Act.GIVEN.value, self.way == Way.CONFIRMATION.value), False)


def words_at(places: Subquery, purpose: str, channel: Channel) -> tuple[_Word, Select[*tuple[Any, ...]]]:
    """The twin of `rules.combined`: the word at each place, and a select over the places that is to be completed."""
    own, everywhere = aliased(ConsentStandingRow), aliased(ConsentStandingRow)
    joined = select().select_from(places).correlate_except(places, own, everywhere)
    for row, key in ((own, places.c.address_key), (everywhere, literal(EVERYWHERE))):
        joined = joined.outerjoin(
            row,
            and_(
                row.person_id == places.c.person_id,
                row.purpose == purpose,
                row.channel == channel,
                row.address_key == key,
            ),
        )

    def decided(row: Any) -> ColumnElement[int]:
        return case((row.act == Act.REQUESTED, 0), (row.act == Act.IMPORTED, 1), else_=2)

    def careful(row: Any) -> ColumnElement[int]:
        return case({act.value: rank for act, rank in CAREFULNESS.items()}, value=row.act)

    a, b = decided(own), decided(everywhere)
    later = or_(
        own.since_at > everywhere.since_at,
        and_(own.since_at == everywhere.since_at, careful(own) >= careful(everywhere)),
    )
    is_own = case((own.act.is_(None), False), (everywhere.act.is_(None), True), (a != b, a > b), else_=later)

    def pick(column: str) -> ColumnElement[Any]:
        return case((is_own, getattr(own, column)), else_=getattr(everywhere, column))

    return _Word(act=pick("act"), way=pick("way"), since=pick("since_at")), joined


def _satisfied(purpose: str, channel: Channel, person_id: Any, word: _Word, moment: Moment) -> ColumnElement[bool]:
    """The twin of `policy.demands_on` and `rules.verdict`: any demand on the person is met, and no freeze stands."""
    return and_(not_(restricted(person_id)), _demanded(purpose, channel, person_id, word, moment))


def _demanded(purpose: str, channel: Channel, person_id: Any, word: _Word, moment: Moment) -> ColumnElement[bool]:
    asked = moment.book.asked(purpose, channel)
    (of_minors,) = demands_on(asked, (), is_minor=True)
    (of_everybody,) = demands_on(asked, (), is_minor=False)
    ways = [_met(of_everybody, word, moment)]
    ways += [and_(_belongs(person_id, p), _met(asked[p], word, moment)) for p in _OTHERS if p in asked]
    if len(ways) == 1 and of_minors == of_everybody:
        return ways[0]
    return case((minor(person_id, moment), _met(of_minors, word, moment)), else_=or_(*ways))


def _met(demand: Demand, word: _Word, moment: Moment) -> ColumnElement[bool]:
    days = demand.longest_days
    young = true() if days is None else func.coalesce(word.since >= days_before(moment.at, literal(days)), False)
    match demand.need:
        case Need.NEVER:
            return false()
        case Need.NO_OBJECTION:
            return not_(word.is_in(NO))
        case Need.CONFIRMED:
            return and_(word.is_confirmed, young)
        case Need.CONSENT:
            return and_(word.is_in([Act.GIVEN]), young)
        case Need.LEGACY:
            return and_(word.is_in([Act.GIVEN, Act.IMPORTED]), young)
        case _:
            assert_never(demand.need)


def _lacking(purpose: str, channel: Channel, person_id: Any, word: _Word, moment: Moment) -> ColumnElement[int]:
    """The twin of `rules._lacking`, as ranks of closeness."""
    asked = moment.book.asked(purpose, channel)
    (of_minors,) = demands_on(asked, (), is_minor=True)
    is_minor = minor(person_id, moment)

    def all_among(*needs: Need) -> ColumnElement[bool]:
        others = [not_(_belongs(person_id, p)) for p in _OTHERS if p in asked and asked[p].need not in needs]
        grown = and_(*others) if asked[Population.EVERYBODY].need in needs and others else None
        of_grown = literal(asked[Population.EVERYBODY].need in needs) if grown is None else grown
        return case((is_minor, literal(of_minors.need in needs)), else_=of_grown)

    return case(
        *((word.act == act.value, CLOSENESS[refusal]) for act, refusal in OWN_WORD.items() if refusal is not None),
        (all_among(Need.NEVER), CLOSENESS[Refusal.NO_BASIS]),
        (word.act.is_(None), CLOSENESS[Refusal.NEVER_ASKED]),
        (and_(not_(word.is_confirmed), all_among(Need.CONFIRMED, Need.NEVER)), CLOSENESS[Refusal.NOT_CONFIRMED]),
        else_=CLOSENESS[Refusal.EXPIRED],
    )


def minor(person_id: Any, moment: Moment) -> ColumnElement[bool]:
    """The twin of `rules.is_minor`."""
    row = aliased(PopulationRow)
    said_so = select(literal(1)).where(
        row.person_id == person_id,
        row.population == Population.MINORS,
        row.since_at > days_before(moment.at, literal(MINOR_FOR_DAYS)),
    )
    by_birth = people.born_after(person_id, moment.adults_born_by)
    return or_(by_birth, and_(said_so.correlate_except(row).exists(), not_(people.birth_known(person_id))))


def _belongs(person_id: Any, population: Population) -> ColumnElement[bool]:
    row = aliased(PopulationRow)
    found = select(literal(1)).where(row.person_id == person_id, row.population == population)
    return found.correlate_except(row).exists()


def _suppressed(address_key: Any, word: _Word) -> ColumnElement[bool]:
    """A suppression stands, and no later confirmation by the holder of the mailbox outranks it."""
    suppression = aliased(SuppressionRow)
    outranked = func.coalesce(and_(word.is_confirmed, word.since > suppression.since_at), False)
    found = select(literal(1)).where(
        suppression.address_key == address_key,
        or_(suppression.cause == SuppressionCause.DEAD_ADDRESS, not_(outranked)),
    )
    return found.correlate_except(suppression).exists()


def _dead(address_key: Any) -> ColumnElement[bool]:
    row = aliased(SuppressionRow)
    found = select(literal(1)).where(row.address_key == address_key, row.cause == SuppressionCause.DEAD_ADDRESS)
    return found.correlate_except(row).exists()
