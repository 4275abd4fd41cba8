"""Programmes: what they may say of themselves, as their centre describes them, and as pages see them."""

import dataclasses
import datetime as dt
from functools import partial

import pytest
from sqlalchemy import delete, select, update

from scheduler.core.db import db
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.people.terms import Topic
from scheduler.policy import Role
from scheduler.programmes import queries, service
from scheduler.programmes.models import Programme, ProgrammeAudience
from scheduler.programmes.rules import RANGES, problems_with, problems_with_campaign, slug_of
from scheduler.programmes.terms import Audience, CampaignDraft, ProgrammeDraft, ProgrammeKind
from tests.bounds import at_each_bound
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.programmes import make_campaign, make_programme

TALK = ProgrammeDraft(
    kind=ProgrammeKind.TALK,
    topic=Topic.PRIVACY,
    name_sr_cyrl="Чувај своје податке",
    name_en="",
    summary_sr_cyrl="Шта остаје на мрежи.",
    summary_en="",
    audiences=(Audience.PUPILS, Audience.TEACHERS),
    minutes=45,
    group_size=60,
    educators=1,
    influencers=0,
    set_up_minutes=15,
    notice_days=14,
)


def admin(**given):
    return an_actor(Role.ADMINISTRATOR, **given)


def test_a_described_programme_can_be_asked_for_with_latin_words_where_english_is_missing(session):
    actor = admin()
    programme_id = service.create_programme(actor, TALK, now=MONDAY)
    (shown,) = queries.open_programmes(actor.centre_id)
    assert (shown.id, shown.slug, shown.name("en")) == (programme_id, "cuvaj-svoje-podatke", "Čuvaj svoje podatke")
    assert shown.audiences == {Audience.PUPILS, Audience.TEACHERS}


def test_programmes_of_one_name_have_two_addresses_that_stay_while_they_are_changed(session):
    actor = admin()
    for _ in range(2):
        service.create_programme(actor, TALK, now=MONDAY)
    assert session.scalars(select(Programme.slug).order_by(Programme.id)).all() == [
        "cuvaj-svoje-podatke",
        "cuvaj-svoje-podatke-2",
    ]


def test_a_change_keeps_the_address_and_a_retired_programme_cannot_be_asked_for_until_it_is_offered_again(session):
    actor = admin()
    programme_id = service.create_programme(actor, TALK, now=MONDAY)

    wish = dataclasses.replace(TALK, name_sr_cyrl="Приватност", minutes=90, audiences=(Audience.PUPILS,))
    service.change_programme(actor, programme_id, wish, now=MONDAY)

    (shown,) = queries.programmes_of(actor.centre_id)
    assert (shown.slug, shown.name_sr_cyrl, shown.minutes) == ("cuvaj-svoje-podatke", "Приватност", 90)
    assert queries.draft_of(actor.centre_id, programme_id).audiences == (Audience.PUPILS,)

    counts = []
    for act in (service.retire_programme, service.retire_programme, service.reopen_programme):
        act(actor, programme_id, now=MONDAY)
        counts.append(len(queries.open_programmes(actor.centre_id)))

    assert counts == [0, 0, 1]


def test_another_centre_and_another_role_are_refused(session):
    programme = make_programme()
    with pytest.raises(NotFound):
        service.retire_programme(admin(), programme.id, now=MONDAY)
    with pytest.raises(NotAllowed):
        coordinator = an_actor(Role.COORDINATOR, centre_id=programme.centre_id)
        service.change_programme(coordinator, programme.id, TALK, now=MONDAY)
    with pytest.raises(Rejected):
        service.create_programme(admin(), dataclasses.replace(TALK, minutes=0), now=MONDAY)
    assert db.session.get_one(Programme, programme.id).open


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


def a_draft(**given) -> ProgrammeDraft:
    fair = {
        "kind": next(iter(ProgrammeKind)), "topic": next(iter(Topic)), "name_sr_cyrl": "Безбедно", "name_en": "",
        "summary_sr_cyrl": "Како бити безбедан.", "summary_en": "", "audiences": (Audience.PUPILS,), "minutes": 45,
        "group_size": 30, "educators": 1, "influencers": 1, "set_up_minutes": 0, "notice_days": 0,
    }  # fmt: skip
    return ProgrammeDraft(**(fair | given))


@pytest.mark.parametrize("field", ["name_sr_cyrl", "summary_sr_cyrl"])
def test_a_programme_has_a_name_and_a_summary_with_letters(field):
    assert problems_with(a_draft(**{field: " … "})) == {field: "missing"}


def number(field: str, value: int) -> str | None:
    return problems_with(a_draft(**{field: value})).get(field)


def alone(educators: int) -> dict[str, str]:
    return problems_with(a_draft(educators=educators, influencers=0))


def asked(questions: int) -> dict[str, str]:
    return problems_with(a_draft(questions_en="\n\n".join(["Why?\nBecause."] * questions)))


def campaign(days: int) -> dict[str, str]:
    """From a day to one so many days later."""
    last_day = FIRST_DAY + dt.timedelta(days=days)
    return problems_with_campaign(CampaignDraft(1, "Поштуј", "", "О поштовању.", "", FIRST_DAY, last_day))


FIRST_DAY = dt.date(2026, 9, 1)
LEAST = [
    (f"least {name}", partial(number, name), (least - 1, least, least + 1), ("too_few", other, None))
    for name, (least, _most) in RANGES.items()
    for other in ["educator_needed" if name == "educators" else None]
]
MOST = [
    (f"most {name}", partial(number, name), (most - 1, most, most + 1), (None, None, "too_many"))
    for name, (_least, most) in RANGES.items()
]
BOUNDS = (
    *LEAST,
    *MOST,
    ("an educator alone", alone, (0, 1, 2), ({"educators": "educator_needed"}, {}, {})),
    ("three questions", asked, (2, 3, 4), ({}, {}, {"questions_en": "too_many_questions"})),
    ("a campaign of a day", campaign, (-1, 0, 1), ({"last_day": "days_not_in_order"}, {}, {})),
)


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


@pytest.mark.parametrize(("educators", "influencers"), [(0, 0), (0, 1)])
def test_no_programme_goes_without_an_educator(educators, influencers):
    problems = problems_with(a_draft(educators=educators, influencers=influencers))
    assert problems == {"educators": "educator_needed"}


def test_a_programme_is_for_somebody():
    assert problems_with(a_draft(audiences=())) == {"audiences": "missing"}


@pytest.mark.parametrize(
    ("name", "taken", "slug"),
    [
        ("Безбедно на мрежи", [], "bezbedno-na-mrezi"),
        ("Безбедно на мрежи", ["bezbedno-na-mrezi"], "bezbedno-na-mrezi-2"),
        ("Безбедно на мрежи", ["bezbedno-na-mrezi", "bezbedno-na-mrezi-2"], "bezbedno-na-mrezi-3"),
        ("…", [], "programme"),
        ("x" * 100, [], "x" * 60),
    ],
)
def test_an_address_is_made_of_the_name_and_is_nobody_elses(name, taken, slug):
    assert slug_of(name, taken) == slug
