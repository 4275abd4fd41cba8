"""Who may do what: one table, read by rooms and pages alike.

A row says how far a role reaches with one verb on one kind of thing. What no row allows is refused. Tests
are generated from this table and from the URL map (TRUST S1).
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from scheduler.core.errors import NotAllowed, OutOfReach


class Role(StrEnum):
    ANONYMOUS = "anonymous"
    SCHOOL_CONTACT = "school_contact"
    EDUCATOR = "educator"
    INFLUENCER = "influencer"
    GUARDIAN = "guardian"
    COORDINATOR = "coordinator"
    SAFEGUARDING = "safeguarding"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


class Scope(StrEnum):
    """How far a right reaches, widest first."""

    ANY = "any"
    CENTRE = "centre"  # things of the actor's own centre
    HOST = "host"  # the one request, and its host, that the actor's secret link opens
    VISIT = "visit"  # visits that the actor is part of
    OWN = "own"  # the actor's own


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a signed-in user, the holder of a secret link, nobody in particular, or the product itself."""

    roles: frozenset[Role]
    user_id: int | None = None
    centre_id: int | None = None
    presenter_id: int | None = None
    request_id: int | None = None
    host_id: int | None = None
    guardian_id: int | None = None
    districts: frozenset[int] = frozenset()  # staff limited to these; none: everything of the centre
    hosts: "HostsWithin | None" = None  # those that lie in the districts

    @property
    def label(self) -> str:
        """What the audit row says: no name, no address."""
        if self.user_id is not None:
            return f"user:{self.user_id}"
        if self.request_id is not None:
            return f"link:request:{self.request_id}"
        if self.guardian_id is not None:
            return f"link:guardian:{self.guardian_id}"
        return next(iter(sorted(self.roles)), Role.ANONYMOUS).value


ANONYMOUS = Actor(frozenset({Role.ANONYMOUS}))
SYSTEM = Actor(frozenset({Role.SYSTEM}))


def school_contact(request_id: int, host_id: int) -> Actor:
    """The holder of a request's secret link: no account, limited to that request and its host."""
    return Actor(frozenset({Role.SCHOOL_CONTACT}), request_id=request_id, host_id=host_id)


def guardian(guardian_id: int, presenter_id: int) -> Actor:
    """The holder of a guardian's secret link: no account, limited to the one minor for whom she speaks."""
    return Actor(frozenset({Role.GUARDIAN}), presenter_id=presenter_id, guardian_id=guardian_id)


class HostsWithin(Protocol):
    """The hosts of some districts: asked one by one, or as a condition; never loaded all."""

    def __contains__(self, host_id: object) -> bool: ...

    def ids(self) -> Any:
        """A sub-select of their ids."""


class LiesAtHost(Protocol):
    """A row of a centre that lies where its host does: a visit, a school request."""

    @property
    def centre_id(self) -> int: ...

    @property
    def host_id(self) -> int: ...


@dataclass(frozen=True)
class Spot:
    """Where a thing lies: its centre, and the host or the district by which limited staff reach it or do not."""

    centre_id: int | None
    host_id: int | None = None
    district_id: int | None = None
    own: bool = False  # a list or a page of the reader's own, whose rows its query narrows


def spot(thing: LiesAtHost | None) -> Spot:
    """Where a visit or a school request lies; what is not there lies nowhere."""
    return Spot(thing.centre_id, thing.host_id) if thing is not None else Spot(None)


def own_part(actor: Actor) -> Spot:
    """What of the centre is the actor's: for lists, whose query asks `in_reach` for the rows."""
    return Spot(actor.centre_id, own=True)


def in_districts(actor: Actor, where: Spot) -> bool:
    """Whether the actor's districts reach there; who is limited to none reaches everything."""
    if not actor.districts or where.own:
        return True
    if where.district_id in actor.districts:
        return True
    return where.host_id is not None and actor.hosts is not None and where.host_id in actor.hosts


def in_reach(actor: Actor, kind: Any) -> Any:
    """The same as a condition on the table of visits or school requests: of her centre, in her districts.

    Every list, board and search asks by it; the product itself sees all.
    """
    if Role.SYSTEM in actor.roles:
        return kind.centre_id.is_not(None)
    own = kind.centre_id == actor.centre_id
    return own & kind.host_id.in_(actor.hosts.ids()) if actor.hosts is not None else own


Rights = dict[str, dict[str, Scope]]


def _all(scope: Scope, **things: str) -> Rights:
    return {thing: dict.fromkeys(verbs.split(), scope) for thing, verbs in things.items()}


def _join(*parts: Rights) -> Rights:
    joined: Rights = {}
    for part in parts:
        for thing, verbs in part.items():
            joined.setdefault(thing, {}).update(verbs)
    return joined


_OWN_SIGN_INS = _all(Scope.ANY, sign_in="read end")  # the browsers she is signed in with: nobody names another's
_OWN_FEEDS = _all(Scope.OWN, feed="read create revoke")  # calendar addresses of her own
_OWN_KEYS = _all(Scope.ANY, key="update")  # what staff have beside a password, each her own
_KEYS_OF_STAFF = _all(Scope.CENTRE, keys_of_others="reset")  # a second person, never the one whose keys they are

