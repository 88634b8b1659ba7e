"""Who may do what, how guessing is slowed, when a session ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.staff import rules
from crm.staff.model import Permission, Role, SessionLimits
from tests.conftest import NOW


def test_every_role_is_in_the_table_and_the_administrator_may_everything() -> None:
    assert set(rules.PERMISSIONS) == set(Role)
    assert all(rules.may(Role.ADMINISTRATOR, permission) for permission in Permission)


def test_everybody_may_stop_the_sending_and_only_an_administrator_lets_it_go_on() -> None:
    assert [role for role in Role if rules.may(role, Permission.SENDING_STOP)] == list(Role)
    assert [role for role in Role if rules.may(role, Permission.SENDING_RESUME)] == [Role.ADMINISTRATOR]


def test_supporters_are_shown_to_those_who_care_for_them_alone() -> None:
    for permission in (Permission.SUPPORTERS_READ, Permission.SUPPORTERS_EDIT):
        assert {role for role in Role if rules.may(role, permission)} == {Role.CARE, Role.ADMINISTRATOR}


def test_an_editor_approves_and_a_care_worker_does_not_write() -> None:
    assert rules.may(Role.EDITOR, Permission.EDITIONS_APPROVE)
    assert not any(
        rules.may(Role.CARE, permission)
        for permission in (Permission.EDITIONS_EDIT, Permission.EDITIONS_APPROVE, Permission.CONTENT_EDIT)
    )


@pytest.mark.parametrize(("failures", "throttled"), [(0, False), (9, False), (10, True), (11, True)])
def test_the_eleventh_try_is_not_looked_at(failures: int, throttled: bool) -> None:
    assert rules.is_throttled(failures) is throttled


@given(
    age=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2)),
    quiet=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2)),
)
def test_a_session_ends_by_idleness_or_by_age_whichever_comes_first(age: timedelta, quiet: timedelta) -> None:
    limits = SessionLimits.of(idle_minutes=30, hours=12)
    quiet = min(quiet, age)
    over = rules.is_over(created_at=NOW - age, last_seen_at=NOW - quiet, at=NOW, limits=limits)
    assert over is (age >= timedelta(hours=12) or quiet >= timedelta(minutes=30))


@pytest.mark.parametrize(
    ("password", "is_weak"),
    [
        ("onze signes", True),
        ("une phrase simple", False),
        ("aaaaaaaaaaaaaaaa", True),
        ("sana@exemple.be", True),
        ("SANA@exemple.be", True),
        ("x" * 150 + "abcdefgh" * 10, True),
        ("é" * 5 + "àùçôî" * 2, False),
    ],
)
def test_length_counts_and_the_address_will_not_do(password: str, is_weak: bool) -> None:
    assert (rules.weakness(password, email="sana@exemple.be") is not None) is is_weak
