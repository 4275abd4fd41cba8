"""Pages of the guardian, her consents and papers, and of a birth date that two correct."""

import datetime as dt
from io import BytesIO

import pytest
from sqlalchemy import select

from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.people.models import Presenter
from scheduler.people.rules import adult_on, may_present_from
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from scheduler.safeguarding.models import BirthDateCorrection, ConsentPaper, Guardian, GuardianConsent
from scheduler.safeguarding.terms import CONSENT_TEXT, WithdrawnBy
from tests.factories import MONDAY
from tests.factories.people import known_staff, make_presenter, make_user
from tests.factories.safeguarding import a_cleared_minor, a_scan, make_consent, make_guardian
from tests.laws.page_reader import seen_on
from tests.visits.defences import take_defences_away
from tests.web.browser import browser_of
from tests.web.reading import a_link, main_of, rows_of, value_of

TODAY, DAY = MONDAY.date(), dt.timedelta(days=1)
VESNA = {"name": "Vesna Ilić", "email": "vesna@family.example", "phone": "064 123-4567"}
TICKED = {"name": "Vesna Ilić", "takes_part": "y", "text_version": CONSENT_TEXT}


@pytest.fixture
def minor(programme) -> Presenter:
    names = {"given_name": "Tara", "family_name": "Kostić", "email": "tara@home.example"}
    born, centre_id = dt.date(2010, 3, 1), programme.centre_id
    return make_presenter(PresenterKind.INFLUENCER, birth_date=born, centre_id=centre_id, **names)


@pytest.fixture
def guardian(minor) -> Guardian:
    return make_guardian(minor.id)


@pytest.fixture
def page(minor) -> str:
    """Where staff reads the minor's proofs."""
    return f"/safeguarding/{minor.id}"


@pytest.fixture
def desk(app, programme):
    """A coordinator's browser, whose second look counts."""
    return browser_of(app, known_staff(programme.centre_id, Role.COORDINATOR))


def link_of(guardian: Guardian) -> str:
    return f"/consent/{a_link(guardian.id, 'guardian')}"


def a_paper(**given) -> dict[str, object]:
    fair = {
        "given_on": TODAY - DAY,
        "valid_until": TODAY + 300 * DAY,
        "takes_part": "y",
        "seen": "y",
        "text_version": CONSENT_TEXT,
        "scan": (BytesIO(a_scan()), "scan.png"),
    }
    return fair | given


def test_a_guardian_is_named_confirmed_by_a_second_person_and_asked(officer, desk, page):
    path = f"{page}/guardian"
    assert officer.get(path).status_code == 200

    for wrong in ({"email": "Tara+mama@home.example"}, {"name": ""}, {"phone": "none"}):
        answer = officer.post(path, data=VESNA | wrong)
        assert (answer.status_code, "field__error" in answer.text) == (422, True)
    assert officer.post(path, data=VESNA).location == page

    [row] = rows_of(Guardian)
    assert (row.email, row.phone) == ("vesna@family.example", "+381641234567")
    by, hers = ({"guardian": row.id}, officer.get(f"{page}?lang=en").text)
    assert ("A colleague must confirm them" in hers, "Send the guardian the link" in hers) == (True, False)
    assert "Confirm the guardian" in desk.get(f"{page}?lang=en").text
    assert "still confirming that you are the guardian" in officer.get(f"{link_of(row)}?lang=en").text
    officer.post(f"{path}/confirm", data=by)  # who named them is no second person
    desk.post(f"{path}/confirm", data={"guardian": row.id + 1})  # nor is what was not read confirmed
    assert rows_of(OutboxMessage) == []
    assert desk.post(f"{path}/confirm", data=by).location == page
    assert [mail.kind for mail in rows_of(OutboxMessage)] == ["consent_asked"]
    shown = officer.get(f"{page}?lang=en").text
    for words in ("Vesna Ilić", "Send the guardian the link", "Record a consent on paper", "Replace the guardian"):
        assert words in shown


def test_a_guardians_name_is_read_in_the_letters_of_the_page(officer, minor, page):
    guardian = make_guardian(minor.id, name="Весна Илић")
    make_consent(minor.id, guardian_id=guardian.id, guardian_name="Весна Илић")
    officer.post(f"{page}/consent", data=a_paper())
    paper = f"/safeguarding/papers/{rows_of(ConsentPaper.id)[0]}"

    for address in (page, f"{page}/consent", paper, link_of(guardian)):
        shown = main_of(officer.get(f"{address}?lang=sr_Latn"))
        assert ("Vesna Ilić" in shown, "Весна" in shown) == (True, False), address


