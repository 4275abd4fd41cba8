"""What a programme may say about itself."""

from collections.abc import Collection, Iterable

from scheduler.core.errors import GroundReason, Reason
from scheduler.core.text import fold
from scheduler.programmes.terms import (
    Audience,
    CampaignDraft,
    CampaignReason,
    ProgrammeDraft,
    ProgrammeReason,
    ProgrammeRow,
    SchoolLevel,
)

RANGES = {  # field: least, most; the table's own checks say the same
    "minutes": (15, 480),
    "group_size": (1, 1000),
    "set_up_minutes": (0, 120),
    "notice_days": (0, 365),
    "educators": (0, 9),
    "influencers": (0, 9),
    "catalogue_hours": (0, 100),
}
SLUG_LENGTH = 60
MOST_QUESTIONS = 3


def problems_with(draft: ProgrammeDraft) -> dict[str, Reason]:
    """What keeps a programme from being stored: {field: reason code}."""
    problems: dict[str, Reason] = {
        name: GroundReason.MISSING for name in ("name_sr_cyrl", "summary_sr_cyrl") if not fold(getattr(draft, name))
    }
    for name, (least, most) in RANGES.items():
        value = getattr(draft, name)
        if not least <= value <= most:
            problems[name] = GroundReason.TOO_FEW if value < least else GroundReason.TOO_MANY
    if draft.educators + draft.influencers < 1 or (draft.influencers and not draft.educators):
        problems.setdefault("educators", ProgrammeReason.EDUCATOR_NEEDED)
    if not draft.audiences:
        problems["audiences"] = GroundReason.MISSING
    if draft.catalogue_hours and not draft.catalogue_number:
        problems.setdefault("catalogue_number", ProgrammeReason.HOURS_WITHOUT_NUMBER)
    for name in ("questions_sr_cyrl", "questions_en"):
        asked = questions_in(getattr(draft, name))
        if any(not answer for _question, answer in asked):
            problems[name] = ProgrammeReason.QUESTION_WITHOUT_ANSWER
        elif len(asked) > MOST_QUESTIONS:
            problems[name] = ProgrammeReason.TOO_MANY_QUESTIONS
    return problems


def questions_in(text: str) -> list[tuple[str, str]]:
    """Questions and answers: a line with the question, its answer below it, an empty line before the next."""
    found = [part.strip().partition("\n") for part in text.replace("\r", "").split("\n\n") if part.strip()]
    return [(question.strip(), " ".join(answer.split())) for question, _line, answer in found]


def fits_school(programme: ProgrammeRow, levels: Collection[SchoolLevel]) -> bool:
    """Whether a programme is for a school that teaches these levels; one that teaches none may ask for all."""
    return not levels or programme.level is SchoolLevel.NONE or programme.level in levels


def problems_with_campaign(draft: CampaignDraft) -> dict[str, Reason]:
    """What keeps a campaign from being stored: {field: reason code}.

    Of pupils there is one target: where the cities say theirs, the whole is their sum.
    """
    problems: dict[str, Reason] = {
        name: GroundReason.MISSING for name in ("name_sr_cyrl", "summary_sr_cyrl") if not fold(getattr(draft, name))
    }
    if draft.last_day < draft.first_day:
        problems["last_day"] = GroundReason.DAYS_NOT_IN_ORDER
    towns = [town for town, _pupils in draft.cities]
    if len(towns) != len(set(towns)):
        problems["city"] = CampaignReason.CITY_TWICE
    meant = dict(draft.targets).get(Audience.PUPILS, 0)
    if meant and (of_cities := sum(pupils for _town, pupils in draft.cities)) and meant != of_cities:
        problems["pupils"] = CampaignReason.CITIES_ADD_UP
    if bool(fold(draft.certificate_title_sr_cyrl)) != bool(fold(draft.certificate_text_sr_cyrl)):
        problems["certificate_text_sr_cyrl"] = CampaignReason.TITLE_AND_TEXT
    if draft.posts_at and not draft.posts_at.startswith("https://"):
        problems["posts_at"] = CampaignReason.NOT_A_WEB_ADDRESS
    return problems


def targets_of(draft: CampaignDraft) -> dict[Audience, int]:
    """How many people of each audience are meant; of pupils as many as the cities say together, if they say it."""
    of_cities = sum(pupils for _town, pupils in draft.cities)
    meant = dict(draft.targets) | ({Audience.PUPILS: of_cities} if of_cities else {})
    return {audience: people for audience, people in meant.items() if people}


def slug_of(name: str, taken: Iterable[str]) -> str:
    """A name for the address that no other programme has: the folded name, with a number where it is needed."""
    wanted = "-".join(fold(name).split())[:SLUG_LENGTH].strip("-") or "programme"
    used, number = set(taken), 2
    free = wanted
    while free in used:
        free, number = f"{wanted}-{number}", number + 1
    return free
