import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.core.text import problem_with_address
from scheduler.people import rules
from scheduler.people.terms import (
    Acceptance,
    CentreChange,
    ExceptionDraft,
    Hours,
    InvitationDraft,
    PresenterDraft,
    PresenterKind,
    SkillsDraft,
    TeachingLanguage,
    Topic,
)
from scheduler.policy import Role
from tests.bounds import at_each_bound
from tests.factories import MONDAY

COMMON = frozenset({"lozinka123", "qwertyuiop"})
NINE, TEN, TWELVE, FOUR = dt.time(9), dt.time(10), dt.time(12), dt.time(16)
TODAY = MONDAY.date()


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("sve mala slova i razmaci", None), ("Шта год да је ту", None), ("x" * 60 + "yz1" * 22 + "ab", None),
        ("Lozinka123", "password_common"), ("LOZINKA123", "password_common"), ("1111111111", "password_common"),
        ("ana@centre.example", "password_own"), ("Ana Petrović", "password_own"),
    ],
)  # fmt: skip
def test_a_password_is_long_uncommon_and_not_ones_own_name(password, reason):
    own = ("ana@centre.example", "Ana Petrović")
    assert rules.problem_with_password(password, common=COMMON, own_words=own) == reason


@pytest.mark.parametrize(
    ("email", "good"),
    [
        ("ana@centre.example", True), ("a.n-a+b@sub.centre.example", True), ("ana", False), ("ana@centre", False),
        ("ana@@centre.example", False), ("ana petrovic@centre.example", False),
        ("ana@centre.example\nBcc: x@y.example", False), ("Ana <ana@centre.example>", False),
        ("a@b.example,c@d.example", False),
    ],
)  # fmt: skip
def test_an_address_has_the_form_of_one_address(email, good):
    assert (problem_with_address(email) is None) is good


def test_staff_are_signed_out_after_an_hour_unused_although_use_is_written_each_quarter_only():
    written = MONDAY
    really_used = written + dt.timedelta(minutes=14)

    def live(now):
        return rules.is_live(
            last_seen_at=written,
            expires_at=MONDAY + rules.STAFF_LASTS,
            ended_at=None,
            idle=rules.idle_limit([Role.COORDINATOR]),
            now=now,
        )

    assert not rules.seen_is_old(written, really_used)
    assert live(written + dt.timedelta(minutes=59))
    assert not live(really_used + dt.timedelta(minutes=60))


def test_a_sign_in_that_had_ended_does_not_live_again_after_the_clock_was_set_back():
    written, idle = MONDAY, rules.idle_limit([Role.COORDINATOR])

    def live(now):
        return rules.is_live(
            last_seen_at=written, expires_at=MONDAY + rules.STAFF_LASTS, ended_at=None, idle=idle, now=now
        )

    assert live(written - dt.timedelta(minutes=5))
    assert not live(written - dt.timedelta(days=2))


def test_a_sign_in_ends_when_it_is_ended_and_who_is_staff_too_has_the_short_limits_of_staff():
    length = {"expires_at": MONDAY + dt.timedelta(hours=12), "idle": dt.timedelta(hours=1)}
    assert not rules.is_live(last_seen_at=MONDAY, ended_at=MONDAY, now=MONDAY, **length)
    assert rules.sign_in_length({Role.EDUCATOR, Role.COORDINATOR}) == dt.timedelta(hours=12)
    assert rules.idle_limit({Role.SAFEGUARDING}) == dt.timedelta(hours=1)
    assert rules.sign_in_length({Role.EDUCATOR}) == dt.timedelta(days=14)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"), ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), (None, "unknown"), ("not an address", "unknown"),
        ("192.0.2", "unknown"), ("192.0.2.077", "unknown"), ("192.0.2.7\0", "unknown"),
    ],
)  # fmt: skip
def test_tries_are_counted_by_neighbourhood(address, network):
    assert rules.network_of(address) == network


@given(st.ip_addresses().map(str) | st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,4}){2,4}", fullmatch=True))
def test_the_quick_reading_of_an_address_is_that_of_the_library(address):
    assert rules.network_of(address) == rules._network_of_other(address)