def test_a_guardian_ticks_and_signs_behind_the_link_and_opening_it_gives_nothing(client, guardian):
    path = link_of(guardian)
    for _scanner in range(20):
        shown = client.get(path + "?lang=en")
        assert (shown.status_code, "checked" in shown.text) == (200, False), "purposes are off until ticked"
    for wrong in ({}, TICKED | {"name": ""}, TICKED | {"text_version": "old"}):
        assert client.post(path, data=wrong).status_code == 422
    assert rows_of(GuardianConsent) == []

    assert client.post(path, data=TICKED).location == path

    [row] = rows_of(GuardianConsent)
    assert (row.takes_part, row.travels, row.rides, row.photo) == (True, False, False, False)
    settled = client.get(path + "?lang=en").text
    assert "Withdraw my consent" in settled
    assert "Kostić" not in settled, "of the young person the first name is enough"


def test_a_guardian_who_goes_back_and_takes_a_tick_away_reads_what_stands_and_presses_once_more(client, guardian):
    path, fewer = link_of(guardian), TICKED | {"form_key": "of-one-page"}
    client.get(path + "?lang=en")
    assert client.post(path, data=fewer | {"travels": "y"}).location == path

    told = client.post(path, data=fewer)

    assert (told.status_code, "Press once more" in told.text) == (422, True)
    assert client.post(path, data=fewer | {"form_key": value_of(told, "form_key")}).location == path
    assert [(row.travels, row.withdrawn_by) for row in rows_of(GuardianConsent)] == [
        (True, WithdrawnBy.REPLACED),
        (False, None),
    ]


def test_a_guardian_withdraws_by_one_button_without_signing_in(client, minor):
    consent = make_consent(minor.id)
    path = link_of(db.session.get(Guardian, consent.guardian_id))
    assert f'href="{path}/withdraw"' in client.get(path).text
    asked = client.get(path + "/withdraw?lang=en").text
    assert "Withdraw the consent?" in asked
    assert "Tara has no visits to come." in asked
    assert rows_of(GuardianConsent.withdrawn_at) == [None], "looking does nothing"

    assert client.post(path + "/withdraw").location == path

    [row] = rows_of(GuardianConsent)
    assert (row.withdrawn_at, row.withdrawn_by) == (MONDAY, WithdrawnBy.GUARDIAN)
    assert "Withdraw my consent" not in client.get(path + "?lang=en").text
    assert client.post(path + "/withdraw").location == path, "twice is once"


def test_a_link_of_who_was_replaced_has_ended_and_a_strange_one_never_was(client, minor):
    path = link_of(make_guardian(minor.id, replaced_at=MONDAY))
    make_guardian(minor.id, email="petar@family.example", in_force_at=MONDAY)

    for tail in ("", "/withdraw"):
        assert client.post(path + tail, data={"name": "V"}).status_code == 410
        assert client.post("/consent/nothing" + tail).status_code == 404


@pytest.mark.parametrize("case", ["account", "named after a withdrawal", "of age"])
def test_who_may_not_consent_by_a_link_reads_why(client, minor, guardian, case):
    path = link_of(guardian)
    if case == "account":
        make_user(Role.EDUCATOR, email="vesna@family.example")
    elif case == "of age":
        with transaction() as session:
            take_defences_away(session, "presenter")
            born, grown = dt.date(2000, 1, 1), session.get(Presenter, minor.id)
            grown.birth_date, grown.adult_on, grown.may_present_from = born, adult_on(born), may_present_from(born)
    else:
        make_consent(minor.id, withdrawn_at=MONDAY, withdrawn_by=WithdrawnBy.STAFF)
        with transaction() as session:
            session.get(Guardian, guardian.id).replaced_at = MONDAY
        path = link_of(make_guardian(minor.id, email="petar@family.example", in_force_at=MONDAY))

    shown = client.get(path + "?lang=en")

    assert (shown.status_code, "I give my consent" in shown.text) == (200, False)
    assert client.post(path, data=TICKED).status_code == 422


