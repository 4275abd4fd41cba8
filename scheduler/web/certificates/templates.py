"""How a centre's certificates look and what they say; each page shows a paper before anything is stored."""

from base64 import b64encode
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
from scheduler.paper.pictures import first_page
from scheduler.programmes import queries as programmes
from scheduler.web.certificates.blueprint import bp
from scheduler.web.certificates.forms import CertificatePressForm
from scheduler.web.certificates.template_forms import PLACES, PaperPictureForm, TemplateForm, WordingForm
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.history import history
from scheduler.web.i18n import _, page_language
from scheduler.web.photo_form import takes_photographs
from scheduler.web.reasons import worded

takes_photographs(bp, "certificates.template_picture")
OF_KIND = f"<any({', '.join(CertificateKind)}):kind>"
OF_PLACE = f"<any({', '.join(PicturePlace)}):place>"
PREVIEW_DOTS = 110  # pixels an inch of the paper beside a form
PRIVATE = {"Cache-Control": "private, no-store"}
Given = tuple[PicturePlace, PaperPicture]


@bp.route("/settings/certificates", methods=["GET", "POST"], defaults={"programme_id": 0})
@bp.route("/settings/certificates/<int:programme_id>", methods=["GET", "POST"])
@may("update", "certificate_template")
def template(programme_id: int) -> ResponseReturnValue:
    """The template of the centre, or of one of its programmes: how papers look, and who signs."""
    stored, seen = _stored(programme_id), ""
    form = TemplateForm.of(stored)
    if form.accepted():
        draft = form.draft()
        typed = replace(stored, draft=draft, pictures=pictures_after(stored, draft))
        if problems := problems_with_template(draft):
            form.show(problems)
        elif _wants("look"):
            return _paper(typed, _kind_asked())
        elif _wants("picture"):
            seen = _beside(typed, _kind_asked())
        else:
            scope = replace(_scope(programme_id), version=form.seen())
            try:
                service.change_template(current_actor(), scope, draft, now=clock.now())
            except Conflict as conflict:
                form.form_errors.append(worded(conflict.reason))
            else:
                return _saved(programme_id)
    example = "04-{}/{}".format(*(placeholder(name, page_language()) for name in ("number", "year")))
    return _page(
        "template",
        form,
        seen,
        example=example,
        kind=_kind_asked(),
        press=CertificatePressForm(formdata=None),
        **_shown(programme_id, stored),
    )


@bp.route(f"/settings/certificates/<int:programme_id>/words/{OF_KIND}", methods=["GET", "POST"])
@may("update", "certificate_template")
def template_words(programme_id: int, kind: str) -> ResponseReturnValue:
    """What papers of one kind say."""
    stored, of_kind, seen = _stored(programme_id), CertificateKind(kind), ""
    form = WordingForm.of(stored.wordings.get(of_kind, {}), stored.version)
    if form.accepted():
        draft = form.draft()
        typed = replace(stored, wordings={**stored.wordings, of_kind: draft})
        if problems := problems_with_wording(draft):
            form.show(problems)
        elif _wants("look"):
            return _paper(typed, of_kind)
        elif _wants("picture"):
            seen = _beside(typed, of_kind)
        else:
            scope = replace(_scope(programme_id), version=form.seen())
            try:
                service.change_wording(current_actor(), scope, of_kind, draft, now=clock.now())
            except Conflict as conflict:
                form.form_errors.append(worded(conflict.reason))
            else:
                return _saved(programme_id)
    return _page(
        "template_words",
        form,
        seen,
        kind=of_kind,
        kind_word=KINDS[of_kind].listed(_),
        placeholders=", ".join(placeholders_in(page_language())),
        usual={language.lower(): usual_words(of_kind, language) for language in LANGUAGES},
        **_shown(programme_id, stored),
    )


@bp.route(f"/settings/certificates/<int:programme_id>/picture/{OF_PLACE}", methods=["GET", "POST"])
@may("update", "certificate_template")
def template_picture(programme_id: int, place: str) -> ResponseReturnValue:
    """A logo or a signature; nothing else is typed on this page, so a file that is refused takes nothing with it."""
    stored, form, at, seen = _stored(programme_id), PaperPictureForm(), PicturePlace(place), ""
    if form.accepted():
        content = form.content()
        try:
            if _wants("look"):
                return _paper(stored, given=(at, service.read_picture(at, content)))
            if not _wants("picture"):
                service.give_picture(current_actor(), _scope(programme_id), at, content, now=clock.now())
                return _saved(programme_id)
            seen = _beside(stored, given=(at, service.read_picture(at, content)))
        except Rejected as rejected:
            form.show(rejected.problems)
    return _page(
        "template_picture",
        form,
        seen,
        kind=CertificateKind.TEACHER,
        place=at,
        place_word=PLACES[at],
        has_one=at in stored.pictures,
        **_shown(programme_id, stored),
    )


