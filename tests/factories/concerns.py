"""A held visit with its crew, and concerns about it."""

import datetime as dt
from dataclasses import dataclass

from scheduler.core.db import transaction
from scheduler.people.models import Presenter
from scheduler.policy import Actor, Role, school_contact
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Visit
from tests.factories.people import an_actor, make_centre, presenter_actor
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.staffing import a_held_visit


@dataclass
class HeldScene:
    """A visit held by two educators, its school, and the safeguarding officer of its centre."""

    visit: Visit
    ana: Presenter
    boris: Presenter
    officer: Actor
    school: Actor

    @property
    def as_ana(self) -> Actor:
        return presenter_actor(self.ana)

    @property
    def as_boris(self) -> Actor:
        return presenter_actor(self.boris)


def a_held_scene() -> HeldScene:
    with transaction():
        centre_id = make_centre().id
        ana, boris = (a_cleared_educator(centre_id=centre_id, given_name=name) for name in ("Ana", "Boris"))
        asked = make_school_request(RequestState.AGREED, programme=make_programme(centre_id=centre_id, educators=2))
        visit = a_held_visit(ana, boris, asked=asked)
        officer = an_actor(
            Role.SAFEGUARDING, centre_id=centre_id, email="officer@centre.example", password_hash="typed"
        )
    return HeldScene(visit, ana, boris, officer, school_contact(asked.id, asked.host_id))


LATER = dt.timedelta(hours=2)
