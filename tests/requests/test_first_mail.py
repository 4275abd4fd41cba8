"""The mail that proves an address: rendered before the write lock is taken, and word for word what a row would say."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.db import db, transaction
from scheduler.core.errors import Rejected
from scheduler.places import queries as place_queries
from scheduler.policy import ANONYMOUS, SYSTEM
from scheduler.programmes import queries as programme_queries
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.service import unproved
from scheduler.requests.service.locked_request import locked_request
from scheduler.requests.service.submission import judge_request
from tests.counting import asked_and_written
from tests.factories import MONDAY
from tests.factories.places import a_host_draft, make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import a_draft, a_presentation
from tests.requests.shorthand import ask, audit_of, mails, stored

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


def test_it_names_no_school_that_somebody_typed(session):
    ask(new_host=a_host_draft(name="Школа коју је неко укуцао"))

    [mail] = mails()
    assert "укуцао" not in mail.text + mail.html


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


def test_what_a_page_has_judged_is_not_asked_again(session):
    host, programme = make_host(), make_programme()
    given = {"programme_id": programme.id, "host_id": host.id}
    known = [programme_queries.programme_of(programme.id)]
    judged = judge_request(ANONYMOUS, a_draft(**given), opened(host), known, now=MONDAY)

    with asked_and_written() as made:
        request_id = ask(new_host=judged, **given)

    assert [one for one in made.told() if "programme" in one and "school_request" not in one] == []
    assert stored(request_id).host_id == host.id


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


def test_what_a_page_found_wrong_is_refused_at_the_sending(session):
    host, programme = make_host(), make_programme()
    given = {"programme_id": programme.id, "host_id": host.id, "contact_name": ""}
    judged = judge_request(ANONYMOUS, a_draft(**given), opened(host), (), now=MONDAY)

    with pytest.raises(Rejected) as refused:
        ask(new_host=judged, **given)

    assert (list(refused.value.problems), mails()) == (["contact_name"], [])


def test_between_lock_and_commit_stands_what_must(session):
    host, programme = make_host(), make_programme()
    school = opened(host)

    with asked_and_written() as made:
        request_id = ask(new_host=school, host_id=host.id, programme_id=programme.id)

    assert [" ".join(one.split()[:3]) for one in made.writes] == [
        "INSERT INTO running_number",
        "INSERT INTO school_request",
        "INSERT INTO audit_entry",
        "INSERT INTO requested_presentation",
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
