"""Presenters: the list, their pages, hours, trainings and photographs."""

import datetime as dt
import io
import re

import pytest
from PIL import Image
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import db, transaction
from scheduler.core.scans import FACE_SIDE
from scheduler.people import queries
from scheduler.people.models import Presenter, PresenterNote, PresenterPhoto, User, UserRole
from scheduler.people.terms import ExceptionRow, Hours, PresenterKind
from scheduler.policy import Role
from scheduler.staffing.rules.visit_lines import offered_minutes
from tests.ceilings import at_most
from tests.factories import MONDAY
from tests.factories.people import make_presenter, make_user, works
from tests.factories.places import make_municipality
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_guardian
from tests.factories.staffing import a_confirmed_visit, a_held_visit, an_offered_visit
from tests.web.browser import browser_of, staff_of
from tests.web.reading import a_link, rows_of, selects_of, text_of

TOMORROW = MONDAY.date() + dt.timedelta(days=1)


@pytest.fixture
def presenter(app) -> Presenter:
    return make_presenter()


@pytest.fixture
def me(app, presenter):
    """The presenter's own browser."""
    return browser_of(app, presenter)


@pytest.fixture
def coordinator(app, presenter):
    return staff_of(app, presenter)


def filled(**given) -> dict[str, object]:
    fair = {
        "given_name": "Tara", "family_name": "Jović", "email": "tara@home.example", "kind": "influencer",
        "birth_date": "1.3.2005", "topics": ["privacy"], "languages": ["sr", "hu"], "language": "en",
    }  # fmt: skip
    if "home" not in given:
        fair["home"] = make_municipality("Кула").id
    return fair | given


def hours_of(presenter: Presenter) -> list[tuple[int, str, str]]:
    return [
        (row.weekday, f"{row.from_local:%H:%M}", f"{row.until_local:%H:%M}")
        for row in queries.hours_of([presenter.id])[presenter.id]
    ]


def test_the_list_shows_presenters_of_the_centre_only_and_an_empty_one_what_to_do(app, coordinator, presenter):
    a_cleared_educator(centre_id=presenter.centre_id, given_name="Јелена", family_name="Ристић")
    make_presenter(given_name="Туђа", family_name="Предавачица")

    page = coordinator.get("/people").text

    assert ("Јелена Ристић" in page, "Туђа" in page) == (True, False)
    assert "/people/new" in browser_of(app, make_user()).get("/people").text


def test_a_coordinator_adds_a_presenter_and_goes_on_to_her_hours(coordinator):
    answer = coordinator.post("/people/new", data=filled())

    presenter_id = rows_of(Presenter.id)[-1]
    assert answer.location == f"/people/{presenter_id}/hours"
    row = queries.presenters_by_id([presenter_id])[presenter_id]
    assert (row.full_name, row.kind, row.home_sr_latn) == ("Tara Jović", PresenterKind.INFLUENCER, "Kula")
    assert rows_of(User.language)[-1] == "en", "her own, whoever added her reads Serbian"


@pytest.mark.parametrize(
    "wrong",
    [
        *({"birth_date": typed} for typed in ("", "31.2.2005", f"1.1.{TOMORROW.year - 10}")),
        *({"home": typed} for typed in ("4711", "x", "")),
        *(
            {"email": "tara"},
            {"topics": []},
            {"languages": ["klingon"]},
            {"kind": ""},
            {"language": ""},
            {"given_name": "x" * 500},
        ),
    ],
    ids=str,
)
def test_wrong_input_is_told_and_everything_typed_is_kept(coordinator, wrong):
    answer = coordinator.post("/people/new", data=filled(**wrong))

    assert answer.status_code == 422
    assert 'value="Jović"' in answer.text
    assert "field__error" in answer.text
    assert len(rows_of(Presenter)) == 1, "nobody beside the one of the list"


def test_the_week_is_typed_stored_and_shown_again(me, presenter):
    path = f"/people/{presenter.id}/hours"

    assert me.post(path, data={"day_0": "8-13, 16:30 – 18", "day_4": "9.15-24"}).status_code == 302

    shown = me.get(path).text
    assert ('value="08:00' in shown, 'value="09:15' in shown) == (True, True)
    assert hours_of(presenter) == [(0, "08:00", "13:00"), (0, "16:30", "18:00"), (4, "09:15", "23:59")]


