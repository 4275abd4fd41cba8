"""What calendars there are for a reader, in words."""

from scheduler.core.errors import NotAllowed, NotFound
from scheduler.feeds.shared import require_reader
from scheduler.feeds.terms import FeedKind, FeedOf, FeedReader, FeedRow
from scheduler.places.queries import districts
from scheduler.policy import Actor
from scheduler.web.i18n import _, _l

READERS = {
    FeedReader.GOOGLE: _l("Google"),
    FeedReader.APPLE: _l("Apple"),
    FeedReader.OUTLOOK: _l("Outlook"),
    FeedReader.OTHER: _l("another program"),
}
Shown = dict[str, tuple[FeedOf, str]]


def shown_to(actor: Actor, language: str) -> Shown:
    """By the value of its choice: what somebody who is signed in may have as a calendar."""
    found: Shown = {}
    if actor.presenter_id is not None:
        found[FeedKind.OWN] = FeedOf(FeedKind.OWN, presenter_id=actor.presenter_id), _("My visits")
    wide = {
        FeedKind.CENTRE: _("Visits in my districts") if actor.districts else _("All visits of the centre"),
        FeedKind.POSTS: _("Posts"),
        FeedKind.CLOSURES: _("Closures"),
    }
    for kind, words in wide.items():
        of = FeedOf(kind, user_id=actor.user_id)
        if _may_read(actor, of):
            found[kind] = of, words
    if FeedKind.CENTRE in found:
        for one in districts(language):
            of = FeedOf(FeedKind.DISTRICT, user_id=actor.user_id, district_id=one.id)
            if not actor.districts or one.id in actor.districts:
                found[f"{FeedKind.DISTRICT}-{one.id}"] = of, _("District: %(name)s", name=one.name(language))
    return found


def value_of(row: FeedRow) -> str:
    """The choice that this address was made by."""
    return f"{row.kind}-{row.district_id}" if row.district_id else row.kind.value


def _may_read(actor: Actor, of: FeedOf) -> bool:
    try:
        require_reader(actor, of)
    except (NotAllowed, NotFound):
        return False
    return True
