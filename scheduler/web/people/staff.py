"""What an administrator does with one of the staff: invite again, change roles."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import NotFound, Rejected
from scheduler.people import queries
from scheduler.people.service import invitations
from scheduler.people.terms import StaffRow
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.history import history
from scheduler.web.i18n import _
from scheduler.web.password_again import password_again
from scheduler.web.people.blueprint import bp
from scheduler.web.people.forms import RolesForm


def _of_staff(user_id: int) -> StaffRow:
    """One of the staff of the own centre. Raises: NotFound."""
    rows = queries.staff_of(current_actor().centre_id or 0)
    found = next((row for row in rows if row.user_id == user_id), None)
    if found is None:
        raise NotFound("user")
    return found


@bp.post("/people/users/<int:user_id>/invite")
@may("create", "user")
def invite_again(user_id: int) -> ResponseReturnValue:
    invitations.invite_again(current_actor(), user_id, now=clock.now())
    say(_("The invitation is on its way; older links have ended."))
    return redirect(url_for(".users"))


@bp.route("/people/users/<int:user_id>/roles", methods=["GET", "POST"])
@may("update", "user")
@password_again
def change_roles(user_id: int) -> ResponseReturnValue:
    row = _of_staff(user_id)
    form = RolesForm.of(row)
    if form.accepted():
        try:
            invitations.change_roles(current_actor(), user_id, form.roles.data, form.district_ids(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Saved. It counts from the next page on."))
            return redirect(url_for(".users"))
    changes = history({"user_account": [user_id]}, form)
    return render_template("people/roles.html", form=form, row=row, changes=changes), 422 if form.errors else 200
