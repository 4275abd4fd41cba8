"""Posts: the plan of a month, one post with its text to copy, its picture, what came of it, its short address."""

import datetime as dt
from calendar import Calendar
from collections import defaultdict

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.config import centre_timezone, settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.core.language import html_lang, month_and_year, names_of
from scheduler.posts import ics, queries, rules, service
from scheduler.posts.terms import MOST_LETTERS, LeadsTo, PostRow, PostState
from scheduler.posts.wording import CHANNELS
from scheduler.programmes.queries import campaigns_of
from scheduler.web import tables
from scheduler.web.filters import say, state_face
from scheduler.web.forms import BaseForm, asked_day, number_of
from scheduler.web.guards import current_actor, may, own_centre_id, public
from scheduler.web.i18n import _, _l, here, page_language, spelled_here
from scheduler.web.limits import SEARCHES, limiter
from scheduler.web.once import sent_once
from scheduler.web.photo_form import takes_photographs
from scheduler.web.post_words import post_figures
from scheduler.web.posts.forms import LICENCES, PLACES, PostForm, PostPictureForm, ReachForm
from scheduler.web.reasons import worded
from scheduler.web.tables import FileColumn

bp = Blueprint("posts", __name__)
takes_photographs(bp, "posts.picture")

PLAN_BEHIND, PLAN_AHEAD = dt.timedelta(days=30), dt.timedelta(days=180)  # of the plan as a calendar
OUR_PAGES = {
    LeadsTo.BOOK: "requests.book",
    LeadsTo.FRONT: "public.front",
    LeadsTo.FIGURES: "helpline.public_figures",
}

POSTS_FILE = (
    FileColumn[PostRow](_l("Day"), _l("On which day it is posted."), lambda row: row.draft.on_day),
    FileColumn[PostRow](_l("Time"), _l("At what time, by the clock of the centre."), lambda row: row.draft.at),
    FileColumn[PostRow](_l("Channel"), _l("The network."), lambda row: CHANNELS[row.draft.channel]),
    FileColumn[PostRow](
        _l("Text"), _l("What is posted."), lambda row: row.text(page_language()) or row.text("sr_Cyrl")
    ),
    FileColumn[PostRow](
        _l("Of what"),
        _l("The campaign, or the helpline."),
        lambda row: row.campaign(page_language()) if row.campaign_slug else _l("the helpline"),
    ),
    FileColumn[PostRow](
        _l("Who posts it"), _l("Empty: nobody yet."), lambda row: spelled_here(row.poster) if row.poster else ""
    ),
    FileColumn[PostRow](_l("State"), _l("How far the post is."), lambda row: state_face("post", row.state).word),
    FileColumn[PostRow](
        _l("Reached"), _l("How many people it reached, as the network says; empty: not known."), lambda row: row.reached
    ),
    FileColumn[PostRow](
        _l("Reacted"), _l("How many people reacted, as the network says; empty: not known."), lambda row: row.reacted
    ),
)


@bp.get("/posts")
@may("read", "post")
def plan() -> ResponseReturnValue:
    """The weeks of a month with the posts of each day, of one campaign, of the helpline or of both; and their sums."""
    today = clock.local_day(clock.now())
    month = (asked_day("from") or today).replace(day=1)
    weeks = Calendar().monthdatescalendar(month.year, month.month)
    of = request.args.get("of", "")
    rows = queries.posts_between(current_actor(), weeks[0][0], weeks[-1][-1], of)
    if tables.file_asked():
        return tables.list_file(_("Posts"), "posts", POSTS_FILE, rows, of=f"{month:%Y-%m}")
    of_day: dict[dt.date, list[PostRow]] = defaultdict(list)
    for row in rows:
        of_day[row.draft.on_day].append(row)
    ways = [("", _("All posts")), (queries.OF_HELPLINE, _("The helpline"))]
    ways += [(one.slug, one.name(page_language())) for one in campaigns_of(own_centre_id())]
    return render_template(
        "posts/plan.html",
        weeks=[[(day, of_day[day]) for day in week] for week in weeks],
        month=month,
        name=month_and_year(month, page_language()),
        today=today,
        planned=bool(rows),
        figures=post_figures(queries.sums_of(rows)),
        of=of,
        pills=[{"label": label, "href": here(of=name or None), "on": name == of} for name, label in ways],
        channels=CHANNELS,
        ics=url_for(".plan_calendar", of=of or None),
        before=here(**{"from": month - dt.timedelta(days=1)}),
        after=here(**{"from": month + dt.timedelta(days=31)}),
    )


@bp.get("/posts/plan.ics")
@may("read", "post")
def plan_calendar() -> ResponseReturnValue:
    """Half a year of the plan for a calendar, of one campaign, of the helpline or of both."""
    today, language = clock.local_day(clock.now()), page_language()
    of = request.args.get("of", "")
    rows = queries.posts_between(current_actor(), today - PLAN_BEHIND, today + PLAN_AHEAD, of)
    domain = settings().uid_domain
    at = [clock.moment_of(row.draft.on_day, row.draft.at, centre_timezone()) for row in rows]
    entries = [ics.planned_post(row, language, domain, moment) for row, moment in zip(rows, at, strict=True)]
    body = ics.calendar_of(entries, _("Posts"))
    return Response(body, mimetype="text/calendar")


