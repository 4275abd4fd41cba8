"""How mail and short messages are worded, and when one is tried again."""

import datetime as dt
import re
from functools import partial

import jinja2
import pytest

from scheduler.core.language import LANGUAGES
from scheduler.messages import mail
from scheduler.messages.rules import (
    failure_of,
    failure_of_http,
    is_final,
    pause_after,
    reply_address,
    short,
    short_with,
)
from scheduler.messages.terms import Failure, Line
from tests.bounds import at_each_bound
from tests.factories import MONDAY

VALUES = {
    "centre": "Центар & деца", "given_name": "Тара", "until": dt.date(2027, 1, 31), "path": "/sign-in",
    "has_link": True, "anew": False, "by": "staff", "on_the_host": True,
    "day": dt.datetime(2027, 1, 31, 12, tzinfo=dt.UTC), "driver": "Ана Марић", "town": "Ниш", "start": dt.time(11),
    "again": True,
}  # fmt: skip
OWN_KINDS = [
    "invitation", "password_reset", "no_account", "password_changed", "consent_recorded", "consent_asked",
    "consent_on_paper", "consent_given", "consent_withdrawn", "consent_ends", "guardian_changes", "guardian_stays",
    "birth_date_corrected", "driving_ends", "ride_told", "ride_driven", "ride_ended", "ride_driven_ended",
]  # fmt: skip


