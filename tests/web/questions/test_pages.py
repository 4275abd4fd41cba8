"""Pages of staff and crew: the set, the codes and papers of a visit, sums of sheets, what has changed."""

import datetime as dt

import pytest

from scheduler.questions.queries.sets import newest_sets
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.programmes import make_programme
from tests.factories.questions import AFTER, BEFORE, make_question_set, make_round
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.papers import pages_of, saved, words_of
from tests.web.browser import browser_of
from tests.web.reading import EN, text_of, value_of

DAY = dt.timedelta(days=1)
TODAY = MONDAY.date()


@pytest.fixture
def programme(app):
    return make_programme(slug="talk")


def a_presentation(programme, day, state=PresentationState.CONFIRMED, hour=11):
    over = state is PresentationState.DELIVERED
    visit = make_visit(VisitState.DELIVERED if over else VisitState.CONFIRMED, programme=programme, on_day=day)
    return visit, make_presentation(visit, dt.time(hour), state, ordinal=1, expected_pupils=20)


def test_a_coordinator_words_a_set_and_begins_to_ask(desk, programme):
    said = {"kind": "agree", "text_sr_cyrl": "Знам кога да зовем.", "aim": "5"}
    choice = {"kind": "choice", "text_sr_cyrl": "Који је број?", "choices_sr_cyrl": "112\r\n19833", "aim": "2"}
    too_soon = desk.post("/questions/talk/ask", query_string=EN)
    for place, data in ((1, said), (2, said | {"aim": "1"}), (3, choice)):
        assert desk.post(f"/questions/talk/set/{place}", data=data).status_code == 302
    desk.post("/questions/talk/ask")

    page = text_of(desk.get("/questions/talk/set", query_string=EN))
    assert too_soon.status_code == 409
    assert "Write at least three questions" in text_of(too_soon)
    for words in ("Edition 1 (since", "Znam koga da zovem.", "19833 · the aim", "Question worded"):
        assert words in page
    assert newest_sets([programme.id])[programme.id].is_asked


def test_a_question_that_cannot_be_is_refused_beside_its_fields(desk, programme):
    said = {"kind": "choice", "text_sr_cyrl": "Шта је Марко урадио?", "choices_sr_cyrl": "Ништа", "aim": "2"}

    answer = desk.post("/questions/talk/set/1", query_string=EN, data=said)

    assert answer.status_code == 422
    for words in ("Remove the name", "Write two to five choices", "Choose which answer the programme works towards"):
        assert words in text_of(answer)
    assert desk.get("/questions/talk/set/2").status_code == 404
    assert desk.get("/questions/talk/set/x").status_code == 404


def test_everybody_reads_what_a_class_is_asked(client, programme):
    address = f"/programmes/{programme.slug}"
    assert "What we ask before and after" not in client.get(address, query_string=EN).text
    make_question_set(programme)

    page = text_of(client.get(address, query_string=EN))

    assert "What we ask before and after" in page
    assert "Question 1 Question 2 Question 3" in page


def test_taking_out_and_stopping_are_presses(desk, programme):
    make_question_set(programme, 4)

    desk.post("/questions/talk/set/1/out")
    desk.post("/questions/talk/stop")

    newest = newest_sets([programme.id])[programme.id]
    assert [one.text_en for one in newest.questions] == ["Question 2", "Question 3", "Question 4"]
    assert not newest.is_asked
    assert desk.post("/questions/talk/set/9/out").status_code == 404


def test_the_page_of_a_visit_has_codes_papers_and_counts(app, desk, programme):
    visit, presentation = a_presentation(programme, TODAY)
    educator = a_cleared_educator(centre_id=programme.centre_id)
    make_assignment(presentation, educator.id)
    assert "Questions before and after" not in desk.get(f"/visits/{visit.number}", query_string=EN).text
    set_id, questions = make_question_set(programme)
    make_round(presentation, set_id, BEFORE, {questions[0]: (0, 0, 0, 0, 21)}, announced=20)

    for reader in (desk, browser_of(app, educator)):
        assert f"/visits/{visit.number}/questions" in reader.get(f"/visits/{visit.number}").text
        page = reader.get(f"/visits/{visit.number}/questions", query_string=EN)
        assert page.text.count("data:image/svg+xml") == 1  # "after" opens in a quarter of an hour
        assert "21 answers" in text_of(page)
        assert "more than were expected" in text_of(page)
        assert "Cohen" not in page.text
        way = f"/visits/{visit.number}/questions/1"
        assert {reader.get(f"{way}/{name}").status_code for name in ("sheets.pdf", "codes.pdf", "before")} == {200}
        assert {reader.get(f"{way[:-1]}{name}").status_code for name in ("2/sheets.pdf", "x/before")} == {404}


