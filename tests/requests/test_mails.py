"""Who learns what by mail: the school, the centre, and a school whose address is not proven yet.

That first mail is rendered before the write lock is taken, and says word for word what a stored row would say.
"""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.db import db, transaction
from scheduler.core.errors import Rejected
from scheduler.people.models import Centre
from scheduler.places import queries as place_queries
from scheduler.policy import ANONYMOUS, SYSTEM, Role
from scheduler.programmes import queries as programme_queries
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.service import unproved
from scheduler.requests.service.locked_request import locked_request
from scheduler.requests.service.school import answer_question, change_counts
from scheduler.requests.service.submission import judge_request
from scheduler.requests.terms.school_request import ExpectedCounts, RequestState
from tests.counting import asked_and_written
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import a_draft, a_presentation, make_school_request
from tests.requests.shorthand import ask, audit_of, contact_of, coordinator_of, mails, stored, waitlist_request

DESK = "desk@centre.example"


def asked(state: RequestState, *, desk: str = DESK, **given):
    row = make_school_request(state, **given)
    with transaction() as session:
        session.get_one(Centre, row.centre_id).email = desk
    return row


def sent() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(mail.kind, mail.address) for mail in mails()]


@pytest.mark.both_databases
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_a_school_on_the_waiting_list_is_told_in_its_script(session, language):
    row = asked(RequestState.TRIAGE, language=language)
    waitlist_request(coordinator_of(row), row.id, now=MONDAY)

    [mail] = mails("request_waitlisted")
    assert (mail.address, mail.link_purpose) == (row.contact_email, "status")
    assert row.number in mail.subject


def test_an_answer_of_the_school_reaches_the_centre_or_without_a_common_address_its_coordinators(session):
    row = asked(RequestState.NEEDS_INFO, question="Имате ли пројектор?")
    answer_question(contact_of(row), row.id, "Имамо два.", now=MONDAY)
    [mail] = mails("request_answered")
    assert (mail.address, mail.link_purpose, mail.link_path) == (DESK, None, f"/requests/{row.number}")
    assert "Имате ли пројектор?" in mail.text
    assert "Имамо два." in mail.text

    row = asked(RequestState.NEEDS_INFO, desk="", question="Када?")
    make_user(Role.COORDINATOR, email="one@centre.example", centre_id=row.centre_id, password_hash="set")
    make_user(Role.SAFEGUARDING, email="other@centre.example", centre_id=row.centre_id, password_hash="set")
    answer_question(contact_of(row), row.id, "Увек", now=MONDAY)
    assert sent()[1:] == [("request_answered", "one@centre.example")]


def test_numbers_that_the_school_changes_reach_the_centre_and_those_of_the_centre_nobody(session):
    row = asked(RequestState.AGREED)
    change_counts(contact_of(row), row.id, [ExpectedCounts(1, 41, 0, 0)], now=MONDAY)
    change_counts(contact_of(row), row.id, [ExpectedCounts(1, 41, 0, 0)], now=MONDAY)
    change_counts(coordinator_of(row), row.id, [ExpectedCounts(1, 42, 0, 0)], now=MONDAY)

    assert sent() == [("request_counts_changed", DESK)]
    assert "41" in mails()[0].text


KEPT_UNTIL = MONDAY + dt.timedelta(days=2)
ADULTS = {"level": SchoolLevel.NONE, "classes": "", "pupils": 0, "teachers": 20, "audience": Audience.TEACHERS}


def opened(host) -> OpenSchool:
    return OpenSchool(place_queries.host_of(host.id))


def alone(host, language):
    return {"language": language}


def at_an_hour(host, language):
    return {"language": language, "presentations": (a_presentation(starts_local=dt.time(9, 50)),)}


def with_a_kept_date(host, language):
    day = a_draft().first_day
    return at_an_hour(host, language) | {"last_day": day, "kept_until": KEPT_UNTIL}


def with_parts(host, language):
    gathering = make_programme(Audience.TEACHERS, centre_id=make_programme().centre_id)
    sitting = a_presentation(starts_local=dt.time(18), **ADULTS)
    part = a_draft(programme_id=gathering.id, host_id=host.id, presentations=(sitting,), teacher_stays=False)
    return {"language": language, "parts": (part,)}


