"""Against abuse of the sign-up: one request a mailbox and day however it is spelt, and a brake on a flood of them."""

from __future__ import annotations

import hashlib
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.consent import asking
from crm.consent.tables import AskedRow
from crm.values.email_address import EmailAddress
from crm.values.mailbox import mailbox_of
from crm.web.public import sign_up_form
from tests.web.supporters import Site, hidden


@pytest.fixture
def site(assembly: Assembly) -> Site:
    return Site.open(assembly)


@given(
    local=st.from_regex(r"[a-z]([a-z.]{0,8}[a-z])?", fullmatch=True).filter(lambda text: ".." not in text),
    tag=st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True),
)
def test_spellings_of_one_mailbox_are_one_and_others_are_not(local: str, tag: str) -> None:
    def box(text: str) -> str:
        return mailbox_of(EmailAddress.parse(text))

    assert box(f"{local}+{tag}@exemple.be") == box(f"{local.upper()}@EXEMPLE.be") == f"{local}@exemple.be"
    assert box(f"{local}+{tag}@googlemail.com") == box(f"{local.replace('.', '')}@gmail.com")
    assert box(f"{local}x@exemple.be") != box(f"{local}@exemple.be") != box(f"{local}@exemple.fr")


def test_one_request_a_mailbox_and_day_over_all_lists_and_spellings(site: Site) -> None:
    for email, purpose in (
        ("lea.dupont@gmail.com", "news"),
        ("leadupont@gmail.com", "urgent"),
        ("l.e.a.dupont+x@googlemail.com", "news"),
        ("LEA.Dupont@gmail.com", "urgent"),
    ):
        assert site.fill_in(email, purpose).status_code == 200
    assert len(site.letters("confirm")) == 1
    site.clock.later(days=3)
    site.fill_in("leadupont@gmail.com", "news")
    assert len(site.letters("confirm")) == 2
    with site.assembly.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AskedRow)) == 1


def test_a_flood_asks_for_work_or_for_patience(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "CALM", 2)
    monkeypatch.setattr(asking, "PATIENT", 1)
    monkeypatch.setattr(sign_up_form, "WORK_BITS", 6)
    for number in range(2):
        assert site.fill_in(f"a{number}@exemple.be", "news").status_code == 200
    held = site.fill_in("b@exemple.be", "news")
    assert (held.status_code, len(site.letters("confirm"))) == (429, 2)
    assert 'data-work="6"' in held.text
    form = hidden(held.text, "form")
    assert site.fill_in("b@exemple.be", "news", form=form, work="x").status_code in {200, 429}
    work = next(str(n) for n in count() if hashlib.sha256(f"{form}:c@exemple.be:{n}".encode()).digest()[0] >> 2 == 0)
    assert site.fill_in("c@exemple.be", "news", form=form, work=work).status_code == 200
    before = len(site.letters("confirm"))
    assert site.fill_in("d@exemple.be", "news", seconds=61).status_code == 200
    assert len(site.letters("confirm")) == before + 1
    assert site.fill_in("e@exemple.be", "news", seconds=61).status_code == 429
    site.clock.later(minutes=11)
    assert site.fill_in("e@exemple.be", "news").status_code == 200
