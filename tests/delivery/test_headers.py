"""Headers say what a newsletter must say, and no value anywhere adds one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm.values.identifiers import BodyId, ContactPointId, DeliveryId, MailingId, PersonId
from crm.values.languages import Language
from mailing.delivery import header_text, headers, mails
from mailing.delivery.errors import UnsafeHeader
from mailing.delivery.mails import Post
from mailing.delivery.model import Body, Claim, Headers, Mailing, MailingKind, MailingState
from tests.delivery import ledger

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
INJECTION = "=?utf-8?q?a=0ABcc:_x@y.z?="
HOSTILE = st.one_of(
    st.text(max_size=200),
    st.text(alphabet='\r\n\0\x0b\x0c\x1c\x85\u2028\u2029:=?<>"\\,;@ \tabcé☃', max_size=60),
    st.sampled_from([INJECTION, "a\r\nBcc: x@y.z", "a\nBcc: x", "\ud800", "x" * 2000, "é" * 900, "", " "]),
)


def names(block: bytes) -> list[str]:
    """The names of headers as the standard library's parser finds them."""
    return message_from_bytes(block + b"\r\n", policy=policy.compat32).keys()


def make_mailing(written: Headers = ledger.HEADERS, kind: MailingKind = MailingKind.EDITION) -> Mailing:
    return Mailing(
        id=MailingId(1),
        code="actu-1",
        kind=kind,
        purpose="actualites",
        state=MailingState.RUNNING,
        headers=written,
        edition_id=None,
        created_at=AT,
    )


def make_body(subject: str = "Novembre") -> Body:
    return Body(
        id=BodyId(1),
        mailing_id=MailingId(1),
        language=Language.FR,
        subject=subject,
        html=ledger.HTML,
        text=ledger.TEXT,
    )


def make_claim(**other: object) -> Claim:
    claim = Claim(
        id=DeliveryId(42),
        fence=1,
        mailing_id=MailingId(1),
        body_id=BodyId(1),
        priority=50,
        attempts=0,
        recorded_person_id=7,
        person_id=PersonId(7),
        contact_point_id=ContactPointId(8),
        address="zoe@boite.test",
        address_key="k",
        message_id="<seed.7@exemple.test>",
        first_name="Zoé",
    )
    return replace(claim, **other)  # type: ignore[arg-type] # fields by name, as each test needs them


def test_a_newsletter_says_everything_providers_ask_for(post: Post) -> None:
    mail = mails.prepare_mail(make_mailing(), make_body("L’actualité : « libérée »"))
    made = mails.envelope(post, mail, make_claim(), at=AT, may_go_on=lambda: True)
    read = message_from_bytes(made.message, policy=policy.default)
    unsubscribe = read["List-Unsubscribe"]
    found = re.fullmatch(
        r"<(https://[^>]+/u/[^>]+)>,\s+<mailto:(u\+42-[a-z2-7]{26})@retours\.test\?subject=unsubscribe>", unsubscribe
    )
    assert found is not None
    assert {name: str(value) for name, value in read.items() if name not in {"List-Unsubscribe", "Content-Type"}} == {
        "From": "Ligue des libertés <lettre@exemple.test>",
        "To": "zoe@boite.test",
        "Reply-To": "contact@exemple.test",
        "Subject": "L’actualité : « libérée »",
        "Date": "Mon, 23 Nov 2026 10:00:00 +0100",
        "Message-ID": "<seed.7@exemple.test>",
        "MIME-Version": "1.0",
        "Content-Language": "fr",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "L’actualité de la Ligue <actu.exemple.test>",
        "List-Help": "<https://exemple.test/>",
        "List-Archive": "<https://exemple.test/archives>",
        "List-Owner": "<mailto:contact@exemple.test>",
        "List-Subscribe": "<https://exemple.test/inscription>",
        "List-Post": "NO",
        "Feedback-ID": "actu-1:actualites:actu:ligue",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    assert re.fullmatch(r"b\+42-[a-z2-7]{26}@retours\.test", made.sender)
    assert max(len(line) for line in made.message.split(b"\r\n")) <= 998


def test_a_letter_to_one_person_belongs_to_no_list_and_says_a_machine_wrote_it(post: Post) -> None:
    written = replace(ledger.HEADERS, list_id="", auto_submitted=True)
    mail = mails.prepare_mail(make_mailing(written, MailingKind.LETTER), make_body())
    made = mails.envelope(post, mail, make_claim(), at=AT, may_go_on=lambda: True)
    read = message_from_bytes(made.message, policy=policy.compat32)
    assert read["Auto-Submitted"] == "auto-generated"
    assert [name for name in read if name.startswith(("List-", "Precedence", "Feedback"))] == []


@given(subject=HOSTILE, name=HOSTILE, list_name=HOSTILE, first_name=HOSTILE)
@example(subject=INJECTION, name=INJECTION, list_name=INJECTION, first_name=INJECTION)
def test_no_text_in_any_value_adds_a_header_or_a_line_of_its_own(
    subject: str, name: str, list_name: str, first_name: str
) -> None:
    written = replace(ledger.HEADERS, from_name=name, list_name=list_name)
    plain = mails.prepare_mail(make_mailing(), make_body())
    hostile = mails.prepare_mail(make_mailing(written), make_body(subject))
    claim = make_claim(first_name=first_name)
    usual = mails.envelope(ledger.POST, plain, claim, at=AT, may_go_on=lambda: True).message
    made = mails.envelope(ledger.POST, hostile, claim, at=AT, may_go_on=lambda: True).message
    head, _, _ = made.partition(b"\r\n\r\n")
    assert names(head + b"\r\n") == names(usual.partition(b"\r\n\r\n")[0] + b"\r\n")
    assert made.count(b"\r") == made.count(b"\n") == made.count(b"\r\n")
    assert b"\r\n." not in made
    assert made.endswith(b"\r\n")
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))


