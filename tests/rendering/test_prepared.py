"""A mail prepared once: whatever the words and the reader's values, the reader gets exactly them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from time import perf_counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailing.rendering import service
from mailing.rendering.errors import UnfilledSlot
from mailing.rendering.fill import fill_html, fill_text, sample_values
from mailing.rendering.model import Slot
from mailing.rendering.prepared import prepare
from mailing.rendering.slots import mark
from tests.rendering.samples import FULL, NEWSLETTER, ORGANISATION, PUBLIC_URL, READER

SEED = "edition-12"
MARKS = st.sampled_from([*map(mark, Slot), mark(Slot.FIRST_NAME, "ami·e")])
WORDS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=120),
    st.text(".=\n\r\t fFrom é\u2028-_", max_size=300),
    st.sampled_from([" ", "\n", ".", "..\n.", "From moi", "=", "é" * 200, "a" * 200, ". " * 100, "--=_pv_"]),
    MARKS,
)
BODIES = st.lists(WORDS, max_size=12).map("".join)
VALUE = st.one_of(st.text(max_size=120), st.text(".=<&' é\n", max_size=200), st.just(""), st.just("." * 300))
VALUES = st.fixed_dictionaries(dict.fromkeys(Slot, VALUE))


def read(assembled: bytes) -> tuple[str, str]:
    """(html, text) as the standard library's parser sees them, with LF."""
    message = message_from_bytes(b"MIME-Version: 1.0\r\n" + assembled, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message.keys() == ["MIME-Version", "Content-Type"]
    assert not message.defects
    assert message.get_content_type() == "multipart/alternative"
    plain, marked_up = message.iter_parts()
    for part, subtype in ((plain, "plain"), (marked_up, "html")):
        assert part.items() == [
            ("Content-Type", f'text/{subtype}; charset="utf-8"'),
            ("Content-Transfer-Encoding", "quoted-printable"),
        ]
    html, text = (part.get_payload(decode=True) for part in (marked_up, plain))
    assert isinstance(html, bytes)
    assert isinstance(text, bytes)
    return html.decode().replace("\r\n", "\n"), text.decode().replace("\r\n", "\n")


def lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@given(html=BODIES, text=BODIES, values=VALUES)
@example(html="", text="", values=dict.fromkeys(Slot, ""))
@example(html="a \n \n. \n", text=f"{mark(Slot.ADDRESS)}\n.{mark(Slot.ADDRESS)} \n", values=dict.fromkeys(Slot, ". "))
@settings(max_examples=400)
def test_a_reader_gets_exactly_the_filled_mail(html: str, text: str, values: Mapping[Slot, str]) -> None:
    assembled = prepare(html, text, boundary_seed=SEED).assemble(values)
    assert read(assembled) == (fill_html(lf(html), values), fill_text(lf(text), values))


@given(html=BODIES, text=BODIES, values=VALUES)
@settings(max_examples=400)
def test_no_line_needs_mending_on_the_wire(html: str, text: str, values: Mapping[Slot, str]) -> None:
    assembled = prepare(html, text, boundary_seed=SEED).assemble(values)
    assert assembled.isascii()
    assert assembled.endswith(b"--\r\n")
    assert assembled.count(b"\n") == assembled.count(b"\r") == assembled.count(b"\r\n")
    for line in assembled.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith((b".", b"From "))
        assert not line.endswith((b" ", b"\t"))
    assert assembled.count(b"=_pv_") == 4


def test_a_whole_edition_survives_the_way() -> None:
    mail = service.render_edition(FULL, NEWSLETTER, ORGANISATION, public_url=PUBLIC_URL)
    values = READER | {Slot.FIRST_NAME: "Zoë <3 & « Éloïse »"}
    body = prepare(mail.html, mail.text, boundary_seed=SEED)
    assert read(body.assemble(values)) == (fill_html(mail.html, values), fill_text(mail.text, values))
    assert body.slots == set(Slot) - {Slot.CONFIRM_URL, Slot.SOURCE_CODE}
    assert body == prepare(mail.html, mail.text, boundary_seed=SEED)


def test_a_value_that_lacks_stops_the_mail() -> None:
    body = prepare(f"<p>{mark(Slot.ADDRESS)}</p>", "x", boundary_seed=SEED)
    with pytest.raises(UnfilledSlot, match="address"):
        body.assemble({Slot.FIRST_NAME: "Camille"})


def test_a_mark_we_do_not_know_is_text() -> None:
    words = "zqslot-nobody-qz zqslot-first-name zqslot-first-name-xzz-qz"
    assert read(prepare(words, words, boundary_seed=SEED).assemble({})) == (words, words)


def test_the_boundary_follows_from_its_seed_alone() -> None:
    bytes_of = {seed: prepare("a", "b", boundary_seed=seed).assemble({}) for seed in ("one", "two")}
    assert bytes_of["one"] != bytes_of["two"]
    assert re.findall(rb'boundary="(.+)"', bytes_of["one"])[0].startswith(b"=_pv_")


def test_assembling_takes_a_fraction_of_a_millisecond() -> None:
    """Generous, for a busy machine: the aim is 0.05 ms for 50 kB."""
    mail = service.render_edition(FULL, NEWSLETTER, ORGANISATION, public_url=PUBLIC_URL)
    body = prepare(mail.html, mail.text, boundary_seed=SEED)
    best = min(_timed(lambda: body.assemble(READER)) for _ in range(300))
    assert best < 0.0005


def test_sample_values_fill_every_slot() -> None:
    assert sample_values(f"{PUBLIC_URL}/").keys() == set(Slot)
    assert sample_values(PUBLIC_URL)[Slot.WEB_URL] == f"{PUBLIC_URL}/"


def _timed(act: object) -> float:
    assert callable(act)
    begun = perf_counter()
    act()
    return perf_counter() - begun
