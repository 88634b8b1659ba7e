"""Questions that fundraisers ask besides the fifteen: each as a tree, and as SQL that was written by hand."""

from __future__ import annotations

from datetime import date

from crm.contracts.segment_fields import Measure
from crm.segments.model import (
    Between,
    Comparison,
    Condition,
    Every,
    Month,
    Near,
    Not,
    Relation,
    Rolling,
    Side,
    Span,
    Test,
    Tree,
    Unit,
    Window,
    Words,
    Year,
)

GIFT = "(select * from gift where given_cents > 0 and not is_test)"
GAVE = f"exists (select 1 from {GIFT} g where g.person_id = p.id"
RUNS = "q.ended_on is null and q.paused_from_on is null"
HOME = "a.person_id = p.id and a.ended_at is null and a.is_primary and a.deliverability <> 'dead'"


def asks(
    source: str, *tests: Test, measure: Measure = Measure.HAS, window: Window | None = None,
    how: Span | Window | None = None,
) -> Condition:  # fmt: skip
    """A condition about rows of a source."""
    return Condition(source=source, measure=measure, where=tests, window=window, asks=how)


def word(column: str, *values: str) -> Test:
    """One of these words."""
    return Test(column=column, asks=Words(values=frozenset(values)))


def number(column: str, low: int | None = None, high: int | None = None) -> Test:
    """At least, at most."""
    return Test(column=column, asks=Span(low=low, high=high))


def when(column: str, window: Window) -> Test:
    """On one of those days."""
    return Test(column=column, asks=window)


def whole(*parts: Tree) -> Tree:
    """All of them."""
    return Every(parts=parts)


def _december(back: int) -> Condition:
    return asks("gift", window=Year(shift=-back, from_day="12-01", to_day="12-31"))


def _year(shift: int) -> Side:
    return Side(measure=Measure.SUM, window=Year(shift=shift))


