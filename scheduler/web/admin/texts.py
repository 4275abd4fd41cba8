"""What the centre's mails and short messages say: a list of their kinds, and a page on which each is worded."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound
from scheduler.core.language import html_lang, names_of
from scheduler.core.text import fold
from scheduler.messages import kinds, mail, queries
from scheduler.messages.rules import LINK_MARK, braced_word
from scheduler.messages.service import change_text, problems_with, text_languages
from scheduler.messages.terms import Channel, FixedText, MailReader, MailText, Placeholder, TextKind, TextVersion
from scheduler.messages.wording import READER_OF, TEXT_KINDS
from scheduler.privacy.queries.changes import changes_of
from scheduler.readiness.queries.told_notes import told_values
from scheduler.requests.terms.school_request import RequestState
from scheduler.requests.wording import STATE_OF, mail_words
from scheduler.visits.queries.pages import newest_visit
from scheduler.web.admin.blueprint import bp
from scheduler.web.admin.text_forms import LOOKS, TextForm, worded_problem
from scheduler.web.filters import Face, say
from scheduler.web.forms import BaseForm, number_of
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.history import ACTIONS
from scheduler.web.i18n import _, _l, page_language, spelled_here
from scheduler.web.reasons import worded

OF_TEXT = f"/settings/texts/<any({', '.join(Channel)}):channel>/<kind>/<language>"
READERS = {
    MailReader.SCHOOL: _l("Schools"),
    MailReader.PRESENTER: _l("Presenters"),
    MailReader.STAFF: _l("Staff"),
}
SHORT_MESSAGES = _l("Short messages")
WHY_KEPT = {
    FixedText.CHILDREN: _l("Consent, guardians, rides and concerns: these words protect children."),
    FixedText.ACCOUNTS: _l("Signing in: these words protect accounts."),
    FixedText.STRANGERS: _l("The first mail of a request: anybody may have typed its address."),
    FixedText.INSTALLATION: _l("The installation itself: whoever operates it acts on these words."),
}
OWN = Face("good", "pencil", _l("Your text"))
CHANGED = Face("wait", "info", _l("Raspored's text has changed"))
WRONG = Face("stop", "alert", _l("Not sent: correct your text"))


@dataclass(frozen=True)
class TextRow:
    """A kind in the list: its subject with the names of an example, and how it stands in each language."""

    kind: TextKind
    title: str
    stands: Mapping[str, Face | None]  # None: Raspored's text

    def is_own(self) -> bool:
        return any(self.stands.values())

    def is_changed(self) -> bool:
        return any(face in (CHANGED, WRONG) for face in self.stands.values())


@bp.get("/settings/texts")
@may("update", "message_text")
def texts() -> ResponseReturnValue:
    typed, show = request.args.get("q", "").strip()[:200], request.args.get("show", "")
    own = queries.texts_in_force(own_centre_id())
    rows = [_row(kind, own) for kind in TEXT_KINDS if _holds(kind, typed, own)]
    counts = {"own": sum(row.is_own() for row in rows), "changed": sum(row.is_changed() for row in rows)}
    if show in counts:
        rows = [row for row in rows if (row.is_own() if show == "own" else row.is_changed())]
    groups = [(word, [row for row in rows if _group(row.kind) is word]) for word in (*READERS.values(), SHORT_MESSAGES)]
    return render_template(
        "admin/texts.html",
        groups=[(word, found) for word, found in groups if found],
        languages=_languages(),
        columns=[{"label": _("About")}, *({"label": name} for name in _languages().values())],
        typed=typed,
        show=show,
        counts=counts,
        kept=list(WHY_KEPT.values()),
    )


def _group(kind: TextKind) -> object:
    return READERS[READER_OF[kind.kind]] if kind.channel is Channel.MAIL else SHORT_MESSAGES


def _row(kind: TextKind, own: Mapping[tuple[TextKind, str], TextVersion]) -> TextRow:
    stands = {language: _stands(kind, language, own.get((kind, language))) for language in text_languages()}
    return TextRow(kind, _title(kind), stands)


def _stands(kind: TextKind, language: str, own: TextVersion | None) -> Face | None:
    if own is None:
        return None
    if problems_with(kind, own.text, language):
        return WRONG
    return CHANGED if own.product != kinds.product_text(kind, language) else OWN


def _holds(kind: TextKind, typed: str, own: Mapping[tuple[TextKind, str], TextVersion]) -> bool:
    """Whether what is searched for stands in one of its texts."""
    said = [kinds.product_text(kind, language) for language in text_languages()]
    said += [version.text for (of_kind, _language), version in own.items() if of_kind == kind]
    return fold(typed) in fold(" ".join([_title(kind), *(f"{one.subject} {one.body}" for one in said)]))


def _title(kind: TextKind) -> str:
    return mail.title(kind, page_language(), _example(kind, page_language()))


def _languages() -> dict[str, str]:
    """Those in which a text is kept, as the page calls them."""
    return {one: names_of(one)[1] for one in text_languages()}


@bp.route(OF_TEXT, methods=["GET", "POST"])
@may("update", "message_text")
def text(channel: str, kind: str, language: str) -> ResponseReturnValue:
    of_kind = _kind_of(channel, kind, language)
    versions = queries.versions_of(own_centre_id(), of_kind, language)
    form = TextForm.of(
        of_kind, versions, kinds.product_text(of_kind, language), number_of(request.args.get("version")) or 0
    )
    previewed = request.form.get("act") == "look"
    if form.accepted():
        problems = problems_with(of_kind, form.text(), language)
        for problem in problems:
            field = form[problem.part]
            field.errors = [*field.errors, worded_problem(problem)]
        if not problems and not previewed:
            try:
                change_text(current_actor(), of_kind, language, form.text(), seen=form.seen(), now=clock.now())
            except Conflict as conflict:
                form.form_errors.append(worded(conflict.reason))
            else:
                say(_("Saved. Mails say it from now on; those already written stay as they are."))
                return redirect(url_for(".text", channel=channel, kind=kind, language=language))
    page = render_template("admin/text.html", form=form, **_beside(of_kind, language, form, versions))
    return page, 422 if form.problems_shown() and not previewed else 200


@bp.post(f"{OF_TEXT}/back")
@may("update", "message_text")
def text_back(channel: str, kind: str, language: str) -> ResponseReturnValue:
    """Back to the product's text; what the centre said stays in the history."""
    of_kind = _kind_of(channel, kind, language)
    if BaseForm().accepted():
        versions = queries.versions_of(own_centre_id(), of_kind, language)
        seen = versions[0].version if versions else 0
        change_text(current_actor(), of_kind, language, None, seen=seen, now=clock.now())
        say(_("Raspored's text is sent again. Yours stays in the history."))
    return redirect(url_for(".text", channel=channel, kind=kind, language=language))


