"""The two centres of the demo, what they offer, and the campaign of 2023."""

import datetime as dt
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from scheduler.core.text import to_latin
from scheduler.demo.texts import TEXTS
from scheduler.demo.year import CAMPAIGN_CITIES
from scheduler.people.models import Centre
from scheduler.people.terms import Topic
from scheduler.places.models import Municipality
from scheduler.programmes.models import Campaign, CampaignCity, CampaignTarget, Programme, ProgrammeAudience
from scheduler.programmes.terms import Audience, Booking, ProgrammeKind, SchoolLevel

CENTRES = (
    {
        "slug": "ncc",
        "name_sr_cyrl": "Национални контакт центар за безбедност деце на интернету",
        "name_en": "National Contact Centre for Children Safety on the Internet",
        "place_sr_cyrl": "Београд",
        "email": "office@ncc.example",
        "phone": "011 555 01 00",
        "signatory": "Драгана Лазић",
        "signatory_duty_sr_cyrl": "руководитељка Центра",
        "signatory_duty_en": "Head of the Centre",
    },
    {
        "slug": "cnzd",
        "name_sr_cyrl": "Центар за несталу и злостављану децу",
        "name_en": "Centre for Missing and Exploited Children",
        "place_sr_cyrl": "Нови Сад",
        "email": "office@cnzd.example",
        "phone": "021 555 01 00",
        "signatory": "Оливера Тасић",
        "signatory_duty_sr_cyrl": "директорка",
        "signatory_duty_en": "Director",
    },
)

_TALK, _PUPILS = ProgrammeKind.TALK, (Audience.PUPILS,)

# centre, slug, kind, topic, audiences, minutes, group size, influencers, names and summaries
PROGRAMMES: tuple[tuple[Any, ...], ...] = (
    ("ncc", "safe-internet", _TALK, Topic.SAFE_INTERNET, _PUPILS, 45, 120, 0,
     "Безбедно на интернету: разговор са основцима", "Safe on the internet: a talk for primary school pupils",
     "Лозинке, лажни профили, шта објављујемо и коме се обраћамо кад нешто крене наопако.",
     "Passwords, false profiles, what we post, and whom to tell when something goes wrong."),
    ("ncc", "privacy-online", _TALK, Topic.PRIVACY, _PUPILS, 45, 150, 0,
     "Приватност и углед: разговор са средњошколцима", "Privacy and reputation: a talk for secondary school pupils",
     "Дигитални траг, уцена снимцима и како се пријављује.",
     "The digital trace, blackmail with pictures, and how to report it."),
    ("ncc", "parents-evening", ProgrammeKind.PARENTS_EVENING, Topic.PARENTING, (Audience.PARENTS,), 60, 200, 0,
     "Вече за родитеље", "Parents' evening",
     "Договор о екранима, подешавања за децу и прва реченица кад дете нешто исприча.",
     "An agreement about screens, settings for children, and the first sentence when a child tells something."),
    ("ncc", "teachers-gathering", ProgrammeKind.TEACHERS_GATHERING, Topic.REPORTING, (Audience.TEACHERS,), 90, 60, 0,
     "Сусрет са наставницима", "Teachers' gathering",
     "Како школа поступа: од пријаве до разговора са родитељима.",
     "How a school acts: from a report to the talk with parents."),
    ("ncc", "show-respect-talk", _TALK, Topic.PEER_VIOLENCE, _PUPILS, 60, 220, 1,
     "Покажи поштовање: разговор са младим инфлуенсерима", "Show respect: a talk with young influencers",
     "О вршњачком насиљу и говору мржње разговарају познати млади људи.",
     "Well-known young people talk about peer violence and hate speech."),
    ("cnzd", "web-detectives", ProgrammeKind.COHORT_TRAINING, Topic.REPORTING, _PUPILS, 90, 30, 0,
     "Веб детективи: обука", "Web Detectives: training",
     "Ученици уче да препознају и пријаве незаконит садржај.",
     "Pupils learn to recognise and to report illegal content."),
    ("cnzd", "web-detectives-parents", ProgrammeKind.PARENTS_EVENING, Topic.PARENTING, (Audience.PARENTS,), 60, 120, 0,
     "Веб детективи: вече за родитеље", "Web Detectives: parents' evening",
     "Шта Веб детективи раде и како родитељи помажу.",
     "What Web Detectives do and how parents help."),
)  # fmt: skip


