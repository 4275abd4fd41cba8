"""Settings from the environment, read once at the start; all errors are told at once. Listed in docs/operate.md."""

import os
import secrets
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from environs import Env, EnvError

ROOT = Path(__file__).resolve().parent.parent
USUAL_ZONE = "Europe/Belgrade"
USUAL_OUTLINE = "30"
MAKE_A_KEY = 'make one by `python3 -c "import secrets; print(secrets.token_urlsafe(48))"`'
REPEATED = 8  # letters that stand twice in a key: in one of random letters once in a million
KEYBOARD = ("1234567890", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm")
OF_EXAMPLES = (
    "example",
    "change",
    "secret",
    "password",
    "default",
    "insecure",
    "placeholder",
    "replace",
    "raspored",
    "lozinka",
    "192b9bdd22ab9ed4d12e236c78afcb9a",  # Flask's own manual
)


class BadSettings(Exception):
    """The environment cannot be used; the text names every setting that is wrong."""


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
    map_outline: str = USUAL_OUTLINE
    security_contact: tuple[str, ...] = ()

    @property
    def demo(self) -> bool:
        return self.mode == "demo"

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
    """Read the environment. Raises: BadSettings."""
    env = Env(eager=False)
    folder = instance or Path(env.str("INSTANCE", "") or ROOT / "instance")
    mode = env.str("MODE", "demo")
    port = env.int("PORT", 8000)
    base_url = env.str("BASE_URL", "") or f"http://localhost:{port}"
    hosts = env.list("TRUSTED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
    read = Settings(
        mode=mode,
        database_url=env.str("DATABASE_URL", "") or f"sqlite:///{folder / 'raspored.sqlite3'}",
        redis_url=env.str("REDIS_URL", ""),
        smtp_url=env.str("SMTP_URL", ""),
        sms_url=env.str("SMS_URL", ""),
        secret_key=env.str("SECRET_KEY", ""),
        base_url=base_url.rstrip("/"),
        trusted_hosts=tuple(hosts or ()),
        port=port or 8000,
        helpline_number=env.str("HELPLINE_NUMBER", "19833"),
        centre_timezone=env.str("CENTRE_TIMEZONE", USUAL_ZONE),
        mail_from=env.str("MAIL_FROM", "raspored@example.org"),
        uid_domain=env.str("UID_DOMAIN", "raspored.example.org"),
        instance=folder,
        proxy_hops=env.int("PROXY_HOPS", 0) or 0,
        debugs=env.str("FLASK_DEBUG", "").lower() not in ("", "0", "false", "no"),  # as Flask reads it
        guardian_wait_days=env.int("GUARDIAN_WAIT_DAYS", 7) or 0,
        map_outline=env.str("MAP_OUTLINE", "") or USUAL_OUTLINE,
        security_contact=_as_addresses(env.list("SECURITY_CONTACT", []) or []),
    )
    try:
        env.seal()
    except EnvError as error:
        raise BadSettings(str(error).replace("\n", " ")) from error
    if problems := problems_with(read):
        raise BadSettings("; ".join(problems))
    return read if read.secret_key else _with_own_key(read)


def problems_with(wanted: Settings) -> list[str]:
    """What an operator must mend before the product starts (TRUST S31)."""
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
        problems += [f"{path} may be read by others: chmod go= {path}" for path in _open_to_others(wanted)]
    return problems + _problems_with_shapes(wanted)


def weakness_of(key: str) -> str:
    """What makes a key easy to guess, in words that never repeat it; nothing if it looks random."""
    if len(key) < 32 or len(set(key)) < 10:
        return "is missing, short or of few different characters"
    plain = key.casefold()
    if any(word in plain for word in OF_EXAMPLES):
        return "is an example that others know"
    if any(plain.find(plain[at : at + REPEATED], at + 1) >= 0 for at in range(len(plain) - REPEATED)):
        return "repeats a pattern"
    if _runs_on(plain):
        return "is a sequence"
    return ""


def _runs_on(plain: str) -> bool:
    """Whether more than half of the letters follow from one before them: abcd, 9876, a1b2c3, qwerty."""
    pairs = list(pairwise(plain))
    keys = sum(any(one + other in row or other + one in row for row in KEYBOARD) for one, other in pairs)
    steps = [
        Counter(ord(other) - ord(one) for one, other in zip(plain, plain[stride:], strict=False)).most_common(1)[0][1]
        for stride in (1, 2, 3, 4)
    ]
    return max(keys, *steps) > len(plain) // 2


def _problems_with_shapes(wanted: Settings) -> list[str]:
    """What no mode can work with. No problem repeats the setting: it may hold a password."""
    problems = []
    if not wanted.base_url.startswith(("http://", "https://")):
        problems.append("BASE_URL must begin with http:// or https://")
    if not _is_zone(wanted.centre_timezone):
        problems.append("CENTRE_TIMEZONE is no time zone: write it like Europe/Belgrade")
    if not 1 <= wanted.guardian_wait_days <= 90:
        problems.append("GUARDIAN_WAIT_DAYS is out of range: a guardian is replaced after 1 to 90 days")
    if not all(map(_is_contact, wanted.security_contact)):
        problems.append("SECURITY_CONTACT is no mail address and no page that begins with https://")
    if "@" not in wanted.mail_from.strip("@"):
        problems.append("MAIL_FROM is no e-mail address")
    for name, url, schemes in (
        ("SMTP_URL", wanted.smtp_url, ("smtp", "smtps", "smtp+starttls")),
        ("SMS_URL", wanted.sms_url, ("https",)),
        ("REDIS_URL", wanted.redis_url, ("redis", "rediss", "unix")),
    ):
        if url and not _is_url(url, schemes):
            problems.append(f"{name} must begin with one of {', '.join(f'{scheme}://' for scheme in schemes)}")
    return problems


def _as_addresses(typed: list[str]) -> tuple[str, ...]:
    """What RFC 9116 asks for: addresses with their scheme; a bare mail address gets one."""
    return tuple(one if ":" in one else f"mailto:{one}" for one in map(str.strip, typed) if one)


def _is_contact(address: str) -> bool:
    """A page that is encrypted on its way, or a mail address; never something that breaks the line it stands in."""
    page, mailbox = address.removeprefix("https://"), address.removeprefix("mailto:")
    known = (page != address and "." in page) or (mailbox != address and "@" in mailbox.strip("@"))
    return known and address.isascii() and address.isprintable() and " " not in address


def _is_zone(name: str) -> bool:
    try:
        return ZoneInfo(name).key == name
    except (ValueError, OSError, KeyError):
        return False


def _is_url(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname or parts.path) and parts.port != 0
    except ValueError:  # a port that is no number
        return False


def _open_to_others(wanted: Settings) -> list[Path]:
    """Files of ours that other users of the machine could read or change."""
    ours = [wanted.instance / "secret_key"]
    if wanted.database_url.startswith("sqlite:///"):
        ours.append(Path(wanted.database_url.removeprefix("sqlite:///")))
    return [path for path in ours if path.exists() and path.stat().st_mode & 0o077]


def _with_own_key(wanted: Settings) -> Settings:
    """A demo makes its key once and keeps it, so that sessions survive a restart."""
    path = wanted.instance / "secret_key"
    if not path.exists():
        wanted.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=wanted.instance, prefix=".secret_key.") as stream:  # mode 0600
            stream.write(secrets.token_urlsafe(48))
            stream.flush()
            with suppress(FileExistsError):  # another process was quicker: its key is the one
                os.link(stream.name, path)  # whole or not at all
    return replace(wanted, secret_key=path.read_text().strip())
