"""What is kept for an address: when it is taken out, who would notice that it is wrong, and that no change waits."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler.core.db import db, transaction
from scheduler.core.errors import NotFound
from scheduler.core.tokens import token_hash
from scheduler.feeds import anew, queries, service
from scheduler.feeds.models import WHOSE, FeedBody, FeedToken, FeedVersion
from scheduler.jobs import invariants
from scheduler.people.models import Presenter, User
from scheduler.policy import SYSTEM
from scheduler.privacy.service.erasure import erase_subject
from scheduler.safeguarding.models import GuardianConsent
from scheduler.staffing.service.clearance import withdraw_consent
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.visits.models.visits import CalendarEntry
from scheduler.visits.terms.states import AssignmentState
from tests.counting import asked_and_written
from tests.factories import MONDAY
from tests.factories.feeds import make_entry_for, make_feed, whole_of
from tests.factories.safeguarding import a_cleared_educator
from tests.visits.scene import Scene

pytestmark = pytest.mark.postgres_decides
DAY = dt.timedelta(days=1)


def kept(session: Session) -> dict[int, bool]:
    """Whether a text lies there, for each feed of which something is known."""
    session.rollback()
    rows = session.execute(sa.select(FeedBody.feed_id, FeedBody.packed.is_not(None)))
    return dict(rows.all())


def read(client: FlaskClient, *tokens: str) -> list[int]:
    return [client.get(f"/feeds/{token}.ics").status_code for token in tokens]


def feed_ids(session: Session) -> list[int]:
    session.rollback()
    return list(session.scalars(sa.select(FeedToken.id).order_by(FeedToken.id)))


def test_a_suspended_presenters_text_is_gone_before_anybody_asks(client: FlaskClient, session: Session) -> None:
    for whom in (Presenter, User):
        presenter = a_cleared_educator()
        make_entry_for(presenter)
        token = make_feed(presenter)
        assert read(client, token) == [200]
        (feed_id,) = feed_ids(session)[-1:]
        assert kept(session)[feed_id]

        with transaction() as writing:
            number = presenter.id if whom is Presenter else presenter.user_id
            writing.execute(sa.update(whom).where(whom.id == number).values(suspended_at=MONDAY))  # past the ORM

        assert not kept(session)[feed_id]
        assert read(client, token) == [404]
        assert not kept(session)[feed_id]


def test_a_revoked_or_renewed_address_keeps_nothing_and_a_deleted_one_no_row(client, session):
    presenter = a_cleared_educator()
    tokens = [make_feed(presenter, name=name) for name in ("phone", "tablet", "old")]
    assert read(client, *tokens) == [200] * 3
    phone, tablet, old = feed_ids(session)

    service.revoke_feed(SYSTEM, phone, now=MONDAY)
    service.renew_feed(SYSTEM, presenter.id, "tablet", now=MONDAY)
    with transaction() as writing:
        writing.execute(sa.delete(FeedToken).where(FeedToken.id == old))

    assert kept(session) == {phone: False, tablet: False}


def test_who_leaves_and_whose_guardian_says_no_take_the_texts_of_the_crew_along(client, session):
    """Where a minor will be lies in no text a moment longer, in hers as in those of who goes along (TRUST S54)."""
    scene = Scene()
    adult, minor = scene.educator(), scene.minor()
    scene.accept(adult, minor)
    other = a_cleared_educator()
    tokens = [make_feed(one) for one in (adult, minor, other)]
    assert read(client, *tokens) == [200] * 3
    of_adult, of_minor, of_other = feed_ids(session)

    withdraw_presenter(scene.coordinator, scene.visit_id, minor.id, reason="ill", now=MONDAY)

    assert kept(session) == {of_adult: False, of_minor: False, of_other: True}


def test_a_consent_that_is_withdrawn_takes_them_along(client: FlaskClient, session: Session) -> None:
    scene = Scene()
    adult, minor = scene.educator(), scene.minor()
    scene.confirm(adult, minor)
    tokens = [make_feed(one) for one in (adult, minor)]
    read(client, *tokens)
    consent_id = session.scalars(sa.select(GuardianConsent.id)).first()

    withdraw_consent(scene.coordinator, consent_id, now=MONDAY)

    assert list(kept(session).values()) == [False, False]
    assert b"Tara" not in client.get(f"/feeds/{tokens[0]}.ics").data


def test_an_erased_persons_texts_are_gone_and_her_name_is_in_nobodys(client: FlaskClient, session: Session) -> None:
    scene = Scene()
    stays, goes = scene.educator(), scene.educator(given_name="Zlatija", family_name="Oblak", email="z@centre.example")
    scene.accept(stays, goes)
    tokens = make_feed(stays), make_feed(goes)
    assert read(client, *tokens) == [200, 200]
    assert "Zlatija" in client.get(f"/feeds/{tokens[0]}.ics").text
    withdraw_presenter(scene.coordinator, scene.visit_id, goes.id, reason="gone", now=MONDAY)
    read(client, *tokens)

    erase_subject(SYSTEM, "z@centre.example", centre_id=None, now=MONDAY + DAY)

    assert (len(kept(session)), read(client, *tokens)) == (1, [200, 404])
    assert "Zlatija" not in client.get(f"/feeds/{tokens[0]}.ics").text


def test_a_text_made_while_it_changed_is_not_kept_and_of_an_address_that_ended_there_is_none(session, monkeypatch):
    presenter = a_cleared_educator()
    token = make_feed(presenter)
    made = anew.made_anew(token_hash(token), MONDAY)
    make_entry_for(presenter)

    monkeypatch.setattr(service, "made_anew", lambda *_given: made)
    given = service.renewed_body(token, now=MONDAY)

    assert (given.etag, given.modified_at, given.told_by_moment) == (made.etag, None, False)
    assert kept(session) == {}

    token = make_feed(a_cleared_educator())
    made = anew.made_anew(token_hash(token), MONDAY)
    service.revoke_feed(SYSTEM, made.feed_id, now=MONDAY)

    monkeypatch.setattr(service, "made_anew", lambda *_given: made)
    with pytest.raises(NotFound):
        service.renewed_body(token, now=MONDAY)

    assert kept(session) == {}


def test_a_new_release_makes_it_anew(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    token = make_feed(a_cleared_educator())
    service.renewed_body(token, now=MONDAY)
    assert queries.kept_feed(token, now=MONDAY) is not None
    monkeypatch.setattr(queries, "release_of", lambda language: f"other words in {language}")
    assert queries.kept_feed(token, now=MONDAY) is None


def test_what_is_wrong_is_named_and_taken_out(client: FlaskClient, session: Session) -> None:
    presenter = a_cleared_educator()
    make_entry_for(presenter)
    token, other = make_feed(presenter), make_feed(a_cleared_educator())
    read(client, token, other)
    wrong, right = feed_ids(session)
    assert queries.violations in invariants.ROOMS
    assert queries.violations() == []
    with transaction() as writing:
        row = writing.get_one(FeedBody, wrong)
        row.packed = writing.get_one(FeedBody, right).packed

    assert queries.violations() == [f"feed {wrong}: what is kept is not what its address gives"]
    service.tidy_up(now=MONDAY)

    assert kept(session) == {wrong: False, right: True}
    assert queries.violations() == []


def test_what_changes_while_it_is_checked_is_not_wrong(client, session, monkeypatch):
    entry = make_entry_for(presenter := a_cleared_educator())
    read(client, make_feed(presenter))
    made = queries.made_anew

    def changed_meanwhile(*given):
        said = sa.func.replace(CalendarEntry.text, "LOCATION:", "LOCATION:Hall\\, ")
        with db.engine.begin() as other:
            other.execute(sa.update(CalendarEntry).where(CalendarEntry.presentation_id == entry.id).values(text=said))
        return made(*given)

    monkeypatch.setattr(queries, "made_anew", changed_meanwhile)

    assert queries.wrong_bodies(MONDAY) == []


def test_what_the_clock_has_ended_lies_there_until_the_night(client: FlaskClient, session: Session) -> None:
    presenter = a_cleared_educator()
    make_entry_for(presenter, AssignmentState.WITHDRAWN)
    token = make_feed(presenter)
    read(client, token)
    (feed_id,) = feed_ids(session)

    service.tidy_up(now=MONDAY + 30 * DAY - dt.timedelta(microseconds=1))
    assert kept(session) == {feed_id: True}
    assert queries.kept_feed(token, now=MONDAY + 30 * DAY) is None
    service.tidy_up(now=MONDAY + 30 * DAY)
    assert kept(session) == {feed_id: False}


def test_versions_are_added_up_and_go_on_rising(session: Session) -> None:
    presenter = a_cleared_educator()
    token = make_feed(presenter)

    def version() -> int:
        session.rollback()
        return whole_of(token, now=MONDAY).version

    for day in (6, 7, 8):
        make_entry_for(presenter, on_day=dt.date(2026, 10, day))
    before = version()
    service.tidy_up(now=MONDAY)
    assert version() == before > 0
    assert session.scalar(sa.select(sa.func.count()).where(FeedVersion.presenter_id == presenter.id)) == 1

    make_entry_for(presenter, on_day=dt.date(2026, 10, 9))
    assert version() > before


def test_every_table_that_a_calendar_is_made_of_tells(session: Session) -> None:
    """Whoever lets a calendar show something of another table finds here that nobody would hear of its changes."""
    presenter = a_cleared_educator()
    make_entry_for(presenter)
    token = make_feed(presenter)

    with asked_and_written() as asked:
        whole_of(token, now=MONDAY)

    read_of = set(re.findall(r"(?:FROM|JOIN) (\w+)", " ".join(asked.selects)))
    assert read_of == {model.__tablename__ for model, _whom, _events in WHOSE} | {"feed_token", "feed_version"}


def test_a_moment_is_believed_only_where_it_tells_all_and_never_after_a_restore(client, session):
    presenter = a_cleared_educator()
    make_entry_for(presenter)
    address = f"/feeds/{make_feed(presenter)}.ics"
    moment = client.get(address).headers["Last-Modified"]
    assert client.get(address, headers={"If-Modified-Since": moment}).status_code == 304

    with transaction() as writing:
        writing.get_one(User, presenter.user_id).given_name = "Mira"  # no moment tells of it
    changed = client.get(address, headers={"If-Modified-Since": moment})
    again = client.get(address, headers={"If-Modified-Since": moment})

    assert (changed.status_code, again.status_code) == (200, 200)
    assert "Mira" in again.text
    assert again.headers["Last-Modified"] == moment

    address = f"/feeds/{make_feed(a_cleared_educator())}.ics"
    first = client.get(address)
    with transaction() as writing:
        writing.execute(sa.delete(FeedBody))  # no backup holds a row of it

    by_moment = client.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    by_tag = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert (by_moment.status_code, by_tag.status_code) == (200, 304)
