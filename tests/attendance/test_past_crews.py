"""Past visits carry who presented: names become presenters, what cannot be is told by line, nobody is in two places."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from scheduler.attendance.imports import read_past_visits
from scheduler.attendance.service.past_visits import import_past_visits, take_back_visits
from scheduler.cli.invariants import violations
from scheduler.core.imports.staging import Filing
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.terms.states import AssignmentState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_presenter
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import make_consent, make_vetting

HEAD = "datum;škola;vreme;učenika;predavači"


@pytest.fixture
def actor(session):
    actor = an_actor(Role.COORDINATOR)
    make_programme(centre_id=actor.centre_id)
    make_host("Чегар", register_id="1")
    make_host("Бранко", register_id="2")
    return actor


def educator(actor, given, family, **more):
    return make_presenter(centre_id=actor.centre_id, given_name=given, family_name=family, **more).id


def young(actor, given, family, born=dt.date(2008, 6, 1)):
    return educator(actor, given, family, kind=PresenterKind.INFLUENCER, birth_date=born)


def imported(actor, *lines):
    sheet = read_past_visits("\n".join([HEAD, *lines]).encode(), today=MONDAY.date())
    return import_past_visits(actor, sheet, Filing(MONDAY, actor.centre_id))


def told(outcome):
    return [(one.line, one.column, one.problem) for one in outcome.problems]


def crews(session):
    session.rollback()
    rows = session.execute(
        select(Presentation.on_day, Presentation.starts_local, Assignment.presenter_id, Assignment.state)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .order_by(Presentation.starts_at, Assignment.presenter_id)
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    "written",
    [
        "Јелена Илић",
        "jelena ilic",
        "Ilić Jelena",
        "J. Ilić",
        "Илић Ј.",
        "dr Jelena Ilić",
        "Илић",
        "JELENA@centre.example",
    ],
)
def test_a_presenter_is_known_by_the_ways_in_which_people_write_her(actor, session, written):
    who = educator(actor, "Јелена", "Илић", email="jelena@centre.example")
    educator(actor, "Марко", "Савић")

    outcome = imported(actor, f"12.3.2024.;Чегар;10:00;28;{written}")

    assert told(outcome) == []
    assert crews(session) == [(dt.date(2024, 3, 12), dt.time(10), who, AssignmentState.PRESENT)]


@pytest.mark.both_databases
@pytest.mark.parametrize("between", [", ", "; ", " / ", " + ", " и ", " i ", "\n"])
def test_several_stand_in_one_cell_and_count_once_each(actor, session, between):
    first, second = educator(actor, "Јелена", "Илић"), educator(actor, "Марко", "Савић")

    outcome = imported(actor, f'12.3.2024.;Чегар;10:00;28;"Jelena Ilić{between}Марко Савић{between}Ilić"')

    assert told(outcome) == []
    assert [row[2] for row in crews(session)] == sorted((first, second))
    assert violations() == []


def test_names_that_nobody_has_are_told_by_line_and_place_and_nothing_is_stored(actor, session):
    educator(actor, "Јелена", "Илић")
    educator(actor, "Ана", "Перић")
    educator(actor, "Иван", "Перић")
    make_presenter(given_name="Туђа", family_name="Туђић")

    outcome = imported(
        actor,
        "12.3.2024.;Чегар;10:00;28;Jelena Ilić, Petar Petrović, Perić",
        "13.3.2024.;Чегар;10:00;28;Tuđa Tuđić",
    )

    assert told(outcome) == [
        (2, "presenters (2)", "unknown_presenter"),
        (2, "presenters (3)", "several_presenters"),
        (3, "presenters", "unknown_presenter"),
    ]
    assert session.scalar(select(func.count()).select_from(Presentation)) == 0


@pytest.mark.both_databases
def test_nobody_presents_in_two_places_at_a_told_hour(actor, session):
    educator(actor, "Јелена", "Илић")

    outcome = imported(actor, "12.3.2024.;Чегар;10:00;28;Ilić", "12.3.2024.;Бранко;10:30;30;Ilić")

    assert told(outcome) == [(3, "presenters", "presenter_in_two_places")]


def test_who_was_elsewhere_by_what_is_stored_is_told(actor, session):
    educator(actor, "Јелена", "Илић")
    assert told(imported(actor, "12.3.2024.;Чегар;10:00;28;Ilić")) == []

    assert told(imported(actor, "12.3.2024.;Бранко;10:30;30;Ilić")) == [(2, "presenters", "presenter_in_two_places")]


@pytest.mark.both_databases
def test_hours_that_nobody_told_follow_each_other_for_one_presenter(actor, session):
    who = educator(actor, "Јелена", "Илић")

    outcome = imported(
        actor, "12.3.2024.;Чегар;;28;Ilić", "12.3.2024.;Бранко;;30;Ilić", "12.3.2024.;Бранко;9:00;31;Ilić"
    )

    assert told(outcome) == []
    assert len({row[1] for row in crews(session) if row[2] == who}) == 3
    assert violations() == []


def test_an_hour_that_the_clocks_skipped_is_told(actor):
    assert told(imported(actor, "31.3.2024.;Чегар;2:30;28;")) == [(2, "starts", "no_such_time")]


@pytest.mark.parametrize(("first", "second"), [("A", "2:30B"), ("a", "2.30 б"), ("\u0410", "2:30\u0412")])
def test_an_hour_that_came_twice_is_asked_about_and_either_is_taken(actor, session, first, second):
    """Also by the Cyrillic letters that look like A and B: our words show Cyrillic readers just those."""
    asked = imported(actor, "27.10.2024.;Чегар;2:30;28;")
    assert told(asked) == [(2, "starts", "hour_twice")]

    assert told(imported(actor, f"27.10.2024.;Чегар;2:30{first};28;", f"27.10.2024.;Чегар;{second};28;")) == []

    starts = session.scalars(select(Presentation.starts_at).order_by(Presentation.starts_at)).all()
    assert starts == [dt.datetime(2024, 10, 27, hour, 30, tzinfo=dt.UTC) for hour in (0, 1)]


def test_a_minor_is_stored_only_with_consent_old_enough_and_beside_an_adult(actor, session):
    educator(actor, "Јелена", "Илић")
    agreed, other = young(actor, "Лука", "Лукић"), young(actor, "Мила", "Милић")
    make_consent(agreed)
    make_vetting(agreed)
    unchecked = young(actor, "Вук", "Вукић")
    make_consent(unchecked)
    grown = young(actor, "Ива", "Ивић", born=dt.date(2005, 1, 1))

    outcome = imported(
        actor,
        "12.3.2024.;Чегар;10:00;28;Ilić, Lukić",
        "13.3.2024.;Чегар;10:00;28;Lukić",
        "14.3.2024.;Чегар;10:00;28;Ilić, Milić",
        "15.3.2022.;Чегар;10:00;28;Ilić, Lukić",
        "16.3.2024.;Чегар;10:00;28;Ivić",
        "17.3.2024.;Чегар;10:00;28;Ilić, Vukić",
    )

    assert told(outcome) == [
        (3, "presenters", "minor_without_adult"),
        (4, "presenters (2)", "no_consent_then"),
        (5, "presenters (2)", "too_young_then"),
        (7, "presenters (2)", "no_check_then"),
    ]
    assert {other, grown} < set(session.scalars(select(Presenter.id)))


@pytest.mark.both_databases
def test_a_minor_of_the_past_is_stored_in_any_order_of_names_and_taken_back(actor, session):
    educator(actor, "Јелена", "Илић")
    agreed = young(actor, "Лука", "Лукић")
    make_consent(agreed)
    make_vetting(agreed)

    outcome = imported(actor, "12.3.2024.;Чегар;10:00;28;Lukić, Ilić")
    assert (told(outcome), len(crews(session))) == ([], 2)

    take_back_visits(actor, outcome.batch_id, now=MONDAY)
    assert crews(session) == []


@pytest.mark.both_databases
def test_visits_with_their_crews_are_taken_back_whole(actor, session):
    educator(actor, "Јелена", "Илић")
    outcome = imported(actor, "12.3.2024.;Чегар;10:00;28;Ilić", "13.3.2024.;Чегар;10:00;28;Ilić")
    assert len(crews(session)) == 2

    take_back_visits(actor, outcome.batch_id, now=MONDAY)

    assert crews(session) == []


def test_many_visits_of_one_presenter_are_settled_in_order_of_the_file(actor, session):
    educator(actor, "Јелена", "Илић")
    days = [dt.date(2019, 1, 1) + dt.timedelta(days=7 * week) for week in range(60)]

    outcome = imported(actor, *(f"{day:%d.%m.%Y.};Чегар;{9 + day.day % 4}:00;28;Ilić" for day in days))

    assert (told(outcome), outcome.new, len(crews(session))) == ([], 60, 60)
