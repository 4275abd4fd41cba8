"""Settings: the environment, and for what it does not say one settings file (docs/decisions/0006).

Read once at the start, the same for pages, jobs and commands; all errors are told at once. Listed in docs/settings.md.
"""

import os
import re
import secrets
import shutil
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile

from environs import Env, EnvError

from scheduler import layout
from scheduler.key_strength import weakness_of
from scheduler.own_login import OwnLogin, problems_with_login
from scheduler.pdf_signing import PdfSigning, problems_with_signing
from scheduler.settings_file import BadSettings, lines_of, load_file, misspelled
from scheduler.typed_settings import as_addresses, host_of, is_contact, is_url, is_zone, pairs, says_password_in_clear

ROOT = Path(__file__).resolve().parent.parent
USUAL_ZONE = "Europe/Belgrade"
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
TOKEN_LENGTH = 24
USUAL_OUTLINE = "30"
MAKE_A_KEY = 'make one by `python3 -c "import secrets; print(secrets.token_urlsafe(48))"`'
RECIPIENT = re.compile(r"age1[0-9a-z]{58}")
LONGEST_PERIOD = 999  # of any unit

# How long what is known of people is kept, unless RETENTION says otherwise; privacy/service/retention.py keeps it.
KEPT_FOR: Mapping[str, tuple[int, str]] = {
    "unproven_request": (7, "days"),
    "request_contact": (12, "months"),  # after the school year of the visit
    "account": (12, "months"),  # without being used
    "presenter": (12, "months"),  # after the engagement, as the next two
    "vetting": (12, "months"),
    "minor": (3, "months"),
    "consent_proof": (3, "years"),  # after the consent's end
    "certificate_name": (90, "days"),  # after the issue, as the next
    "certificate_record": (5, "years"),
    "sheet": (90, "days"),  # after the visit: scans of filled sheets, which teachers have signed
    "pick_up": (7, "days"),  # after the visit: who fetches a minor
    "concern": (3, "years"),  # after it ended: that somebody was worried about a presenter
    "message": (30, "days"),  # after it was sent, as the next
    "link_message": (24, "hours"),
    "note": (12, "months"),  # after the visit
    "audit_actor": (24, "months"),
    "trace": (24, "hours"),  # networks of visitors, tries to sign in
    "backup": (35, "days"),
}

# The most that a minor is given in a calendar week and month, unless MINOR_LIMITS says otherwise.
MINOR_MOST: Mapping[str, int] = {"week_visits": 3, "week_hours": 6, "month_visits": 8, "month_hours": 16}

USUAL_COUNTRIES = ("AT", "BA", "BG", "CH", "DE", "ES", "FR", "HR", "HU", "IT", "ME", "MK", "RO", "SE", "SI")
NAME_KEY = "name_key"  # a file of the instance: the key of the hashes that are kept of names


@dataclass(frozen=True)
class Settings:
    """Everything an operator can set."""

    mode: str
    database_url: str
    redis_url: str
    smtp_url: str
    secret_key: str
    base_url: str
    trusted_hosts: tuple[str, ...]
    port: int
    helpline_number: str
    centre_timezone: str
    mail_from: str
    uid_domain: str
    instance: Path
    proxy_hops: int = 0
    sms_url: str = ""
    debugs: bool = False
    guardian_wait_days: int = 7
    minor_limits: Mapping[str, str] = field(default_factory=dict)  # {row of MINOR_MOST: number}, as typed
    kilometre_rate: float = 0.0  # dinars; 0: nobody reads costs
    silent_days: int = 21
    due_days_before: int = 7
    metrics_token: str = ""
    file: Path | None = None  # where what the environment did not say was read
    tls_ca_file: str = ""
    second_factor: str = ""
    retention: Mapping[str, str] = field(default_factory=dict)  # {row of KEPT_FOR: number}, as typed
    backup_recipient: str = ""
    map_outline: str = USUAL_OUTLINE
    security_contact: tuple[str, ...] = ()
    countries: tuple[str, ...] = USUAL_COUNTRIES  # from which schools abroad book, by their codes
    own_login: OwnLogin = field(default_factory=OwnLogin)
    pdf_signing: PdfSigning = field(default_factory=PdfSigning)
    keep_on_phones: bool = True

    def kept_for(self, row: str) -> tuple[int, str]:
        """How long a row of KEPT_FOR is kept in this installation: (number, unit)."""
        number, unit = KEPT_FOR[row]
        return int(self.retention.get(row, number)), unit

    def minor_most(self, row: str) -> int:
        """The most of a row of MINOR_MOST that a minor is given in this installation."""
        return int(self.minor_limits.get(row, MINOR_MOST[row]))

    @property
    def demo(self) -> bool:
        return self.mode == "demo"

    @property
    def asks_second_step(self) -> bool:
        """Whether staff sign in with more than a password: always in production, in a demo only where it is said."""
        return self.second_factor == "required" or (not self.second_factor and not self.demo)

    @property
    def keeps_mail(self) -> bool:
        """Whether mails that people wait for lie in files instead: in production nobody reads them there."""
        return not self.demo and not self.smtp_url

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")