_STAFF = _all(
    Scope.CENTRE,
    desk="read",
    board="read",
    request="read",
    visit="read",
    assignment="read",
    attendance="read list",
    certificate="read list",
    presenter="list",
    vetting="list",
    feedback="read",
    cohort="read",
    answers="read show",
)

# Staff never consent: they name the guardian, see her paper, withdraw on her word; a birth date two of them correct.
_OF_MINORS = {"consent": "read record name withdraw", "birth_date": "correct"}

# A hand-off is noted by who was there, or by staff on her word; a concern is anybody's to say, and only a safeguarding
# officer who is not the one concerned reads it (concerns/queries/reported.py).
_HAND_OFFS = {"hand_off": "create read"}

# Hosts are shared between centres, and so is what they said: a school is asked once, not by each centre.
_SCHOOLS = {"school_time": "read update import", "call_note": "read create"}

# What was agreed with an adult presenter by telephone; who fetches a minor, on the day (staffing/queries/pick_ups.py).
_OF_PEOPLE = {"presenter_note": "read create", "pick_up": "read"}

TABLE: dict[Role, Rights] = {
    Role.ANONYMOUS: _all(
        Scope.ANY, request="create", host="read create", certificate="check", programme="read", concern="create"
    ),
    Role.SCHOOL_CONTACT: _join(
        _all(Scope.HOST, request="read update withdraw", visit="read cancel answer"),
        _all(Scope.HOST, attendance="read countersign name", feedback="create"),
        _all(Scope.HOST, certificate="read", cohort="read", school_time="read update", concern="create"),
        _all(Scope.HOST, feed="read create revoke"),
        _all(Scope.ANY, host="read create", programme="read"),
    ),
    Role.EDUCATOR: _join(
        _all(Scope.VISIT, request="read", visit="read", assignment="read", attendance="read create update"),
        _all(Scope.VISIT, answers="show create"),  # codes for a class, and sums of its papers; never what came out
        _all(Scope.VISIT, contact="read"),  # whom to call at the school; until a week after the visit
        _OWN_SIGN_INS,
        _all(Scope.OWN, day="read", absence="create"),
        _all(Scope.OWN, presenter="read update", offer="read answer", feed="read create revoke", certificate="read"),
        _all(Scope.OWN, vetting="read", desk="read", photo="update"),
        _all(Scope.VISIT, pick_up="read"),  # on the day, who answers for the minor
        _all(Scope.VISIT, hand_off="create read", concern="create"),
        _all(Scope.ANY, host="read", programme="read"),
    ),
    Role.INFLUENCER: _join(
        _all(Scope.VISIT, request="read", visit="read", assignment="read", attendance="read"),
        _OWN_SIGN_INS,
        _all(Scope.OWN, day="read", absence="create"),
        _all(Scope.OWN, presenter="read update", offer="read answer", feed="read create revoke", certificate="read"),
        _all(Scope.OWN, vetting="read", consent="read withdraw", desk="read", photo="update"),
        _all(Scope.OWN, youth="read"),  # what is about her, in her words
        _all(Scope.VISIT, pick_up="read", hand_off="create read", concern="create", answers="show"),
        _all(Scope.ANY, host="read", programme="read"),
    ),
    Role.GUARDIAN: _all(
        Scope.OWN, consent="give read withdraw", assignment="read", pick_up="read update", certificate="read"
    ),
    Role.COORDINATOR: _join(
        _STAFF,
        _OWN_SIGN_INS,
        _OWN_FEEDS,
        _OWN_KEYS,
        _all(Scope.CENTRE, request="create read update accept decline withdraw"),
        _all(Scope.CENTRE, visit="create read update cancel answer import"),
        _all(Scope.CENTRE, assignment="create read update delete", attendance="create read update correct lock"),
        _all(Scope.CENTRE, presenter="create read update suspend", vetting="read create", **_OF_MINORS, **_OF_PEOPLE),
        _all(Scope.CENTRE, concern="create", **_HAND_OFFS),
        _all(Scope.CENTRE, certificate="read issue revoke", feed="revoke", message="read update"),
        _all(Scope.CENTRE, certificate_template="update", message_text="update"),
        _all(Scope.CENTRE, report="read sign", helpline="read create update import sign correct"),
        _all(Scope.CENTRE, topics="create delete", training="read create delete"),
        _all(Scope.CENTRE, profile="read update sign"),  # in words; its texts are typed
        _all(Scope.CENTRE, work="read", handover="create read update", campaign="create update"),
        _all(Scope.CENTRE, cohort="read create update", post="create read update import"),
        _all(Scope.CENTRE, question_set="update", answers="read show create"),
        _all(Scope.CENTRE, campaign_feed="create revoke"),
        _all(Scope.CENTRE, plan="create read update"),  # proposals of the planner; limited staff see their own
        _all(Scope.ANY, host="create read update import", programme="read", **_SCHOOLS),
        _all(Scope.ANY, calendar="read", closure="read create update"),
    ),
    Role.SAFEGUARDING: _join(
        _STAFF,
        _OWN_SIGN_INS,
        _OWN_FEEDS,
        _OWN_KEYS,
        _KEYS_OF_STAFF,
        _all(Scope.CENTRE, presenter="read update suspend restore", colleague="suspend restore"),
        _all(Scope.CENTRE, vetting="read create", **_OF_MINORS),
        _all(Scope.CENTRE, concern="create read update", **_HAND_OFFS),
        _all(Scope.ANY, host="read", programme="read"),
        _all(Scope.ANY, calendar="read", closure="read"),
    ),
    Role.ADMINISTRATOR: _join(
        _STAFF,
        _OWN_SIGN_INS,
        _OWN_FEEDS,
        _OWN_KEYS,
        _KEYS_OF_STAFF,
        _all(Scope.CENTRE, request="create read update accept decline withdraw"),
        _all(Scope.CENTRE, visit="create read update cancel answer import"),
        _all(Scope.CENTRE, assignment="create read update delete", attendance="create read update correct lock"),
        _all(Scope.CENTRE, presenter="create read update suspend restore", colleague="suspend restore"),
        _all(Scope.CENTRE, vetting="read create", **_OF_MINORS, **_OF_PEOPLE),
        _all(Scope.CENTRE, concern="create", **_HAND_OFFS),
        _all(Scope.CENTRE, certificate="read issue revoke", feed="revoke", message="read update"),
        _all(Scope.CENTRE, certificate_template="update", message_text="update"),
        _all(Scope.CENTRE, report="read sign take_back", profile="read update sign take_back"),
        _all(Scope.CENTRE, helpline="read create update import sign correct publish", topics="create delete"),
        _all(Scope.CENTRE, training="read create delete"),
        _all(Scope.CENTRE, work="read", handover="create read update", plan="create read update"),
        _all(Scope.CENTRE, user="create read update suspend restore import", audit="read", everything="export"),
        _all(Scope.CENTRE, subject="read export erase"),
        _all(Scope.CENTRE, settings="read update", health="read"),
        _all(Scope.CENTRE, programme="create update", campaign="create update", cohort="read create update"),
        _all(Scope.CENTRE, post="create read update import"),
        _all(Scope.CENTRE, question_set="update", answers="read show create"),
        _all(Scope.CENTRE, campaign_feed="create revoke"),
        _all(Scope.ANY, host="create read update import", programme="read", holiday="create delete", **_SCHOOLS),
        _all(Scope.ANY, calendar="read import", closure="read create update"),
    ),
    Role.SYSTEM: {},  # see scope_of: the product itself is refused nothing
}

