"""Presenters by pages, by name, by need and by their proofs: the database says what the rules say of all."""

import datetime as dt
import random
from itertools import combinations

import pytest
from sqlalchemy import delete, select, update

from scheduler.core.db import transaction
from scheduler.core.sorting import Sort
from scheduler.core.text import fold
from scheduler.core.ways import NamedWay, opened_way
from scheduler.people.models import AvailabilityException, AvailableHours, Presenter, User
from scheduler.people.queries import exceptions_of, hours_of
from scheduler.people.terms import PresenterKind
from scheduler.programmes.models import CampaignMember
from scheduler.safeguarding.models import Vetting
from scheduler.safeguarding.queries import clearances_by_id
from scheduler.safeguarding.terms import ProofStanding, VettingResult, WithdrawnBy
from scheduler.staffing.models.open_calls import RaisedHand
from scheduler.staffing.queries import candidates as by_pages
from scheduler.staffing.queries.availability import availability_of, names_and_availability
from scheduler.staffing.queries.by_name import presenter_ids_page, presenter_names
from scheduler.staffing.queries.candidates import SHOWN_AT_ONCE, candidates, candidates_by_need
from scheduler.staffing.queries.clearances import SORTS, Lacks, clearance_pages, presenters_page, proof_pages
from scheduler.staffing.queries.open_calls import hands_of
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.clearance import clearance, clearances
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_presenter, works
from tests.factories.places import make_municipality
from tests.factories.programmes import make_campaign
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_consent, make_vetting
from tests.visits.scene import Scene

TODAY, DAY = MONDAY.date(), dt.timedelta(days=1)
FAMILIES = ("Žikić", "Ђурић", "Đurić", "Šarić", "Савић", "Savić", "van der Ćirić", "O'Hara-Jović", "%", "Ђурић ")
GIVEN = ("Ana", "Ана", "Đorđe", "Ана Марија", "Ana Marija", "Жика", "Zoran", "2 Ana")


@pytest.fixture
def many_names(session) -> int:
    """Some share both names, some write them in other letters, one is gone, some are suspended, one is elsewhere."""
    many_names: int = make_centre().id
    names = [(family, given) for family in FAMILIES for given in GIVEN]
    for number, (family, given) in enumerate(random.Random(5).sample(names, 45) + names[:9]):
        spelled = {"family_name": family, "given_name": given, "email": f"p{number}@a.example"}
        one = make_presenter(centre_id=many_names, **spelled)
        with transaction() as inside:
            if number % 7 == 3:
                inside.get(Presenter, one.id).suspended_at = MONDAY
            if number == 8:
                inside.get(User, one.user_id).erased_at = MONDAY
    make_presenter()
    return many_names


@pytest.mark.both_databases
def test_a_page_is_that_part_of_the_whole_list_wherever_it_begins(many_names):
    for among in ((), (Presenter.suspended_at.is_(None),), (Presenter.id < 0,)):
        whole = [one.presenter_id for one in presenter_names(many_names, *among)]
        for rows in [slice(0, 100), slice(100, 200)] + [slice(at, at + many) for many in (1, 7) for at in range(60)]:
            assert presenter_ids_page(many_names, *among, rows=rows) == (whole[rows], len(whole))


@pytest.mark.both_databases
def test_names_come_with_the_days_of_each_in_one_question(many_names):
    every = presenter_names(many_names)
    with transaction() as writing:
        for number, one in enumerate(every[:20]):
            hours = {"from_local": dt.time(9), "until_local": dt.time(11 + number % 3)}
            writing.add(AvailableHours(presenter_id=one.presenter_id, weekday=number % 5, **hours))
            span = {"first_day": TODAY - number * DAY, "last_day": TODAY + (number % 4) * DAY}
            who = every[number * 2].presenter_id
            writing.add(AvailabilityException(presenter_id=who, available=number % 2 == 0, **span))
    for part in (every, every[30:5:-2], every[:1]):
        ids, days = [one.presenter_id for one in part], (TODAY + DAY, TODAY + 7 * DAY)
        with statements() as asked:
            found = names_and_availability(ids, *days)
        assert found == (part, availability_of(ids, *days))
        assert [one.full_name for one in found[0]] == [one.full_name for one in part]
        assert [one.given_name.other for one in found[0]] == [one.given_name.other for one in part]
        at_most(1, asked)
    assert names_and_availability([], TODAY, TODAY) == ([], ({}, {}))


