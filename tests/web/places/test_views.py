"""A host for coordinators; its shifts and bells, told by them or by the school; what a plan says beside its times."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core import tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.places import queries
from scheduler.places.models import CallNote, HostSchoolTime
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.service.plan_and_move import plan_visit
from tests.factories import MONDAY as NOW
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.staffing import a_plan
from tests.visits.scene import Scene
from tests.web.browser import browser_of
from tests.web.places.readers import coordinator, reading
from tests.web.visits.pages import meant

MONDAY = NOW.date() + dt.timedelta(weeks=3)
TYPED = {
    "version": "0",
    "grouping": "grades",
    "first_grades": "1, 3, 5, 7",
    "first_sections": "",
    "rotation": "week",
    "anchor_day": f"{MONDAY:%d.%m.%Y.}",
    "turns": "",
    "morning_starts": "8:00",
    "afternoon_starts": "14:00",
    "lessons": "7",
    "lesson_minutes": "45",
    "break_minutes": "5",
    "long_break_after": "2",
    "long_break_minutes": "20",
    "other_weekday": "",
    "other_starts": "",
    "middle_grades": "",
    "middle_starts": "",
    "short_days": "",
    "short_minutes": "30",
    "short_afternoon_starts": "",
    "example_class": "7b",
    "example_lesson": "3",
    "example_day": f"{MONDAY:%d.%m.%Y.}",
}


@pytest.fixture
def scene(app) -> Scene:
    return Scene(planned=False)


def secret_of(scene: Scene) -> str:
    with transaction():
        return tokens.mint("status", scene.asked.id, lasts=dt.timedelta(days=30), now=NOW)


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


def test_a_coordinator_sees_an_example_before_anything_is_kept(app, scene):
    browser, path = coordinator(app, scene), f"/hosts/{scene.host.id}/school-time"
    assert browser.get(path).status_code == 200

    shown = browser.post(path, data=TYPED | {"look": "1"})

    assert shown.status_code == 200
    assert "7b has lesson 3 at 09:55 (morning shift)" in " ".join(shown.text.split())
    assert stored(scene) is None


def test_the_shifts_and_bells_of_a_host_are_kept_and_shown(app, scene):
    browser, path = coordinator(app, scene), f"/hosts/{scene.host.id}/school-time"

    answer = browser.post(path, data=TYPED | {"middle_grades": "4", "middle_starts": "11", "short_days": "x"})
    assert answer.status_code == 422
    assert "Enter a time like this" in answer.text
    assert 'value="1, 3, 5, 7"' in answer.text
    answer = browser.post(
        path, data=TYPED | {"middle_grades": "4", "middle_starts": "11:00", "short_days": "18.12.2026."}
    )

    assert (answer.status_code, answer.location) == (302, f"/hosts/{scene.host.id}")
    row = stored(scene)
    assert (row.told.middle_grades, row.told.short_days, row.by_school) == (
        frozenset({4}),
        frozenset({dt.date(2026, 12, 18)}),
        False,
    )
    assert row.told.bells[Shift.AFTERNOON, True].lesson_minutes == 30
    assert "09:55" in browser.get(f"/hosts/{scene.host.id}").text
    again = browser.get(path)
    assert 'value="11:00"' in again.text
    assert "18.12.2026." in again.text


def test_a_form_that_is_out_of_date_overwrites_nothing_and_the_same_again_is_no_conflict(app, scene):
    browser, path = coordinator(app, scene), f"/hosts/{scene.host.id}/school-time"
    assert browser.post(path, data=TYPED).status_code == 302
    assert browser.post(path, data=TYPED).status_code == 302

    refused = browser.post(path, data=TYPED | {"morning_starts": "7:30"})

    assert refused.status_code == 422
    assert "7:30" in refused.text
    assert stored(scene).told.bells[Shift.MORNING, False].starts == dt.time(8)


def test_what_a_rule_misses_stands_beside_its_field(app, scene):
    answer = coordinator(app, scene).post(
        f"/hosts/{scene.host.id}/school-time", data=TYPED | {"anchor_day": "", "afternoon_starts": "20:00"}
    )

    assert answer.status_code == 422
    assert 'id="anchor_day-error"' in answer.text
    assert 'id="afternoon_starts-error"' in answer.text


def test_the_afternoon_begins_at_another_time_on_a_weekday_only(app, scene):
    path = f"/hosts/{scene.host.id}/school-time"
    page = coordinator(app, scene).get(path).text
    field = page[page.index('name="other_weekday"') :].split("</select>")[0]

    assert [day for day in ("Monday", "Friday", "Saturday", "Sunday") if day in field] == ["Monday", "Friday"]
    answer = coordinator(app, scene).post(path, data=TYPED | {"other_weekday": "5", "other_starts": "13:00"})
    assert answer.status_code == 422
    assert 'id="other_weekday-error"' in answer.text


def test_the_school_tells_its_own_shifts_by_its_secret_link(app, client, scene):
    secret = secret_of(scene)
    assert f"/status/{secret}/school-time" in reading(client).get(f"/status/{secret}").text

    answer = client.post(f"/status/{secret}/school-time", data=TYPED)

    assert (answer.status_code, answer.location) == (302, f"/status/{secret}")
    assert stored(scene).by_school is True
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "school time told")).one()
    assert entry.actor == f"link:request:{scene.asked.id}"


def test_a_wrong_link_tells_nothing(client, scene):
    assert client.post("/status/invented/school-time", data=TYPED).status_code == 404
    assert db.session.scalars(sa.select(HostSchoolTime)).all() == []


def test_a_note_of_a_call_is_kept_for_whoever_calls_next(app, scene):
    browser, path = coordinator(app, scene), f"/hosts/{scene.host.id}"

    assert browser.post(path, data={"text": " "}).status_code == 422
    assert browser.post(path, data={"text": "Rings at the porter's, ask for the secretary."}).status_code == 302

    assert "ask for the secretary" in browser.get(path).text
    assert db.session.scalars(sa.select(CallNote.by)).all() == [f"user:{scene.coordinator.user_id}"]


@pytest.mark.parametrize("role", [Role.SAFEGUARDING, Role.EDUCATOR])
def test_only_coordinators_open_a_host(app, role):
    browser, host_id = browser_of(app, make_user(role)), make_host().id

    for path in (f"/hosts/{host_id}", f"/hosts/{host_id}/school-time"):
        assert browser.get(path).status_code == 403


def plan_of(scene: Scene, time: str, **more: str) -> tuple[str, dict[str, str]]:
    typed = {
        "on_day": f"{MONDAY:%d.%m.%Y.}",
        "presentations-0-starts_local": time,
        "presentations-0-minutes": "45",
        "presentations-0-room": "Hall",
        **meant(MONDAY, f"{time:0>5}"),
    }
    return f"/requests/{scene.asked.number}/plan", typed | more


def test_a_plan_says_which_lesson_a_time_is(app, scene):
    tell(scene, rotation=Rotation.NONE)
    path, typed = plan_of(scene, "9:55", look="1")

    shown = coordinator(app, scene).post(path, data=typed)

    assert shown.status_code == 200
    assert "7b, 7c: lesson 3" in shown.text


def test_a_plan_is_refused_when_the_class_is_not_in_the_building_and_made_when_the_school_says_that_it_comes(
    app, scene
):
    tell(scene, rotation=Rotation.NONE, first_grades=frozenset({6}))
    browser = coordinator(app, scene)
    path, typed = plan_of(scene, "9:55")

    shown = browser.post(path, data=typed)

    assert shown.status_code == 422
    text = " ".join(shown.text.split())
    assert "Choose a time at which the class is in the building" in text
    assert "7b, 7c is not in the building then (afternoon shift)" in text
    assert "14:00" in text
    assert db.session.scalars(sa.select(Visit)).all() == []
    assert 'name="presentations-0-outside_shift"' in text
    assert browser.post(path, data=typed | {"presentations-0-outside_shift": "y"}).status_code == 302
    assert db.session.scalars(sa.select(Presentation.outside_shift)).all() == [True]


def test_a_plan_begins_with_a_lesson_that_the_class_has(app, scene):
    tell(scene, rotation=Rotation.NONE, first_grades=frozenset({6}))

    with transaction() as session:
        session.execute(sa.update(SchoolRequest).values(first_day=MONDAY, last_day=MONDAY))

    shown = coordinator(app, scene).get(plan_of(scene, "")[0])

    assert 'value="15:55"' in shown.text  # the third lesson of the afternoon shift


def test_a_plan_for_a_school_that_told_nothing_offers_to_note_it(app, scene):
    shown = coordinator(app, scene).get(plan_of(scene, "9:55")[0])

    assert f"/hosts/{scene.host.id}/school-time" in shown.text


def test_a_move_says_which_lesson_the_new_time_is(app):
    scene = Scene(planned=False)
    visit_id = plan_visit(
        scene.coordinator, scene.draft(on_day=MONDAY, presentations=(a_plan(classes="7b"),)), now=NOW
    ).id
    number = db.session.scalar(sa.select(Visit.number).where(Visit.id == visit_id))
    tell(scene)
    typed = {
        "on_day": f"{MONDAY:%d.%m.%Y.}",
        "starts-0-starts_local": "14:00",
        "until_day": f"{MONDAY:%d.%m.%Y.}",
        "until_time": "9:00",
        "reason": "",
        "look": "1",
    }

    shown = coordinator(app, scene).post(f"/visits/{number}/move", data=typed)

    assert shown.status_code == 200
    assert "7b is not in the building then (morning shift)" in " ".join(shown.text.split())


def test_classes_of_one_answer_stand_in_one_sentence(app):
    scene = Scene(planned=False)
    draft = scene.draft(on_day=MONDAY, presentations=(a_plan(dt.time(9, 55), classes="7-1, 7-2, 6-1"),))
    visit_id = plan_visit(scene.coordinator, draft, now=NOW).id
    number = db.session.scalar(sa.select(Visit.number).where(Visit.id == visit_id))
    tell(scene)

    shown = coordinator(app, scene).get(f"/visits/{number}/move").text

    assert "7-1, 7-2: lesson 3" in shown
    assert "6-1 is not in the building then" in " ".join(shown.split())
