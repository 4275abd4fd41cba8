"""What somebody does with a message in the outbox: hold it, send it now, discard it, edit it, send it again, undo."""

import datetime as dt
import threading

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from scheduler.config import ROOT
from scheduler.core import mailer
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.core.refusals import refused_by
from scheduler.messages import mail, queries, service
from scheduler.messages.models import OutboxMessage
from scheduler.messages.rules import DELAYED, KINDS, is_protected, is_urgent
from scheduler.messages.terms import (
    HandAct,
    MessageDraft,
    MessageGroup,
    MessageReason,
    MessageState,
    ShortDraft,
    Writing,
)
from scheduler.people.models import Centre
from scheduler.people.service.centres import change_delays
from scheduler.policy import SYSTEM, Role
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.messages import make_message
from tests.factories.people import an_actor, make_centre
from tests.messages.a_mail import DAY, FAR, HOUR, MINUTE, VALUES, WISH

HOLD, SEND, DISCARD = HandAct.HOLD, HandAct.SEND, HandAct.DISCARD
STATES = MessageState


def a_mail(address: str = "ana@school.example", **given) -> OutboxMessage:
    """A waiting mail to a school, with button, calendar and what it is about under its text."""
    fair = {"kind": "visit_confirmed", "values": VALUES, "link": WISH, "about": ("visit", 7), "for_school": True}
    return make_message(address, **(fair | given))


def put(message: OutboxMessage, state: MessageState, **given) -> None:
    with transaction() as session:
        session.execute(update(OutboxMessage).where(OutboxMessage.id == message.id).values(state=state, **given))


def stored(message: OutboxMessage | int) -> OutboxMessage:
    db.session.expire_all()
    return db.session.get_one(OutboxMessage, message if isinstance(message, int) else message.id)


def does(act: HandAct, *messages: OutboxMessage, now: dt.datetime = MONDAY, **given):
    return service.act_on(SYSTEM, act, [one.id for one in messages], within=(), now=now, **given)


def refused(act: HandAct, message: OutboxMessage, **given) -> object:
    [left_out] = does(act, message, **given).left_out
    return left_out.reason


def acts_on(message: OutboxMessage) -> list[str]:
    wanted = select(AuditEntry.action).where(AuditEntry.thing == "outbox_message", AuditEntry.thing_id == message.id)
    return list(db.session.scalars(wanted.order_by(AuditEntry.id)))


def test_every_template_is_of_a_kind_that_the_table_names_and_no_other():
    assert set(KINDS) == {path.stem for path in (ROOT / "templates/mails").glob("*.jinja")}


@pytest.mark.both_databases
def test_a_held_mail_never_leaves_until_somebody_sends_it_and_keeps_no_other_back(app):
    held, other = a_mail(), a_mail(about=("visit", 8))

    assert [one.id for one in does(HOLD, held).done] == [held.id]

    assert service.unsent_ids(10, MONDAY + 90 * DAY) == [other.id]
    assert service.deliver(held.id, MONDAY + 90 * DAY) is None
    does(SEND, held, now=MONDAY + HOUR)
    assert service.deliver(held.id, MONDAY + HOUR) is STATES.SENT
    assert acts_on(held) == ["message held", "message released"]


@pytest.mark.both_databases
def test_a_discarded_mail_never_leaves_and_says_why(app):
    mails = [a_mail(), a_mail(), a_mail()]
    put(mails[1], STATES.HELD)
    put(mails[2], STATES.FAILED, failure="refused")
    with pytest.raises(Rejected) as bare:
        does(DISCARD, *mails)
    assert bare.value.problems == {"reason": GroundReason.REASON_MISSING}

    does(DISCARD, *mails, reason="Called them")

    assert [(stored(one).state, stored(one).reason) for one in mails] == [(STATES.STOPPED, "Called them")] * 3
    assert service.unsent_ids(10, MONDAY + DAY) == []
    assert acts_on(mails[0]) == ["message discarded"]


