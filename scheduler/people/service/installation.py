"""The beginning of an installation: what the product ships, its first centre, and who runs that."""

import datetime as dt

from sqlalchemy import select

from scheduler.core.db import transaction
from scheduler.core.errors import Rejected
from scheduler.people import queries, rules
from scheduler.people.models import Centre, User
from scheduler.people.service.invitations import invitation_path, set_up_centre, slug_of
from scheduler.people.terms import PersonReason
from scheduler.places.service.hosts import load_reference_data
from scheduler.policy import SYSTEM


def set_up(name: str, email: str, *, another: bool = False, now: dt.datetime) -> str:
    """Give an empty installation its reference data, its first centre and an administrator; the path of her invitation.

    With `another` an installation in use gets one more centre in the same way.

    A second time with the same words puts in place whatever reference data lack, and gives a new link until she has
    answered; then the path is empty. Raises: Rejected when another centre is there already (reference data are put in
    place all the same), or name or address cannot be used.
    """
    known = {centre.slug for centre in queries.centres()}
    if not known or (another and slug_of(name) not in known):
        with transaction():
            load_reference_data(now)
            return set_up_centre(name, email, another=another, now=now).path
    load_reference_data(now)
    with transaction() as session:
        ours = select(User).join(Centre, Centre.id == User.centre_id).where(Centre.slug == slug_of(name))
        user = session.scalar(ours.where(User.email == rules.address_of(email)))
        if user is None:
            raise Rejected({"centre": PersonReason.ALREADY_SET_UP})
        return "" if user.password_hash else invitation_path(SYSTEM, user.id, now=now)
