"""What people do with places: load what the product ships, import a register, add a host that it does not hold."""

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload

from scheduler import policy
from scheduler.core import audit
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.core.text import fold, to_latin
from scheduler.data import files
from scheduler.imports import batches
from scheduler.imports.staging import Filing, Importer, Stage, in_pieces, take_in
from scheduler.places.imports.registers import read_hosts
from scheduler.places.models import District, Host, HostMerger, Municipality
from scheduler.places.rules.hosts import both_scripts, city_of, problems_with, search_key, teaches
from scheduler.places.service.reference_days import load_days
from scheduler.places.service.register_lines import HostComparison, compared_register
from scheduler.places.terms.hosts import (
    HostDraft,
    ImportOutcome,
    RegisterSheet,
    SchoolCalendar,
)
from scheduler.places.terms.reasons import PlaceReason
from scheduler.policy import SYSTEM, Actor

log = logging.getLogger(__name__)

HOST_IMPORT = "hosts"
KIND_NAMES = "kinds"  # of batches.ColumnName: what files call kinds of schools


def load_reference_data(now: dt.datetime) -> None:
    """Put the shipped districts, municipalities, school calendars and holidays in place; a second time changes nothing.

    Districts and municipalities follow the shipped files. Holidays and calendar lines are only added, so that what a
    coordinator edited stays. It is the product's own data, so no audit rows: nobody did it.
    """
    with transaction() as session:
        _load_districts(session)
        _load_municipalities(session)
        load_days(session, now)
    log.info("reference data loaded", extra={"year": now.year})


def _load_districts(session: Session) -> None:
    stored = {district.iso: district for district in session.scalars(select(District))}
    for row in files.rows_of("districts.csv"):
        district = stored.get(row["iso_3166_2"]) or District(iso=row["iso_3166_2"])
        for name in ("name_sr_cyrl", "name_sr_latn", "name_en", "region_sr_cyrl", "region_sr_latn"):
            setattr(district, name, row[name])
        district.school_calendar = SchoolCalendar(row["school_calendar"])
        session.add(district)
    session.flush()


def _load_municipalities(session: Session) -> None:
    districts = {district.iso: district.id for district in session.scalars(select(District))}
    stored = {(town.district_id, town.name_sr_cyrl): town for town in session.scalars(select(Municipality))}
    for row in files.rows_of("municipalities.csv"):
        district_id, name = districts[row["district_iso"]], row["name_sr_cyrl"]
        town = stored.get((district_id, name)) or Municipality(district_id=district_id, name_sr_cyrl=name)
        town.name_sr_latn = row["name_sr_latn"]
        town.city_sr_cyrl = city_of(name, row["district_iso"])
        town.city_sr_latn = to_latin(town.city_sr_cyrl)
        town.postcode = row["postcode"]
        town.lat, town.lon = float(row["lat"]), float(row["lon"])
        town.seat_population = int(row["seat_population_geonames"]) if row["seat_population_geonames"] else None
        town.search_key = fold(name)
        session.add(town)
    session.flush()


def load_example_hosts(now: dt.datetime) -> ImportOutcome:
    """The 300 invented hosts of a demo, through the same door as a register."""
    return import_hosts(SYSTEM, read_hosts(files.bytes_of("demo_hosts.csv")), Filing(now))


def import_hosts(actor: Actor, sheet: RegisterSheet, filing: Filing) -> ImportOutcome:
    """Store a register's hosts by their register id: new ones are added, known ones changed, none removed.

    All or nothing: with any problem in the sheet, an unknown municipality among them, nothing is stored. A dry run
    says what would happen. Raises: NotAllowed; Stale.
    """
    policy.require(actor, "import", "host")

    def compare(session: Session) -> HostComparison:
        return compared_register(session, sheet)

    outcome: ImportOutcome = take_in(actor, filing, Importer(HOST_IMPORT, compare, _stage, pieces=_pieces))
    log.info("hosts imported", extra={"rows": outcome.rows, "new": outcome.new, "problems": len(outcome.problems)})
    return outcome


def _pieces(found: HostComparison) -> Iterator[HostComparison]:
    both: list[dict[str, Any] | tuple[Host, dict[str, Any]]] = [*found.new, *found.changed]
    for piece in in_pieces(both):
        new = [one for one in piece if isinstance(one, dict)]
        yield replace(found, new=new, changed=[one for one in piece if not isinstance(one, dict)])


