"""Whom the panel that moves a visit offers: everybody of a small centre, of a large one who lives nearest."""

from collections.abc import Collection

from sqlalchemy import select

from scheduler import policy
from scheduler.board.terms import PresenterChoice
from scheduler.core.alphabet import names_key
from scheduler.core.db import db
from scheduler.core.names import whole_name
from scheduler.core.paging import PER_PAGE
from scheduler.people.models import Presenter, User
from scheduler.people.rules import is_minor
from scheduler.places.models import Municipality
from scheduler.policy import Actor
from scheduler.visits.terms.rows import VisitRow

# A degree of longitude is some 0.7 of one of latitude here: half of its square.
_PLACE = {"lat": Municipality.lat, "lon": Municipality.lon}


def choices(actor: Actor, visit: VisitRow, keep: Collection[int]) -> tuple[list[PresenterChoice], bool]:
    """The centre's presenters by name, without the suspended, and whether these are all.

    Of more than a page those who live nearest to the visit's town; whoever goes to it, and who is in `keep`, always.
    Raises: NotAllowed.
    """
    policy.require(actor, "update", "visit", centre=policy.spot(visit))
    towns = {name: select(column).where(Municipality.id == visit.town_id) for name, column in _PLACE.items()}
    north, east = (_PLACE[name] - towns[name].correlate(None).scalar_subquery() for name in _PLACE)
    always = Presenter.id.in_({*keep, *(member.presenter_id for member in visit.crew)})
    rows = (
        db.session()
        .execute(
            select(
                *(Presenter.id, User.given_spelled, User.family_spelled, Presenter.adult_on),
                *(Municipality.name_sr_cyrl, Municipality.name_sr_latn),
            )
            .join(Presenter.user)
            .join(Presenter.home)
            .where(Presenter.centre_id == actor.centre_id, Presenter.suspended_at.is_(None), User.erased_at.is_(None))
            .order_by(always.desc(), north * north + east * east / 2, Presenter.id)
            .limit(PER_PAGE + 1)  # one more says that there are more
        )
        .all()
    )
    found = []
    for who, given, family, adult_on, cyrl, latn in sorted(rows[:PER_PAGE], key=lambda row: names_key(row[2], row[1])):
        minor = is_minor(adult_on, visit.on_day)
        found.append(PresenterChoice(who, given if minor else whole_name(given, family), cyrl, latn, minor))
    return found, len(rows) <= PER_PAGE
