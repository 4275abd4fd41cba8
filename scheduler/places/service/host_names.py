"""Hosts by the many ways in which people's own lists write them."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler.core.text import fold
from scheduler.places.models import Host

USUAL_WORDS = {"os", "ss", "osnovna", "srednja", "skola", "gimnazija"}  # of a school's name, written or not


class HostNames:
    """All hosts, by register number and by name."""

    def __init__(self, session: Session) -> None:
        self.by_register: dict[str, Host] = {}
        self.by_name: dict[str, list[Host]] = defaultdict(list)
        for host in session.scalars(select(Host).options(joinedload(Host.municipality)).order_by(Host.id)):
            if host.register_id:
                self.by_register[host.register_id] = host
            for name in {_bare(host.name_sr_cyrl), _bare(host.name_sr_latn)}:
                self.by_name[name].append(host)

    def named(self, register_id: str, name: str, municipality: str) -> Host | str:
        """The host that is meant, or what is wrong with its name. A number of the register wins."""
        if register_id:
            return self.by_register.get(register_id, "unknown_host")
        found = self.by_name.get(_bare(name), [])
        if municipality:
            found = [host for host in found if fold(municipality) in _towns(host)]
        if not found:
            return "unknown_host"
        return found[0] if len(found) == 1 else "several_hosts"


def _bare(name: str) -> str:
    """A school's name without what stands before many of them; the whole name where nothing else would be left."""
    words = fold(name).split()
    return " ".join(word for word in words if word not in USUAL_WORDS) or " ".join(words)


def _towns(host: Host) -> set[str]:
    town = host.municipality
    around = (town.name_sr_cyrl, town.city_sr_cyrl) if town else ()
    return {fold(name) for name in (host.place_sr_cyrl, host.place_sr_latn, *around)}
