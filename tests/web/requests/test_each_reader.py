"""Pages of a booking hold each visitor's own secrets, answers and choices, and nobody else's."""

import re
from dataclasses import replace

import pytest
from markupsafe import escape
from werkzeug.datastructures import MultiDict

from scheduler.core.db import transaction
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.web.requests.booking.choices import furnish_presentations, furnish_programmes
from scheduler.web.requests.booking.fields import EMPTY_WISHES, FORMS, JUDGED_ALONE, answered_form, page_of
from scheduler.web.requests.forms import WhatForm, WhenWithoutWishesForm, WhoForm
from tests import visitor
from tests.factories.places import make_municipality
from tests.factories.programmes import make_programme
from tests.factories.requests import a_draft, a_presentation
from tests.requests.drafts import a_programme, problems
from tests.web.requests.booking import Booking, answers

SECRETS = re.compile(r'name="(csrf_token|form_key)"[^>]*? value="([^"]+)"')


@pytest.fixture
def protected(app, monkeypatch):
    """Forms ask for their token as everywhere."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


class Reader(visitor.Booking):
    """A browser that opens and sends the pages of a booking, one after the other."""

    def __init__(self, app, opened=None, **cookies):
        self.client, self.pages, self.opened = app.test_client(), {}, opened
        for name, value in cookies.items():
            self.client.set_cookie(name, value)
        super().__init__(self._send, "")

    def _send(self, method, path, typed):
        answer = self.client.open(path, method=method, data=typed)
        if method == "GET":
            self.pages[path] = answer.text
            if self.opened:
                self.opened(self, path)
        return answer.status_code, answer.text

    def choose(self, host):
        self.post("/book", self.get("/book"), {"host_id": str(host.id)})
        return self

    def answer(self, programme):
        for name, typed in answers(programme).items():
            self.post(f"/book/{name}", self.get(f"/book/{name}"), typed)
        return self


def secrets_of(page):
    return {
        name: {value for found, value in SECRETS.findall(page) if found == name} for name in ("csrf_token", "form_key")
    }


def test_each_reader_gets_secrets_of_her_own(app, protected, programme, host):
    one, other = (Reader(app).choose(host).answer(programme) for _reader in range(2))

    secrets = set()
    for path, page in one.pages.items():
        for name in ("csrf_token", "form_key"):
            assert not secrets_of(page)[name] & secrets_of(other.pages[path])[name]
            secrets |= secrets_of(page)[name] | secrets_of(other.pages[path])[name]
    assert len(secrets) > 12


@pytest.mark.parametrize("language", ["sr_Cyrl", "en"])
def test_the_last_pages_hold_her_answers_alone(app, protected, programme, host, language):
    typed = answers(programme)["you"]
    hers = {"Ана <Анић> & Ко": "a.anic@one.example.org", "Вера Верић": "vera@two.example.org"}
    for name, address in hers.items():
        reader = Reader(app, language=language).choose(host).answer(programme)
        reader.post("/book/you", reader.get("/book/you"), typed | {"contact_name": name, "contact_email": address})
        reader.send(reader.last_form())
        assert address in reader.get("/book/sent")
        pages = reader.pages["/book/check"] + reader.pages["/book/sent"]
        assert [escape(one) in pages for one in hers] == [one == name for one in hers]
        assert [one in pages for one in hers.values()] == [one == address for one in hers.values()]


def test_the_secret_of_another_reader_opens_nothing(app, protected, host):
    first = Reader(app).get("/book")
    reader = Reader(app)
    mine = reader.get("/book")

    with pytest.raises(AssertionError, match="POST /book: "):
        reader.post("/book", first, {"host_id": str(host.id)})
    reader.post("/book", mine, {"host_id": str(host.id)})


def test_another_offer_another_page(app, protected, programme, host):
    before = Reader(app).choose(host).get("/book/what")
    with transaction():
        programme.name_sr_cyrl = "Сасвим друго предавање"
    after = Reader(app).choose(host).get("/book/what")

    assert "Сасвим друго" not in before
    assert "Сасвим друго" in after


def test_what_somebody_has_typed_or_was_told_once_is_written_for_her_alone(app, protected, programme, host):
    reader = Reader(app)
    with reader.client.session_transaction() as cookie:
        cookie["_flashes"] = [("message", "Одговори су избрисани.")]
    told, again, other = reader.get("/book"), reader.get("/book"), Reader(app).get("/book")
    assert "избрисани" in told
    assert "избрисани" not in again + other

    reader = Reader(app).choose(host).answer(programme)
    other = Reader(app)
    assert "Матић" in reader.get("/book/you")
    assert "Свечана сала" in reader.get("/book/where")
    assert "Вук Караџић" in reader.get("/book")
    assert "Вук Караџић" not in other.get("/book")
    assert "Матић" not in other.choose(host).get("/book/you")


@pytest.mark.parametrize(
    ("typed", "lean"),
    [
        ({}, True),
        (EMPTY_WISHES, True),
        (EMPTY_WISHES | {"preferred-3-on_day": ["9.12.2026."]}, False),
        ({"preferred-3-starts_local": ["25:99"]}, False),
        ({"preferred-0-day_part": ["never"]}, False),
        ({"preferred-7-on_day": ["9.12.2026."]}, False),
        ({"preferred-": ["x"]}, False),
    ],
)
def test_an_answer_without_wishes_reads_the_same_without_their_rows(app, typed, lean):
    with app.test_request_context("/"):
        given = {"first_day": ["8.12.2026."], "last_day": ["12.12.2026."], "day_part": ["morning"]} | typed
        found, whole = answered_form("when", given), FORMS["when"](formdata=_of(given), meta={"csrf": False})

        assert isinstance(found, WhenWithoutWishesForm) is lean
        assert (found.wishes(), found.cannot(), found.validate()) == (whole.wishes(), whole.cannot(), whole.validate())
        assert (found.first_day.data, found.last_day.data) == (whole.first_day.data, whole.last_day.data)


def _of(typed):
    return MultiDict({"first_day": ["8.12.2026."], "last_day": ["12.12.2026."]} | typed)


# --- the pages of free dates ---


DAY_LINK = re.compile(r'class="free-month__day"[^>]* href="([^"]+)"')


def test_the_open_page_shows_each_visitor_her_own_choice(client, programme, educator, host):
    """Also the days, which lead on with the language that she chose, and the names in her letters."""
    towns = [make_municipality(name, lat=43.15, lon=22.58) for name in ("Пирот", "Бела Паланка")]
    for lang, named in (("sr_Latn", ("Pirot", "Bela Palanka")), ("sr_Cyrl", ("Пирот", "Бела Паланка"))):
        for town, name in zip(towns, named, strict=True):
            for spoken in ("sr", "hu"):
                asked = {"municipality": town.id, "programme": programme.slug, "language": spoken, "lang": lang}
                page = client.get("/free", query_string=asked).text
                choices = page[page.index('id="municipality"') :].partition("</select>")[0]

                assert re.findall(r'<option value="(\d+)" selected>([^<]+)<', choices) == [(str(town.id), name)]
                assert len(re.findall("<option", choices)) == len(re.findall('<option value="[0-9]+"', choices)) > 2
                links = DAY_LINK.findall(page)
                assert bool(links) is (spoken == "sr")
                assert all("language=sr&amp;day=" in link for link in links)


def fields(booking: Booking) -> str:
    """The fields of days, without the secrets of their reader."""
    page = booking.get("when").text
    return re.sub(r'(csrf_token|form_key)"[^>]*', "", page[page.index('id="first_day"') - 400 :])


def test_what_is_typed_as_days_is_shown_to_who_typed_it_and_to_nobody_else(app, booking, programme, host, educator):
    blank = fields(booking.begin())
    for typed in ({"first_day": "1.1.2020."}, {"last_day": "x"}, {"day_part": "evening"}, {"blackouts": "24.12.2026"}):
        booking.post("when", typed)
        [value] = typed.values()
        assert f'value="{value}"' in fields(booking)

    other = Booking(app.test_client(), host, programme).begin()
    assert fields(other) == blank
    assert fields(booking) != blank
    earlier = Booking(other.client, host, make_programme(centre_id=programme.centre_id, notice_days=40)).begin()
    assert "The earliest day" in fields(earlier)
    assert fields(earlier) != blank


# --- what a form offers to choose from ---


PRIMARY = frozenset({SchoolLevel.PRIMARY})


@pytest.fixture
def in_a_request(app):
    with app.test_request_context("/"):
        yield


def values(field):
    return [choice.value for choice in field.choices]


@pytest.mark.usefixtures("in_a_request")
def test_what_one_form_offers_is_not_changed_by_another():
    one, other = WhoForm(formdata=None), WhoForm(formdata=None)
    for form in (one, other):
        furnish_presentations(form, a_programme(), PRIMARY)
    one.presentations[0].form.audience.choices.clear()
    one.presentations[0].form.level.choices.clear()
    third = WhoForm(formdata=None)
    furnish_presentations(third, a_programme(audiences=frozenset({Audience.PARENTS})), frozenset())

    sitting, last = other.presentations[0].form, third.presentations[0].form
    assert (values(sitting.audience), values(sitting.level)) == (["pupils", "parents"], ["primary"])
    assert (values(last.audience), values(last.level)) == (["parents"], ["primary", "secondary"])


@pytest.mark.usefixtures("in_a_request")
@pytest.mark.parametrize(
    ("chosen", "stands"), [(["2"], True), (["2", "3"], True), (["2", "9"], False), (["02"], False), ([], False)]
)
def test_a_choice_is_one_of_the_programmes_that_are_offered(chosen, stands):
    typed = MultiDict({"programme": chosen, "teaching_language": ["sr"]})
    form = WhatForm(formdata=typed, meta={"csrf": False})
    furnish_programmes(form, [a_programme(id=number) for number in (1, 2, 3)])

    assert form.validate() is stands
    assert values(form.programme) == ["1", "2", "3"]


# --- pages in whose answers no programme, host or day has a say ---


@pytest.mark.parametrize("page", JUDGED_ALONE)
def test_a_page_that_is_judged_alone_is_judged_as_among_all_answers(app, page):
    rule, _read = JUDGED_ALONE[page]
    fair, parents = a_draft(), a_draft(presentations=(a_presentation(audience=Audience.PARENTS, parents=20),))
    drafts = [
        replace(draft, teacher_stays=stays, safeguarding_contact=guard, contact_name=name, contact_email=address)
        for draft in (fair, parents, replace(fair, presentations=()))
        for stays, guard in ((True, "Весна Илић"), (False, ""), (True, ""), (False, "Весна Илић"))
        for name, address in (("Оливера Матић", "o.matic@skola.example.org"), ("", ""), ("Оливера", "none"))
    ]
    for draft in drafts:
        whole = problems(draft)
        assert rule(draft) == {field: reason for field, reason in whole.items() if page_of(field) == page}
