"""The page that a class opens by its code: buttons alone, no cookie, no script needed, nothing kept but sums.

The form proves that it comes from its page by a token made anew from the code in the address, where other pages keep
one in the session; so every check of forms holds here too, and no view is exempt.
"""

from typing import Any

from flask import g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.questions.queries.sittings import set_of, sitting_behind
from scheduler.questions.rules import sets as rules
from scheduler.questions.service.answers import answer
from scheduler.questions.terms import AskedSitting, RoundMoment
from scheduler.questions.wording import moment_words
from scheduler.web.forms import number_of
from scheduler.web.guards import public
from scheduler.web.i18n import page_language
from scheduler.web.limits import SEARCHES, limiter
from scheduler.web.questions.blueprint import bp
from scheduler.web.questions.forms import class_form

CSRF_OF_SESSION = "csrf_token"  # where Flask-WTF looks; here it lasts as long as this request


def answer_without_cookie() -> None:
    """Before forms are checked: the page of a class reads no cookie's token and leaves no cookie behind."""
    if request.endpoint == f"{bp.name}.answer_questions":
        g.cookieless = True
        code = str((request.view_args or {}).get("secret", ""))
        session[CSRF_OF_SESSION] = rules.token_of(code, settings().secret_key)


def _behind(number: str, ordinal: str, secret: str) -> tuple[AskedSitting, RoundMoment]:
    place = number_of(ordinal)
    if place is None:
        raise NotFound("questions")
    return sitting_behind(number, place, secret)


@bp.route("/q/<number>/<ordinal>/<secret>", methods=["GET", "POST"])
@public
@limiter.limit(SEARCHES)  # a whole school stands behind one address
def answer_questions(number: str, ordinal: str, secret: str) -> ResponseReturnValue:
    """A listener answers with buttons; what she chose is added to sums, and forgotten."""
    sitting, moment = _behind(number, ordinal, secret)
    now, asked = clock.now(), set_of(sitting)
    form = class_form(asked.questions)
    way: dict[str, Any] = {"number": number, "ordinal": ordinal, "secret": secret, "lang": page_language()}
    if form.accepted():
        try:
            if form.is_new():
                answer(sitting, moment, form.chosen(), now=now)
        except Rejected as rejected:
            form.refuse(next(iter(rejected.problems.values())))
        except Conflict as conflict:
            form.refuse(conflict.reason)
        else:
            return redirect(url_for(".answer_questions", **way, thanks=1))
    opens, closes = rules.hours_of(moment, sitting.starts_at, sitting.ends_at)
    shown = render_template(
        "questions/answer.html",
        sitting=sitting,
        moment=moment_words(page_language())[moment],
        form=form,
        fields=[form[f"q{one.id}"] for one in asked.questions],
        address=url_for(".answer_questions", **way),
        thanks=request.args.get("thanks") == "1" and request.method == "GET",
        is_open=opens <= now <= closes,
        opens=opens if now < opens else None,
    )
    return shown, 422 if form.problems_shown() else 200
