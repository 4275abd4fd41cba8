"""What a guardian reads behind the link in her mail."""

import datetime as dt

from sqlalchemy import func, select

from scheduler import policy
from scheduler.core import clock, tokens
from scheduler.core.db import db
from scheduler.core.errors import Gone, NotFound
from scheduler.people.models import Centre, Presenter
from scheduler.policy import Actor
from scheduler.safeguarding import rules
from scheduler.safeguarding.models import Guardian, GuardianConsent
from scheduler.safeguarding.queries import GUARDIAN_LINK, guardian_of, whole_page_of
from scheduler.safeguarding.terms import GuardianPage
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.terms.states import TO_COME


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


def visits_that_rest_on_it(presenter_id: int, now: dt.datetime) -> int:
    """How many visits to come somebody stands in, whom a withdrawn consent takes out: before it is pressed."""
    standing = (
        select(Presentation.visit_id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .where(Assignment.presenter_id == presenter_id, Assignment.state.in_(TO_COME), Assignment.busy_until > now)
    )
    return db.session().scalar(select(func.count()).select_from(standing.distinct().subquery())) or 0


def minor_of_consent(consent_id: int) -> int:
    """Whose consent it is. Raises: NotFound."""
    presenter_id = db.session().scalar(select(GuardianConsent.presenter_id).where(GuardianConsent.id == consent_id))
    if presenter_id is None:
        raise NotFound("consent")
    return presenter_id