def test_a_week_of_mornings_and_afternoons_is_ticked_and_shown_ticked(me, presenter):
    path = f"/people/{presenter.id}/hours"

    assert me.post(path, data={"half_0": ["morning", "afternoon"], "half_3": ["afternoon"], "day_3": "9-11"}).location

    monday, thursday = [("08:00", "13:00"), ("13:00", "20:00")], [("09:00", "11:00"), ("13:00", "20:00")]
    assert hours_of(presenter) == [*((0, *half) for half in monday), *((3, *half) for half in thursday)]
    page = me.get(path).text
    assert re.findall(r'<input checked[^>]* id="(half_\d-\d)"', page) == ["half_0-0", "half_0-1"]
    assert 'value="09:00–11:00, 13:00–20:00"' in page


@pytest.mark.parametrize(
    "half", [{"half_2": ["night"]}, {"half_2": ["morning"], "day_2": "12-14"}, {"half_2": "x" * 5000}]
)
def test_a_half_that_is_none_or_overlaps_is_told_and_nothing_is_stored(me, presenter, half):
    assert me.post(f"/people/{presenter.id}/hours", data=half).status_code == 422
    assert hours_of(presenter) == []


@pytest.mark.parametrize("typed", ["morning", "8-", "25-26", "13-8", "8-12, 11-13", "8:99-9"])
def test_hours_that_are_none_are_told_and_kept(me, presenter, typed):
    answer = me.post(f"/people/{presenter.id}/hours", data={"day_2": typed})

    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert hours_of(presenter) == []


def test_days_away_are_added_and_removed(me, presenter):
    path, typed = f"/people/{presenter.id}", f"{TOMORROW:%d.%m.%Y.}"

    assert me.post(path, data={"first_day": typed, "last_day": typed, "available": "no"}).status_code == 302
    (row,) = queries.exceptions_of([presenter.id], TOMORROW)[presenter.id]
    assert (row.first_day, row.available) == (TOMORROW, False)
    assert f"/people/{presenter.id}/exceptions/{row.id}/remove" in me.get(path).text
    assert me.post(f"{path}/exceptions/{row.id}/remove").status_code == 302
    assert me.post(path, data={"first_day": "2026-02-30", "last_day": typed}).status_code == 422


def test_skills_are_changed(me, presenter):
    page, home = f"/people/{presenter.id}", {"home": presenter.home_id}

    assert me.post(f"{page}/skills", data=home | {"topics": ["privacy"], "languages": ["hu"]}).location == page
    assert me.post(f"{page}/skills", data=home).status_code == 422
    assert queries.presenters_by_id([presenter.id])[presenter.id].languages == ("hu",)


@pytest.mark.parametrize("tail", ["", "/skills", "/hours"])
def test_another_presenters_page_does_not_exist_for_a_presenter_nor_for_another_centre(app, presenter, tail):
    for stranger in (make_presenter(), make_user()):
        assert browser_of(app, stranger).get(f"/people/{presenter.id}{tail}").status_code == 404


def test_a_minors_birth_date_and_address_stand_on_no_page(presenter, coordinator):
    given = {"birth_date": dt.date(2010, 3, 17), "email": "tara@home.example", "centre_id": presenter.centre_id}
    minor = make_presenter(PresenterKind.INFLUENCER, **given)

    page = coordinator.get(f"/people/{minor.id}").text + coordinator.get("/people").text

    assert "17" not in [part.strip() for part in page.split(".")]
    assert "2010" not in page
    assert "tara@home.example" not in page


def test_a_coordinator_suspends_a_presenter_and_reads_who_restores_her(app, coordinator, presenter):
    page = f"/people/{presenter.id}?lang=en"
    assert f'action="/people/users/{presenter.user_id}/suspend"' in coordinator.get(page).text

    assert coordinator.post(f"/people/users/{presenter.user_id}/suspend").location == "/people"

    assert presenter.suspended_at == MONDAY
    shown = coordinator.get(page).text
    assert "A safeguarding officer or an administrator restores who was suspended." in shown
    assert "/restore" not in shown
    assert coordinator.post(f"/people/users/{presenter.user_id}/restore").status_code == 403
    officer = staff_of(app, presenter, Role.SAFEGUARDING)
    assert f'action="/people/users/{presenter.user_id}/restore"' in officer.get(page).text


