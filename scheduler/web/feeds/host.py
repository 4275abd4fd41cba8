"""A host's calendar addresses, behind the secret link of one of its requests."""

from functools import partial

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import NotFound, Rejected
from scheduler.feeds import queries, service
from scheduler.feeds.shared import has_visit
from scheduler.feeds.terms import FeedKind, FeedOf, FeedRow
from scheduler.policy import Actor
from scheduler.web.feeds.forms import FeedForm, Ways
from scheduler.web.feeds.views import address_of, bp, list_of_addresses, shown_once
from scheduler.web.filters import say
from scheduler.web.guards import link_actor, public
from scheduler.web.i18n import _, page_language
from scheduler.web.once import sent_once


@bp.get("/status/<secret>/calendars")
@public
def calendars_of_host(secret: str) -> ResponseReturnValue:
    actor = _opened(secret)
    return _page(secret, actor, _form(actor))


@bp.post("/status/<secret>/calendars")
@public
@sent_once
def make_feed_of_host(secret: str) -> ResponseReturnValue:
    actor = _opened(secret)
    form = _form(actor)
    if form.accepted():
        name = form.name.data
        try:
            token = service.make_feed(actor, name, page_language(), now=clock.now(), of=form.of())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return _new_address(secret, token, name)
    return _page(secret, actor, form), 422


@bp.post("/status/<secret>/calendars/<int:feed_id>/renew")
@public
def renew_feed_of_host(secret: str, feed_id: int) -> ResponseReturnValue:
    token, name = service.renew_address(_opened(secret), feed_id, now=clock.now())
    return _new_address(secret, token, name)


@bp.post("/status/<secret>/calendars/<int:feed_id>/revoke")
@public
def revoke_feed_of_host(secret: str, feed_id: int) -> ResponseReturnValue:
    service.revoke_feed(_opened(secret), feed_id, now=clock.now())
    say(_("This calendar address no longer works."))
    return redirect(url_for(".calendars_of_host", secret=secret))


def _opened(secret: str) -> Actor:
    """Raises: NotFound where the centre has planned no visit for this request."""
    actor = link_actor(secret)
    if not has_visit(actor.request_id):
        raise NotFound("visit")
    return actor


def _form(actor: Actor) -> FeedForm:
    of = FeedOf(FeedKind.HOST, host_id=actor.host_id)
    return FeedForm({FeedKind.HOST: (of, _("All visits of your school"))})


def _page(secret: str, actor: Actor, form: FeedForm) -> str:
    ways = Ways(
        url_for(".make_feed_of_host", secret=secret),
        partial(_way, ".renew_feed_of_host", secret),
        partial(_way, ".revoke_feed_of_host", secret),
    )
    return list_of_addresses(form, _feeds(actor), ways, back=url_for("requests.status", secret=secret))


def _way(endpoint: str, secret: str, feed_id: int) -> str:
    return url_for(endpoint, secret=secret, feed_id=feed_id)


def _feeds(actor: Actor) -> list[FeedRow]:
    return queries.feeds_of_host(actor.host_id, now=clock.now()) if actor.host_id is not None else []


def _new_address(secret: str, token: str, name: str) -> ResponseReturnValue:
    back = url_for(".calendars_of_host", secret=secret)
    return shown_once(address_of(token), name, back, _("Calendars of your school"), at_desk=False)
