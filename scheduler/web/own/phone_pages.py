"""What a presenter's phone keeps for a day without a network: her own pages of today and tomorrow, and what she has
yet to count.

The phone keeps pages as she reads them, so it holds no word more than they do (docs/decisions/0025).
"""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flask import Response, current_app, g, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from scheduler import policy
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.core.language import html_lang, languages, translator
from scheduler.policy import Actor
from scheduler.staffing.queries.own_days import days_of
from scheduler.staffing.terms.own_days import OwnDay
from scheduler.turns.queries.desk import visits_to_count
from scheduler.turns.terms import TurnRow
from scheduler.web.assets import asset_url, sprite_url
from scheduler.web.guards import current_actor, may, public
from scheduler.web.i18n import page_language
from scheduler.web.own.blueprint import bp

SCRIPTS = ("store.js", "keeping.js", "worker.js")
ENDS = ("end.js",)  # what is served instead where an operator lets no phone keep anything
KEPT_AFTER = dt.timedelta(days=2)  # from the day of a visit on: it is gone with the end of the day after
COUNTED_WITHIN = dt.timedelta(days=30)  # as long as a phone keeps numbers; older visits are the coordinator's
OF_NUMBERS = r"^/visits/[^/]+/count(/[^/]+)?$"


@dataclass(frozen=True)
class KeptPage:
    """One page that a phone keeps, and the moment from which on it is gone."""

    path: str
    until: dt.datetime


@bp.get("/my-days")
@may("read", "day")
def my_days() -> ResponseReturnValue:
    """Today and tomorrow on one page, with the ways to count: what opens on a phone that has no network."""
    actor, now = current_actor(), clock.now()
    today = clock.local_day(now)
    return render_template(
        "own/my_days.html",
        today=today,
        tomorrow=today + dt.timedelta(days=1),
        days={day.on_day: day for day in _days(actor, today, today)},
        to_count=_to_count(actor, now),
        may_count=policy.scope_of(actor, "create", "attendance") is not None,
        read_at=now,
    )


