"""Mails that came back, as servers write them."""

from __future__ import annotations

from email.message import EmailMessage


def delivery_report(
    to: str,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    diagnostic: str = "smtp; 550 5.1.1 no such mailbox",
    recipient: str = "lectrice1@boite.test",
    deliver_to: str = "",
) -> bytes:
    """An RFC 3464 report, addressed to a return path."""
    lines = [
        *([f"Delivered-To: {deliver_to}"] if deliver_to else []),
        "From: MAILER-DAEMON@boite.test",
        f"To: {to}",
        "Subject: Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"',
        "",
        "--=_b",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "Votre mail n'est pas arrive. 5.1.1 5.7.1 everything is written here.",
        "",
        "--=_b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.boite.test",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: {diagnostic}",
        "",
        "--=_b",
        "Content-Type: text/rfc822-headers",
        "",
        "Message-ID: <seed.1@exemple.test>",
        "",
        "--=_b--",
        "",
    ]
    return "\r\n".join(lines).encode()


def complaint(mentioning: str, *, feedback_type: str = "abuse", to: str = "fbl@exemple.test") -> bytes:
    """An RFC 5965 report with our mail inside."""
    lines = [
        "From: staff@boite.test",
        f"To: {to}",
        "Subject: FW: Novembre",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=feedback-report; boundary="=_c"',
        "",
        "--=_c",
        "Content-Type: text/plain",
        "",
        "This is an email abuse report.",
        "--=_c",
        "Content-Type: message/feedback-report",
        "",
        f"Feedback-Type: {feedback_type}",
        "User-Agent: Boite/1",
        "Version: 1",
        "",
        "--=_c",
        "Content-Type: message/rfc822",
        "",
        "From: lettre@exemple.test",
        "To: redacted@boite.test",
        f"List-Unsubscribe: <https://x.test/u/t>, <mailto:{mentioning}?subject=unsubscribe>",
        "Subject: Novembre",
        "",
        "Bonjour",
        "--=_c--",
        "",
    ]
    return "\r\n".join(lines).encode()


def plain(to: str, **headers: str) -> bytes:
    """A mail somebody wrote (or a machine, by its headers)."""
    message = EmailMessage()
    message["From"] = "lectrice1@boite.test"
    message["To"] = to
    message["Subject"] = "unsubscribe"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("merci")
    return message.as_bytes()
