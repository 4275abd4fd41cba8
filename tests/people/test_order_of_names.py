"""Lists of people stand by the alphabet, whichever script a name was typed in; a database would put Š behind Z."""

import random

import pytest

from scheduler.core.alphabet import name_ranks, names_key
from scheduler.keys.queries import holders_of
from scheduler.people import queries
from scheduler.policy import Role
from scheduler.staffing.queries.by_name import presenter_names
from scheduler.staffing.queries.found_people import presenters_found
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_presenter, make_user

FAMILIES = ["Žikić", "Ђурић", "Zorić", "Šarić", "Савић", "Ćirić"]
IN_ORDER = ["Ćirić", "Ђурић", "Савић", "Šarić", "Zorić", "Žikić"]


def family_names(full_names: list[str]) -> list[str]:
    return [name.rpartition(" ")[2] for name in full_names]


def test_names_of_both_scripts_stand_in_one_order():
    assert sorted(FAMILIES, key=names_key) == IN_ORDER
    assert names_key("Ђурић", "Ана") < names_key("Đurić", "Ceca")


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


def test_by_the_ranks_of_their_names_people_stand_as_by_the_names_themselves():
    people = [(family, given) for family in (*FAMILIES, "Đurić", "Ђурић") for given in ("Ceca", "Ана", "Ana", "Цеца")]
    mixed = random.Random(7).sample(people, len(people))
    rank = name_ranks(name for person in mixed for name in person)

    by_rank = sorted(mixed, key=lambda person: tuple(rank[name] for name in person))

    assert by_rank == sorted(mixed, key=lambda person: names_key(*person))
    assert rank["Ана"] == rank["Ana"]
