"""Mail and short messages as they leave, and headers that nobody can add to."""

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scheduler.core import mailer, sms
from scheduler.core.mailboxes import likely_meant
from scheduler.core.text import clean, problem_with_address
from tests.sms_provider import a_provider

FAIR = {
    "sender": "raspored@example.org", "sender_name": "Распоред", "to": "ana@school.example",
    "subject": "Потврђено: уторак", "text": "Добар дан,\nвидимо се.", "html": "<p>Добар дан</p>",
    "message_id": "<abc@raspored.example.org>", "date": "Mon, 14 Sep 2026 09:00:00 +0000",
}  # fmt: skip


def test_a_mail_is_one_file_that_says_who_answers_and_how_letters_end(tmp_path: Path) -> None:
    mail = mailer.compose(mailer.Outgoing(**FAIR))
    mailer.send(mail, smtp_url="", folder=tmp_path / "mail", name="1-abc")

    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == "1-abc.eml"
    assert b"Message-ID: <abc@raspored.example.org>" in file.read_bytes()
    assert mail["Subject"] == "Потврђено: уторак"

    stop = f"https://raspored.example.org/letters/{'a' * 43}"
    mail = mailer.compose(mailer.Outgoing(**FAIR, reply_to="centar@школа.срб", stop_url=stop))
    mailer.send(mail, smtp_url="", folder=tmp_path, name="1")
    plain = mailer.compose(mailer.Outgoing(**FAIR))

    written = (tmp_path / "1.eml").read_bytes()
    assert b"Reply-To: centar@xn--80atdl2c.xn--90a3ac\r\n" in written
    assert f"List-Unsubscribe: <{stop}>\r\n".encode() in written
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in written
    assert (plain["Reply-To"], plain["List-Unsubscribe"], plain["List-Unsubscribe-Post"]) == (None, None, None)


def test_a_mail_of_a_conversation_refers_to_its_name_and_any_other_to_nothing() -> None:
    thread = "<request-51@raspored.example.org>"
    mail = mailer.compose(mailer.Outgoing(**FAIR, thread=thread))
    plain = mailer.compose(mailer.Outgoing(**FAIR))
    assert (mail["In-Reply-To"], mail["References"], mail["Message-ID"]) == (thread, thread, FAIR["message_id"])
    assert (plain["In-Reply-To"], plain["References"]) == (None, None)


PART = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n"


def test_a_calendar_part_is_the_last_alternative_and_says_its_method_twice() -> None:
    mail = mailer.compose(mailer.Outgoing(**FAIR, calendar=PART.replace("PRODID:x", "PRODID:ж")))
    plain = mailer.compose(mailer.Outgoing(**FAIR))

    def shape(one: EmailMessage) -> list[str]:
        return [part.get_content_type() for part in one.walk()]

    assert shape(plain) == ["multipart/alternative", "text/plain", "text/html"]
    assert shape(mail) == [*shape(plain), "text/calendar"]
    arrived = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    *_texts, part = arrived.iter_parts()
    assert part["Content-Type"].params == {"charset": "utf-8", "method": "CANCEL"}
    assert part.get_payload(decode=True) == PART.replace("PRODID:x", "PRODID:ж").encode()
    assert part.get_filename() is None


@pytest.mark.parametrize(
    "wrong", ["METHOD:PUBLISH", "METHOD:REQUEST x", "X:METHOD:REQUEST", "BEGIN:VEVENT\r\nMETHOD:CANCEL"]
)
def test_a_calendar_part_without_a_method_of_ours_is_no_mail(wrong: str) -> None:
    with pytest.raises(ValueError, match="method"):
        mailer.compose(mailer.Outgoing(**FAIR, calendar=PART.replace("METHOD:CANCEL", wrong)))


@pytest.mark.parametrize("field", ["subject", "to", "sender_name", "reply_to", "stop_url", "thread"])
@pytest.mark.parametrize("nasty", ["x\r\nBcc: all@world.example", "=?utf-8?q?a=0D=0ABcc:x@y?=", "a\x00b", "a\x0bb"])
def test_nobody_adds_a_header(field: str, nasty: str) -> None:
    with pytest.raises(ValueError, match="header"):
        mailer.compose(mailer.Outgoing(**(FAIR | {field: nasty})))


ODD = st.text("aZ9.'`+-_!#$%&*/=?^{|}~čжİ", min_size=1, max_size=8)
# Most are whole, with the signs that mailboxes have; among them are those of which we refuse nearly all.
WORDS = st.lists(
    st.text("aZ9č", min_size=1, max_size=3) | st.text("ж9", min_size=1, max_size=3), min_size=1, max_size=3
)
USERS = st.builds(str.join, st.sampled_from(".'+-_/~"), WORDS) | ODD
DOMAINS = st.builds(str.join, st.sampled_from(".-"), WORDS) | ODD
ENDS = st.sampled_from(["rs", "срб", "xn--90a3ac", "example", "a-b"])