def test_a_paper_is_seen_by_two_and_then_counts(officer, desk, guardian, page):
    assert "checked" not in officer.get(f"{page}/consent").text, "purposes are off until ticked"

    assert officer.post(f"{page}/consent", data=a_paper()).location == page

    [paper_id] = rows_of(ConsentPaper.id)
    paper = f"/safeguarding/papers/{paper_id}"
    assert paper in officer.get("/safeguarding").text
    assert paper in officer.get(page).text
    assert "Confirm the consent" not in officer.get(paper + "?lang=en").text
    assert officer.post(paper, data={"seen": "y"}).status_code == 422
    assert "Confirm the consent" in desk.get(paper + "?lang=en").text
    assert desk.post(paper, data={}).status_code == 422
    assert rows_of(GuardianConsent) == []
    assert desk.post(paper, data={"seen": "y"}).location == page
    assert rows_of(GuardianConsent.paper_id) == [paper_id]
    assert paper not in officer.get("/safeguarding").text


def test_a_scan_is_shown_as_what_it_is_and_stays_in_no_cache(officer, guardian, page):
    for kind, mimetype, apart in (("png", "image/png", False), ("pdf", "application/pdf", True)):
        officer.post(f"{page}/consent", data=a_paper(scan=(BytesIO(a_scan(kind)), "whatever.exe")))
        paper = f"/safeguarding/papers/{rows_of(ConsentPaper.id)[-1]}"
        answer = officer.get(f"{paper}/scan")
        assert (answer.data, answer.mimetype, answer.headers["Cache-Control"]) == (a_scan(kind), mimetype, "no-store")
        assert ("attachment" in answer.headers.get("Content-Disposition", "")) == apart
        assert officer.get(paper).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"scan": (BytesIO(b""), "")},
        {"scan": (BytesIO(b"MZ not a scan"), "scan.png")},
        {"scan": (BytesIO(a_scan()), "0101990710008.png")},
        {"seen": ""},
        {"takes_part": ""},
        {"given_on": TODAY + DAY},
        {"valid_until": TODAY - 2 * DAY},
        {"given_on": "yesterday"},
        {"text_version": "old"},
    ],
)
def test_a_wrong_paper_is_told_and_nothing_is_stored(officer, guardian, page, wrong):
    answer = officer.post(f"{page}/consent", data=a_paper(**wrong))

    assert (answer.status_code, rows_of(ConsentPaper)) == (422, [])


def sent_whole(client, path: str, scan: bytes):
    """A form as a browser sends it, from memory: the test client would leave a file open for one of this size."""
    fields = {name: str(value) for name, value in a_paper(scan="").items() if name != "scan"}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    head = '--x\r\nContent-Disposition: form-data; name="scan"; filename="a.pdf"\r\n\r\n'
    body = "".join([*parts, head]).encode() + scan + b"\r\n--x--\r\n"
    return client.post(path, input_stream=BytesIO(body), content_type="multipart/form-data; boundary=x",
                       content_length=len(body))  # fmt: skip


def test_a_scan_of_three_megabytes_is_taken_and_one_of_six_is_not(officer, guardian, page):
    large = a_scan("pdf").replace(b"1 0 obj", b"x" * 3_000_000)

    assert sent_whole(officer, f"{page}/consent", large).status_code == 302
    assert sent_whole(officer, f"{page}/consent", large + b" " * 3_000_000).status_code == 413
    assert sent_whole(officer, f"{page}/guardian", large).status_code == 413
    assert len(rows_of(ConsentPaper)) == 1


def test_a_paper_without_a_guardian_is_refused_with_words(officer, page):
    assert "Name the guardian first" in officer.get(f"{page}/consent?lang=en").text

    assert officer.post(f"{page}/consent", data=a_paper()).status_code == 422


def test_a_paper_is_turned_down(officer, desk, guardian, page):
    officer.post(f"{page}/consent", data=a_paper())
    [paper_id] = rows_of(ConsentPaper.id)

    assert desk.post(f"/safeguarding/papers/{paper_id}/no").location == page

    assert rows_of(ConsentPaper.ended_at) == [MONDAY]
    assert desk.post(f"/safeguarding/papers/{paper_id}", data={"seen": "y"}).status_code == 422


def test_a_guardian_is_replaced_and_the_change_is_called_off(officer, guardian, page):
    path = f"{page}/guardian"
    assert "Until then" in officer.get(f"{path}?lang=en").text
    officer.post(path, data={"name": "Petar", "email": "petar@family.example"})
    assert "Petar" in officer.get(page).text
    assert officer.post(path, data={"name": "Eva", "email": "eva@family.example"}).status_code == 422

    assert officer.post(f"{path}/stays").location == page

    assert "Petar" not in officer.get(page).text
    assert officer.post(f"{path}/stays").status_code == 404


