"""One folder with a catalogue is a fourth language: every page, mail and paper speaks it, and nothing else is needed.

What these tests find untranslated is a text that no translator ever gets to see.

Names of persons and of schools stand in the letters of the page; from Latin to Cyrillic nothing is turned.
One, few and other: every message that counts, in each language, at the numbers where Serbian changes its mind.
"""

import datetime as dt
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select

from scheduler.attendance import pdf as attendance
from scheduler.certificates import pdf as certificates
from scheduler.cohorts.queries.practice import shipped_cases
from scheduler.core import language
from scheduler.core.db import db
from scheduler.core.language import LANGUAGES, catalogue_path, html_lang, translator
from scheduler.core.names import SpelledName, is_in_cyrillic, spelled
from scheduler.core.text import to_latin
from scheduler.data.files import rows_of
from scheduler.feeds import anew
from scheduler.feeds.models import FeedToken
from scheduler.messages import mail
from scheduler.people.models import User
from scheduler.places.models import Host
from scheduler.reports import pdf as reports
from scheduler.requests import pdf as requests
from scheduler.requests.terms.school_request import RequestState
from scheduler.requests.wording import mail_words
from scheduler.visits import ics
from scheduler.visits.models.visits import Assignment, CalendarEntry
from scheduler.visits.terms.states import AssignmentState, EntryStatus
from tests.a11y.atlas import Sheet
from tests.factories.calendar import the_facts
from tests.factories.papers import a_poster, a_report, a_request_paper, a_school_certificate, a_teacher_certificate
from tests.languages.conftest import ROOT
from tests.languages.pseudo import MARKS, PSEUDO
from tests.languages.reading import Data, data_of_the_house, texts_of
from tests.laws.crawl import Crawl
from tests.laws.travellers import ROLES, Traveller
from tests.papers import saved, words_of
from tools.catalogues import forms_of, messages_of, read

# Words that are the same in every language.
NAMES = {
    "Google", "Android", "Outlook", "Thunderbird", "iPhone", "iPad", "Mac", "Viber", "Excel",  # products
    "Facebook", "Instagram", "TikTok", "YouTube", "LinkedIn",  # channels of posts
    "datamaps", "holidays", "MIT", "BY", "SQLite",  # packages and licences
    "En", "Ћир", "Lat",  # the switch of languages, each in its own
}  # fmt: skip
# What the style guide makes up, and what the walk types into the booking.
MADE_UP = [
    "Јелена Ристић", "Тара", "Гимназија", "Стеван Јаковљевић", "ОШ „Десанка Максимовић“", "ОШ „Вук Караџић“",
    "Safe on the internet", "Passwords, false profiles, and whom to tell when something goes wrong.",
    "National Contact Centre", "Весна Илић, психолог", "Оливера Матић",
]  # fmt: skip
# The handbook is a file for each language; in a language without one it is read in English.
A_FILE_EACH = {"public.handbook", "public.handbook_page"}
DAY = dt.date(2026, 11, 24)


@pytest.fixture(scope="module")
def data(spoken_house: Flask) -> Data:
    with spoken_house.app_context():
        found = data_of_the_house()
    found.learn(MADE_UP)
    for case in shipped_cases():  # as a centre words them, so does the product: stored texts
        found.learn((case.story_sr_cyrl, case.story_en, case.why_sr_cyrl, case.why_en))
    return found


@pytest.mark.deep
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_is_translated(
    spoken_house: Flask, everybody: dict[str, Traveller], new_sheets: dict[str, list[Sheet]], data: Data, role: str
) -> None:
    client, found = everybody[role].client(spoken_house), dict[str, str]()
    for sheet in new_sheets[role]:
        if sheet.endpoint in A_FILE_EACH:
            continue
        answer = client.get(sheet.spoken(PSEUDO), follow_redirects=True)
        assert answer.status_code < 500, sheet.path
        html = answer.text
        assert '<html lang="en-XA"' in html
        for tag, text in texts_of(html, "en-XA"):
            if words := data.foreign(text, NAMES):
                found.setdefault(f"<{tag}> {' '.join(text.split())[:90]!r}: {words}", sheet.path)
    assert not found, "\n".join(f"{path} {what}" for what, path in found.items())


