"""Whom staff may meet by name on a page: the minors of their centre, as they are named today."""

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from scheduler.core.db import db, transaction
from scheduler.core.ways import NamedWay, opened_way
from scheduler.people.models import Centre, Presenter, User
from scheduler.people.service import reads
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from scheduler.web.reads import Lookout
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, make_presenter, make_user
from tools.bench.counting import effort

BORN = dt.date(2010, 5, 1)


def read(centre_id: int | None) -> tuple[str, ...]:
    """The names that an answer to a coordinator of the centre is searched for."""
    reader = an_actor(Role.COORDINATOR, centre_id=centre_id)
    names = reads.minors_of(reader, "people.presenters", now=MONDAY).names
    return tuple(sorted(f"{given}/{given.other} {family}" for given, family in names.values()))


def a_minor(centre: Centre, **given) -> Presenter:
    return make_presenter(kind=PresenterKind.INFLUENCER, birth_date=BORN, centre_id=centre.id, **given)


def written(model: type, ident: int, **values: object) -> None:
    with transaction() as session:
        session.execute(sa.update(model).where(model.id == ident).values(**values))


@pytest.fixture
def tara(session) -> Presenter:
    return a_minor(make_centre(), given_name="Тара", family_name="Зорић")


def grown_up(tara: Presenter) -> None:
    born, adult_on, may_present_from = (dt.date(2000 + years, 5, 1) for years in (0, 18, 15))
    days = {"birth_date": born, "adult_on": adult_on, "may_present_from": may_present_from}
    with transaction() as session, opened_way(session, NamedWay.RETENTION):
        session.execute(sa.update(Presenter).where(Presenter.id == tara.id).values(**days))


def moved(tara: Presenter) -> None:
    written(User, tara.user_id, centre_id=make_centre().id)


def gone(tara: Presenter) -> None:
    with transaction() as session:
        session.execute(sa.delete(Presenter).where(Presenter.id == tara.id))


CHANGES: dict[str, tuple[Callable[[Presenter], object], tuple[str, ...]]] = {
    "a family name": (lambda tara: written(User, tara.user_id, family_name="Лукић"), ("Тара/ Лукић",)),
    "a given name": (lambda tara: written(User, tara.user_id, given_name="Сара"), ("Сара/ Зорић",)),
    "its other spelling": (
        lambda tara: written(User, tara.user_id, other_given_name="Thara", other_family_name="Zoritch"),
        ("Тара/Thara Зорић",),
    ),
    "a birth date": (grown_up, ()),
    "a centre": (moved, ()),
    "nobody any more": (gone, ()),
    "another minor": (
        lambda tara: a_minor(db.session.get_one(Centre, tara.centre_id), given_name="Вук", family_name="Илић"),
        ("Вук/ Илић", "Тара/ Зорић"),
    ),
    "an account of another": (
        lambda tara: written(
            Presenter, tara.id,
            user_id=make_user(centre_id=tara.centre_id, given_name="Ања", family_name="Рус").id,
        ),
        ("Ања/ Рус",),
    ),
}  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.parametrize("what", CHANGES)
def test_each_change_of_the_minors_of_a_centre_is_read_at_once(tara, what):
    change, after = CHANGES[what]
    centre_id = tara.centre_id
    assert read(centre_id) == ("Тара/ Зорић",)
    change(tara)

    assert read(centre_id) == after


def test_who_comes_from_another_centre_is_read_where_she_comes(tara):
    stranger = a_minor(make_centre(), given_name="Вук", family_name="Илић")
    make_presenter(centre_id=tara.centre_id)
    assert read(tara.centre_id) == ("Тара/ Зорић",)

    written(User, stranger.user_id, centre_id=tara.centre_id)

    assert read(tara.centre_id) == ("Вук/ Илић", "Тара/ Зорић")


def test_it_is_one_question(tara):
    reader = an_actor(Role.COORDINATOR, centre_id=tara.centre_id)
    with effort(db.engine) as made:
        found = reads.minors_of(reader, "people.presenters", now=MONDAY)

    assert found.names.keys() == {tara.id}
    assert len(made.statements) == 1


def test_a_text_is_compared_with_a_hundred_times_as_many_minors_at_the_same_cost():
    """What is looked at is what stands in the text: of the other minors none is asked for."""

    class Counted(dict[str, str]):
        asked = 0

        def __getitem__(self, key):
            Counted.asked += 1
            return super().__getitem__(key)

    costs = []
    for count in (10, 1_000):
        lookout = Lookout({one: (f"Име{one:04}", f"Презиме{one:04}") for one in range(count)})
        lookout._ways = Counted(lookout._ways)
        Counted.asked = 0
        assert lookout.named_in("<p>Име0007 Презиме0007 и Име0003 Презиме0001</p>") == {7}
        costs.append(Counted.asked)
    assert costs[0] == costs[1] <= 4