def test_the_link_is_sent_once_more_or_the_page_says_why_not(officer, minor, page):
    path = f"{page}/guardian/link?lang=en"
    assert officer.post(path).status_code == 302
    assert "Name the guardian first" in officer.get(f"{page}?lang=en").text
    make_guardian(minor.id)
    assert [officer.post(path).status_code for _press in range(2)] == [302, 302]
    waiting = select(OutboxMessage.kind).where(OutboxMessage.state == MessageState.WAITING)
    assert db.session.scalars(waiting).all() == ["consent_asked"]
    assert "on its way" in officer.get(f"{page}?lang=en").text


def test_the_link_is_sent_once_however_often_the_button_is_pressed(officer, minor):
    make_guardian(minor.id)
    page = officer.get(f"/safeguarding/{minor.id}?lang=en").text
    form = next(one for one in seen_on("", page)[0] if one.action.endswith("/guardian/link"))

    told = [officer.post(form.action, data=dict(form.fields)).location for _press in range(2)]

    assert told == [f"/safeguarding/{minor.id}"] * 2
    assert len(db.session.scalars(select(OutboxMessage.id)).all()) == 1


def test_a_minor_takes_the_consent_back_on_her_own_page(app):
    minor = a_cleared_minor()
    me = browser_of(app, minor)
    consent = db.session.scalars(select(GuardianConsent.id)).one()
    address = f"/safeguarding/consents/{consent}/withdraw"
    assert address in me.get("/account").text

    assert me.post(address).location == "/account"

    assert db.session.scalars(select(GuardianConsent.withdrawn_by)).one() is WithdrawnBy.MINOR
    assert address not in me.get("/account").text


def test_a_minor_reads_no_address_of_papers_or_guardian(app, minor, guardian, page):
    own = browser_of(app, minor).get(f"{page}?lang=en").text

    for words in ("vesna@family.example", "Record a consent", "Replace the guardian", "Correct the birth date"):
        assert words not in own


def test_two_of_the_staff_correct_a_birth_date(officer, desk, minor, page):
    path, confirm = f"{page}/birth-date", f"{page}/birth-date/confirm"
    assert officer.get(path).status_code == 200
    assert officer.post(path, data={"birth_date": "1.3.2010."}).status_code == 422
    assert officer.post(path, data={"birth_date": "2.3.2010."}).location == page
    [number] = rows_of(BirthDateCorrection.id)
    assert confirm not in officer.get(page).text
    assert confirm in desk.get(page).text

    for browser, data in ((officer, {"correction": number}), (desk, {}), (desk, {"correction": "77"})):
        assert browser.post(confirm, data=data).location == page
        assert db.session.get(Presenter, minor.id).birth_date == dt.date(2010, 3, 1)
    desk.post(confirm, data={"correction": number})

    assert dt.date(2028, 3, 2) in rows_of(Presenter.adult_on)


def test_a_birth_date_that_is_turned_down_stays(officer, desk, minor, page):
    officer.post(f"{page}/birth-date", data={"birth_date": "2.3.2010."})
    desk.post(f"{page}/birth-date/no")

    assert desk.post(f"{page}/birth-date/no").location == page
    assert db.session.get(Presenter, minor.id).birth_date == dt.date(2010, 3, 1)
    assert "2 March 2010" not in desk.get(page + "?lang=en").text


def test_an_educator_has_no_birth_date_to_correct(officer, programme):
    educator = make_presenter(centre_id=programme.centre_id)

    assert officer.get(f"/safeguarding/{educator.id}/birth-date").status_code == 404


def test_things_of_another_centre_do_not_exist(officer):
    other = a_cleared_minor()
    for tail in ("/guardian", "/consent", "/birth-date"):
        assert officer.get(f"/safeguarding/{other.id}{tail}").status_code == 404
    for tail in ("/guardian/link", "/guardian/stays", "/birth-date/no"):
        assert officer.post(f"/safeguarding/{other.id}{tail}").status_code == 404
    for tail in ("", "/scan"):
        assert officer.get(f"/safeguarding/papers/4711{tail}").status_code == 404


