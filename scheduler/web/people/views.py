"""Sign in and out, invitations, passwords; presenters, their skills and hours; users."""

import datetime as dt

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.core.language import translator
from scheduler.core.paging import Page, page_number, page_of
from scheduler.feeds import queries as feeds_queries
from scheduler.keys.rules import device_of
from scheduler.people import queries, rules
from scheduler.people.service import accounts, invitations
from scheduler.people.service.accounts import reset_password, set_language
from scheduler.people.service.invitations import accept_invitation
from scheduler.people.service.presenters import change_skills, create_presenter, set_hours, set_phone
from scheduler.people.terms import BadSignIn, PersonReason
from scheduler.proposals.queries.overnight import wish_of
from scheduler.proposals.service.overnight import say_nights
from scheduler.readiness.service.borrowed_facts import spell_name
from scheduler.safeguarding import queries as safeguarding_queries
from scheduler.safeguarding.terms import Clearance
from scheduler.staffing.queries import clearances
from scheduler.staffing.queries.availability import presenter_page
from scheduler.staffing.queries.own_days import year_of
from scheduler.staffing.service import clearance
from scheduler.web import labels, tables
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may, own_centre_id, public
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.login import enter, own_browser
from scheduler.web.once import sent_once
from scheduler.web.password_again import password_again
from scheduler.web.people import forms, lists, own_keys, own_login, person, photo, second_step, staff
from scheduler.web.people.blueprint import bp
from scheduler.web.people.next_page import next_page
from scheduler.web.people.person import page_for
from scheduler.web.plan_words import NIGHTS
from scheduler.web.tables import Column

__all__ = ["bp", "own_keys", "own_login", "person", "photo", "second_step", "staff"]
RESET = "reset"  # its token, in the signed session
PRESENTERS = (
    Column("name", _l("Name")),
    Column("role", _l("Role")),
    Column("home", _l("Home town")),
    Column("topics", _l("Topics"), wide=True),
    Column("check", _l("Check")),
    Column("consent", _l("Guardian's consent")),
)


def _network() -> str:
    return rules.network_of(request.remote_addr)


