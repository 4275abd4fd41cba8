"""Figures are entered, read from files, corrected, signed and published; the database refuses what disagrees."""

import datetime as dt
import json

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from scheduler.core.audit import AuditEntry
from scheduler.core.clock import local_day
from scheduler.core.db import db, transaction
from scheduler.core.errors import GroundReason, NotAllowed, NotFound, Rejected
from scheduler.core.refusals import refused_by
from scheduler.helpline import queries
from scheduler.helpline.imports import read_helpline
from scheduler.helpline.models import HelplineCode, HelplineCount, HelplinePeriod, HelplinePublicCell
from scheduler.helpline.service import figures
from scheduler.helpline.service import figures as service
from scheduler.helpline.service.figures import enter_month
from scheduler.helpline.service.importing import import_helpline, take_back_helpline
from scheduler.helpline.service.lists import add_list, take_list_back
from scheduler.helpline.terms import SHIPPED_LISTS, CorrectionCause, HelplineMargin, HelplineReason
from scheduler.imports.batches import HangsOnIt
from scheduler.imports.staging import Filing
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.helpline import a_list, helpline_draft
from tests.factories.people import an_actor, make_centre
from tests.factories.places import make_district
from tests.refusals import conflict, rejection
from tests.workbooks import a_workbook

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
    with rejection(**problems):
        entered(ana, **changed)


def test_no_day_is_counted_twice_and_no_column_takes_a_typed_text(ana, app):
    entered(ana)
    with rejection(first_day=HelplineReason.DAYS_ENTERED_ALREADY):
        entered(ana, first=dt.date(2026, 1, 27))

    # Codes are of a list; what else is a text is a number, a day or a reference.
    texts = {
        f"{model.__tablename__}.{column.name}"
        for model in (HelplinePeriod, HelplineCount)
        for column in model.__table__.columns
        if type(column.type) is sa.String
    }
    assert texts == {"helpline_count.code"}


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
            "communications": [100, 99], "calls": [80, 79], "topic.grooming": [20, 0], "topic.sextortion": [0, 8],
        },
    }  # fmt: skip


def test_who_read_older_figures_corrects_and_signs_nothing(ana):
    period_id = entered(ana)
    service.correct_month(ana, period_id, helpline_draft(calls=70, mails=30), CorrectionCause.OTHER_CODE, 1, now=MONDAY)
    with conflict("changed_meanwhile"):
        service.correct_month(ana, period_id, helpline_draft(), CorrectionCause.OTHER_CODE, 1, now=MONDAY)
    with conflict("changed_meanwhile"):
        service.sign_month(ana, period_id, 1, now=MONDAY)


def test_a_signed_month_is_locked_until_somebody_opens_it_with_a_reason(ana):
    period_id = entered(ana)
    service.sign_month(ana, period_id, 1, now=MONDAY)
    with conflict("figures_are_signed"):
        service.correct_month(ana, period_id, helpline_draft(), CorrectionCause.CAME_LATER, 1, now=MONDAY)
    service.open_month(ana, period_id, CorrectionCause.CAME_LATER, now=MONDAY)
    wish = helpline_draft(calls=70, mails=30)
    service.correct_month(ana, period_id, wish, CorrectionCause.CAME_LATER, 2, now=MONDAY)
    assert stored(ana, period_id).figures.totals == wish.totals


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
    with rejection(first_day=HelplineReason.PUBLISHED_ALREADY):
        service.publish(ana, FEBRUARY[0], FEBRUARY[1], now=MONDAY)
    assert session.scalar(sa.select(sa.func.min(HelplinePublicCell.number)).where(HelplinePublicCell.number > 0)) >= 5


HEAD = "први дан;последњи дан;шта се броји;шифра;број"
GOOD = f"""{HEAD}
1.1.2024;31.1.2024;pozivi;;80
1.1.2024;31.1.2024;mails;;20
1.1.2024;31.1.2024;communications;;100
1.1.2024;31.1.2024;саветодавни;;24
1.1.2024;31.1.2024;policija;;6
1.1.2024;31.1.2024;тема;grooming;20
1.4.2024;26.4.2024;позиви;;7
"""


@pytest.fixture
def desk(session):
    return an_actor(Role.COORDINATOR)


def read(text):
    return read_helpline(text if isinstance(text, bytes) else text.encode(), today=local_day(MONDAY))


def taken_in(actor, text, **given):
    return import_helpline(actor, read(text), Filing(MONDAY, actor.centre_id, "a.csv", **given))


def stored_months(actor):
    return queries.months_of(actor.centre_id, dt.date(2024, 1, 1), dt.date(2024, 12, 31))


@pytest.mark.both_databases
def test_whole_periods_are_stored_once_and_taken_back_whole(desk, session):
    assert taken_in(desk, GOOD, dry_run=True).new == 2
    assert stored_months(desk) == []

    outcome = taken_in(desk, GOOD)

    january, april = stored_months(desk)
    told = january.figures
    assert [told.total(name) for name in ("communications", "calls", "cases", "forwarded")] == [100, 80, 30, 6]
    assert told.margin(HelplineMargin.TOPIC) == {"grooming": 20}
    assert (april.figures.last_day, april.figures.total("communications")) == (dt.date(2024, 4, 26), 7)
    assert (taken_in(desk, GOOD).same, len(stored_months(desk))) == (2, 2)

    take_back_helpline(desk, outcome.batch_id, now=MONDAY)
    assert session.scalar(select(func.count(HelplinePeriod.id))) == 0
    assert session.scalar(select(func.count(HelplineCount.id))) == 0


