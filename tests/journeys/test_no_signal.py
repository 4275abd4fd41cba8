"""A presenter in a school without a signal: she reads her day, counts, and it is counted once when the net is back."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from scheduler import config
from scheduler.core.db import db, transaction
from scheduler.people.models import Presenter, User
from scheduler.people.service.accounts import end_sign_ins
from scheduler.people.service.invitations import suspend_user
from scheduler.policy import SYSTEM, Role
from scheduler.privacy.service.erasure import erase_subject
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.visits.models.visits import Visit
from tests.a11y.conftest import served
from tests.attendance.phones import deliveries, times_stored
from tests.attendance.stored_counts import counting
from tests.factories.counting import LEAVING, a_begun_visit
from tests.factories.people import an_actor, make_user
from tests.journeys.house import an_empty_house
from tests.standing_clock import THE_CLOCK
from tests.web.browser import sign_in_as

pytestmark = [pytest.mark.journey, pytest.mark.deep]
KEPT = """async () => ({
  pages: (await caches.has("raspored-pages"))
    ? (await (await caches.open("raspored-pages")).keys()).map(({ url }) => new URL(url).pathname).sort() : [],
  caches: await caches.keys(),
  stores: (await indexedDB.databases()).map(({ name }) => name),
})"""
TELL = """(words) => navigator.serviceWorker.ready.then(({ active }) => new Promise((done) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => done(data);
  active.postMessage(words, [port2]);
}))"""

FIRST_TOLD = """() => navigator.serviceWorker.ready.then(({ active }) => Promise.race(["look", "state"].map((act) =>
  new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(act);
    active.postMessage({ act, soon: true }, [port2]);
  }))))"""

GONE = "() => navigator.serviceWorker.getRegistrations().then((all) => all.length === 0)"


@dataclass
class Phone:
    """A presenter's phone, 360 px wide, in English."""

    house: Flask
    context: BrowserContext
    page: Page
    number: str  # of her visit
    first: int  # its presentation
    centre_id: int
    user_id: int

    @property
    def form(self) -> str:
        return f"/visits/{self.number}/count/1"

    def keeps(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(KEPT)
        return found

    def tells(self, **words: object) -> dict[str, Any]:
        answer: dict[str, Any] = self.page.evaluate(TELL, words)
        return answer

    def types(self, pupils: int) -> None:
        self.page.get_by_label("Pupils", exact=True).fill(str(pupils))
        self.page.get_by_label("Teachers", exact=True).fill("2")
        self.page.get_by_role("button", name="Save the numbers").click()

    def stored(self, ask: Callable[[int], Any]) -> Any:
        with self.house.app_context():
            return ask(self.first)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An installation in which nobody is yet: the numbers of made visits are free."""
    with an_empty_house(tmp_path_factory.mktemp("instance")) as app:
        yield app


@pytest.fixture(scope="module")
def address(house: Flask) -> Iterator[str]:
    with served(house) as at:
        yield at


def browser_of(house: Flask, chromium: Browser, address: str, user_id: int) -> BrowserContext:
    context = chromium.new_context(base_url=address, viewport={"width": 360, "height": 780}, locale="en")
    signs_in(house, context, address, user_id)
    return context


def signs_in(house: Flask, context: BrowserContext, address: str, user_id: int) -> None:
    cookie = sign_in_as(house.test_client(), user_id).get_cookie("raspored")
    assert cookie
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])


@pytest.fixture
def phone(house: Flask, address: str, chromium: Browser) -> Iterator[Phone]:
    """On the day of her visit, after the talk; she has opened her first page while there was a signal."""
    THE_CLOCK.stands_at(LEAVING)
    with house.app_context():
        begun = a_begun_visit()
        context = browser_of(house, chromium, address, begun.educator.user_id)
        facts = begun.visit.number, begun.first, begun.visit.centre_id, begun.educator.user_id
    page = context.new_page()
    page.goto("/desk?lang=en")
    page.wait_for_function("async () => (await caches.has('raspored-pages'))")
    held = Phone(house, context, page, *facts)
    held.tells(act="look", soon=True)
    yield held
    context.close()


def test_numbers_said_without_a_signal_are_counted_once_when_it_is_back(phone: Phone) -> None:
    page = phone.page
    assert phone.keeps()["pages"] == sorted(
        ["/day/2026-10-06", "/my-days", f"/visits/{phone.number}/count", phone.form]
    )
    phone.context.set_offline(True)
    page.goto("/desk")
    expect(page.get_by_role("heading", name="Today and tomorrow")).to_be_visible()
    expect(page.locator("[data-kept-words]")).to_contain_text("No signal.")
    page.get_by_role("link", name="Day sheet").click()
    expect(page.get_by_role("heading", name="Take along")).to_be_visible()
    expect(page.locator("a[href^='tel:']").first).to_be_visible()
    page.goto(phone.form)

    phone.types(88)

    expect(page.locator("[data-kept-words]")).to_contain_text("Waiting on this phone: 1.")
    assert phone.stored(times_stored) == 0
    page.close()  # the browser is closed and opened again, at home
    phone.context.set_offline(False)
    phone.page = phone.context.new_page()
    phone.page.goto("/desk")
    expect(phone.page.locator("[data-kept-words]")).to_contain_text("The numbers are saved.")
    assert phone.stored(times_stored) == 1
    assert phone.stored(counting).pupils == 88
    assert phone.tells(act="look", soon=True)["waiting"] == []
    assert len(phone.stored(deliveries)) == 1


def test_what_reached_the_server_though_its_answer_was_lost_is_stored_once(phone: Phone) -> None:
    phone.page.goto(phone.form)
    sent: list[str] = []

    def cut(route: Any) -> None:
        if route.request.method == "POST" and not route.request.url.endswith("/deliver"):
            sent.append(route.fetch(max_redirects=0).headers["location"])  # stored; then the line is cut
            route.abort()
        else:
            route.continue_()

    phone.context.route("**/count/1", cut)
    phone.types(88)
    expect(phone.page.get_by_role("heading", name="Today and tomorrow")).to_be_visible()
    phone.context.unroute("**/count/1")

    answer = phone.tells(act="look", soon=True)

    assert len(sent) == 1
    assert answer["waiting"] == []
    assert phone.stored(times_stored) == 1


def test_typed_again_before_the_signal_is_back_the_last_numbers_count(phone: Phone) -> None:
    phone.context.set_offline(True)
    for pupils in (87, 88):
        phone.page.goto(phone.form)
        phone.types(pupils)
        expect(phone.page.locator("[data-kept-words]")).to_contain_text("Waiting on this phone: 1.")
    phone.context.set_offline(False)
    phone.tells(act="look", soon=True)
    assert phone.stored(times_stored) == 1
    assert phone.stored(counting).pupils == 88


def test_how_it_stands_is_said_before_pages_are_read(phone: Phone) -> None:
    assert phone.page.evaluate(FIRST_TOLD) == "state"


def test_signing_out_leaves_nothing_on_the_phone(phone: Phone) -> None:
    phone.page.goto("/my-days")
    phone.page.locator(".rail__phone summary").click()
    phone.page.get_by_role("button", name="Sign out").first.click()
    phone.page.wait_for_url("**/")
    assert phone.keeps() == {"pages": [], "caches": [], "stores": []}
    phone.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        phone.page.goto("/my-days")


def test_signing_out_without_a_signal_leaves_nothing_and_says_what_the_server_still_knows(phone: Phone) -> None:
    phone.page.goto("/my-days")
    phone.context.set_offline(True)
    phone.page.locator(".rail__phone summary").click()
    phone.page.get_by_role("button", name="Sign out").first.click()
    expect(phone.page.get_by_role("heading", name="Signed out on this phone")).to_be_visible()
    expect(phone.page.get_by_text("The server does not know it yet")).to_be_visible()
    phone.context.set_offline(False)
    phone.page.goto("/help")
    assert phone.keeps()["stores"] == []
    assert phone.keeps()["pages"] == []


def test_a_visit_that_has_not_begun_is_not_counted_on_the_phone_either(phone: Phone) -> None:
    begins = f"Date.now = () => {LEAVING.timestamp() * 1000 - 24 * 3600 * 1000}"
    phone.tells(act="look", soon=True)
    phone.context.service_workers[0].evaluate(f"async () => {{ {begins}; await phoneStore.note('skew', 0); }}")
    phone.context.set_offline(True)
    phone.page.goto(phone.form)
    phone.types(88)
    expect(phone.page.locator("[data-kept-words]")).to_contain_text("this presentation has not begun")
    assert phone.tells(act="state")["waiting"] == []


def test_what_waits_is_said_in_words(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.page.goto(phone.form)
    phone.types(88)
    expect(phone.page.locator("[data-said]")).to_have_text(
        f"{phone.number}: pupils 88 · parents 0 · teachers 2 · others 0"
    )


def test_where_an_operator_lets_no_phone_keep_anything_it_is_gone_with_the_next_visit(phone: Phone) -> None:
    assert phone.keeps()["pages"]
    before = config.settings()
    config.use(replace(before, keep_on_phones=False))
    try:
        phone.page.goto("/help")
        until = time.monotonic() + 60
        while not phone.page.evaluate(GONE) and time.monotonic() < until:
            phone.page.wait_for_timeout(200)  # a browser asks for the script a moment after the page
        phone.page.goto("/desk")
        assert phone.keeps() == {"pages": [], "caches": [], "stores": []}
        assert phone.page.locator("[data-phone]").count() == 0
        assert phone.page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    finally:
        config.use(before)


def test_whoever_is_no_presenter_any_more_holds_nothing_on_the_phone(phone: Phone) -> None:
    assert phone.keeps()["pages"]
    with phone.house.app_context():
        staff = make_user(Role.COORDINATOR, centre_id=phone.centre_id).id
        signs_in(phone.house, phone.context, phone.page.url, staff)
    phone.tells(act="look", soon=True)
    assert phone.keeps() == {"pages": [], "caches": [], "stores": []}


def leaves_the_visit(phone: Phone) -> None:
    THE_CLOCK.stands_at(LEAVING - dt.timedelta(days=1))
    coordinator = an_actor(centre_id=phone.centre_id)
    visit_id = db.session.scalars(select(Visit.id).where(Visit.number == phone.number)).one()
    hers = db.session.scalars(select(Presenter.id).where(Presenter.user_id == phone.user_id)).one()
    withdraw_presenter(coordinator, visit_id, hers, reason="ill", now=THE_CLOCK.now())


def is_suspended(phone: Phone) -> None:
    suspend_user(an_actor(Role.ADMINISTRATOR, centre_id=phone.centre_id), phone.user_id, now=LEAVING)


def is_erased(phone: Phone) -> None:
    email = db.session.get_one(User, phone.user_id).email
    erase_subject(SYSTEM, email, centre_id=None, now=LEAVING, again=True)


def is_signed_out_on_another_device(phone: Phone) -> None:
    with transaction() as session:
        end_sign_ins(session, phone.user_id, LEAVING)


ENDS = [leaves_the_visit, is_suspended, is_erased, is_signed_out_on_another_device]


@pytest.mark.parametrize("ends", ENDS)
def test_who_has_no_more_to_do_with_a_visit_has_no_page_of_it_once_there_is_a_signal(phone: Phone, ends) -> None:
    phone.page.goto(phone.form)
    phone.context.set_offline(True)
    phone.types(88)
    with phone.house.app_context():
        ends(phone)
    assert len(phone.keeps()["pages"]) == 4  # it cannot hear of it

    phone.context.set_offline(False)
    phone.tells(act="look", soon=True)

    assert phone.keeps()["pages"] == []
    assert phone.tells(act="state")["waiting"] != []  # four numbers without a name: for thirty days, or her signing out
    phone.context.set_offline(True)
    if ends is leaves_the_visit:  # she still presents, elsewhere
        phone.page.goto("/my-days")
        expect(phone.page.get_by_role("heading", name="No signal")).to_be_visible()
        assert phone.number not in phone.page.content()
    else:
        with pytest.raises(Exception, match="ERR_"):
            phone.page.goto("/my-days")


def days_later(phone: Phone, days: int) -> None:
    """She opens a page with a signal, some days after her visit."""
    THE_CLOCK.stands_at(LEAVING + dt.timedelta(days=days))
    with phone.house.app_context():
        signs_in(phone.house, phone.context, phone.page.url, phone.user_id)
    phone.page.goto("/desk")
    phone.tells(act="look", soon=True)


def test_the_visit_of_last_week_that_nobody_counted_is_counted_without_a_signal(phone: Phone) -> None:
    days_later(phone, 6)
    assert phone.keeps()["pages"] == sorted(["/my-days", f"/visits/{phone.number}/count", phone.form])
    phone.context.set_offline(True)

    phone.page.goto("/desk")
    expect(phone.page.get_by_role("heading", name="No visit today and tomorrow")).to_be_visible()
    phone.page.get_by_role("link", name="Count the heads").click()
    phone.types(88)
    expect(phone.page.locator("[data-kept-words]")).to_contain_text("Waiting on this phone: 1.")

    phone.context.set_offline(False)
    phone.tells(act="look", soon=True)
    assert phone.stored(counting).pupils == 88
    phone.tells(act="look", soon=True)  # what is counted leaves the phone
    assert phone.keeps()["pages"] == []


def test_with_nothing_today_or_tomorrow_a_page_says_that_there_is_no_signal(phone: Phone) -> None:
    days_later(phone, 40)
    assert phone.keeps()["pages"] == []
    phone.context.set_offline(True)

    phone.page.goto("/visits")

    expect(phone.page.get_by_role("heading", name="No signal")).to_be_visible()
    assert phone.page.locator("html").get_attribute("lang") == "en"
    assert phone.page.url.endswith("/visits")
    phone.context.set_offline(False)
    phone.page.get_by_role("link", name="Try again").click()
    expect(phone.page.get_by_role("heading", level=1)).not_to_have_text("No signal")


def test_the_page_of_no_signal_speaks_her_language(phone: Phone) -> None:
    phone.page.goto("/desk?lang=sr_Cyrl")
    days_later(phone, 40)
    phone.context.set_offline(True)
    phone.page.goto("/visits")
    expect(phone.page.get_by_role("heading", name="Нема сигнала")).to_be_visible()


def test_pages_vanish_with_the_day_after_the_visit(phone: Phone) -> None:
    end = dt.datetime(2026, 10, 7, 22, tzinfo=dt.UTC).timestamp() * 1000  # midnight in Belgrade
    phone.tells(act="expire", now=end - 1)
    assert len(phone.keeps()["pages"]) == 4
    phone.tells(act="expire", now=end)
    assert phone.keeps()["pages"] == []


def test_a_far_number_is_asked_about_when_the_signal_is_back_and_counts_with_one_press(phone: Phone) -> None:
    phone.context.set_offline(True)
    phone.page.goto(phone.form)
    phone.types(20)
    expect(phone.page.locator("[data-kept-words]")).to_contain_text("Waiting on this phone: 1.")
    phone.context.set_offline(False)
    phone.page.goto("/desk")
    expect(phone.page.locator("[data-words]").first).to_contain_text("half of what was announced")
    assert phone.stored(times_stored) == 0
    phone.page.get_by_role("button", name="The number is right").click()
    expect(phone.page.locator("[data-kept-words]")).to_contain_text("The numbers are saved.")
    assert phone.stored(counting).pupils == 20


def test_a_note_of_what_is_kept_stands_in_no_other_scripts_way(phone: Phone) -> None:
    """All scripts of a page are one file: the first that fails ends those behind it."""
    failed: list[str] = []
    phone.page.on("pageerror", lambda error: failed.append(str(error)))
    for path in ("/desk", "/my-days", phone.form):
        phone.page.goto(path)
    assert failed == []


def test_a_store_that_is_broken_keeps_nobody_from_the_pages(phone: Phone) -> None:
    worker = phone.context.service_workers[0]
    worker.evaluate("() => { phoneStore.opened = () => Promise.reject(new Error('internal error')); }")
    phone.page.goto("/visits")
    expect(phone.page.get_by_role("heading", level=1)).not_to_have_text("Today and tomorrow")
    phone.page.goto(phone.form)
    phone.types(88)
    assert phone.stored(counting).pupils == 88


def test_a_slow_page_that_is_not_kept_is_waited_for(phone: Phone) -> None:
    at_once = "() => { self.setTimeout = (done) => { queueMicrotask(done); }; }"  # a network slower than the patience
    phone.context.service_workers[0].evaluate(at_once)
    phone.page.goto("/help")
    expect(phone.page.get_by_role("heading", level=1)).not_to_have_text("Today and tomorrow")


def test_a_network_that_never_answers_is_given_up(phone: Phone) -> None:
    worker = phone.context.service_workers[0]
    worker.evaluate("() => { AbortSignal.timeout = () => AbortSignal.abort(); }")  # the time is over at once
    assert phone.tells(act="look", soon=True)["offline"] is True


def test_announced_numbers_are_put_in_with_one_press_and_steps_add(phone: Phone) -> None:
    phone.page.goto(phone.form)
    pupils = phone.page.get_by_label("Pupils", exact=True)
    phone.page.get_by_role("button", name="Enter as announced").click()
    expect(pupils).to_have_value("90")
    for step in ("5 more: Pupils", "10 more: Pupils", "One more: Pupils"):
        phone.page.get_by_role("button", name=step, exact=True).click()
    expect(pupils).to_have_value("106")
    expect(phone.page.get_by_label("Teachers", exact=True)).to_have_value("2")