_in_force: list[Settings] = []


def use(settings: Settings) -> None:
    """Put settings in force: one process is one installation."""
    _in_force[:] = [settings]


def settings() -> Settings:
    """The settings in force. Raises: BadSettings before `use`."""
    if not _in_force:
        raise BadSettings("no settings are in force yet")
    return _in_force[0]


def centre_timezone() -> str:
    """The centre's time zone; the usual one before any settings are in force."""
    return _in_force[0].centre_timezone if _in_force else USUAL_ZONE


def map_outline() -> str:
    """Which outline of the districts is drawn; the usual one before any settings are in force."""
    return _in_force[0].map_outline if _in_force else USUAL_OUTLINE


def read_settings(*, instance: Path | None = None) -> Settings:
    """Read the environment and the settings file. Raises: BadSettings."""
    file = load_file()
    env = Env(eager=False)
    folder = instance or ROOT / (env.str("INSTANCE", "") or usual_instance())
    mode = env.str("MODE", "demo")
    port = env.int("PORT", 8000)
    base_url = env.str("BASE_URL", "") or f"http://localhost:{port}"
    hosts = env.list("TRUSTED_HOSTS", list(dict.fromkeys((*host_of(base_url), *LOOPBACK))))
    read = Settings(
        mode=mode,
        database_url=env.str("DATABASE_URL", "") or f"sqlite:///{folder / 'raspored.sqlite3'}",
        redis_url=env.str("REDIS_URL", ""),
        smtp_url=env.str("SMTP_URL", ""),
        sms_url=env.str("SMS_URL", ""),
        secret_key=env.str("SECRET_KEY", ""),
        base_url=base_url.rstrip("/"),
        trusted_hosts=tuple(host.strip() for host in hosts or ()),
        port=port or 8000,
        helpline_number=env.str("HELPLINE_NUMBER", "19833"),
        centre_timezone=env.str("CENTRE_TIMEZONE", USUAL_ZONE),
        mail_from=env.str("MAIL_FROM", "raspored@example.org"),
        uid_domain=env.str("UID_DOMAIN", "raspored.example.org"),
        instance=folder,
        proxy_hops=env.int("PROXY_HOPS", 0) or 0,
        debugs=env.str("FLASK_DEBUG", "").lower() not in ("", "0", "false", "no"),  # as Flask reads it
        guardian_wait_days=env.int("GUARDIAN_WAIT_DAYS", 7) or 0,
        minor_limits=pairs(env.list("MINOR_LIMITS", []) or []),
        kilometre_rate=env.float("KILOMETRE_RATE", 0.0) or 0.0,
        silent_days=env.int("SILENT_DAYS", 21) or 0,
        due_days_before=env.int("DUE_DAYS_BEFORE", 7) or 0,
        metrics_token=env.str("METRICS_TOKEN", ""),
        file=file,
        tls_ca_file=env.str("TLS_CA_FILE", ""),
        second_factor=env.str("SECOND_FACTOR", ""),
        retention=pairs(env.list("RETENTION", []) or []),
        backup_recipient=env.str("BACKUP_RECIPIENT", ""),
        map_outline=env.str("MAP_OUTLINE", "") or USUAL_OUTLINE,
        countries=tuple(env.list("COUNTRIES", [*USUAL_COUNTRIES]) or ()),
        security_contact=as_addresses(env.list("SECURITY_CONTACT", []) or []),
        own_login=OwnLogin(
            issuer=env.str("OIDC_ISSUER", ""),
            client_id=env.str("OIDC_CLIENT_ID", ""),
            client_secret=env.str("OIDC_CLIENT_SECRET", ""),
            name=env.str("OIDC_NAME", ""),
            second_factor=env.str("OIDC_SECOND_FACTOR", ""),
        ),
        pdf_signing=PdfSigning(env.str("PDF_SIGNING_FILE", ""), env.str("PDF_SIGNING_PASSPHRASE", "")),
        keep_on_phones=env.bool("KEEP_ON_PHONES", True) is not False,
    )
    try:
        env.seal()
    except EnvError as error:
        raise BadSettings(str(error).replace("\n", " ")) from error
    known = ["RASPORED_ENV", *env.dump()]
    problems = [f"{file}: {told}" for told in misspelled(lines_of(file), known)] if file else []
    if problems := problems + problems_with(read):
        raise BadSettings("; ".join(problems))
    return read if read.secret_key else _with_own_key(read)