def test_a_colleague_who_presents_too_is_not_suspended_by_a_coordinator(coordinator, presenter):
    with transaction() as writing:
        writing.add(UserRole(user_id=presenter.user_id, role=Role.ADMINISTRATOR))

    assert "/suspend" not in coordinator.get(f"/people/{presenter.id}").text
    assert coordinator.post(f"/people/users/{presenter.user_id}/suspend").status_code == 403
    assert presenter.suspended_at is None


# --- the page of one presenter ---


def an_educator(programme, **given):
    return works(a_cleared_educator(centre_id=programme.centre_id, phone="+381641234567", **given))


def test_phone_and_mail_are_links_for_staff_and_for_herself(app, desk, programme):
    person = an_educator(programme, email="jelena@home.example")
    officer = staff_of(app, programme, Role.SAFEGUARDING)

    for reader in (desk, officer, browser_of(app, person)):
        page = reader.get(f"/people/{person.id}").text
        assert 'href="tel:+381641234567"' in page
        assert 'href="mailto:jelena@home.example"' in page
    stranger = browser_of(app, an_educator(programme))
    assert stranger.get(f"/people/{person.id}").status_code == 404
    assert browser_of(app, make_user()).get(f"/people/{person.id}").status_code == 404


def test_a_minor_is_reached_through_her_guardian(app, desk, programme):
    born = dt.date(2010, 3, 1)
    given = {"centre_id": programme.centre_id, "phone": "+381601112223", "email": "tara@home.example"}
    minor = make_presenter(PresenterKind.INFLUENCER, birth_date=born, **given)
    make_guardian(minor.id, phone="+381609998887")

    page = desk.get(f"/people/{minor.id}").text
    own = browser_of(app, minor).get(f"/people/{minor.id}").text

    assert 'href="tel:+381609998887"' in page
    assert "+381601112223" not in page
    assert "tara@home.example" not in page
    assert "+381609998887" not in own


def test_next_and_past_visits_stand_on_the_page_and_open_from_it(desk, programme):
    person = an_educator(programme)
    past = a_held_visit(person, programme=programme, on_day=MONDAY.date() - dt.timedelta(days=7))
    coming = a_confirmed_visit(person, programme=programme)
    asked = an_offered_visit(person, programme=programme, on_day=coming.on_day + dt.timedelta(days=1))

    page = desk.get(f"/people/{person.id}?lang=en").text

    to_come, before = page.split('id="past"')
    assert all(f"/visits/{one.number}" in to_come for one in (coming, asked))
    assert f"/visits/{past.number}" in before
    assert f"/visits/{past.number}" not in to_come
    assert f'href="/hosts/{coming.host_id}"' in to_come


def test_past_visits_are_paged(desk, programme):
    person = an_educator(programme)
    numbers = [
        a_held_visit(person, programme=programme, on_day=MONDAY.date() - dt.timedelta(days=day)).number
        for day in range(1, 12)
    ]

    first, second = (desk.get(f"/people/{person.id}?past={page}").text for page in (1, 2))

    assert f"/visits/{numbers[0]}" in first
    assert f"/visits/{numbers[-1]}" not in first
    assert f"/visits/{numbers[-1]}" in second


def test_the_page_asks_equally_often_for_one_visit_and_for_many(desk, programme):
    person = an_educator(programme)
    for day in (1, 2, 3):
        a_held_visit(person, programme=programme, on_day=MONDAY.date() - dt.timedelta(days=day))
        a_confirmed_visit(person, programme=programme, on_day=MONDAY.date() + dt.timedelta(days=day))

        at_most(11, selects_of(desk, f"/people/{person.id}"))  # with the reader's rights, the audit of reads, history


def test_load_and_kilometres_stand_against_the_hours_that_she_offers(desk, programme):
    person = an_educator(programme)
    a_confirmed_visit(person, programme=programme)

    page = desk.get(f"/people/{person.id}?lang=en").text

    assert "presentations in four weeks, 48 at most" in page
    assert "hours promised; offered in four weeks: 160" in page  # eight hours on five days of each
    assert "<dd>0.8</dd>" in page


