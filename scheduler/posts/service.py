"""What staff do with posts: plan one, write it, say that it is ready, posted or dropped, and what came of it."""

import datetime as dt
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.config import settings
from scheduler.core import audit, clock, states
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Reason, Rejected
from scheduler.core.scans import BadScan, read_wide
from scheduler.imports import batches
from scheduler.imports.sheets import Imported, LineProblem, in_order
from scheduler.imports.staging import Filing, Importer, Stage, take_in
from scheduler.people.queries import colleagues_of
from scheduler.policy import Actor
from scheduler.posts import rules
from scheduler.posts.imports import ReachSheet
from scheduler.posts.models import Post, PostPicture
from scheduler.posts.queries import draft_of
from scheduler.posts.terms import POST_MACHINE, PictureDraft, PostDraft, PostReason, PostState, ReachDraft
from scheduler.programmes.models import Campaign
from scheduler.requests.rules.states import UNDO_WITHIN

log = logging.getLogger(__name__)
SMALL_LETTERS, SHORT_NUMBER = "abcdefghjkmnpqrstuvwxyz23456789", 7  # none that is read as another


def link_of(number: str) -> str:
    """The short address of a post, as it is posted."""
    return f"{settings().base_url}/p/{number}"


LINK_LIKE = "x" * SHORT_NUMBER  # of a post that has no number yet: each is as long


def plan_post(actor: Actor, draft: PostDraft, *, now: dt.datetime) -> str:
    """Plan a post of the actor's centre; its number. Raises: NotAllowed, NotFound; Rejected with {field: reason}."""
    policy.require(actor, "create", "post", centre=actor.centre_id)
    if actor.centre_id is None:
        raise NotFound("centre")
    with change(actor, now) as act:
        _refuse(act, actor.centre_id, draft, link_of(LINK_LIKE))
        number = "".join(secrets.choice(SMALL_LETTERS) for _ in range(SHORT_NUMBER))
        post = Post(
            number=number, centre_id=actor.centre_id, state=PostState.PLANNED, state_since=now, edited_at=now,
            **draft.__dict__,
        )  # fmt: skip
        act.session.add(post)
        act.session.flush()
        act.record("post planned", post)
    log.info("post planned", extra={"post": number})
    return number


def change_post(actor: Actor, number: str, draft: PostDraft, *, now: dt.datetime, version: int | None = None) -> None:
    """Change a post that is not posted yet; one that was ready is looked at again.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}; Conflict("post_stands", "changed_meanwhile").
    """
    with change(actor, now) as act:
        post = _own(act, number, version)
        if post.state not in (PostState.PLANNED, PostState.READY):
            raise Conflict(PostReason.POST_STANDS)
        _refuse(act, post.centre_id, draft, link_of(number))
        different = audit.write_changes(post, draft.__dict__)
        if not different:
            return
        post.edited_at = now
        if post.state is PostState.READY:
            if not draft.text_sr_cyrl:
                raise Rejected({"text_sr_cyrl": GroundReason.MISSING})
            act.move(POST_MACHINE, post, PostState.PLANNED)
        act.record("post changed", post, {"changed": sorted(different)})


def move_post(actor: Actor, number: str, to: PostState, *, now: dt.datetime) -> None:
    """Say that a post is ready, posted or dropped. Said twice is said once.

    Raises: NotAllowed, NotFound; Rejected with {field: reason} for what it lacks; Conflict("wrong_state").
    """
    with change(actor, now) as act:
        post = _own(act, number)
        if post.state is to:
            return
        if to is PostState.READY and (problems := rules.lacks_before_ready(draft_of(post))):
            raise Rejected(problems)
        act.move(POST_MACHINE, post, to)
    log.info("post moved", extra={"post": number, "to": to.value})


def take_post_back(actor: Actor, number: str, *, now: dt.datetime) -> None:
    """Undo "posted" or "dropped" within the hour. Raises: NotAllowed, NotFound; Conflict("wrong_state")."""
    with change(actor, now) as act:
        post = _own(act, number)
        to = PostState.READY if post.state is PostState.POSTED else PostState.PLANNED
        if now - post.state_since > UNDO_WITHIN or post.reached is not None:
            raise Conflict(PostReason.POST_STANDS)
        states.take_back(POST_MACHINE, post, to, since=now, actor=actor, at=now)


def say_reach(actor: Actor, number: str, draft: ReachDraft, *, now: dt.datetime) -> None:
    """What the network says came of a post that was posted; typed again it is corrected.

    Raises: NotAllowed, NotFound; Conflict("wrong_state").
    """
    with change(actor, now) as act:
        post = _own(act, number)
        if post.state is not PostState.POSTED:
            raise Conflict(GroundReason.WRONG_STATE)
        if different := audit.write_changes(post, draft.__dict__):
            act.record("reach of a post told", post, {"changes": different})


REACH_IMPORT = "posts"


@dataclass
class _ReachComparison:
    sheet: ReachSheet
    problems: list[LineProblem]
    changes: dict[int, tuple[dict[str, int | None], dict[str, int | None]]] = field(default_factory=dict)
    same: int = 0

    @property
    def to_store(self) -> int:
        return len(self.changes)

    @property
    def to_stage(self) -> int:
        return len(self.changes)

    def outcome(self, batch_id: int | None = None) -> Imported:
        return Imported(self.sheet.lines, 0, len(self.changes), self.same, in_order(self.problems), batch_id)