@pytest.mark.both_databases
@pytest.mark.usefixtures("session")
def test_hours_and_exceptions_are_those_of_each_table():
    ana, bojan, vera = (make_presenter() for _ in range(3))
    with transaction() as writing:
        for weekday, hour in ((3, 12), (0, 9), (0, 14)):
            hours = {"from_local": dt.time(hour), "until_local": dt.time(hour + 2, 30)}
            writing.add(AvailableHours(presenter_id=ana.id, weekday=weekday, **hours))
        for who, begins, days, available in ((ana, 4, 1, True), (ana, 0, 2, False), (bojan, -9, 3, False)):
            span = {"first_day": TODAY + begins * DAY, "last_day": TODAY + (begins + days) * DAY}
            writing.add(AvailabilityException(presenter_id=who.id, available=available, **span))
    ids, last = [ana.id, bojan.id, vera.id], TODAY + 7 * DAY
    assert availability_of(ids, TODAY, last) == (hours_of(ids), exceptions_of(ids, TODAY, last))
    assert availability_of([], TODAY, last) == ({}, {})


@pytest.fixture
def scene(session) -> Scene:
    return Scene()


def by_need(scene, page=1):
    return candidates_by_need(scene.coordinator, scene.visit_id, now=MONDAY, page=page)


@pytest.mark.both_databases
def test_the_pages_together_are_all_and_who_fits_stands_before_who_does_not(scene):
    wanted = {scene.educator().id for _ in range(5)}  # who have named no hours
    for _ in range(SHOWN_AT_ONCE):
        works(scene.educator())
    (first, _), (second, _) = by_need(scene), by_need(scene, 2)
    assert (first.total, first.pages, len(first.rows)) == (SHOWN_AT_ONCE + 5, 2, SHOWN_AT_ONCE)
    assert all(one.fits for one in first.rows)
    assert {one.presenter_id for one in second.rows} == wanted
    assert not any(one.fits for one in second.rows)
    every = candidates(scene.coordinator, scene.visit_id, now=MONDAY)
    assert sorted([*first.rows, *second.rows], key=lambda one: one.presenter_id) == sorted(
        every, key=lambda one: one.presenter_id
    )


def test_whose_hand_is_up_is_judged_wherever_she_stands(scene):
    people = [scene.educator() for _ in range(SHOWN_AT_ONCE + 1)]
    with transaction() as session:
        session.get_one(Presenter, people[0].id).suspended_at = MONDAY
        session.add(RaisedHand(visit_id=scene.visit_id, presenter_id=people[0].id, raised_at=MONDAY))
    page, judged = by_need(scene)
    assert people[0].id not in {one.presenter_id for one in page.rows}
    assert [hand.candidate.presenter_id for hand in hands_of(scene.visit_id, judged)] == [people[0].id]


def test_a_page_asks_as_often_for_a_hundred_presenters_as_for_ten(scene):
    for _ in range(10):
        scene.educator()
    with statements() as few:
        by_need(scene)
    for _ in range(90):
        scene.educator()
    with statements() as many:
        page, _judged = by_need(scene)
    assert (page.total, len(page.rows), len(many)) == (100, SHOWN_AT_ONCE, len(few))


