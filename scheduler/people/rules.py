"""Pure rules about people: birthdays that change what is allowed, passwords, how long a sign-in lasts, free hours."""

import datetime as dt
import hashlib
import ipaddress
import re
import socket
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from urllib.parse import urlsplit

from scheduler.core.errors import GroundReason, Reason
from scheduler.core.names import problem_with_name, problem_with_other_name, spellings, whole_name
from scheduler.core.phones import can_be_dialled, e164_of
from scheduler.core.text import fold, normal_form, problem_with_address
from scheduler.people.terms import (
    STAFF_ROLES,
    Acceptance,
    CentreChange,
    ExceptionDraft,
    ExceptionRow,
    Hours,
    InvitationDraft,
    PersonReason,
    PresenterDraft,
    PresenterKind,
    SkillsDraft,
)
from scheduler.policy import Role

ADULT_AT = 18
YOUNGEST_PRESENTER = 15  # years; the volunteering law's minimum, a setting of the centre later
OLDEST_BIRTH_YEARS = 100

PASSWORD_LENGTHS = range(10, 129)
NAME_LIMIT = 80
SITE_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")  # no IP address
HTTPS_PORT = 443
REACHES = range(1, 1000)  # kilometres, one way, that somebody may say she goes at most

HALVES = {  # of a day, as two shifts of a school and its evenings are
    "morning": (dt.time(8), dt.time(13)),
    "afternoon": (dt.time(13), dt.time(20)),
}
STAFF_LASTS, STAFF_IDLE = dt.timedelta(hours=12), dt.timedelta(minutes=60)
PRESENTER_LASTS, PRESENTER_IDLE = dt.timedelta(days=14), dt.timedelta(days=14)
PASSWORD_HOLDS_FOR = dt.timedelta(minutes=10)  # so long, exports and changes of roles ask no second time
SEEN_AT_MOST_EACH = dt.timedelta(minutes=15)

TRY_WINDOW = dt.timedelta(minutes=1)
TRIES_OF_ACCOUNT, TRIES_OF_NETWORK = 5, 20
ASK_WINDOW = dt.timedelta(days=1)
ASKS_OF_ADDRESS, ASKS_OF_NETWORK = 3, 20

INVITATION_HOURS = 7 * 24
RESET_HOURS = 1


def problems_with_centre(change: CentreChange) -> dict[str, Reason]:
    """What keeps the settings of a centre from being stored: {field: reason}. English may stay empty."""
    problems: dict[str, Reason] = {
        name: GroundReason.MISSING for name in ("name_sr_cyrl", "name_sr_latn") if not getattr(change, name).strip()
    }
    if change.email and (reason := problem_with_address(address_of(change.email))):
        problems["email"] = reason
    if change.phone and not can_be_dialled(change.phone):
        problems["phone"] = GroundReason.NOT_A_PHONE
    if change.site and site_of(change.site) is None:
        problems["site"] = PersonReason.NOT_A_SITE
    return problems


def site_of(typed: str) -> str | None:
    """A site as browsers name it, https://centre.example; None where it is not one https address of a named host.

    Without path, user or wildcard, and no IP address: a header says so of whom a page may be framed by.
    """
    try:
        parts = urlsplit(typed.strip())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return None
    alone = parts.scheme == "https" and parts.path in ("", "/") and not (parts.query or parts.fragment)
    if not alone or "@" in parts.netloc or port == 0 or not SITE_HOST.fullmatch(host):
        return None
    return f"https://{host}" + (f":{port}" if port not in (None, HTTPS_PORT) else "")


def birthday(birth_date: dt.date, years: int) -> dt.date:
    """The local day on which somebody turns `years`.

    Who is born on 29 February turns on 1 March in a year without that day: the later day is the one that protects.
    """
    try:
        return birth_date.replace(year=birth_date.year + years)
    except ValueError:
        return dt.date(birth_date.year + years, 3, 1)


def adult_on(birth_date: dt.date) -> dt.date:
    """The first day on which a person is an adult."""
    return birthday(birth_date, ADULT_AT)


def may_present_from(birth_date: dt.date) -> dt.date:
    """The first day on which a young person may be assigned at all."""
    return birthday(birth_date, YOUNGEST_PRESENTER)


def is_minor(adult_on: dt.date | None, day: dt.date) -> bool:
    """Whether a presenter is a minor on a local day; None means known to be adult."""
    return adult_on is not None and day < adult_on


def address_of(typed: str) -> str:
    """A typed e-mail address as it is stored and looked up: lower case, without spaces around."""
    return typed.strip().lower()


