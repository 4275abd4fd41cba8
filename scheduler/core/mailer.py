"""Mail leaves here: through SMTP where SMTP_URL names one, else as files that a page of the demo shows."""

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import idna

from scheduler.core import tls
from scheduler.core.files import write_whole

MAIL_TIMEOUT = 20  # seconds


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
    reply_to: str = ""  # who answers: the centre; empty where nobody reads answers
    stop_url: str = ""  # of a letter: one press there, by a person or by her mail program, ends such letters (RFC 8058)
    thread: str = ""  # an id that all mails of one conversation refer to; no mail has it itself
    calendar: str = ""  # a scheduling message with its METHOD, for the calendar of who reads (iTIP)


class _WholeLine(UnstructuredHeader, BaseHeader):
    """A header that is one address in angle brackets: never folded, since mail programs read it letter for letter.

    Python would write a long one as an encoded word, which none of them opens.
    """

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_METHOD = re.compile(r"BEGIN:VCALENDAR\r\n(?:(?:VERSION|PRODID):[^\r\n]*\r\n)*METHOD:(REQUEST|CANCEL)\r\n")
HEADERS = HeaderRegistry()
HEADERS.map_to_type("List-Unsubscribe", _WholeLine)


class LettersNotTaken(OSError):
    """Our mail server cannot send to an address with such letters (it has no SMTPUTF8), and never will: it is final."""


class NoEncryption(OSError):
    """The mail server offers no STARTTLS, or somebody on the way has taken it out: nothing is said in clear."""


def in_ascii_domain(address: str) -> str:
    """An address as every mail server takes it, as far as that goes: ana@школа.срб is ana@xn--80atdl2c.xn--90a3ac.

    A domain has such a form (IDNA 2008); what stands before the @ has none, see `LettersNotTaken`. What no library can
    read stays as it is.
    """
    user, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{user}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return address


def compose(outgoing: Outgoing) -> EmailMessage:
    """Build the mail; a calendar part is its last alternative, which programs that know calendars take (RFC 6047).

    Raises: ValueError when a header holds a control character or an encoded word (TRUST S20), or a calendar part does
    not begin with its method.
    """
    typed = outgoing.sender_name, outgoing.to, outgoing.subject, outgoing.reply_to, outgoing.stop_url, outgoing.thread
    for value in typed:
        if "=?" in value or any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
            raise ValueError("a header with an encoded word or a control character")
    user, _, domain = outgoing.sender.partition("@")
    mail = EmailMessage(policy=SMTP.clone(header_factory=HEADERS))
    mail["From"] = Address(outgoing.sender_name, user, domain)
    mail["To"] = in_ascii_domain(outgoing.to)
    mail["Subject"] = outgoing.subject
    mail["Message-ID"] = outgoing.message_id
    mail["Date"] = outgoing.date
    mail["Auto-Submitted"] = "auto-generated"
    if outgoing.thread:
        mail["In-Reply-To"] = mail["References"] = outgoing.thread
    if outgoing.reply_to:
        mail["Reply-To"] = in_ascii_domain(outgoing.reply_to)
    if outgoing.stop_url:
        mail["List-Unsubscribe"] = f"<{outgoing.stop_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(outgoing.text)
    mail.add_alternative(outgoing.html, subtype="html")
    if outgoing.calendar:
        if (method := _METHOD.match(outgoing.calendar)) is None:
            raise ValueError("a calendar part without a method")
        mail.add_alternative(outgoing.calendar, subtype="calendar", params={"method": method[1]})
    return mail


def send(mail: EmailMessage, *, smtp_url: str, folder: Path, name: str, ca_file: str = "") -> None:
    """Hand the mail to SMTP, or write `folder`/`name`.eml.

    A server whose certificate does not hold is told neither name nor password, nor the mail.
    Raises: OSError (LettersNotTaken, smtplib's errors; core.tls says which fault a certificate has).
    """
    if not smtp_url:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        policy = SMTP if str(mail["To"]).isascii() else SMTPUTF8
        write_whole(folder / f"{name}.eml", mail.as_bytes(policy=policy))
        return
    with signed_in(smtp_url, ca_file) as server:
        server.ehlo_or_helo_if_needed()
        if not str(mail["To"]).isascii() and not server.has_extn("smtputf8"):
            raise LettersNotTaken(str(mail["Message-ID"]))
        server.send_message(mail)


@contextmanager
def signed_in(smtp_url: str, ca_file: str, *, timeout: float = MAIL_TIMEOUT) -> Iterator[smtplib.SMTP]:
    """A line to the mail server, which has taken our name and password. Raises: OSError, as `send`."""
    where = urlsplit(smtp_url)
    with _line_to(where, ca_file, timeout) as server:
        if where.username:
            server.login(unquote(where.username), unquote(where.password or ""))
        yield server


def _line_to(where: SplitResult, ca_file: str, timeout: float) -> smtplib.SMTP:
    """A line on which a password may be said. Raises: OSError; NoEncryption when STARTTLS is not offered."""
    host, port = where.hostname or "localhost", where.port or 0
    if where.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=timeout, context=tls.checking(ca_file))
    server = smtplib.SMTP(host, port, timeout=timeout)
    if where.scheme == "smtp+starttls":
        try:
            server.starttls(context=tls.checking(ca_file))
        except smtplib.SMTPNotSupportedError as error:
            server.close()
            raise NoEncryption("STARTTLS") from error
        except OSError:
            server.close()
            raise
    return server
