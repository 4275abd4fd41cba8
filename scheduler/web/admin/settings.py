"""The centre as papers show it, and the first steps of a new one."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import escape

from scheduler import config
from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.core.language import languages, names_of, translator
from scheduler.people import queries
from scheduler.people.service import centres
from scheduler.people.service.centres import change_centre
from scheduler.people.terms import HandStep
from scheduler.web.admin.blueprint import bp
from scheduler.web.admin.forms import CentreForm
from scheduler.web.filters import say
from scheduler.web.first_steps import first_steps as steps_of
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.history import history
from scheduler.web.i18n import _
from scheduler.web.once import sent_once

FRAME = '<iframe src="{address}" title="{title}" width="100%" height="760" loading="lazy"></iframe>'


@bp.route("/settings", methods=["GET", "POST"])
@may("update", "settings")
def settings() -> ResponseReturnValue:
    centre = queries.centre_settings(own_centre_id())
    form = CentreForm(obj=centre)
    if form.accepted():
        try:
            change_centre(current_actor(), form.change(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Saved. New papers say so; those already issued stay as they are."))
            return redirect(url_for(".settings"))
    changes = history({"centre": [own_centre_id()]}, form)
    shown = {"form": form, "changes": changes, "centre": centre, "frames": _frames(centre.slug)}
    return render_template("admin/settings.html", **shown), 422 if form.errors else 200


def _frames(slug: str) -> list[tuple[str, str]]:
    """What shows the widget on another site, for each language and script."""
    frames = []
    for language in languages():
        address = config.settings().base_url + url_for("public.widget", slug=slug, lang=language)
        title = escape(translator(language).gettext("Book a visit"))
        frames.append((names_of(language)[1], FRAME.format(address=address, title=title)))
    return frames


@bp.get("/settings/first-steps")
@may("update", "settings")
def first_steps() -> ResponseReturnValue:
    steps = steps_of(current_actor(), clock.now())
    return render_template("admin/first_steps.html", first_steps=steps, demo=config.settings().demo)


@bp.post("/settings/first-steps/<any(helpline, backup, put_away):step>/settle")
@may("update", "settings")
def settle_step(step: str) -> ResponseReturnValue:
    centres.settle_step(current_actor(), HandStep(step), now=clock.now())
    words = _("Put away. You find the list again under Settings.") if step == HandStep.PUT_AWAY else _("Done.")
    say(words, undo=url_for(".reopen_step", step=step))
    return redirect(_where())


@bp.post("/settings/first-steps/<any(helpline, backup, put_away):step>/reopen")
@may("update", "settings")
def reopen_step(step: str) -> ResponseReturnValue:
    centres.reopen_step(current_actor(), HandStep(step), now=clock.now())
    say(_("It is open again."))
    return redirect(_where())


@bp.post("/settings/test-mail")
@may("update", "settings")
@sent_once
def send_test_mail() -> ResponseReturnValue:
    centres.send_test_mail(current_actor(), now=clock.now())
    return redirect(_where())


def _where() -> str:
    """Back to the page that was pressed on: the desk or the list's own page."""
    return url_for("desk.today" if request.form.get("from") == "desk" else ".first_steps")
