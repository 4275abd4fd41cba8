"""Programmes and campaigns."""

import datetime as dt
from typing import Any

from scheduler.core.db import transaction
from scheduler.people.terms import Topic
from scheduler.places.models import Municipality
from scheduler.programmes.models import Campaign, CampaignCity, CampaignTarget, Programme, ProgrammeAudience
from scheduler.programmes.terms import Audience, ProgrammeKind
from tests.factories import a_number, stored
from tests.factories.people import make_centre


def make_programme(*audiences: Audience, **given: Any) -> Programme:
    """A talk of 45 minutes for pupils with one educator, asked for two weeks ahead."""
    with transaction():
        fair: dict[str, Any] = {
            "slug": f"programme-{a_number()}", "kind": ProgrammeKind.TALK, "topic": Topic.SAFE_INTERNET,
            "name_sr_cyrl": "Разговор са ученицима", "name_en": "Talk with pupils",
            "summary_sr_cyrl": "Како да се чувамо на интернету.", "summary_en": "How to stay safe on the internet.",
            "minutes": 45, "group_size": 120, "set_up_minutes": 15, "notice_days": 14,
        }  # fmt: skip
        if "centre_id" not in given:
            fair["centre_id"] = make_centre().id
        programme = Programme(**(fair | given))
        programme.audiences = [ProgrammeAudience(audience=audience) for audience in audiences or (Audience.PUPILS,)]
        return stored(programme)


def make_campaign(**given: Any) -> Campaign:
    """A campaign of the autumn of 2026."""
    with transaction():
        programme = given.pop("programme", None) or make_programme()
        fair = {
            "centre_id": programme.centre_id, "programme_id": programme.id, "slug": f"campaign-{a_number()}",
            "name_sr_cyrl": "Покажи поштовање", "name_en": "Show respect", "first_day": dt.date(2026, 9, 1),
            "last_day": dt.date(2026, 12, 31),
        }  # fmt: skip
        return stored(Campaign(**(fair | given)))


def make_campaign_city(campaign: Campaign, town: Municipality, target_pupils: int = 100) -> None:
    """A city that a campaign means to visit."""
    with transaction() as session:
        session.add(CampaignCity(campaign_id=campaign.id, municipality_id=town.id, target_pupils=target_pupils))


def make_campaign_target(campaign: Campaign, audience: Audience, people: int) -> None:
    """How many people of an audience a campaign means to reach."""
    with transaction() as session:
        session.add(CampaignTarget(campaign_id=campaign.id, audience=audience, people=people))
