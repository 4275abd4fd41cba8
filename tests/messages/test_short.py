import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler import config
from scheduler.core.db import db, transaction
from scheduler.messages import queries, rules, service
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import Channel, MessageState, ShortDraft
from tests.factories import MONDAY
from tests.sms_provider import a_provider

NUMBER = "+381641234567"


def make_short(text="Raspored: poseta je otkazana", number=NUMBER) -> int:
    with transaction():
        draft = ShortDraft("crew_visit_cancelled", number, "sr_Latn", text, ("visit", 7), 1)
        service.queue_short(draft, now=MONDAY)
    return max(service.unsent_ids(10, MONDAY))


def stored(message_id: int) -> OutboxMessage:
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
    sentence = "The visit at %(time)s (%(place)s) is off. %(page)s"
    text = rules.short_with(sentence, place * times, time=time, page=page * times)

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

    row = stored(one)
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
    assert stored(one).failure == "refused"


@pytest.mark.both_databases
def test_what_failed_is_tried_again_after_its_pause_and_given_up_after_three_days(app, to_provider):
    to_provider.answer = 503
    one = make_short()

    assert service.deliver(one, MONDAY) is MessageState.WAITING
    assert service.deliver(one, MONDAY) is None  # not due yet
    assert (stored(one).failure, stored(one).attempts) == ("later", 1)

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


def test_a_change_that_was_rolled_back_sends_nothing(app):
    with pytest.raises(RuntimeError), transaction():
        service.queue_short(ShortDraft("x", NUMBER, "en", "Hello", ("visit", 7), 1), now=MONDAY)
        raise RuntimeError("the change failed")

    assert queries.messages_about("visit", 7) == []