@bp.route("/posts/new", methods=["GET", "POST"])
@may("create", "post")
@sent_once
def new_post() -> ResponseReturnValue:
    form = PostForm.of(own_centre_id())
    if form.accepted():
        try:
            number = service.plan_post(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Planned."))
            return redirect(url_for(".post", number=number))
    return render_template("posts/new.html", form=form, limits=_limits()), 422 if form.problems_shown() else 200


def _limits() -> str:
    return ", ".join(f"{CHANNELS[channel]} {most}" for channel, most in MOST_LETTERS.items())


@bp.route("/posts/<number>", methods=["GET", "POST"])
@may("update", "post")
def post(number: str) -> ResponseReturnValue:
    """One post: its texts to copy with their lengths, the press that is next, and its form while it may change."""
    row = queries.post_of(current_actor(), number)
    form = PostForm.of(own_centre_id(), row.draft, row.version)
    if form.accepted():
        try:
            service.change_post(
                current_actor(), number, form.draft(), now=clock.now(), version=number_of(form.version.data)
            )
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
            row = queries.post_of(current_actor(), number)
            form.version.data = str(row.version)  # what stands now is what she reads: a second press means it
        else:
            say(_("Saved."))
            return redirect(url_for(".post", number=number))
    return _page(row, form)


def _page(row: PostRow, form: PostForm) -> ResponseReturnValue:
    page = render_template(
        "posts/post.html",
        row=row,
        form=form,
        press=BaseForm(formdata=None),
        texts=_texts(row),
        most=MOST_LETTERS[row.draft.channel],
        link=service.link_of(row.number) if row.draft.leads_to is not LeadsTo.NOWHERE else "",
        channels=CHANNELS,
        places=PLACES,
        licences=LICENCES,
        reach=ReachForm(formdata=None, data={"reached": row.reached, "reacted": row.reacted}),
    )
    return page, 422 if form.problems_shown() else 200


def _texts(row: PostRow) -> list[dict[str, object]]:
    """What is copied in each script, with its link, and how long it is for the channel."""
    link = service.link_of(row.number)
    lengths = rules.lengths_of(row.draft, link)
    behind = f"\n{link}" if row.draft.leads_to is not LeadsTo.NOWHERE else ""
    return [
        {
            "name": names_of(language)[1],
            "lang": html_lang(language),
            "text": row.text(language) + behind,
            "letters": letters,
        }
        for language, letters in lengths.items()
    ]


@bp.post("/posts/<number>/<any(ready, posted, dropped):act>")
@may("update", "post")
def press(number: str, act: str) -> ResponseReturnValue:
    """Posting itself is done by a person on the channel; here she says that it is done."""
    if BaseForm().accepted():
        try:
            service.move_post(current_actor(), number, PostState(act), now=clock.now())
        except Rejected as rejected:
            say(" ".join(str(worded(reason)) for reason in rejected.problems.values()))
        except Conflict as conflict:
            say(str(worded(conflict.reason)))
        else:
            said = {"ready": _("Ready: whoever posts it reads it on her first page."), "posted": _("Posted."),
                    "dropped": _("Dropped.")}  # fmt: skip
            say(said[act], undo=url_for(".take_back", number=number) if act != "ready" else "")
    return redirect(url_for(".post", number=number))


@bp.post("/posts/<number>/take-back")
@may("update", "post")
def take_back(number: str) -> ResponseReturnValue:
    """From the note, within the hour."""
    if BaseForm().accepted():
        try:
            service.take_post_back(current_actor(), number, now=clock.now())
        except Conflict as conflict:
            say(str(worded(conflict.reason)))
        else:
            say(_("Taken back."))
    return redirect(url_for(".post", number=number))


@bp.post("/posts/<number>/reach")
@may("update", "post")
def reach(number: str) -> ResponseReturnValue:
    """What the network says came of it."""
    form = ReachForm()
    if form.accepted():
        try:
            service.say_reach(current_actor(), number, form.draft(), now=clock.now())
        except Conflict as conflict:
            say(str(worded(conflict.reason)))
        else:
            say(_("Saved."))
    else:
        say(" ".join(problem.text for problem in form.problems_shown()))
    return redirect(url_for(".post", number=number))


@bp.route("/posts/<number>/picture", methods=["GET", "POST"])
@may("update", "post")
def picture(number: str) -> ResponseReturnValue:
    form, row = PostPictureForm(), queries.post_of(current_actor(), number)
    if form.accepted():
        try:
            service.give_picture(current_actor(), number, form.content(), form.said(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Saved."))
            return redirect(url_for(".post", number=number))
    return render_template("posts/picture.html", form=form, row=row), 422 if form.problems_shown() else 200


@bp.post("/posts/<number>/picture/remove")
@may("update", "post")
def remove_picture(number: str) -> ResponseReturnValue:
    service.take_picture_away(current_actor(), number, now=clock.now())
    say(_("Removed."))
    return redirect(url_for(".post", number=number))


@bp.get("/posts/<number>/picture.jpg")
@may("read", "post")
def picture_file(number: str) -> ResponseReturnValue:
    """The picture itself, to take along to the channel."""
    return Response(queries.picture_of(current_actor(), number), mimetype="image/jpeg")


@bp.get("/p/<number>")
@public
@limiter.limit(SEARCHES)
def follow(number: str) -> ResponseReturnValue:
    """The short address of a post: on to our own page."""
    leads_to, slug = queries.place_behind(number)
    if leads_to is LeadsTo.CAMPAIGN:
        return redirect(url_for("programmes.campaign", slug=slug))
    return redirect(url_for(OUR_PAGES[leads_to]))