def import_reach(actor: Actor, sheet: ReachSheet, filing: Filing) -> Imported:
    """What came of posts, from a file, as `say_reach` stores it: all of it, or with any problem nothing.

    Raises: NotAllowed, NotFound; Stale.
    """
    centre_id = filing.centre_id
    policy.require(actor, "import", "post", centre=centre_id)
    if centre_id is None:
        raise NotFound("centre")

    def compare(session: Session) -> _ReachComparison:
        return _reach_compared(session, sheet, centre_id)

    def stage(laid: Stage, found: _ReachComparison) -> None:
        laid.change(Post, found.changes, "reach of a post told")

    outcome: Imported = take_in(actor, filing, Importer(REACH_IMPORT, compare, stage))
    log.info("reach of posts imported", extra={"rows": sheet.lines, "changed": outcome.changed})
    return outcome


def _reach_compared(session: Session, sheet: ReachSheet, centre_id: int) -> _ReachComparison:
    """A post is changed as it was read: who changes it meanwhile lets the file be compared again."""
    found = _ReachComparison(sheet, list(sheet.problems))
    numbers = [number for _line, number, _told in sheet.told]
    names = ("reached", "reacted", "version")
    wanted = select(Post.number, Post.id, Post.state, *(getattr(Post, name) for name in names))
    rows = session.execute(wanted.where(Post.centre_id == centre_id, Post.number.in_(numbers)))
    stored = {row.number: row for row in rows}
    for line, number, told in sheet.told:
        row = stored.get(number)
        if row is None or row.state is not PostState.POSTED:
            why = "unknown_post" if row is None else "post_not_posted"
            found.problems.append(LineProblem(line, sheet.post_column, why))
        elif (row.reached, row.reacted) == (told.reached, told.reacted):
            found.same += 1
        else:
            new = {"reached": told.reached, "reacted": told.reacted, "version": row.version + 1}
            found.changes[row.id] = ({name: getattr(row, name) for name in names}, new)
    return found


def take_back_reach(actor: Actor, batch_id: int, *, now: dt.datetime) -> None:
    """Put back what posts said before an import. Raises: NotAllowed, NotFound; HangsOnIt, undone_already."""
    with transaction() as session:
        centre_id, batch = batches.opened_batch(session, batch_id, REACH_IMPORT)
        policy.require(actor, "import", "post", centre=centre_id)
        batches.take_back(session, actor, batch, now)
    log.info("import taken back", extra={"batch_id": batch_id})


def give_picture(actor: Actor, number: str, content: bytes, draft: PictureDraft, *, now: dt.datetime) -> None:
    """Keep the picture of a post, drawn anew, in place of the one before; it is read outside of any lock.

    Raises: NotAllowed; NotFound; Rejected with {field: reason}.
    """
    with change(actor, now) as act:
        _own(act, number)
    if problems := rules.problems_with_picture(draft):
        raise Rejected(problems)
    try:
        picture = read_wide(content)
    except BadScan as bad:
        raise Rejected({"photo": bad.reason}) from bad
    with change(actor, now) as act:
        post = _own(act, number)
        act.session.execute(delete(PostPicture).where(PostPicture.post_id == post.id))
        said = {"licence": draft.licence, "credit": draft.credit, "agreed_on": clock.local_day(now)}
        act.session.add(PostPicture(post_id=post.id, picture=picture, **said))
        act.record("photo given", post)


def take_picture_away(actor: Actor, number: str, *, now: dt.datetime) -> None:
    """The post has none from now on. Raises: NotAllowed; NotFound."""
    with change(actor, now) as act:
        post = _own(act, number)
        picture = act.session.scalar(select(PostPicture).where(PostPicture.post_id == post.id))
        if picture is not None:
            act.session.delete(picture)
            act.record("photo taken away", post)


def _own(act: Act, number: str, version: int | None = None) -> Post:
    """A post of the actor's centre, locked. Raises: NotAllowed; NotFound; Conflict("changed_meanwhile")."""
    wanted = select(Post).where(Post.number == number).with_for_update().execution_options(populate_existing=True)
    post = act.session.scalar(wanted)
    policy.require(act.actor, "update", "post", centre=post.centre_id if post else None)
    if post is None:
        raise NotFound("post")
    if version is not None and post.version != version:
        raise Conflict(GroundReason.CHANGED_MEANWHILE)
    return post


def _refuse(act: Act, centre_id: int, draft: PostDraft, link: str) -> None:
    problems: dict[str, Reason] = dict(rules.problems_with_post(draft, link))
    problems |= _strangers(act, centre_id, draft)
    if problems:
        raise Rejected(problems)


def _strangers(act: Act, centre_id: int, draft: PostDraft) -> Mapping[str, Reason]:
    """A campaign or a person of another centre is nobody here."""
    found: dict[str, Reason] = {}
    owner = select(Campaign.centre_id).where(Campaign.id == draft.campaign_id)
    if draft.campaign_id is not None and act.session.scalar(owner) != centre_id:
        found["campaign"] = GroundReason.UNKNOWN
    if draft.poster_id is not None and draft.poster_id not in dict(colleagues_of(centre_id)):
        found["poster"] = GroundReason.UNKNOWN
    return found
