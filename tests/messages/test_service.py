"""Mail and short messages leave once, in their order, and are tried again where nobody took them."""

import datetime as dt
import email
import email.policy
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from scheduler import config
from scheduler.core import mailer, tokens
from scheduler.core.db import db, transaction
from scheduler.messages import queries, rules, service
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import Channel, Failure, LinkWish, MessageDraft, MessageState, ShortDraft
from tests.factories import MONDAY
from tests.factories.messages import make_message
from tests.sms_provider import a_provider

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
WISH = LinkWish("status", 7, "/status/{token}", 24)


class Sink:
    """A mail server that keeps what it takes; `answers` names addresses it does not take, and its words for them."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.taken.append(envelope.content)
        return "250 OK"


@contextmanager
def a_mail_server(app, **given) -> Iterator[Sink]:
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=8155, **given)
    controller.start()
    config.use(replace(app.config["SETTINGS"], smtp_url="smtp://127.0.0.1:8155"))
    yield handler
    controller.stop()
    config.use(app.config["SETTINGS"])


@pytest.fixture
def sink(app) -> Iterator[Sink]:
    with a_mail_server(app) as handler:
        yield handler


def stored(message: OutboxMessage) -> OutboxMessage:
    db.session.expire_all()
    return db.session.get_one(OutboxMessage, message.id)


def letters() -> list[str]:
    return [file.read_text() for file in sorted((config.settings().instance / "mail").glob("*.eml"))]


@pytest.mark.both_databases
def test_a_queued_mail_becomes_one_letter_and_is_marked_sent(app):
    message = make_message()

    assert service.deliver(message.id, MONDAY) is MessageState.SENT

    row = stored(message)
    assert (row.state, row.sent_at, row.attempts, row.leased_until) == (MessageState.SENT, MONDAY, 1, None)
    assert len(letters()) == 1
    assert f"Message-ID: {row.message_id}" in letters()[0]
    assert "http://localhost/sign-in" in letters()[0]


def test_a_rolled_back_change_sends_neither_a_mail_nor_a_short_message(app):
    with pytest.raises(RuntimeError), transaction():
        service.queue_message(MessageDraft("no_account", "a@b.example", "en", {}), now=MONDAY)
        raise RuntimeError("the change failed")
    assert service.unsent_ids(10, MONDAY) == []

    with pytest.raises(RuntimeError), transaction():
        service.queue_short(ShortDraft("x", NUMBER, "en", "Hello", ("visit", 7), 1), now=MONDAY)
        raise RuntimeError("the change failed")
    assert queries.messages_about("visit", 7) == []


def test_a_secret_link_is_minted_when_the_mail_leaves_and_stored_nowhere(app):
    message = make_message(kind="password_reset", values={}, link=WISH)
    assert db.session.scalars(select(tokens.SecretLink)).all() == []

    service.deliver(message.id, MONDAY)

    row = stored(message)
    assert "{link}" in row.text
    assert "/status/" not in row.text + row.html
    link = db.session.scalars(select(tokens.SecretLink)).one()
    assert (link.purpose, link.subject_id, link.expires_at) == ("status", 7, MONDAY + dt.timedelta(hours=24))
    text = letters()[0].replace("=\n", "")
    token = text.split("http://localhost/status/")[1].split()[0]
    assert tokens.opened_by(token, "status", now=MONDAY) is not None


@pytest.mark.both_databases
def test_two_senders_at_once_send_once(app, monkeypatch):
    message_id = make_message().id
    inside, go_on = threading.Event(), threading.Event()
    send = mailer.send

    def slow_send(*args, **given):
        inside.set()
        go_on.wait(10)
        send(*args, **given)

    monkeypatch.setattr(mailer, "send", slow_send)
    outcomes = []

    def first():
        with app.app_context():
            outcomes.append(service.deliver(message_id, MONDAY))
            db.session.remove()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(10)
    second = service.deliver(message_id, MONDAY)
    go_on.set()
    thread.join(10)

    assert (outcomes, second) == ([MessageState.SENT], None)
    assert len(letters()) == 1


@pytest.mark.both_databases
def test_a_sender_that_died_is_followed_by_another_when_its_lease_ends(app, monkeypatch):
    message = make_message()
    monkeypatch.setattr(service, "_hand_over", lambda parcel, now: (_ for _ in ()).throw(SystemExit()))
    with pytest.raises(SystemExit):
        service.deliver(message.id, MONDAY)
    monkeypatch.undo()

    assert stored(message).state is MessageState.SENDING
    assert service.deliver(message.id, MONDAY + MINUTE) is None
    assert service.deliver(message.id, MONDAY + 2 * MINUTE) is MessageState.SENT
    assert stored(message).attempts == 2


@pytest.mark.postgres_decides
@pytest.mark.parametrize(("back", "sent"), [(MINUTE / 12, None), (2 * DAY, MessageState.SENT)])
def test_trust_r27_a_sender_that_died_before_the_clock_was_set_back_is_followed_by_another(app, back, sent):
    message = make_message(now=MONDAY - 3 * DAY)
    service._lease(message.id, MONDAY)

    assert service.unsent_ids(10, MONDAY - back) == ([message.id] if sent else [])
    assert service.deliver(message.id, MONDAY - back) is sent
    assert len(letters()) == (1 if sent else 0)


@pytest.mark.postgres_decides
def test_trust_r27_mails_of_a_clock_that_was_ahead_leave_once_and_keep_back_none_that_follow(app, sink):
    ahead = MONDAY + 400 * DAY
    sink.answers["ana@school.example"] = "451 later"
    put_off = make_message("ana@school.example", now=ahead - DAY)
    assert service.deliver(put_off.id, ahead) is MessageState.WAITING
    early = make_message("mira@school.example", now=MONDAY)
    sink.answers["mira@school.example"] = "451 later"
    assert service.deliver(early.id, MONDAY + 2 * DAY) is MessageState.WAITING
    sink.answers.clear()
    behind = make_message("ana@school.example")
    to_come = make_message("vera@school.example", now=MONDAY + MINUTE)

    sent = [service.deliver(one, MONDAY) for _sweep in range(3) for one in service.unsent_ids(10, MONDAY)]

    assert (sent, len(sink.taken)) == ([MessageState.SENT] * 3, 3)
    assert [stored(one).state for one in (put_off, early, behind)] == [MessageState.SENT] * 3
    assert stored(to_come).state is MessageState.WAITING


def test_trust_r27_a_mail_of_a_clock_that_was_ahead_counts_for_no_limit(app):
    for days in (400, 0):
        make_message(now=MONDAY + days * DAY)
    counted = queries.written_lately("password_changed", ["ana@school.example"], DAY, MONDAY)
    assert counted == {"ana@school.example": 1}


def test_a_sender_that_slept_past_its_lease_does_not_undo_the_next_ones_work(app):
    message = make_message()
    late = service._lease(message.id, MONDAY)
    service.deliver(message.id, MONDAY + 3 * MINUTE)
    service._note(late, Failure.UNREACHABLE, MONDAY + 4 * MINUTE)
    assert stored(message).state is MessageState.SENT


def test_mail_leaves_through_smtp(app, sink):
    message = make_message("ana@school.example", kind="invitation", values={"centre": "Центар"}, language="sr_Cyrl")
    assert service.deliver(message.id, MONDAY) is MessageState.SENT
    assert len(sink.taken) == 1
    assert b"To: ana@school.example" in sink.taken[0]
    assert letters() == []


def test_trust_r19_451_is_tried_again_with_growing_pauses_for_three_days_and_then_shown(app, sink):
    sink.answers["slow@school.example"] = "451 4.7.1 try again later"
    message = make_message("slow@school.example")
    now, tries = MONDAY, []
    while stored(message).state is MessageState.WAITING:
        now = stored(message).not_before
        tries.append(now)
        service.deliver(message.id, now)

    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert pauses == sorted(pauses)
    assert len(tries) < 40
    assert dt.timedelta(hours=72) <= tries[-1] - MONDAY <= dt.timedelta(hours=76)
    assert (stored(message).state, stored(message).failure) == (MessageState.FAILED, Failure.LATER)


def test_trust_r19_550_is_given_up_at_once_while_the_others_arrive(app, sink):
    sink.answers["gone@school.example"] = "550 5.1.1 no such mailbox"
    messages = [make_message(f"{name}@school.example") for name in ("ana", "gone", "mira")]
    outcomes = [service.deliver(message.id, MONDAY) for message in messages]
    assert outcomes == [MessageState.SENT, MessageState.FAILED, MessageState.SENT]
    assert (stored(messages[1]).failure, len(sink.taken)) == (Failure.REFUSED, 2)


def test_trust_r03_nothing_is_lost_while_the_mail_server_is_away_and_all_goes_out_when_it_is_back(app):
    config.use(replace(app.config["SETTINGS"], smtp_url="smtp://127.0.0.1:8156"))
    message = make_message()
    now = MONDAY
    while now < MONDAY + dt.timedelta(hours=4):
        assert service.deliver(message.id, now) is MessageState.WAITING
        now = stored(message).not_before

    config.use(app.config["SETTINGS"])
    assert now - MONDAY <= dt.timedelta(hours=4, minutes=10)
    assert service.deliver(message.id, now) is MessageState.SENT


def test_trust_r18_a_line_cut_after_the_mail_was_taken_is_tried_again_under_the_same_message_id(app, monkeypatch):
    message = make_message()
    cut = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
    monkeypatch.setattr(mailer, "send", lambda *args, **given: (_ for _ in ()).throw(cut))
    assert service.deliver(message.id, MONDAY) is MessageState.WAITING
    monkeypatch.undo()

    service.deliver(message.id, MONDAY + MINUTE)

    assert f"Message-ID: {message.message_id}" in letters()[0]


@pytest.mark.both_databases
def test_trust_r18_a_mail_that_was_taken_while_the_database_was_away_leaves_once(app, monkeypatch):
    message_id = make_message().id
    away = [OperationalError("UPDATE", {}, Exception("the database system is starting up"))] * 3
    note = service._note

    def note_when_it_is_back(*given):
        if away:
            raise away.pop()
        return note(*given)

    monkeypatch.setattr(service, "NOTE_PAUSE_S", 0)
    monkeypatch.setattr(service, "_note", note_when_it_is_back)

    assert service.deliver(message_id, MONDAY) is MessageState.SENT
    assert service.deliver(message_id, MONDAY + 5 * MINUTE) is None
    assert len(letters()) == 1


def test_a_database_that_stays_away_ends_the_try_and_the_lease_brings_the_next(app, monkeypatch):
    message = make_message()
    gone = OperationalError("UPDATE", {}, Exception("the database system is shut down"))
    monkeypatch.setattr(service, "NOTE_WITHIN_S", 0)
    monkeypatch.setattr(service, "_note", lambda *given: (_ for _ in ()).throw(gone))

    with pytest.raises(OperationalError):
        service.deliver(message.id, MONDAY)

    assert service.unsent_ids(9, MONDAY + 5 * MINUTE) == [message.id]


@pytest.mark.parametrize("refusal", [
    smtplib.SMTPAuthenticationError(535, b"bad credentials"),
    smtplib.SMTPSenderRefused(550, b"sender not allowed", "raspored@example.org"),
    smtplib.SMTPConnectError(554, b"no service here"), smtplib.SMTPHeloError(501, b"who are you"),
])  # fmt: skip
def test_a_server_that_refuses_ourselves_says_nothing_about_the_address(app, monkeypatch, refusal):
    message = make_message()
    monkeypatch.setattr(mailer, "send", lambda *args, **given: (_ for _ in ()).throw(refusal))
    assert service.deliver(message.id, MONDAY) is MessageState.WAITING
    assert stored(message).failure == Failure.UNREACHABLE


@pytest.mark.parametrize("takes", [True, False])
def test_a_cyrillic_address_leaves_by_smtputf8_or_is_refused_with_words(app, takes):
    whole, domain = make_message("ана@школа.срб"), make_message("ana@школа.срб")
    with a_mail_server(app, enable_SMTPUTF8=takes) as handler:
        outcomes = [service.deliver(message.id, MONDAY) for message in (whole, domain)]
    assert outcomes == [MessageState.SENT if takes else MessageState.FAILED, MessageState.SENT]
    assert stored(whole).failure == (None if takes else Failure.LETTERS)
    assert b"To: ana@xn--80atdl2c.xn--90a3ac" in handler.taken[-1]


def test_a_schools_name_with_the_mark_of_an_encoded_word_loses_no_mail(app, sink):
    host = "ОШ =?utf-8?q?a=0D=0ABcc:x@y?= Вук"
    values = {"host": host, "day": MONDAY.date(), "reason": "снег", "by": "centre"}
    message = make_message(kind="visit_cancelled", values=values, language="sr_Cyrl")

    assert service.deliver(message.id, MONDAY) is MessageState.SENT

    read = email.message_from_bytes(sink.taken[0], policy=email.policy.default)
    assert [read[name] for name in ("Bcc", "Cc")] == [None, None]
    assert "=?" not in str(read["Subject"])


@pytest.mark.parametrize(
    "address", ["ana@school.example\nBcc: evil@x.example", "=?utf-8?q?a=0D=0ABcc:x@y?=@school.example"]
)
def test_trust_s20_an_address_that_would_bring_a_header_is_never_sent(app, sink, address):
    message = make_message(address)
    assert service.deliver(message.id, MONDAY) is MessageState.FAILED
    assert (stored(message).failure, sink.taken) == (Failure.BROKEN, [])


def test_trust_r03_mails_to_one_address_keep_their_order_hold_up_no_other_and_wait_for_their_time(app):
    message = make_message("later@school.example", now=MONDAY + MINUTE)
    assert service.unsent_ids(10, MONDAY) == []
    assert service.unsent_ids(10, MONDAY + MINUTE) == [message.id]
    assert service.deliver(message.id, MONDAY) is None

    first = make_message("ana@school.example")
    make_message("ana@school.example")
    other = make_message("mira@school.example")
    assert service.unsent_ids(10, MONDAY) == [first.id, other.id]


NUMBER = "+381641234567"


def make_short(text="Raspored: poseta je otkazana", number=NUMBER) -> int:
    with transaction():
        draft = ShortDraft("crew_visit_cancelled", number, "sr_Latn", text, ("visit", 7), 1)
        service.queue_short(draft, now=MONDAY)
    return max(service.unsent_ids(10, MONDAY))


def short_of(message_id: int) -> OutboxMessage:
    db.session.rollback()
    return db.session.get_one(OutboxMessage, message_id, populate_existing=True)


@pytest.fixture
def to_provider(app):
    with a_provider() as provider:
        config.use(replace(app.config["SETTINGS"], sms_url=f"http://desk:secret@127.0.0.1:{provider.server_port}/send"))
        yield provider
    config.use(app.config["SETTINGS"])


TYPED = st.text("aČšЖњ漢😀 (%){}~^[\n\u0301", max_size=20)


@given(TYPED, TYPED, TYPED, st.integers(1, 9))
def test_whatever_the_words_a_short_message_fits_one(place, time, page, times):
    text = rules.short_with(lambda place: f"The visit at {time} ({place}) is off. {page * times}", place * times)
    assert len(text) <= 160
    assert set(text) <= rules.GSM


def test_serbian_is_written_in_latin_letters_without_accents():
    assert rules.short("Посета у Ђевђелији, шетња, жеља, џеп") == "Poseta u Djevdjeliji, setnja, zelja, dzep"
    assert rules.short(rules.short("Čačak šđž")) == rules.short("Čačak šđž") == "Cacak sdjz"


@pytest.mark.both_databases
def test_without_a_provider_it_is_a_file_and_no_letter(app):
    folder = config.settings().instance
    before = set((folder / "mail").glob("*.eml"))
    one = make_short()

    assert service.deliver(one, MONDAY) is MessageState.SENT

    row = short_of(one)
    assert (row.channel, row.state, row.sent_at, row.attempts) == (Channel.SMS, MessageState.SENT, MONDAY, 1)
    (file,) = (folder / "sms").glob(f"*-{one:06d}.txt")
    assert NUMBER in file.read_text()
    file.unlink()
    assert set((folder / "mail").glob("*.eml")) == before


def test_a_provider_takes_the_message_as_json(app, to_provider):
    assert service.deliver(make_short("Zdravo"), MONDAY) is MessageState.SENT
    assert [said for _path, _headers, said in to_provider.taken] == [{"to": NUMBER, "text": "Zdravo"}]
    to_provider.answer = 400  # never taken, so given up at once
    one = make_short()
    assert service.deliver(one, MONDAY) is MessageState.FAILED
    assert short_of(one).failure == "refused"


@pytest.mark.both_databases
def test_what_failed_is_tried_again_after_its_pause_and_given_up_after_three_days(app, to_provider):
    to_provider.answer = 503
    one = make_short()

    assert service.deliver(one, MONDAY) is MessageState.WAITING
    assert service.deliver(one, MONDAY) is None  # not due yet
    assert (short_of(one).failure, short_of(one).attempts) == ("later", 1)

    late = MONDAY + dt.timedelta(hours=72)
    assert service.deliver(one, late) is MessageState.FAILED
    to_provider.answer = 200
    assert service.deliver(one, late + dt.timedelta(days=1)) is None


def test_no_log_line_holds_the_number_the_text_or_the_providers_key(app, to_provider, caplog):
    to_provider.answer = 500
    with caplog.at_level("DEBUG"):
        service.deliver(make_short("Zdravo"), MONDAY)
    said = " ".join(str(record.__dict__) for record in caplog.records)
    assert "message not sent" in said
    assert not [one for one in ("secret", NUMBER, "Zdravo", str(to_provider.server_port)) if one in said]