@pytest.mark.slow
@given(user=USERS, domain=DOMAINS, end=ENDS)
def test_every_address_that_we_take_is_the_one_that_gets_the_mail(user: str, domain: str, end: str) -> None:
    address = clean(f"{user}@{domain}.{end}", limit=300)
    assume(problem_with_address(address) is None)
    mail = mailer.compose(mailer.Outgoing(**(FAIR | {"to": address})))
    assert [(to.addr_spec, to.display_name) for to in mail["To"].addresses] == [(mailer.in_ascii_domain(address), "")]


@pytest.mark.parametrize(("address", "sent_to"), [
    ("ana@school.example", "ana@school.example"), ("ana@школа.срб", "ana@xn--80atdl2c.xn--90a3ac"),
    ("ана@школа.срб", "ана@xn--80atdl2c.xn--90a3ac"),
])  # fmt: skip
def test_a_cyrillic_domain_is_written_as_every_server_takes_it(address: str, sent_to: str, tmp_path: Path) -> None:
    mail = mailer.compose(mailer.Outgoing(**(FAIR | {"to": address})))
    mailer.send(mail, smtp_url="", folder=tmp_path, name="1")
    assert f"To: {sent_to}\r\n" in (tmp_path / "1.eml").read_bytes().decode()


# --- what looks mistyped in an address is found, and what is only rare is not ---


SLIPS = [
    ("gmial.com", "gmail.com"), ("gmai.com", "gmail.com"), ("gmaill.com", "gmail.com"), ("gnail.com", "gmail.com"),
    ("gmail.con", "gmail.com"), ("gmail.co", "gmail.com"), ("gmail.rs", "gmail.com"), ("yaho.com", "yahoo.com"),
    ("yhaoo.com", "yahoo.com"), ("hotmial.com", "hotmail.com"), ("outlok.com", "outlook.com"), ("mst.rs", "mts.rs"),
    ("eunte.rs", "eunet.rs"), ("open.telekm.rs", "open.telekom.rs"),
]  # fmt: skip
RIGHT = [
    "gmail.com", "mail.com", "ymail.com", "mts.rs", "osvuk.edu.rs", "skola.example.org", "yahoo.co.uk", "live.rs",
    "gimnazija.rs", "mail.rs", "sbb.rs", "ssb.com", "example.com", "школа.срб",
]  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), SLIPS)
def test_one_slip_of_the_hand_is_found(typed, meant):
    assert likely_meant(f" Ana.Ilic@{typed}") == f"ana.ilic@{meant}"


@pytest.mark.parametrize("domain", RIGHT)
def test_what_is_right_is_not_asked_about(domain):
    assert likely_meant(f"ana@{domain}") == ""


@pytest.mark.parametrize("typed", ["", "ana", "@gmial.com", "ana@"])
def test_what_is_no_address_is_somebody_elses_matter(typed):
    assert likely_meant(typed) == ""


@pytest.fixture
def provider():
    with a_provider() as server:
        yield server


def send(tmp_path, url, to="+381641234567", text="Raspored: poseta"):
    sms.send(to, text, url=url, folder=tmp_path / "sms", name="20261005-083000-000001")


def test_without_a_provider_a_message_is_a_file_that_only_we_read(tmp_path):
    send(tmp_path, "")
    (file,) = (tmp_path / "sms").iterdir()
    assert file.name == "20261005-083000-000001.txt"
    assert file.read_text() == "To: +381641234567\n\nRaspored: poseta\n"
    assert (tmp_path / "sms").stat().st_mode & 0o077 == 0


def test_a_provider_gets_json_by_post_and_its_key_in_the_header(tmp_path, provider):
    send(tmp_path, f"http://desk:p%40ss@127.0.0.1:{provider.server_port}/send?from=Raspored")

    ((path, headers, said),) = provider.taken
    assert path == "/send?from=Raspored"
    assert said == {"to": "+381641234567", "text": "Raspored: poseta"}
    assert headers["Content-Type"] == "application/json"
    assert headers["Authorization"] == "Basic ZGVzazpwQHNz"  # desk:p@ss
    assert not (tmp_path / "sms").exists()


@pytest.mark.parametrize("answer", [302, 400, 401, 429, 500])
def test_what_is_not_taken_is_told_by_its_number_and_nothing_else(tmp_path, provider, answer):
    provider.answer = answer
    with pytest.raises(sms.NotTaken) as refusal:
        send(tmp_path, f"http://desk:secret@127.0.0.1:{provider.server_port}/")
    assert refusal.value.status == answer
    assert "secret" not in str(refusal.value)
    assert len(provider.taken) == 1  # a redirect is not followed


def test_nobody_at_the_address_is_an_os_error(tmp_path, provider):
    with pytest.raises(OSError, match=r"."):
        send(tmp_path, f"https://127.0.0.1:{provider.server_port}/")  # speaks no TLS: refused, never sent in clear
    assert provider.taken == []
