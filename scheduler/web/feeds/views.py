"""A presenter's own calendar addresses, and the addresses themselves."""

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import NotFound, Rejected
from scheduler.feeds import queries, service
from scheduler.feeds.terms import MOST_FEEDS, FeedRow
from scheduler.web.drawings import qr_picture
from scheduler.web.feeds.answers import NOBODYS, ON_EVERY_FEED, answer_with, wishes_of
from scheduler.web.feeds.forms import ButtonForm, FeedForm
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
    service.note_read(feed, now=now)
    told = Response(answer.body, answer.status, list(answer.headers))
    if not answer.body:
        del told.headers["Content-Type"]  # the library's own
    return told


@bp.get("/feeds")
@may("read", "feed")
def my_calendars() -> ResponseReturnValue:
    return _my_calendars(FeedForm())


@bp.post("/feeds")
@may("create", "feed")
@sent_once
def make_feed() -> ResponseReturnValue:
    form = FeedForm()
    if form.accepted():
        name = form.name.data
        try:
            token = service.make_feed(current_actor(), name, page_language(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return _new_address(token, name)
    return _my_calendars(form), 422


@bp.post("/feeds/<int:feed_id>/renew")
@may("create", "feed")
def renew_feed(feed_id: int) -> ResponseReturnValue:
    feed = _own(feed_id)
    return _new_address(service.renew_feed(current_actor(), _presenter_id(), feed.name, now=clock.now()), feed.name)


@bp.post("/feeds/<int:feed_id>/revoke")
@may("revoke", "feed")
def revoke_feed(feed_id: int) -> ResponseReturnValue:
    service.revoke_feed(current_actor(), feed_id, now=clock.now())
    say(_("This calendar address no longer works."))
    return redirect(url_for(".my_calendars"))


def _presenter_id() -> int:
    presenter_id = current_actor().presenter_id
    if presenter_id is None:
        raise NotFound("presenter")
    return presenter_id


def _own(feed_id: int) -> FeedRow:
    feed = next((row for row in queries.feeds_of(_presenter_id()) if row.feed_id == feed_id), None)
    if feed is None:
        raise NotFound("feed")
    return feed


def _my_calendars(form: FeedForm) -> str:
    feeds = queries.feeds_of(_presenter_id())
    return render_template(
        "feeds/my_calendars.html", form=form, press=ButtonForm(), feeds=feeds, room_left=len(feeds) < MOST_FEEDS
    )


def _new_address(token: str, name: str) -> ResponseReturnValue:
    address = current_app.config["SETTINGS"].base_url + url_for(".personal_feed", token=token)
    return shown_once(address, name, url_for(".my_calendars"), _("My calendars"))


def shown_once(address: str, name: str, back: str, back_words: str) -> ResponseReturnValue:
    """The one page that shows an address. It answers the POST itself: a redirect would have to carry the secret."""
    webcal = "webcal:" + address.partition(":")[2]
    shown = {"name": name, "address": address, "webcal": webcal, "qr_picture": qr_picture(webcal)}
    page = make_response(render_template("feeds/new_address.html", back=back, back_words=back_words, **shown))
    page.headers["Cache-Control"] = "no-store"
    page.headers["Referrer-Policy"] = "no-referrer"
    return page
