"""Municipalities by the many ways in which files write them; asked once for a whole file."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler.core.text import fold
from scheduler.places.models import Municipality
from scheduler.places.rules.town_names import KnownTown, TownSaid, town_meant


class TownNames:
    """All municipalities, with their districts."""

    def __init__(self, session: Session) -> None:
        wanted = select(Municipality).options(joinedload(Municipality.district)).order_by(Municipality.id)
        self.rows = {town.id: town for town in session.scalars(wanted)}
        self.known = [_known(town) for town in self.rows.values()]
        self.answers: dict[TownSaid, KnownTown | str] = {}

    def named(self, said: TownSaid) -> Municipality | str:
        """The municipality that is meant, or what is wrong with its name."""
        if said not in self.answers:
            self.answers[said] = town_meant(said, self.known)
        meant = self.answers[said]
        return meant if isinstance(meant, str) else self.rows[meant.id]


def _known(town: Municipality) -> KnownTown:
    district = town.district
    return KnownTown(
        town.id, town.search_key, fold(town.city_sr_cyrl), district.iso, fold(district.name_sr_cyrl), town.postcode
    )