@pytest.mark.deep
@pytest.mark.both_databases
@pytest.mark.parametrize("in_campaign", [False, True])
def test_the_nearest_are_asked_first_and_the_pages_are_those_of_all(scene, session, monkeypatch, in_campaign):
    """With two on a page: near and far, some of whom something speaks against, and some of a campaign's crew."""
    towns = [make_municipality(f"Town {number}", lat=43.0 + number / 10, lon=21.0).id for number in range(4)]
    people = [scene.educator(home_id=towns[number * 7 % 4]) for number in range(18)]
    for number, person in enumerate(people):
        if number % 3:
            works(person)
    if in_campaign:
        meant = make_campaign(programme=scene.programme).id
        session.add_all(CampaignMember(campaign_id=meant, presenter_id=people[number].id) for number in (1, 6, 16))
        session.execute(update(Visit).where(Visit.id == scene.visit_id).values(campaign_id=meant))
        session.commit()
    monkeypatch.setattr(by_pages, "SHOWN_AT_ONCE", 2)

    def pages_where(asked_first: int) -> list[list[int]]:
        monkeypatch.setattr(by_pages, "ASKED_FIRST", asked_first)
        return [[one.presenter_id for one in by_need(scene, page)[0].rows] for page in range(1, 11)]

    whole = pages_where(1_000)
    assert [pages_where(number) for number in (1, 4, 9, 18)] == [whole] * 4
    assert sorted(who for page in whole for who in page) == sorted(one.id for one in people)
    monkeypatch.setattr(by_pages, "ASKED_FIRST", 9)
    with statements() as of_the_nearest:
        by_need(scene)
    with statements() as of_all:
        by_need(scene, 8)
    assert len(of_all) > len(of_the_nearest)  # the first page is found among the nearest alone
    at_most(1, len(of_all) - len(of_the_nearest), "more SELECTs of a later page")


YOUNG = dt.date(2010, 3, 1)
PLACES = list(ProofStanding)
KEYS = {
    "name": lambda row: fold(row.presenter.full_name),
    "role": lambda row: row.presenter.kind,
    "home": lambda row: fold(row.presenter.home_sr_latn),
    "check": lambda row: (PLACES.index(row.vetting.standing), row.vetting.ends_in or 0),
    "consent": lambda row: (PLACES.index(row.consent.standing), row.consent.ends_in or 0),
}


@pytest.fixture
def centre_id(session) -> int:
    """A centre with a presenter of every kind that there is."""
    given = {"centre_id": make_centre().id}
    a_cleared_educator(family_name="Alić", **given)
    for place, left in enumerate((-400, -1, 0, 7, 8, 30, 31)):
        person = make_presenter(family_name=f"Babić {place}", given_name="Ђорђе", **given)
        make_vetting(person.id, checked_on=TODAY - 500 * DAY, valid_until=TODAY + left * DAY)
    make_presenter(family_name="Vasić", **given)
    refused, cleared, later = (make_presenter(family_name=name, **given) for name in ("Gajić", "Dačić", "Erić"))
    for who, first, second in (
        (refused, VettingResult.CLEARED, VettingResult.REFUSED),
        (cleared, VettingResult.REFUSED, VettingResult.CLEARED),
    ):
        make_vetting(who.id, checked_on=TODAY - 9 * DAY, result=first)
        make_vetting(who.id, checked_on=TODAY - 8 * DAY, result=second)
    make_vetting(later.id, checked_on=TODAY + 3 * DAY)
    shorter = make_presenter(family_name="Đilas", **given)
    for days_ago, left in ((300, 200), (3, -1)):
        make_vetting(shorter.id, checked_on=TODAY - days_ago * DAY, valid_until=TODAY + left * DAY)
    a_cleared_minor(family_name="Žikić", **given)
    for place, left in enumerate((-1, 5, 20, 200, None)):
        minor = make_presenter(PresenterKind.INFLUENCER, birth_date=YOUNG, family_name=f"Zorić {place}", **given)
        make_vetting(minor.id)
        if left is not None:
            make_consent(minor.id, given_on=TODAY - 300 * DAY, valid_until=TODAY + left * DAY)
    unsure = make_presenter(PresenterKind.INFLUENCER, birth_date=YOUNG, family_name="Živić", **given)
    make_vetting(unsure.id)
    make_consent(unsure.id, withdrawn_at=MONDAY - DAY, withdrawn_by=WithdrawnBy.GUARDIAN)
    suspended = make_presenter(family_name="Ilić", **given)
    with transaction() as inside:
        inside.get_one(Presenter, suspended.id).suspended_at = MONDAY
    return given["centre_id"]


