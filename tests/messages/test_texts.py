"""A centre words its mails and short messages itself: what is typed is text and never a template (TRUST S16)."""

import datetime as dt
import re
from dataclasses import replace
from html import unescape

import pytest
from markupsafe import Markup
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from scheduler.core import language as languages
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound
from scheduler.core.text import to_latin
from scheduler.messages import kinds, mail, queries, service
from scheduler.messages.models import MessageText, OutboxMessage
from scheduler.messages.rules import KINDS, braced_word, meanings, problems_with_letters, problems_with_text
from scheduler.messages.terms import (
    Channel,
    MailText,
    MessageDraft,
    MessageGroup,
    Placeholder,
    TextKind,
    TextReason,
    WrongText,
)
from scheduler.messages.wording import KEPT_OF, READER_OF, TEXT_KINDS, why_read
from scheduler.policy import Role
from tests.counting import selects_of
from tests.factories import MONDAY
from tests.factories.people import an_actor

SCHOOL = Placeholder("host", ("школа", "school"), "host", needed_in="body")
DAY = Placeholder("day|long_day", ("дан", "day"), "day", needed_in="body")
DATE = Placeholder("day|short_day", ("датум", "date"), "day")
DETAILS = Placeholder("body 1", ("детаљи", "details"), "body 1", block=True, needed_in="body")
KNOWN = (SCHOOL, DAY, DATE, DETAILS)
GOOD = MailText("Visit: {day}", "Dear colleagues,\n\n{school}, {date}.\n\n{details}")
MOVED = TextKind(Channel.MAIL, "visit_moved")
OFFERED = TextKind(Channel.MAIL, "visit_offered")
SMS = TextKind(Channel.SMS, "crew_visit_cancelled")


def samples(language: str, kind: TextKind = MOVED) -> dict[str, object]:
    return kinds.sample_values(kind, language)


def told(text: MailText) -> list[tuple[TextReason, int, str, str]]:
    return [(one.reason, one.line, one.what, one.meant) for one in problems_with_text(text, KNOWN, "en")]


def body(words: str) -> list[tuple[TextReason, int, str, str]]:
    return told(replace(GOOD, body=f"{words}\n{GOOD.body}"))


def test_a_good_text_names_its_placeholders_in_any_script_and_a_day_in_either_way():
    assert told(GOOD) == []
    assert told(MailText("{дан}", "{ŠKOLA} { dan } {детаљи}")) == []
    assert [braced_word(DAY, one) for one in ("sr_Cyrl", "sr_Latn", "en")] == ["{дан}", "{dan}", "{day}"]
    assert meanings([SCHOOL]).keys() == {"школа", "škola", "school"}


@pytest.mark.parametrize(("typed", "reason", "what", "meant"), [
    ("{scool}", TextReason.MISTYPED, "{scool}", "{school}"),
    ("{schoool} and {школe}", TextReason.MISTYPED, "{schoool}", "{school}"),
    ("{zzzzzz}", TextReason.NO_PLACEHOLDER, "{zzzzzz}", ""),
    ("{}", TextReason.NO_PLACEHOLDER, "{}", ""),
    ("{link}", TextReason.NO_PLACEHOLDER, "{link}", ""),
    ("{day.__class__}", TextReason.NO_PLACEHOLDER, "{day.__class__}", ""),
    ("{0.__class__.__mro__}", TextReason.NO_PLACEHOLDER, "{0.__class__.__mro__}", ""),
    ("{day!r}", TextReason.MISTYPED, "{day!r}", "{day}"),
    ("{day:>9}", TextReason.MISTYPED, "{day:>9}", "{day}"),
    ("{school", TextReason.UNCLOSED, "", ""), ("school}", TextReason.UNCLOSED, "", ""),
    ("{ {day} }", TextReason.UNCLOSED, "", ""),
    ("{{ 7*7 }}", TextReason.FORMULA, "{{", ""), ("{% for x in y %}", TextReason.FORMULA, "{%", ""),
    ("{# x #}", TextReason.FORMULA, "{#", ""), ("${day}", TextReason.FORMULA, "${", ""),
    ("${jndi:ldap://x}", TextReason.FORMULA, "${", ""), ("<%= 7 %>", TextReason.FORMULA, "<%", ""),
    ("a\u202eb", TextReason.UNSEEN, "U+202E", ""), ("a\x00b", TextReason.UNSEEN, "U+0000", ""),
    ("a\u200bb", TextReason.UNSEEN, "U+200B", ""), ("a\x1bb", TextReason.UNSEEN, "U+001B", ""),
])  # fmt: skip
def test_trust_s16_what_is_no_placeholder_is_refused_with_its_line(typed, reason, what, meant):
    assert (reason, 2, what, meant) in told(replace(GOOD, body=f"Dear\n{typed}\n{GOOD.body}"))
    assert (reason, 1, what, meant) in told(replace(GOOD, subject=f"{typed} {GOOD.subject}"))


