"""What a report means, and that any bytes at all can be read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailing.feedback import reports, rules
from mailing.feedback.model import BounceReport, Finding, Kind
from tests.feedback import letters

TO = "b+7-abcdefghijklmnopqrstuvwxyz@retours.test"


@pytest.mark.parametrize(
    ("status", "diagnostic", "means"),
    [
        ("5.1.1", "", Finding.DEAD_ADDRESS),
        ("5.1.2", "", Finding.DEAD_ADDRESS),
        ("5.1.3", "", Finding.DEAD_ADDRESS),
        ("5.1.10", "", Finding.DEAD_ADDRESS),
        ("5.2.1", "", Finding.DEAD_ADDRESS),
        ("5.0.0", "550 5.1.1 <x>: unknown", Finding.DEAD_ADDRESS),
        ("", "550 5.1.1 unknown", Finding.DEAD_ADDRESS),
        ("5.2.2", "", Finding.MAILBOX_FULL),
        ("4.2.2", "", Finding.MAILBOX_FULL),
        ("4.4.1", "", Finding.TEMPORARY),
        ("4.1.1", "", Finding.TEMPORARY),
        ("5.7.1", "550 5.1.1 lies in the text", Finding.POLICY),
        ("5.7.26", "", Finding.POLICY),
        ("5.7.515", "", Finding.POLICY),
        ("5.2.3", "", Finding.CONTENT),
        ("5.3.4", "", Finding.CONTENT),
        ("5.6.1", "", Finding.CONTENT),
        ("5.4.4", "", Finding.TEMPORARY),
        ("5.0.0", "550 no", Finding.TEMPORARY),
        ("nonsense", "", Finding.TEMPORARY),
        ("15.1.1", "", Finding.TEMPORARY),
    ],
)
def test_a_status_means(status: str, diagnostic: str, means: Finding) -> None:
    assert rules.finding(BounceReport(action="failed", status=status, diagnostic=diagnostic)) is means


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_only_a_failure_means_anything(action: str) -> None:
    assert rules.finding(BounceReport(action=action, status="5.1.1")) is None


@given(st.text(max_size=40), st.text(max_size=80))
def test_nothing_but_the_codes_for_dead_is_taken_for_dead(status: str, diagnostic: str) -> None:
    found = rules.finding(BounceReport(action="failed", status=status, diagnostic=diagnostic))
    code = rules.status_of(status, diagnostic)
    assert (found is Finding.DEAD_ADDRESS) == (code in {(5, 1, 1), (5, 1, 2), (5, 1, 3), (5, 1, 10), (5, 2, 1)})


def test_a_delivery_report_is_read() -> None:
    read = reports.read(letters.delivery_report(TO, deliver_to=TO.upper()))
    assert read.kind is Kind.BOUNCE
    assert read.sent_to == (TO.upper(), TO)
    assert read.recipients == (BounceReport(action="failed", status="5.1.1", diagnostic="550 5.1.1 no such mailbox"),)
    assert read.is_automatic


def test_a_complaint_is_read_with_the_address_of_ours_in_it() -> None:
    inside = "u+7-abcdefghijklmnopqrstuvwxyz@retours.test"
    read = reports.read(letters.complaint(inside))
    assert (read.kind, read.feedback_type, read.mentioned) == (Kind.COMPLAINT, "abuse", (inside,))
    assert rules.complains(read)
    assert not rules.complains(reports.read(letters.complaint(inside, feedback_type="not-spam")))


SEEDS = [letters.delivery_report(TO), letters.complaint(TO), letters.plain(TO)]


@given(
    st.one_of(
        st.binary(max_size=400),
        st.tuples(st.sampled_from(SEEDS), st.integers(0, 900), st.binary(max_size=30)).map(
            lambda t: t[0][: t[1]] + t[2] + t[0][t[1] :]
        ),
        st.tuples(st.sampled_from(SEEDS), st.integers(0, 900)).map(lambda t: t[0][: t[1]]),
    )
)
@settings(max_examples=300)
def test_any_bytes_can_be_read(raw: bytes) -> None:
    read = reports.read(raw)
    rules.gravest(read.recipients)
    rules.complains(read)


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
        + b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 1000,
        b"To: " + b"a" * 5_000_000,
        b"To: " + b"<a@b.c>," * 100_000,
        b"Content-Type: multipart/report; boundary=x\r\n\r\n" + b"--x\r\n\r\nz\r\n" * 20_000,
        b"\r\n".join([b"Subject: x"] * 50_000),
    ],
    ids=["nested", "long line", "many addresses", "many parts", "many headers"],
)
def test_a_monstrous_mail_costs_little(raw: bytes) -> None:
    began = time.process_time()
    reports.read(raw)
    assert time.process_time() - began < 5