def test_a_week_away_is_not_offered():
    hours = [Hours(day, dt.time(8), dt.time(13, 30)) for day in range(5)]
    away = ExceptionRow(1, MONDAY.date(), MONDAY.date() + dt.timedelta(days=6), available=False)
    last = MONDAY.date() + dt.timedelta(days=27)

    assert offered_minutes(hours, [], MONDAY.date(), last) == 20 * 330
    assert offered_minutes(hours, [away], MONDAY.date(), last) == 15 * 330


def test_what_was_agreed_by_phone_is_kept_and_read_by_coordinators_alone(app, desk, programme):
    person = an_educator(programme)
    said = {"text": "Comes by train, wants the late hour"}

    assert desk.post(f"/people/{person.id}/notes", data=said).location == f"/people/{person.id}"
    assert said["text"] in desk.get(f"/people/{person.id}").text

    officer = staff_of(app, programme, Role.SAFEGUARDING)
    for reader in (officer, browser_of(app, person)):
        assert said["text"] not in reader.get(f"/people/{person.id}").text
        assert reader.post(f"/people/{person.id}/notes", data=said).status_code == 403
    assert browser_of(app, make_user()).post(f"/people/{person.id}/notes", data=said).status_code == 404


def test_an_empty_note_is_refused_beside_its_field_and_about_a_minor_none_is_kept(desk, programme):
    person, minor = an_educator(programme), a_cleared_minor(centre_id=programme.centre_id)

    assert desk.post(f"/people/{person.id}/notes", data={"text": ""}).status_code == 422
    refused = desk.post(f"/people/{minor.id}/notes", data={"text": "shy"})

    assert refused.status_code == 422
    assert rows_of(PresenterNote) == []
    assert 'id="notes"' not in desk.get(f"/people/{minor.id}").text


# --- trainings ---


TYPED = {"on_day": "14.9.2026.", "subject": "handing_on", "minutes": "90"}


@pytest.fixture
def tara(session):
    return a_cleared_minor()


@pytest.fixture
def staff(app, tara):
    return staff_of(app, tara)


@pytest.fixture
def address(tara):
    return f"/people/{tara.id}/trainings"


def test_staff_note_a_training_and_she_reads_it_herself(app, staff, tara, address):
    assert "No training is noted yet" in staff.get(f"{address}?lang=en").text

    assert staff.post(address, data=TYPED).status_code == 302

    for page in (staff.get(f"{address}?lang=en"), browser_of(app, tara).get("/my-part?lang=en")):
        assert "What to do when a child tells something 14 Sep 2026 1 h 30 min" in text_of(page)


def test_one_by_a_slip_is_taken_back(staff, address):
    staff.post(address, data=TYPED)
    back = re.search(rf"{address}/\d+/take-back", staff.get(address).text)[0]

    assert staff.post(back).status_code == 302
    assert staff.post(back).status_code == 404


def test_what_cannot_have_been_is_refused_beside_its_field(staff, address):
    answer = staff.post(f"{address}?lang=en", data=TYPED | {"minutes": "3"})

    assert answer.status_code == 422
    assert 'value="3"' in answer.text


def test_it_is_staffs_alone(app, tara, address):
    for role in (Role.EDUCATOR, Role.SAFEGUARDING):
        assert staff_of(app, tara, role).get(address).status_code == 403
    assert browser_of(app, make_user()).get(address).status_code == 404


# --- the photograph on the card that a school sees ---


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (900, 1200)) -> bytes:
    drawn = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Qtelefon"
    Image.new("RGB", size, "teal").save(drawn, format=kind, exif=exif)
    return drawn.getvalue()


def give(browser, content: bytes, **more):
    data = {"photo": (io.BytesIO(content), "me.jpg"), "agreed": "y"} | more
    return browser.post("/account/photo", data=data, content_type="multipart/form-data")


@pytest.fixture
def with_youth(app):
    """A programme to which a young presenter comes along."""
    return make_programme(influencers=1)


@pytest.fixture
def ana(with_youth):
    return a_cleared_educator(centre_id=with_youth.centre_id, given_name="Ana", family_name="Marić")