VALUE = re.compile(r"\bv\.(\w+)(\s*\|\s*(\w+))?")
COUNTED = {"more", "total", "days"}  # what `ngettext` counts by is a whole number
FOR_FILTER = {
    "long_day": DAY, "short_day": DAY, "genitive_day": DAY, "clock_time": dt.time(9, 55), "number": 2940,
    **dict.fromkeys(("moment", "genitive_moment"), dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)),
}  # fmt: skip


_VISIT = {
    **{"day": DAY, "times": "9:55", "host": "7", "place": "7", "number": "7", "programme": "7"},
    **{"first_day": DAY, "last_day": DAY, "state": "7"},
}


def _values(template: str) -> dict[str, object]:
    """A value for each that the template names: a day where it writes a day, else a number."""
    found: dict[str, object] = {"changes": [(1, ((50, 0, 2), (60, 0, 2)))], "visits": [_VISIT], "count": 1}
    found["sittings"] = [("9:55", 50, 0, 2)]
    found["dates"] = found["others"] = [{"on_day": DAY, "starts_local": dt.time(9, 55)}]
    found["lines"] = [_VISIT | {"why": why, "who": "7"} for why in ("closed", "away", "runs_over", "class_away")]
    found["trip"] = {"km": 7, "leaves_local": dt.time(8), "home_local": dt.time(15), "away_minutes": 420}
    found["change_until"] = FOR_FILTER["moment"]  # a part of several mails writes it
    rows = tuple(found)
    for name, _pipe, filtered in VALUE.findall(template):
        if name not in rows:
            found[name] = FOR_FILTER.get(filtered, found.get(name, 7 if name in COUNTED else "7"))
    return found


def test_every_mail_is_translated(spoken_house: Flask) -> None:
    data, found = Data(), list[tuple[str, object]]()
    data.learn(["Мила Јовић", "link."])
    mails = sorted((ROOT / "templates" / "mails").glob("*.jinja"))
    for path in mails:
        values = _values(path.read_text(encoding="utf-8"))
        values |= mail_words(RequestState.NEW, PSEUDO)
        if path.stem == "turns_due":  # its reasons come in words
            values["lines"] = [_VISIT | {"why": "7"}]
        with spoken_house.app_context():
            body = mail.render(path.stem, PSEUDO, values, copy_of="Мила Јовић")
            plain = mail.render(path.stem, PSEUDO, values)
        said = [body.subject, body.text, plain.subject, plain.text]
        said += [text for _tag, text in texts_of(body.html, "en-XA")]
        found += [
            (path.stem, words)
            for text in said
            if (words := data.foreign(text.replace("{link}/visit.ics", "").replace("{link}", ""), NAMES))
        ]
        if 'lang="en-XA"' not in body.html:
            found.append((path.stem, "the page names another language"))
    assert found == []
    assert len(mails) > 50


PAPERS = {
    "school": lambda: certificates.draw(a_school_certificate(), PSEUDO),
    "teacher": lambda: certificates.draw(a_teacher_certificate(), PSEUDO),
    "request": lambda: requests.draw(a_request_paper(confirmed=False), PSEUDO),
    "confirmation": lambda: requests.draw(a_request_paper(), PSEUDO),
    "report": lambda: reports.draw(a_report(), PSEUDO),
    "poster": lambda: attendance.draw_poster(a_poster(), PSEUDO),
    "sheet to take home": lambda: attendance.draw_sheet(a_poster(), PSEUDO),
}