WRONG_STATES = [
    (HOLD, STATES.HELD), (HOLD, STATES.SENT), (HOLD, STATES.FAILED), (HOLD, STATES.STOPPED), (SEND, STATES.SENT),
    (SEND, STATES.FAILED), (SEND, STATES.STOPPED), (DISCARD, STATES.SENT), (DISCARD, STATES.STOPPED),
]  # fmt: skip


@pytest.mark.parametrize(("act", "state"), WRONG_STATES)
def test_what_has_left_or_stands_otherwise_is_left_out_and_named(app, act, state):
    message, good = a_mail(), a_mail()
    put(message, state)

    handled = does(act, message, good, reason="x" if act is DISCARD else "")

    assert [(one.row.id, one.reason) for one in handled.left_out] == [(message.id, MessageReason.OTHERWISE)]
    assert [one.id for one in handled.done] == [good.id]
    assert (stored(message).state, acts_on(message)) == (state, [])


@pytest.mark.parametrize("act", [HOLD, SEND, DISCARD])
def test_one_that_is_leaving_just_now_is_left_alone(app, act):
    message = a_mail()
    service._lease(message.id, MONDAY)
    assert refused(act, message, reason="x" if act is DISCARD else "") is MessageReason.LEAVING
    with pytest.raises(Conflict) as told:
        edit(message, text="Other words")
    assert told.value.reason is MessageReason.LEAVING
    assert stored(message).state is STATES.SENDING


@pytest.mark.postgres_decides
def test_trust_s55_a_protected_message_is_neither_held_sent_early_discarded_edited_nor_sent_again(app):
    protected = make_message(
        kind="consent_asked", values={"given_name": "Tara", "centre": "C", "has_link": True, "anew": False}
    )
    for act in (HOLD, SEND, DISCARD):
        assert refused(act, protected, reason="x" if act is DISCARD else "") is MessageReason.PROTECTED
    with pytest.raises(Conflict) as told:
        edit(protected, text="Other words")
    assert told.value.reason is MessageReason.PROTECTED
    service.deliver(protected.id, MONDAY)
    with pytest.raises(Conflict) as again:
        service.send_copy(SYSTEM, protected.id, within=(), now=MONDAY)
    assert again.value.reason is MessageReason.PROTECTED

    for wrong in ({"state": STATES.HELD}, {"state": STATES.STOPPED, "reason": "x"}, {"edited_at": MONDAY}):
        with pytest.raises(IntegrityError) as by_database, transaction() as session:
            session.execute(update(OutboxMessage).values(**wrong))
        assert refused_by(by_database.value) == "ck_outbox_message_protected_leaves_as_written"
    with pytest.raises(IntegrityError) as reasoned, transaction() as session:
        session.execute(update(OutboxMessage).values(protected=False, reason="x"))
    assert refused_by(reasoned.value) == "ck_outbox_message_reason_is_of_a_stopped_one"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_about_consent_guardians_sign_in_and_concerns_is_protected(kind):
    about = (
        "consent",
        "guardian",
        "password",
        "key",
        "invitation",
        "sign",
        "concern",
        "recovery",
        "second_step",
        "ride_",
    )
    named = any(word in kind for word in about) and kind != "countersign"
    assert is_protected(MessageDraft(kind, "a@b.example", "en", {})) >= named


def test_trust_s55_what_a_minor_and_a_guardian_read_is_protected_too():
    draft = MessageDraft("visit_offered", "a@b.example", "en", {})
    assert not is_protected(draft)
    assert is_protected(MessageDraft("visit_offered", "a@b.example", "en", {}, to_minor=True))
    assert is_protected(MessageDraft("visit_offered", "a@b.example", "en", {}, copy_of="Tara"))


