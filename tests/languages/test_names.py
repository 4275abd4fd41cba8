"""A person's name stays in the letters in which it was typed; a school's is shown in the page's script."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler.certificates import pdf as certificates
from scheduler.core.db import db
from scheduler.core.language import LANGUAGES
from scheduler.core.text import to_latin
from scheduler.messages import mail
from scheduler.people.models import User
from scheduler.places.models import Host
from scheduler.requests import pdf as requests
from scheduler.requests.models import SchoolRequest
from scheduler.visits import ics
from scheduler.visits.terms.states import EntryStatus
from tests.a11y.atlas import Sheet, Traveller
from tests.factories.calendar import the_facts
from tests.factories.papers import a_request_paper, a_teacher_certificate
from tests.papers import saved, words_of

AS_WRITTEN = ("messages.", "public.styleguide")  # mails are kept in the script of whom they went to
MIXED = ("Ђорђе Џунић", "Ljubica Đorđević", "Éva Nagy")


def _typed_in_cyrillic() -> set[str]:
    users = {f"{row.given_name} {row.family_name}" for row in db.session.scalars(select(User))}
    contacts = set(db.session.scalars(select(SchoolRequest.contact_name)))
    return {name for name in users | contacts if " " in name and to_latin(name) != name}


@pytest.mark.parametrize("role", ["", "school", "coordinator", "safeguarding"])
def test_pages_in_latin_letters_convert_schools_and_no_person(
    spoken_house: Flask, everyone: dict[str, Traveller], every_sheet: dict[str, list[Sheet]], role: str
) -> None:
    with spoken_house.app_context():
        persons = _typed_in_cyrillic()
        hosts = {row.name_sr_cyrl for row in db.session.scalars(select(Host)) if row.name_sr_cyrl != row.name_sr_latn}
    client, wrong, met = everyone[role].client(spoken_house), list[str](), set[str]()
    for sheet in every_sheet[role]:
        if sheet.endpoint.startswith(AS_WRITTEN):
            continue
        text = client.get(sheet.spoken("sr_Latn")).text
        met |= {name for name in persons if name in text}
        wrong += [f"{sheet.path}: {name}" for name in persons if to_latin(name) in text]
        if sheet.endpoint.startswith("certificates."):  # says what its paper says, letter for letter
            continue
        wrong += [f"{sheet.path}: {name}" for name in hosts if re.search(rf"\b{re.escape(name)}(?!\w)", text)]
    assert wrong == []
    assert met or not role


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MIXED)
def test_mails_papers_and_calendars_keep_a_name_as_typed(
    spoken_house: Flask, language: str, name: str, tmp_path: Path
) -> None:
    with spoken_house.app_context():
        values = {"name": name, "given_name": name, "until": the_facts().starts_at.date(), "centre": "x"}
        letter = mail.render("consent_ends", language, values | {"has_link": False}, copy_of=name)
        paper = a_request_paper(contact_name=name)
        event = ics.vevent(the_facts(crew=(name,)), EntryStatus.CONFIRMED, language).replace("\r\n ", "")
    assert name in letter.text
    assert name in letter.html
    assert name in event
    assert name in words_of(saved(certificates.draw(a_teacher_certificate(holder_name=name), language), tmp_path))
    assert name in words_of(saved(requests.draw(paper, language), tmp_path))
