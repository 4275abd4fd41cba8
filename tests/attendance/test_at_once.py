"""One file of past visits stored twice at the same moment is stored once: a year's sums never double."""

import pytest

from scheduler.attendance.service.past_visits import take_back_visits
from scheduler.core.db import db
from tests.at_once import all_at_once
from tests.attendance.past_files import TWO, counts, read, stored, who_imports
from tests.factories import MONDAY

pytestmark = pytest.mark.postgres_decides


@pytest.fixture
def actor(session):
    return who_imports()


def test_past_visits_imported_by_four_at_once_are_stored_once(app, actor):
    raised = all_at_once(app, [lambda: stored(actor, read(TWO))] * 4)

    assert raised == [None] * 4
    assert counts(db.session()) == [2, 3, 3, 12]


def test_an_import_taken_back_and_stored_again_at_once_is_there_once_or_not_at_all(app, actor):
    batch_id = stored(actor, read(TWO)).batch_id

    raised = all_at_once(
        app,
        [lambda: take_back_visits(actor, batch_id, now=MONDAY), lambda: stored(actor, read(TWO))],
    )

    assert raised == [None, None]
    assert counts(db.session()) in ([2, 3, 3, 12], [0, 0, 0, 0])