def test_an_import_that_was_signed_since_stays(desk):
    outcome = taken_in(desk, GOOD)
    figures.sign_month(desk, stored_months(desk)[0].id, 1, now=MONDAY)
    with pytest.raises(HangsOnIt):
        take_back_helpline(desk, outcome.batch_id, now=MONDAY)


def test_a_workbook_is_read_as_well(desk):
    lines = [[int(cell) if cell.isdigit() else cell for cell in line.split(";")] for line in GOOD.strip().splitlines()]
    assert taken_in(desk, a_workbook(lines)).new == 2


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1.2.2024;29.2.2024;communications;;9", ("communications: 9 – 0", "sum_disagrees")),
        ("1.2.2024;29.2.2024;тема;grooming;9", ("topic: 0 – 9", "sum_disagrees")),
        ("1.2.2024;1.3.2024;calls;;9", ("последњи дан", "not_one_month")),
        ("1.9.2026;30.9.2026;calls;;9", ("последњи дан", "in_the_future")),
        ("31.2.2024;31.2.2024;calls;;9", ("први дан", "not_a_day")),
        ("1.2.2024;29.2.2024;Petar from Nis;;9", ("шта се броји", "unknown_figure")),
        ("1.2.2024;29.2.2024;calls;Petar;9", ("шифра", "unknown_figure")),
        ("1.2.2024;29.2.2024;topic;;9", ("шифра", "missing")),
        ("1.2.2024;29.2.2024;calls;;many", ("број", "not_a_number")),
        ("1.1.2024;31.1.2024;calls;;1", ("шта се броји", "number_twice")),
        ("1.2.2024;29.2.2024;calls;;0101990710008", ("број", "identity_number")),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(desk, line, problem):
    outcome = taken_in(desk, GOOD + line)
    assert problem in [(one.column, one.problem) for one in outcome.problems]
    assert stored_months(desk) == []


def test_a_code_that_no_list_has_and_days_that_are_stored_otherwise_are_refused(desk):
    strange = taken_in(desk, f"{HEAD}\n1.1.2024;31.1.2024;advisory;;9\n1.1.2024;31.1.2024;topic;Petar;9\n")
    assert [(one.column, one.problem) for one in strange.problems] == [("topic", "unknown_code")]
    taken_in(desk, GOOD)
    other = taken_in(desk, f"{HEAD}\n27.1.2024;31.1.2024;calls;;9\n")
    assert [(one.column, one.problem) for one in other.problems] == [("first_day", "days_entered_already")]


DAY = dt.date
JULY, AUGUST = (DAY(2026, 7, 1), DAY(2026, 7, 31)), (DAY(2026, 8, 1), DAY(2026, 8, 31))


@pytest.mark.both_databases
def test_a_month_is_counted_by_the_list_of_its_first_day_and_stays_so(desk):
    enter_month(desk, helpline_draft(*JULY, topic={"grooming": 3}), now=MONDAY)
    version = add_list(desk, a_list(), now=MONDAY)

    with pytest.raises(Rejected) as unknown:
        enter_month(desk, helpline_draft(*AUGUST, topic={"grooming": 3}), now=MONDAY)
    enter_month(desk, helpline_draft(*AUGUST, topic={"ai_pictures": 3}), now=MONDAY)

    months = queries.months_of(desk.centre_id, JULY[0], AUGUST[1])
    assert unknown.value.problems == {"topic": GroundReason.UNKNOWN}
    assert (version, [one.code_list for one in months]) == (SHIPPED_LISTS + 1, [1, version])
    assert [one.version for one in queries.lists_up_to(version)] == [1, version]
    assert queries.code_list(version).of(HelplineMargin.TOPIC) == ("sextortion", "ai_pictures")
    assert [(one.own, one.periods) for one in queries.stored_lists(desk.centre_id)] == [(True, 1), (False, 1)]


@pytest.mark.both_databases
def test_it_is_the_centres_own(desk):
    add_list(desk, a_list(), now=MONDAY)
    others = make_centre().id
    assert [one.version for one in queries.code_lists(others)] == [1]
    with pytest.raises(NotFound):
        take_list_back(an_actor(Role.COORDINATOR, centre_id=others), SHIPPED_LISTS + 1, now=MONDAY)
    with pytest.raises(NotAllowed):
        add_list(an_actor(Role.EDUCATOR, centre_id=desk.centre_id), a_list(), now=MONDAY)
    assert add_list(an_actor(Role.ADMINISTRATOR, centre_id=others), a_list(), now=MONDAY) == SHIPPED_LISTS + 2


@pytest.mark.both_databases
def test_it_is_taken_back_while_nothing_is_counted_by_it(desk):
    first = add_list(desk, a_list(), now=MONDAY)
    take_list_back(desk, first, now=MONDAY)
    assert db.session.scalar(select(func.count(HelplineCode.id)).where(HelplineCode.code_list == first)) == 0
    again = add_list(desk, a_list(), now=MONDAY)
    enter_month(desk, helpline_draft(*AUGUST), now=MONDAY)
    with conflict(HelplineReason.LIST_IS_COUNTED_BY):
        take_list_back(desk, again, now=MONDAY)
    with pytest.raises(Rejected):
        add_list(desk, a_list(), now=MONDAY)


@pytest.mark.both_databases
@pytest.mark.parametrize("act", ["DELETE FROM helpline_list", "UPDATE helpline_list SET first_day = '2026-01-01'"])
def test_the_database_keeps_a_list_that_is_counted_by(desk, act):
    add_list(desk, a_list(), now=MONDAY)
    enter_month(desk, helpline_draft(*AUGUST), now=MONDAY)
    with pytest.raises(IntegrityError, match="list_stays"):
        db.session.execute(text(act))
    db.session.rollback()
