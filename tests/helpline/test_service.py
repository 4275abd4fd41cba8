"""Figures are entered, corrected, signed off, opened and published; the database refuses what disagrees."""

import datetime as dt
import json

import pytest
import sqlalchemy as sa

from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, NotAllowed, NotFound, Rejected
from scheduler.core.refusals import refused_by
from scheduler.helpline import queries
from scheduler.helpline.models import HelplineCount, HelplinePeriod, HelplinePublicCell
from scheduler.helpline.service import figures as service
from scheduler.helpline.terms import CorrectionCause, HelplineMargin, HelplineReason
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.helpline import helpline_draft
from tests.factories.people import an_actor
from tests.factories.places import make_district

FEBRUARY = (dt.date(2026, 2, 1), dt.date(2026, 2, 28))


@pytest.fixture
def ana(session):
    return an_actor(Role.ADMINISTRATOR)


def entered(actor, **changed):
    return service.enter_month(actor, helpline_draft(**changed), now=MONDAY)


def stored(actor, period_id):
    return queries.month(actor.centre_id, period_id)


@pytest.mark.both_databases
def test_what_is_entered_is_read_again_with_its_margins(ana):
    iso = make_district().iso
    draft = helpline_draft(topic={"grooming": 20, "other": 0}, district={iso: 9}, age={"from_11": 3}, act={"kz_215": 6})

    found = stored(ana, service.enter_month(ana, draft, now=MONDAY))

    assert found.figures.totals == draft.totals
    assert found.figures.margin(HelplineMargin.TOPIC) == {"grooming": 20}
    assert found.figures.margin(HelplineMargin.DISTRICT) == {iso: 9}
    assert (found.code_list, found.version, found.signed_at) == (1, 1, None)


def test_another_centre_and_who_does_not_enter_figures_are_refused_and_an_administrator_alone_publishes(ana, session):
    period_id, other = entered(ana), an_actor(Role.COORDINATOR)

    with pytest.raises(NotFound):
        service.sign_month(other, period_id, 1, now=MONDAY)
    with pytest.raises(NotFound):
        queries.month(other.centre_id, period_id)

    for role in (Role.EDUCATOR, Role.SAFEGUARDING):
        with pytest.raises(NotAllowed):
            entered(an_actor(role))

    with pytest.raises(NotAllowed):
        service.publish(an_actor(Role.COORDINATOR), *FEBRUARY, now=MONDAY)


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"calls": 81}, {"communications": HelplineReason.SUM_DISAGREES}),
        ({"cases": 31}, {"cases": HelplineReason.SUM_DISAGREES}),
        ({"to_police": 5}, {"forwarded": HelplineReason.SUM_DISAGREES}),
        ({"caller": {"child": 101}}, {"caller": HelplineReason.MORE_THAN_ITS_TOTAL}),
        ({"topic": {"a name": 1}}, {"topic": GroundReason.UNKNOWN}),
        ({"district": {"RS-99": 1}}, {"district": GroundReason.UNKNOWN}),
        ({"calls": 101, "mails": -1}, {"communications": GroundReason.COUNT_OUT_OF_RANGE}),
    ],
)
def test_what_disagrees_is_refused_beside_its_field(ana, changed, problems):
    with pytest.raises(Rejected) as refused:
        entered(ana, **changed)
    assert refused.value.problems == problems


def test_no_day_is_counted_twice(ana):
    entered(ana)

    with pytest.raises(Rejected) as refused:
        entered(ana, first=dt.date(2026, 1, 27))
    assert refused.value.problems == {"first_day": HelplineReason.DAYS_ENTERED_ALREADY}


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE helpline_period SET calls = calls + 1", "ck_helpline_period_communications_are_channels"),
        ("UPDATE helpline_period SET advisory = advisory - 1", "ck_helpline_period_cases_are_outcomes"),
        ("UPDATE helpline_period SET to_police = 5, to_health = 2", "ck_helpline_period_forwarded_are_by_whom"),
        (
            "UPDATE helpline_period SET cases = 3, advisory = 0, forwarded = 3, to_police = 3",
            "margins_fit_their_totals",
        ),
        ("UPDATE helpline_count SET number = 31 WHERE code = 'grooming'", "margin_fits_its_total"),
        ("UPDATE helpline_count SET number = 0 WHERE code = 'grooming'", "ck_helpline_count_counts_something"),
        ("UPDATE helpline_count SET code = 'Marko from Nis' WHERE code = 'grooming'", "code_is_known"),
        ("UPDATE helpline_count SET code = 'Marko' WHERE margin = 'age'", "ck_helpline_count_age_is_a_band"),
        ("UPDATE helpline_code SET code = 'Marko' WHERE code = 'other'", "code_stays"),
    ],
)
def test_the_database_refuses_sums_that_disagree_and_codes_that_no_list_has(ana, statement, law):
    entered(ana, topic={"grooming": 20}, age={"from_11": 3})

    assert refusal(statement) == law


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE helpline_period SET calls = calls - 1, mails = mails + 1",
        "UPDATE helpline_period SET signed_at = NULL, last_day = '2026-01-30'",
        "UPDATE helpline_period SET signed_at = NULL",
        "DELETE FROM helpline_period",
        "UPDATE helpline_count SET number = 1",
        "DELETE FROM helpline_count",
        "INSERT INTO helpline_count (period_id, margin, code, number)"
        " SELECT id, 'age', 'adult', 1 FROM helpline_period",
    ],
)
def test_the_database_keeps_what_is_signed(ana, statement):
    service.sign_month(ana, entered(ana, topic={"grooming": 20}), 1, now=MONDAY)

    assert refusal(statement) == "signed_figures_stay"


