import datetime as dt
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.certificates.terms import CertificateState
from scheduler.core.names import SpelledName
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from scheduler.web import filters

MACHINES = {
    "request": RequestState,
    "visit": VisitState,
    "presentation": PresentationState,
    "assignment": AssignmentState,
    "attendance": AttendanceState,
    "certificate": CertificateState,
}
TONES = set(re.findall(r"\.tone-(\w+) \{", (Path(__file__).parents[2] / "static/css/base.css").read_text()))
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def cyrillic(app, the_clock):
    the_clock.stands_at(NOW)
    with app.test_request_context("/?lang=sr_Cyrl"):
        yield


@pytest.mark.parametrize("kind", MACHINES)
def test_every_state_of_a_machine_has_a_face_and_no_two_look_alike(cyrillic, kind):
    faces = [filters.state_face(kind, state) for state in MACHINES[kind]]

    assert set(filters.FACES[kind]) == {state.value for state in MACHINES[kind]}
    assert {face.tone for face in faces} <= TONES
    assert len({(face.icon, str(face.word)) for face in faces}) == len(faces)


def test_words_of_states_agree_with_their_noun(cyrillic):
    words = {kind: str(filters.state_face(kind, "confirmed").word) for kind in ("request", "visit", "presentation")}

    assert words == {"request": "Потврђен", "visit": "Потврђена", "presentation": "Потврђена"}


def test_a_state_may_carry_its_value(cyrillic):
    until = dt.datetime(2026, 11, 24, 13, 0, tzinfo=dt.UTC)

    assert filters.state_face("assignment", "offered", until=until).word == "Понуђено до 14:00"
    assert filters.state_face("presentation", "part_delivered", minutes=30).word == "Делимично, 30 мин"
    assert filters.state_face("attendance", "corrected", version=2).word == "Исправљено, в2"
    assert filters.ends_face(18).word == "Истиче за 18 дана"


@pytest.mark.parametrize("state", ["confirmed", "ready"])
def test_a_visit_whose_day_went_by_is_prepared_no_more_it_waits_to_be_counted(cyrillic, state):
    today = dt.date(2026, 11, 24)

    assert filters.state_face("visit", state, on_day=today) == filters.state_face("visit", state)
    assert filters.state_face("visit", state, on_day=today - dt.timedelta(days=1)) == filters.flag_face("not_counted")
    assert filters.state_face("visit", "cancelled", on_day=dt.date(2026, 1, 1)).word == "Отказана"


def test_a_state_nobody_knows_is_a_bug_and_says_so(cyrillic):
    with pytest.raises(KeyError):
        filters.state_face("request", "happy")


@pytest.mark.parametrize(
    ("back", "said"),
    [
        (dt.timedelta(seconds=-5), "0 минута"),
        (dt.timedelta(minutes=21), "21 минут"),
        (dt.timedelta(hours=3), "3 сата"),
        (dt.timedelta(days=6), "6 дана"),
    ],
)
def test_how_long_something_has_been_so(cyrillic, back, said):
    assert filters.ago(NOW - back) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "данас"),
        (1, "сутра"),
        (-1, "јуче"),
        (14, "за 14 дана"),
        (21, "за 21 дан"),
        (-3, "пре 3 дана"),
        (-729, "пре 729 дана"),
        (-1084, "пре 2 године"),
        (-1828, "пре 5 година"),
    ],
)
def test_how_far_a_day_is(cyrillic, days, said):
    assert filters.from_now(dt.date(2026, 11, 24) + dt.timedelta(days=days)) == said


def test_today_is_the_day_of_the_centre_not_of_utc(app, the_clock):
    the_clock.stands_at(dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC))

    with app.test_request_context("/?lang=en"):
        assert filters.from_now(dt.date(2026, 11, 25)) == "today"


TOWN = SimpleNamespace(name_sr_cyrl="Ниш", name_sr_latn="Niš")
HOLIDAY = SimpleNamespace(name_sr_cyrl="Божић", name_sr_latn="Božić", name_en="Christmas")


@pytest.mark.parametrize(
    ("language", "shown", "value", "said"),
    [
        ("sr_Cyrl", filters.clock, NOW, "10:00"),
        ("sr_Cyrl", filters.clock, dt.time(9, 55), "09:55"),
        ("sr_Cyrl", filters.short_month, NOW.date(), "нов"),
        ("sr_Cyrl", filters.short_weekday, NOW.date(), "уто"),
        ("sr_Cyrl", filters.name, TOWN, "Ниш"),
        ("en", filters.name, TOWN, "Niš"),
        ("en", filters.name, HOLIDAY, "Christmas"),
        ("en", filters.url_if, "public.about", "/about"),
        ("en", filters.url_if, "nobody.knows", ""),
        ("en", filters.dashed, {"aria_label": "x", "data_a_b": 1}, {"aria-label": "x", "data-a-b": 1}),
        ("en", filters.letters, "Јелена Ристић Петровић", "ЈР"),
        ("en", filters.letters, "Тара", "Т"),
        ("en", filters.letters, "", ""),
        ("en", filters.letters, SpelledName("Јелена Ристић"), "JR"),
        ("sr_Cyrl", filters.letters, SpelledName("Јелена Ристић"), "ЈР"),
    ],
)
def test_a_value_is_shown_as_the_page_writes_it(app, language, shown, value, said):
    with app.test_request_context(f"/?lang={language}"):
        assert shown(value) == said


def test_what_was_said_is_shown_once_with_its_way_back(app, client):
    with app.test_request_context("/?lang=en"):
        filters.say("Moved.", undo="/undo/1")
        said = filters.done_notes()

    assert said == [{"text": "Moved.", "undo": "/undo/1", "undo_words": ""}]


def test_four_numbers_stand_each_beside_its_word(app):
    counts = HeadCounts(pupils=1_250, parents=3)
    told = {}
    for language in ("en", "sr_Latn"):
        with app.test_request_context(f"/?lang={language}"):
            told[language] = [str(filters.four_numbers(counts)) for _turn in range(2)]

    assert told["en"] == 2 * [
        '<span class="nowrap">pupils 1,250</span> · <span class="nowrap">parents 3</span> · '
        '<span class="nowrap">teachers 0</span> · <span class="nowrap">others 0</span>'
    ]
    assert told["sr_Latn"][1].startswith('<span class="nowrap">učenici 1.250</span> · ')