def share_counts(instance: Path) -> Path | None:
    """Where the processes of one gunicorn count together; None for a server of one process.

    A folder for each gunicorn, whose number is our parent's; what an ended one has left goes. A file that a full disk
    cannot take kills the process that writes it, so systemd's RuntimeDirectory (in memory) is taken where there is one.
    """
    if not os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn"):
        return None
    home = Path(os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0] or instance) / "metrics"
    folder = home / str(os.getppid())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for other in home.iterdir():
        if other.name.isdigit() and not Path("/proc", other.name).exists():
            shutil.rmtree(other, ignore_errors=True)  # a process that begins beside us clears too
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return folder


def usual_instance(package: Path = layout.PACKAGE) -> Path:
    """Where an installation lies when INSTANCE says nothing. Raises: BadSettings where nobody has made a folder."""
    if not layout.is_installed(package):
        return ROOT / "instance"
    here = Path.cwd() / "instance"
    if here.is_dir():
        return here
    raise BadSettings("INSTANCE is missing: name the folder for all that belongs to this installation")


def problems_with(wanted: Settings) -> list[str]:
    """What an operator must mend before the product starts (TRUST S31)."""
    if not _can_be_written(wanted.instance):  # nor can its files be looked at
        return [f"INSTANCE {wanted.instance} cannot be written by this user: chown it, or name another folder"]
    problems = []
    if wanted.mode not in ("demo", "production"):
        problems.append(f"MODE is {wanted.mode!r}: it is demo or production")
    if not wanted.demo:
        if weakness := weakness_of(wanted.secret_key):
            problems.append(f"SECRET_KEY {weakness}: {MAKE_A_KEY}")
        if wanted.debugs:
            problems.append("FLASK_DEBUG would let a visitor run code: take it out, or set FLASK_DEBUG=0")
        if not wanted.https:
            problems.append("BASE_URL must begin with https:// in production")
        if not wanted.trusted_hosts or any(not host.strip(". ") or "*" in host for host in wanted.trusted_hosts):
            problems.append("TRUSTED_HOSTS must name the hosts, not * and not nothing")
        elif any(host.strip().startswith(".") for host in wanted.trusted_hosts):
            problems.append("TRUSTED_HOSTS has a leading dot, which lets in every name below it: write each host whole")
        elif host_of(wanted.base_url) and host_of(wanted.base_url)[0] not in wanted.trusted_hosts:
            problems.append("TRUSTED_HOSTS lacks the host of BASE_URL: every page would be refused")
        problems += [f"{path} may be read by others: chmod go= {path}" for path in open_to_others(wanted)]
        if (names := wanted.instance / NAME_KEY).exists() and weakness_of(names.read_text().strip()):
            problems.append(f"{names} is not whole: bring it back of a backup, names were hashed under it")
        if wanted.second_factor == "off":
            problems.append("SECOND_FACTOR is off: in production staff always sign in with a second step, take it out")
        if says_password_in_clear(wanted.smtp_url):
            problems.append("SMTP_URL would send its password unencrypted: write smtp+starttls:// or smtps://")
    return problems + _problems_with_shapes(wanted)


