"""A host for coordinators; its shifts and bells, told by them or by the school; what a plan says beside its times."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.places import queries
from scheduler.places.models import CallNote, HostSchoolTime
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Presentation, Visit
from tests.ceilings import at_most
from tests.factories import MONDAY as NOW
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.requests import make_school_request
from tests.factories.staffing import a_confirmed_visit, a_held_visit, a_plan
from tests.visits.scene import Scene
from tests.web.browser import browser_of
from tests.web.reading import a_link, rows_of, selects_of, text_of
from tests.web.visits.pages import coordinator, meant

MONDAY = NOW.date() + dt.timedelta(weeks=3)
TYPED = {
    "version": "0", "grouping": "grades", "first_grades": "1, 3, 5, 7", "first_sections": "", "rotation": "week",
    "anchor_day": f"{MONDAY}", "turns": "", "morning_starts": "8:00", "afternoon_starts": "14:00", "lessons": "7",
    "lesson_minutes": "45", "break_minutes": "5", "long_break_after": "2", "long_break_minutes": "20",
    "other_weekday": "", "other_starts": "", "middle_grades": "", "middle_starts": "", "short_days": "",
    "short_minutes": "30", "short_afternoon_starts": "", "example_class": "7b", "example_lesson": "3",
    "example_day": f"{MONDAY}",
}  # fmt: skip


@pytest.fixture
def scene(app) -> Scene:
    return Scene(planned=False)


@pytest.fixture
def browser(app, scene):
    """The coordinator's."""
    return coordinator(app, scene)


@pytest.fixture
def path(scene) -> str:
    """Of the page of the school's time."""
    return f"/hosts/{scene.host.id}/school-time"


def tell(scene: Scene, **given) -> None:
    fair = {
        "bells": {(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))},
        "grouping": Grouping.GRADES,
        "rotation": Rotation.WEEK,
        "first_grades": frozenset({1, 3, 5, 7}),
        "anchor_day": MONDAY,
    }
    tell_school_time(scene.coordinator, scene.host.id, SchoolTime(**(fair | given)), version=0, now=NOW)


def stored(scene: Scene):
    db.session.rollback()
    return queries.school_time_of(scene.host.id)


def test_a_coordinator_sees_an_example_before_anything_is_kept(browser, path, scene):
    assert browser.get(path).status_code == 200

    shown = browser.post(path, data=TYPED | {"look": "1"})

    assert shown.status_code == 200
    assert "7b has lesson 3 at 09:55 (morning shift)" in text_of(shown)
    assert stored(scene) is None


def test_the_shifts_and_bells_of_a_host_are_kept_and_shown(browser, path, scene):
    wished = TYPED | {"middle_grades": "4", "middle_starts": "11:00", "short_days": "18.12.2026."}

    refused = browser.post(path, data=wished | {"middle_starts": "11", "short_days": "x"})
    answer = browser.post(path, data=wished)

    assert refused.status_code == 422
    assert "Enter a time like this" in refused.text
    assert 'value="1, 3, 5, 7"' in refused.text
    assert (answer.status_code, answer.location) == (302, f"/hosts/{scene.host.id}")
    row = stored(scene)
    assert row.by_school is False
    assert (row.told.middle_grades, row.told.short_days) == (frozenset({4}), frozenset({dt.date(2026, 12, 18)}))
    assert row.told.bells[Shift.AFTERNOON, True].lesson_minutes == 30
    assert "09:55" in browser.get(f"/hosts/{scene.host.id}").text
    again = browser.get(path)
    assert 'value="11:00"' in again.text
    assert "18.12.2026." in again.text


def test_a_form_that_is_out_of_date_overwrites_nothing_and_the_same_again_is_no_conflict(browser, path, scene):
    for _press in range(2):
        assert browser.post(path, data=TYPED).status_code == 302

    refused = browser.post(path, data=TYPED | {"morning_starts": "7:30"})

    assert refused.status_code == 422
    assert "7:30" in refused.text
    assert stored(scene).told.bells[Shift.MORNING, False].starts == dt.time(8)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"anchor_day": "", "afternoon_starts": "20:00"}, ("anchor_day", "afternoon_starts")),
        ({"other_weekday": "5", "other_starts": "13:00"}, ("other_weekday",)),
    ],
)
def test_what_a_rule_misses_stands_beside_its_field(browser, path, wrong, fields):
    answer = browser.post(path, data=TYPED | wrong)

    assert answer.status_code == 422
    assert [one for one in fields if f'id="{one}-error"' not in answer.text] == []


def test_the_afternoon_begins_at_another_time_on_a_weekday_only(browser, path):
    page = browser.get(path).text
    field = page[page.index('name="other_weekday"') :].split("</select>")[0]

    assert [day for day in ("Monday", "Friday", "Saturday", "Sunday") if day in field] == ["Monday", "Friday"]


def test_the_school_tells_its_own_shifts_by_its_secret_link(client, scene):
    link = f"/status/{a_link(scene.asked.id)}"
    assert f"{link}/school-time" in client.get(link).text

    answer = client.post(f"{link}/school-time", data=TYPED)

    assert (answer.status_code, answer.location) == (302, link)
    assert stored(scene).by_school is True
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "school time told")).one()
    assert entry.actor == f"link:request:{scene.asked.id}"


def test_a_wrong_link_tells_nothing(client, scene):
    assert client.post("/status/invented/school-time", data=TYPED).status_code == 404
    assert rows_of(HostSchoolTime) == []


