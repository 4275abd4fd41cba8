"""Days on which schools are closed, and two visits that fall on them."""

import datetime as dt

from scheduler.closures.queries import affected_by
from scheduler.closures.service.close import close_hosts
from scheduler.places.terms.hosts import ClosureDraft, ClosureReason, Extent
from tests.factories import MONDAY
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene

A_DAY = dt.timedelta(days=1)
SOON = MONDAY + A_DAY


def draft_for(scene: Scene, **given) -> ClosureDraft:
    fair = {
        "extents": (Extent(municipality_id=scene.host.municipality_id),),
        "first_day": VISIT_DAY,
        "last_day": VISIT_DAY + A_DAY,
        "reason": ClosureReason.SNOW,
    }
    return ClosureDraft(**(fair | given))


def two_visits_of_one_crew() -> tuple[Scene, Scene]:
    """Two days at one school, both promised by the same educator and the same young presenter."""
    scene = Scene()
    second = Scene(planned=False)
    second.centre_id, second.programme, second.coordinator = scene.centre_id, scene.programme, scene.coordinator
    second.host = scene.host
    second.asked.host_id = scene.host.id
    second.visit_id = second.plan(
        on_day=VISIT_DAY + A_DAY, school_request_id=None, host_id=scene.host.id, programme_id=scene.programme.id
    )
    ana, tara = scene.educator(), scene.minor()
    scene.confirmed_by(ana, tara)
    second.accepted_by(ana, tara)
    return scene, second


def close(scene: Scene, **given) -> int:
    draft = draft_for(scene, **given)
    seen = affected_by(scene.coordinator, draft).visit_ids
    return close_hosts(scene.coordinator, draft, seen=seen, now=MONDAY)
