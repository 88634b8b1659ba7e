"""The fifteen questions of fundraisers as SQL that was written by hand, as of the tests' day, in both dialects."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from crm.values.identifiers import PersonId

GIFT = "(select * from gift where given_cents > 0 and not is_test)"
RUNS = "ended_on is null and paused_from_on is null"
ADDRESS = """exists (select 1 from postal_address a where a.person_id = p.id and a.ended_at is null and a.is_primary
  and a.deliverability <> 'dead'"""
FAILED = "(c.state in ('returned', 'given-up') or c.state = 'open' and c.reason <> '')"
BEGUN = """(select a.id from appeal a where a.starts_on <= '2026-11-23' and (
  exists (select 1 from appeal_reference r where r.appeal_id = a.id) or exists (select 1 from gift b
    join gift_source c on c.code = b.source_code where c.appeal_id = a.id)) order by a.starts_on desc, a.id desc"""
HANDWRITTEN = {
    "ask-december": f"""
        (select count(distinct substr(cast(g.given_on as varchar), 1, 4)) from {GIFT} g where g.person_id = p.id and
          (g.given_on between '2023-12-01' and '2023-12-31' or g.given_on between '2024-12-01' and '2024-12-31'
           or g.given_on between '2025-12-01' and '2025-12-31')) = 3
        and not exists (select 1 from {GIFT} g where g.person_id = p.id and g.given_on >= '2026-01-01')
        and {ADDRESS})
        and not exists (select 1 from consent_standing s where s.person_id = p.id and s.purpose = 'appeals'
          and s.channel = 'post' and s.act = 'objected')""",
    "ask-failing": f"""
        exists (select 1 from plan q where q.person_id = p.id and q.every_months = 1 and q.ended_on is null
          and (q.paused_from_on is null or 'bank' = (select e.channel from plan_event e where e.plan_id = q.id
            and e.kind = 'pause' order by e.id desc limit 1))
          and (select count(*) from collection c where c.plan_id = q.id and {FAILED}
            and (select count(*) from collection d where d.plan_id = q.id and d.state <> 'asked'
              and not (d.state = 'open' and d.reason = '') and (d.due_on, d.id) > (c.due_on, c.id)) < 2) = 2)
        and exists (select 1 from contact_point t where t.person_id = p.id and t.kind = 'phone'
          and t.ended_at is null)""",
    "ask-second": f"""
        (select count(*) from {GIFT} g where g.person_id = p.id) = 1
        and exists (select 1 from {GIFT} g left join thanks t on t.gift_id = g.id where g.person_id = p.id
          and g.given_on > '2026-02-23' and g.given_on <= '2026-05-23' and coalesce(t.way, '') <> 'phone'
          and not exists (select 1 from thank_call k join care_task d on d.id = k.task_id where k.gift_id = g.id
            and d.done_at is not null and d.removed_at is null))""",
    "ask-not-members": f"""
        (select sum(g.given_cents) from {GIFT} g where g.person_id = p.id and g.given_on > '2024-11-23') >= 25000
        and {ADDRESS} and (a.postcode between '6000' and '6599' or a.postcode between '7000' and '7999'))
        and not exists (select 1 from gift_line l join gift g on g.id = l.gift_id where g.person_id = p.id
          and l.kind = 'fee' and l.net_cents > 0 and g.given_on > '2025-08-23')""",
    "ask-signers": f"""
        exists (select 1 from signature s join call_to_act c on c.id = s.petition_id
          join content_term x on x.content_id = c.content_id
          join signature z on z.person_id = s.person_id join call_to_act d on d.id = z.petition_id
          join content_term y on y.content_id = d.content_id and y.term_id = x.term_id
          where s.person_id = p.id and z.id <> s.id and z.signed_at >= s.signed_at and {{less}})
        and exists (select 1 from consent_standing s where s.person_id = p.id and s.channel = 'email'
          and s.purpose = 'newsletter' and s.act = 'given')
        and not exists (select 1 from {GIFT} g where g.person_id = p.id)""",
    "ask-lapsed-readers": """
        (select max(g.given_on) from gift_line l join gift g on g.id = l.gift_id where g.person_id = p.id
          and l.kind = 'fee' and l.net_cents > 0) between '2025-09-25' and '2025-11-23'
        and exists (select 1 from membership m join membership_person x on x.membership_id = m.id
          where x.person_id = p.id and x.is_holder and m.ended_on is null)
        and not exists (select 1 from magazine_subscription m where m.person_id = p.id
          and (m.format in ('pdf', 'none') or m.paused_from_on <= '2026-11-23'))""",
    "ask-raise": f"""
        exists (select 1 from plan where person_id = p.id and started_on <= '2025-11-23' and {RUNS} and not exists
          (select 1 from plan_event e where e.plan_id = plan.id and e.kind in ('upgrade', 'downgrade')))
        and not exists (select 1 from collection c join plan q on q.id = c.plan_id where q.person_id = p.id and {FAILED}
          and c.due_on > '2026-05-23')""",
    "ask-two-plans": f"""
        (select count(*) from household_member m join household_member o on o.household_id = m.household_id
          join plan on plan.person_id = o.person_id where m.person_id = p.id and {RUNS}) >= 2""",
    "ask-less": f"""
        (select sum(g.given_cents) from {GIFT} g join gift_source s on s.code = g.source_code
          where g.person_id = p.id and s.appeal_id = {BEGUN} limit 1)) <
        (select sum(g.given_cents) from {GIFT} g join gift_source s on s.code = g.source_code
          where g.person_id = p.id and s.appeal_id = {BEGUN} limit 1 offset 1))""",
    "ask-language": f"""
        exists (select 1 from {GIFT} g where g.person_id = p.id) and p.language = 'nl'
        and {ADDRESS} and a.postcode between '1000' and '1210' and a.language = 'fr')""",
    "ask-back": f"""
        exists (select 1 from {GIFT} g where g.person_id = p.id and g.given_on between '2026-01-01' and '2026-12-31'
          and g.given_on > (select {{later}} from {GIFT} b where b.person_id = p.id
            and (b.given_on, b.id) < (g.given_on, g.id)))""",
    "ask-top": """
        p.kind = 'individual' and exists (select 1 from (
          select g.person_id as who, sum(g.net_cents) as total from gift g join person o on o.id = g.person_id
          where g.net_cents > 0 and not g.is_test and g.kind not in ('sale', 'membership-fee')
          and g.given_on > '2023-11-23' and o.kind = 'individual' and o.deceased_recorded_at is null
          group by g.person_id) mine where mine.who = p.id and (
          select count(*) from (select sum(g.net_cents) as total from gift g join person o on o.id = g.person_id
          where g.net_cents > 0 and not g.is_test and g.kind not in ('sale', 'membership-fee')
          and g.given_on > '2023-11-23' and o.kind = 'individual' and o.deceased_recorded_at is null
          group by g.person_id) every where every.total > mine.total) * 100 + 100 <= 5 * (
          select count(distinct g.person_id) from gift g join person o on o.id = g.person_id
          where g.net_cents > 0 and not g.is_test and g.kind not in ('sale', 'membership-fee')
          and g.given_on > '2023-11-23' and o.kind = 'individual' and o.deceased_recorded_at is null))""",
    "ask-number": f"""
        p.kind = 'individual' and not exists (select 1 from national_number n where n.person_id = p.id)
        and (select sum(g.given_cents) from {GIFT} g where g.person_id = p.id
          and g.given_on between '2026-01-01' and '2026-12-31') >= 4000""",
    "ask-candles": f"""
        exists (select 1 from gift g where g.person_id = p.id and g.kind = 'sale' and g.net_cents > 0)
        and not exists (select 1 from {GIFT} g where g.person_id = p.id)""",
    "voters": """
        exists (select 1 from gift_line l join gift g on g.id = l.gift_id where g.person_id = p.id and l.kind = 'fee'
          and l.net_cents > 0 and g.given_on > '2024-12-01' and g.given_on <= '2026-03-01')""",
}
DIALECTS = {
    "sqlite": {
        "less": "z.signed_at < datetime(s.signed_at, '+12 months')",
        "later": "date(max(b.given_on), '+24 months')",
    },
    "postgresql": {
        "less": "z.signed_at < s.signed_at + interval '12 months'",
        "later": "max(b.given_on) + interval '24 months'",
    },
}


def by_hand(session: Session, key: str) -> set[PersonId]:
    """Who answers, of the living."""
    assert session.bind is not None
    where = HANDWRITTEN[key].replace("{{", "{").replace("}}", "}").format(**DIALECTS[session.bind.dialect.name])
    whole = f"select p.id from person p where p.deceased_recorded_at is null and p.merged_into_id is null and ({where})"
    return set(session.scalars(text(whole)))