@pytest.mark.parametrize("typed", ["%(host)s", "{nothing}"[1:-1], "<b>day</b>", "\\1 \\g<0>", "$day", "a\tb", "=?"])
def test_what_means_nothing_to_us_is_text(typed):
    assert body(typed) == []


@pytest.mark.parametrize("typed", ["a\nb", "a\rb", "a\u2028b", "a\x85b", "=?utf-8?q?x?="])
def test_a_subject_is_one_line_without_codes(typed):
    found = [one.reason for one in problems_with_letters("subject", typed)]
    assert found == [TextReason.MAIL_CODE if "=?" in typed else TextReason.LINE_END]
    assert problems_with_letters("body", "a\r\nb\n=?") == []


def test_what_the_reader_needs_and_blocks_cannot_be_left_out():
    assert told(replace(GOOD, body="Hello")) == [(TextReason.LACKING, 0, "{school}, {day}, {details}", "")]
    assert told(replace(GOOD, subject="{details}"))[0][:3] == (TextReason.NO_PLACEHOLDER, 1, "{details}")
    assert [one[0] for one in told(MailText(" ", ""))] == [TextReason.EMPTY, TextReason.EMPTY]
    assert problems_with_text(replace(GOOD, subject=""), KNOWN, "en", has_subject=False) == []


@pytest.mark.parametrize(("subject", "rest", "reasons"), [
    (200, 5000, []), (201, 5000, ["text_too_long"]), (200, 5001, ["text_too_long"]),
])  # fmt: skip
def test_a_text_has_a_measured_length(subject, rest, reasons):
    text = MailText("s" * subject, GOOD.body + "b" * (rest - len(GOOD.body)))
    assert [one.reason.value for one in problems_with_text(text, KNOWN, "en")] == reasons


def test_every_template_has_a_reader_and_is_worded_by_the_centre_or_keeps_its_text_for_a_reason(app):
    folder = kinds.TEMPLATES / "mails"
    assert {path.stem for path in folder.glob("*.jinja")} == READER_OF.keys()
    assert {path.stem for path in (kinds.TEMPLATES / "short").glob("*.jinja")} == {SMS.kind}
    assert all(why_read(kind, "en").startswith("You get this mail because") for kind in READER_OF)
    assert READER_OF.keys() == KINDS.keys()
    protected = {kind for kind, group in KINDS.items() if group is MessageGroup.PROTECTED}
    assert KEPT_OF.keys() == protected | {"test_mail"}  # who may not edit a mail may not word its kind


@pytest.mark.parametrize("language", languages.LANGUAGES)
@pytest.mark.parametrize("kind", TEXT_KINDS, ids=lambda kind: f"{kind.channel}-{kind.kind}")
def test_the_products_text_as_a_centres_own_says_the_very_same(app, kind, language):
    kept = queries.text_language(language)
    own = kinds.product_text(kind, kept)
    placeholders = kinds.anatomy(kind).placeholders.values()

    assert kinds.problems_with(kind, own, kept) == ()
    assert len(meanings(placeholders)) >= 2 * len({one.words for one in placeholders}) == 2 * len(placeholders)
    for longest in (False, True):
        values = kinds.sample_values(kind, language, longest=longest)
        if kind.channel is Channel.SMS:
            assert mail.short_text(kind.kind, language, values, own) == mail.short_text(kind.kind, language, values)
            continue
        as_ever = mail.render(kind.kind, language, values)
        told = mail.render(kind.kind, language, values, own=own)
        if languages.LANGUAGES.index(language) == 1:  # Latin letters come from the whole Cyrillic text here
            assert to_latin(told.text) == to_latin(as_ever.text)
        else:
            assert (told.subject, told.text, unescape(told.html)) == (
                as_ever.subject,
                as_ever.text,
                unescape(as_ever.html),
            )