def test_a_visit_that_asks_nothing_says_so(desk, programme):
    visit, _presentation = a_presentation(programme, TODAY)

    assert "Nothing is asked" in text_of(desk.get(f"/visits/{visit.number}/questions", query_string=EN))


def test_sums_of_sheets_are_typed_and_shown_again(desk, programme):
    visit, _presentation = a_presentation(programme, TODAY)
    _set_id, (first, second, third) = make_question_set(programme)
    way = f"/visits/{visit.number}/questions/1/before"
    typed = {"sheets": "12", f"q{first}_5": "10", f"q{first}_1": "2", f"q{second}_1": "12", f"q{third}_2": "5"}

    wrong = desk.post(way, query_string=EN, data=typed | {f"q{first}_2": "1"})
    right = desk.post(way, data=typed)

    assert wrong.status_code == 422
    assert "Count this question again" in text_of(wrong)
    assert right.status_code == 302
    assert value_of(desk.get(way), f"q{first}_5") == "10"
    assert "12 of them on paper" in text_of(desk.get(f"/visits/{visit.number}/questions", query_string=EN))


@pytest.fixture
def answered(programme):
    """A class that was held long ago, and one with too few answers."""
    set_id, questions = make_question_set(programme)
    found = []
    for days, before, after in ((30, (8, 0, 0, 0, 2), (2, 0, 0, 0, 8)), (31, (4, 0, 0, 0, 0), (0, 0, 0, 0, 9))):
        visit, presentation = a_presentation(programme, TODAY - days * DAY, PresentationState.DELIVERED)
        make_round(presentation, set_id, BEFORE, {questions[0]: before})
        make_round(presentation, set_id, AFTER, {questions[0]: after})
        found.append(visit)
    return found


def test_staff_read_what_has_changed_with_its_size_and_spread(desk, answered):
    days = {"first": "2026-08-01", "last": "2026-09-30"}
    page = text_of(desk.get("/questions/talk", query_string=EN | days))

    for words in (
        "20% 80% +60",
        "large effect",
        "10 before, 10 after",
        "mean 1.8 ± 1.69, then 4.2 ± 1.69 of 5",
        "schools are not compared here",
        "Presentations that were asked",
    ):
        assert words in page
    assert page.count("too few answers to show") == 2


def test_a_presentation_shows_its_own_figures_and_a_small_one_none(desk, answered):
    whole, small = (text_of(desk.get(f"/visits/{visit.number}/questions", query_string=EN)) for visit in answered)

    assert "20% 80% +60" in whole
    assert "%" not in small.partition("What has changed")[2].partition("Skip")[0].replace("100%", "")
    assert small.count("too few answers to show") == 3


def test_days_and_editions_of_nobody_are_the_school_year_and_the_newest(desk, answered):
    for query in ({"first": "x", "last": "9999-99-99"}, {"edition": "77"}, {"page": "0"}, {"first": "2026-12-31"}):
        assert desk.get("/questions/talk", query_string=query).status_code == 200


def test_every_programme_of_the_centre_is_listed(desk, answered, programme):
    make_programme(centre_id=programme.centre_id, slug="silent")
    page = text_of(desk.get("/questions", query_string=EN))

    assert page.count("Talk with pupils") == 2
    assert "Is asked 2 19" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("sr_Cyrl", "Лист за пребројавање"), ("sr_Latn", "List za prebrojavanje"), ("en", "Sheet of tallies")],
)
def test_papers_are_in_each_script(desk, programme, tmp_path, language, words):
    visit, _presentation = a_presentation(programme, TODAY)
    make_question_set(programme)

    sheet, codes = (
        desk.get(f"/visits/{visit.number}/questions/1/{name}.pdf", query_string={"lang": language}).data
        for name in ("sheets", "codes")
    )

    assert words in words_of(saved(sheet, tmp_path))
    assert [pages_of(saved(paper, tmp_path)) for paper in (sheet, codes)] == [2, 2]