def test_keys_tell_no_address_and_fit_a_number_of_postgresql():
    assert rules.account_key(" Ana@Centre.Example ") == rules.account_key("ana@centre.example")
    assert "ana" not in rules.account_key("ana@centre.example")
    assert rules.lock_number("a") == rules.lock_number("a") != rules.lock_number("b")
    assert all(0 <= rules.lock_number(str(key)) < 2**31 for key in range(100))


def test_hours_that_touch_hold_what_lies_across_them():
    hours = [Hours(0, TWELVE, FOUR), Hours(0, NINE, TWELVE), Hours(1, NINE, FOUR)]
    for begins, ends in ((NINE, TEN), (NINE, TWELVE), (TEN, FOUR)):
        assert rules.is_available(hours, [], TODAY, begins, ends)


def test_hours_go_forward_and_do_not_overlap_and_an_exception_decides_over_them():
    hours = [Hours(0, NINE, FOUR)]
    away = ExceptionDraft(TODAY, TODAY, available=False)
    here = ExceptionDraft(TODAY, TODAY, available=True)
    assert not rules.is_available(hours, [away], TODAY, NINE, TEN)
    assert not rules.is_available(hours, [away, here], TODAY, NINE, TEN)
    assert rules.is_available([], [here], TODAY, NINE, TEN)
    assert not rules.is_available([], [], TODAY, NINE, TEN)
    assert rules.is_available(hours, [away], TODAY + dt.timedelta(days=7), NINE, TEN)

    hours = [
        Hours(0, NINE, TWELVE), Hours(0, TEN, FOUR), Hours(2, FOUR, NINE), Hours(3, NINE, TEN), Hours(3, TEN, FOUR),
    ]  # fmt: skip
    assert rules.problems_with_hours(hours) == {"day_0": "hours_overlap", "day_2": "hours_in_order"}


def a_centre(**given) -> CentreChange:
    fair = dict.fromkeys((field.name for field in dataclasses.fields(CentreChange)), "")
    return CentreChange(**(fair | {"name_sr_cyrl": "Центар", "name_sr_latn": "Centar"} | given))


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({}, {}), ({"name_en": "", "email": "desk@centre.example", "phone": "064 123 456"}, {}),
        ({"name_sr_cyrl": " "}, {"name_sr_cyrl": "missing"}), ({"name_sr_latn": ""}, {"name_sr_latn": "missing"}),
        ({"email": "desk@centre"}, {"email": "not_an_email"}), ({"phone": "call us"}, {"phone": "not_a_phone"}),
        ({"site": "https://centre.example/"}, {}), ({"site": "https://centre.example/a"}, {"site": "not_a_site"}),
    ],
)  # fmt: skip
def test_a_centre_has_its_names_and_is_reached_where_it_says(given, problems):
    assert rules.problems_with_centre(a_centre(**given)) == problems


@pytest.mark.parametrize(
    ("typed", "site"),
    [
        (" https://Centre.example/ ", "https://centre.example"),
        ("https://www.центар.срб", "https://www.xn--80ajyniv.xn--90a3ac"),
        ("https://centre.example:443", "https://centre.example"),
        ("https://centre.example:8443", "https://centre.example:8443"),
        *((typed, None) for typed in (
            "", "centre.example", "http://centre.example", "https://", "https://centre", "https://*.centre.example",
            "https://centre.example/visits", "https://centre.example?a=1", "https://centre.example#a",
            "https://me@centre.example", "https://10.0.0.7", "https://[::1]", "https://1.2.3", "https://centre.example:0",
            "https://centre.example:x", "https://centre.example; script-src *", "https://a.example https://b.example",
            "https://centre.example,https://b.example", "https://-a.example", "https://centre..example", "javascript:1",
            "https://centre.example.", "https://" + "a" * 64 + ".example", "https://a_b.example", "https://[x",
        )),
    ],
)  # fmt: skip
def test_a_site_is_one_https_address_of_a_named_host_alone(typed, site):
    assert rules.site_of(typed) == site


