"""What an operator typed for a setting, read and judged."""

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo


def host_of(url: str) -> tuple[str, ...]:
    """The host of an address, as TRUSTED_HOSTS names it; nothing where there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ()
    return (f"[{host}]" if ":" in host else host,) if host else ()


def says_password_in_clear(smtp_url: str) -> bool:
    try:
        where = urlsplit(smtp_url)
    except ValueError:
        return False  # told as no URL at all
    return where.scheme == "smtp" and bool(where.username) and where.hostname not in ("localhost", "127.0.0.1", "::1")


def pairs(typed: list[str]) -> dict[str, str]:
    """{row: number} of "row=number" texts; one without a sign of equality has an empty number, which is refused."""
    parts = (one.partition("=") for one in typed if one.strip())
    return {row.strip(): number.strip() for row, _, number in parts}


def as_addresses(typed: list[str]) -> tuple[str, ...]:
    """What RFC 9116 asks for: addresses with their scheme; a bare mail address gets one."""
    return tuple(one if ":" in one else f"mailto:{one}" for one in map(str.strip, typed) if one)


def is_contact(address: str) -> bool:
    """A page that is encrypted on its way, or a mail address; never something that breaks the line it stands in."""
    page, mailbox = address.removeprefix("https://"), address.removeprefix("mailto:")
    known = (page != address and "." in page) or (mailbox != address and "@" in mailbox.strip("@"))
    return known and address.isascii() and address.isprintable() and " " not in address


def is_zone(name: str) -> bool:
    try:
        return ZoneInfo(name).key == name
    except (ValueError, OSError, KeyError):
        return False


def is_url(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname or parts.path) and parts.port != 0
    except ValueError:  # a port that is no number
        return False
