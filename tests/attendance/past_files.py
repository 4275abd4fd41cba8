"""Files of visits that were held before the product came."""

from sqlalchemy import func, select

from scheduler.attendance.imports import read_past_visits
from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.service.past_visits import import_past_visits
from scheduler.core.imports.staging import Filing
from scheduler.policy import Actor, Role
from scheduler.visits.models.visits import Presentation, Visit
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import make_host
from tests.factories.programmes import make_programme

TODAY = MONDAY.date()
HEAD = "Датум;Школа;Општина;Одељења;Ученика;Наставника;км"


def read(text, **given):
    content = text if isinstance(text, bytes) else text.encode("utf-8-sig")
    return read_past_visits(content, today=TODAY, **given)


def who_imports() -> Actor:
    """A coordinator whose centre has a programme, in a country with the two schools of the files."""
    actor = an_actor(Role.COORDINATOR)
    make_programme(centre_id=actor.centre_id)
    make_host("Вук Караџић", place="Ниш", register_id="1")
    make_host("Чегар", place="Врање", register_id="2")
    return actor


def stored(actor, sheet, **given):
    return import_past_visits(actor, sheet, Filing(MONDAY, actor.centre_id, **given))


def counts(session):
    session.rollback()
    return [
        session.scalar(select(func.count()).select_from(model))
        for model in (Visit, Presentation, Attendance, HeadCount)
    ]


TWO = (
    f"{HEAD}\n12.3.2024.;ОШ „Вук Караџић“;Ниш;VII-1;28;2;14\n12.3.2024.;Vuk Karadžić;Niš;VII-2;31;1;14\n"
    "7.11.2023;Чегар;Врање;;40;0;\n"
)
