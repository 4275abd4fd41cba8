"""Names of persons and of schools stand in the letters of the page; from Latin to Cyrillic nothing is turned."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.certificates import pdf as certificates
from scheduler.core.db import db
from scheduler.core.language import LANGUAGES
from scheduler.core.names import SpelledName, is_in_cyrillic, spelled
from scheduler.core.text import to_latin
from scheduler.messages import mail
from scheduler.people.models import User
from scheduler.places.models import Host
from scheduler.requests import pdf as requests
from scheduler.visits import ics
from scheduler.visits.terms.states import EntryStatus
from tests.a11y.atlas import Sheet
from tests.factories.calendar import the_facts
from tests.factories.papers import a_request_paper, a_teacher_certificate
from tests.laws.travellers import Traveller
from tests.papers import saved, words_of

AS_WRITTEN = ("messages.", "public.styleguide")  # mails are kept in the script of whom they went to
TO_CYRILLIC = str.maketrans(
    "abvgdđežzijklmnoprstćufhcčšABVGDĐEŽZIJKLMNOPRSTĆUFHCČŠ",
    "абвгдђежзијклмнопрстћуфхцчшАБВГДЂЕЖЗИЈКЛМНОПРСТЋУФХЦЧШ",
)
MIXED = ("Ђорђе Џунић", "Ljubica Đorđević", "Éva Nagy")


IN_BOTH = {"people.my_account", "people.presenter"}  # about the name itself: as written, and what is made of it


def _written_in_cyrillic() -> set[str]:
    users = {f"{row.given_name} {row.family_name}" for row in db.session.scalars(select(User))}
    return {name for name in users if " " in name and to_latin(name) != name}


@pytest.mark.parametrize("role", ["", "school", "coordinator", "safeguarding"])
def test_pages_in_latin_letters_show_schools_and_persons_in_latin_letters(
    spoken_house: Flask, everybody: dict[str, Traveller], every_sheet: dict[str, list[Sheet]], role: str
) -> None:
    with spoken_house.app_context():
        persons = _written_in_cyrillic()
        hosts = {row.name_sr_cyrl for row in db.session.scalars(select(Host)) if row.name_sr_cyrl != row.name_sr_latn}
    client, wrong, met = everybody[role].client(spoken_house), list[str](), set[str]()
    for sheet in every_sheet[role]:
        if sheet.endpoint.startswith(AS_WRITTEN):
            continue
        text = client.get(sheet.spoken("sr_Latn")).text
        met |= {name for name in persons if to_latin(name) in text}
        if sheet.endpoint.startswith("certificates."):  # says what its paper says, letter for letter
            continue
        if sheet.endpoint not in IN_BOTH:
            wrong += [f"{sheet.path}: {name}" for name in persons if name in text]
        wrong += [f"{sheet.path}: {name}" for name in hosts if re.search(rf"\b{re.escape(name)}(?!\w)", text)]
    assert wrong == []
    assert met or not role


@pytest.mark.parametrize("role", ["school", "coordinator"])
def test_no_page_in_cyrillic_letters_turns_a_latin_name(
    spoken_house: Flask, everybody: dict[str, Traveller], every_sheet: dict[str, list[Sheet]], role: str
) -> None:
    with spoken_house.app_context():
        names = {f"{row.given_name} {row.family_name}" for row in db.session.scalars(select(User))}
        latin = {name for name in names if " " in name and not is_in_cyrillic(name)}
        written = names - latin
    turned = {name.translate(TO_CYRILLIC) for name in latin} - written
    client = everybody[role].client(spoken_house)
    texts = [client.get(sheet.spoken("sr_Cyrl")).text for sheet in every_sheet[role]]

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