def everybody(session, centre_id):
    ids = session.scalars(select(Presenter.id).where(Presenter.centre_id == centre_id)).all()
    return list(clearances_by_id(ids, TODAY).values())


def waits(row) -> bool:
    """Whether somebody must do something: a proof is missing, over, or ends soon."""
    standings = (row.vetting.standing, row.consent.standing)
    return ProofStanding.ENDS_SOON in standings or not (row.vetting.holds and row.consent.holds)


def ids_of(rows):
    return {row.presenter.presenter_id for row in rows}


@pytest.mark.postgres_decides
def test_the_database_puts_everybody_where_the_rules_do_and_lists_stay_as_they_are(session, centre_id):
    every = everybody(session, centre_id)
    able = [row for row in every if not row.presenter.suspended]
    soon = [row for row in able if row.ends_in is not None]
    expected = {
        Lacks.WAITS: [row for row in every if waits(row)],
        Lacks.IN_ORDER: [row for row in every if not waits(row)],
        Lacks.LACKING: [row for row in able if not (row.vetting.holds and row.consent.holds)],
        Lacks.ENDS_IN_7: [row for row in soon if row.ends_in <= 7],
        Lacks.ENDS_IN_30: [row for row in soon if row.ends_in > 7],
        Lacks.MINORS: [row for row in able if row.minor],
    }

    pages = clearance_pages(centre_id, TODAY, dict.fromkeys(Lacks, 1))

    found = {lacks: ids_of(page.rows) for lacks, page in pages.items()}
    assert found == {lacks: ids_of(rows) for lacks, rows in expected.items()}
    assert {lacks: page.total for lacks, page in pages.items()} == {lacks: len(one) for lacks, one in expected.items()}
    assert all(expected.values())
    for lacks in (Lacks.ENDS_IN_7, Lacks.ENDS_IN_30):
        ends = [row.ends_in for row in pages[lacks].rows]
        assert ends == sorted(ends)

    every = clearance_pages(centre_id, TODAY, dict.fromkeys(Lacks, 1))
    for many in range(1, len(Lacks)):
        for lists in combinations(Lacks, many):
            assert clearance_pages(centre_id, TODAY, dict.fromkeys(lists, 1)) == {one: every[one] for one in lists}


@pytest.mark.postgres_decides
def test_lines_of_proofs_stand_as_the_lists_do_and_say_the_same_in_one_question(centre_id):
    lists = (Lacks.LACKING, Lacks.ENDS_IN_7, Lacks.ENDS_IN_30, Lacks.MINORS)
    for asked in (dict.fromkeys(lists, 1), {lacks: number for number, lacks in enumerate(lists, 1)}):
        whole = clearance_pages(centre_id, TODAY, asked, per_page=2)
        with statements() as made:
            pages = proof_pages(centre_id, TODAY, asked, per_page=2)
        at_most(1, made)
        for lacks, page in pages.items():
            told = whole[lacks]
            assert (page.total, page.number, page.per_page) == (told.total, told.number, 2)
            lines = [
                (one.presenter_id, one.full_name, one.minor, one.vetting.standing, one.consent.standing)
                for one in page.rows
            ]
            assert lines == [(*_who(row), row.minor, row.vetting.standing, row.consent.standing) for row in told.rows]
            ends = [(one.vetting.valid_until, one.consent.valid_until) for one in page.rows]
            assert ends == [(row.vetting.valid_until, row.consent.valid_until) for row in told.rows]