@pytest.mark.slow
def test_every_paper_is_translated(one_more: str, tmp_path: Path) -> None:
    foreign, silent = {}, []
    for kind, draw in PAPERS.items():
        words = words_of(saved(draw(), tmp_path))
        plain = " ".join(re.findall(r"\b[A-Za-z]{2,}\b", re.sub(r"\S+\.\S+", "", words)))  # the data are Cyrillic
        if found := Data().foreign(plain, NAMES | {"VII", "sala"}):  # a room, in the letters of who reads
            foreign[kind] = found
        if not MARKS & set(words):
            silent.append(kind)
    assert foreign == {}
    assert silent == []


@pytest.mark.slow
def test_every_calendar_entry_is_translated(one_more: str) -> None:
    for status in EntryStatus:
        text = ics.vevent(the_facts(), status, PSEUDO).replace("\r\n ", "")
        said = re.findall(r"^(?:SUMMARY|DESCRIPTION)[^:]*:(.*)$", text, re.M)
        data = Data()
        data.learn(["Talk with pupils", "Vuk Karadžić", "OŠ", "свечана сала", "сала", "Jelena Ristić", "Tara"])
        assert [words for line in said if (words := data.foreign(line.replace("\\n", " "), NAMES))] == []


def test_the_added_language_is_offered_kept_and_understood(spoken_house: Flask) -> None:
    client = spoken_house.test_client()
    assert 'lang="en-XA"' in client.get("/?lang=en_XA").text
    assert '<html lang="en-XA"' in client.get("/privacy").text
    assert language.best_language("en-XA,sr;q=0.5") == PSEUDO
    assert 'hreflang="en-XA"' in client.get("/sitemap.xml").text


def test_a_feed_tells_in_english_what_was_written_before_the_language_came(spoken_house: Flask) -> None:
    with spoken_house.app_context():
        its = Assignment.presentation_id == CalendarEntry.presentation_id
        goes = Assignment.state == AssignmentState.ACCEPTED, CalendarEntry.status == EntryStatus.CONFIRMED
        wanted = select(CalendarEntry.text, Assignment.presenter_id, Assignment.busy_from).join(Assignment, its)
        text, presenter_id, at = db.session.execute(
            wanted.where(CalendarEntry.language == PSEUDO, *goes).limit(1)
        ).one()

        def entries_in(spoken: str, *, before: bool = False) -> str:
            if before:
                db.session.execute(delete(CalendarEntry).where(CalendarEntry.language == spoken))
            named = {"token_hash": spoken, "name": spoken, "language": spoken, "created_at": at}
            db.session.add(FeedToken(presenter_id=presenter_id, **named))
            db.session.flush()
            body = anew.made_anew(spoken, at).body.decode()
            db.session.rollback()
            return body[body.index("BEGIN:VEVENT") :]

        assert text in entries_in(PSEUDO)
        assert entries_in(PSEUDO, before=True) == entries_in("en")
        assert entries_in("en").count("BEGIN:VEVENT") == entries_in(PSEUDO).count("BEGIN:VEVENT")
        assert text not in entries_in("en")


AS_WRITTEN = ("messages.", "public.styleguide")  # mails are kept in the script of whom they went to
TO_CYRILLIC = str.maketrans(
    "abvgdđežzijklmnoprstćufhcčšABVGDĐEŽZIJKLMNOPRSTĆUFHCČŠ", "абвгдђежзијклмнопрстћуфхцчшАБВГДЂЕЖЗИЈКЛМНОПРСТЋУФХЦЧШ"
)
MIXED = ("Ђорђе Џунић", "Ljubica Đorđević", "Éva Nagy")


PagesIn = Callable[[str, str], dict[Sheet, str]]