@pytest.mark.both_databases
@pytest.mark.parametrize("asked", [alone, at_an_hour, with_a_kept_date, with_parts])
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_it_says_what_is_written_of_the_stored_request(asked, language, session):
    host = make_host("Вук Караџић")
    given = asked(host, language)

    request_id = ask(new_host=opened(host), host_id=host.id, **given)
    with transaction() as writing:
        row = locked_request(writing, SYSTEM, "read", request_id)
        unproved.write_to_unproved(row, MONDAY, given.get("kept_until"))

    first, again = mails()
    assert (first.subject, first.text, first.html) == (again.subject, again.text, again.html)
    assert (first.address, first.link_subject_id, first.about_id) == (again.address, request_id, request_id)
    assert "R-2026-0001" in first.subject
    assert unproved.NUMBER_MARK not in first.subject + first.text + first.html
    assert ("Вук Караџић" in first.text) == (language == "sr_Cyrl")


def test_nobody_waits_at_the_lock_while_it_is_rendered(session, monkeypatch):
    seen = []
    render = unproved.rendered_by_pattern
    monkeypatch.setattr(
        unproved,
        "rendered_by_pattern",
        lambda draft: seen.append(db.session().info.get("open", False)) or render(draft),
    )
    host = make_host()

    ask(new_host=opened(host), host_id=host.id)

    assert seen == [False]


@pytest.mark.both_databases
def test_what_was_judged_of_another_draft_is_judged_again(session):
    host, programme = make_host(), make_programme()
    given = with_a_kept_date(host, "en") | {"programme_id": programme.id, "host_id": host.id}
    another = a_draft(**given | {"kept_until": KEPT_UNTIL + dt.timedelta(hours=5)})
    judged = judge_request(ANONYMOUS, another, opened(host), (), now=MONDAY)

    ask(new_host=judged, **given)

    [mail] = mails()
    assert judged.mail is not None
    assert mail.text != judged.mail.text.replace(unproved.NUMBER_MARK, "R-2026-0001")


def test_what_a_page_has_judged_is_not_asked_again_and_what_it_found_wrong_is_refused_at_the_sending(session):
    host, programme = make_host(), make_programme()
    given = {"programme_id": programme.id, "host_id": host.id, "contact_name": ""}
    judged = judge_request(ANONYMOUS, a_draft(**given), opened(host), (), now=MONDAY)
    with pytest.raises(Rejected) as refused:
        ask(new_host=judged, **given)
    assert (list(refused.value.problems), mails()) == (["contact_name"], [])

    host, programme = make_host(), make_programme()
    given = {"programme_id": programme.id, "host_id": host.id}
    known = [programme_queries.programme_of(programme.id)]
    judged = judge_request(ANONYMOUS, a_draft(**given), opened(host), known, now=MONDAY)
    with asked_and_written() as made:
        request_id = ask(new_host=judged, **given)
    assert [one for one in made.told() if "programme" in one and "school_request" not in one] == []
    assert stored(request_id).host_id == host.id


def test_between_lock_and_commit_stands_what_must(session):
    host, programme = make_host(), make_programme()
    school = opened(host)

    with asked_and_written() as made:
        request_id = ask(new_host=school, host_id=host.id, programme_id=programme.id)

    assert [" ".join(one.split()[:3]) for one in made.writes] == [
        "INSERT INTO running_number",
        "INSERT INTO school_request",
        "INSERT INTO requested_presentation",
        "INSERT INTO audit_entry",
        "INSERT INTO outbox_message",
        "INSERT INTO unproved_mail",
        "INSERT INTO form_key",
    ]
    assert (stored(request_id).version, audit_of(request_id)) == (1, ["school request unverified"])


def test_what_is_refused_before_the_lock_stores_nothing_and_what_was_sent_is_answered_all_the_same(session):
    host, programme = make_host(), make_programme()
    school = opened(host)
    request_id = ask(new_host=school, host_id=host.id, programme_id=programme.id)
    in_the_past = MONDAY.date() - dt.timedelta(days=1)
    gone = {"host_id": host.id, "programme_id": programme.id, "first_day": in_the_past, "last_day": in_the_past}

    assert ask(new_host=school, **gone) == request_id
    with pytest.raises(Rejected):
        ask("another", new_host=school, **gone)
    assert len(mails()) == 1


def test_a_broken_mail_stores_nothing(session, monkeypatch):
    host = make_host()

    def broken(_draft):
        raise LookupError("no template")

    monkeypatch.setattr(unproved, "rendered_by_pattern", broken)
    with pytest.raises(LookupError):
        ask(new_host=opened(host), host_id=host.id)

    assert (mails(), session.scalars(select(SchoolRequest)).all()) == ([], [])
