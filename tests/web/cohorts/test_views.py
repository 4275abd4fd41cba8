"""Pages of cohorts: all of them, one, a training that becomes a part, the school's own, the public's, reports."""

import re

import pytest

from scheduler.cohorts.queries import lists as queries
from scheduler.cohorts.terms import CohortSkill
from tests.factories.cohorts import held_request, hold, make_cohort, make_training
from tests.factories.people import make_centre
from tests.factories.places import make_host, make_municipality
from tests.factories.requests import make_school_request
from tests.web.reading import EN, a_link, main_of, text_of

RECOGNISE, HELP, REPORT = CohortSkill
BEGUN = {"size": "12", "school_level": "primary", "grade": "7"}


@pytest.fixture
def programme(app):
    return make_training(make_centre().id)


@pytest.fixture
def town(app):
    return make_municipality("Суботица")


def begun(desk, programme):
    """The code of a cohort that has begun on its page, and the request that is its first part."""
    asked = make_school_request(programme=programme)
    answer = desk.post(f"/cohorts/of/{asked.number}/begin", data=BEGUN)
    assert answer.status_code == 302
    return answer.location.rpartition("/")[2], asked


def trained_cohort(programme, host_id):
    """One that has held all of its parts."""
    parts = [(skill, held_request(programme, host_id)) for skill in CohortSkill]
    return make_cohort(programme, host_id, *parts, level=3)


def test_a_request_for_a_training_begins_a_cohort_and_leads_to_it(desk, programme):
    asked = make_school_request(programme=programme)
    assert f"/cohorts/of/{asked.number}" in desk.get(f"/requests/{asked.number}", query_string=EN).text
    assert 'value="90"' in desk.get(f"/cohorts/of/{asked.number}").text

    location = desk.post(f"/cohorts/of/{asked.number}/begin", data=BEGUN).location

    page = text_of(desk.get(location, query_string=EN))
    assert "Not begun no part yet" in page
    assert "grade 7, primary school" in page
    assert "no name of a pupil is kept here" in page
    assert location in desk.get(f"/requests/{asked.number}").text
    assert "It is a part of a cohort" in text_of(desk.get(f"/cohorts/of/{asked.number}", query_string=EN))


def test_no_page_of_cohorts_has_a_field_into_which_a_name_fits(desk, programme):
    code, _asked = begun(desk, programme)
    loose = make_school_request(programme=programme)

    for path in ("/cohorts", f"/cohorts/{code}", f"/cohorts/of/{loose.number}"):
        assert not re.search(r'<textarea|type="text"', main_of(desk.get(path)))


def test_a_group_of_four_is_refused_and_nothing_is_lost(desk, programme):
    asked = make_school_request(programme=programme)

    answer = desk.post(f"/cohorts/of/{asked.number}/begin", data=BEGUN | {"size": "4"}, query_string=EN)

    assert answer.status_code == 422
    assert 'value="4"' in answer.text
    assert "Enter a number between 5 and 60." in text_of(answer)


def test_a_further_request_is_made_the_next_part(desk, programme):
    code, asked = begun(desk, programme)
    more = make_school_request(programme=programme, host_id=asked.host_id)
    overview = text_of(desk.get("/cohorts", query_string=EN))
    assert f"{more.number}" in overview
    assert f"the school has {code}" in overview
    row = queries.cohort_of_request(asked.id)

    desk.post(f"/cohorts/of/{more.number}/join", data={"cohort": str(row.id)})

    assert [one.skill for one in queries.cohort_of_request(more.id).parts] == [RECOGNISE, HELP]
    assert more.number not in desk.get("/cohorts").text


def test_the_phone_form_knows_the_cohort_and_who_leads_it(desk, programme):
    code, asked = begun(desk, programme)
    hold(asked, programme)
    page = desk.get(f"/cohorts/{code}", query_string=EN)
    href = re.search(r'href="(/requests/phone[^"]*)"', page.text)[1].replace("&amp;", "&")

    form = desk.get(f"{href}&lang=en")

    assert f"next part of the cohort {code}" in text_of(form)
    assert f'value="{asked.contact_name}"' in form.text


def test_the_level_is_noted_with_one_press_once_it_is_earned(desk, programme):
    code, asked = begun(desk, programme)
    early = desk.post(f"/cohorts/{code}/level", data={"version": "1"}, query_string=EN)
    assert early.status_code == 409
    assert "stands as it was earned" in text_of(early)
    hold(asked, programme)
    assert "have earned more" in text_of(desk.get(f"/cohorts/{code}", query_string=EN))

    desk.post(f"/cohorts/{code}/level", data={"version": "1"})

    page = text_of(desk.get(f"/cohorts/{code}", query_string=EN))
    assert "In training level 1" in page
    assert "Next: To help a friend" in page
    assert "Level: before 0, now 1" in page


