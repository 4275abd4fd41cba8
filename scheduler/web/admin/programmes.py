"""What schools can ask for, as its centre describes it."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.programmes import queries, service
from scheduler.readiness.service import borrowed_facts
from scheduler.web.admin.blueprint import bp
from scheduler.web.admin.forms import ProgrammeForm
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.history import history
from scheduler.web.i18n import _, _l
from scheduler.web.labels import AUDIENCES
from scheduler.web.once import sent_once
from scheduler.web.photo_form import PictureForm, takes_photographs

takes_photographs(bp, "admin.programme_photo")


@bp.get("/settings/programmes")
@may("update", "programme")
def programmes() -> ResponseReturnValue:
    rows = queries.programmes_of(own_centre_id())
    return render_template("admin/programmes.html", rows=rows, audiences=AUDIENCES)


@bp.route("/settings/programmes/new", methods=["GET", "POST"])
@may("create", "programme")
@sent_once
def new_programme() -> ResponseReturnValue:
    form = ProgrammeForm()
    if form.accepted():
        try:
            service.create_programme(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Schools can ask for it from now on."))
            return redirect(url_for(".programmes"))
    return render_template("admin/programme.html", form=form, changes=[]), 422 if form.errors else 200


@bp.route("/settings/programmes/<int:programme_id>", methods=["GET", "POST"])
@may("update", "programme")
def change_programme(programme_id: int) -> ResponseReturnValue:
    form = ProgrammeForm(obj=queries.draft_of(own_centre_id(), programme_id))
    if form.accepted():
        try:
            borrowed_facts.change_programme(current_actor(), programme_id, form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Saved. What was agreed with schools stays as it was agreed."))
            return redirect(url_for(".programmes"))
    changes = history({"programme": [programme_id]}, form)
    photo = {"programme_id": programme_id, "has_photo": queries.has_photo(programme_id)}
    page = render_template("admin/programme.html", form=form, changes=changes, **photo)
    return page, 422 if form.errors else 200


class ProgrammePhotoForm(PictureForm):
    """What a programme looks like, and that nobody in it is a child whom somebody knows."""

    agreed = BooleanField(_l("No child can be recognised in it, and every adult in it has agreed"))


@bp.route("/settings/programmes/<int:programme_id>/photo", methods=["GET", "POST"])
@may("update", "programme")
def programme_photo(programme_id: int) -> ResponseReturnValue:
    form, programme = ProgrammePhotoForm(), queries.draft_of(own_centre_id(), programme_id)
    if form.accepted():
        agreed, now = bool(form.agreed.data), clock.now()
        try:
            service.give_photo(current_actor(), programme_id, form.content(), agreed=agreed, now=now)
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Saved: the page of the programme shows it."))
            return redirect(url_for(".change_programme", programme_id=programme_id))
    page = render_template("admin/programme_photo.html", form=form, programme=programme, programme_id=programme_id)
    return page, 422 if form.problems_shown() else 200


@bp.post("/settings/programmes/<int:programme_id>/photo/remove")
@may("update", "programme")
def remove_programme_photo(programme_id: int) -> ResponseReturnValue:
    service.take_photo_away(current_actor(), programme_id, now=clock.now())
    say(_("Removed: the page of the programme shows it no more."))
    return redirect(url_for(".change_programme", programme_id=programme_id))


@bp.post("/settings/programmes/<int:programme_id>/retire")
@may("update", "programme")
def retire_programme(programme_id: int) -> ResponseReturnValue:
    service.retire_programme(current_actor(), programme_id, now=clock.now())
    undo = url_for(".reopen_programme", programme_id=programme_id)
    say(_("Retired: nobody can ask for it any more; what is agreed goes on."), undo=undo)
    return redirect(url_for(".programmes"))


@bp.post("/settings/programmes/<int:programme_id>/reopen")
@may("update", "programme")
def reopen_programme(programme_id: int) -> ResponseReturnValue:
    service.reopen_programme(current_actor(), programme_id, now=clock.now())
    say(_("Schools can ask for it again."))
    return redirect(url_for(".programmes"))