FRESH: dict[str, tuple[Tree, str]] = {
    "small december": (
        whole(*(_december(back) for back in (1, 2, 3)), asks("gift", measure=Measure.LARGEST, how=Span(high=5000))),
        f"""(select count(distinct substr(cast(g.given_on as varchar), 1, 4)) from {GIFT} g where g.person_id = p.id
          and substr(cast(g.given_on as varchar), 6, 2) = '12' and g.given_on between '2023-12-01' and '2025-12-31') = 3
          and not {GAVE} and g.given_cents > 5000)""",
    ),
    "signed, and said yes to the phone": (
        whole(
            asks("signature", window=Between(first=date(2026, 9, 1))),
            asks("standing", word("channel", "phone"), word("act", "given")),
        ),
        """exists (select 1 from signature s where s.person_id = p.id and s.signed_at >= '2026-08-31 22:00:00')
          and exists (select 1 from consent_standing s where s.person_id = p.id and s.channel = 'phone'
            and s.act = 'given')""",
    ),
    "largest gift by an appeal of 2024": (
        whole(
            asks("gift", when("appeal_on", Between(first=date(2024, 1, 1), last=date(2024, 12, 31))),
                 number("nth_amount", 1, 1))
        ),
        f"""exists (select 1 from {GIFT} g join gift_source s on s.code = g.source_code
          join appeal a on a.id = s.appeal_id where g.person_id = p.id and a.starts_on between '2024-01-01' and
          '2024-12-31' and not exists (select 1 from {GIFT} b where b.person_id = p.id and (
            b.given_cents > g.given_cents or b.given_cents = g.given_cents
            and (b.given_on, b.id) < (g.given_on, g.id))))""",
    ),
    "thrice in two years": (
        whole(asks("gift", measure=Measure.COUNT, window=Rolling(length=24), how=Span(low=3, high=3))),
        f"(select count(*) from {GIFT} g where g.person_id = p.id and g.given_on > '2024-11-23') = 3",
    ),
    "fees and nothing more": (
        whole(asks("membership", word("state", "in-force", "grace")), Not(part=asks("gift"))),
        f"""exists (select 1 from gift_line l join gift g on g.id = l.gift_id where g.person_id = p.id
          and l.kind = 'fee' and l.net_cents > 0 and g.given_on > '2025-08-23') and not {GAVE})""",
    ),
    "of the street in 2023, still paying": (
        whole(
            asks("plan", word("state", "active"), word("supplier", "Rue"), window=Year(shift=-3)),
            asks("collection", word("fate", "came"), window=Rolling(length=2)),
        ),
        f"""exists (select 1 from plan q where q.person_id = p.id and {RUNS} and q.supplier = 'Rue'
          and q.started_on between '2023-01-01' and '2023-12-31')
          and exists (select 1 from collection c join plan q on q.id = c.plan_id where q.person_id = p.id
            and c.state = 'received' and c.due_on > '2026-09-23')""",
    ),
    "raised within a year": (
        whole(asks("plan", word("state", "active"), when("raised_on", Rolling(length=12)))),
        f"""exists (select 1 from plan q where q.person_id = p.id and {RUNS} and (select max(e.happens_on)
          from plan_event e
          where e.plan_id = q.id and e.kind = 'upgrade') > '2025-11-23')""",
    ),
    "near Liège": (
        whole(asks("address", Test(column="distance", asks=Near(postcode="4000", kilometres=20)))),
        f"exists (select 1 from postal_address a where {HOME} and a.country = 'BE' and a.postcode in ('4000', '4100'))",
    ),
    "first gift, its day next month": (
        whole(asks("gift", number("nth", 1, 1), when("anniversary", Month(shift=1)))),
        f"""(select substr(cast(min(g.given_on) as varchar), 6, 2) from {GIFT} g where g.person_id = p.id) = '12'""",
    ),
    "gave within a month of an edition": (
        whole(asks("edition", word("edition", "1"), number("gift_days", high=30))),
        f"""exists (select 1 from delivery d join mailing m on m.id = d.mailing_id where d.person_id = p.id
          and d.state = 'accepted' and m.edition_id = 1) and {GAVE} and g.given_on between '2026-11-23' and
          '2026-12-23')""",
    ),
    "mandates that sleep": (
        whole(asks("mandate", when("lapses_on", Rolling(unit=Unit.DAYS, length=None, ending=1)))),
        """exists (select 1 from mandate d where d.person_id = p.id and d.ended_on is null
          and coalesce(d.last_collected_on, d.signed_on) <= '2023-11-22')""",
    ),
    "thanked by phone this year": (
        whole(asks("gift", word("thanked", "phone"), window=Year())),
        f"""exists (select 1 from {GIFT} g join thanks t on t.gift_id = g.id where g.person_id = p.id
          and t.way = 'phone' and g.given_on >= '2026-01-01')""",
    ),
    "no magazine, though entitled": (
        whole(asks("magazine", word("format", "none"))),
        """exists (select 1 from magazine_subscription s where s.person_id = p.id and s.format = 'none'
          and s.basis = 'paid')""",
    ),
    "attestation of 2025 by post": (
        whole(asks("attestation_handing", number("year", 2025, 2025), word("way", "post"))),
        """exists (select 1 from attestation t join attestation_handing h on h.attestation_id = t.id
          where t.person_id = p.id and t.year = 2025 and h.way = 'post')""",
    ),
    "attested 40 € or more, twice": (
        whole(asks("attestation", number("cents", 4000), word("status", "valid"), measure=Measure.COUNT,
                   how=Span(low=2))),
        """(select count(*) from attestation t where t.person_id = p.id and t.status = 'valid' and t.cents >= 4000
          and t.issued_at is not null) >= 2""",
    ),
    "perhaps held twice": (
        whole(asks("duplicate")),
        "exists (select 1 from duplicate_pair d where p.id in (d.low_id, d.high_id) and d.state = 'open')",
    ),
    "two at a letter box, no household": (
        whole(asks("address", number("neighbours", 2)), Not(part=asks("household"))),
        f"""exists (select 1 from postal_address a where {HOME} and (select count(distinct b.person_id)
          from postal_address b join person o on o.id = b.person_id where b.dedupe_key = a.dedupe_key
          and b.ended_at is null and b.is_primary and b.deliverability <> 'dead' and o.merged_into_id is null
          and o.deceased_recorded_at is null) >= 2)
          and not exists (select 1 from household_member m where m.person_id = p.id)""",
    ),
    "letters come back, mails arrive": (
        whole(asks("lost", word("kind", "post")), asks("contact", word("kind", "email"))),
        """exists (select 1 from postal_address a where a.person_id = p.id and a.ended_at is null
          and a.deliverability = 'dead') and exists (select 1 from contact_point t where t.person_id = p.id
          and t.kind = 'email' and t.ended_at is null and t.deliverability <> 'dead')""",
    ),
    "a pause that still runs": (
        whole(asks("pace", when("pause_until_on", Between(first=date(2026, 11, 23))))),
        "exists (select 1 from pace c where c.person_id = p.id and c.pause_until_on >= '2026-11-23')",
    ),
    "household of 250 €, nothing from this one": (
        whole(asks("household_gift", measure=Measure.SUM, how=Span(low=25000)), Not(part=asks("gift"))),
        f"""(select sum(g.given_cents) from {GIFT} g join household_member o on o.person_id = g.person_id
          join household_member m on m.household_id = o.household_id where m.person_id = p.id) >= 25000
          and not {GAVE})""",
    ),
    "last month, not this one": (
        whole(asks("gift", window=Month(shift=-1)), Not(part=asks("gift", window=Month()))),
        f"""{GAVE} and g.given_on between '2026-10-01' and '2026-10-31')
          and not {GAVE} and g.given_on >= '2026-11-01')""",
    ),
    "half as much again as last year": (
        whole(Comparison(source="gift", left=_year(0), relation=Relation.AT_LEAST, percent=150, right=_year(-1))),
        f"""(select sum(g.given_cents) from {GIFT} g where g.person_id = p.id and g.given_on >= '2026-01-01') * 2 >=
          (select sum(g.given_cents) from {GIFT} g where g.person_id = p.id and g.given_on between '2025-01-01' and
          '2025-12-31') * 3""",
    ),
    "of no known age": (
        whole(asks("person", word("kind", "individual")), Not(part=asks("person", number("birth_on", low=0)))),
        "p.kind = 'individual' and p.birth_on is null",
    ),
    "30 € a gift over the last three": (
        whole(
            asks("gift", number("nth_last", high=3), measure=Measure.AVERAGE, how=Span(low=3000)),
            asks("gift", measure=Measure.COUNT, how=Span(low=3)),
        ),
        f"""(select count(*) from {GIFT} g where g.person_id = p.id) >= 3 and (select sum(x.given_cents) from
          (select g.given_cents from {GIFT} g where g.person_id = p.id order by g.given_on desc, g.id desc limit 3) x)
          >= 9000""",
    ),
    "one fund twice, and no other": (
        whole(
            asks("gift_part", word("fund", "urgences"), measure=Measure.COUNT, how=Span(low=2)),
            Not(part=asks("gift_part", Test(column="fund", asks=Words(values=frozenset({"urgences"}), other=True)))),
        ),
        f"""(select count(*) from gift_line l join {GIFT} g on g.id = l.gift_id where g.person_id = p.id
          and l.fund_code = 'urgences' and l.net_cents > 0) >= 2 and not exists (select 1 from gift_line l
          join {GIFT} g on g.id = l.gift_id where g.person_id = p.id and l.fund_code <> 'urgences'
          and l.net_cents > 0)""",
    ),
    "complained, and pay each month": (
        whole(
            asks("interaction", word("complaint", "open"), window=Rolling(length=6)),
            asks("plan", word("state", "active")),
        ),
        f"""exists (select 1 from care_interaction i where i.person_id = p.id and i.complaint = 'open'
          and i.happened_at >= '2026-05-23 22:00:00') and exists (select 1 from plan q where q.person_id = p.id
          and {RUNS})""",
    ),
    "promised on the phone, nothing since": (
        whole(asks("call", word("outcome", "pledged")), Not(part=asks("gift", window=Rolling(length=3)))),
        f"""exists (select 1 from call_result c where c.person_id = p.id and c.outcome = 'pledged'
          and c.done_at is not null) and not {GAVE} and g.given_on > '2026-08-23')""",
    ),
}  # fmt: skip
