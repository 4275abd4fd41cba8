"""What lies around the installation, looked at for `doctor`: its address, mail server, clock, who may read its files.

No text here holds a password: of an address only host and port are told.
"""

import ctypes
import datetime as dt
import http.client
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from scheduler.config import Settings, open_to_others
from scheduler.core import mailer, tls
from scheduler.credentials import oidc
from scheduler.key_strength import weakness_of
from scheduler.own_login import ANSWER_PATH
from scheduler.paper.signed_pdf import NoSigningKey, certificate_of
from scheduler.work.terms import Diagnosis, Fitness

ANSWERS_WITHIN_S = 10.0
HEALTHY = (200, b'{"status":"ok"}')  # what our /healthz says, without white space
MOST_READ = 100  # bytes of a page that may be anybody's
TIME_ERROR = 5  # adjtimex(2): the kernel knows of nobody who sets the clock
ROOM_OF_TIMEX = 512  # bytes; the structure has 208 on Linux
SIGNING_ENDS_SOON = dt.timedelta(days=30)
FILES_NAMED = 3  # files by name
PROCESSES = Path("/proc")
OURS_TO_SEE = {".gitignore"}  # of the project, not of the installation


def address(wanted: Settings) -> Diagnosis:
    """Whether the address that people use leads here: links in mails, calendars and on paper begin with it."""
    unfit = Fitness.WARNING if wanted.demo else Fitness.BAD  # a demo need not run while somebody looks
    where = urlsplit(wanted.base_url)
    if where.path or where.query or where.fragment:
        told = f"BASE_URL ends after the host: {where.path or '?'} is not served, take it out"
        return Diagnosis("address", Fitness.BAD, told)
    try:
        alive = _answer_of(where, "/healthz", wanted.tls_ca_file) == HEALTHY
    except socket.gaierror:
        return Diagnosis("address", unfit, _not_found(where.hostname, "BASE_URL"))
    except ssl.SSLCertVerificationError as error:
        told = f"the certificate of {where.netloc} does not hold: {error.verify_message}"
        return Diagnosis("address", Fitness.BAD, told)
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        return Diagnosis("address", unfit, f"{wanted.base_url} does not answer from this machine: {why}")
    if not alive:
        return Diagnosis("address", unfit, f"{wanted.base_url}/healthz is answered by something else: check BASE_URL")
    return Diagnosis("address", Fitness.GOOD, f"{wanted.base_url} leads here")


def _answer_of(where: SplitResult, path: str, ca_file: str) -> tuple[int, bytes]:
    """Status and the beginning of a page; no redirect is followed. Raises: OSError, HTTPException."""
    host = where.hostname or "localhost"
    line = (
        http.client.HTTPSConnection(host, where.port, timeout=ANSWERS_WITHIN_S, context=tls.checking(ca_file))
        if where.scheme == "https"
        else http.client.HTTPConnection(host, where.port, timeout=ANSWERS_WITHIN_S)
    )
    with closing(line):
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, b"".join(answer.read(MOST_READ).split())


def _not_found(host: str | None, setting: str) -> str:
    return f"the host {host} of {setting} is not found: check its spelling and the DNS of this machine"


def proxies(wanted: Settings) -> Diagnosis:
    """Whether visitors' addresses are read by whoever serves the pages: by us behind gunicorn, by waitress itself."""
    if wanted.proxy_hops and _waitress_serves(wanted.instance.stat().st_uid):
        told = f"PROXY_HOPS={wanted.proxy_hops} does nothing: waitress serves, set 0; it reads --trusted-proxy"
        return Diagnosis("proxies", Fitness.WARNING, told)
    return Diagnosis("proxies", Fitness.GOOD, f"PROXY_HOPS={wanted.proxy_hops}")


def _waitress_serves(owner: int) -> bool:
    """Whether a process of this user is waitress with our pages; no where there is no /proc."""
    for path in PROCESSES.glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile, or is not ours to see
            words = path.read_bytes().split(b"\0") if path.stat().st_uid == owner else []
            if b"waitress" in words and any(word.endswith(b"wsgi:app") for word in words):
                return True
    return False


