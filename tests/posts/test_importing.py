"""What came of posts from a file: dry run, all or nothing, and back."""

import pytest

from scheduler.core.errors import NotAllowed
from scheduler.core.imports.batches import HangsOnIt
from scheduler.core.imports.staging import Filing
from scheduler.policy import Role
from scheduler.posts import queries, service
from scheduler.posts.imports import read_reach
from scheduler.posts.terms import PostState, ReachDraft
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.posts import planned
from tests.workbooks import a_workbook

HEAD = "објава;досег;реакције"


@pytest.fixture
def ana(session):
    return an_actor(Role.COORDINATOR)


def posted(actor) -> str:
    number = planned(actor)
    for state in (PostState.READY, PostState.POSTED):
        service.move_post(actor, number, state, now=MONDAY)
    return number


def taken_in(actor, *lines, **given):
    content = lines[0] if isinstance(lines[0], bytes) else "\n".join((HEAD, *lines)).encode()
    return service.import_reach(actor, read_reach(content), Filing(MONDAY, actor.centre_id, "a.csv", **given))


def reach(actor, number):
    row = queries.post_of(actor, number)
    return row.reached, row.reacted


@pytest.mark.both_databases
def test_reach_is_stored_whole_and_taken_back_to_what_stood_before(ana):
    one, other = posted(ana), posted(ana)
    service.say_reach(ana, other, ReachDraft(5, 1), now=MONDAY)
    lines = [f"{one};4.180;312", f"https://raspored.example/p/{other};9340;871"]

    assert taken_in(ana, *lines, dry_run=True).changed == 2
    assert reach(ana, one) == (None, None)

    outcome = taken_in(ana, *lines)
    assert (reach(ana, one), reach(ana, other)) == ((4180, 312), (9340, 871))
    assert (taken_in(ana, *lines).same, taken_in(ana, *lines).batch_id) == (2, None)

    service.take_back_reach(ana, outcome.batch_id, now=MONDAY)
    assert (reach(ana, one), reach(ana, other)) == ((None, None), (5, 1))


def test_what_somebody_typed_since_stays_and_an_open_page_is_asked_before_it_is_written_over(ana):
    number = posted(ana)
    outcome = taken_in(ana, f"{number};10;1")
    service.say_reach(ana, number, ReachDraft(11, 1), now=MONDAY)

    with pytest.raises(HangsOnIt):
        service.take_back_reach(ana, outcome.batch_id, now=MONDAY)
    assert reach(ana, number) == (11, 1)

    before = queries.post_of(ana, number).version

    taken_in(ana, f"{number};10;1")

    assert queries.post_of(ana, number).version == before + 1


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("abc;10;1", ("објава", "not_a_post")),
        ("zzzzzzz;10;1", ("објава", "unknown_post")),
        ("{planned};10;1", ("објава", "post_not_posted")),
        ("{posted};10;1", ("објава", "post_twice")),
        ("{other};many;1", ("досег", "not_a_number")),
        ("{other};;1", ("досег", "missing")),
        ("{other};10;-1", ("реакције", "not_a_number")),
        ("{other};999999999;1", ("досег", "not_a_number")),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(ana, line, problem):
    numbers = {"posted": posted(ana), "other": posted(ana), "planned": planned(ana)}

    outcome = taken_in(ana, f"{numbers['posted']};4180;312", line.format(**numbers))

    assert [(one.column, one.problem) for one in outcome.problems] == [problem]
    assert reach(ana, numbers["posted"]) == (None, None)


def test_a_post_of_another_centre_is_unknown_and_officers_import_nothing(ana):
    number = posted(an_actor(Role.COORDINATOR))

    assert [one.problem for one in taken_in(ana, f"{number};10;1").problems] == ["unknown_post"]
    with pytest.raises(NotAllowed):
        taken_in(an_actor(Role.SAFEGUARDING), f"{number};10;1")


def test_a_workbook_is_read_as_well(ana):
    number = posted(ana)

    assert taken_in(ana, a_workbook([HEAD.split(";"), [number, 4180, 312]])).changed == 1
    assert reach(ana, number) == (4180, 312)
