"""What has lasted its time is gone, on its day and not before; sums stay, and a second run changes nothing."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from scheduler.attendance.models import HeadCount, NamedAdult
from scheduler.certificates.models import Certificate
from scheduler.certificates.service.issuing import issue_certificates
from scheduler.concerns.models import HandOff
from scheduler.concerns.service.hand_offs import note_hand_off
from scheduler.concerns.service.speaking_up import speak_up_about
from scheduler.concerns.service.stops import end_concern, lift_stop
from scheduler.concerns.terms import HandedTo, HandOffDraft
from scheduler.core import audit, form_keys, seals, tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import Base, db, transaction
from scheduler.core.errors import Conflict, GroundReason
from scheduler.core.form_keys import FormKey
from scheduler.jobs import invariants, privacy, queue
from scheduler.jobs.health import days_leapt, retention_silent
from scheduler.messages.models import OutboxMessage
from scheduler.messages.service import act_on, deliver
from scheduler.messages.terms import HandAct, LinkWish, MessageState
from scheduler.people.models import Presenter, SignIn, SignInAttempt, User
from scheduler.people.service.accounts import sign_in
from scheduler.people.terms import BadSignIn
from scheduler.places.models import CallNote
from scheduler.policy import SYSTEM, Role
from scheduler.privacy.service import retention_rules
from scheduler.privacy.service.retention import run_retention
from scheduler.privacy.service.retention_rules import RULES
from scheduler.privacy.terms import FORGOTTEN_NAME, RetentionRow
from scheduler.requests.models import SchoolRequest, UnprovedMail
from scheduler.requests.terms.school_request import RequestState
from scheduler.safeguarding.models import ConsentPaper, Guardian, GuardianConsent, Vetting
from scheduler.safeguarding.terms import LiftedBecause
from scheduler.visits.models.visits import CalendarEntry
from tests.factories import MONDAY
from tests.factories.concerns import a_held_scene
from tests.factories.counting import LEAVING, a_locked_visit
from tests.factories.messages import make_message
from tests.factories.people import make_centre, make_user
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_paper, note_proofs
from tests.factories.staffing import THE_DAY, a_held_visit, with_entries

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]

DAY = dt.timedelta(days=1)
TRACES = (SignInAttempt, UnprovedMail, FormKey)


def at(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day, 2, 40, tzinfo=dt.UTC)


def a_sign_in(user_id: int, seen: dt.datetime) -> SignIn:
    return SignIn(
        token_hash=f"of {user_id}", user_id=user_id, created_at=seen, last_seen_at=seen, expires_at=seen, ended_at=None
    )


def forgotten(kept: RetentionRow, now: dt.datetime) -> int:
    """How many rows of this kind one run forgets."""
    counted = run_retention(now=now, dry_run=True).counts[kept]
    done = run_retention(now=now).counts[kept]
    again = run_retention(now=now)
    assert (counted, again.total) == (done, 0)
    return done


def dump() -> str:
    """Every text that the tables hold, but kept scans."""
    db.session.rollback()
    found: list[str] = []
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            found += [str(value) for value in row if isinstance(value, str | bytes | dt.date)]
    db.session.rollback()  # who still reads keeps the journal, and the night's job waits for that
    return "\n".join(found)


def test_an_unproven_request_is_blank_after_seven_days():
    row = make_school_request(RequestState.UNVERIFIED, question="?", directions="door")

    assert forgotten(RetentionRow.UNPROVEN_REQUEST, MONDAY + 7 * DAY - dt.timedelta(minutes=1)) == 0
    assert forgotten(RetentionRow.UNPROVEN_REQUEST, MONDAY + 7 * DAY) == 1
    db.session.rollback()
    kept = db.session.get(SchoolRequest, row.id)
    assert (kept.state, kept.contact_name, kept.contact_email, kept.contact_phone) == (RequestState.EXPIRED, "", "", "")
    assert (kept.safeguarding_contact, kept.directions, kept.number) == ("", "", row.number)
    assert "ana@school.example" not in dump()


def test_a_contact_is_blank_twelve_months_after_its_school_year():
    row = make_school_request(RequestState.CERTIFIED, proved_at=MONDAY)  # asked for October 2026
    with transaction():
        links = [tokens.mint(page, row.id, lasts=1000 * DAY, now=MONDAY) for page in ("prove", "status", "read")]

    assert forgotten(RetentionRow.REQUEST_CONTACT, at(2028, 8, 31)) == 0
    assert all(map(tokens.was_known, links, ("prove", "status", "read")))
    assert forgotten(RetentionRow.REQUEST_CONTACT, at(2028, 9, 1)) == 1
    assert "Ana Petrović" not in dump()
    assert not any(map(tokens.was_known, links, ("prove", "status", "read")))  # the colleagues' page, too


def test_names_of_adults_on_certificates_are_gone_after_ninety_days_and_the_hash_after_five_years():
    begun = a_locked_visit(names=("Милица Јовановић",))
    issue_certificates(SYSTEM, begun.visit.id, now=LEAVING)
    before = db.session.scalar(select(func.count(Certificate.id)))

    assert forgotten(RetentionRow.CERTIFICATE_NAME, LEAVING + 90 * DAY - dt.timedelta(minutes=1)) == 0
    assert forgotten(RetentionRow.CERTIFICATE_NAME, LEAVING + 90 * DAY) == 2
    assert "Милица" not in dump()
    assert db.session.scalar(select(func.count(Certificate.id))) == before
    assert db.session.scalars(select(NamedAdult)).all() == []
    assert issue_certificates(SYSTEM, begun.visit.id, now=LEAVING + 91 * DAY).issued == 0

    numbers = db.session.scalars(select(Certificate.number).order_by(Certificate.id)).all()

    assert forgotten(RetentionRow.CERTIFICATE_RECORD, at(2031, 10, 6)) == 0
    assert forgotten(RetentionRow.CERTIFICATE_RECORD, at(2031, 10, 7)) == 1
    rows = db.session.scalars(select(Certificate).order_by(Certificate.id)).all()
    assert [row.number for row in rows] == numbers
    assert [row.holder_key for row in rows] == ["host", f"erased:{rows[1].id}"]


def test_texts_of_mails_with_a_link_go_after_a_day_and_all_of_a_mail_after_thirty():
    with transaction():
        link = make_message(
            "ana@school.example", kind="password_changed", link=LinkWish("reset", 1, "/reset/{token}", 1)
        )
        plain = make_message("mira@school.example")
    for row in (link, plain):
        deliver(row.id, now=MONDAY)

    assert forgotten(RetentionRow.LINK_MESSAGE, MONDAY + DAY) == 1
    db.session.rollback()
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(row.address, row.text == "") for row in rows] == [
        ("ana@school.example", True),
        ("mira@school.example", False),
    ]
    assert forgotten(RetentionRow.MESSAGE, MONDAY + 30 * DAY) == 2
    db.session.rollback()
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert {(row.address, row.subject, row.text, row.html) for row in rows} == {("", "", "", "")}
    assert [row.kind for row in rows] == ["password_changed"] * 2


def test_a_mail_that_waits_is_kept_and_letters_in_files_go_with_their_messages(app):
    make_message()
    assert forgotten(RetentionRow.MESSAGE, MONDAY + 60 * DAY) == 0

    row = make_message("mira@school.example")
    deliver(row.id, now=MONDAY)
    folder = app.config["SETTINGS"].instance / "mail"
    assert len(list(folder.glob(f"*-{row.id:06d}.eml"))) == 1

    run_retention(now=MONDAY + 30 * DAY)

    assert list(folder.glob(f"*-{row.id:06d}.eml")) == []


def test_a_mail_that_somebody_held_and_forgot_or_discarded_goes_with_its_reason_and_is_put_back_by_nobody():
    wanted = {"away": "Mila", "stand_in": "Ana", "first_day": MONDAY.date(), "last_day": MONDAY.date()}
    held, discarded = (make_message(kind="handover_ended", values=wanted).id for _ in range(2))
    act_on(SYSTEM, HandAct.HOLD, [held], within=(), now=MONDAY)
    act_on(SYSTEM, HandAct.DISCARD, [discarded], within=(), now=MONDAY, reason="Ana knows")

    assert forgotten(RetentionRow.MESSAGE, MONDAY + 30 * DAY) == 2

    db.session.rollback()
    rows = db.session.scalars(select(OutboxMessage)).all()
    assert {(row.state, row.text, row.reason, row.acted_at) for row in rows} == {(MessageState.STOPPED, "", None, None)}


def test_notes_go_twelve_months_after_the_visit():
    begun = a_locked_visit(names=())
    with transaction() as session:
        session.add(CallNote(host_id=begun.visit.host_id, at=MONDAY, by="user:1", text="Mira answers until ten"))
        session.get(SchoolRequest, begun.request.id).question = "Is there a hall?"

    assert forgotten(RetentionRow.NOTE, at(2027, 9, 14)) == 0
    assert forgotten(RetentionRow.NOTE, at(2027, 9, 15)) == 1  # the note of the call
    assert forgotten(RetentionRow.NOTE, at(2027, 10, 9)) >= 1
    assert "Mira answers" not in dump()
    assert "Is there a hall" not in dump()


def test_an_idle_account_goes_and_the_last_administrator_stays():
    centre = make_centre()
    busy = make_user(centre_id=centre.id, given_name="Busy")
    make_user(centre_id=centre.id, given_name="Idle", email="idle@centre.example")
    make_user(Role.ADMINISTRATOR, centre_id=centre.id, given_name="Last")
    with transaction() as session:
        seen = MONDAY + 300 * DAY
        session.add(a_sign_in(busy.id, seen))

    assert forgotten(RetentionRow.ACCOUNT, at(2027, 9, 13)) == 0
    assert forgotten(RetentionRow.ACCOUNT, at(2027, 9, 15)) == 1
    db.session.rollback()
    names = db.session.scalars(select(User.given_name).order_by(User.id)).all()
    assert names == ["Busy", FORGOTTEN_NAME, "Last"]
    assert "idle@centre.example" not in dump()


def a_past_visit_with_a_minor():
    """A visit of an educator and a minor, with its calendar texts and mails about it."""
    centre = make_centre()
    adult = a_cleared_educator(centre_id=centre.id, given_name="Dragana", family_name="Zlatić")
    minor = a_cleared_minor(centre_id=centre.id, given_name="Lenka", family_name="Lukovac", email="lenka@young.example")
    visit = a_held_visit(adult, minor, programme=make_programme(centre_id=centre.id))
    with_entries(visit.id)
    note_proofs()
    return adult, minor, visit


def counted() -> list[int]:
    """What reports count, as numbers."""
    return [
        db.session.scalar(select(func.count()).select_from(model)) or 0
        for model in (HeadCount, Certificate, SchoolRequest, OutboxMessage)
    ]


def test_a_minor_goes_three_months_after_she_is_suspended_and_her_visit_stays(the_clock):
    _adult, minor, _visit = a_past_visit_with_a_minor()
    suspended = at(2026, 11, 2)
    with transaction() as session:
        row = session.get(Presenter, minor.id)
        row.suspended_at = session.get(User, row.user_id).suspended_at = suspended
    sums, assigned = counted(), db.session.scalar(select(func.count()).select_from(Base.metadata.tables["assignment"]))
    assert "Lenka" in dump()

    assert forgotten(RetentionRow.MINOR, at(2027, 2, 1)) == 0
    assert forgotten(RetentionRow.MINOR, at(2027, 2, 2)) == 1

    left = dump()
    hers = ("Lenka", "Lukovac", "lenka@young", "Vesna Ilić", "vesna@family", "2010-03-01")
    assert [word for word in hers if word in left] == []
    assert counted() == sums
    assert db.session.scalar(select(func.count()).select_from(Base.metadata.tables["assignment"])) == assigned
    assert db.session.get(Presenter, minor.id).kind == "influencer"
    assert db.session.scalars(select(Vetting).where(Vetting.presenter_id == minor.id)).all() == []
    assert db.session.scalars(select(CalendarEntry).where(CalendarEntry.text.contains("Lenka"))).all() == []
    proof = db.session.scalars(select(GuardianConsent).where(GuardianConsent.presenter_id == minor.id)).one()
    assert (proof.takes_part, proof.guardian_name, proof.guardian_email[:7]) == (True, "", "erased:")
    the_clock.stands_at(at(2027, 2, 2))
    assert invariants.violations() == []


def test_a_minor_whose_guardian_lets_her_go_stays_though_she_rests():
    a_past_visit_with_a_minor()
    assert forgotten(RetentionRow.MINOR, at(2028, 3, 1)) == 0


def test_an_adult_goes_twelve_months_after_her_last_sign_of_life(the_clock):
    adult, _minor, visit = a_past_visit_with_a_minor()
    del adult

    assert forgotten(RetentionRow.PRESENTER, at(2027, 9, 14)) == 0
    over = at(visit.on_day.year + 1, visit.on_day.month, visit.on_day.day) + DAY
    counts = run_retention(now=over, dry_run=True).counts
    run_retention(now=over)

    assert (counts[RetentionRow.PRESENTER], counts[RetentionRow.VETTING]) == (1, 1)
    assert [word for word in ("Dragana", "Zlatić") if word in dump()] == []
    the_clock.stands_at(over)
    assert invariants.violations() == []


def test_a_guardian_and_a_scan_go_when_the_minor_is_of_age():
    _adult, minor, _visit = a_past_visit_with_a_minor()  # born 1 March 2010
    seen = make_user(centre_id=minor.centre_id, given_name="Seen")
    make_paper(minor.id, seen.id)
    with transaction() as session:
        session.add(a_sign_in(minor.user_id, at(2028, 3, 2)))  # she goes on as an adult

    run_retention(now=at(2028, 5, 31))
    assert "Vesna Ilić" in dump()
    run_retention(now=at(2028, 6, 2))

    assert "Vesna Ilić" not in dump()
    assert db.session.scalars(select(ConsentPaper.scan)).one() == b""


def test_a_proof_goes_three_years_after_the_consent_ended_and_the_guardian_with_it():
    _adult, minor, _visit = a_past_visit_with_a_minor()
    with transaction() as session:
        consent = session.scalars(select(GuardianConsent).where(GuardianConsent.presenter_id == minor.id)).one()
        consent.withdrawn_at = at(2026, 11, 2)
        session.get(Presenter, minor.id).suspended_at = at(2026, 11, 2)
        session.get(User, minor.user_id).suspended_at = at(2026, 11, 2)

    run_retention(now=at(2029, 11, 1))
    assert len(db.session.scalars(select(GuardianConsent)).all()) == 1
    run_retention(now=at(2029, 11, 3))

    db.session.rollback()
    assert db.session.scalars(select(GuardianConsent)).all() == []
    assert db.session.scalars(select(Guardian)).all() == []


def test_who_did_it_is_a_pseudonym_after_twenty_four_months_and_the_seals_still_fit():
    user = make_user()
    with transaction():
        for _ in range(2):
            audit.record(user.actor(), "did", user, at=MONDAY)
        audit.record(SYSTEM, "did", user, at=MONDAY)
    seals.seal_records()

    assert forgotten(RetentionRow.AUDIT_ACTOR, at(2028, 9, 13)) == 0
    assert forgotten(RetentionRow.AUDIT_ACTOR, at(2028, 9, 15)) == 2

    db.session.rollback()
    actors = db.session.scalars(
        select(AuditEntry.actor).where(AuditEntry.action == "did").order_by(AuditEntry.id)
    ).all()
    assert actors[0] == actors[1]
    assert actors[0].startswith("erased:")
    assert actors[2] == "system"
    seals.seal_records()
    assert seals.verify(now=at(2028, 9, 15)).broken is None


def test_a_setting_changes_one_period(app, monkeypatch):
    make_school_request(RequestState.UNVERIFIED)
    wanted = app.config["SETTINGS"]
    monkeypatch.setitem(wanted.retention, "unproven_request", "10")
    assert forgotten(RetentionRow.UNPROVEN_REQUEST, MONDAY + 9 * DAY) == 0
    assert forgotten(RetentionRow.UNPROVEN_REQUEST, MONDAY + 10 * DAY) == 1


def test_every_row_but_the_backups_has_a_rule_and_two_days_without_a_run_are_told(the_clock):
    assert {rule.kept for rule in RULES} == set(RetentionRow) - {RetentionRow.BACKUP}

    make_centre()
    assert not retention_silent(MONDAY + DAY)
    assert retention_silent(MONDAY + 2 * DAY)

    queue.write_run("privacy.forget_what_lasted", MONDAY + 2 * DAY, failed=False)

    assert not retention_silent(MONDAY + 3 * DAY)
    assert retention_silent(MONDAY + 4 * DAY)


def test_the_command_counts_then_forgets_and_the_night_forgets(app, the_clock):
    make_school_request(RequestState.UNVERIFIED)
    the_clock.stands_at(MONDAY + 8 * DAY)

    def told(*options: str) -> dict:
        answer = app.test_cli_runner().invoke(args=["retention", "run", "--json", *options])
        assert (answer.exit_code, answer.stderr) == (0, "")
        return json.loads(answer.stdout)

    assert told("--dry-run")["rows"]["unproven_request"] == 1
    assert (told()["rows"]["unproven_request"], told()["total"]) == (1, 0)

    make_school_request(RequestState.UNVERIFIED)
    the_clock.stands_at(MONDAY + 8 * DAY)

    privacy.forget_what_lasted.call_local()

    assert "ana@school.example" not in dump()


def test_trust_r27_a_clock_that_leaps_for_a_night_forgets_nothing_and_the_second_night_does(the_clock):
    make_school_request(RequestState.UNVERIFIED)

    def left_at(moment: dt.datetime) -> bool:
        the_clock.stands_at(moment)
        queue.huey.execute(privacy.forget_what_lasted.task_class())
        return "ana@school.example" in dump()

    nights = [MONDAY, MONDAY + 400 * DAY, MONDAY + DAY, MONDAY + 400 * DAY, MONDAY + 401 * DAY]
    assert [left_at(night) for night in nights] == [True, True, True, True, False]


def test_trust_r27_a_machine_that_is_off_at_night_forgets_by_day_also_after_two_months_of_holidays(the_clock):
    make_school_request(RequestState.UNVERIFIED)
    job = privacy.forget_what_lasted.task_class()

    def run_by_day(days: int) -> tuple[bool, int]:
        """Whether the request is left after office hours, and how far the clock may have leapt by then."""
        morning = (MONDAY + days * DAY).replace(hour=7, minute=0)
        db.session.rollback()  # who still reads keeps the journal from being emptied
        for moment in (morning + dt.timedelta(minutes=minutes) for minutes in range(9 * 60)):
            if job.validate_datetime(moment):
                the_clock.stands_at(moment)
                queue.huey.execute(job)
        return "ana@school.example" in dump(), days_leapt(morning + dt.timedelta(hours=9))

    assert [run_by_day(days) for days in (0, 62, 63)] == [(True, 0), (True, 0), (False, 0)]


def test_trust_r27_tries_of_a_clock_that_was_ahead_lock_nobody_out_for_longer_than_an_hour(the_clock):
    with transaction() as session:
        for hours in (23, 25, 400 * 24):
            session.add(SignInAttempt(account_key="a key", network="", at=MONDAY + dt.timedelta(hours=hours)))

    the_clock.stands_at(MONDAY)
    privacy.forget_traces_of_visitors.call_local()

    assert db.session.scalars(select(SignInAttempt.at)).all() == [MONDAY + dt.timedelta(hours=23)]


def test_the_hour_forgets_traces_that_are_a_day_old_and_nothing_else_does(the_clock):
    make_school_request(RequestState.UNVERIFIED)
    with transaction() as session:
        for at in (MONDAY, MONDAY + dt.timedelta(hours=1)):
            session.add(SignInAttempt(account_key="a key", network="10.0.0.0/24", at=at))
            session.add(UnprovedMail(address_key="a key", network="10.0.0.0/24", at=at))
            session.add(FormKey(key=f"of {at}", answer="/there", at=at))
        form_keys.remember("a later form", "/there", at=MONDAY + DAY)
    with pytest.raises(BadSignIn):
        sign_in("nobody@centre.example", "wrong", network="10.9.9.0/24", now=MONDAY + DAY)
    assert [db.session.scalar(select(func.count()).select_from(model)) for model in TRACES] == [3, 2, 3]

    the_clock.stands_at(MONDAY + DAY)
    privacy.forget_traces_of_visitors.call_local()
    db.session.rollback()

    assert [db.session.scalar(select(func.count()).select_from(model)) for model in TRACES] == [2, 1, 2]
    assert "ana@school.example" in dump()


def test_what_keeps_one_rule_back_keeps_no_other_back_and_is_told(monkeypatch):
    make_school_request(RequestState.CERTIFIED, proved_at=MONDAY)
    make_school_request(RequestState.UNVERIFIED, contact_email="other@school.example")

    def refused(*_given):
        raise Conflict(GroundReason.WRONG_STATE)

    broken = [replace(rule, forget=refused) if rule.kept is RetentionRow.UNPROVEN_REQUEST else rule for rule in RULES]
    monkeypatch.setattr(retention_rules, "RULES", broken)

    with pytest.raises(Conflict):
        run_retention(now=at(2028, 9, 1))

    assert "Ana Petrović" not in dump()


@pytest.mark.postgres_decides
def test_of_a_hand_off_the_count_stays_and_a_concern_goes_three_years_after_it_ended():
    scene = a_held_scene()
    note_hand_off(scene.as_ana, scene.visit.number, HandOffDraft(HandedTo.SCHOOL, dt.time(11, 40)), now=THE_DAY)
    concern_id = speak_up_about(scene.officer, scene.ana.id, now=THE_DAY)
    lift_stop(scene.officer, scene.ana.id, LiftedBecause.SETTLED, now=THE_DAY)
    end_concern(scene.officer, concern_id, now=THE_DAY)

    assert forgotten(RetentionRow.CONCERN, at(2029, 10, 6)) == 0
    assert forgotten(RetentionRow.CONCERN, at(2029, 10, 7)) == 1  # her stop went with her profile before
    assert forgotten(RetentionRow.CONCERN, at(2029, 10, 8)) == 0
    kept = db.session.scalars(select(HandOff)).one()
    assert (kept.visit_id, kept.noted_by_id, kept.told) == (None, None, HandedTo.SCHOOL)
