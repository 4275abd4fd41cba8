"""Schools behind one address of the internet that send at the same moment, each in her own way."""

import pytest
from sqlalchemy import func, select

from scheduler.core.db import db
from scheduler.places import queries as place_queries
from scheduler.policy import ANONYMOUS
from scheduler.requests.models import SchoolRequest, UnprovedMail
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.service.submission import submit_request
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.places import a_host_draft, make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import a_draft

pytestmark = pytest.mark.postgres_decides
MANY = 9


def test_an_opened_a_chosen_and_a_typed_school_do_not_wait_for_each_other_in_a_circle(app, session):
    host_id, programme_id = make_host().id, make_programme().id
    session.commit()

    def sending(number):
        where = (lambda: OpenSchool(place_queries.host_of(host_id)), lambda: a_host_draft(name=f"Камп {number}"), None)
        of_one = where[number % 3]
        address = f"t{number}@example.org"
        draft = a_draft(programme_id=programme_id, host_id=host_id, contact_email=address)
        return lambda: submit_request(
            ANONYMOUS, draft, form_key=str(number), now=MONDAY, network="10.0.0.0/24", where=of_one and of_one()
        )

    assert all_at_once(app, [sending(number) for number in range(MANY)]) == [None] * MANY

    assert db.session.scalar(select(func.count()).select_from(SchoolRequest)) == MANY
    assert db.session.scalar(select(func.count()).select_from(UnprovedMail)) == MANY