def test_only_who_is_in_reach_is_acted_upon(app):
    ours, theirs = a_mail(), a_mail(centre_id=make_centre().id)
    within = [OutboxMessage.centre_id.is_(None)]
    with pytest.raises(NotFound):
        service.act_on(SYSTEM, HOLD, [ours.id, theirs.id], within=within, now=MONDAY)
    with pytest.raises(NotFound):
        service.edit_message(SYSTEM, theirs.id, Writing("A", "B", ()), within=within, now=MONDAY)
    with pytest.raises(NotFound):
        service.send_copy(SYSTEM, theirs.id, within=within, now=MONDAY)
    assert stored(ours).state is STATES.WAITING


@pytest.mark.both_databases
def test_undo_puts_each_back_as_it_stood_and_leaves_what_somebody_has_acted_on_since(app):
    waits, held, failed, since = a_mail(), a_mail(), a_mail(), a_mail()
    put(held, STATES.HELD)
    put(failed, STATES.FAILED, failure="refused")
    does(DISCARD, waits, held, failed, since, reason="Wrong day", now=MONDAY + MINUTE)
    service.keep_back(OutboxMessage.id == since.id)
    db.session.commit()

    assert service.undo_act(SYSTEM, MONDAY + MINUTE, within=(), now=MONDAY + HOUR) == 3

    assert [stored(one).state for one in (waits, held, failed, since)] == [
        STATES.WAITING, STATES.HELD, STATES.FAILED, STATES.STOPPED,
    ]  # fmt: skip
    assert [stored(one).reason for one in (waits, held, failed)] == [None] * 3
    for moment in (MONDAY + MINUTE, MONDAY):
        with pytest.raises(Conflict) as told:
            service.undo_act(SYSTEM, moment, within=(), now=MONDAY + HOUR)
        assert told.value.reason is MessageReason.TOO_LATE_TO_UNDO


@pytest.mark.parametrize(("late", "back"), [(-MINUTE, True), (dt.timedelta(), True), (MINUTE, False)])
def test_an_hour_later_nothing_is_undone(app, late, back):
    message = a_mail()
    does(HOLD, message)
    if back:
        assert service.undo_act(SYSTEM, MONDAY, within=(), now=MONDAY + HOUR + late) == 1
    else:
        with pytest.raises(Conflict):
            service.undo_act(SYSTEM, MONDAY, within=(), now=MONDAY + HOUR + late)
    assert stored(message).state is (STATES.WAITING if back else STATES.HELD)


def test_an_act_that_is_taken_back_stops_held_and_discarded_mails_and_nobody_puts_them_back(app):
    held, discarded = a_mail(), a_mail()
    does(HOLD, held, now=MONDAY + MINUTE)
    does(DISCARD, discarded, now=MONDAY + MINUTE, reason="x")
    with transaction():
        assert service.stop_messages(("visit", 7), "visit_confirmed", MONDAY)
    assert [stored(one).state for one in (held, discarded)] == [STATES.STOPPED] * 2
    with pytest.raises(Conflict):
        service.undo_act(SYSTEM, MONDAY + MINUTE, within=(), now=MONDAY + HOUR)


def edit(message: OutboxMessage, *, subject: str = "A new day", text: str, seen: str | None = None) -> None:
    known = mail.writing_of(queries.body_of(stored(message))).seen if seen is None else seen
    service.edit_message(SYSTEM, message.id, Writing(subject, text, (), known), within=(), now=MONDAY + MINUTE)