def test_a_size_is_corrected_with_a_reason_that_its_history_tells(desk, programme):
    code, _asked = begun(desk, programme)
    said = {"size": "15", "why": "", "version": "1"}
    assert desk.post(f"/cohorts/{code}/size", data=said, query_string=EN).status_code == 422
    assert desk.post(f"/cohorts/{code}/size", data=said | {"why": "joined", "version": "9"}).status_code == 409

    desk.post(f"/cohorts/{code}/size", data=said | {"why": "joined"})

    page = text_of(desk.get(f"/cohorts/{code}", query_string=EN))
    assert "Pupils joined" in page
    assert "before 12, now 15" in page


def test_what_a_school_gives_up_is_proposed_no_further(desk, programme):
    code, asked = begun(desk, programme)
    hold(asked, programme)

    desk.post(f"/cohorts/{code}/end", data={"version": "1"})

    page = text_of(desk.get(f"/cohorts/{code}", query_string=EN))
    assert "Given up by the school" in page
    assert "Next:" not in page


def test_the_list_is_narrowed_by_its_address(desk, programme, town):
    here, there = make_host(municipality_id=town.id).id, make_host().id
    code = make_cohort(programme, here, (RECOGNISE, held_request(programme, here)), level=1).code
    other = make_cohort(programme, there).code

    def listed(**asked):
        return set(re.findall(r"D-2026-\d+", desk.get("/cohorts", query_string=asked).text.partition("<table")[2]))

    assert listed() == {code, other}
    assert listed(town=town.city_sr_cyrl) == listed(level="1") == {code}
    assert listed(level="9", state="nothing", year="x", page="0") == {code, other}
    assert listed(year="2025") == set()


def test_an_officer_reads_and_ends_nothing(officer, desk, programme):
    code, _asked = begun(desk, programme)

    assert officer.get(f"/cohorts/{code}").status_code == 200
    assert officer.post(f"/cohorts/{code}/end").status_code == 403


def test_a_school_reads_of_its_own_cohort_behind_its_link_and_books_the_next_part(client, desk, programme):
    code, asked = begun(desk, programme)
    hold(asked, programme)
    secret, other = (a_link(one.id) for one in (asked, make_school_request(programme=programme)))

    page = client.get(f"/status/{secret}/cohort", query_string=EN)

    assert code in text_of(page)
    assert "Book the next part" in text_of(page)
    assert f"/status/{secret}/cohort" in client.get(f"/status/{secret}").text
    assert client.get(f"/status/{other}/cohort").status_code == 404


def test_the_public_reads_of_districts_and_of_no_school(client, programme, town):
    host = make_host(municipality_id=town.id)
    trained_cohort(programme, host.id)
    make_cohort(programme, host.id, size=20)

    page = text_of(client.get("/figures/detectives", query_string=EN))

    assert "1 12 Total 1 12" in page
    assert host.name_sr_latn not in page


@pytest.mark.both_databases
def test_the_report_counts_by_town_and_level_and_its_files_say_the_same(desk, programme, town):
    host = make_host(municipality_id=town.id).id
    trained_cohort(programme, host)
    make_cohort(programme, host, size=20)
    asked = EN | {"year": "2026"}

    page = text_of(desk.get("/reports/cohorts", query_string=asked))
    csv = desk.get("/reports/cohorts.csv", query_string=asked).data.decode("utf-8-sig")
    paper = desk.get("/reports/cohorts.pdf", query_string=asked)

    assert "2 1 0 0 1 32 12 Total 2 1 0 0 1 32 12" in page
    assert csv.splitlines()[1:] == [f"{town.city_sr_latn};2;1;0;0;1;32;12"]
    assert paper.data.startswith(b"%PDF")
    assert desk.get("/reports/cohorts.exe").status_code == 404


def test_a_town_that_wants_all_of_its_schools_reads_which_are_missing(desk, programme, town):
    done, begun_there, _missing = (make_host(municipality_id=town.id, teaches_primary=True).id for _ in range(3))
    trained_cohort(programme, done)
    make_cohort(programme, done)
    make_cohort(programme, begun_there)

    page = text_of(desk.get("/reports/cohorts/aim", query_string=EN | {"year": "2026", "town": town.city_sr_cyrl}))

    assert "schools done 1 in training 1 schools missing 1" in page
    assert "Choose" in text_of(desk.get("/reports/cohorts/aim", query_string=EN))