def mail(wanted: Settings) -> Diagnosis:
    """Whether the mail server takes us: it is reached, its certificate holds, the password is right. Sends nothing."""
    if not wanted.smtp_url:
        if wanted.demo:
            return Diagnosis("mail", Fitness.GOOD, "written to files: SMTP_URL is not set")
        return Diagnosis("mail", Fitness.BAD, "no mail leaves: set SMTP_URL")
    where = urlsplit(wanted.smtp_url)
    place = f"{where.hostname}:{where.port or smtplib.SMTP_PORT}"
    try:
        with mailer.signed_in(wanted.smtp_url, wanted.tls_ca_file, timeout=ANSWERS_WITHIN_S) as server:
            server.noop()
    except ssl.SSLCertVerificationError as error:
        return Diagnosis("mail", Fitness.BAD, f"the certificate of {place} does not hold: {error.verify_message}")
    except smtplib.SMTPAuthenticationError:
        return Diagnosis("mail", Fitness.BAD, f"{place} refuses the name or the password of SMTP_URL")
    except (mailer.NoEncryption, smtplib.SMTPNotSupportedError):
        return Diagnosis("mail", Fitness.BAD, f"{place} offers no encryption or no sign-in: check SMTP_URL")
    except socket.gaierror:
        return Diagnosis("mail", Fitness.BAD, _not_found(where.hostname, "SMTP_URL"))
    except OSError as error:
        return Diagnosis("mail", Fitness.BAD, f"{place} does not answer: {error.strerror or type(error).__name__}")
    return Diagnosis("mail", Fitness.GOOD, f"{place} answers and takes us ({where.scheme})")


def sender(wanted: Settings) -> Diagnosis:
    """Whether mails and calendars name a domain of the centre, not that of the example."""
    examples = [
        name
        for name, value in (("MAIL_FROM", wanted.mail_from), ("UID_DOMAIN", wanted.uid_domain))
        if value.endswith("example.org")
    ]
    if examples and not wanted.demo:
        say = "says" if len(examples) == 1 else "say"
        return Diagnosis("sender", Fitness.BAD, f"{' and '.join(examples)} still {say} example.org")
    told = f"mail from {wanted.mail_from.rpartition('@')[2]}, calendars of {wanted.uid_domain}"
    return Diagnosis("sender", Fitness.GOOD, told)


def security_contact(wanted: Settings) -> Diagnosis:
    """Whether somebody who finds a hole knows whom to tell (RFC 9116)."""
    if wanted.security_contact:
        return Diagnosis(
            "security contact", Fitness.GOOD, f"{wanted.security_contact[0]}, in /.well-known/security.txt"
        )
    state = Fitness.GOOD if wanted.demo else Fitness.WARNING
    return Diagnosis("security contact", state, "nobody is named: SECURITY_CONTACT is not set")


def own_login(wanted: Settings) -> Diagnosis:
    """Whether the centre's own login is reached and describes itself well; and where it must lead people back to."""
    what, issuer, callback = "own login", wanted.own_login.issuer, wanted.base_url + ANSWER_PATH
    if not issuer:
        return Diagnosis(what, Fitness.GOOD, "none, people sign in with a password: OIDC_ISSUER is not set")
    client = oidc.IssuerClient(wanted.own_login, callback, wanted.secret_key, wanted.tls_ca_file)
    place = urlsplit(issuer).netloc
    try:
        fault = oidc.faults_of_issuer(client)
    except oidc.NotProven:
        fault = f"nothing describes it at {issuer.rstrip('/')}{oidc.DISCOVERY}: check OIDC_ISSUER"
    except oidc.IssuerSilent as error:
        fault = str(error)
    except ssl.SSLCertVerificationError as error:
        fault = f"its certificate does not hold: {error.verify_message}"
    except OSError as error:
        fault = f"it does not answer: {error.strerror or type(error).__name__}"
    if fault:
        return Diagnosis(what, Fitness.BAD, f"{place}: {fault}")
    return Diagnosis(what, Fitness.GOOD, f"{place} answers, its metadata is valid; it leads back to {callback}")


def short_messages(wanted: Settings) -> Diagnosis:
    """Whether they leave, and the host of the provider is known; nothing is sent."""
    if not wanted.sms_url:
        state = Fitness.GOOD if wanted.demo else Fitness.WARNING
        return Diagnosis("short messages", state, "none leaves: SMS_URL is not set")
    host = urlsplit(wanted.sms_url).hostname
    try:
        socket.getaddrinfo(host, None)
    except socket.gaierror:
        return Diagnosis("short messages", Fitness.BAD, _not_found(host, "SMS_URL"))
    return Diagnosis("short messages", Fitness.GOOD, f"by {host}")


