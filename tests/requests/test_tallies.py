"""How many requests are alike is kept by the database: right after each change, with the job or without it."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from scheduler.core.db import db, transaction
from scheduler.jobs.queue import attach
from scheduler.jobs.requests import put_tallies_together as put_together_in_the_job
from scheduler.people.models import User
from scheduler.places.models import Host, Municipality
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.inbox import _question_of_page, inbox
from scheduler.requests.queries.tallies import violations
from scheduler.requests.service.tallies import count_everything, put_together
from scheduler.requests.tally_models import RequestTally
from scheduler.requests.terms.pages import InboxFilters, Show
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request

pytestmark = [pytest.mark.postgres_decides, pytest.mark.usefixtures("app")]
BY_WHOM = pytest.mark.parametrize("afterwards", [put_together, lambda: 0], ids=["the job", "nobody"])


def _said(table: type, number: int, **values: object) -> None:
    """Past every service, as a command or a restore writes."""
    with transaction() as session:
        session.execute(sa.update(table).where(table.id == number).values(**values))


def _lines() -> list[tuple[str, int]]:
    db.session.rollback()
    kept = sa.select(RequestTally.state, RequestTally.many).order_by(RequestTally.state, RequestTally.id)
    return [(state, many) for state, many in db.session.execute(kept)]


@BY_WHOM
def test_after_each_change_as_many_are_kept_as_there_are(afterwards: Callable[[], int]) -> None:
    programme, host, owner = make_programme(), make_host(), make_user()
    one = make_school_request(programme=programme, host_id=host.id)
    other = make_school_request(RequestState.TRIAGE, programme=programme, host_id=host.id, owner_id=owner.id)
    draft = make_school_request(RequestState.UNVERIFIED, programme=programme, host_id=host.id)
    abroad, elsewhere = make_host("Змај", municipality_id=None), make_municipality("Чачак")
    changes: tuple[Callable[[], object], ...] = (
        lambda: _said(SchoolRequest, one.id, owner_id=owner.id),
        lambda: _said(SchoolRequest, one.id, state=RequestState.TRIAGE),
        lambda: _said(SchoolRequest, one.id, room="12"),
        lambda: _said(SchoolRequest, draft.id, state=RequestState.NEW),
        lambda: _said(SchoolRequest, other.id, programme_id=make_programme(centre_id=programme.centre_id).id),
        lambda: _said(SchoolRequest, other.id, host_id=abroad.id),
        lambda: _said(Host, host.id, municipality_id=elsewhere.id),
        lambda: _said(Municipality, elsewhere.id, district_id=make_district().id),
        lambda: _said(Host, abroad.id, municipality_id=elsewhere.id),
        lambda: _said(Host, host.id, municipality_id=None),
        lambda: _gone(User, owner.id),
        lambda: _gone(SchoolRequest, other.id),
        lambda: _said(SchoolRequest, one.id, state=RequestState.UNVERIFIED),
    )
    for change in changes:
        change()
        afterwards()
        db.session.rollback()
        assert violations() == []

    put_together()
    assert _lines() == [("new", 1)]


def _gone(table: type, number: int) -> None:
    with transaction() as session:
        session.execute(sa.delete(table).where(table.id == number))


def test_the_job_makes_one_line_of_many_and_none_of_nothing(app) -> None:
    attach(app)
    programme, host = make_programme(), make_host()
    asked = [make_school_request(programme=programme, host_id=host.id) for _ in range(3)]
    for one in asked[:2]:
        _said(SchoolRequest, one.id, state=RequestState.TRIAGE)
    assert _lines() == [("new", 1)] * 3 + [("new", -1)] * 2 + [("triage", 1)] * 2

    put_together_in_the_job.call_local()
    assert _lines() == [("new", 1), ("triage", 2)]
    for one in asked:
        _said(SchoolRequest, one.id, state=RequestState.DECLINED)
    assert put_together() == 7
    assert (_lines(), put_together(), violations()) == ([("declined", 3)], 0, [])


def test_a_number_that_is_wrong_is_named_and_mended(app) -> None:
    asked = make_school_request()
    with transaction() as session:
        session.execute(sa.update(RequestTally).values(many=3))

    (sentence,) = violations()
    assert sentence.startswith(f"request_tally of centre {asked.centre_id}: new, owner 0, district ")
    assert sentence.endswith(f"programme {asked.programme_id}: +2 against a count")
    told = app.test_cli_runner().invoke(args=["invariants", "count-requests"])

    assert told.output == "1 kinds of requests counted anew.\n"
    db.session.rollback()
    assert (violations(), count_everything()) == ([], 1)


def test_lines_that_come_while_they_are_put_together_are_left_to_the_next_minute() -> None:
    """On PostgreSQL others write between the two statements."""
    programme, host = make_programme(), make_host()
    for _ in range(2):
        make_school_request(programme=programme, host_id=host.id)

    met = []

    def comes(connection, _cursor, statement, *_rest):
        if statement.startswith("DELETE FROM request_tally") and not met:
            met.append(statement)
            connection.execute(sa.delete(RequestTally).where(RequestTally.many == 1))

    sa.event.listen(db.engine, "before_cursor_execute", comes)
    gone = put_together()
    sa.event.remove(db.engine, "before_cursor_execute", comes)
    assert (gone, len(met)) == (0, 1)
    assert (_lines(), violations()) == ([("new", 1), ("new", 1)], [])


def test_pages_follow_each_other_in_the_order_of_who_must_move(monkeypatch) -> None:
    """Cut from the oldest of each state, the pages are what all of it is in order; also where counts are to be seen."""
    programme = make_programme()
    hosts, reader = (make_host("Бранко"), make_host("Вук")), make_user(centre_id=programme.centre_id)
    shown = [state for state in RequestState if state is not RequestState.MERGED_INTO]
    for place in range(3 * len(shown)):
        make_school_request(
            shown[place % len(shown)],
            programme=programme,
            host_id=hosts[place % 2].id,
            attention=place % 4 == 1,
            state_since=MONDAY.replace(day=1 + place % 3),
        )
    for show in (Show.OPEN, Show.MINE, Show.OVER):
        whole = inbox(reader.actor(), InboxFilters(show), now=MONDAY)
        rows = list(whole.page.rows)
        assert rows == sorted(rows, key=lambda row: ([*dict(whole.groups)].index(row.turn), row.state_since, row.id))
        assert len({row.id for row in rows}) == len(rows) == whole.page.total
        with monkeypatch.context() as few:
            few.setattr("scheduler.requests.queries.inbox.PER_PAGE", 4)
            few.setattr("scheduler.requests.queries.inbox.first_row", lambda number: (number - 1) * 4)
            _question_of_page.cache_clear()
            pages = [
                inbox(reader.actor(), InboxFilters(show, page=1 + n), now=MONDAY) for n in range(len(rows) // 4 + 1)
            ]
        _question_of_page.cache_clear()
        assert [row.id for page in pages for row in page.page.rows] == [row.id for row in rows]
        assert {page.groups for page in pages if page.page.rows} == {whole.groups}
