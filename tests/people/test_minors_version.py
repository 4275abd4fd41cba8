"""Whoever remembers the minors of a centre by their version knows at once when they, or their names, are others."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from scheduler.core.db import db, transaction
from scheduler.core.ways import NamedWay, opened_way
from scheduler.people.models import Centre, Presenter, User
from scheduler.people.service import reads
from scheduler.people.terms import PresenterKind
from scheduler.people.version_models import MinorsVersion
from scheduler.policy import Actor, Role
from scheduler.web.reads import Lookout
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, make_presenter, make_user
from tools.bench.counting import effort

BORN = dt.date(2010, 5, 1)


@dataclass
class Remembering:
    """A process that asks before each answer and keeps what it was told, as web/reads.py does."""

    reader: Actor
    version: int | None = None
    names: tuple[str, ...] = ()

    def read_anew(self) -> bool:
        """Whether it was told the names once more."""
        told = reads.minors_of(self.reader, "people.presenters", self.version, now=MONDAY)
        self.version = told.version
        if told.names is None:
            return False
        self.names = tuple(sorted(f"{given}/{given.other} {family}" for given, family in told.names.values()))
        return True


def a_minor(centre: Centre, **given) -> Presenter:
    return make_presenter(kind=PresenterKind.INFLUENCER, birth_date=BORN, centre_id=centre.id, **given)


def written(model: type, ident: int, **values: object) -> None:
    with transaction() as session:
        session.execute(sa.update(model).where(model.id == ident).values(**values))


@pytest.fixture
def tara(session) -> Presenter:
    return a_minor(make_centre(), given_name="Тара", family_name="Зорић")


@pytest.fixture
def process(tara) -> Iterator[Remembering]:
    found = Remembering(an_actor(Role.COORDINATOR, centre_id=tara.centre_id))
    assert found.read_anew()
    assert (found.read_anew(), found.read_anew()) == (False, False)
    yield found
    assert not found.read_anew(), "told once of each change"


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


@pytest.mark.postgres_decides
@pytest.mark.parametrize("what", CHANGES)
def test_each_change_of_the_minors_of_a_centre_is_told(tara, process, what):
    change, after = CHANGES[what]
    change(tara)

    assert process.read_anew()
    assert process.names == after


@pytest.mark.postgres_decides
def test_who_comes_from_another_centre_is_told_where_she_comes(tara, process):
    stranger = a_minor(make_centre(), given_name="Вук", family_name="Илић")
    assert not process.read_anew(), "of another centre"

    written(User, stranger.user_id, centre_id=tara.centre_id)

    assert process.read_anew()
    assert process.names == ("Вук/ Илић", "Тара/ Зорић")


@pytest.mark.postgres_decides
def test_adults_and_what_names_nobody_leave_the_version(tara, process):
    adult = make_presenter(centre_id=tara.centre_id)
    written(User, adult.user_id, family_name="Друга")
    written(User, tara.user_id, language="en")
    written(Presenter, tara.id, phone="+381601234567")

    assert not process.read_anew()


@pytest.mark.postgres_decides
def test_what_is_rolled_back_was_never_told(tara, process):
    session = db.session()
    session.execute(sa.update(User).where(User.id == tara.user_id).values(family_name="Лукић"))
    session.rollback()

    assert not process.read_anew()


def test_a_centre_that_nobody_counts_is_never_remembered(tara, process):
    with transaction() as session:
        session.execute(sa.delete(MinorsVersion))

    assert (process.read_anew(), process.read_anew()) == (True, True)
    make_presenter(kind=PresenterKind.INFLUENCER, birth_date=BORN, centre_id=tara.centre_id)
    assert process.read_anew()


@pytest.mark.postgres_decides
@pytest.mark.parametrize("known", [True, False])
def test_it_is_one_question_whatever_is_known(tara, process, known):
    process.version = process.version if known else None
    with effort(db.engine) as made:
        assert process.read_anew() is not known

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
        lookout = Lookout({one: (f"Име{one:04}", f"Презиме{one:04}") for one in range(count)}, 1, MONDAY.date())
        lookout._ways = Counted(lookout._ways)
        Counted.asked = 0
        assert lookout.named_in("<p>Име0007 Презиме0007 и Име0003 Презиме0001</p>") == {7}
        costs.append(Counted.asked)
    assert costs[0] == costs[1] <= 4
