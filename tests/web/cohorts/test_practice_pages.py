"""The practice of reporting: buttons alone, judged at once; counted behind a part's own address, on its day."""

import re

import pytest

from scheduler.cohorts.queries import practice
from scheduler.cohorts.terms import CohortSkill, PracticeSums
from scheduler.core.db import db
from scheduler.policy import Role
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.cohorts import make_cohort, make_training
from tests.factories.people import make_centre, make_user
from tests.factories.places import make_host
from tests.factories.requests import make_school_request
from tests.factories.visits import make_visit
from tests.papers import pages_of, qr_codes_of, saved
from tests.web.browser import browser_of

EN = {"lang": "en"}


@pytest.fixture
def centre(session):
    return make_centre()


@pytest.fixture
def desk(app, centre):
    return browser_of(app, make_user(Role.COORDINATOR, centre_id=centre.id))


@pytest.fixture
def cohort(centre):
    """One whose part of reporting is held today."""
    training, host = make_training(centre.id), make_host().id
    asked = make_school_request(RequestState.CONFIRMED, programme=training, host_id=host)
    day = MONDAY.date()
    make_visit(VisitState.CONFIRMED, programme=training, host_id=host, school_request_id=asked.id, on_day=day)
    return make_cohort(training, host, (CohortSkill.REPORT, asked))


def words_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_everybody_reads_the_cases_and_types_nothing(client, centre):
    page = client.get(f"/practice/{centre.slug}", query_string=EN)

    assert words_of(page).count("Tell an adult whom I trust") == len(practice.shipped_cases())
    assert 'href="https://netpatrola.rs"' in page.text
    assert "tel:19833" in page.text
    main = page.text.partition("<main")[2]
    assert "<textarea" not in main
    assert 'type="text"' not in main
    assert client.get("/practice/nobody").status_code == 404


def test_an_answer_is_judged_at_once_with_the_reason_and_nothing_is_kept(client, centre, cohort):
    right = words_of(
        client.get(f"/practice/{centre.slug}", query_string=EN | {"case": "fake_shop", "way": "tell_adult"})
    )
    other = words_of(client.get(f"/practice/{centre.slug}", query_string=EN | {"case": "fake_shop", "way": "hotline"}))
    strange = client.get(f"/practice/{centre.slug}", query_string={"case": "Marko", "way": "Marko"})

    assert "Yes. Haste, and a card" in right
    assert "There is a better way. Haste, and a card" in other
    assert "Marko" not in strange.text.partition("<main")[2].partition("</main")[0]
    assert practice.sums_of(cohort.code) == {}


def test_groups_press_on_the_page_of_their_training_and_staff_read_the_sum(client, desk, cohort):
    address = re.search(rf"/practice/{cohort.code}/\d+/[0-9a-f]+", desk.get(f"/cohorts/{cohort.code}").text)[0]

    first = client.post(address, data={"case": "fake_shop", "way": "tell_adult"}, query_string=EN)
    client.post(address, data={"case": "fake_shop", "way": "hotline"})
    client.post(address, data={"case": "fake_shop", "way": "typed"})

    db.session.expire_all()
    assert "Yes." in words_of(first)
    assert practice.sums_of(cohort.code) == {"fake_shop": PracticeSums(2, 1)}
    assert "Case 3: 1 of 2 groups rightly" in words_of(desk.get(f"/cohorts/{cohort.code}", query_string=EN))
    assert client.get(f"{address[:-1]}x").status_code == 404
    assert client.post(address, data={"case": "Marko", "way": "hotline"}).status_code == 404


def test_on_another_day_the_page_counts_nothing_and_says_so(client, desk, cohort, the_clock):
    address = re.search(rf"/practice/{cohort.code}/\d+/[0-9a-f]+", desk.get(f"/cohorts/{cohort.code}").text)[0]
    the_clock.stands_at(MONDAY.replace(day=MONDAY.day + 1))

    answer = client.post(address, data={"case": "fake_shop", "way": "hotline"}, query_string=EN)

    assert answer.status_code == 409
    assert "counts nothing on others" in words_of(answer)
    assert practice.sums_of(cohort.code) == {}


def test_staff_reword_a_case_and_a_name_is_refused_with_the_reason(client, desk, centre):
    said = {"story_sr_cyrl": "Неко тражи слику.", "why_sr_cyrl": "Рећи одраслом.", "ways": "tell_adult"}

    named = desk.post(
        "/cohorts/practice/stranger", data=said | {"story_sr_cyrl": "Марко тражи слику."}, query_string=EN
    )
    desk.post("/cohorts/practice/stranger", data=said)

    assert named.status_code == 422
    assert "Remove the name" in words_of(named)
    assert "Марко" in named.text
    assert "Неко тражи слику." in client.get(f"/practice/{centre.slug}", query_string={"lang": "sr_Cyrl"}).text
    assert "Neko traži sliku." in client.get(f"/practice/{centre.slug}", query_string={"lang": "sr_Latn"}).text
    assert "in the centre's own words" in desk.get("/cohorts/practice", query_string=EN).text.replace("&#39;", "'")


def test_the_sheet_is_a_paper_for_everybody(client, centre):
    assert client.get(f"/practice/{centre.slug}/sheet.pdf").data.startswith(b"%PDF")


@pytest.mark.parametrize("lang", ["en", "sr_Cyrl", "sr_Latn"])
def test_the_sheet_of_a_training_opens_the_page_of_its_groups(client, desk, cohort, tmp_path, lang):
    link = re.search(rf'href="(/practice/{cohort.code}/[^"]+)/sheet.pdf"', desk.get(f"/cohorts/{cohort.code}").text)[1]
    paper = saved(client.get(f"{link}/sheet.pdf", query_string={"lang": lang}).data, tmp_path)

    address = qr_codes_of(paper)[0]

    assert address.endswith(link)
    assert client.get(link).status_code == 200
    assert pages_of(paper) == 1
    assert client.get(f"{link}x/sheet.pdf").status_code == 404
