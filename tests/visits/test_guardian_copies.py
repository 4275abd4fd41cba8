"""Whatever is written to a minor, her guardian reads too (TRUST S49), and no secret leaves with the copy."""

import datetime as dt

import pytest

from scheduler.safeguarding.queries import guardians_of
from tests.factories import MONDAY
from tests.factories.people import a_minor
from tests.factories.safeguarding import make_consent, make_guardian
from tests.visits.scene import Scene, mails

GUARDIAN = "vesna@family.example"


@pytest.mark.both_databases
def test_a_guardian_gets_a_copy_of_each_mail_to_a_minor_without_button_or_link(session):
    scene = Scene(educators=1, influencers=1)
    adult, minor = scene.educator(), scene.minor(email="tara@home.example")

    scene.confirm(adult, minor)

    for kind in ("visit_offered", "crew_confirmed"):
        own, copy = (mail for mail in mails(session, kind) if mail.address in ("tara@home.example", GUARDIAN))
        assert (own.address, copy.address) == ("tara@home.example", GUARDIAN)
        assert "{link}" in own.text
        assert "{link}" not in copy.text + copy.html
        assert "Ilić" not in copy.text + copy.subject


def test_who_is_of_age_today_has_no_guardian_who_reads_along(session):
    scene = Scene(educators=1, influencers=1)
    scene.offer(scene.educator(), scene.minor(birth_date=MONDAY.date().replace(year=MONDAY.year - 18)))

    assert GUARDIAN not in [mail.address for mail in mails(session, "visit_offered")]


def test_the_copy_goes_to_who_speaks_for_the_minor_on_the_day(session):
    minor, wait = a_minor(), dt.timedelta(days=7)
    make_guardian(minor.id, email="Before@family.example", replaced_at=MONDAY + wait)
    make_guardian(minor.id, email="next@family.example", in_force_at=MONDAY + wait)

    told = [guardians_of([minor.id], MONDAY.date() + dt.timedelta(days=days))[minor.id] for days in (0, 7, 8)]

    assert told == ["before@family.example", "before@family.example", "next@family.example"]


def test_who_has_withdrawn_is_still_told_and_who_was_called_off_is_not(session):
    minor = a_minor()
    make_consent(minor.id, withdrawn_at=MONDAY)
    make_guardian(minor.id, email="off@family.example", in_force_at=MONDAY, replaced_at=MONDAY)

    assert guardians_of([minor.id], MONDAY.date()) == {minor.id: GUARDIAN}