def test_a_guardian_reads_what_stands_before_changing_it(client, minor, guardian):
    path = link_of(guardian)
    assert "<details" not in main_of(client.get(path)).partition("<h1>")[2], "the question stands open"

    make_consent(minor.id, guardian_id=guardian.id)
    settled = main_of(client.get(path))
    assert settled.index("/withdraw") < settled.index('<details class="fold">')

    refused = client.post(path, data={"text_version": CONSENT_TEXT})
    assert (refused.status_code, '<details class="fold" open>' in refused.text) == (422, True)
    assert refused.text.count("field__error") >= len(("takes_part", "name")), "all that is missing at once"


def test_a_guardian_who_is_being_replaced_reads_it_and_afterwards_is_sent_to_the_centre(client, minor, the_clock):
    guardian = make_guardian(minor.id, replaced_at=MONDAY + dt.timedelta(days=7))
    path = link_of(guardian)
    assert "понедељка, 21. септембра 2026." in client.get(path).text

    the_clock.moves_on(dt.timedelta(days=8))
    gone = client.get(path)
    assert (gone.status_code, "Линк за старатеља" in gone.text, "/status/" in gone.text) == (410, True, False)


def test_after_a_withdrawal_the_page_offers_the_link_and_no_paper(officer, minor, page):
    make_consent(minor.id, withdrawn_at=MONDAY - DAY, withdrawn_by=WithdrawnBy.GUARDIAN)

    shown = officer.get(f"{page}?lang=en").text
    assert ("Send the guardian the link" in shown, "Record a consent on paper" in shown) == (True, False)
    instead = officer.get(f"{page}/consent?lang=en").text
    assert "only they can give the consent again" in instead
    assert f'action="{page}/guardian/link"' in instead
    assert officer.post(f"{page}/consent", data=a_paper()).status_code == 422

    assert rows_of(ConsentPaper) == []


def test_a_guardian_without_a_link_is_told_of_her_paper_before_it_counts(officer, desk, minor, page, the_clock):
    make_guardian(minor.id, email="parent@centre.example")
    make_user(centre_id=minor.centre_id, email="parent@centre.example")
    make_consent(minor.id, withdrawn_at=MONDAY - DAY, withdrawn_by=WithdrawnBy.GUARDIAN)
    officer.post(f"{page}/consent", data=a_paper(given_on=TODAY))
    [paper_id] = rows_of(ConsentPaper.id)
    paper = f"/safeguarding/papers/{paper_id}"
    assert "Record the notice" in desk.get(f"{paper}?lang=en").text
    refused = desk.post(f"{paper}?lang=en", data={"seen": "y"})
    assert (refused.status_code, "seven days later" in refused.text) == (422, True)

    for wrong in ({}, {"how": "phone"}, {"how": "phone", "told_on": TODAY - DAY}, {"how": "pigeon", "told_on": TODAY}):
        assert officer.post(f"{paper}/notice", data=wrong).status_code == 422
    assert officer.post(f"{paper}/notice", data={"how": "post", "told_on": TODAY}).location == paper
    assert officer.post(f"{paper}/notice", data={"how": "post", "told_on": TODAY}).status_code == 422

    for reader in (officer, desk):
        waiting = main_of(reader.get(f"{paper}?lang=en"))
        assert "By post" in waiting
        assert "can confirm this paper from Monday, 21 September 2026" in waiting
        assert "Confirm the consent" not in waiting
    assert "Wait until seven days" in desk.post(f"{paper}?lang=en", data={"seen": "y"}).text
    the_clock.stands_at(MONDAY + 7 * DAY)
    assert browser_of(desk.application, known_staff(minor.centre_id)).post(paper, data={"seen": "y"}).location == page


def test_who_is_no_second_person_reads_what_to_do_next(app, officer, guardian, minor, page):
    officer.post(f"{page}/consent", data=a_paper())
    officer.post(f"{page}/birth-date", data={"birth_date": "2.3.2010."})
    [paper_id], [number] = rows_of(ConsentPaper.id), rows_of(BirthDateCorrection.id)
    new = browser_of(app, make_user(centre_id=minor.centre_id))

    told = new.post(f"/safeguarding/papers/{paper_id}?lang=en", data={"seen": "y"})

    assert (told.status_code, "at least seven days older" in told.text) == (422, True)
    new.post(f"{page}/birth-date/confirm", data={"correction": number})
    assert "at least seven days older" in new.get(f"{page}?lang=en").text