@pytest.fixture(scope="module")
def pages_in(spoken_house: Flask, crawl: Crawl, new_sheets: dict[str, list[Sheet]]) -> PagesIn:
    """What the pages of a role say in a language: each opened once, and not again where the walk was in it."""

    @cache
    def opened(role: str, spoken: str) -> dict[Sheet, str]:
        client, tag = crawl.travellers[role].client(spoken_house), f'<html lang="{html_lang(spoken)}"'
        walked = {sheet: crawl.by_address[role, sheet.path].text for sheet in new_sheets[role]}
        return {sheet: text if tag in text else client.get(sheet.spoken(spoken)).text for sheet, text in walked.items()}

    return opened


IN_BOTH = {"people.my_account", "people.presenter"}  # about the name itself: as written, and what is made of it


def _written_in_cyrillic() -> set[str]:
    users = {f"{row.given_name} {row.family_name}" for row in db.session.scalars(select(User))}
    return {name for name in users if " " in name and to_latin(name) != name}


@pytest.mark.parametrize("role", ["", "school", "coordinator", "safeguarding"])
def test_pages_in_latin_letters_show_schools_and_persons_in_latin_letters(
    spoken_house: Flask, pages_in: PagesIn, role: str
) -> None:
    with spoken_house.app_context():
        persons = _written_in_cyrillic()
        hosts = {row.name_sr_cyrl for row in db.session.scalars(select(Host)) if row.name_sr_cyrl != row.name_sr_latn}
    wrong, met = list[str](), set[str]()
    for sheet, text in pages_in(role, "sr_Latn").items():
        if sheet.endpoint.startswith(AS_WRITTEN):
            continue
        met |= {name for name in persons if to_latin(name) in text}
        if sheet.endpoint.startswith("certificates."):  # says what its paper says, letter for letter
            continue
        if sheet.endpoint not in IN_BOTH:
            wrong += [f"{sheet.path}: {name}" for name in persons if name in text]
        stand = [name for name in hosts if name in text]  # few are left to look at letter by letter
        wrong += [f"{sheet.path}: {name}" for name in stand if re.search(rf"\b{re.escape(name)}(?!\w)", text)]
    assert wrong == []
    assert met or not role


IN_EVERY_LANGUAGE = {"reports.sign_profile", "reports.profile_texts"}  # what is signed, beside each other


@pytest.mark.parametrize("language", ["sr_Latn", "en"])
@pytest.mark.parametrize("role", ["", "school", "coordinator"])
def test_a_district_has_one_name_in_each_language(pages_in: PagesIn, role: str, language: str) -> None:
    rows = rows_of("districts.csv")
    here, elsewhere = ("name_en", "name_sr_latn") if language == "en" else ("name_sr_latn", "name_en")
    towns = {row["seat_sr_latn"] for row in rows}  # bear the name of a district in the other language
    names = {row[here] for row in rows}
    others = {row[elsewhere] for row in rows} | {to_latin(row["register_sr_cyrl"]) for row in rows}
    word = re.compile(rf"\b(?:{'|'.join(map(re.escape, others - names - towns))})\b(?! Karlovci)")
    pages = pages_in(role, language).items()
    texts = {sheet.path: text for sheet, text in pages if sheet.endpoint not in IN_EVERY_LANGUAGE}

    assert [(path, found) for path, text in texts.items() for found in word.findall(text)] == []
    assert any(name in text for name in names - towns for text in texts.values())


@pytest.mark.parametrize("role", ["school", "coordinator"])
def test_no_page_in_cyrillic_letters_turns_a_latin_name(spoken_house: Flask, pages_in: PagesIn, role: str) -> None:
    with spoken_house.app_context():
        names = {f"{row.given_name} {row.family_name}" for row in db.session.scalars(select(User))}
        latin = {name for name in names if " " in name and not is_in_cyrillic(name)}
        written = names - latin
    turned = {name.translate(TO_CYRILLIC) for name in latin} - written
    texts = pages_in(role, "sr_Cyrl").values()

    assert any(name in text for name in latin for text in texts)
    assert [name for name in turned for text in texts if name in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MIXED)
