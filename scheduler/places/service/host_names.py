"""Hosts by the many ways in which people's own lists write them."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler.core.text import fold
from scheduler.places.models import Host
from scheduler.places.rules.registers import bare_name, code_key
from scheduler.places.rules.town_names import town_keys


class HostNames:
    """All hosts, by register number and by name."""

    def __init__(self, session: Session) -> None:
        self.by_register: dict[str, Host] = {}
        self.by_name: dict[str, list[Host]] = defaultdict(list)
        for host in session.scalars(select(Host).options(joinedload(Host.municipality)).order_by(Host.id)):
            if host.register_id:
                self.by_register.setdefault(code_key(host.register_id), host)
                self.by_register[host.register_id] = host
            for name in {bare_name(host.name_sr_cyrl), bare_name(host.name_sr_latn)}:
                self.by_name[name].append(host)

    def named(self, register_id: str, name: str, municipality: str) -> Host | str:
        """The host that is meant, or what is wrong with its name. A number of the register wins."""
        if register_id:
            exact = self.by_register.get(register_id)
            return exact or self.by_register.get(code_key(register_id)) or "unknown_host"
        found = self.by_name.get(bare_name(name), [])
        if municipality:
            found = [host for host in found if town_keys(municipality) & _towns(host)]
        if not found:
            return "unknown_host"
        return found[0] if len(found) == 1 else "several_hosts"


def _towns(host: Host) -> set[str]:
    town = host.municipality
    around = (town.name_sr_cyrl, town.city_sr_cyrl) if town else ()
    return {fold(name) for name in (host.place_sr_cyrl, host.place_sr_latn, *around)}