def write_centres(session: Session, now: dt.datetime) -> dict[str, int]:
    """Both centres; {slug: id}."""
    for given in CENTRES:
        session.add(
            Centre(
                name_sr_latn=to_latin(given["name_sr_cyrl"]),
                place_sr_latn=to_latin(given["place_sr_cyrl"]),
                created_at=now,
                **given,
            )
        )
    session.flush()
    return dict(session.execute(select(Centre.slug, Centre.id)).all())


# Talks of one educator for one class: a free date is all that is needed. What takes more people is asked first.
PUPILS_MEANT = 3000  # of the campaign: the whole, and what its cities mean together
LEVELS = {"safe-internet": SchoolLevel.PRIMARY, "privacy-online": SchoolLevel.SECONDARY}
BOOK_NOW = ("safe-internet", "parents-evening")


def write_programmes(session: Session, centres: dict[str, int]) -> dict[str, Programme]:
    """Everything that can be asked for; {slug: programme}."""
    made: dict[str, Programme] = {}
    for centre, slug, kind, topic, audiences, minutes, group, influencers, *texts in PROGRAMMES:
        programme = Programme(
            centre_id=centres[centre],
            slug=slug,
            kind=kind,
            topic=topic,
            minutes=minutes,
            group_size=group,
            educators=1,
            influencers=influencers,
            set_up_minutes=15,
            notice_days=14,
            level=LEVELS.get(slug, SchoolLevel.NONE),
            booking=Booking.NOW if slug in BOOK_NOW else Booking.ASK,
            name_sr_cyrl=texts[0],
            name_en=texts[1],
            summary_sr_cyrl=texts[2],
            summary_en=texts[3],
            **TEXTS[slug],
        )
        programme.audiences = [ProgrammeAudience(audience=audience) for audience in audiences]
        session.add(programme)
        made[slug] = programme
    session.flush()
    return made


def write_campaign(session: Session, centres: dict[str, int], programmes: dict[str, Programme]) -> int:
    """ "Show respect - react to hate" with its eleven cities; its id."""
    campaign = Campaign(
        centre_id=centres["ncc"],
        programme_id=programmes["show-respect-talk"].id,
        slug="show-respect",
        name_sr_cyrl="Покажи поштовање – реагуј на мржњу",
        name_en="Show respect – react to hate",
        summary_sr_cyrl="Стручњаци и познати млади инфлуенсери заједно против вршњачког насиља.",
        summary_en="Professionals and well-known young influencers together against peer violence.",
        first_day=dt.date(2023, 10, 1),
        last_day=dt.date(2023, 12, 31),
    )
    session.add(campaign)
    session.flush()
    session.add(CampaignTarget(campaign_id=campaign.id, audience=Audience.PUPILS, people=PUPILS_MEANT))
    session.add(CampaignTarget(campaign_id=campaign.id, audience=Audience.TEACHERS, people=60))
    seats = dict(
        session.execute(select(Municipality.city_sr_cyrl, Municipality.id).order_by(Municipality.id.desc())).all()
    )
    each, over = divmod(PUPILS_MEANT, len(CAMPAIGN_CITIES))
    session.execute(
        insert(CampaignCity),
        [
            {"campaign_id": campaign.id, "municipality_id": seats[city], "target_pupils": each + (place < over)}
            for place, city in enumerate(CAMPAIGN_CITIES)
        ],
    )
    return campaign.id
