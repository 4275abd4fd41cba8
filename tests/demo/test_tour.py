"""The tour of the demo's campaign is planned anew in a few presses, whatever its days were."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.demo.crowd import who_signs_in
from scheduler.jobs import long_work, queue
from scheduler.people.models import User
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.loaded_demo import load_demo
from tests.web.browser import browser_of

FIELD = re.compile(r"<input\b[^>]*>|<select\b.*?</select>", re.DOTALL)


@pytest.fixture
def coordinator(app: Flask, session, the_clock):
    queue.attach(app)
    the_clock.stands_at(MONDAY)
    load_demo()
    address = next(one.email for one in who_signs_in() if one.role is Role.COORDINATOR)
    return browser_of(app, session.scalars(select(User).where(User.email == address)).one())


def as_it_stands(page: str) -> dict[str, list[str]]:
    """What a browser sends of a form that nobody has changed."""
    sent: dict[str, list[str]] = {}
    for field in FIELD.findall(page[page.index("<main") :]):
        if not (name := re.search(r' name="([^"]+)"', field)):
            continue
        if field.startswith("<select"):
            value = re.search(r'<option selected value="([^"]*)"', field)
        elif 'type="checkbox"' in field and " checked" not in field:
            continue
        else:
            value = re.search(r' value="([^"]*)"', field)
        sent.setdefault(name[1], []).append(value[1] if value else "")
    return sent


def test_the_campaigns_tour_is_planned_anew_in_three_presses(coordinator):
    menu = coordinator.get("/desk?lang=en").text
    assert 'href="/campaigns/own"' in menu  # the first press
    own = coordinator.get("/campaigns/own").text
    assert 'href="/campaigns/show-respect/tours"' in own  # the second
    form = coordinator.get("/campaigns/show-respect/tours").text

    answer = coordinator.post("/campaigns/show-respect/tours", data=as_it_stands(form))  # the third
    long_work.do_long_work.call_local()

    assert answer.status_code == 302, answer.text
    read = coordinator.get(answer.location).text
    assert read.count('name="rows"') == 11
    assert "Proven: no order of these cities and days is cheaper." in read
    assert 'class="map__road"' in read


def test_the_demo_holds_a_tour_that_is_finished(coordinator):
    read = coordinator.get("/tours/1").text

    assert read.count('name="rows"') == 11
