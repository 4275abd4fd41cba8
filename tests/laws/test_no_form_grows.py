"""No form is larger because a centre has ten times as many people and schools: what is many is found by typing."""

from flask import Flask

from scheduler.web.limits import limiter
from tests.factories import MONDAY
from tools.bench.pages import browsers
from tools.bench.seed import plant
from tools.bench.sizes import Size

HUNDRED = Size(visits=100, people=100, hosts=100, asked=100, waiting=100, letters=100)
THOUSAND = Size(visits=100, people=1_000, hosts=1_000, asked=100, waiting=100, letters=100)
FORMS = {"/campaigns/new": "coordinator", "/plans/new": "coordinator", "/plans/mend": "coordinator"}
DIGITS = 64  # bytes by which a longer number somewhere may make a page longer


def sizes_of_forms(app: Flask, size: Size) -> dict[str, int]:
    plant(size, MONDAY)
    clients, found = browsers(app), {}
    for address, reader in FORMS.items():
        limiter.reset()
        answer = clients[reader].get(address)
        assert answer.status_code == 200, (address, answer.status)
        found[address] = len(answer.data)
    return found


def test_no_form_is_larger_where_there_are_ten_times_as_many_to_choose_from(app: Flask):
    few = sizes_of_forms(app, HUNDRED)
    app.extensions["clean_tables"].empty()
    app.extensions.pop("near", None)
    many = sizes_of_forms(app, THOUSAND)

    assert {name: (few[name], many[name]) for name in few if abs(many[name] - few[name]) > DIGITS} == {}
