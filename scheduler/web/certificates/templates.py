"""How a centre's certificates look and what they say; each page shows a paper before anything is stored."""

from dataclasses import replace
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.certificates.kinds.every import KINDS, usual_words
from scheduler.certificates.queries import templates
from scheduler.certificates.rules import (
    pictures_after,
    placeholder,
    placeholders_in,
    problems_with_template,
    problems_with_wording,
)
from scheduler.certificates.service import templates as service
from scheduler.certificates.service.templates import TemplateScope
from scheduler.certificates.terms import SIGNING, CertificateKind, PaperPicture, PicturePlace, StoredTemplate
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.language import LANGUAGES, languages, names_of
from scheduler.programmes import queries as programmes
from scheduler.web.certificates.blueprint import bp
from scheduler.web.certificates.template_forms import PLACES, PaperPictureForm, TemplateForm, WordingForm
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.history import history
from scheduler.web.i18n import _, page_language
from scheduler.web.photo_form import takes_photographs
from scheduler.web.reasons import worded

takes_photographs(bp, "certificates.template_picture")
OF_KIND = f"<any({', '.join(CertificateKind)}):kind>"
OF_PLACE = f"<any({', '.join(PicturePlace)}):place>"


@bp.route("/settings/certificates", methods=["GET", "POST"], defaults={"programme_id": 0})
@bp.route("/settings/certificates/<int:programme_id>", methods=["GET", "POST"])
@may("update", "certificate_template")
def template(programme_id: int) -> ResponseReturnValue:
    """The template of the centre, or of one of its programmes: how papers look, and who signs."""
    stored = _stored(programme_id)
    form = TemplateForm.of(stored)
    if form.accepted():
        draft = form.draft()
        if problems := problems_with_template(draft):
            form.show(problems)
        elif _only_looks():
            return _paper(replace(stored, draft=draft, pictures=pictures_after(stored, draft)))
        else:
            scope = replace(_scope(programme_id), version=form.seen())
            try:
                service.change_template(current_actor(), scope, draft, now=clock.now())
            except Conflict as conflict:
                form.form_errors.append(worded(conflict.reason))
            else:
                return _saved(programme_id)
    example = "04-{}/{}".format(*(placeholder(name, page_language()) for name in ("number", "year")))
    page = render_template("certificates/template.html", form=form, example=example, **_shown(programme_id, stored))
    return page, 422 if form.problems_shown() else 200


@bp.route(f"/settings/certificates/<int:programme_id>/words/{OF_KIND}", methods=["GET", "POST"])
@may("update", "certificate_template")
def template_words(programme_id: int, kind: str) -> ResponseReturnValue:
    """What papers of one kind say."""
    stored, of_kind = _stored(programme_id), CertificateKind(kind)
    form = WordingForm.of(stored.wordings.get(of_kind, {}), stored.version)
    if form.accepted():
        draft = form.draft()
        if problems := problems_with_wording(draft):
            form.show(problems)
        elif _only_looks():
            return _paper(replace(stored, wordings={**stored.wordings, of_kind: draft}), of_kind)
        else:
            scope = replace(_scope(programme_id), version=form.seen())
            try:
                service.change_wording(current_actor(), scope, of_kind, draft, now=clock.now())
            except Conflict as conflict:
                form.form_errors.append(worded(conflict.reason))
            else:
                return _saved(programme_id)
    page = render_template(
        "certificates/template_words.html",
        form=form,
        kind_word=KINDS[of_kind].listed(_),
        placeholders=", ".join(placeholders_in(page_language())),
        usual={language.lower(): usual_words(of_kind, language) for language in LANGUAGES},
        **_shown(programme_id, stored),
    )
    return page, 422 if form.problems_shown() else 200


@bp.route(f"/settings/certificates/<int:programme_id>/picture/{OF_PLACE}", methods=["GET", "POST"])
@may("update", "certificate_template")
def template_picture(programme_id: int, place: str) -> ResponseReturnValue:
    """A logo or a signature; nothing else is typed on this page, so a file that is refused takes nothing with it."""
    stored, form, at = _stored(programme_id), PaperPictureForm(), PicturePlace(place)
    if form.accepted():
        content = form.content()
        try:
            if _only_looks():
                return _paper(stored, given=(at, service.read_picture(at, content)))
            service.give_picture(current_actor(), _scope(programme_id), at, content, now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return _saved(programme_id)
    page = render_template(
        "certificates/template_picture.html",
        form=form,
        place=at,
        place_word=PLACES[at],
        has_one=at in stored.pictures,
        **_shown(programme_id, stored),
    )
    return page, 422 if form.problems_shown() else 200


@bp.post(f"/settings/certificates/<int:programme_id>/picture/{OF_PLACE}/remove")
@may("update", "certificate_template")
def remove_template_picture(programme_id: int, place: str) -> ResponseReturnValue:
    service.take_picture_away(current_actor(), _scope(programme_id), PicturePlace(place), now=clock.now())
    return _saved(programme_id)


@bp.get("/settings/certificates/<int:programme_id>/preview.pdf")
@may("update", "certificate_template")
def template_preview(programme_id: int) -> ResponseReturnValue:
    """A paper of nobody, as it is issued from now on."""
    asked = request.args.get("kind", "")
    return _paper(_stored(programme_id), CertificateKind(asked) if asked in {*CertificateKind} else None)


def _scope(programme_id: int) -> TemplateScope:
    return TemplateScope(programme_id or None)


def _stored(programme_id: int) -> StoredTemplate:
    return service.template_to_change(current_actor(), _scope(programme_id), now=clock.now())


def _only_looks() -> bool:
    return request.form.get("act") == "look"


def _saved(programme_id: int) -> ResponseReturnValue:
    say(_("Saved. New papers look so; those already issued stay as they are."))
    return redirect(url_for(".template", programme_id=programme_id))


def _paper(
    shown: StoredTemplate,
    kind: CertificateKind | None = None,
    *,
    given: tuple[PicturePlace, PaperPicture] | None = None,
) -> ResponseReturnValue:
    """The page of a paper, in the language asked for, or the reader's."""
    language = request.values.get("paper_language", "")
    lang = language if language in languages() else page_language()
    of_kind = kind or CertificateKind.TEACHER
    paper = service.preview(current_actor(), shown, of_kind, lang, given=given, now=clock.now())
    headers = {"Content-Disposition": 'inline; filename="preview.pdf"', "Cache-Control": "private, no-store"}
    return Response(paper, mimetype="application/pdf", headers=headers)


def _shown(programme_id: int, stored: StoredTemplate) -> dict[str, Any]:
    """What every page of a template shows."""
    centre_id, language = own_centre_id(), page_language()
    rows = programmes.programmes_of(centre_id)
    own = templates.with_own_template(centre_id)
    name = next((row.name(language) for row in rows if row.id == programme_id), "")
    if programme_id and not name:
        raise NotFound("programme")
    named = [place for place, who in zip(SIGNING, stored.draft.signatories, strict=False) if who.name]
    return {
        "programme_id": programme_id,
        "whose": name,
        "stored": stored,
        "languages": [(one, names_of(one)[1]) for one in LANGUAGES],
        "kinds": [(kind.value, one.listed(_)) for kind, one in KINDS.items()],
        "pictures": [(place, PLACES[place], place in stored.pictures) for place in (PicturePlace.LOGO, *named)],
        "programmes": [(row.id, row.name(language), row.id in own) for row in rows] if not programme_id else [],
        "changes": history({"certificate_template": templates.versions_of(centre_id, programme_id or None)}),
    }
