"""The face of an adult on the card that schools see: she gives it herself, with her consent, and takes it away."""

import datetime as dt
import logging

from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from scheduler import policy
from scheduler.core import audit, clock
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotFound, Rejected
from scheduler.core.scans import BadScan, read_face
from scheduler.people.models import Presenter, PresenterPhoto
from scheduler.people.rules import is_minor
from scheduler.people.terms import PersonReason
from scheduler.policy import Actor

log = logging.getLogger(__name__)


def give_photo(actor: Actor, content: bytes, *, agreed: bool, now: dt.datetime) -> None:
    """Keep her face, drawn anew and small, in place of the one before. The picture is read outside of any lock.

    Raises: NotAllowed; NotFound; Rejected({"photo": reason}) or ({"agreed": "photo_not_agreed"}).
    """
    person = _own(actor, now)
    if not agreed:
        raise Rejected({"agreed": PersonReason.PHOTO_NOT_AGREED})
    try:
        picture = read_face(content)
    except BadScan as bad:
        raise Rejected({"photo": bad.reason}) from bad
    with transaction() as session:
        session.execute(delete(PresenterPhoto).where(PresenterPhoto.presenter_id == person.id))
        session.add(PresenterPhoto(presenter_id=person.id, picture=picture, agreed_on=clock.local_day(now)))
        audit.record(actor, "photo given", session.get_one(Presenter, person.id), at=now)
    log.info("photo given", extra={"presenter_id": person.id, "size": len(picture)})


def take_photo_away(actor: Actor, *, now: dt.datetime) -> None:
    """Her consent ends with it: no school sees it from now on. Raises: NotAllowed; NotFound."""
    policy.require(actor, "update", "photo", presenters=[actor.presenter_id])
    with transaction() as session:
        photo = session.scalar(select(PresenterPhoto).where(PresenterPhoto.presenter_id == actor.presenter_id))
        if photo is not None:
            session.delete(photo)
            audit.record(actor, "photo taken away", session.get_one(Presenter, photo.presenter_id), at=now)


def photo_of(presenter_id: int) -> bytes:
    """Her face. Who may see it, the caller knows. Raises: NotFound."""
    wanted = select(PresenterPhoto).where(PresenterPhoto.presenter_id == presenter_id)
    photo = db.session.scalar(wanted.options(undefer(PresenterPhoto.picture)))
    if photo is None:
        raise NotFound("photo")
    return photo.picture


def _own(actor: Actor, now: dt.datetime) -> Presenter:
    policy.require(actor, "update", "photo", presenters=[actor.presenter_id])
    person = db.session.get(Presenter, actor.presenter_id)
    if person is None:
        raise NotFound("presenter")
    if is_minor(person.adult_on, clock.local_day(now)):
        raise Rejected({"photo": PersonReason.PHOTO_OF_A_MINOR})
    return person
