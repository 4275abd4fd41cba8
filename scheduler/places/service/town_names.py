"""Municipalities by the many ways in which files write them; asked once for a whole file."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler.core.text import fold
from scheduler.data import files
from scheduler.places.models import Municipality
from scheduler.places.rules.town_names import KnownTown, TownSaid, town_meant


class TownNames:
    """All municipalities, with their districts."""

    def __init__(self, session: Session) -> None:
        wanted = select(Municipality).options(joinedload(Municipality.district)).order_by(Municipality.id)
        self.rows = {town.id: town for town in session.scalars(wanted)}
        registers = {row["iso_3166_2"]: row["register_sr_cyrl"] for row in files.rows_of("districts.csv")}
        self.known = [_known(town, registers.get(town.district.iso, "")) for town in self.rows.values()]
        self.answers: dict[TownSaid, KnownTown | str] = {}

    def named(self, said: TownSaid) -> Municipality | str:
        """The municipality that is meant, or what is wrong with its name."""
        if said not in self.answers:
            self.answers[said] = town_meant(said, self.known)
        meant = self.answers[said]
        return meant if isinstance(meant, str) else self.rows[meant.id]


def _known(town: Municipality, in_registers: str) -> KnownTown:
    district = town.district
    names = frozenset(fold(one) for one in (district.name_sr_cyrl, in_registers) if one)
    return KnownTown(town.id, town.search_key, fold(town.city_sr_cyrl), district.iso, names, town.postcode)
