"""Programmes as pages and rules see them."""

import pytest
from sqlalchemy import delete, update

from scheduler.core.errors import NotFound
from scheduler.programmes import queries
from scheduler.programmes.models import Programme, ProgrammeAudience
from scheduler.programmes.terms import Audience
from tests.factories.programmes import make_campaign, make_programme


def test_open_programmes_are_listed_by_name_and_closed_ones_are_not(session):
    second, first = make_programme(name_sr_cyrl="Вршњачки"), make_programme(name_sr_cyrl="Ђачки")
    make_programme(open=False)

    assert [row.id for row in queries.open_programmes()] == [first.id, second.id]
    assert [row.id for row in queries.open_programmes(second.centre_id)] == [second.id]


def test_a_programme_speaks_three_languages(session):
    make_programme(Audience.PUPILS, Audience.PARENTS, slug="talk", name_sr_cyrl="Љубав", name_en="Love")
    page = queries.programme_page("talk")

    assert [page.name(language) for language in ("sr_Cyrl", "sr_Latn", "en")] == ["Љубав", "Ljubav", "Love"]
    assert page.audiences == {Audience.PUPILS, Audience.PARENTS}
    assert [page.centre(language) for language in ("sr_Cyrl", "en")] == [
        "Национални контакт центар",
        "National Contact Centre",
    ]


def test_an_unknown_programme_is_not_found_and_a_campaign_names_its_own(session):
    with pytest.raises(NotFound):
        queries.programme_page("none")
    with pytest.raises(NotFound):
        queries.programme_of(999)

    campaign = make_campaign()

    assert queries.programme_of_campaign(campaign.id) == campaign.programme_id
    assert queries.programme_of_campaign(999) is None


@pytest.mark.both_databases
def test_open_programmes_follow_each_change_at_once(session):
    first = make_programme(name_sr_cyrl="Ана")
    session.commit()
    [before], again = queries.open_programmes(), queries.open_programmes()
    again.clear()  # a list is its caller's own

    session.execute(update(Programme).values(name_sr_cyrl="Вера"))
    [renamed] = queries.open_programmes()
    session.execute(delete(ProgrammeAudience).where(ProgrammeAudience.audience != Audience.PUPILS))
    [narrowed] = queries.open_programmes()
    session.execute(update(Programme).values(open=False))

    assert (before.id, before.name_sr_cyrl, renamed.name_sr_cyrl) == (first.id, "Ана", "Вера")
    assert narrowed.audiences == {Audience.PUPILS}
    assert queries.open_programmes() == []
    session.rollback()
    assert queries.open_programmes() == [before]