@pytest.mark.both_databases
def test_the_database_keeps_what_was_published_and_no_period_is_published_twice(ana):
    service.sign_month(ana, entered(ana), 1, now=MONDAY)
    service.publish(ana, dt.date(2026, 1, 1), dt.date(2026, 1, 31), now=MONDAY)

    assert refusal("UPDATE helpline_public_cell SET number = 7") == "published_figures_stay"
    assert refusal("DELETE FROM helpline_publication") == "published_figures_stay"
    assert refusal("UPDATE helpline_period SET publication_id = NULL") == "published_period_stays"


def refusal(statement):
    with pytest.raises(sa.exc.IntegrityError) as refused, transaction() as session:
        session.execute(sa.text(statement))
    return refused_by(refused.value)


@pytest.mark.both_databases
def test_a_correction_has_a_reason_and_its_history(ana, session):
    period_id = entered(ana, topic={"grooming": 20})

    wish = helpline_draft(calls=79, communications=99, topic={"sextortion": 8})
    service.correct_month(ana, period_id, wish, CorrectionCause.COUNTED_TWICE, 1, now=MONDAY)

    assert stored(ana, period_id).figures.totals == wish.totals
    told = json.loads(session.scalars(sa.select(AuditEntry.details).order_by(AuditEntry.id.desc())).first())
    assert told == {
        "why": "counted_twice",
        "changes": {
            "communications": [100, 99],
            "calls": [80, 79],
            "topic.grooming": [20, 0],
            "topic.sextortion": [0, 8],
        },
    }


def test_a_signed_month_is_locked_until_it_is_opened_and_who_read_older_figures_changes_nothing(ana):
    period_id = entered(ana)
    service.sign_month(ana, period_id, 1, now=MONDAY)

    with pytest.raises(Conflict, match="figures_are_signed"):
        service.correct_month(ana, period_id, helpline_draft(), CorrectionCause.CAME_LATER, 1, now=MONDAY)
    service.open_month(ana, period_id, CorrectionCause.CAME_LATER, now=MONDAY)
    wish = helpline_draft(calls=70, mails=30)
    service.correct_month(ana, period_id, wish, CorrectionCause.CAME_LATER, 2, now=MONDAY)

    assert stored(ana, period_id).figures.totals == wish.totals

    service.correct_month(ana, period_id, helpline_draft(calls=70, mails=30), CorrectionCause.OTHER_CODE, 1, now=MONDAY)

    with pytest.raises(Conflict, match="changed_meanwhile"):
        service.correct_month(ana, period_id, helpline_draft(), CorrectionCause.OTHER_CODE, 1, now=MONDAY)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        service.sign_month(ana, period_id, 1, now=MONDAY)


@pytest.mark.both_databases
def test_what_is_published_hides_small_cells_and_stays_as_it_was_told(ana, session):
    first = entered(ana, topic={"grooming": 20, "sextortion": 3})
    second = entered(ana, first=FEBRUARY[0], last=FEBRUARY[1])
    for period_id in (first, second):
        service.sign_month(ana, period_id, 1, now=MONDAY)

    service.publish(ana, dt.date(2026, 1, 1), FEBRUARY[1], now=MONDAY)
    service.open_month(ana, first, CorrectionCause.CAME_LATER, now=MONDAY)
    wish = helpline_draft(calls=81, communications=101)
    service.correct_month(ana, first, wish, CorrectionCause.CAME_LATER, 2, now=MONDAY)

    (public,) = queries.publications()
    told = {(one.margin, one.code): one.number for one in public.numbers}
    assert told["total", "communications"] == 200
    assert (told["month", "2026-01-01"], told["month", "2026-02-01"]) == (100, 100)
    assert (told["topic", "sextortion"], told["topic", "grooming"], told["topic", "not_known"]) == (None, None, 37)
    with pytest.raises(Rejected) as refused:
        service.publish(ana, FEBRUARY[0], FEBRUARY[1], now=MONDAY)
    assert refused.value.problems == {"first_day": HelplineReason.PUBLISHED_ALREADY}
    assert session.scalar(sa.select(sa.func.min(HelplinePublicCell.number)).where(HelplinePublicCell.number > 0)) >= 5


def test_no_column_of_these_tables_takes_a_text_that_somebody_types(app):
    """Codes are of a list; what else is a text is a number, a day or a reference."""
    texts = {
        f"{model.__tablename__}.{column.name}"
        for model in (HelplinePeriod, HelplineCount)
        for column in model.__table__.columns
        if type(column.type) is sa.String
    }

    assert texts == {"helpline_count.code"}