def phone_about_visits(phone: str, helpline: str) -> str:
    """The number of a centre that a school calls about its visit: never the children's line, which must stay free."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    return "" if digits == "".join(letter for letter in helpline if letter.isdigit()) else phone


def phone_of(typed: str) -> str | None:
    """A typed phone number in one form, "+381641234567" (E.164); "" for nothing typed, None for what is no number.

    A number without a country is one of Serbia. Writing it twice in this form changes nothing.
    """
    return e164_of(typed) if typed.strip() else ""


def problem_with_password(password: str, *, common: Collection[str], own_words: Iterable[str] = ()) -> Reason | None:
    """Why a password is refused, or None: 10 to 128 characters, not a common one, not the person's own address or name.

    No rule about kinds of characters: length is what helps. `common` is in lower case.
    """
    plain = normal_form(password)
    lower = plain.lower()
    if len(plain) < PASSWORD_LENGTHS.start:
        return PersonReason.PASSWORD_SHORT
    if len(plain) >= PASSWORD_LENGTHS.stop:
        return PersonReason.PASSWORD_LONG
    if lower in common or len(set(lower)) < 4:
        return PersonReason.PASSWORD_COMMON
    if lower in {word.lower() for word in own_words if word}:
        return PersonReason.PASSWORD_OWN
    return None


def problems_with_acceptance(wish: Acceptance, *, email: str, common: Collection[str]) -> dict[str, Reason]:
    """What is wrong with an invited person's answer: {field: reason}."""
    problems: dict[str, Reason] = {}
    for name in ("given_name", "family_name"):
        if reason := problem_with_name(getattr(wish, name)):
            problems[name] = reason
        elif not getattr(wish, name):
            problems[name] = GroundReason.MISSING
    whole_name = f"{wish.given_name} {wish.family_name}"
    if reason := problem_with_password(wish.password, common=common, own_words=(email, whole_name)):
        problems["password"] = reason
    return problems


def problems_with_other_name(name: tuple[str, str], other: tuple[str, str]) -> dict[str, Reason]:
    """What is wrong with a name in the other letters: {field: reason}. Both its parts are given, or neither."""
    fields = ("other_given_name", "other_family_name")
    problems: dict[str, Reason] = {}
    for field, written, typed in zip(fields, name, other, strict=True):
        reason = problem_with_other_name(written, typed) if typed else (GroundReason.MISSING if any(other) else None)
        if reason:
            problems[field] = reason
    return problems


def problems_with_invitation(draft: InvitationDraft) -> dict[str, Reason]:
    """What is wrong with an invitation: {field: reason}."""
    problems: dict[str, Reason] = {}
    if reason := problem_with_address(draft.email):
        problems["email"] = reason
    if not draft.roles:
        problems["roles"] = GroundReason.MISSING
    return problems


def problems_with_presenter(draft: PresenterDraft, *, today: dt.date) -> dict[str, Reason]:
    """What is wrong with a new presenter: {field: reason}."""
    problems = problems_with_skills(
        SkillsDraft(draft.home_id, draft.topics, draft.languages, draft.phone, draft.reach_km)
    )
    for name in ("given_name", "family_name"):
        if not getattr(draft, name):
            problems[name] = GroundReason.MISSING
    if reason := problem_with_address(draft.email):
        problems["email"] = reason
    if reason := _problem_with_birth(draft, today):
        problems["birth_date"] = reason
    return problems


def _problem_with_birth(draft: PresenterDraft, today: dt.date) -> Reason | None:
    born = draft.birth_date
    if draft.kind is PresenterKind.EDUCATOR:
        return PersonReason.NOT_OF_EDUCATORS if born else None
    if born is None:
        return GroundReason.MISSING
    if may_present_from(born) > today:
        return PersonReason.UNDER_AGE
    return PersonReason.NOT_A_BIRTH_DATE if born.year < today.year - OLDEST_BIRTH_YEARS else None


def problems_with_skills(draft: SkillsDraft) -> dict[str, Reason]:
    """A presenter speaks about something, in some language: {field: reason}."""
    problems: dict[str, Reason] = {}
    if not draft.topics:
        problems["topics"] = GroundReason.MISSING
    if not draft.languages:
        problems["languages"] = GroundReason.MISSING
    if phone_of(draft.phone or "") is None:
        problems["phone"] = GroundReason.NOT_A_PHONE
    if draft.reach_km is not None and draft.reach_km not in REACHES:
        problems["reach_km"] = GroundReason.COUNT_OUT_OF_RANGE
    return problems


def halves_in(hours: Sequence[Hours]) -> tuple[list[str], list[Hours]]:
    """A weekday's hours as halves that hold them all exactly, and what is left over: all of it where they do not."""
    ordered = sorted(hours, key=lambda row: row.from_local)
    spans = [(row.from_local, row.until_local) for row in ordered]
    for ticked in ([], ["morning"], ["afternoon"], ["morning", "afternoon"]):
        halves = [HALVES[one] for one in ticked]
        whole = [(halves[0][0], halves[-1][1])] if len(halves) > 1 else halves
        if spans in (halves, whole):  # hours that touch count as one
            return ticked, []
    return [], ordered