@pytest.fixture
def anas(app, ana):
    """Ana's browser."""
    return browser_of(app, ana)


def page_of(visit) -> str:
    return f"/status/{a_link(visit.school_request_id)}"


def test_it_is_drawn_anew_small_and_without_what_a_telephone_wrote(anas, ana):
    assert give(anas, a_picture()).location == "/account"

    answer = anas.get(f"/people/{ana.id}/photo")

    assert answer.mimetype == "image/jpeg"
    assert "no-store" in answer.headers["Cache-Control"]
    assert len(answer.data) < 30_000
    assert b"Qtelefon" not in answer.data
    with Image.open(io.BytesIO(answer.data)) as face:
        assert face.size == (FACE_SIDE, FACE_SIDE)
    assert f"/people/{ana.id}/photo" in anas.get("/account").text


@pytest.mark.parametrize("content", [b"", b"no picture", b"%PDF-1.4 /Page %%EOF", a_picture(size=(90, 90))])
def test_what_is_no_picture_is_refused_beside_the_field(anas, content):
    answer = give(anas, content)

    assert (answer.status_code, "field__error" in answer.text) == (422, True)
    assert rows_of(PresenterPhoto) == []


def test_without_consent_none_is_kept(anas):
    assert give(anas, a_picture(), agreed="").status_code == 422
    assert rows_of(PresenterPhoto) == []


def test_of_a_minor_none_is_kept_by_whatever_way(app, with_youth):
    minor = a_cleared_minor(centre_id=with_youth.centre_id)
    hers = browser_of(app, minor)

    assert give(hers, a_picture()).status_code == 422
    assert "/account/photo" not in hers.get("/account").text
    for row in (
        PresenterPhoto(presenter_id=minor.id, picture=b"x", agreed_on=MONDAY.date()),
        PresenterNote(presenter_id=minor.id, said_on=MONDAY.date(), by="user:1", text="x"),
    ):
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(row)
        db.session.rollback()


def test_the_school_sees_face_and_day_of_the_check_once_it_is_told_who_comes(client, with_youth, ana, anas):
    minor = a_cleared_minor(centre_id=with_youth.centre_id, given_name="Тара")
    give(anas, a_picture())
    path = page_of(a_confirmed_visit(ana, minor, programme=with_youth))

    page = client.get(f"{path}?lang=en").text

    assert f'src="{path}/photo/{ana.id}"' in page
    assert re.search(r"educator, checked on [^<]*2020", page)
    assert client.get(f"{path}/photo/{ana.id}").mimetype == "image/jpeg"
    assert client.get(f"{path}/photo/{minor.id}").status_code == 404


def test_of_a_grown_influencer_too_the_school_reads_the_day_of_the_check_and_of_a_minor_none(client, with_youth, ana):
    grown = a_cleared_educator(kind=PresenterKind.INFLUENCER, centre_id=with_youth.centre_id)
    minor = a_cleared_minor(centre_id=with_youth.centre_id, given_name="Тара")

    page = client.get(f"{page_of(a_confirmed_visit(ana, grown, minor, programme=with_youth))}?lang=en").text

    assert len(re.findall(r"young presenter, checked on [^<]*2020", page)) == 1


def test_no_other_school_sees_it_nor_this_one_before_it_is_told(app, client, with_youth, ana, anas):
    give(anas, a_picture())
    offered, other = an_offered_visit(ana, programme=with_youth), a_confirmed_visit(programme=with_youth)

    for visit in (offered, other):
        assert client.get(f"{page_of(visit)}/photo/{ana.id}").status_code == 404
    assert browser_of(app, make_user()).get(f"/people/{ana.id}/photo").status_code == 404


def test_taken_away_it_is_gone_for_every_school(client, with_youth, ana, anas):
    give(anas, a_picture())
    path = page_of(a_confirmed_visit(ana, programme=make_programme(centre_id=with_youth.centre_id)))
    assert client.get(f"{path}/photo/{ana.id}").status_code == 200

    assert anas.post("/account/photo/remove").location == "/account"

    assert client.get(f"{path}/photo/{ana.id}").status_code == 404
    assert f"/photo/{ana.id}" not in client.get(path).text