def test_a_note_of_a_call_is_kept_for_whoever_calls_next(browser, scene):
    host = f"/hosts/{scene.host.id}"

    for text, status in ((" ", 422), ("Rings at the porter's, ask for the secretary.", 302)):
        assert browser.post(host, data={"text": text}).status_code == status

    assert "ask for the secretary" in browser.get(host).text
    assert rows_of(CallNote.by) == [f"user:{scene.coordinator.user_id}"]


def plan_of(scene: Scene, time: str, **more: str) -> tuple[str, dict[str, str]]:
    sitting = {"starts_local": time, "minutes": "45", "room": "Hall"}
    typed = {f"presentations-0-{name}": value for name, value in sitting.items()} | meant(MONDAY, f"{time:0>5}")
    return f"/requests/{scene.asked.number}/plan", typed | {"on_day": f"{MONDAY}"} | more


def test_a_plan_says_which_lesson_a_time_is(browser, scene):
    tell(scene, rotation=Rotation.NONE)
    page, typed = plan_of(scene, "9:55", look="1")

    shown = browser.post(page, data=typed)

    assert shown.status_code == 200
    assert "7b, 7c: lesson 3" in shown.text


def test_a_plan_is_refused_when_the_class_is_away_and_made_when_the_school_says_that_it_comes(browser, scene):
    tell(scene, rotation=Rotation.NONE, first_grades=frozenset({6}))
    page, typed = plan_of(scene, "9:55")

    shown = browser.post(page, data=typed)

    assert shown.status_code == 422
    for words in (
        "Choose a time at which the class is in the building",
        "7b, 7c is not in the building then (afternoon shift)",
        "14:00",
    ):
        assert words in text_of(shown)
    assert rows_of(Visit) == []
    assert 'name="presentations-0-outside_shift"' in shown.text
    assert browser.post(page, data=typed | {"presentations-0-outside_shift": "y"}).status_code == 302
    assert rows_of(Presentation.outside_shift) == [True]


def test_a_plan_begins_with_a_lesson_that_the_class_has(browser, scene):
    tell(scene, rotation=Rotation.NONE, first_grades=frozenset({6}))
    with transaction() as session:
        session.execute(sa.update(SchoolRequest).values(first_day=MONDAY, last_day=MONDAY))

    shown = browser.get(plan_of(scene, "")[0])

    assert 'value="15:55"' in shown.text  # the third lesson of the afternoon shift


def test_a_plan_for_a_school_that_told_nothing_offers_to_note_it(browser, scene, path):
    assert path in browser.get(plan_of(scene, "9:55")[0]).text


def planned_for(scene: Scene, starts: dt.time, classes: str) -> str:
    """The page on which a visit of these classes is moved; the school has told its time since."""
    visit_id = scene.plan(on_day=MONDAY, presentations=(a_plan(starts, classes=classes),))
    tell(scene)
    return f"/visits/{db.session.get_one(Visit, visit_id).number}/move"


def test_a_move_says_which_lesson_the_new_time_is(browser, scene):
    page = planned_for(scene, dt.time(10), "7b")
    until = {"until_day": f"{MONDAY}", "until_time": "9:00", "reason": ""}

    shown = browser.post(page, data=until | {"on_day": f"{MONDAY}", "starts-0-starts_local": "14:00", "look": "1"})

    assert shown.status_code == 200
    assert "7b is not in the building then (morning shift)" in text_of(shown)


def test_classes_of_one_answer_stand_in_one_sentence(browser, scene):
    shown = text_of(browser.get(planned_for(scene, dt.time(9, 55), "7-1, 7-2, 6-1")))

    assert "7-1, 7-2: lesson 3" in shown
    assert "6-1 is not in the building then" in shown


# --- who asked, and the visits of the reader's centre there ---


def test_next_and_past_visits_of_the_own_centre_stand_on_the_page(app, desk, programme):
    host = make_host()
    past = a_held_visit(programme=programme, host_id=host.id, on_day=NOW.date() - dt.timedelta(days=7))
    coming = a_confirmed_visit(programme=programme, host_id=host.id)
    foreign = a_confirmed_visit(host_id=host.id)

    to_come, before = desk.get(f"/hosts/{host.id}").text.split('id="past"')

    assert f"/visits/{coming.number}" in to_come
    assert f"/visits/{past.number}" in before
    assert foreign.number not in to_come + before


def test_who_asked_is_reached_by_links_and_only_by_the_own_centre(app, desk, programme):
    host = make_host(phone="018 123 456", email="skola@nis.example")
    contact = {"contact_name": "Мира Савић", "contact_phone": "064 555 777", "contact_email": "mira@nis.example"}
    asked = make_school_request(programme=programme, host_id=host.id, **contact)

    page = desk.get(f"/hosts/{host.id}").text
    other = browser_of(app, make_user()).get(f"/hosts/{host.id}").text

    for link in ("tel:018123456", "mailto:skola@nis.example", "tel:064555777", "mailto:mira@nis.example"):
        assert f'href="{link}"' in page
    assert f"/requests/{asked.number}" in page
    assert not re.search("Мира Савић|064555777", other)


def test_past_visits_are_paged_and_the_page_asks_equally_often(desk, programme):
    host, counts, numbers = make_host(), [], []
    page = f"/hosts/{host.id}"
    for day in range(1, 12):
        on_day = NOW.date() - dt.timedelta(days=day)
        numbers.append(a_held_visit(programme=programme, host_id=host.id, on_day=on_day).number)
        if day in (1, 11):
            counts.append(selects_of(desk, page))

    assert len(set(counts)) == 1
    at_most(8, counts[0])
    assert numbers[-1] not in desk.get(page).text
    assert numbers[-1] in desk.get(f"{page}?past=2").text
