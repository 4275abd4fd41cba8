"""What a guardian reads behind the link in her mail."""

import datetime as dt

from sqlalchemy import select

from scheduler import policy
from scheduler.core import clock, tokens
from scheduler.core.db import db
from scheduler.core.errors import Gone, NotFound
from scheduler.people.models import Centre, Presenter
from scheduler.policy import Actor
from scheduler.safeguarding import rules
from scheduler.safeguarding.models import Guardian
from scheduler.safeguarding.queries import GUARDIAN_LINK, guardian_of, whole_page_of
from scheduler.safeguarding.terms import GuardianPage


def opened_by_link(token: str, now: dt.datetime) -> Actor:
    """The guardian behind a secret link, as long as she speaks for the minor. Raises: Gone; NotFound."""
    link = tokens.opened_by(token, GUARDIAN_LINK, now=now)
    row = db.session().get(Guardian, link.subject_id) if link else None
    speaks = guardian_of(row.presenter_id, now) if row else None
    if row is None or speaks is None or speaks.id != row.id:
        raise Gone(GUARDIAN_LINK) if tokens.was_known(token, GUARDIAN_LINK) else NotFound(GUARDIAN_LINK)
    return policy.guardian(row.id, row.presenter_id)


def guardian_page(actor: Actor, now: dt.datetime) -> GuardianPage:
    """What a guardian reads behind her link: her own child's. Raises: NotAllowed, NotFound."""
    policy.require(actor, "read", "consent", centre=None, presenters=[actor.presenter_id])
    presenter_id = actor.presenter_id or 0
    page = whole_page_of(presenter_id, now)
    guardian, person = page.guardian, page.clearance.presenter
    centre = db.session().scalar(select(Centre).join(Presenter).where(Presenter.id == presenter_id))
    if centre is None or guardian is None or guardian.id != actor.guardian_id:
        raise NotFound("guardian")
    return GuardianPage(
        guardian=guardian,
        presenter_id=presenter_id,
        given_name=person.given_name,
        centre_sr_cyrl=centre.name_sr_cyrl,
        centre_sr_latn=centre.name_sr_latn,
        centre_en=centre.name_en,
        centre_email=centre.email,
        centre_phone=centre.phone,
        standing=page.clearance.consent,
        consents=page.consents,
        minor=page.clearance.minor,
        last_day=rules.last_day_of_consent(person.adult_on or clock.local_day(now), clock.local_day(now)),
        barred=page.link_barred,
    )