def key(wanted: Settings) -> Diagnosis:
    if weakness := weakness_of(wanted.secret_key):
        return Diagnosis("key", Fitness.BAD, f"SECRET_KEY {weakness}")
    return Diagnosis("key", Fitness.GOOD, f"SECRET_KEY has {len(wanted.secret_key)} characters and looks random")


def signature_of_papers(wanted: Settings, now: dt.datetime) -> Diagnosis:
    """Whether the key with which PDFs are signed opens, and until when its certificate is good."""
    what = "signature of PDFs"
    if wanted.pdf_signing.path is None:
        return Diagnosis(what, Fitness.GOOD, "none, PDFs are not signed: PDF_SIGNING_FILE is not set")
    try:
        whose, until = certificate_of(wanted.pdf_signing)
    except NoSigningKey as error:
        return Diagnosis(what, Fitness.BAD, f"{wanted.pdf_signing.path}: {error}; no certificate can be downloaded")
    told = f"by {whose}, good until {until:%Y-%m-%d}"
    if until <= now:
        return Diagnosis(what, Fitness.BAD, f"{told}: get another certificate")
    return Diagnosis(what, Fitness.WARNING if until - now < SIGNING_ENDS_SOON else Fitness.GOOD, told)


def helpline(wanted: Settings) -> Diagnosis:
    """The number that stands on each page: a child must be able to dial it."""
    number = wanted.helpline_number
    if sum(sign.isdigit() for sign in number) < 3 or not all(sign.isdigit() or sign in "+-/ ()" for sign in number):
        return Diagnosis("helpline", Fitness.BAD, "HELPLINE_NUMBER is nothing that can be dialled")
    return Diagnosis("helpline", Fitness.GOOD, f"{number} stands on every page")


def clock_is_set(noted: dt.datetime | None, database_says: dt.datetime | None, now: dt.datetime) -> Diagnosis:
    """Whether this clock agrees with what was noted before, with the database's, and somebody sets it."""
    minute = dt.timedelta(minutes=1)
    if noted and noted - now > minute:
        return Diagnosis("clock", Fitness.BAD, f"is behind: something was noted at {noted:%Y-%m-%d %H:%M} UTC")
    if database_says and abs(database_says - now) > minute:
        return Diagnosis("clock", Fitness.BAD, "and the clock of the database differ by more than a minute")
    if not is_synchronised():
        return Diagnosis("clock", Fitness.WARNING, f"{now:%Y-%m-%d %H:%M} UTC, and no time server sets it")
    return Diagnosis("clock", Fitness.GOOD, f"{now:%Y-%m-%d %H:%M} UTC, set by a time server")


def is_synchronised() -> bool:
    """What the kernel says of this machine's clock; yes where it cannot be asked."""
    ask = getattr(ctypes.CDLL(None, use_errno=True), "adjtimex", None)
    return ask is None or ask(ctypes.create_string_buffer(ROOM_OF_TIMEX)) != TIME_ERROR


def permissions(wanted: Settings) -> Diagnosis:
    """Whether INSTANCE and the settings are closed to other users, and all of it is one user's."""
    open_files = [path for path in _belongings(wanted) if path.lstat().st_mode & 0o077]
    open_files += [path for path in open_to_others(wanted) if path not in open_files]
    if open_files:
        return Diagnosis("files", Fitness.BAD, f"open to other users, chmod go= {_some(open_files)}")
    owner = wanted.instance.stat().st_uid
    if foreign := [path for path in _belongings(wanted) if path.lstat().st_uid != owner]:
        return Diagnosis("files", Fitness.BAD, f"not of the owner of {wanted.instance}: chown {_some(foreign)}")
    return Diagnosis("files", Fitness.GOOD, f"{wanted.instance} is closed to other users")


def _belongings(wanted: Settings) -> Iterator[Path]:
    yield wanted.instance
    yield from (path for path in sorted(wanted.instance.rglob("*")) if path.name not in OURS_TO_SEE)


def _some(paths: list[Path]) -> str:
    more = f" and {len(paths) - FILES_NAMED} more" if len(paths) > FILES_NAMED else ""
    return " ".join(str(path) for path in paths[:FILES_NAMED]) + more