def test_a_value_is_put_in_once_and_is_never_read_as_text(app):
    own = MailText(
        "{school} {day}", "{{not}} <i>{school}</i> {day} {time} {earlier day} {earlier time}".replace("{{not}}", "%s")
    )
    nasty = "{day} <b>{{ 7*7 }}</b> =?utf-8?q?x?= {link} &amp;"
    values = {**samples("en"), "host": nasty, "day": dt.date(2026, 12, 8)}

    body = mail.render("visit_moved", "en", values, own=own)

    said = nasty.replace("{link}", "(link)")
    assert body.subject == f"{said.replace('=?', '= ?')} Tuesday, 8 December 2026"
    assert f"%s <i>{said}</i> Tuesday" in body.text
    assert str(Markup.escape(f"%s <i>{said}</i>")) in body.html
    assert body.text.count("{link}") == mail.render("visit_moved", "en", samples("en")).text.count("{link}")


def test_what_must_be_said_stands_outside_of_the_text(app):
    own = MailText("Hello", "{school} {day} {time} {earlier day} {earlier time}")
    body = mail.render("visit_moved", "en", samples("en"), own=own, for_school=True)
    said = [
        r"^OŠ „Vuk",
        "What happens next: ",
        "Questions\\? Call us",
        "\\{link\\}",
        "You get this mail because",
        "19833",
    ]
    assert re.search(".*".join(said), body.text, re.S), body.text
    assert "You get this mail because this address was given" in body.html

    copy = mail.render(
        "visit_offered", "en", samples("en", OFFERED), copy_of="T.", own=kinds.product_text(OFFERED, "en")
    )
    assert "{link}" not in copy.text + copy.html


def test_a_text_that_an_upgrade_made_wrong_gives_way_to_the_products(app):
    gone = MailText("Hello", "{school} {day} {time}")
    assert mail.render("visit_moved", "en", samples("en"), own=gone) == mail.render("visit_moved", "en", samples("en"))


SAID = MailText("Нови дан за {школа}", "Поштовани,\n\n{школа}: {дан}, {време}. Пре: {ранији дан}, {раније време}.")


@pytest.fixture
def coordinator(app):
    return an_actor(Role.COORDINATOR)


def said_in(actor, language, kind=MOVED):
    service.queue_message(
        MessageDraft(kind.kind, "a@b.example", language, samples(language, kind), centre_id=actor.centre_id),
        now=MONDAY,
    )
    row = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    return row.subject, row.text


@pytest.mark.both_databases
def test_a_saved_text_is_sent_in_both_letters_and_ends_with_the_products(coordinator):
    service.change_text(coordinator, MOVED, "sr_Cyrl", SAID, seen=0, now=MONDAY)
    with transaction():
        assert said_in(coordinator, "sr_Cyrl")[0] == "Нови дан за ОШ „Вук Караџић“"
        subject, text = said_in(coordinator, "sr_Latn")
        assert subject == "Novi dan za OŠ „Vuk Karadžić“"
        assert text.startswith("Poštovani,\n\nOŠ „Vuk Karadžić“: utorak, 8. decembar 2026.")
        assert said_in(coordinator, "en")[0].startswith("New time: ")
        other = replace(coordinator, centre_id=None)
        assert said_in(other, "sr_Cyrl")[0].startswith("Нови термин")

    service.change_text(coordinator, MOVED, "sr_Cyrl", None, seen=1, now=MONDAY)
    with transaction():
        assert said_in(coordinator, "sr_Cyrl")[0].startswith("Нови термин")
    versions = queries.versions_of(coordinator.centre_id, MOVED, "sr_Cyrl")
    assert [(one.version, one.text.subject) for one in versions] == [(2, ""), (1, SAID.subject)]
    assert queries.texts_in_force(coordinator.centre_id) == {}


@pytest.mark.both_databases
def test_nothing_is_stored_twice_and_a_text_equal_to_the_products_is_the_products(coordinator):
    product = kinds.product_text(MOVED, "sr_Cyrl")
    service.change_text(coordinator, MOVED, "sr_Cyrl", product, seen=0, now=MONDAY)
    service.change_text(coordinator, MOVED, "sr_Cyrl", None, seen=0, now=MONDAY)
    assert queries.versions_of(coordinator.centre_id, MOVED, "sr_Cyrl") == []

    for seen in (0, 1):
        service.change_text(coordinator, MOVED, "sr_Cyrl", SAID, seen=seen, now=MONDAY)
    assert [one.version for one in queries.versions_of(coordinator.centre_id, MOVED, "sr_Cyrl")] == [1]
    with pytest.raises(Conflict):
        service.change_text(coordinator, MOVED, "sr_Cyrl", None, seen=0, now=MONDAY)


