"""Folded names are kept for searches: right at once after any change, without the job too, and compared each night."""

import dataclasses
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from scheduler.core import clock
from scheduler.core.db import db, transaction
from scheduler.core.text import fold
from scheduler.jobs.queue import attach
from scheduler.jobs.requests import write_search_keys as write_in_the_job
from scheduler.people.models import Presenter, User
from scheduler.people.search_models import PersonSearchKey
from scheduler.places.models import HostsIn, Municipality
from scheduler.policy import Actor
from scheduler.privacy.service.blanking import erase_accounts
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.contacts import contacts_found
from scheduler.requests.queries.search import requests_found
from scheduler.requests.search_models import ContactSearchKey
from scheduler.requests.service.search_keys import violations, write_everything, write_search_keys
from scheduler.safeguarding.queries import account_keys
from scheduler.staffing.queries.found_people import people_offered, presenters_found
from scheduler.turns.queries.search import visits_found
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_presenter
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.visits import make_visit

pytestmark = [pytest.mark.postgres_decides, pytest.mark.usefixtures("app")]
TODAY = clock.local_day(MONDAY)
BY_WHOM = pytest.mark.parametrize("beforehand", [write_search_keys, lambda: 0], ids=["the job", "the reader"])


def _said(user_id: int, **values: object) -> None:
    """Past every service, as a command or a restore writes."""
    with transaction() as session:
        session.execute(sa.update(User).where(User.id == user_id).values(**values))


def _finds(centre_id: int, typed: str) -> int:
    db.session.rollback()
    return len(presenters_found(centre_id, fold(typed).split(), today=TODAY))


@BY_WHOM
def test_a_person_is_found_by_what_she_is_called_now(beforehand: Callable[[], int]) -> None:
    person = make_presenter(given_name="Јелена", family_name="Ђорђевић")
    centre_id = person.centre_id
    beforehand()
    assert [_finds(centre_id, one) for one in ("jelena", "Ђорђев", "đorđević", "ilic")] == [1, 1, 1, 0]
    assert len(people_offered(centre_id, ["jelena"]).people) == 1

    _said(person.user_id, family_name="Илић")
    beforehand()
    assert [_finds(centre_id, one) for one in ("илић", "Jelena", "đorđević")] == [1, 1, 0]

    _said(person.user_id, other_given_name="Helen", other_family_name="Ilich")
    beforehand()
    assert [_finds(centre_id, one) for one in ("helen", "ilich", "ilic")] == [1, 1, 1]
    assert violations() == []


@BY_WHOM
def test_who_is_erased_is_found_by_nothing_and_leaves_no_name(beforehand: Callable[[], int]) -> None:
    person = make_presenter(given_name="Тара", family_name="Јовић")
    write_search_keys()

    with transaction() as session:
        erase_accounts(session, [person.user_id], MONDAY)
    assert db.session.scalars(sa.select(PersonSearchKey.search_key)).all() == [None]
    beforehand()

    assert _finds(person.centre_id, "тара") == 0
    assert not any("jov" in (one or "") for one in db.session.scalars(sa.select(PersonSearchKey.search_key)))
    assert violations() == []


@BY_WHOM
def test_whoever_has_a_mailbox_is_known_by_what_it_is_now(beforehand: Callable[[], int]) -> None:
    person = make_presenter(email="ana.ilic@gmail.com")
    beforehand()
    assert list(account_keys(TODAY, "anailic+skola@gmail.com").values()) == [False]

    _said(person.user_id, email="other@home.example")
    beforehand()

    assert account_keys(TODAY, "ana.ilic@gmail.com") == {}
    assert list(account_keys(TODAY, "Other@home.example").values()) == [False]


@BY_WHOM
def test_who_asked_is_found_until_her_name_is_forgotten(beforehand: Callable[[], int]) -> None:
    programme = make_programme()
    actor = an_actor(centre_id=programme.centre_id)
    asked = [make_school_request(programme=programme, contact_name="Весна Кнежевић") for _ in range(3)]

    def found(typed: str) -> list[str]:
        db.session.rollback()
        return [one.number for one in contacts_found(actor, fold(typed).split(), "", limit=2)]

    beforehand()
    assert found("vesna knez") == [asked[2].number, asked[1].number]
    assert found("mira") == []

    with transaction() as session:
        session.execute(sa.update(SchoolRequest).where(SchoolRequest.id == asked[2].id).values(contact_name=""))
        session.execute(sa.update(SchoolRequest).where(SchoolRequest.id == asked[1].id).values(contact_name="Mira"))
    kept = db.session.scalars(
        sa.select(ContactSearchKey.school_request_id).order_by(ContactSearchKey.school_request_id)
    )
    assert kept.all() == [asked[0].id, asked[1].id]
    beforehand()

    assert found("vesna") == [asked[0].number]
    assert found("МИРА") == [asked[1].number]
    assert violations() == []