def test_a_later_birthday_of_29_february_and_an_invitation_with_a_role():
    assert rules.birthday(dt.date(2008, 2, 29), 18) == dt.date(2026, 3, 1)
    assert rules.birthday(dt.date(2008, 2, 29), 4) == dt.date(2012, 2, 29)
    assert rules.adult_on(dt.date(2008, 5, 3)) == dt.date(2026, 5, 3)
    assert rules.problems_with_invitation(InvitationDraft("a@centre.example", (Role.COORDINATOR,))) == {}
    assert rules.problems_with_invitation(InvitationDraft("a", ())) == {"email": "not_an_email", "roles": "missing"}


@pytest.mark.parametrize(
    ("answer", "problems"),
    [
        (("Ana", "Ilić", "desetslova"), {}),
        (("12", "Ilić", "desetslova"), {"given_name": "no_letter"}),
        (("", "", "kratka"), {"given_name": "missing", "family_name": "missing", "password": "password_short"}),
    ],
)
def test_an_acceptance_needs_both_names_and_a_good_password(answer, problems):
    assert rules.problems_with_acceptance(Acceptance(*answer), email="a@b.example", common=COMMON) == problems


def a_presenter(**given) -> PresenterDraft:
    fair = {
        "given_name": "Ana", "family_name": "Ilić", "email": "ana@centre.example", "kind": PresenterKind.EDUCATOR,
        "home_id": 1, "topics": (next(iter(Topic)),), "languages": (next(iter(TeachingLanguage)),),
    }  # fmt: skip
    return PresenterDraft(**(fair | given))


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({}, {}), ({"given_name": "", "family_name": ""}, {"given_name": "missing", "family_name": "missing"}),
        ({"email": "ana"}, {"email": "not_an_email"}), ({"topics": ()}, {"topics": "missing"}),
        ({"languages": ()}, {"languages": "missing"}), ({"phone": "nobody"}, {"phone": "not_a_phone"}),
        ({"birth_date": dt.date(1990, 1, 1)}, {"birth_date": "not_of_educators"}),
        ({"kind": PresenterKind.INFLUENCER}, {"birth_date": "missing"}),
        ({"kind": PresenterKind.INFLUENCER, "birth_date": dt.date(2009, 1, 1)}, {}),
    ],
)  # fmt: skip
def test_trust_s45_a_presenter_lacks_nothing_and_only_an_influencer_is_asked_when_born(given, problems):
    assert rules.problems_with_presenter(a_presenter(**given), today=TODAY) == problems


_MORNING, _AFTERNOON = Hours(0, dt.time(8), dt.time(13)), Hours(0, dt.time(13), dt.time(20))


@pytest.mark.parametrize(
    ("stored", "ticked", "rest"),
    [
        ([], [], []),
        ([_MORNING], ["morning"], []),
        ([_AFTERNOON, _MORNING], ["morning", "afternoon"], []),
        ([Hours(0, dt.time(8), dt.time(20))], ["morning", "afternoon"], []),
        ([Hours(0, dt.time(8), dt.time(16))], [], [Hours(0, dt.time(8), dt.time(16))]),
        ([_MORNING, Hours(0, dt.time(16), dt.time(18))], [], [_MORNING, Hours(0, dt.time(16), dt.time(18))]),
    ],
)
def test_hours_are_shown_as_halves_only_where_halves_say_the_same(stored, ticked, rest):
    assert rules.halves_in(stored) == (ticked, rest)


DAY, HOUR, SECOND = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(seconds=1)
AROUND = (-1, 0, 1)


def minute(number: int, hour: int = 12) -> dt.time:
    return (dt.datetime.combine(TODAY, dt.time(hour)) + dt.timedelta(minutes=number)).time()


def born(day: dt.date) -> str | None:
    young = a_presenter(kind=PresenterKind.INFLUENCER, birth_date=day)
    return rules.problems_with_presenter(young, today=TODAY).get("birth_date")


def password(length: int) -> str | None:
    return rules.problem_with_password(("abcd" * 40)[:length], common=COMMON)


def letters(number: int) -> str | None:
    """A password of so many different letters."""
    return rules.problem_with_password(("abcdef"[:number] * 10)[:12], common=COMMON)


def week(*hours: Hours) -> dict[str, str]:
    return rules.problems_with_hours(hours)