@bp.get(f"/settings/certificates/<int:programme_id>/picture/{OF_PLACE}/stored")
@may("update", "certificate_template")
def stored_picture(programme_id: int, place: str) -> ResponseReturnValue:
    """What is printed there now."""
    picture_id = _stored(programme_id).pictures.get(PicturePlace(place))
    if picture_id is None:
        raise NotFound("picture")
    content = templates.pictures_of([picture_id])[picture_id].content
    return Response(content, mimetype="image/png" if content[1:4] == b"PNG" else "image/jpeg", headers=PRIVATE)


@bp.post(f"/settings/certificates/<int:programme_id>/picture/{OF_PLACE}/remove")
@may("update", "certificate_template")
def remove_template_picture(programme_id: int, place: str) -> ResponseReturnValue:
    service.take_picture_away(current_actor(), _scope(programme_id), PicturePlace(place), now=clock.now())
    return _saved(programme_id)


@bp.post("/settings/certificates/<int:programme_id>/follow")
@may("update", "certificate_template")
def follow_centre(programme_id: int) -> ResponseReturnValue:
    """The programme's papers look as the centre's again."""
    if CertificatePressForm().accepted():
        service.follow_centre(current_actor(), programme_id, now=clock.now())
        return _saved(programme_id)
    return redirect(url_for(".template", programme_id=programme_id))


@bp.get("/settings/certificates/<int:programme_id>/preview.<any(pdf, png):kept_as>")
@may("update", "certificate_template")
def template_preview(programme_id: int, kept_as: str) -> ResponseReturnValue:
    """A paper of nobody, as it is issued from now on."""
    stored = _stored(programme_id)
    if kept_as == "pdf":
        return _paper(stored, _kind_asked())
    return Response(first_page(_drawn(stored, _kind_asked()), PREVIEW_DOTS), mimetype="image/png", headers=PRIVATE)


def _scope(programme_id: int) -> TemplateScope:
    return TemplateScope(programme_id or None)


def _stored(programme_id: int) -> StoredTemplate:
    return service.template_to_change(current_actor(), _scope(programme_id), now=clock.now())


def _wants(act: str) -> bool:
    """Whether a form was sent to see the paper only: as a PDF (look), or as a picture beside the form."""
    return request.form.get("act") == act


def _kind_asked() -> CertificateKind:
    asked = request.values.get("paper_kind", "")
    return CertificateKind(asked) if asked in {*CertificateKind} else CertificateKind.TEACHER


def _language_asked() -> str:
    language = request.values.get("paper_language", "")
    return language if language in languages() else page_language()


def _saved(programme_id: int) -> ResponseReturnValue:
    say(_("Saved. New papers look so; those already issued stay as they are."))
    return redirect(url_for(".template", programme_id=programme_id))


def _page(name: str, form: BaseForm, seen: str, **shown: Any) -> ResponseReturnValue:
    """A page with the paper beside its form: `seen`, of what is typed, or as it is stored.

    What is wrong is said there too, and with 200: the page may be asked for the paper alone, while somebody types.
    """
    wrong = [*form.form_errors, *(problem for problems in form.errors.values() for problem in problems)]
    page = render_template(
        f"certificates/{name}.html", form=form, seen=seen, wrong=wrong[:1], lang=_language_asked(), **shown
    )
    return page, 422 if form.problems_shown() and not _wants("picture") else 200


def _drawn(shown: StoredTemplate, kind: CertificateKind | None = None, given: Given | None = None) -> bytes:
    """The page of a paper, in the language asked for, or the reader's."""
    of_kind = kind or CertificateKind.TEACHER
    return service.preview(current_actor(), shown, of_kind, _language_asked(), given=given, now=clock.now())


def _paper(
    shown: StoredTemplate, kind: CertificateKind | None = None, *, given: Given | None = None
) -> ResponseReturnValue:
    headers = {"Content-Disposition": 'inline; filename="preview.pdf"', **PRIVATE}
    return Response(_drawn(shown, kind, given), mimetype="application/pdf", headers=headers)


def _beside(shown: StoredTemplate, kind: CertificateKind | None = None, *, given: Given | None = None) -> str:
    """The paper as a picture that lies in the page itself, for what is typed is stored nowhere."""
    return "data:image/png;base64," + b64encode(first_page(_drawn(shown, kind, given), PREVIEW_DOTS)).decode()


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
