"""Pages of the lists of topics and criminal acts: every version, a new one, and one taken back."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.helpline import queries, rules
from scheduler.helpline.service import lists as service
from scheduler.helpline.terms import CodeList, HelplineMargin
from scheduler.helpline.wording import name_in
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.helpline.blueprint import bp
from scheduler.web.helpline.forms import ListForm
from scheduler.web.i18n import _, page_language
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded


@bp.get("/helpline/topics")
@may("read", "helpline")
def topics() -> ResponseReturnValue:
    """Every version of the lists, the newest first, with what it names."""
    rows = queries.stored_lists(own_centre_id())
    may_list = policy.scope_of(current_actor(), "create", "topics") is not None
    return render_template("helpline/topics.html", rows=[(one, _named(one.codes)) for one in rows], may_list=may_list)


@bp.route("/helpline/topics/new", methods=["GET", "POST"])
@may("create", "topics")
@sent_once
def new_topics() -> ResponseReturnValue:
    """A new version, which begins as the newest one: lines are changed, added, taken out."""
    newest = queries.code_lists(own_centre_id())[-1]
    lines = {
        "topics": rules.written_list(newest, HelplineMargin.TOPIC),
        "acts": rules.written_list(newest, HelplineMargin.ACT),
    }
    form = ListForm(data=lines)
    if form.accepted():
        try:
            service.add_list(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Saved."))
            return redirect(url_for(".topics"))
    return render_template("helpline/new_topics.html", form=form), 422 if form.problems_shown() else 200


@bp.post("/helpline/topics/<int:version>/take-back")
@may("delete", "topics")
def take_topics_back(version: int) -> ResponseReturnValue:
    """Remove a version by which nothing is counted."""
    try:
        service.take_list_back(current_actor(), version, now=clock.now())
    except Conflict as conflict:
        say(str(worded(conflict.reason)))
    else:
        say(_("The list is taken back: the one before it is used."))
    return redirect(url_for(".topics"))


def _named(codes: CodeList) -> list[tuple[str, list[tuple[str, str]]]]:
    """Its topics, then its acts, as (name, code) in the reader's language."""
    language = page_language()
    return [
        (
            heading,
            [(name_in(one.name_sr_cyrl, one.name_en, language), one.code) for one in rules.of_margin(codes, margin)],
        )
        for margin, heading in ((HelplineMargin.TOPIC, _("Topics")), (HelplineMargin.ACT, _("Criminal acts")))
    ]
