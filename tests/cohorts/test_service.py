"""A cohort begins with a request, grows by parts, its level rises with what was held; its practice of reporting."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from scheduler.cohorts import pdf, service
from scheduler.cohorts.models import Cohort, CohortPart
from scheduler.cohorts.queries import lists as queries
from scheduler.cohorts.queries import practice
from scheduler.cohorts.terms import (
    CohortCause,
    CohortDraft,
    CohortFilters,
    CohortReason,
    CohortSkill,
    CohortState,
    PartState,
    PracticeSheet,
    PracticeSums,
    ReportingWay,
)
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, GroundReason, NotAllowed, NotFound, Rejected
from scheduler.core.refusals import refused_by
from scheduler.places.models import Host
from scheduler.policy import Role, school_contact
from scheduler.programmes.terms import SchoolLevel
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.cohorts import held_request, hold, make_cohort, make_training
from tests.factories.people import an_actor
from tests.factories.places import make_host
from tests.factories.requests import a_draft, a_presentation, make_school_request
from tests.factories.visits import make_visit
from tests.papers import saved, words_of
from tests.refusals import conflict, database_refusal, rejection
from tools.bench.counting import effort

SEVENTH = CohortDraft(12, SchoolLevel.PRIMARY, 7)
TODAY = MONDAY.date()
RECOGNISE, HELP, REPORT = CohortSkill


@pytest.fixture
def ana(session):
    return an_actor(Role.COORDINATOR)


@pytest.fixture
def training(ana):
    return make_training(ana.centre_id)


def asked_for(training, **given):
    return make_school_request(programme=training, **given)


def begun(ana, training, **given):
    asked = asked_for(training, **given)
    return service.begin_cohort(ana, asked.number, SEVENTH, now=MONDAY), asked


def refusal(statement):
    with pytest.raises(sa.exc.IntegrityError) as refused, transaction() as session:
        session.execute(sa.text(statement))
    return refused_by(refused.value)


@pytest.mark.both_databases
def test_a_cohort_begins_with_a_request_and_ends_with_its_school_year(ana, training):
    code, asked = begun(ana, training)
    page = queries.cohort_page(ana, code)
    assert (code[:2], page.row.host_id, page.row.size, page.row.level) == ("D-", asked.host_id, 12, 0)
    assert (page.row.began_on, page.row.ends_on) == (TODAY, service.rules.end_of_school_year(TODAY))
    assert [(one.skill, one.request_number, one.state) for one in page.row.parts] == [
        (RECOGNISE, asked.number, PartState.ON_ITS_WAY)
    ]
    assert (page.teacher, page.latest_request) == (asked.contact_name, asked.number)


def test_only_a_training_makes_a_cohort_once_and_of_no_group_of_four(ana, training):
    talk = make_school_request(centre_id=ana.centre_id)
    with conflict(CohortReason.NOT_A_TRAINING):
        service.begin_cohort(ana, talk.number, SEVENTH, now=MONDAY)
    _code, asked = begun(ana, training)
    with conflict(CohortReason.PART_OF_A_COHORT):
        service.begin_cohort(ana, asked.number, SEVENTH, now=MONDAY)
    with rejection(size=GroundReason.COUNT_OUT_OF_RANGE):
        service.begin_cohort(ana, asked_for(training).number, CohortDraft(4, SchoolLevel.PRIMARY, 7), now=MONDAY)


def test_others_neither_read_nor_change_it(ana, training):
    code, asked = begun(ana, training)

    with pytest.raises(NotAllowed):
        service.give_up(an_actor(Role.EDUCATOR), code, 1, now=MONDAY)
    with pytest.raises(NotFound):
        service.give_up(an_actor(Role.COORDINATOR), code, 1, now=MONDAY)
    with pytest.raises(NotFound):
        queries.cohort_page(an_actor(Role.COORDINATOR), code)
    assert queries.cohorts(an_actor(Role.COORDINATOR), CohortFilters(), TODAY).total == 0
    assert queries.own_cohort(school_contact(asked.id, asked.host_id)).code == code
    with pytest.raises(NotFound):
        queries.own_cohort(school_contact(asked_for(training).id, asked.host_id))


def test_further_parts_are_requests_of_the_same_school_and_what_ended_takes_none(ana, training):
    code, asked = begun(ana, training)
    more, elsewhere = asked_for(training, host_id=asked.host_id), asked_for(training)
    cohort_id = queries.cohort_page(ana, code).row.id

    with conflict(CohortReason.OF_ANOTHER_SCHOOL):
        service.join_cohort(ana, elsewhere.number, cohort_id, now=MONDAY)
    assert service.join_cohort(ana, more.number, cohort_id, now=MONDAY) == code

    assert [one.skill for one in queries.cohort_page(ana, code).row.parts] == [RECOGNISE, HELP]

    service.give_up(ana, code, 1, now=MONDAY)
    row = queries.cohort_page(ana, code).row

    with conflict(CohortReason.COHORT_HAS_ENDED):
        service.join_cohort(ana, asked_for(training, host_id=asked.host_id).number, row.id, now=MONDAY)
    with pytest.raises(Conflict):
        service.give_up(ana, code, row.version, now=MONDAY)


def test_the_next_part_is_asked_for_through_the_door_of_requests_and_once(ana, training):
    code, asked = begun(ana, training)
    draft = a_draft(programme_id=training.id, host_id=asked.host_id, presentations=(a_presentation(pupils=12),))
    first = service.ask_part(ana, code, draft, form_key="once", now=MONDAY)
    again = service.ask_part(ana, code, draft, form_key="once", now=MONDAY)
    parts = queries.cohort_page(ana, code).row.parts
    assert (first, [one.skill for one in parts]) == (again, [RECOGNISE, HELP])


def test_a_size_is_corrected_for_a_reason_that_stands_in_the_audit(ana, training, session):
    code, _asked = begun(ana, training)
    with pytest.raises(Rejected) as refused:
        service.correct_size(ana, code, 3, None, 1, now=MONDAY)
    assert set(refused.value.problems) == {"size", "why"}
    service.correct_size(ana, code, 14, CohortCause.JOINED, 1, now=MONDAY)
    with pytest.raises(Conflict):
        service.correct_size(ana, code, 15, CohortCause.JOINED, 1, now=MONDAY)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "cohort size corrected")).one()
    assert '"why": "joined"' in entry.details
    assert queries.cohort_page(ana, code).row.size == 14


@pytest.mark.both_databases
def test_a_level_rises_with_what_was_held_by_hand_or_by_night(ana, training):
    code, asked = begun(ana, training)
    with conflict(CohortReason.LEVEL_NOT_EARNED):
        service.note_level(ana, code, 1, now=MONDAY)
    assert refusal("UPDATE cohort SET level = 1") == "level_is_earned"
    hold(asked, training)

    assert service.note_level(ana, code, 1, now=MONDAY) == 1
    assert refusal("UPDATE cohort SET level = 2") == "level_is_earned"
    assert refusal("UPDATE cohort SET level = 0") == "level_only_rises"

    host = make_host().id
    parts = [(skill, held_request(training, host)) for skill in CohortSkill]
    row = make_cohort(training, host, *parts)
    assert (service.raise_levels(MONDAY), service.raise_levels(MONDAY)) == (1, 0)
    assert queries.cohort_page(ana, row.code).row.level == 3
    assert queries.violations() == []


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE cohort SET size = 4", "ck_cohort_size_of_a_group"),
        ("UPDATE cohort SET grade = 9", "ck_cohort_grade_of_its_school"),
        ("UPDATE cohort SET gave_up_on = '2020-01-01'", "ck_cohort_given_up_while_it_lives"),
        ("UPDATE cohort SET ends_on = '2030-08-31'", "cohort_keeps_its_school"),
        ("UPDATE cohort SET code = 'Marko'", "cohort_keeps_its_school"),
        ("DELETE FROM cohort_part", "part_stays"),
        ("UPDATE cohort_part SET skill = 'report'", "part_keeps_its_cohort"),
    ],
)
def test_the_database_refuses_what_no_cohort_can_be(ana, training, statement, law):
    host = make_host().id
    make_cohort(training, host, (RECOGNISE, held_request(training, host)), level=1)
    assert refusal(statement) == law


@pytest.mark.both_databases
def test_the_database_refuses_a_part_of_another_school_and_a_level_from_nothing(ana, training):
    row = make_cohort(training, make_host().id)
    other = asked_for(training)
    copied = "code, centre_id, programme_id, host_id, school_level, grade, size, began_on, ends_on, version"
    with database_refusal("part_fits_its_cohort") as session:
        session.add(CohortPart(cohort_id=row.id, school_request_id=other.id, skill=REPORT))
    statement = f"INSERT INTO cohort ({copied}, level) SELECT {copied.replace('code', chr(39) + 'X' + chr(39), 1)}, 1"
    assert refusal(f"{statement} FROM cohort") == "level_is_earned"
    assert refusal("DELETE FROM cohort") == "cohort_stays"


def test_lists_are_narrowed_by_town_state_level_year_and_what_waits(ana, training):
    host = make_host().id
    held = [(skill, held_request(training, host)) for skill in CohortSkill]
    trained = make_cohort(training, host, *held, level=3)
    on_its_way = make_cohort(training, host, (RECOGNISE, asked_for(training, host_id=host)))
    off = asked_for(training, host_id=host, state=RequestState.DECLINED)
    waits = make_cohort(training, host, (RECOGNISE, off), size=20)
    old = make_cohort(training, host, began_on=dt.date(2024, 10, 1), ends_on=dt.date(2025, 8, 31))
    day = dt.date(2026, 5, 4)

    def found(**given):
        return {one.code for one in queries.cohorts(ana, CohortFilters(**given), day).rows}

    assert found(waits=True) == {waits.code}
    assert found(state=CohortState.TRAINED) == found(level=3) == {trained.code}
    assert found(state=CohortState.NEW) == {on_its_way.code, waits.code}
    assert found(state=CohortState.RUN_OUT) == found(school_year=2025) == {old.code}
    assert found(city="Не постоји") == set()
    assert {one.code for one in queries.living_cohorts(ana.centre_id, host, day)} == {
        trained.code,
        on_its_way.code,
        waits.code,
    }


def test_trainings_without_a_cohort_are_named_and_found_by_their_programme(ana, training, session):
    code, asked = begun(ana, training)
    more = asked_for(training, host_id=asked.host_id)
    make_school_request(centre_id=ana.centre_id)
    loose = queries.loose_trainings(ana, TODAY)
    row = queries.cohort_page(ana, code).row
    assert [(one.number, one.pupils, one.candidates) for one in loose] == [(more.number, 90, ((row.id, code),))]

    with effort(db.engine) as made:
        queries.loose_trainings(ana, TODAY)
    (asked,) = [one for one in made.statements if "requested_presentation" in one]
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", (1,) * asked.count("?")).all()
    assert any("ix_school_request_programme_id_last_day" in row[3] for row in plan), plan


def test_cohorts_follow_a_typed_school_to_the_listed_one(ana, training, session):
    typed, listed = make_host(listed=False, register_id=None).id, make_host().id
    code, _asked = begun(ana, training, host_id=typed)
    service.merge_host(ana, typed, listed, now=MONDAY)
    assert queries.cohort_page(ana, code).row.host_id == listed
    assert session.scalar(select(Cohort.host_id)) == listed
    assert session.get(Host, typed) is not None


HOTLINE, ADULT = ReportingWay.HOTLINE, ReportingWay.TELL_ADULT


@pytest.fixture
def cohort(ana):
    """One whose part of reporting is held today."""
    training, host = make_training(ana.centre_id), make_host().id
    asked = make_school_request(RequestState.CONFIRMED, programme=training, host_id=host)
    day = MONDAY.date()
    make_visit(VisitState.CONFIRMED, programme=training, host_id=host, school_request_id=asked.id, on_day=day)
    return make_cohort(training, host, (CohortSkill.REPORT, asked))


def part_of(ana, cohort):
    return practice.practice_links(ana, cohort.code)[0]


@pytest.mark.both_databases
def test_answers_of_groups_are_added_up_and_nothing_else_is_kept(ana, cohort):
    part_id, _key = part_of(ana, cohort)
    said = [service.answer_case(part_id, "fake_shop", way, now=MONDAY) for way in (ADULT, HOTLINE, ADULT)]
    assert said == [True, False, True]
    assert practice.sums_of(cohort.code) == {"fake_shop": PracticeSums(3, 2)}
    with transaction() as session:
        columns = set(session.execute(sa.text("SELECT * FROM practice_sum")).keys())
    assert columns == {"id", "part_id", "code", "groups", "correct"}


def test_answers_count_on_the_day_of_the_training_alone_of_known_cases_and_its_page_opens_with_its_own_key(ana, cohort):
    part_id, _key = part_of(ana, cohort)
    with conflict(CohortReason.PRACTICE_IS_CLOSED):
        service.answer_case(part_id, "fake_shop", ADULT, now=MONDAY + dt.timedelta(days=1))
    with pytest.raises(NotFound):
        service.answer_case(part_id, "Marko", ADULT, now=MONDAY)
    part_id, key = part_of(ana, cohort)
    assert practice.practice_behind(cohort.code, part_id, key).part_id == part_id
    for wrong in ((cohort.code, part_id, "0" * 16), (cohort.code, part_id, "ж"), ("D-1", part_id, key)):
        with pytest.raises(NotFound):
            practice.practice_behind(*wrong)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE practice_sum SET correct = 2", "ck_practice_sum_no_more_right_than_all"),
        ("UPDATE practice_sum SET groups = 61", "ck_practice_sum_groups_of_a_class"),
        ("UPDATE practice_sum SET correct = 0", "sums_only_rise"),
        ("UPDATE practice_sum SET code = 'Marko'", "sums_only_rise"),
    ],
)
def test_the_database_keeps_sums_that_can_be(ana, cohort, statement, law):
    service.answer_case(part_of(ana, cohort)[0], "fake_shop", ADULT, now=MONDAY)
    with database_refusal(law) as session:
        session.execute(sa.text(statement))


@pytest.mark.both_databases
def test_a_centre_tells_a_case_in_its_own_words_and_another_does_not_read_them(ana):
    case = practice.case_of(ana.centre_id, "stranger")
    own = replace(case, story_sr_cyrl="Непознати тражи слику.", ways=frozenset({ADULT}))
    service.word_case(ana, own, now=MONDAY)
    service.word_case(ana, own, now=MONDAY)
    found = practice.case_of(ana.centre_id, "stranger")
    assert (found.story_sr_cyrl, found.ways, found.own) == ("Непознати тражи слику.", {ADULT}, True)
    assert practice.case_of(an_actor(Role.COORDINATOR).centre_id, "stranger") == case


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"story_sr_cyrl": "Марко тражи слику."}, {"story_sr_cyrl": GroundReason.NAME_IN_TEXT}),
        ({"why_en": "Call 064 123 4567"}, {"why_en": GroundReason.PHONE_IN_TEXT}),
        ({"story_en": "0101990710008"}, {"story_en": GroundReason.IDENTITY_NUMBER}),
        ({"why_sr_cyrl": ""}, {"why_sr_cyrl": GroundReason.MISSING}),
        ({"ways": frozenset()}, {"ways": CohortReason.WAY_MISSING}),
    ],
)
def test_a_case_that_names_somebody_is_refused_beside_its_field(ana, changed, problems):
    with rejection(**problems):
        service.word_case(ana, replace(practice.case_of(ana.centre_id, "stranger"), **changed), now=MONDAY)


def test_only_who_changes_cohorts_words_cases(ana):
    officer = an_actor(Role.SAFEGUARDING)
    with pytest.raises(NotAllowed):
        service.word_case(officer, practice.shipped_cases()[0], now=MONDAY)


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_the_sheet_holds_every_case_and_where_to_report(language, tmp_path):
    cases = tuple(one.story(language) for one in practice.shipped_cases())
    sheet = PracticeSheet("Centre", "printed", cases, "netpatrola.rs")
    text = words_of(saved(pdf.draw(sheet, language), tmp_path))
    assert "19833" in text
    assert "netpatrola.rs" in text
    assert all(case.split()[0] in text for case in cases)