def test_an_edited_mail_keeps_link_calendar_helpline_address_and_what_it_is_about(app):
    message = a_mail()
    before = stored(message)
    writing = mail.writing_of(queries.body_of(before))
    assert writing.text.splitlines()[0].startswith("Потврђено: Safe.")
    assert writing.kept == (
        "School: OŠ <Vuk>. Programme: Safe. Day: Wednesday, 9 December 2026. Hour: 11:00.",
        "Questions? Call us: Centre, 011 1.", "Open your request: {link}", "Add it to your calendar: {link}/visit.ics",
        "You get this mail because this address was given for a visit to a school. "
        "Free helpline for children's safety on the internet: 19833",
    )  # fmt: skip
    ending = before.text[before.text.index("School: ") :]

    edit(message, subject="  Novi  <dan> &amp; =?x", text="Prvo <b>&amp;</b> {{ v.host }} %(x)s\n\n  Drugo \r\n")

    after = stored(message)
    assert after.subject == "Novi <dan> &amp; = ?x"
    assert after.text == "Prvo <b>&amp;</b> {{ v.host }} %(x)s\n\nDrugo\n\n" + ending
    assert "Prvo &lt;b&gt;&amp;amp;&lt;/b&gt; {{ v.host }} %(x)s" in after.html
    for part in ("{link}/visit.ics", "19833", "OŠ &lt;Vuk&gt;", "Open your request", "Questions? Call us"):
        assert part in after.html
    assert (after.address, after.link_purpose, after.edited_at) == (before.address, "status", MONDAY + MINUTE)
    assert acts_on(message) == ["message edited"]
    assert mail.writing_of(queries.body_of(after)).kept == writing.kept
    assert mail.writing_of(queries.body_of(after)).text == "Prvo <b>&amp;</b> {{ v.host }} %(x)s\nDrugo"

    service.deliver(message.id, MONDAY + HOUR)
    assert stored(message).state is STATES.SENT


def test_a_mail_with_nothing_under_its_text_but_the_helpline_is_edited_too(app):
    message = make_message(kind="handover_noted", values={
        "stand_in": "Mila", "first_day": FAR, "last_day": FAR, "districts": "", "path": "/desk"})  # fmt: skip
    edit(message, text="Only this")
    assert stored(message).text.startswith("Only this\n\n")
    assert "19833" in stored(message).text


WRONG_WORDS = [
    ({"subject": " ", "text": "x"}, {"subject": GroundReason.MISSING}),
    ({"subject": "x", "text": "\n \n"}, {"text": GroundReason.MISSING}),
    ({"subject": "x", "text": "look: {link}"}, {"text": MessageReason.LINK_TYPED}),
    ({"subject": "{link}", "text": "x"}, {"subject": MessageReason.LINK_TYPED}),
]


@pytest.mark.parametrize(("typed", "problems"), WRONG_WORDS)
def test_an_empty_text_or_a_place_for_a_link_is_refused_beside_its_field(app, typed, problems):
    message = a_mail()
    with pytest.raises(Rejected) as told:
        edit(message, **typed)
    assert told.value.problems == problems
    assert stored(message).edited_at is None


def test_of_two_who_edit_the_second_is_told(app):
    message = a_mail()
    seen = mail.writing_of(queries.body_of(stored(message))).seen
    edit(message, text="The first", seen=seen)
    with pytest.raises(Conflict) as told:
        edit(message, text="The second", seen=seen)
    assert told.value.reason is MessageReason.CHANGED
    assert stored(message).text.startswith("The first\n\n")


def test_neither_a_short_message_nor_one_without_text_is_edited(app):
    with transaction():
        service.queue_short(ShortDraft("crew_visit_cancelled", "+3816", "sr_Latn", "Off", ("visit", 7), 1), now=MONDAY)
        child = ShortDraft("crew_visit_cancelled", "+3817", "sr_Latn", "Off", ("visit", 7), 1, to_guardian=True)
        service.queue_short(child, now=MONDAY)
    short, guardians = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    bare = a_mail()
    put(bare, STATES.HELD, text="", html="")
    for message, reason in ((short, MessageReason.SHORT), (bare, MessageReason.NO_TEXT)):
        with pytest.raises(Conflict) as told:
            edit(message, text="Other")
        assert told.value.reason is reason
    assert refused(HOLD, guardians) is MessageReason.PROTECTED
    assert does(HOLD, short).done