def _can_be_written(folder: Path) -> bool:
    """Whether this user may make files in a folder, or make the folder where there is none yet."""
    nearest = next(path for path in (folder, *folder.parents) if os.access(path, os.F_OK))
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _problems_with_shapes(wanted: Settings) -> list[str]:
    """What no mode can work with. No problem repeats the setting: it may hold a password."""
    problems = []
    if not is_url(wanted.base_url, ("http", "https")) or "@" in wanted.base_url:
        problems.append("BASE_URL must begin with http:// or https:// and name a host, without a name or a password")
    if not is_zone(wanted.centre_timezone):
        problems.append("CENTRE_TIMEZONE is no time zone: write it like Europe/Belgrade")
    if wanted.second_factor not in ("", "required", "off"):
        problems.append(f"SECOND_FACTOR is {wanted.second_factor!r}: it is required or off")
    if not 1 <= wanted.guardian_wait_days <= 90:
        problems.append("GUARDIAN_WAIT_DAYS is out of range: a guardian is replaced after 1 to 90 days")
    if not 0 <= wanted.kilometre_rate <= 1000:
        problems.append("KILOMETRE_RATE is out of range: dinars for one kilometre, 0 to 1000")
    for row, number in wanted.minor_limits.items():
        if row not in MINOR_MOST or not re.fullmatch(r"[1-9]\d{0,2}", number, re.ASCII):
            problems.append(f"MINOR_LIMITS says {row}={number}: it knows {', '.join(MINOR_MOST)}, each from 1 to 999")
    if not 1 <= wanted.silent_days <= 365:
        problems.append(
            "SILENT_DAYS is out of range: a request stands still for 1 to 365 days before the centre is asked"
        )
    if not 1 <= wanted.due_days_before <= 60:
        problems.append("DUE_DAYS_BEFORE is out of range: crew and confirmation are due 1 to 60 days before a visit")
    for row, number in wanted.retention.items():
        if row not in KEPT_FOR:
            problems.append(f"RETENTION names {row!r}: it knows {', '.join(KEPT_FOR)}")
        elif not (number.isascii() and number.isdigit() and 1 <= int(number) <= LONGEST_PERIOD):
            problems.append(
                f"RETENTION says {row}={number}: wanted a whole number of {KEPT_FOR[row][1]}, 1 to {LONGEST_PERIOD}"
            )
    if wanted.backup_recipient and not RECIPIENT.fullmatch(wanted.backup_recipient):
        problems.append("BACKUP_RECIPIENT is no public key of age: it begins with age1; `backup key FILE` makes a pair")
    if any(not re.fullmatch("[A-Z]{2}", one) for one in wanted.countries):
        problems.append("COUNTRIES holds codes of two capital letters with commas between, as in BA,ME,HR")
    if not all(map(is_contact, wanted.security_contact)):
        problems.append("SECURITY_CONTACT is no mail address and no page that begins with https://")
    if "@" not in wanted.mail_from.strip("@"):
        problems.append("MAIL_FROM is no e-mail address")
    if wanted.metrics_token and len(wanted.metrics_token) < TOKEN_LENGTH:
        problems.append(f"METRICS_TOKEN has fewer than {TOKEN_LENGTH} characters: {MAKE_A_KEY}")
    problems += _problems_with_stores(wanted)
    for name, url, schemes in (
        ("SMTP_URL", wanted.smtp_url, ("smtp", "smtps", "smtp+starttls")),
        ("SMS_URL", wanted.sms_url, ("https",)),
        ("REDIS_URL", wanted.redis_url, ("redis", "rediss", "unix")),
    ):
        if url and not is_url(url, schemes):
            problems.append(f"{name} must begin with one of {', '.join(f'{scheme}://' for scheme in schemes)}")
    problems += _problems_with_trust(wanted) + problems_with_login(wanted.own_login)
    return problems + problems_with_signing(wanted.pdf_signing)


