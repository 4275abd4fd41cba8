"""A visit is moved on the board with keys alone, with a mouse, and without JavaScript: one panel, one answer."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scheduler.board.queries.placing import answer
from scheduler.board.terms import Placing
from scheduler.core.db import db
from scheduler.people.models import User
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.a11y.looking import AXE, FOUND
from tests.factories import MONDAY

pytestmark = [pytest.mark.journey, pytest.mark.deep]
MOST_TABS = 400


class Moved(NamedTuple):
    """A visit of the demo, whose block is taken up, and a day to which it can go."""

    number: str
    on_day: dt.date
    presenter_id: int
    free_day: dt.date


@pytest.fixture
def visit(house: Flask) -> Moved:
    app = house
    who = app.extensions["demo_sign_ins"][0]
    with app.app_context():
        actor = db.session.scalars(sa.select(User).where(User.email == who["email"])).one().actor()
        today = MONDAY.date()
        rows = db.session.execute(
            sa.select(Visit.id, Visit.number, Visit.on_day, Presentation.starts_local, Assignment.presenter_id)
            .join(Presentation, Presentation.visit_id == Visit.id)
            .join(Assignment, Assignment.presentation_id == Presentation.id)
            .where(
                Visit.centre_id == actor.centre_id,
                Visit.state.in_((VisitState.OFFERED, VisitState.CONFIRMED)),
                Visit.on_day > today + dt.timedelta(days=7),  # the usual time to answer ends before it
                Presentation.ordinal == 1,
                Assignment.state.in_((AssignmentState.OFFERED, AssignmentState.ACCEPTED)),
            )
            .order_by(Visit.on_day, Visit.id, Assignment.id)
        ).all()
        for row in rows:
            for days in (1, 2, 3, 7, 8, 9):
                day = row.on_day + dt.timedelta(days=days)
                until = MONDAY + dt.timedelta(hours=1)
                wish = Placing(day, row.starts_local, until, row.presenter_id, row.presenter_id)
                if day.weekday() < 5 and not answer(actor, row.id, wish, now=MONDAY).refused:
                    return Moved(row.number, row.on_day, row.presenter_id, day)
    raise AssertionError("the demo has no visit that can be moved")


@pytest.fixture
def opens(house: Flask, address: str, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A page on which the demo's coordinator has signed in and the board shows a day's week."""
    app = house
    contexts: list[BrowserContext] = []

    def open_board(day: dt.date, **given: Any) -> Page:
        context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900}, **given)
        contexts.append(context)
        page, who = context.new_page(), app.extensions["demo_sign_ins"][0]
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto("/sign-in?lang=en")
        page.fill("[name=email]", who["email"])
        page.fill("[name=password]", who["password"])
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/desk**")
        page.goto(f"/board?show=busy&week={day.isoformat()}")
        return page

    yield open_board
    for context in contexts:
        context.close()


def day_of(app: Flask, number: str) -> dt.date:
    with app.app_context():
        day: dt.date = db.session.scalars(sa.select(Visit.on_day).where(Visit.number == number)).one()
        return day


def tabs_to(page: Page, selector: str) -> None:
    """Press Tab until it has the focus, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {selector}")


def typed(day: dt.date) -> str:
    return f"{day.day}.{day.month}.{day.year}."


def test_keys_alone_move_a_visit_and_move_it_back(house: Flask, opens: Callable[..., Page], visit: Moved) -> None:
    page = opens(visit.on_day)
    row = f"#p{visit.presenter_id}"
    tabs_to(page, f"{row} .block__link[href$='{visit.number}']")
    page.keyboard.press("m")

    expect(page.locator("#on_day")).to_be_focused()
    expect(page.locator(f"{row} td[data-day='{visit.on_day}'] .board__answer")).to_have_text("as it is now")
    page.keyboard.press("Escape")
    expect(page.locator(".move-panel")).to_have_count(0)
    expect(page.locator(f"{row} .block__move[href*='{visit.number}']")).to_be_focused()

    page.keyboard.press("Enter")
    expect(page.locator("#on_day")).to_be_focused()
    page.evaluate(AXE)
    assert page.evaluate(FOUND.replace("document,", "'main',")) == []
    page.keyboard.press("Control+A")
    page.keyboard.type(typed(visit.free_day))
    page.keyboard.press("Tab")
    expect(page.locator("#move-answer[aria-live=polite]")).to_contain_text("Will be asked:")
    tabs_to(page, "#move-now")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/board?day={visit.free_day}*")
    expect(page.get_by_role("status")).to_contain_text("Moved.")
    assert day_of(house, visit.number) == visit.free_day

    tabs_to(page, ".done-note__undo")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/board?day={visit.on_day}*")
    expect(page.get_by_role("status")).to_contain_text("Moved back.")
    assert day_of(house, visit.number) == visit.on_day


def test_a_mouse_drags_to_the_same_panel_and_every_cell_answers_first(opens: Callable[..., Page], visit: Moved) -> None:
    page = opens(visit.on_day)
    block = page.locator(f"#p{visit.presenter_id} [data-block*='{visit.number}']")
    cells = page.locator(f"#p{visit.presenter_id} td:not([data-day='{visit.on_day}'])")
    target = cells.last
    day = dt.date.fromisoformat(str(target.get_attribute("data-day")))
    block.hover()
    page.mouse.down()
    target.hover()
    expect(target.locator(".board__answer")).not_to_be_empty()
    target.hover()
    page.mouse.up()
    expect(page.locator("#on_day")).to_have_value(typed(day))
    expect(page.locator("#presenter")).to_have_value(str(visit.presenter_id))
    expect(page.locator("#move-answer .verdict")).to_be_visible()


def test_without_javascript_a_second_step_answers_before_it_moves(
    house: Flask, opens: Callable[..., Page], visit: Moved
) -> None:
    page = opens(visit.on_day, java_script_enabled=False)
    page.locator(f"#p{visit.presenter_id} .block__move[href*='{visit.number}']").click()
    page.fill("#on_day", typed(visit.free_day))
    page.get_by_role("button", name="Check first").click()
    expect(page.locator("#move-answer")).to_contain_text("Will be asked:")
    assert day_of(house, visit.number) == visit.on_day
    page.locator("#move-now").click()
    expect(page.get_by_role("status")).to_contain_text("Moved.")
    assert day_of(house, visit.number) == visit.free_day


def test_a_panel_that_does_not_come_opens_the_page_of_the_move(opens: Callable[..., Page], visit: Moved) -> None:
    page = opens(visit.on_day)
    page.route("**/*", lambda route: route.abort() if route.request.resource_type == "xhr" else route.continue_())
    page.locator(f"#p{visit.presenter_id} .block__move[href*='{visit.number}']").click()
    page.wait_for_url(f"**/visits/{visit.number}/place**")
    expect(page.locator("#on_day")).to_be_visible()