def _who(row):
    return row.presenter.presenter_id, row.presenter.full_name


def test_lists_have_pages_and_hold_whoever_has_a_proof_that_is_not_in_order(session, centre_id):
    every = everybody(session, centre_id)
    in_order = {ProofStanding.VALID, ProofStanding.NOT_NEEDED}
    found = ids_of(clearance_pages(centre_id, TODAY, {Lacks.WAITS: 1})[Lacks.WAITS].rows)
    assert found == {_who(row)[0] for row in every if {row.vetting.standing, row.consent.standing} - in_order}
    assert {row.vetting.standing for row in every} | {row.consent.standing for row in every} == set(ProofStanding)
    first = clearance_pages(centre_id, TODAY, {Lacks.WAITS: 1}, per_page=3)[Lacks.WAITS]
    pages = clearance_pages(centre_id, TODAY, {Lacks.WAITS: 2, Lacks.IN_ORDER: 1}, per_page=3)
    assert [len(first.rows), len(pages[Lacks.WAITS].rows), len(pages[Lacks.IN_ORDER].rows)] == [3, 3, 3]
    assert not ids_of(first.rows) & ids_of(pages[Lacks.WAITS].rows)


@pytest.mark.postgres_decides
@pytest.mark.parametrize("down", [False, True])
def test_the_list_is_sorted_as_a_comparison_of_all_would(centre_id, down):
    by_name = presenters_page(centre_id, TODAY, None, 1).rows
    for name in SORTS:
        page = presenters_page(centre_id, TODAY, Sort(name, down), 1)
        assert page.rows == sorted(by_name, key=KEYS[name], reverse=down), name
        assert page.total == len(by_name)


def test_a_hundred_presenters_ask_as_often_as_ten(session):
    centre_id, asked = make_centre().id, []
    for more in (10, 110):
        for _ in range(more):
            make_presenter(centre_id=centre_id)
        with statements() as made:
            clearance_pages(centre_id, TODAY, {Lacks.WAITS: 1, Lacks.IN_ORDER: 1})
            page = presenters_page(centre_id, TODAY, None, 1)
        asked.append(len(made))
    assert (page.total, len(page.rows), asked[0]) == (120, 100, asked[1])
    with statements() as made:
        clearance_pages(centre_id, TODAY, {Lacks.WAITS: 1, Lacks.IN_ORDER: 1})
    at_most(1, [one for one in made if "standing" in one])  # both lists and how many are on them


def test_a_check_that_nobody_has_made_yet_counts_for_nothing(centre_id):
    with transaction() as inside, opened_way(inside, NamedWay.RETENTION):  # a refusal stays otherwise
        inside.execute(delete(Vetting).where(Vetting.checked_on <= TODAY))
    assert clearance_pages(centre_id, TODAY, {Lacks.IN_ORDER: 1})[Lacks.IN_ORDER].total == 0


@pytest.mark.postgres_decides
@pytest.mark.parametrize("promised_at", [None, MONDAY])
def test_several_days_are_answered_as_each_by_itself(centre_id, session, promised_at):
    who = session.scalars(select(Presenter.id).order_by(Presenter.id.desc())).all()
    days = [TODAY + left * DAY for left in (31, -1, 0, 6, 21, 201, 0)]
    for town_id in (None, 0, 1):
        together = clearances(who, days, town_id, promised_at)
        alone = {day: clearance(who, day, town_id, promised_at=promised_at) for day in days}
        assert (together, [*together]) == (alone, [*alone])
        assert {tuple(of_day) for of_day in together.values()} == {tuple(sorted(who))}
    assert len({repr(of_day) for of_day in together.values()}) > 3  # it changes from day to day
    assert clearances([], days, None, promised_at) == {day: {} for day in days}
    assert clearances(who, [], None, promised_at) == {}