def test_mails_and_calendars_write_a_name_for_their_reader_and_papers_draw_what_they_are_given(
    spoken_house: Flask, language: str, name: str, tmp_path: Path
) -> None:
    known, read = SpelledName(name), spelled(name, language)
    with spoken_house.app_context():
        values = {"name": known, "given_name": known, "until": the_facts().starts_at.date(), "centre": "x"}
        letter = mail.render("consent_ends", language, values | {"has_link": False}, copy_of=known)
        paper = a_request_paper(contact_name=name)
        event = ics.vevent(the_facts(crew=(known,)), EntryStatus.CONFIRMED, language).replace("\r\n ", "")
    assert read in letter.text
    assert read in letter.html
    assert read in event
    assert name in words_of(saved(certificates.draw(a_teacher_certificate(holder_name=name), language), tmp_path))
    assert name in words_of(saved(requests.draw(paper, language), tmp_path))


ONE, FEW, OTHER = (1, 21, 101), (2, 3, 4, 22, 24, 102), (0, 5, 11, 12, 14, 15, 20, 25, 100, 111, 112, 1000)
SERBIAN = {**dict.fromkeys(ONE, 0), **dict.fromkeys(FEW, 1), **dict.fromkeys(OTHER, 2)}
PLURALS = {
    key: message
    for key, message in messages_of(read(catalogue_path("sr_Cyrl"), "sr_Cyrl")).items()
    if message.pluralizable
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_counting_message_takes_the_form_of_its_number(language: str) -> None:
    letters = to_latin if language == "sr_Latn" else str
    wrong = []
    for key, message in PLURALS.items():
        one, many = message.id
        stored = (one, many) if language == "en" else tuple(map(letters, forms_of(message)))
        for n, form in SERBIAN.items():
            wanted = stored[n != 1] if language == "en" else stored[form]
            if (said := translator(language).ngettext(one, many, n)) != wanted:
                wrong.append((key, n, said, wanted))
    assert len(PLURALS) > 60
    assert wrong == []


def test_no_counting_message_writes_its_number_in_words() -> None:
    """21, 31 and 101 take the same form as 1: "one visit" for all of them would be a lie."""
    forms = [(message.id[1], form) for message in PLURALS.values() for form in forms_of(message)]
    assert [form for _id, form in forms if re.search(r"\b(jedan|jedna|jedno|један|једна|једно|1)\b", form, re.I)] == []
    assert [form for many, form in forms if ("%(num)" in form) != ("%(num)" in many)] == []


def test_no_plain_message_counts_things() -> None:
    """A number before a noun must choose the noun's form; only what never bends (min, km, %, of …) may stand so."""
    known = messages_of(read(catalogue_path("sr_Cyrl"), "sr_Cyrl"))
    plain = {str(key) for key, message in known.items() if not message.pluralizable}
    assert {key for key in plain if re.search(r"%\((num|count|days|hours|minutes)\)[sd] [a-z]{4,}", key)} == FIXED


# Terms of 5 and 7 days that the rules fix: "дана" is right for both.
FIXED: set[str] = {
    "If it was not you, there is nothing to do. The request is deleted after %(days)s days.",
    "The school has its link and is asked to confirm. If it does not answer within %(days)s days, you can lock the "
    "numbers here.",
    "open the list: each visit has its own page there. The link works for %(days)s days; older links still work.",
    "These hours are wishes: we answer each within %(days)s days, and all of them stand on one page.",
    "We answer within %(days)s days.",
    "We answer within %(days)s days, by mail and on this page. You need not do anything now.",
}


def test_no_serbian_sentence_ends_a_day_with_two_full_stops() -> None:
    """A day ends with its own: "24. 11. 2026."; a sentence that ends with one adds none."""
    known = messages_of(read(catalogue_path("sr_Cyrl"), "sr_Cyrl"))
    assert [
        form for one in known.values() for form in forms_of(one) if re.search(r"%\((day|first|last)\)s\.$", form)
    ] == []