def test_a_change_of_the_products_text_is_known_and_saving_again_acknowledges_it(coordinator, monkeypatch):
    service.change_text(coordinator, MOVED, "sr_Cyrl", SAID, seen=0, now=MONDAY)
    newer = replace(kinds.product_text(MOVED, "sr_Cyrl"), subject="Други наслов {дан}")
    monkeypatch.setattr(kinds, "product_text", lambda kind, language: newer)

    before = queries.texts_in_force(coordinator.centre_id)[MOVED, "sr_Cyrl"]
    assert before.product != newer
    with transaction():
        assert said_in(coordinator, "sr_Cyrl")[0].startswith("Нови дан за")
    service.change_text(coordinator, MOVED, "sr_Cyrl", SAID, seen=1, now=MONDAY)
    after = queries.texts_in_force(coordinator.centre_id)[MOVED, "sr_Cyrl"]
    assert (after.version, after.product) == (2, newer)


def test_a_wrong_text_is_refused_as_are_kinds_that_keep_theirs_and_whoever_may_not(coordinator):
    with pytest.raises(WrongText) as refused:
        service.change_text(coordinator, MOVED, "en", MailText("{{ 7*7 }}", "Hi"), seen=0, now=MONDAY)
    assert {one.reason for one in refused.value.problems} == {TextReason.FORMULA, TextReason.LACKING}
    for kind, language in ((TextKind(Channel.MAIL, "consent_asked"), "en"), (MOVED, "sr_Latn"), (MOVED, "xx")):
        with pytest.raises(NotFound):
            service.change_text(coordinator, kind, language, SAID, seen=0, now=MONDAY)
    with pytest.raises(NotAllowed):
        educator = replace(coordinator, roles=frozenset({Role.EDUCATOR}))
        service.change_text(educator, MOVED, "sr_Cyrl", SAID, seen=0, now=MONDAY)


def test_a_short_message_fits_with_the_longest_names(coordinator):
    words = "Poseta {датум} u {време} ({место}): {страница}"
    service.change_text(coordinator, SMS, "sr_Cyrl", MailText("", words), seen=0, now=MONDAY)
    with pytest.raises(WrongText) as refused:
        service.change_text(coordinator, SMS, "sr_Cyrl", MailText("", words + "x" * 120), seen=1, now=MONDAY)
    [problem] = refused.value.problems
    assert (problem.reason, problem.most) == (TextReason.TOO_LONG_AN_SMS, 160)
    own = queries.own_text(coordinator.centre_id, SMS, "sr_Latn")
    values = samples("sr_Latn", SMS) | {"page": "https://a.example/offers"}
    assert (
        mail.short_text(SMS.kind, "sr_Latn", values, own)
        == "Poseta 8. 12. 2026. u 09:55 (Nis): https://a.example/offers"
    )


@pytest.mark.both_databases
def test_the_database_keeps_every_version_as_it_was_said(coordinator):
    service.change_text(coordinator, MOVED, "sr_Cyrl", SAID, seen=0, now=MONDAY)
    for statement in (update(MessageText).values(body="x"), delete(MessageText)):
        with pytest.raises(IntegrityError, match="message_text_stays"), transaction() as session:
            session.execute(statement)
    good = {
        "centre_id": coordinator.centre_id, "channel": Channel.MAIL, "kind": "x", "language": "en", "version": 1,
        "subject": "s", "body": "b", "product_subject": "", "product_body": "", "saved_at": MONDAY,
    }  # fmt: skip
    for wrong in ({"version": 0}, {"subject": ""}, {"body": ""}, {"subject": "s" * 201}, {"channel": Channel.SMS}):
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(MessageText(**good | wrong))


def test_one_question_in_a_transaction_finds_all_texts_of_a_centre(coordinator):
    def ask_for_all() -> list[MailText]:
        found = [queries.own_text(coordinator.centre_id, kind, "sr_Latn") for kind in TEXT_KINDS]
        return [one for one in found if one]

    assert selects_of(ask_for_all) == 1
    service.change_text(coordinator, MOVED, "sr_Cyrl", SAID, seen=0, now=MONDAY)
    assert ask_for_all() == [SAID]
    assert selects_of(lambda: queries.own_text(coordinator.centre_id, TextKind(Channel.MAIL, "invitation"), "en")) == 0
