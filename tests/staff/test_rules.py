"""Who may do what, how guessing is slowed, when a session ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.staff import rules
from crm.staff.model import Permission, Role, SessionLimits
from tests.conftest import NOW

ANY_ROLES = st.frozensets(st.sampled_from(Role))


def _who_may(permission: Permission) -> set[Role]:
    return {role for role in Role if rules.may({role}, permission)}


def test_every_role_is_in_the_table_and_the_administrator_may_all_but_see_national_numbers_and_legacies() -> None:
    assert set(rules.PERMISSIONS) == set(Role)
    assert set(Permission) - rules.PERMISSIONS[Role.ADMINISTRATOR] == {
        Permission.NATIONAL_NUMBER_REVEAL,
        Permission.LEGACIES_READ,
        Permission.LEGACIES_EDIT,
    }
    assert _who_may(Permission.NATIONAL_NUMBER_REVEAL) == {Role.FINANCE}


def test_everybody_may_stop_the_sending_and_only_an_administrator_lets_it_go_on() -> None:
    assert _who_may(Permission.SENDING_STOP) == set(Role)
    assert _who_may(Permission.SENDING_RESUME) == {Role.ADMINISTRATOR}


def test_only_administrators_give_keys_and_only_they_and_the_officer_read_the_trail() -> None:
    for permission in (Permission.STAFF_MANAGE, Permission.API_MANAGE):
        assert _who_may(permission) == {Role.ADMINISTRATOR}
    assert _who_may(Permission.AUDIT_READ) == {Role.DATA_PROTECTION, Role.ADMINISTRATOR}


def test_editors_do_not_see_supporters_and_care_alone_corrects_them() -> None:
    assert Role.EDITOR not in _who_may(Permission.SUPPORTERS_READ)
    assert _who_may(Permission.SUPPORTERS_EDIT) == {Role.CARE, Role.ADMINISTRATOR}
    assert _who_may(Permission.EDITIONS_APPROVE) == {Role.EDITOR, Role.ADMINISTRATOR}


@given(some=ANY_ROLES, others=ANY_ROLES, permission=st.sampled_from(Permission))
def test_roles_add_up(some: frozenset[Role], others: frozenset[Role], permission: Permission) -> None:
    assert rules.may(some | others, permission) is (rules.may(some, permission) or rules.may(others, permission))
    assert not rules.may((), permission)


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