# What lies where its host does: whoever asks says where, by `spot`, or `own_part` for a list.
LIES_AT_A_HOST = frozenset(
    {
        *("request", "visit", "assignment", "attendance", "certificate", "feedback", "closure", "cohort", "answers"),
        "everything",
        "campaign_feed",  # it shows the visits of every district
    }
)

_WIDEST = list(Scope)


def scope_of(actor: Actor, verb: str, thing: str) -> Scope | None:
    """The widest scope that any of the actor's roles has, or None."""
    if Role.SYSTEM in actor.roles:
        return Scope.ANY
    scopes = {scope for role in actor.roles if (scope := TABLE[role].get(thing, {}).get(verb))}
    return min(scopes, key=_WIDEST.index, default=None)


def reaches_centre(actor: Actor, verb: str, thing: str) -> bool:
    """Whether the actor may do it in her whole centre, not in some districts of it alone."""
    return scope_of(actor, verb, thing) is not None and not (actor.districts and thing in LIES_AT_A_HOST)


def require(
    actor: Actor,
    verb: str,
    thing: str,
    *,
    centre: int | Spot | None = None,
    request: int | None = None,
    presenters: Collection[int | None] = (),
) -> None:
    """Refuse what the table does not allow.

    Say where the thing lies: its centre, the school request it belongs to, the presenters it concerns. What is not said
    is not reached: who forgets to say it is refused, never let in. Of what lies at a host, limited staff reach only
    what lies in their districts.
    Raises: NotAllowed when no role has the verb at all; OutOfReach, a NotFound, outside of the actor's scope.
    """
    scope = scope_of(actor, verb, thing)
    if scope is None:
        raise NotAllowed(f"{verb} {thing}")
    where = centre if isinstance(centre, Spot) else Spot(centre)
    reached = thing not in LIES_AT_A_HOST or in_districts(actor, where)
    part_of = actor.presenter_id is not None and actor.presenter_id in presenters
    reaches = {
        Scope.ANY: reached,
        Scope.CENTRE: reached and where.centre_id is not None and where.centre_id == actor.centre_id,
        Scope.HOST: request is not None and request == actor.request_id,
        Scope.VISIT: part_of,
        Scope.OWN: part_of,
    }
    if not reaches[scope]:
        raise OutOfReach(f"{verb} {thing}")
