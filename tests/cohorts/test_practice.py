"""The practice of reporting: cases are a centre's own, answers are sums of groups, and only on the day."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from scheduler.cohorts import pdf, service
from scheduler.cohorts.queries import practice
from scheduler.cohorts.terms import CohortReason, CohortSkill, PracticeSheet, PracticeSums, ReportingWay
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, NotAllowed, NotFound, Rejected
from scheduler.core.refusals import refused_by
from scheduler.policy import Role
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.cohorts import make_cohort, make_training
from tests.factories.people import an_actor
from tests.factories.places import make_host
from tests.factories.requests import make_school_request
from tests.factories.visits import make_visit
from tests.papers import saved, words_of

HOTLINE, ADULT = ReportingWay.HOTLINE, ReportingWay.TELL_ADULT


@pytest.fixture
def ana(session):
    return an_actor(Role.COORDINATOR)


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

    with pytest.raises(Conflict) as refused:
        service.answer_case(part_id, "fake_shop", ADULT, now=MONDAY + dt.timedelta(days=1))
    assert refused.value.reason is CohortReason.PRACTICE_IS_CLOSED
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

    with pytest.raises(sa.exc.IntegrityError) as refused, transaction() as session:
        session.execute(sa.text(statement))
    assert refused_by(refused.value) == law


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
    with pytest.raises(Rejected) as refused:
        service.word_case(ana, replace(practice.case_of(ana.centre_id, "stranger"), **changed), now=MONDAY)
    assert refused.value.problems == problems


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