@bp.get("/my-days.json")
@may("read", "day")
def kept_pages() -> ResponseReturnValue:
    """Which pages a phone keeps, until when, and for whom; empty without a visit today, tomorrow or yet to count.

    Raises: NotFound where no phone keeps anything: a worker that hears it drops all that it has.
    """
    if not settings().keep_on_phones:
        raise NotFound("kept pages")
    actor, now = current_actor(), clock.now()
    today, counting = clock.local_day(now), _to_count(actor, now)
    since = min([today, *(one.on_day for one in counting if one.on_day is not None)])
    days = _days(actor, since, today)
    pages = pages_of(actor, days, counting, today)
    told = json.dumps(
        [repr(days), [one.number for one in counting], page_language(), [one.path for one in pages], _parts()]
    )  # pages name their style and scripts: another version of the product, another page
    answer = jsonify(
        whose=_whose(actor),
        version=hashlib.sha256(told.encode()).hexdigest()[:16],
        pages=[{"path": one.path, "until": round(one.until.timestamp() * 1000)} for one in pages],
        now=round(now.timestamp() * 1000),
        csrf=generate_csrf(),
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Language"] = html_lang(page_language())  # the worker's own pages speak it too
    return answer


@bp.get("/worker.js")
@public
def worker() -> ResponseReturnValue:
    """The script that serves kept pages: at the root, because a script reaches no higher than it lies."""
    static = Path(str(current_app.static_folder))
    places = {
        "parts": _parts(),
        "list": url_for("own.kept_pages"),
        "home": url_for("own.my_days"),
        "signIn": url_for("people.sign_in"),
        "signOut": url_for("people.sign_out"),
        "numbers": OF_NUMBERS,
        "signedOutWords": {html_lang(language): _signed_out_words(language) for language in languages()},
        "noSignalWords": {html_lang(language): _no_signal_words(language) for language in languages()},
    }
    scripts = SCRIPTS if settings().keep_on_phones else ENDS
    texts = [(static / "js" / "worker" / name).read_text(encoding="utf-8") for name in scripts]
    g.cookieless = True
    body = "\n".join([f"self.KEPT = {json.dumps(places)};", *texts])
    return Response(body, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


def _signed_out_words(language: str) -> list[str]:
    """What a phone says of a sign-out that reached no server, in the language of the page that was left."""
    _ = translator(language).gettext
    return [
        _("Signed out on this phone"),
        _("There is no signal. Nothing is kept on this phone any more: no page and no numbers."),
        _(
            "The server does not know it yet: once the signal is back, open the site and sign out again."
            " If you do not, the sign-in ends by itself after 14 days without a visit."
        ),
        _("Open the site"),
    ]


def _no_signal_words(language: str) -> list[str]:
    """What a presenter's phone says of a page that it does not keep, where the browser's own error would stand."""
    _ = translator(language).gettext
    return [
        _("No signal"),
        _(
            "You need a signal to open this page. Without one, your phone shows your visits of today and tomorrow, and"
            " those whose numbers you have not entered. There are none on it now."
        ),
        _("Numbers saved on this phone are sent as soon as the signal is back."),
        _("Try again"),
    ]


def pages_of(actor: Actor, days: Iterable[OwnDay], counting: Iterable[TurnRow], today: dt.date) -> list[KeptPage]:
    """Her sheets from today on, and the forms of what she may count, each until the end of the day after.

    Of visits of before only those forms that are still to be filled in: until the end of tomorrow, and so on each day.
    """
    counts = policy.scope_of(actor, "create", "attendance") is not None
    uncounted = {one.number: one.on_day for one in counting if one.on_day is not None}
    pages = [
        KeptPage(url_for("attendance.count_heads", number=number), _gone(max(on_day, today)))
        for number, on_day in uncounted.items()
    ]
    for day in days:
        until = _gone(max(day.on_day, today))
        if day.on_day >= today:
            pages.append(KeptPage(url_for("own.day_sheet", on=day.on_day.isoformat()), until))
        for one in day.visits:
            if counts and not one.held_off and (day.on_day >= today or one.visit.number in uncounted):
                pages += [_form(one.visit.number, sitting.ordinal, until) for sitting in one.presentations]
    last = max((one.until for one in pages), default=None)
    return [KeptPage(url_for("own.my_days"), last), *pages] if last else []


def _form(number: str, ordinal: int, until: dt.datetime) -> KeptPage:
    return KeptPage(url_for("attendance.count_heads", number=number, ordinal=str(ordinal)), until)


def _gone(on_day: dt.date) -> dt.datetime:
    return clock.moment_of(on_day + KEPT_AFTER, dt.time())


def _days(actor: Actor, since: dt.date, today: dt.date) -> list[OwnDay]:
    return days_of(actor, since, today + dt.timedelta(days=1), today=today)


def _to_count(actor: Actor, now: dt.datetime) -> list[TurnRow]:
    """What she held in the last month and nobody has counted, the oldest first."""
    if actor.presenter_id is None or policy.scope_of(actor, "create", "attendance") is None:
        return []
    since = clock.local_day(now) - COUNTED_WITHIN
    return [one for one in visits_to_count(actor.presenter_id, now) if one.on_day is not None and one.on_day >= since]


def _whose(actor: Actor) -> str:
    """Another one for another person, or for the same with other roles: the phone then drops all it holds."""
    said = f"kept days: {actor.user_id} {actor.presenter_id} {sorted(actor.roles)}"
    return hmac.new(settings().secret_key.encode(), said.encode(), hashlib.sha256).hexdigest()[:32]


def _parts() -> list[str]:
    """Style, scripts and pictures that kept pages need, by addresses that change with what is in them."""
    alone = ("js/pages/kept.js", "img/favicon.svg", "vendor/htmx-2.0.11/htmx.min.js")
    return [asset_url("css"), asset_url("js"), sprite_url(), *map(_static, alone)]


def _static(name: str) -> str:
    return url_for("static", filename=name)
