"""A campaign that runs on the day of loading, made of the visits of the living present; and trainings of the youth."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from scheduler.core.clock import local_day
from scheduler.people.models import Presenter, User
from scheduler.people.terms import PresenterKind
from scheduler.places.models import Host, Municipality
from scheduler.policy import Actor
from scheduler.programmes.models import Campaign, CampaignCity, CampaignMember, CampaignTarget, Programme
from scheduler.programmes.terms import Audience
from scheduler.requests.models import SchoolRequest
from scheduler.staffing.service.trainings import note_training
from scheduler.staffing.terms.trainings import TrainingDraft, TrainingSubject
from scheduler.visits.models.visits import Visit

RUNNING = "safe-click"
OF_PROGRAMME = "safe-internet"
CAMPAIGN_BEGAN, CAMPAIGN_LASTS = dt.timedelta(days=40), dt.timedelta(days=100)
PUPILS_OF_IT = 1500
CREW = tuple(f"{name}@ncc.example" for name in ("milan.stojanovic", "jelena.pavlovic", "nikola.simic", "eva.nagy"))
AT_RISK = ("Зајечар", "Ужице")  # cities that nobody has gone to yet
TRAININGS = (  # days ago, what, minutes, of how many of the young
    (160, TrainingSubject.SPEAKING, 120, 6),
    (75, TrainingSubject.HANDING_ON, 60, 4),
    (20, TrainingSubject.REPORTING, 45, 3),
)


def write_campaign_that_runs(
    session: Session, centres: Mapping[str, int], programmes: Mapping[str, Programme], now: dt.datetime
) -> None:
    """With its targets, and every visit of its programme and days as its own."""
    first = local_day(now) - CAMPAIGN_BEGAN
    campaign = Campaign(
        centre_id=centres["ncc"],
        programme_id=programmes[OF_PROGRAMME].id,
        slug=RUNNING,
        name_sr_cyrl="Безбедан клик",
        name_en="A safe click",
        summary_sr_cyrl="Пре него што кликнеш: разговори о лозинкама, непознатима и ономе што остаје на мрежи.",
        summary_en="Before you click: talks about passwords, strangers, and what stays on the net.",
        first_day=first,
        last_day=first + CAMPAIGN_LASTS,
    )
    session.add(campaign)
    session.flush()
    session.add(CampaignTarget(campaign_id=campaign.id, audience=Audience.PUPILS, people=PUPILS_OF_IT))
    of_it = Visit.programme_id == campaign.programme_id, Visit.on_day.between(campaign.first_day, campaign.last_day)
    requests = select(Visit.school_request_id).where(*of_it)
    cities = _cities(session, select(Visit.host_id).where(*of_it))
    session.execute(update(SchoolRequest).where(SchoolRequest.id.in_(requests)).values(campaign_id=campaign.id))
    session.execute(update(Visit).where(*of_it).values(campaign_id=campaign.id))
    crew = select(Presenter.id).join(User, User.id == Presenter.user_id).where(User.email.in_(CREW))
    session.add_all(CampaignMember(campaign_id=campaign.id, presenter_id=one) for one in session.scalars(crew).all())
    each, over = divmod(PUPILS_OF_IT, len(cities))
    session.execute(
        insert(CampaignCity),
        [
            {"campaign_id": campaign.id, "municipality_id": one, "target_pupils": each + (place < over)}
            for place, one in enumerate(cities)
        ],
    )


def _cities(session: Session, hosts: Select[int]) -> list[int]:
    """One municipality of each city where its visits are, and of those that nobody has gone to."""
    places = select(Municipality.city_sr_cyrl).join(Host, Host.municipality_id == Municipality.id)
    named = {*session.scalars(places.where(Host.id.in_(hosts))), *AT_RISK}
    wanted = select(Municipality.city_sr_cyrl, Municipality.id).where(Municipality.city_sr_cyrl.in_(named))
    return sorted(dict(session.execute(wanted.order_by(Municipality.id.desc())).all()).values())


def write_trainings(session: Session, actor: Actor, now: dt.datetime) -> None:
    """What the young presenters of the actor's centre were trained in."""
    hers = Presenter.centre_id == actor.centre_id, Presenter.kind == PresenterKind.INFLUENCER
    young = session.scalars(select(Presenter.id).where(*hers).order_by(Presenter.id.desc())).all()
    for days, subject, minutes, people in TRAININGS:
        on_day = local_day(now) - dt.timedelta(days=days)
        for one in young[:people]:
            note_training(actor, one, TrainingDraft(on_day, subject, minutes), now=now)
