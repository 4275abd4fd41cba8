"""What staff do with a profile: type its texts, sign it, take that back."""

import datetime as dt
import logging

from scheduler import policy
from scheduler.acts import change
from scheduler.core import audit, clock
from scheduler.core.db import advisory_lock
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.core.text import BadText, clean
from scheduler.policy import Actor
from scheduler.profiles import queries, rules
from scheduler.profiles.models import TEXT_COLUMNS, ProfileText, SignedProfile
from scheduler.profiles.terms import LONGEST_TYPED, ProfileReason, ProfileTexts
from scheduler.reports.queries.signing import signed_periods
from scheduler.reports.rules.signing import LONGEST_REASON
from scheduler.reports.service import BOOKS_LOCK
from scheduler.reports.terms.counting import Period

log = logging.getLogger(__name__)


def type_texts(actor: Actor, period: Period, texts: ProfileTexts, version: int, *, now: dt.datetime) -> None:
    """Keep what the actor's centre typed for the profile of these days. `version`: of the texts that were read.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}; Conflict("profile_signed_already",
    "changed_meanwhile").
    """
    centre_id = _own_centre(actor, "update")
    said = _cleaned(texts)
    with change(actor, now) as act:
        advisory_lock(act.session, BOOKS_LOCK, [centre_id])
        if queries.signed_for(centre_id, period):
            raise Conflict(ProfileReason.PROFILE_SIGNED_ALREADY)
        row = queries.stored_texts(centre_id, period)
        if (row.version if row else 0) != version:
            raise Conflict(GroundReason.CHANGED_MEANWHILE)
        if row is None:
            row = ProfileText(
                centre_id=centre_id, first_day=period.first, last_day=period.last, **dict.fromkeys(TEXT_COLUMNS, "")
            )
            act.session.add(row)
            act.session.flush()
        if different := audit.write_changes(row, said):
            act.record("profile written", row, {"changed": sorted(different)})


def sign_profile(actor: Actor, period: Period, seen: str, *, now: dt.datetime) -> int:
    """Keep the profile of these days as it is, in every language; the id of what was signed.

    `seen` is `rules.seen_of` what the person read: what changed meanwhile is not signed. The counts of just these days
    are signed off before, so that what is corrected later appears, once, where the books tell it.
    Raises: NotAllowed, NotFound; Rejected with {field: reason}; Conflict("changed_meanwhile").
    """
    centre_id = _own_centre(actor, "sign")
    with change(actor, now) as act:
        advisory_lock(act.session, BOOKS_LOCK, [centre_id])
        counts_signed = any(one.period == period for one in signed_periods(centre_id))
        signed_already = queries.signed_for(centre_id, period) is not None
        if problems := rules.problems_with_signing(counts_signed=counts_signed, signed_already=signed_already):
            raise Rejected(problems)
        papers = queries.papers_of(period, centre_id)
        if seen != rules.seen_of(papers):
            raise Conflict(GroundReason.CHANGED_MEANWHILE)
        public = queries.public_papers_of(period, centre_id, clock.local_day(now))
        row = SignedProfile(
            centre_id=centre_id,
            first_day=period.first,
            last_day=period.last,
            papers=rules.as_kept(papers),
            public_papers=rules.as_kept(public) if public else "",
            signed_at=now,
            signed_by_id=actor.user_id,
        )
        act.session.add(row)
        act.session.flush()
        act.record("profile signed", row, {"from": period.first, "to": period.last})
        profile_id = row.id
    log.info("profile signed", extra={"signed_profile_id": profile_id})
    return profile_id


def take_profile_back(actor: Actor, profile_id: int, why: str, *, now: dt.datetime) -> None:
    """Open a signed profile again, for a reason: it is counted anew, and the public reads it no more. Its row stays.

    Raises: NotAllowed, NotFound; BadText; Rejected with {field: reason}; Conflict("profile_taken_back_already").
    """
    policy.require(actor, "take_back", "profile", centre=actor.centre_id)
    said = clean(why, limit=LONGEST_REASON)
    if not said:
        raise Rejected({"why": GroundReason.MISSING})
    with change(actor, now) as act:
        advisory_lock(act.session, BOOKS_LOCK, [actor.centre_id or 0])
        row = act.session.get(SignedProfile, profile_id, populate_existing=True)
        policy.require(actor, "take_back", "profile", centre=row.centre_id if row else None)
        if row is None:
            raise NotFound("profile")
        if row.taken_back_at is not None:
            raise Conflict(ProfileReason.PROFILE_TAKEN_BACK_ALREADY)
        row.taken_back_at, row.taken_back_why = now, said
        act.record("profile taken back", row, {"from": row.first_day, "to": row.last_day})
    log.info("profile taken back", extra={"signed_profile_id": profile_id})


def _own_centre(actor: Actor, verb: str) -> int:
    policy.require(actor, verb, "profile", centre=actor.centre_id)
    if actor.centre_id is None:
        raise NotFound("centre")
    return actor.centre_id


def _cleaned(texts: ProfileTexts) -> dict[str, str]:
    """Raises: Rejected with {field: reason}."""
    said: dict[str, str] = {}
    for name in TEXT_COLUMNS:
        try:
            said[name] = clean(getattr(texts, name), limit=LONGEST_TYPED, lines=True)
        except BadText as bad:
            raise Rejected({name: bad.reason}) from bad
    return said