def test_staff_of_some_districts_look_through_the_newest_of_theirs(monkeypatch) -> None:
    """Those of the whole centre would hide who asked there."""
    monkeypatch.setattr("scheduler.requests.queries.contacts.NAMES_LOOKED_AT", 1)
    programme, host = make_programme(), make_host()
    municipality = db.session.get_one(Municipality, host.municipality_id)
    actor = an_actor(centre_id=programme.centre_id)
    hers = frozenset({municipality.district_id})
    limited = dataclasses.replace(actor, districts=hers, hosts=HostsIn(hers))
    there = make_school_request(programme=programme, host_id=host.id, contact_name="Весна")
    elsewhere = make_host(municipality_id=None).id
    last = [make_school_request(programme=programme, host_id=elsewhere, contact_name="Весна") for _ in range(2)]

    def found(who: Actor) -> list[str]:
        return [one.number for one in contacts_found(who, ["vesna"], "", limit=9)]

    assert (found(limited), found(actor)) == ([there.number], [last[1].number])


def test_what_is_deleted_leaves_nothing_that_is_found() -> None:
    asked, person = make_school_request(), make_presenter()
    write_search_keys()

    with transaction() as session:
        session.delete(session.get_one(SchoolRequest, asked.id))
        session.delete(session.get_one(Presenter, person.id))
        session.delete(session.get_one(User, person.user_id))

    kept = (PersonSearchKey.user_id, ContactSearchKey.school_request_id)
    assert [db.session.scalars(sa.select(one)).all() for one in kept] == [[], []]


def test_the_job_folds_each_name_once(app) -> None:
    make_presenter()
    make_school_request()
    attach(app)  # another test may have made the other database's application since

    write_in_the_job.call_local()

    waiting = [kept.search_key.is_(None) for kept in (PersonSearchKey, ContactSearchKey)]
    assert [db.session.scalar(sa.select(sa.func.count()).where(one)) for one in waiting] == [0, 0]
    assert write_search_keys() == 0


@pytest.mark.parametrize("wrong", [{"search_key": "somebody else"}, {"mailbox_key": "x@y.example"}, {"centre_id": 999}])
def test_what_is_lost_or_wrong_is_named_and_mended(app, wrong: dict[str, object]) -> None:
    person, asked = make_presenter(), make_school_request()
    write_search_keys()
    with transaction() as session:
        session.execute(sa.delete(ContactSearchKey))
        session.execute(sa.update(PersonSearchKey).values(**wrong))

    assert violations() == [
        f"person_search_key of {person.user_id} is not what is written",
        f"contact_search_key has no row of {asked.id}: nobody finds that name",
    ]
    told = app.test_cli_runner().invoke(args=["invariants", "fold-names"])

    assert told.output == "2 names written anew.\n"
    db.session.rollback()
    assert violations() == []


def test_somebody_who_comes_while_all_is_written_anew_hinders_nothing() -> None:
    """On PostgreSQL others write between two statements; here her row comes back behind the first one."""
    person = make_presenter()

    def comes(connection, _cursor, statement, *_rest):
        if statement.startswith("DELETE FROM person_search_key"):
            connection.execute(sa.insert(PersonSearchKey).values(user_id=person.user_id, centre_id=person.centre_id))

    sa.event.listen(db.engine, "after_cursor_execute", comes)
    try:
        written = write_everything()
    finally:
        sa.event.remove(db.engine, "after_cursor_execute", comes)

    assert (written, violations()) == (1, [])


def test_what_is_kept_of_nobody_is_named() -> None:
    """Also of a request whose name is forgotten."""
    asked = make_school_request(contact_name="")
    with transaction() as session:
        session.add(PersonSearchKey(user_id=999, centre_id=1))
        session.add(ContactSearchKey(school_request_id=asked.id, centre_id=1, search_key="vesna"))

    assert violations() == [
        "person_search_key of 999 is not what is written",
        f"contact_search_key of {asked.id} is not what is written",
    ]


@pytest.mark.parametrize("looked_at", [1, 3, 2_000])
@pytest.mark.parametrize(("typed", "places"), [("vuk", [5, 4]), ("ruma", [3, 0]), ("zemun", [1]), ("bor", [])])
def test_the_newest_are_found_wherever_they_lie(monkeypatch, looked_at: int, typed: str, places: list[int]) -> None:
    for room in ("requests", "turns"):
        monkeypatch.setattr(f"scheduler.{room}.queries.search.NEWEST_ROWS", looked_at)
    programme = make_programme()
    actor = an_actor(centre_id=programme.centre_id)
    names = ("Рума", "Земун", "Вук", "Рума", "Вук", "Вук")
    hosts = [make_host(name, place="Ниш").id for name in names]
    asked = [make_school_request(programme=programme, host_id=one).number for one in hosts]
    make_school_request(host_id=hosts[0])  # another centre's
    held = [make_visit(programme=programme, host_id=one).number for one in hosts]

    words = fold(typed).split()

    assert [one.number for one in requests_found(actor, "", words, now=MONDAY, limit=2)] == [
        asked[one] for one in places
    ]
    assert [one.number for one in visits_found(actor, "", words, limit=2)] == [held[one] for one in places]
