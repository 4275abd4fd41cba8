"""Kept figures are what is counted, after any act: random acts are played, and each answer is counted by hand."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.attendance.models import StaleFigure
from scheduler.attendance.queries import figures
from scheduler.attendance.service.figures import add_up_marked
from scheduler.core.db import transaction
from scheduler.programmes.queries import campaign_page
from scheduler.reports.models import CampaignCrew
from scheduler.reports.queries import attendance as reports
from scheduler.reports.queries import kept_figures
from scheduler.reports.queries.indicators import indicators
from scheduler.reports.queries.public import campaign_outcome, public_names, public_year
from scheduler.reports.terms.counting import Filters, Group, Period
from tests.reports.counted_by_hand import beside_by_hand, by_hand, counts_of, crews_by_hand, sittings
from tests.reports.random_acts import World

TODAY = dt.date(2026, 11, 24)
WHOLE = Filters(Period(dt.date(2024, 1, 1), dt.date(2025, 12, 31)))
Groups = tuple[Group, ...]


def rows_of(report):
    return {tuple(_said(key) for key in row.keys): row.counts for row in report.rows}


def _said(key):
    return f"{key.value}/{key.level.value}" if key.group is Group.AUDIENCE else key.value


def answers_are_right(session, asked: list[tuple[Filters, Groups]]) -> None:
    """Each report says what is counted by hand, and so does what stands beside it."""
    held = sittings(session)
    for filters, groups in asked:
        mine = [one for one in held if one.meets(filters)]
        report = reports.attendance_report(filters, groups)
        assert report.totals == counts_of(mine), filters
        assert rows_of(report) == (by_hand(mine, groups) if groups else {}), (filters, groups)
        beside = beside_by_hand(mine)
        assert indicators(filters) == {name: beside[name] for name in indicators(filters)}, filters


def public_pages(campaign):
    names = public_names(TODAY, "en")
    years = [public_year(year, names) for year in (2024, 2025)]
    return names.years, years, campaign_outcome(campaign_page(campaign.slug), TODAY)


def the_public_reads_what_is_counted(world):
    from_figures = public_pages(world.campaign)
    with transaction() as marking:
        marking.add_all(StaleFigure(year=year, centre_id=1, town=0) for year in (2024, 2025))
    assert public_pages(world.campaign) == from_figures
    add_up_marked()


@pytest.mark.both_databases
@pytest.mark.parametrize("seed", range(3))
def test_after_any_act_every_answer_is_what_is_counted(session, seed, monkeypatch):
    world = World(seed)
    played = []
    for _ in range(20):
        played.append(world.act())
        asked = [(world.filters(), world.groups()) for _ in range(3)]
        answers_are_right(session, [(WHOLE, (Group.MONTH,)), *asked])  # whatever is old is counted, not read
        add_up_marked()
        assert (figures.violations(), kept_figures.violations()) == ([], []), played
        assert kept_figures.kept_answer(WHOLE, (Group.CITY,)) is not None, "nothing is old any more"
        answers_are_right(session, [(WHOLE, (Group.AUDIENCE,)), *asked])
        rows = session.execute(sa.select(CampaignCrew.campaign_id, CampaignCrew.presenter_id, CampaignCrew.seats))
        assert {(one, who): seats for one, who, seats in rows if seats} == crews_by_hand(session), played
        the_public_reads_what_is_counted(world)