def _problems_with_trust(wanted: Settings) -> list[str]:
    """What would keep a certificate from being checked."""
    problems = []
    try:
        if wanted.tls_ca_file:  # the machine's own are read by who calls somebody: two megabytes, at each start
            ssl.create_default_context(cafile=wanted.tls_ca_file)
    except OSError:
        problems.append("TLS_CA_FILE is no readable file of certificates (PEM)")
    if any(part in wanted.redis_url for part in ("ssl_cert_reqs", "ssl_check_hostname")):
        problems.append("REDIS_URL must not say how its certificate is checked: it always is; see TLS_CA_FILE")
    return problems


def _problems_with_stores(wanted: Settings) -> list[str]:
    """A database or a queue that no driver here can reach."""
    problems = []
    sqlite, postgresql = wanted.database_url.startswith("sqlite://"), "postgresql+psycopg://"
    if not sqlite and not (
        wanted.database_url.startswith(postgresql) and is_url(wanted.database_url, (postgresql[:-3],))
    ):
        problems.append(f"DATABASE_URL must begin with sqlite:/// or {postgresql}")
    elif sqlite and not wanted.database_url.startswith("sqlite:////") and wanted.database_url != "sqlite://":
        problems.append("DATABASE_URL names a file from nowhere: write its whole path, sqlite:////path/to/file")
    needed = {"psycopg": not sqlite, "redis": bool(wanted.redis_url)}
    setting = {"psycopg": "DATABASE_URL", "redis": "REDIS_URL"}
    problems += [
        f"{setting[name]} needs the package {name}: install requirements/scale.txt"
        for name, wants in needed.items()
        if wants and find_spec(name) is None
    ]
    return problems


def open_to_others(wanted: Settings) -> list[Path]:
    """Files of ours that other users of the machine could read or change; a group may read the settings file."""
    ours = {wanted.instance / name: 0o077 for name in ("secret_key", NAME_KEY)}
    if wanted.database_url.startswith("sqlite:///"):
        ours[Path(wanted.database_url.removeprefix("sqlite:///"))] = 0o077
    for path in filter(None, (wanted.file, wanted.pdf_signing.path)):
        ours[path] = 0o027
    return [path for path, bits in ours.items() if path.exists() and path.stat().st_mode & bits]


def _with_own_key(wanted: Settings) -> Settings:
    """A demo makes its key once and keeps it, so that sessions survive a restart."""
    return replace(wanted, secret_key=_kept_key(wanted.instance / "secret_key"))


def name_secret() -> str:
    """The key of the hashes that are kept of names, made with the first one; no change of SECRET_KEY touches it."""
    return _kept_key(settings().instance / NAME_KEY)


def name_secrets() -> tuple[str, ...]:
    """All under which a name may have been hashed, the one of today first; makes none.

    Until migration 0093 it was SECRET_KEY: names that were forgotten before then are hashed under it still.
    """
    path = settings().instance / NAME_KEY
    own = (path.read_text().strip(),) if path.exists() else ()
    return *own, settings().secret_key


def _kept_key(path: Path) -> str:
    """The random key in this file, which is made, mode 0600, where there is none."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", suffix=".part") as stream:  # mode 0600
            stream.write(secrets.token_urlsafe(48))
            stream.flush()
            os.fsync(stream.fileno())
            with suppress(FileExistsError):  # another process was quicker: its key is the one
                os.link(stream.name, path)  # whole or not at all
    return path.read_text().strip()
