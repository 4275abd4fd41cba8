"""A presenter's photograph for schools: she gives it and takes it away on her own page; her centre's staff see it."""

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.people.service import photos
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, _l
from scheduler.web.people.blueprint import bp
from scheduler.web.people.person import page_for
from scheduler.web.photo_form import PictureForm, takes_photographs

takes_photographs(bp, "people.photo")


class PhotoForm(PictureForm):
    """A face, and that schools may see it."""

    agreed = BooleanField(_l("I agree: schools that I go to see this photograph beside my name"))


@bp.route("/account/photo", methods=["GET", "POST"])
@may("update", "photo")
def photo() -> ResponseReturnValue:
    form = PhotoForm()
    if form.accepted():
        try:
            photos.give_photo(current_actor(), form.content(), agreed=bool(form.agreed.data), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Saved. Schools that you go to see it beside your name."))
            return redirect(url_for(".my_account"))
    return render_template("people/photo.html", form=form), 422 if form.problems_shown() else 200


@bp.post("/account/photo/remove")
@may("update", "photo")
def remove_photo() -> ResponseReturnValue:
    photos.take_photo_away(current_actor(), now=clock.now())
    say(_("Removed: no school sees it any more."))
    return redirect(url_for(".my_account"))


@bp.get("/people/<int:presenter_id>/photo")
@may("read", "presenter")
def photo_of(presenter_id: int) -> ResponseReturnValue:
    page_for("read", presenter_id)
    return Response(
        photos.photo_of(presenter_id), mimetype="image/jpeg", headers={"Cache-Control": "private, no-store"}
    )
