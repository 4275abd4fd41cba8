"""What became of a host that somebody typed."""

from sqlalchemy import select

from scheduler.core.db import db
from scheduler.places.models import HostMerger
from scheduler.places.queries import host_of
from scheduler.places.terms.hosts import HostRow


def merged_into(host_id: int) -> HostRow | None:
    """The host that a typed one turned out to be; None for every other."""
    into = db.session().scalar(select(HostMerger.into_id).where(HostMerger.host_id == host_id))
    return host_of(into) if into is not None else None
