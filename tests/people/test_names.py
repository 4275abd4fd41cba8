"""Names: in the other letters, in the order of the alphabet, and those of minors whom staff may meet on a page."""

import datetime as dt
import json
import random
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from scheduler.core.alphabet import name_ranks, names_key
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import GroundReason, NotFound
from scheduler.core.text import fold
from scheduler.core.ways import NamedWay, opened_way
from scheduler.keys.queries import holders_of
from scheduler.people import queries
from scheduler.people.models import Centre, Presenter, User
from scheduler.people.service import reads
from scheduler.people.service.accounts import spell_name
from scheduler.people.service.presenter_names import PresenterNames
from scheduler.people.terms import PresenterKind
from scheduler.policy import SYSTEM, Role
from scheduler.staffing.queries.by_name import presenter_names
from scheduler.staffing.queries.found_people import presenters_found
from scheduler.web.reads import Lookout
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, make_presenter, make_user
from tests.refusals import rejection
from tools.bench.counting import effort


def given(user_id: int) -> tuple[str | None, str | None]:
    user = db.session.get_one(User, user_id, populate_existing=True)
    return user.other_given_name, user.other_family_name


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
def test_she_gives_it_and_takes_it_away_and_the_audit_holds_no_name():
    user = make_user(given_name="Каталин", family_name="Сабо")
    for _press in range(2):
        spell_name(user.actor(), "Katalin", "Szabó", now=MONDAY)
    assert given(user.id) == ("Katalin", "Szabó")
    assert db.session.scalars(select(User.full_name).where(User.id == user.id)).one().other == "Katalin Szabó"
    spell_name(user.actor(), "", "", now=MONDAY)
    assert given(user.id) == (None, None)
    told = db.session.scalars(select(AuditEntry.details).where(AuditEntry.action == "name spelled")).all()
    assert [json.loads(one) for one in told] == [{}, {}]


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("typed", "problems"),
    [
        (("Katalin", ""), {"other_family_name": GroundReason.MISSING}),
        (("", "Szabó"), {"other_given_name": GroundReason.MISSING}),
        (("Каталин", "Szabó"), {"other_given_name": GroundReason.SAME_LETTERS}),
        (("Kaталин", "Szabó"), {"other_given_name": GroundReason.MIXED_SCRIPTS}),
        (("Katalin", "7"), {"other_family_name": GroundReason.NO_LETTER}),
    ],
)  # fmt: skip
def test_what_is_no_whole_name_in_the_other_letters_is_refused(typed, problems):
    user = make_user(given_name="Каталин", family_name="Сабо")
    with rejection(**problems):
        spell_name(user.actor(), *typed, now=MONDAY)
    assert given(user.id) == (None, None)


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
def test_nobody_without_an_account_spells_a_name():
    with pytest.raises(NotFound):
        spell_name(SYSTEM, "Katalin", "Szabó", now=MONDAY)


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("other", "law"),
    [
        (("Katalin", None), "other_name_is_whole"),
        (("", "Szabó"), "other_name_is_not_empty"),
        (("K" * 81, "Szabó"), "other_name_is_no_longer"),
    ],
)
def test_the_database_itself_refuses_half_a_name_an_empty_and_an_endless_one(other, law):
    user = make_user()
    change = text("UPDATE user_account SET other_given_name = :given, other_family_name = :family WHERE id = :id")
    with pytest.raises(IntegrityError, match=law), transaction() as session:
        session.execute(change, {"given": other[0], "family": other[1], "id": user.id})


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("typed", ["szabo", "сабо", "sabo", "katalin sza"])
def test_a_search_finds_both_spellings(typed):
    person = make_presenter(
        given_name="Каталин", family_name="Сабо", other_given_name="Katalin", other_family_name="Szabó"
    )
    found = presenters_found(person.centre_id, fold(typed).split(), today=MONDAY.date())
    assert [one.presenter_id for one in found] == [person.id]
    assert found[0].full_name.other == "Katalin Szabó"  # type: ignore[attr-defined]


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("typed", ["Каталин Сабо", "Szabó Katalin", "K. Szabo", "Sabo"])
def test_a_file_names_her_by_either(typed):
    person = make_presenter(
        given_name="Каталин", family_name="Сабо", other_given_name="Katalin", other_family_name="Szabó"
    )
    found = PresenterNames(db.session(), person.centre_id).named(typed)
    assert getattr(found, "presenter_id", found) == person.id


FAMILIES = ["Žikić", "Ђурић", "Zorić", "Šarić", "Савић", "Ćirić"]
IN_ORDER = ["Ćirić", "Ђурић", "Савић", "Šarić", "Zorić", "Žikić"]


def family_names(full_names: list[str]) -> list[str]:
    return [name.rpartition(" ")[2] for name in full_names]


def test_names_of_both_scripts_stand_in_one_order_as_by_their_ranks():
    assert sorted(FAMILIES, key=names_key) == IN_ORDER
    assert names_key("Ђурић", "Ана") < names_key("Đurić", "Ceca")
    people = [(family, given) for family in (*FAMILIES, "Đurić", "Ђурић") for given in ("Ceca", "Ана", "Ana", "Цеца")]
    mixed = random.Random(7).sample(people, len(people))
    rank = name_ranks(name for person in mixed for name in person)
    by_rank = sorted(mixed, key=lambda person: tuple(rank[name] for name in person))
    assert by_rank == sorted(mixed, key=lambda person: names_key(*person))
    assert rank["Ана"] == rank["Ana"]


@pytest.fixture
def centre_id(session) -> int:
    centre_id: int = make_centre().id
    for number, family in enumerate(FAMILIES):
        make_user(
            Role.COORDINATOR,
            centre_id=centre_id,
            family_name=family,
            given_name="Ana",
            email=f"s{number}@a.example",
            password_hash="a hash",
        )
        make_presenter(centre_id=centre_id, family_name=family, given_name="Ana", email=f"p{number}@a.example")
    return centre_id


def test_staff_presenters_and_whoever_is_searched_for_stand_by_the_alphabet(centre_id):
    assert family_names([row.full_name for row in queries.staff_of(centre_id)]) == IN_ORDER
    assert family_names([name for _, name in queries.colleagues_of(centre_id)]) == IN_ORDER
    assert family_names([row.full_name for row in holders_of(centre_id)]) == IN_ORDER
    assert family_names([row.full_name for row in queries.presenters_of(centre_id)]) == IN_ORDER
    assert family_names([row.full_name for row in presenter_names(centre_id)]) == IN_ORDER
    assert (
        family_names([row.full_name for row in presenters_found(centre_id, ["ana"], today=MONDAY.date())]) == IN_ORDER
    )
    few = family_names([row.full_name for row in presenters_found(centre_id, ["ana"], today=MONDAY.date(), limit=2)])
    assert few == IN_ORDER[:2]


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


def test_who_comes_from_another_centre_is_read_there_by_one_question(tara):
    reader = an_actor(Role.COORDINATOR, centre_id=tara.centre_id)
    with effort(db.engine) as made:
        found = reads.minors_of(reader, "people.presenters", now=MONDAY)
    assert found.names.keys() == {tara.id}
    assert len(made.statements) == 1
    stranger = a_minor(make_centre(), given_name="Вук", family_name="Илић")
    make_presenter(centre_id=tara.centre_id)
    assert read(tara.centre_id) == ("Тара/ Зорић",)
    written(User, stranger.user_id, centre_id=tara.centre_id)
    assert read(tara.centre_id) == ("Вук/ Илић", "Тара/ Зорић")


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
