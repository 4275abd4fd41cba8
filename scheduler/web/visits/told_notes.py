"""The words about a visit to copy for Viber or to read on the phone, and the note of who was told."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import NotFound, Rejected
from scheduler.core.language import html_lang, languages, names_of
from scheduler.readiness.queries.told_notes import tellable, texts_for
from scheduler.readiness.service import told_notes
from scheduler.readiness.service.told_notes import text_to_tell
from scheduler.readiness.terms import ToldWhat
from scheduler.visits.queries.pages import visit_page
from scheduler.visits.terms.rows import VisitPage
from scheduler.web import labels
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, page_language
from scheduler.web.once import sent_once
from scheduler.web.visits.blueprint import bp
from scheduler.web.visits.forms import ToldForm


@bp.get("/visits/<number>/text")
@may("update", "visit")
def text(number: str) -> ResponseReturnValue:
    """What there is to tell, in the script of whoever is told."""
    page = visit_page(current_actor(), number)
    what = _what(page, request.args.get("of", ""))
    return _text(page, what, ToldForm.of(what, tellable(page.visit), formdata=None) if what else None, 200)


@bp.post("/visits/<number>/text")
@may("update", "visit")
@sent_once
def note_told(number: str) -> ResponseReturnValue:
    """Somebody was told."""
    page = visit_page(current_actor(), number)
    what = _what(page, request.args.get("of", ""))
    if what is None:
        raise NotFound("text")
    form = ToldForm.of(what, tellable(page.visit))
    if form.accepted():
        try:
            told_notes.note_told(current_actor(), page, form.draft(what), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Noted who was told."))
            return redirect(url_for(".visit", number=number))
    return _text(page, what, form, 422)


def _what(page: VisitPage, asked: str) -> ToldWhat | None:
    """What the address asks for, if there is such a thing to tell; else the first there is."""
    there = texts_for(page)
    return next((what for what in there if what.value == asked), there[0] if there else None)


def _text(page: VisitPage, what: ToldWhat | None, form: ToldForm | None, status: int) -> ResponseReturnValue:
    asked = request.args.get("script", "")
    language = asked if asked in languages() else page_language()
    number = page.visit.number
    shown = render_template(
        "visits/text.html",
        visit=page.visit,
        what=what,
        language=language,
        form=form,
        text=text_to_tell(page, what, language, now=clock.now()) if what else "",
        kinds=[
            {
                "label": labels.TOLD_WHAT[one.value],
                "on": one is what,
                "href": url_for(".text", number=number, of=one.value, script=language),
            }
            for one in texts_for(page)
        ],
        scripts=[
            {
                "label": name,
                "lang": html_lang(one),
                "on": one == language,
                "href": url_for(".text", number=number, of=what.value if what else "", script=one),
            }
            for one, name in ((one, names_of(one)[1]) for one in languages())
        ],
    )
    return shown, status