def _kind_of(channel: str, kind: str, language: str) -> TextKind:
    found = TextKind(Channel(channel), kind)
    if found not in TEXT_KINDS or language not in text_languages():
        raise NotFound("message text")
    return found


def _beside(kind: TextKind, language: str, form: TextForm, versions: list[TextVersion]) -> dict[str, object]:
    """What the page shows beside the form."""
    product = kinds.product_text(kind, language)
    own = versions[0] if versions and versions[0].text.body else None
    reader = _reader_of(language)
    values = _values(kind, reader)
    typed = form.text()
    sound = not form.errors and not problems_with(kind, typed, language)
    return {
        "kind": kind,
        "language": language,
        "languages": _languages(),
        "title": _title(kind),
        "readers": _group(kind),
        "product": product,
        "own": own,
        "stands": _stands(kind, language, own),
        "wrong": [worded_problem(one) for one in problems_with(kind, own.text, language)] if own else [],
        "placeholders": _placeholders(kind, language, values),
        "looks": LOOKS,
        "look": _look(),
        "sound": sound,
        "preview_lang": html_lang(reader),
        "preview": _preview(kind, reader, values, typed if sound else product),
        "history": _history(versions),
    }


def _reader_of(language: str) -> str:
    """The letters of a preview: those of the page, where the text is kept for them too."""
    return page_language() if queries.text_language(page_language()) == language else language


def _look() -> str:
    asked = request.values.get("look", "")
    return asked if asked in LOOKS else "sample"


def _example(kind: TextKind, language: str, *, longest: bool = False) -> dict[str, object]:
    words = mail_words(STATE_OF.get(kind.kind, RequestState.NEW), language)
    page = {"page": f"{settings().base_url}/offers"}
    return kinds.sample_values(kind, language, longest=longest) | words | page


def _values(kind: TextKind, language: str) -> dict[str, object]:
    """What the preview says: examples, the longest names, or the visit planned last; people are never real ones."""
    values = _example(kind, language, longest=_look() == "longest")
    visit = newest_visit(current_actor()) if _look() == "real" else None
    if visit is not None:
        values |= told_values(visit, language, clock.now()) | {"who": values["who"], "until": values["until"]}
        values["time"] = visit.presentations[0].starts_local if visit.presentations else values["time"]
    return values


def _placeholders(kind: TextKind, language: str, values: Mapping[str, object]) -> list[tuple[str, str, Placeholder]]:
    """Each as it is typed, what stands for it, and what it is."""
    examples = mail.examples(kind, _reader_of(language), values)
    return [(braced_word(one, language), examples[key], one) for key, one in kinds.anatomy(kind).placeholders.items()]


def _preview(kind: TextKind, reader: str, values: Mapping[str, object], said: MailText) -> tuple[str, list[str]]:
    """Subject and paragraphs as they leave, with all that stands around the text."""
    if kind.channel is Channel.SMS:
        return "", [mail.short_text(kind.kind, reader, values, said)]
    for_school = READER_OF[kind.kind] is MailReader.SCHOOL
    body = mail.render(kind.kind, reader, values, for_school=for_school, own=said)
    lines = body.text.replace(LINK_MARK, _("[link]")).split("\n")
    return body.subject, [line for line in lines if line.strip("-")]


def _history(versions: list[TextVersion]) -> list[tuple[TextVersion, str]]:
    """The versions with who saved each, the newest first."""
    ids = [one.id for one in versions]
    actions = [action for action in ACTIONS if action.startswith("text of mails")]
    lines = changes_of({"message_text": ids}, actions, limit=len(ids)) if ids else []
    who = {line.at: spelled_here(line.who) for line in lines}
    return [(one, who.get(one.at, "") or _("the product itself")) for one in versions]
