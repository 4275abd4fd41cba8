"""Mail leaves here: through SMTP where SMTP_URL names one, else as files that a page of the demo shows."""

import smtplib
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import unquote, urlsplit

from scheduler.core.files import write_whole


@dataclass(frozen=True)
class Outgoing:
    """One mail with everything that is in it, as plain texts; `date` as RFC 5322 writes it."""

    sender: str
    sender_name: str
    to: str
    subject: str
    text: str
    html: str
    message_id: str
    date: str


def compose(outgoing: Outgoing) -> EmailMessage:
    """Build the mail. Raises: ValueError when a header holds a control character or an encoded word (TRUST S20)."""
    for value in (outgoing.sender_name, outgoing.to, outgoing.subject):
        if "=?" in value or any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
            raise ValueError("a header with an encoded word or a control character")
    user, _, domain = outgoing.sender.partition("@")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(outgoing.sender_name, user, domain)
    mail["To"] = outgoing.to
    mail["Subject"] = outgoing.subject
    mail["Message-ID"] = outgoing.message_id
    mail["Date"] = outgoing.date
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(outgoing.text)
    mail.add_alternative(outgoing.html, subtype="html")
    return mail


def send(mail: EmailMessage, *, smtp_url: str, folder: Path, name: str) -> None:
    """Hand the mail to SMTP, or write `folder`/`name`.eml. Raises: OSError (smtplib's errors are its children)."""
    if not smtp_url:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(folder / f"{name}.eml", mail.as_bytes())
        return
    where = urlsplit(smtp_url)
    kind = smtplib.SMTP_SSL if where.scheme == "smtps" else smtplib.SMTP
    with kind(where.hostname or "localhost", where.port or 0, timeout=20) as server:
        if where.scheme == "smtp+starttls":
            server.starttls()
        if where.username:
            server.login(unquote(where.username), unquote(where.password or ""))
        server.send_message(mail)