def _stage(stage: Stage, found: HostComparison) -> None:
    now = stage.filing.now
    stage.add(Host, (values | {"created_at": now, "listed": True} for values in found.new), "host imported")
    changes = {
        host.id: ({name: getattr(host, name) for name in different}, different) for host, different in found.changed
    }
    stage.change(Host, changes, "host changed by import")


def take_back_hosts(actor: Actor, batch_id: int, *, now: dt.datetime) -> None:
    """Remove the hosts that an import added and put back what it changed, unless something hangs on them.

    Raises: NotAllowed, NotFound; HangsOnIt, undone_already.
    """
    policy.require(actor, "import", "host")
    with transaction() as session:
        centre_id, batch = batches.opened_batch(session, batch_id, HOST_IMPORT)
        batches.take_back(session, actor, batch if actor.centre_id in (None, centre_id) else None, now)
    log.info("import taken back", extra={"batch_id": batch_id})


def propose_host(actor: Actor, draft: HostDraft, *, now: dt.datetime) -> Host:
    """Add a host that the register does not hold; others find it only after a coordinator has confirmed it.

    Typed by a coordinator it is confirmed. The same host typed once more, or one that was merged since, is found again.
    Raises: NotAllowed; Rejected with {field: reason}.
    """
    policy.require(actor, "create", "host")
    if problems := problems_with(draft):
        raise Rejected(problems)
    with transaction() as session:
        town = _town(session, draft.municipality_id)
        if draft.municipality_id is not None and town is None:
            raise Rejected({"municipality": PlaceReason.UNKNOWN_MUNICIPALITY})
        host = _typed_host(draft, town, now)
        host.listed = policy.scope_of(actor, "update", "host") is not None
        if known := _typed_before(session, host):
            if host.listed and not known.listed:
                known.listed = True
                audit.record(actor, "host confirmed", known, at=now)
            return known
        session.add(host)
        session.flush()
        audit.record(actor, "host proposed", host, at=now)
    log.info("host proposed", extra={"host_id": host.id})
    return host


def _typed_before(session: Session, host: Host) -> Host | None:
    """The host that somebody typed alike, or the one with which that was merged."""
    alike = aliased(Host)
    kept = (
        select(func.coalesce(HostMerger.into_id, alike.id))
        .select_from(alike)
        .outerjoin(HostMerger, HostMerger.host_id == alike.id)
        .where(
            alike.register_id.is_(None),
            alike.kind == host.kind,
            alike.search_key == host.search_key,
            alike.municipality_id.is_not_distinct_from(host.municipality.id if host.municipality else None),
        )
        .order_by(alike.id)
        .limit(1)
    )
    related = joinedload(Host.municipality).joinedload(Municipality.district)
    with session.no_autoflush:
        return session.scalar(select(Host).where(Host.id == kept.scalar_subquery()).options(related))


def confirm_host(actor: Actor, host_id: int, *, now: dt.datetime) -> None:
    """A typed host is one: from now on everybody finds it. Confirmed already, nothing changes.

    Raises: NotAllowed; NotFound; Conflict("wrong_state") for one that was merged with another.
    """
    policy.require(actor, "update", "host")
    with transaction() as session:
        host = session.get(Host, host_id, with_for_update=True, populate_existing=True)
        if host is None:
            raise NotFound("host")
        if session.get(HostMerger, host_id) is not None:
            raise Conflict(GroundReason.WRONG_STATE)
        if not host.listed:
            host.listed = True
            audit.record(actor, "host confirmed", host, at=now)


def _town(session: Session, municipality_id: int | None) -> Municipality | None:
    """With its district, so that the new host is shown without another question."""
    wanted = select(Municipality).where(Municipality.id == municipality_id).options(joinedload(Municipality.district))
    return session.scalar(wanted) if municipality_id is not None else None


def _typed_host(draft: HostDraft, town: Municipality | None, now: dt.datetime) -> Host:
    primary, secondary = teaches(draft.kind)
    names, places, addresses = map(both_scripts, (draft.name, draft.place, draft.address))
    around = (town.name_sr_cyrl, town.city_sr_cyrl) if town else ()
    return Host(
        kind=draft.kind,
        name_sr_cyrl=names[0],
        name_sr_latn=names[1],
        address_sr_cyrl=addresses[0],
        address_sr_latn=addresses[1],
        postcode=draft.postcode,
        place_sr_cyrl=places[0],
        place_sr_latn=places[1],
        municipality=town,
        zone=draft.zone,
        phone=draft.phone,
        teaches_primary=primary,
        teaches_secondary=secondary,
        listed=False,
        search_key=search_key(draft.kind, draft.name, draft.place, *around),
        created_at=now,
    )