@pytest.fixture(autouse=True)
def settings_in_force(app):
    """Mail asks the settings for the helpline and the base address."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", OWN_KINDS)
def test_every_kind_has_a_subject_a_text_and_the_helpline_in_every_language(kind, language):
    body = mail.render(kind, language, VALUES)
    assert body.subject
    assert "\n" not in body.subject
    assert "19833" in body.text
    assert "19833" in body.html


def test_a_value_is_text_in_one_part_no_markup_in_the_other_and_only_our_addresses_are_links():
    body = mail.render("invitation", "en", {"centre": '<b>Center</b> & "co"'})
    assert 'Centre: <b>Center</b> & "co".' in body.text
    assert "<b>Center" not in body.html
    assert "&lt;b&gt;Center&lt;/b&gt; &amp; &#34;co&#34;" in body.html

    assert mail._linked("http://localhost/mail/x") == Line("http://localhost/mail/x", "/mail/x")
    assert mail._linked("http://localhost.evil.example/x") == Line("http://localhost.evil.example/x")
    assert mail._linked("see http://localhost/x") == Line("see http://localhost/x")


def test_the_link_stands_in_the_button_and_in_full_in_both_parts_and_nobody_types_a_place_for_one():
    body = mail.with_link(mail.render("invitation", "en", VALUES), "http://localhost/invitation/abc?x=1&y=2")
    plain = mail.render("no_account", "en", {})
    typed = mail.render("invitation", "en", {"centre": "look: {link}"}).text

    assert "http://localhost/invitation/abc?x=1&y=2" in body.text
    assert body.html.count("http://localhost/invitation/abc?x=1&amp;y=2") == 2
    assert "{link}" not in plain.text + plain.html
    assert (typed.count("{link}"), "look: (link)" in typed) == (1, True)
    with pytest.raises(jinja2.UndefinedError):  # a missing value is an error, not a hole
        mail.render("invitation", "en", {})


DAY, CLOCK, MOMENT = dt.date(2026, 12, 9), dt.time(11), dt.datetime(2026, 11, 26, 3, 42, tzinfo=dt.UTC)
FREE = {"on_day": DAY, "starts_local": CLOCK}
OPTIONAL_LINES = {
    "prove_address": {"number": "R-2026-0051", "days": 7, "day": DAY, "time": CLOCK, "until": MOMENT, "state": "?"},
    "booking_gone": {"number": "R-1", "lost_day": DAY, "lost_time": CLOCK, "others": [FREE, FREE], "answer_by": DAY},
    "handover_given": {"away": "Mila", "first_day": DAY, "last_day": DAY, "districts": "Nišava"},
    "handover_noted": {"stand_in": "Mila", "first_day": DAY, "last_day": DAY, "districts": "Nišava"},
    "crew_settled": {"outcome": "short", "day": DAY, "times": "11:00", "host": "School", "who": ["Mila Ilić"]},
}
PARAGRAPHS = {
    "prove_address": [
        "We hold the date until Thursday, 26 November 2026 at 04:42.",
        "If it was not you, there is nothing to do. The request is deleted after 7 days.",
    ],
    "booking_gone": ["Free now:", "Wednesday, 9 December 2026, at 11:00", "Wednesday, 9 December 2026, at 11:00"],
    "handover_given": ["Only in: Nišava.", "It ends automatically after the last day."],
    "handover_noted": ["Only in: Nišava.", "It ends automatically after the last day and can be cancelled earlier."],
    "crew_settled": [
        "The presentation takes place with fewer presenters.",
        "These people are coming: Mila Ilić. Please check their identity at the door.",
        "A teacher stays in the classroom throughout.",
    ],
}


@pytest.mark.parametrize("kind", OPTIONAL_LINES)
def test_a_line_that_may_be_missing_is_a_paragraph_of_its_own(kind):
    body = mail.render(kind, "en", OPTIONAL_LINES[kind])
    assert "\n\n" + "\n\n".join(PARAGRAPHS[kind]) + "\n\n" in body.text


HOSTS = [
    "ОШ „Вук Караџић“", "", "Nada & <b>Sinovi</b> &amp; Co", "=?utf-8?q?x?=", "Two  spaces", " edge ", "a\nb", "a\tb",
    "{link}", "{number}", "\ue000centre\ue001", "%(name)s {{ v.centre }} \\1 \\g<0>",
]  # fmt: skip
DAYS = [(dt.date(2027, 1, 31), dt.date(2027, 1, 31)), (dt.date(2027, 1, 31), dt.date(2027, 2, 3))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("host", HOSTS)
def test_a_mail_by_its_pattern_is_the_one_that_is_rendered(host, language):
    first, others = HOSTS[0], {"asked_times": ["", "9.00", host], "centre_phone": ["", "0800 & 1"]}
    more = [{}, {"several": True}, {"day": DAYS[0][0], "time": dt.time(9), "until": VALUES["day"]}]
    for (begins, ends), extra in [(days, one) for days in DAYS for one in more]:
        for name, texts in others.items():
            for text in texts:
                values = {
                    "host": host, "programme": first, "asked_times": "", "centre": host or first, "centre_phone": "1",
                    "number": "{number}", "first_day": begins, "last_day": ends, "days": 3, "state": host, name: text,
                } | extra  # fmt: skip
                made = mail.render_by_pattern("prove_address", language, values, for_school=True)
                assert made == mail.render("prove_address", language, values, for_school=True)


def test_a_pattern_is_rendered_once_and_holds_nothing_of_anybody(monkeypatch):
    values = {"programme": "Safe", "asked_times": "", "centre": "Centre", "centre_phone": "1", "days": 3} | {
        "state": "?", "number": "R-1", "first_day": dt.date(2027, 1, 31), "last_day": dt.date(2027, 1, 31)
    }  # fmt: skip
    rendered, render = [], mail.render
    monkeypatch.setattr(mail, "render", lambda *given, **how: rendered.append(given) or render(*given, **how))
    mail._pattern.cache_clear()

    made = [
        mail.render_by_pattern("prove_address", "en", values | {"host": host}, for_school=True)
        for host in ("Ana", "Mina")
    ]

    assert len(rendered) == 1
    assert not {"Ana", "Safe"} & {*re.findall(r"\w+", str(rendered))}
    assert ["Ana" in one.html for one in made] == ["Ana" in one.text for one in made] == [True, False]


A_SECOND = dt.timedelta(seconds=1)


def test_pauses_double_up_to_ten_minutes_or_to_four_hours_while_a_server_says_later():
    pauses = [pause_after(attempts, Failure.UNREACHABLE) for attempts in range(1, 7)]
    assert [pause.total_seconds() / 60 for pause in pauses] == [1, 2, 4, 8, 10, 10]
    assert pause_after(8, Failure.LATER) == dt.timedelta(minutes=128)
    assert pause_after(500, Failure.LATER) == dt.timedelta(hours=4)


def after_three_days(failure: Failure, seconds: int) -> bool:
    return is_final(failure, MONDAY, MONDAY + dt.timedelta(days=3, seconds=seconds))


BOUNDS = (
    ("an answer of a mail server", failure_of, (499, 500, 501), (Failure.LATER, Failure.REFUSED, Failure.REFUSED)),
    ("a broken provider", failure_of_http, (499, 500, 501), (Failure.UNREACHABLE, Failure.LATER, Failure.LATER)),
    ("too many at once", failure_of_http, (428, 429, 430), (Failure.UNREACHABLE, Failure.LATER, Failure.UNREACHABLE)),
    ("a wrong message", failure_of_http, (399, 400, 401), (Failure.UNREACHABLE, Failure.REFUSED, Failure.UNREACHABLE)),
    ("a wrong number", failure_of_http, (421, 422, 423), (Failure.UNREACHABLE, Failure.REFUSED, Failure.UNREACHABLE)),
    *((f"tried for three days, {failure}", partial(after_three_days, failure), (-1, 0, 1), (False, True, True))
      for failure in (Failure.LATER, Failure.UNREACHABLE)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


def test_a_mail_is_given_up_at_once_when_refused_and_no_answer_is_tried_again():
    assert is_final(Failure.REFUSED, MONDAY, MONDAY)
    assert is_final(Failure.BROKEN, MONDAY, MONDAY)
    assert failure_of(None) is Failure.UNREACHABLE
    assert not is_final(failure_of(None), MONDAY, MONDAY)
    told = [failure_of_http(status) for status in (302, 404, 503)]
    assert told == [Failure.UNREACHABLE, Failure.UNREACHABLE, Failure.LATER]


def test_a_short_message_has_letters_of_every_phone_and_loses_of_its_place_first():
    assert short("Ђорђе Џунић:  Éva «šta»\n€") == "Djordje Dzunic: Eva sta"

    def say(place: str) -> str:
        return f"Poseta 6.10. ({place}) je otkazana."

    assert short_with(say, "Ниш") == "Poseta 6.10. (Nis) je otkazana."
    assert short_with(say, "") == "Poseta 6.10. je otkazana."
    cut = short_with(say, "x" * 200)
    assert len(cut) == 160
    assert cut.endswith("x) je otkazana.")
    page = short_with("The visit ({}) is off: https://a.example/offers".format, "Place " * 40)
    assert 155 <= len(page) <= 160
    assert page.startswith("The visit (Place ")
    assert page.endswith(") is off: https://a.example/offers")
    assert len(short_with(("y" * 300 + "{}").format, "Niš")) == 160


@pytest.mark.parametrize(("centre_id", "replies", "address"), [
    (2, {1: "a@centre.example", 2: "b@centre.example"}, "b@centre.example"),
    (None, {1: "a@centre.example"}, "a@centre.example"), (None, {1: "a@centre.example", 2: "b@centre.example"}, ""),
    (3, {1: "a@centre.example"}, ""),
])  # fmt: skip
def test_an_answer_goes_to_the_centre_of_the_mail_or_to_the_only_one(centre_id, replies, address):
    assert reply_address(centre_id, replies) == address