@given(HOSTILE)
def test_a_reader_sees_the_subject_that_was_meant(value: str) -> None:
    written = header_text.text(value)
    assert written.isascii()
    decoded = str(make_header(decode_header(written)))
    assert " ".join(decoded.split()) == header_text.tidy(value)


@given(st.text(min_size=1, max_size=300))
def test_an_encoded_word_is_at_most_75_characters_and_whole_by_itself(value: str) -> None:
    for word in header_text.text(value + " =?").split(" "):
        assert len(word) <= 75
        assert "\ufffd" not in str(make_header(decode_header(word)))


@given(HOSTILE)
def test_a_long_subject_is_folded_at_78(value: str) -> None:
    block = headers.safe_headers([("Subject", header_text.text(value))]).block
    longest_word = max((len(w) for w in header_text.text(value).split(" ")), default=0)
    assert all(len(line) <= max(78, longest_word + len("Subject: ")) for line in block.split(b"\r\n"))


@given(HOSTILE)
def test_whatever_stands_in_an_address_it_is_safe_or_refused(value: str) -> None:
    try:
        safe = header_text.safe_address(value)
    except UnsafeHeader:
        return
    assert not re.search(r"[\s<>,;:()\[\]\\\"\x00-\x1f\x7f-\x9f]", safe)
    assert names(headers.safe_headers([("To", safe)]).block) == ["To"]


@pytest.mark.parametrize(
    "address",
    ["", "@", "a@", "@b", "a b@c.d", "a@b\r\nBcc: x@y", "<a@b>", "a@b,c@d", "-f@", "a\x00@b.c", INJECTION, "=?x?=@b.c"],
)
def test_an_address_that_could_say_more_is_refused(address: str) -> None:
    with pytest.raises(UnsafeHeader):
        header_text.safe_address(address)


@pytest.mark.parametrize("address", ["zoé@boîte.test", "用户@例え.test", "o'brien+tag@a-b.test", "-f@boite.test"])
def test_an_address_that_one_can_write_to_passes(address: str) -> None:
    assert header_text.safe_address(address) == address


@pytest.mark.parametrize(
    "spoil",
    [
        lambda m: m.replace(b"Subject:", b"Bcc: x@y.z\r\nSubject:"),
        lambda m: m.replace(b"Subject:", b"Bcc: x@y.z\nSubject:"),
        lambda m: m.replace(b"Precedence: bulk\r\n", b""),
        lambda m: m.replace(b"Precedence: bulk", b"Precedence: bu\rlk"),
        lambda m: m.replace(b"Precedence: bulk", b"Precedence: bu\0lk"),
        lambda m: m.replace(b"List-Post: NO\r\n", b"List-Post: NO\r\nList-Post: NO\r\n"),
    ],
)
def test_a_message_whose_headers_are_not_those_meant_is_stopped(spoil: Callable[[bytes], bytes], post: Post) -> None:
    mail = mails.prepare_mail(make_mailing(), make_body())
    made = mails.envelope(post, mail, make_claim(), at=AT, may_go_on=lambda: True).message
    meant = headers.reader_headers(to="a@b.c", message_id="<x>", at=AT, unsubscribe=("https://a.b/",)).names
    meant += mail.common.names + headers.CONTENT
    headers.check(made, meant)
    with pytest.raises(UnsafeHeader):
        headers.check(spoil(made), meant)


@pytest.mark.parametrize(
    "wrong",
    [
        {"from_address": "pas une adresse"},
        {"list_id": "a b"},
        {"help_url": "javascript:alert(1)"},
        {"archive_url": "https://a.b/>,<mailto:x@y"},
        {"owner": "a@b\r\nBcc: x"},
        {"feedback_id": "a:b c:d"},
    ],
)
def test_a_mailing_with_a_header_that_cannot_be_is_refused_before_anybody_is_written_to(wrong: dict[str, str]) -> None:
    with pytest.raises(UnsafeHeader):
        mails.prepare_mail(make_mailing(replace(ledger.HEADERS, **wrong)), make_body())  # type: ignore[arg-type] # texts all


def test_a_subject_may_hold_the_reader_s_name(post: Post) -> None:
    from mailing.rendering.model import Slot
    from mailing.rendering.slots import mark

    mail = mails.prepare_mail(make_mailing(), make_body(f"{mark(Slot.FIRST_NAME, 'vous')}, une lettre"))
    made = [
        mails.envelope(post, mail, make_claim(first_name=name), at=AT, may_go_on=lambda: True).message
        for name in ("Zoé", "", INJECTION)
    ]
    subjects = [message_from_bytes(m, policy=policy.compat32).get_all("Subject") for m in made]
    shown = [[str(make_header(decode_header(s))) for s in found or []] for found in subjects]
    assert shown == [["Zoé, une lettre"], ["vous, une lettre"], [f"{INJECTION}, une lettre"]]
    assert all(message_from_bytes(m, policy=policy.compat32)["Bcc"] is None for m in made)