def problems_with_hours(hours: Sequence[Hours]) -> dict[str, Reason]:
    """What is wrong with a week's hours: {weekday's field: reason}."""
    problems: dict[str, Reason] = {}
    for row in hours:
        if row.until_local <= row.from_local:
            problems[f"day_{row.weekday}"] = PersonReason.HOURS_IN_ORDER
    for earlier, later in _neighbours(hours):
        if earlier.weekday == later.weekday and later.from_local < earlier.until_local:
            problems.setdefault(f"day_{later.weekday}", PersonReason.HOURS_OVERLAP)
    return problems


def _neighbours(hours: Sequence[Hours]) -> Iterable[tuple[Hours, Hours]]:
    ordered = sorted(hours, key=lambda row: (row.weekday, row.from_local))
    return pairwise(ordered)


def problems_with_exception(draft: ExceptionDraft, *, today: dt.date) -> dict[str, Reason]:
    """What is wrong with days that differ: {field: reason}."""
    if draft.last_day < draft.first_day:
        return {"last_day": GroundReason.DAYS_NOT_IN_ORDER}
    if draft.last_day < today:
        return {"last_day": GroundReason.IN_THE_PAST}
    return {"last_day": GroundReason.TOO_LONG} if (draft.last_day - draft.first_day).days > 400 else {}


def is_available(
    hours: Iterable[Hours],
    exceptions: Iterable[ExceptionRow | ExceptionDraft],
    day: dt.date,
    from_local: dt.time,
    until_local: dt.time,
) -> bool:
    """Whether a presenter can usually come then: the day's exception decides, else the hours of the week.

    Of several exceptions for one day, an absence wins. Hours that touch count as one: 8-12 and 12-16 hold 11-13.
    """
    said = [row.available for row in exceptions if row.first_day <= day <= row.last_day]
    if said:
        return all(said)
    reach = from_local
    for row in sorted(hours, key=lambda row: row.from_local):
        if row.weekday == day.weekday() and row.from_local <= reach < row.until_local:
            reach = row.until_local
    return reach >= until_local


def sign_in_length(roles: Collection[Role]) -> dt.timedelta:
    """How long a sign-in lives at most: staff see everybody's data, presenters their own."""
    return STAFF_LASTS if set(roles) & set(STAFF_ROLES) else PRESENTER_LASTS


def suspended_as(roles: Iterable[Role], *, presents: bool) -> str:
    """As what the table of rights knows an account that is to be suspended: a coordinator locks out no other staff."""
    staff = not set(roles).isdisjoint(STAFF_ROLES)
    return "presenter" if presents and not staff else "colleague" if presents else "user"


def idle_limit(roles: Collection[Role]) -> dt.timedelta:
    """How long a sign-in lives unused.

    The last use is written at most each 15 minutes, so it may have been up to 15 minutes later than written: a
    browser is signed out after 45 to 60 minutes without use, never later.
    """
    return STAFF_IDLE if set(roles) & set(STAFF_ROLES) else PRESENTER_IDLE


def waits_for_second_step(roles: Collection[Role], factor_at: dt.datetime | None, *, asked: bool) -> bool:
    """Whether a sign-in is nobody's yet: staff see everybody's data, so a password alone opens nothing for them.

    Asked at each request, so a presenter who becomes staff is led to her second step at once. `asked` is the setting.
    """
    return asked and factor_at is None and bool(set(roles) & set(STAFF_ROLES))


def is_live(
    *,
    last_seen_at: dt.datetime,
    expires_at: dt.datetime,
    ended_at: dt.datetime | None,
    idle: dt.timedelta,
    now: dt.datetime,
) -> bool:
    """Whether a sign-in still counts; one used far in the future is from before the clock was set back."""
    return ended_at is None and now < expires_at and abs(now - last_seen_at) < idle


def seen_is_old(last_seen_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether the moment of the last use should be written again."""
    return now - last_seen_at >= SEEN_AT_MOST_EACH


def network_of(address: str | None) -> str:
    """The neighbourhood of an internet address, by which tries are counted: /24 of IPv4, /64 of IPv6."""
    try:  # nearly all, on each page: the system reads four numbers in a twentieth of the library's time
        first, second, third, _own = socket.inet_pton(socket.AF_INET, address or "")
    except (OSError, ValueError):
        return _network_of_other(address)
    return f"{first}.{second}.{third}.0/24"


def _network_of_other(address: str | None) -> str:
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    bits = 24 if parsed.version == 4 else 64
    return str(ipaddress.ip_network(f"{parsed}/{bits}", strict=False))


def account_key(email: str, *, purpose: str = "sign-in") -> str:
    """Under which key tries of an address are counted: no address is stored for an account that may not exist."""
    return f"{purpose}:{hashlib.sha256(address_of(email).encode()).hexdigest()}"


SIGN_IN_LOCK = 91  # kind of the advisory locks of this room


def lock_number(key: str) -> int:
    """A number for an advisory lock of PostgreSQL (31 bits)."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") >> 1


def folded_person(given: str, family: str) -> str:
    """All that somebody is found by: her name as she wrote it, and in the other letters."""
    return fold(" ".join(spellings(whole_name(given, family))))