def _today() -> dt.date:
    return clock.local_day(clock.now())


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    form = forms.SignInForm()
    if form.accepted():
        try:
            token = accounts.sign_in(
                form.email.data,
                form.password.data,
                network=_network(),
                now=clock.now(),
                device=device_of(request.user_agent.string),
                mailbox_of=second_step.mailbox_of(),
            )
        except BadSignIn:
            form.show({"password": PersonReason.WRONG_PASSWORD})
        else:
            if not enter(token):
                return redirect(url_for(".second_step", next=request.args.get("next")))
            return redirect(next_page(request.args.get("next")))
    elif request.method == "GET" and (refusal := own_login.login_refused()):
        form.show({"login": refusal})
    page = render_template(
        "people/sign_in.html",
        form=form,
        demo_sign_ins=queries.demo_sign_ins(),
        roles=forms.ROLES,
        login_name=own_login.login_name(),
        next=request.args.get("next"),
    )
    return page, 422 if form.errors else 200


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    if browser := own_browser():
        accounts.sign_out(browser.token, now=clock.now())
    logout_user()
    session.clear()
    return redirect("/")


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> ResponseReturnValue:
    invited = queries.invited_by(token, purpose="invitation", now=clock.now())
    form = forms.InvitationForm(given_name=invited.given_name, family_name=invited.family_name)
    if form.accepted():
        try:
            accept_invitation(token, form.acceptance(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            second_step.note_mailbox(invited.user_id)
            say(_("Your account is ready. Sign in with your new password."))
            return redirect(url_for(".sign_in"))
    return render_template("people/invitation.html", form=form, invited=invited), 422 if form.errors else 200


@bp.route("/reset", methods=["GET", "POST"])
@public
@sent_once
def ask_reset() -> ResponseReturnValue:
    form = forms.AskResetForm()
    if form.accepted():
        try:
            accounts.ask_reset(form.email.data, network=_network(), language=page_language(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return redirect(url_for(".reset_asked"))
    return render_template("people/ask_reset.html", form=form), 422 if form.errors else 200


@bp.get("/reset/asked")
@public
def reset_asked() -> ResponseReturnValue:
    return render_template("people/reset_asked.html")


@bp.get("/reset/<token>")
@public
def reset(token: str) -> ResponseReturnValue:
    """The link of the mail: its token goes into the session, so that no later request sends it as its referrer."""
    queries.invited_by(token, purpose="reset", now=clock.now())
    session[RESET] = token
    answer = redirect(url_for(".new_password", lang=request.args.get("lang")))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def pass_form_without_referrer() -> None:
    """Before forms are checked: the page of a new password sends no referrer, so the token alone proves its form."""
    if request.endpoint == f"{bp.name}.new_password" and not request.referrer:
        request.environ["HTTP_REFERER"] = request.host_url


@bp.route("/reset/new", methods=["GET", "POST"])
@public
def new_password() -> ResponseReturnValue:
    if not (token := session.get(RESET)):
        return redirect(url_for(".ask_reset"))
    invited = queries.invited_by(token, purpose="reset", now=clock.now())
    form = forms.ResetForm()
    if form.accepted():
        try:
            reset_password(token, form.password.data, now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            session.pop(RESET)
            second_step.note_mailbox(invited.user_id)
            say(_("Your password is changed. Sign in with it."))
            return redirect(url_for(".sign_in"))
    page = render_template("people/reset.html", form=form, invited=invited)
    return page, 422 if form.errors else 200, {"Referrer-Policy": "no-referrer"}


@bp.route("/account", methods=["GET", "POST"])
@may("read", "desk")
def my_account() -> ResponseReturnValue:
    presenter_id = current_actor().presenter_id
    phone = queries.phone_of(presenter_id) if presenter_id is not None else ""
    user = current_user.user
    form = forms.AccountForm(
        language=user.language,
        phone=phone,
        other_given_name=user.given_name.other,
        other_family_name=user.family_name.other,
    )
    if presenter_id is None:
        del form.phone
    if form.accepted():
        try:
            spell_name(
                current_actor(), form.other_given_name.data or "", form.other_family_name.data or "", now=clock.now()
            )
            if presenter_id is not None:
                set_phone(current_actor(), presenter_id, form.phone.data or "", now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            set_language(current_actor(), form.language.data, now=clock.now())
            say(translator(form.language.data).gettext("Saved."))  # the next page is in the new language
            return redirect(url_for(".my_account", lang=form.language.data))
    own = _own_profile(presenter_id)
    page = render_template("people/my_account.html", form=form, user=user, roles=forms.ROLES, **own)
    return page, 422 if form.errors else 200


def _own_profile(presenter_id: int | None) -> dict[str, object]:
    """What the account of who presents shows besides: her week, her proofs, her calendars, her year."""
    if presenter_id is None:
        return {}
    today = _today()
    profile = presenter_page(presenter_id, from_day=today)
    return {
        "profile": profile,
        "proofs": safeguarding_queries.proofs_of(profile.row, today),
        "year": year_of(presenter_id, today.year),
        "has_photo": queries.has_photo(presenter_id),
        "nights_away": str(NIGHTS[wish_of(presenter_id)]),
        "feeds": feeds_queries.feeds_of(presenter_id),
        "weekdays": labels.WEEKDAYS,
        "topics": labels.TOPICS,
        "languages": forms.TEACHING_LANGUAGES,
    }


@bp.get("/people")
@may("list", "presenter")
def presenters() -> ResponseReturnValue:
    shown = tables.table(PRESENTERS, clearances.SORTS)

    def turn(number: int) -> Page[Clearance]:
        return clearances.presenters_page(own_centre_id(), _today(), shown.sort, number)

    if tables.file_asked():
        return tables.list_file(_("Presenters"), "presenters", lists.PRESENTERS_FILE, tables.every_row(turn))
    page = turn(page_number(request.args.get("page")))
    may_add = policy.scope_of(current_actor(), "create", "presenter") is not None
    return render_template(
        "people/presenters.html", page=page, table=shown, roles=forms.ROLES, topics=labels.TOPICS, may_add=may_add
    )


@bp.route("/people/new", methods=["GET", "POST"])
@may("create", "presenter")
@sent_once
def new_presenter() -> ResponseReturnValue:
    form = forms.PresenterForm()
    if form.accepted():
        try:
            presenter_id = create_presenter(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("The presenter is added and invited by mail."))
            return redirect(url_for(".hours", presenter_id=presenter_id))
    return render_template("people/new_presenter.html", form=form), 422 if form.errors else 200


@bp.route("/people/<int:presenter_id>/skills", methods=["GET", "POST"])
@may("update", "presenter")
def skills(presenter_id: int) -> ResponseReturnValue:
    row = page_for("update", presenter_id).row
    form = forms.ChangedSkillsForm(
        home=row.home_id,
        topics=list(row.topics),
        languages=list(row.languages),
        phone=row.phone,
        reach_km=row.reach_km,
        has_car=row.has_car,
        nights=str(wish_of(presenter_id)),
    )
    if rules.is_minor(row.adult_on, _today()):
        del form.nights  # she is at home each night
    if form.accepted():
        try:
            change_skills(current_actor(), presenter_id, form.skills(), now=clock.now())
            if form.nights is not None:
                say_nights(current_actor(), presenter_id, int(form.nights.data), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Saved."))
            return redirect(url_for(".presenter", presenter_id=presenter_id))
    return render_template("people/skills.html", form=form, row=row), 422 if form.errors else 200


@bp.route("/people/<int:presenter_id>/hours", methods=["GET", "POST"])
@may("update", "presenter")
def hours(presenter_id: int) -> ResponseReturnValue:
    page = page_for("update", presenter_id)
    form = forms.HoursForm()
    if not form.is_submitted():
        form.fill(page.hours)
    elif form.accepted():
        try:
            set_hours(current_actor(), presenter_id, form.hours(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Saved."))
            return redirect(url_for(".presenter", presenter_id=presenter_id))
    shown = render_template("people/hours.html", form=form, row=page.row, spans=rules.HALVES)
    return shown, 422 if form.errors else 200


@bp.get("/people/users")
@may("read", "user")
def users() -> ResponseReturnValue:
    everybody = queries.staff_of(own_centre_id())
    if tables.file_asked():
        return tables.list_file(_("Staff"), "staff", lists.STAFF_FILE, everybody)
    page = page_of(everybody, page_number(request.args.get("page")))
    return render_template("people/users.html", page=page, roles=forms.ROLES)


@bp.route("/people/users/new", methods=["GET", "POST"])
@may("create", "user")
@password_again
@sent_once
def invite_user() -> ResponseReturnValue:
    form = forms.InviteForm()
    if form.accepted():
        try:
            invitations.invite_user(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("The invitation is on its way."))
            return redirect(url_for(".users"))
    return render_template("people/invite_user.html", form=form), 422 if form.errors else 200


@bp.post("/people/users/<int:user_id>/suspend")
@may("suspend", "presenter")
def suspend_user(user_id: int) -> ResponseReturnValue:
    clearance.suspend_user(current_actor(), user_id, now=clock.now())
    back = policy.scope_of(current_actor(), "restore", "presenter") and url_for(".restore_user", user_id=user_id)
    say(_("Suspended: the account no longer opens anything."), undo=back or "")
    return redirect(_list_of_people())


def _list_of_people() -> str:
    """Back to the list that was pressed on."""
    return url_for(".users" if request.form.get("from") == "users" else ".presenters")


@bp.post("/people/users/<int:user_id>/restore")
@may("restore", "presenter")
@password_again
def restore_user(user_id: int) -> ResponseReturnValue:
    invitations.restore_user(current_actor(), user_id, now=clock.now())
    say(_("Restored: the account can be used again."))
    return redirect(_list_of_people())
