"""What a school may ask for, and what the rules say of it."""

from scheduler.people.terms import Topic
from scheduler.programmes.terms import Audience, ProgrammeKind, ProgrammeRow, SchoolLevel
from scheduler.requests.rules.school_request import problems_with
from scheduler.requests.terms.school_request import RequestFacts
from tests.factories import MONDAY

TODAY = MONDAY.date()


def a_programme(**given) -> ProgrammeRow:
    fair = {
        "id": 1,
        "slug": "talk",
        "centre_id": 1,
        "kind": ProgrammeKind.TALK,
        "topic": Topic.SAFE_INTERNET,
        "name_sr_cyrl": "Разговор",
        "name_en": "Talk",
        "summary_sr_cyrl": "",
        "summary_en": "",
        "centre_sr_cyrl": "Центар",
        "centre_sr_latn": "Centar",
        "centre_en": "Centre",
        "audiences": frozenset({Audience.PUPILS, Audience.PARENTS}),
        "minutes": 45,
        "set_up_minutes": 15,
        "group_size": 120,
        "educators": 1,
        "influencers": 0,
        "notice_days": 14,
        "open": True,
    }
    return ProgrammeRow(**(fair | given))


def facts(**given) -> RequestFacts:
    fair = {"programme": a_programme(), "levels": frozenset({SchoolLevel.PRIMARY})}
    return RequestFacts(**(fair | given))


def problems(draft, **given) -> dict[str, str]:
    return problems_with(draft, TODAY, facts(**given))