def differ(first: int, last: int) -> dict[str, str]:
    draft = ExceptionDraft(TODAY + first * DAY, TODAY + last * DAY, available=False)
    return rules.problems_with_exception(draft, today=TODAY)


def away(first: int, last: int) -> bool:
    """Whether somebody can come today who is away from one day to another."""
    absent = ExceptionDraft(TODAY + first * DAY, TODAY + last * DAY, available=False)
    return rules.is_available([Hours(0, NINE, FOUR)], [absent], TODAY, NINE, TEN)


def comes(begins: dt.time, ends: dt.time, *hours: Hours) -> bool:
    return rules.is_available(hours or [Hours(0, NINE, FOUR)], [], TODAY, begins, ends)


def lives(expires: int = 9, unused: int = 0) -> bool:
    """A sign-in that expires in so many seconds, of an hour's idle time and so many seconds more unused."""
    seen = MONDAY - HOUR - unused * SECOND
    later = MONDAY + expires * SECOND
    return rules.is_live(last_seen_at=seen, expires_at=later, ended_at=None, idle=HOUR + 5 * SECOND, now=MONDAY)


YOUNG, WRONG, TOO_LONG = "under_age", "not_a_birth_date", {"last_day": "too_long"}
BOUNDS = (
    ("fifteen years old", lambda n: born(dt.date(2011, 9, 14) + n * DAY), AROUND, (None, None, YOUNG)),
    ("born a hundred years ago", lambda n: born(dt.date(TODAY.year - 100 + n, 1, 1)), AROUND, (WRONG, None, None)),
    ("of age", lambda n: rules.is_minor(TODAY, TODAY + n * DAY), AROUND, (True, False, False)),
    ("ten characters", password, (9, 10, 11), ("password_short", None, None)),
    ("128 characters", password, (127, 128, 129), (None, None, "password_long")),
    ("four different letters", letters, (3, 4, 5), ("password_common", None, None)),
    ("hours that end as they begin", lambda n: week(Hours(0, TWELVE, minute(n))), AROUND,
     ({"day_0": "hours_in_order"}, {"day_0": "hours_in_order"}, {})),
    ("hours that touch", lambda n: week(Hours(0, NINE, TWELVE), Hours(0, minute(n), FOUR)), AROUND,
     ({"day_0": "hours_overlap"}, {}, {})),
    ("one day that differs", lambda n: differ(0, n), AROUND, ({"last_day": "days_not_in_order"}, {}, {})),
    ("until today", lambda n: differ(-9, n), AROUND, ({"last_day": "in_the_past"}, {}, {})),
    ("for 400 days", lambda n: differ(0, n), (399, 400, 401), ({}, {}, TOO_LONG)),
    ("away from a day", lambda n: away(n, 9), AROUND, (False, False, True)),
    ("away until a day", lambda n: away(-9, n), AROUND, (True, False, False)),
    ("her hours begin", lambda n: comes(minute(n, 9), TEN), AROUND, (False, True, True)),
    ("her hours end", lambda n: comes(TEN, minute(n, 16)), AROUND, (True, True, False)),
    ("hours to come across", lambda n: comes(TEN, FOUR, Hours(0, NINE, TWELVE), Hours(0, minute(n), FOUR)), AROUND,
     (True, True, False)),
    ("a sign-in expires", lambda n: lives(expires=n), AROUND, (False, False, True)),
    ("a sign-in is unused", lambda n: lives(unused=n), (4, 5, 6), (True, False, False)),
    ("a last use is written", lambda n: rules.seen_is_old(MONDAY, MONDAY + rules.SEEN_AT_MOST_EACH + n * SECOND),
     AROUND, (False, True, True)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


def test_how_far_somebody_goes_is_from_one_kilometre_to_under_a_thousand():
    def refused(kilometres: int) -> bool:
        skills = SkillsDraft(1, (Topic.PRIVACY,), (TeachingLanguage.SERBIAN,), reach_km=kilometres)
        return rules.problems_with_skills(skills) == {"reach_km": "count_out_of_range"}

    assert [refused(number) for number in (0, 1, 999, 1000)] == [True, False, False, True]