def test_a_sent_one_leaves_again_as_a_message_of_its_own(app):
    message = a_mail()
    service.deliver(message.id, MONDAY)

    copy = stored(service.send_copy(SYSTEM, message.id, within=(), now=MONDAY + HOUR))

    first = stored(message)
    assert copy.message_id != first.message_id
    same = ("kind", "address", "subject", "text", "html", "language", "link_purpose", "about_id", "free_paragraphs")
    assert [getattr(copy, name) for name in same] == [getattr(first, name) for name in same]
    assert (copy.state, copy.attempts, copy.created_at, copy.sent_at) == (STATES.WAITING, 0, MONDAY + HOUR, None)
    assert service.deliver(copy.id, MONDAY + HOUR) is STATES.SENT
    assert acts_on(first) == ["message sent again"]
    with pytest.raises(Conflict) as told:
        service.send_copy(SYSTEM, a_mail().id, within=(), now=MONDAY)
    assert told.value.reason is MessageReason.OTHERWISE
    put(message, STATES.SENT, text="", html="")
    with pytest.raises(Conflict) as bare:
        service.send_copy(SYSTEM, message.id, within=(), now=MONDAY)
    assert bare.value.reason is MessageReason.NO_TEXT


@pytest.mark.postgres_decides
def test_trust_s56_who_holds_while_a_sweep_leases_is_refused_or_the_mail_stays(app, monkeypatch):
    """The sender has leased it and is sending: the hold is refused. Held first, it does not leave."""
    message_id = a_mail().id
    inside, go_on, send, outcomes = threading.Event(), threading.Event(), mailer.send, []

    def slow_send(*args, **given):
        inside.set()
        go_on.wait(10)
        send(*args, **given)

    monkeypatch.setattr(mailer, "send", slow_send)

    def sweep():
        with app.app_context():
            outcomes.append(service.deliver(message_id, MONDAY))
            db.session.remove()

    thread = threading.Thread(target=sweep)
    thread.start()
    assert inside.wait(10)
    handled = service.act_on(SYSTEM, HOLD, [message_id], within=(), now=MONDAY)
    go_on.set()
    thread.join(10)

    assert ([one.reason for one in handled.left_out], outcomes) == ([MessageReason.LEAVING], [STATES.SENT])


@pytest.mark.postgres_decides
def test_trust_s56_of_several_who_act_at_once_one_does_and_the_others_are_told(app):
    message_id, told = a_mail().id, []

    def discards() -> None:
        handled = service.act_on(SYSTEM, DISCARD, [message_id], within=(), now=MONDAY, reason="x")
        told.append([one.reason for one in handled.left_out])

    assert all_at_once(app, [discards] * 5) == [None] * 5
    assert sorted(told) == [[], *[[MessageReason.OTHERWISE]] * 4]
    assert stored(message_id).state is STATES.STOPPED


def delayed(minutes: int = 60, group: MessageGroup = MessageGroup.VISITS) -> Centre:
    centre = make_centre()
    admin = an_actor(Role.ADMINISTRATOR, centre_id=centre.id)
    change_delays(admin, {group: minutes}, now=MONDAY)
    return centre


@pytest.mark.both_databases
def test_messages_of_a_group_wait_for_as_long_as_their_centre_has_set(app):
    centre = delayed(15)
    late, other = a_mail(centre_id=centre.id), a_mail(centre_id=make_centre().id)
    assert [stored(one).not_before - MONDAY for one in (late, other)] == [15 * MINUTE, dt.timedelta()]
    offered = make_message(kind="request_waitlisted", centre_id=centre.id, for_school=True, values={
        **VALUES, "first_day": FAR, "last_day": FAR})  # fmt: skip
    assert stored(offered).not_before == MONDAY

    with transaction():
        service.let_wait(("visit", 7), MONDAY, MONDAY + 10 * MINUTE)
    assert [stored(one).not_before - MONDAY for one in (late, other)] == [15 * MINUTE, 10 * MINUTE]


