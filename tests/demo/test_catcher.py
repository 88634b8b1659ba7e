"""The catcher takes mails over SMTP, keeps them, shows them harmlessly, and plays the two addresses that fail."""

from __future__ import annotations

import http.client
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from crm.demo.catcher import Catcher
from crm.demo.maildrop import Maildrop


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    running = Catcher(Maildrop(tmp_path / "mails"), Maildrop(tmp_path / "bounces"))
    running.start()
    yield running
    running.stop()


def _letter(recipient: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = "L’Hebdo <hebdo@exemple.test>"
    letter["To"] = recipient
    letter["Subject"] = "Été : <script>alert(1)</script>"
    letter.set_content("Bonjour, lisez https://exemple.test/une-page\n")
    letter.add_alternative(
        "<html><head></head><body><a href='https://exemple.test/'>Lire</a></body></html>", subtype="html"
    )
    return letter


def _send(catcher: Catcher, recipient: str) -> None:
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port, timeout=10) as relay:
        relay.send_message(_letter(recipient), "b+1@retour.exemple.test", [recipient])


def _page(catcher: Catcher, path: str, host: str = "127.0.0.1") -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", catcher.web_port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.getheader("Content-Security-Policy", "")
    finally:
        connection.close()


def test_a_mail_is_kept_and_shown_whole(catcher: Catcher) -> None:
    _send(catcher, "lea@exemple.test")
    (line,), more = catcher.maildrop.lines()
    assert (line.sender, line.recipient, more) == ("L’Hebdo", "lea@exemple.test", "")
    status, page, policy = _page(catcher, f"/m/{line.id}")
    assert status == 200
    assert "Été&nbsp;" not in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "script" not in policy
    _, body, policy = _page(catcher, f"/corps/{line.id}")
    assert '<base target="_blank">' in body
    assert "sandbox" in policy
    assert "https://exemple.test/une-page" in _page(catcher, f"/m/{line.id}/texte")[1]
    assert "b+1@retour.exemple.test" in _page(catcher, f"/m/{line.id}/en-tetes")[1]


def test_an_address_beyond_ascii_is_shown_as_it_is_written(catcher: Catcher) -> None:
    catcher.maildrop.keep(b"Subject: Bonjour\r\n\r\n", sender="a@exemple.test", recipient="zoé@exemple.test")
    (line,), _ = catcher.maildrop.lines(looking_for="zoé")
    assert line.recipient == "zoé@exemple.test"


def test_a_refused_address_is_refused_and_a_returned_one_comes_back(catcher: Catcher) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        _send(catcher, "refus.jean@exemple.test")
    _send(catcher, "retour.jean@exemple.test")
    assert catcher.bounces is not None
    (report,), _ = catcher.bounces.lines()
    assert report.recipient == "b+1@retour.exemple.test"
    assert len(catcher.maildrop.ids()) == 1


def test_only_this_machine_may_read(catcher: Catcher) -> None:
    assert _page(catcher, "/")[0] == 200
    assert _page(catcher, "/", host="attaquant.example")[0] == 400
    assert _page(catcher, "/m/../../etc/passwd")[0] == 404


def test_the_list_is_newest_first_by_pages(tmp_path: Path) -> None:
    maildrop = Maildrop(tmp_path / "mails")
    for number in range(7):
        maildrop.keep(f"Subject: numero {number}\r\n\r\n".encode(), sender="a@exemple.test", recipient="b@exemple.test")
    first, after = maildrop.lines(size=5)
    second, end = maildrop.lines(size=5, after=after)
    assert [line.subject for line in first + second] == [f"numero {n}" for n in range(6, -1, -1)]
    assert end == ""
