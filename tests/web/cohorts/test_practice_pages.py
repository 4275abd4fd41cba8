"""The practice of reporting: buttons alone, judged at once; counted behind a part's own address, on its day."""

import re

import pytest

from scheduler.cohorts.queries import practice
from scheduler.cohorts.terms import CohortSkill, PracticeSums
from scheduler.core.db import db
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.cohorts import make_cohort, make_training
from tests.factories.people import make_centre
from tests.factories.requests import make_school_request
from tests.factories.visits import make_visit
from tests.papers import pages_of, qr_codes_of, saved
from tests.web.reading import EN, main_of, text_of


@pytest.fixture
def centre(app):
    return make_centre()


@pytest.fixture
def programme(centre):
    return make_training(centre.id)


@pytest.fixture
def cohort(programme):
    """One whose part of reporting is held today."""
    asked = make_school_request(RequestState.CONFIRMED, programme=programme)
    given = {"programme": programme, "host_id": asked.host_id, "school_request_id": asked.id}
    make_visit(VisitState.CONFIRMED, on_day=MONDAY.date(), **given)
    return make_cohort(programme, asked.host_id, (CohortSkill.REPORT, asked))


@pytest.fixture
def address(desk, cohort):
    """Where the groups of the cohort press."""
    return re.search(rf"/practice/{cohort.code}/\d+/[0-9a-f]+", desk.get(f"/cohorts/{cohort.code}").text)[0]


def test_everybody_reads_the_cases_and_types_nothing(client, centre):
    page = client.get(f"/practice/{centre.slug}", query_string=EN)

    assert text_of(page).count("Tell an adult whom I trust") == len(practice.shipped_cases())
    assert 'href="https://netpatrola.rs"' in page.text
    assert "tel:19833" in page.text
    assert not re.search(r'<textarea|type="text"', main_of(page))
    assert client.get(f"/practice/{centre.slug}/sheet.pdf").data.startswith(b"%PDF")
    assert client.get("/practice/nobody").status_code == 404


def test_an_answer_is_judged_at_once_with_the_reason_and_nothing_is_kept(client, centre, cohort):
    def answered(case, way):
        return client.get(f"/practice/{centre.slug}", query_string=EN | {"case": case, "way": way})

    assert "Yes. Haste, and a card" in text_of(answered("fake_shop", "tell_adult"))
    assert "There is a better way. Haste, and a card" in text_of(answered("fake_shop", "hotline"))
    assert "Marko" not in main_of(answered("Marko", "Marko"))
    assert practice.sums_of(cohort.code) == {}


def test_groups_press_on_the_page_of_their_training_and_staff_read_the_sum(client, desk, cohort, address):
    first = client.post(address, data={"case": "fake_shop", "way": "tell_adult"}, query_string=EN)
    client.post(address, data={"case": "fake_shop", "way": "hotline"})
    client.post(address, data={"case": "fake_shop", "way": "typed"})

    db.session.expire_all()
    assert "Yes." in text_of(first)
    assert practice.sums_of(cohort.code) == {"fake_shop": PracticeSums(2, 1)}
    assert "Case 3: 1 of 2 groups rightly" in text_of(desk.get(f"/cohorts/{cohort.code}", query_string=EN))
    assert client.get(f"{address[:-1]}x").status_code == 404
    assert client.post(address, data={"case": "Marko", "way": "hotline"}).status_code == 404


def test_on_another_day_the_page_counts_nothing_and_says_so(client, cohort, address, the_clock):
    the_clock.stands_at(MONDAY.replace(day=MONDAY.day + 1))

    answer = client.post(address, data={"case": "fake_shop", "way": "hotline"}, query_string=EN)

    assert answer.status_code == 409
    assert "counts nothing on others" in text_of(answer)
    assert practice.sums_of(cohort.code) == {}


def test_staff_reword_a_case_and_a_name_is_refused_with_the_reason(client, desk, centre):
    said = {"story_sr_cyrl": "Неко тражи слику.", "why_sr_cyrl": "Рећи одраслом.", "ways": "tell_adult"}

    with_a_name = said | {"story_sr_cyrl": "Марко тражи слику."}

    named = desk.post("/cohorts/practice/stranger", data=with_a_name, query_string=EN)
    desk.post("/cohorts/practice/stranger", data=said)

    assert named.status_code == 422
    assert "Remove the name" in text_of(named)
    assert "Марко" in named.text
    assert "Неко тражи слику." in client.get(f"/practice/{centre.slug}", query_string={"lang": "sr_Cyrl"}).text
    assert "Neko traži sliku." in client.get(f"/practice/{centre.slug}", query_string={"lang": "sr_Latn"}).text
    assert "in the centre's own words" in desk.get("/cohorts/practice", query_string=EN).text.replace("&#39;", "'")


@pytest.mark.parametrize("lang", ["en", "sr_Cyrl", "sr_Latn"])
def test_the_sheet_of_a_training_opens_the_page_of_its_groups(client, desk, cohort, address, tmp_path, lang):
    assert f'href="{address}/sheet.pdf"' in desk.get(f"/cohorts/{cohort.code}").text

    paper = saved(client.get(f"{address}/sheet.pdf", query_string={"lang": lang}).data, tmp_path)

    assert qr_codes_of(paper)[0].endswith(address)
    assert client.get(address).status_code == 200
    assert pages_of(paper) == 1
    assert client.get(f"{address}x/sheet.pdf").status_code == 404