NEAR = [
    ({"day": MONDAY.date()}, True), ({"day": MONDAY.date() + 2 * DAY}, True), ({"day": MONDAY.date() + 3 * DAY}, False),
    ({"day": MONDAY.date() - DAY}, False), ({"until": MONDAY + 48 * HOUR}, True),
    ({"until": MONDAY + 48 * HOUR + MINUTE}, False), ({"until": MONDAY}, True), ({"until": MONDAY - MINUTE}, False),
    ({"visits": [{"day": FAR}, {"day": MONDAY.date() + DAY}]}, True), ({"visits": ({"day": FAR},), "n": 3}, False),
]  # fmt: skip


@pytest.mark.parametrize(("values", "urgent"), NEAR)
def test_what_names_a_day_of_the_next_48_hours_is_urgent(values, urgent):
    assert is_urgent(values.values(), MONDAY, MONDAY.date()) is urgent


def test_an_urgent_mail_and_a_protected_one_go_at_once(app):
    centre = delayed()
    soon = a_mail(centre_id=centre.id, values={**VALUES, "day": MONDAY.date() + DAY})
    copy = a_mail(centre_id=centre.id, to_minor=True)
    assert [stored(one).not_before for one in (soon, copy)] == [MONDAY, MONDAY]


@pytest.mark.both_databases
def test_one_that_waits_keeps_back_nothing_else_and_goes_before_what_follows_it(app):
    centre = delayed()
    first = a_mail(centre_id=centre.id)
    elsewhere = a_mail(centre_id=centre.id, about=("visit", 8), values={**VALUES, "day": MONDAY.date()})
    assert service.unsent_ids(10, MONDAY) == [elsewhere.id]

    urgent = a_mail(centre_id=centre.id, values={**VALUES, "day": MONDAY.date()})

    assert service.unsent_ids(10, MONDAY) == [first.id, elsewhere.id]
    assert service.deliver(first.id, MONDAY) is STATES.SENT
    assert service.deliver(elsewhere.id, MONDAY) is STATES.SENT
    assert service.unsent_ids(10, MONDAY) == [urgent.id]


def test_what_a_guardian_is_asked_on_a_day_is_not_pulled_along(app):
    with transaction():
        values = {"given_name": "Tara", "centre": "C", "has_link": True, "anew": False}
        draft = MessageDraft("consent_asked", "g@p.example", "en", values, about=("guardian", 3))
        service.queue_message(draft, now=MONDAY, not_before=MONDAY + 7 * DAY)
        service.queue_message(draft, now=MONDAY)
    assert service.unsent_ids(10, MONDAY) == []


@pytest.mark.both_databases
def test_delays_are_set_by_administrators_and_only_to_none_a_quarter_or_an_hour(app):
    centre = make_centre()
    admin = an_actor(Role.ADMINISTRATOR, centre_id=centre.id)
    change_delays(admin, {MessageGroup.VISITS: 15, MessageGroup.LETTERS: 0}, now=MONDAY)
    change_delays(admin, {MessageGroup.VISITS: 60}, now=MONDAY)
    assert queries.delays_of(centre.id) == {MessageGroup.VISITS: 60}
    for wrong in ({MessageGroup.VISITS: 30}, {MessageGroup.PROTECTED: 15}, {MessageGroup.STAFF: 15}):
        with pytest.raises(Rejected):
            change_delays(admin, wrong, now=MONDAY)
    told = db.session.scalars(
        select(AuditEntry.details).where(AuditEntry.action == "message delays changed").order_by(AuditEntry.id)
    ).all()
    assert told == ['{"changes": {"visits": [0, 15]}}', '{"changes": {"visits": [15, 60]}}']
    assert MessageGroup.STAFF not in DELAYED
