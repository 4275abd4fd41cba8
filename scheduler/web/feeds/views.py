"""A presenter's own calendar addresses, and the addresses themselves."""

from collections import Counter
from functools import partial

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import NotFound, Rejected
from scheduler.feeds import queries, service
from scheduler.feeds.terms import MOST_FEEDS, FeedRow
from scheduler.web.drawings import qr_picture
from scheduler.web.feeds.answers import NOBODYS, ON_EVERY_FEED, answer_with, wishes_of
from scheduler.web.feeds.forms import ButtonForm, FeedForm, Ways
from scheduler.web.feeds.words import READERS, shown_to, value_of
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may, public
from scheduler.web.i18n import _, page_language
from scheduler.web.once import sent_once

bp = Blueprint("feeds", __name__)


@bp.get("/feeds/<token>.ics")
@public
def personal_feed(token: str) -> ResponseReturnValue:
    """A pure function of its token and the database: no session, no cookie, no template, no reader's language.

    What is kept was given at the door already (door.py); here it is made anew, and who holds no address finds nothing.
    """
    g.cookieless = True
    now, wishes = clock.now(), wishes_of(request.environ)
    nobodys = Response("Not found\n", 404, ON_EVERY_FEED, content_type="text/plain; charset=utf-8")
    if request.environ.get(NOBODYS):
        return nobodys
    feed = queries.kept_feed(token, now=now)
    answer = answer_with(feed, wishes) if feed else None
    if feed is None or answer is None:
        try:
            feed = service.renewed_body(token, now=now)
        except NotFound:
            return nobodys
        answer = answer_with(feed, wishes)
        if answer is None:
            raise AssertionError("what was made just now has its bytes")
    service.note_read(feed, request.user_agent.string, now=now)
    told = Response(answer.body, answer.status, list(answer.headers))
    if not answer.body:
        del told.headers["Content-Type"]  # the library's own
    return told


@bp.get("/feeds")
@may("read", "feed")
def my_calendars() -> ResponseReturnValue:
    return _my_calendars(_form())


@bp.post("/feeds")
@may("create", "feed")
@sent_once
def make_feed() -> ResponseReturnValue:
    form = _form()
    if form.accepted():
        name = form.name.data
        try:
            token = service.make_feed(current_actor(), name, page_language(), now=clock.now(), of=form.of())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return _new_address(token, name)
    return _my_calendars(form), 422


@bp.post("/feeds/<int:feed_id>/renew")
@may("create", "feed")
def renew_feed(feed_id: int) -> ResponseReturnValue:
    token, name = service.renew_address(current_actor(), _own(feed_id), now=clock.now())
    return _new_address(token, name)


@bp.post("/feeds/<int:feed_id>/revoke")
@may("revoke", "feed")
def revoke_feed(feed_id: int) -> ResponseReturnValue:
    service.revoke_feed(current_actor(), feed_id, now=clock.now())
    say(_("This calendar address no longer works."))
    return redirect(url_for(".my_calendars"))


def _form() -> FeedForm:
    return FeedForm(shown_to(current_actor(), page_language()))


def _feeds() -> list[FeedRow]:
    """Her own as a presenter, and as one of the staff."""
    actor = current_actor()
    own = queries.feeds_of(actor.presenter_id) if actor.presenter_id is not None else []
    return own + (queries.feeds_of_user(actor.user_id) if actor.user_id is not None else [])


def _own(feed_id: int) -> int:
    if feed_id not in {row.feed_id for row in _feeds()}:
        raise NotFound("feed")
    return feed_id


def _my_calendars(form: FeedForm) -> str:
    ways = Ways(url_for(".make_feed"), partial(_way, ".renew_feed"), partial(_way, ".revoke_feed"))
    return list_of_addresses(form, _feeds(), ways)


def _way(endpoint: str, feed_id: int) -> str:
    return url_for(endpoint, feed_id=feed_id)


def list_of_addresses(form: FeedForm, feeds: list[FeedRow], ways: Ways, back: str = "") -> str:
    """The page of somebody's addresses, with the form for another one."""
    made = Counter(row.kind for row in feeds)
    return render_template(
        "feeds/my_calendars.html",
        form=form,
        press=ButtonForm(),
        feeds=[(row, form.shown[value_of(row)][1] if value_of(row) in form.shown else "") for row in feeds],
        room_left=any(made[of.kind] < MOST_FEEDS for of, _words in form.shown.values()),
        ways=ways,
        readers=READERS,
        back=back,
    )


def _new_address(token: str, name: str) -> ResponseReturnValue:
    return shown_once(address_of(token), name, url_for(".my_calendars"), _("My calendars"))


def address_of(token: str) -> str:
    """Where a calendar reads it."""
    address: str = current_app.config["SETTINGS"].base_url + url_for("feeds.personal_feed", token=token)
    return address


def shown_once(address: str, name: str, back: str, back_words: str, *, at_desk: bool = True) -> ResponseReturnValue:
    """The one page that shows an address. It answers the POST itself: a redirect would have to carry the secret."""
    webcal = "webcal:" + address.partition(":")[2]
    shown: dict[str, object] = {"name": name, "address": address, "webcal": webcal, "qr_picture": qr_picture(webcal)}
    shown |= {"back": back, "back_words": back_words, "at_desk": at_desk}
    page = make_response(render_template("feeds/new_address.html", **shown))
    page.headers["Cache-Control"] = "no-store"
    page.headers["Referrer-Policy"] = "no-referrer"
    return page
