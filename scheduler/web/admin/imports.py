"""Files, uploaded: first what would change, then all of it or nothing, by the importers of the commands."""

from contextlib import closing
from io import BytesIO

from flask import redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from scheduler import policy
from scheduler.core import clock
from scheduler.core.csv_text import csv_for_people
from scheduler.core.errors import Conflict, NotFound, Reason, Rejected, TooMany
from scheduler.core.text import BadText, clean
from scheduler.imports.batches import HangsOnIt
from scheduler.imports.sheets import OPEN_DOCUMENT
from scheduler.jobs import file_work, long_work
from scheduler.web.admin.blueprint import bp
from scheduler.web.admin.file_columns import columns_of
from scheduler.web.admin.forms import RegisterForm
from scheduler.web.admin.words import FILE_HINTS, FILE_KINDS, KINDS, import_faces
from scheduler.web.filters import say
from scheduler.web.form_reasons import FormReason
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, page_language
from scheduler.web.limits import note_wait
from scheduler.web.password_again import asked_first
from scheduler.work import service
from scheduler.work.terms import STORES, WorkKind, WorkReason

MOST_FILE_BYTES, SPARE = 5_000_000, 200_000  # larger files go by the command; a browser puts something around a file
MOST_OF_NAME = 120  # the end of a file's name says more than its beginning
NAMES = (".csv", ".txt", ".xlsx")
OLD_SPREADSHEET = b"\xd0\xcf\x11\xe0"


@bp.url_value_preprocessor
def take_a_list(endpoint: str | None, _values: object) -> None:
    """Only the page of imports takes more than the megabyte that every other page takes."""
    if endpoint == "admin.imports":
        request.max_content_length = MOST_FILE_BYTES + SPARE


@bp.route("/imports", methods=["GET", "POST"])
@may("import", "host")
def imports() -> ResponseReturnValue:
    kinds = file_work.kinds_for(current_actor())
    kind = next((one for one in kinds if one.value == f"check_{request.args.get('of', 'hosts')}"), kinds[0])
    form, problem = RegisterForm(), None
    if form.accepted():
        content, problem = _uploaded(form.file.data)
        try:
            if not problem:
                return _started(kind, content, _name(form.file.data.filename))
        except BadText as bad:
            problem = bad.reason
        except TooMany as error:
            note_wait(error)
            problem = WorkReason.TOO_MANY_FILES
        form.show({"file": problem})
    status = 429 if problem is WorkReason.TOO_MANY_FILES else 422 if form.errors else 200
    shown = [*kinds, *(STORES[one] for one in kinds)]
    rows = service.latest(current_actor(), shown, now=clock.now())
    page = render_template(
        "admin/imports.html",
        form=form,
        rows=rows,
        faces=import_faces(rows, file_work.taken_back(rows)),
        kind=kind,
        file_kinds=[(one.value.removeprefix("check_"), FILE_KINDS[one], one is kind) for one in kinds],
        hint=FILE_HINTS[kind],
        of=kind.value.removeprefix("check_"),
        columns=columns_of(kind, page_language()),
        kinds=KINDS,
        may_export=_may_export(),
    )
    return page, status


def _may_export() -> bool:
    """Everything at once: never for who is limited to districts."""
    return policy.reaches_centre(current_actor(), "export", "everything")


@bp.get(f"/imports/template/<any({', '.join(one.removeprefix('check_') for one in FILE_KINDS)}):of>.csv")
@may("import", "host")
def import_template(of: str) -> ResponseReturnValue:
    """A file to begin with: the headings alone, so that no example is ever stored."""
    kind = next((one for one in file_work.kinds_for(current_actor()) if one.value == f"check_{of}"), None)
    if kind is None:
        raise NotFound("file")
    headings = [one.heading for one in columns_of(kind, page_language())]
    return send_file(
        BytesIO(csv_for_people(headings, ())), mimetype="text/csv", as_attachment=True, download_name=f"{of}.csv"
    )


def _started(kind: WorkKind, content: bytes, name: str) -> ResponseReturnValue:
    work_id = long_work.start(current_actor(), kind, now=clock.now(), content=content, file_name=name)
    return redirect(url_for(".show_work", work_id=work_id))


def _uploaded(given: object) -> tuple[bytes, Reason | None]:
    """The file, or why it cannot be one: size first, then its kind; what it means is the worker's question."""
    if not isinstance(given, FileStorage) or not given.filename:
        return b"", FormReason.FILE_MISSING
    with closing(given.stream):
        content = given.stream.read(MOST_FILE_BYTES + 1)
    if len(content) > MOST_FILE_BYTES:
        return b"", FormReason.FILE_TOO_LARGE
    if not content:
        return b"", FormReason.FILE_EMPTY
    if content.startswith(OLD_SPREADSHEET) or OPEN_DOCUMENT in content[:100]:
        return b"", FormReason.FILE_IS_A_SPREADSHEET
    if not given.filename.lower().endswith(NAMES):
        return b"", FormReason.FILE_NOT_CSV
    return content, None


def _name(typed: str | None) -> str:
    """The file's name for people to recognise; it is never a path. Raises: BadText for whom it names by a number."""
    return clean((typed or "").replace("\\", "/").rpartition("/")[2][-MOST_OF_NAME:], limit=MOST_OF_NAME)


@bp.post("/imports/<int:work_id>/apply")
@may("import", "host")
def apply_import(work_id: int) -> ResponseReturnValue:
    """Compare once more and store, in one transaction."""
    content, name, kind = service.content_of(current_actor(), work_id)
    if service.work_page(current_actor(), work_id, now=clock.now()).result.get("doubles") and not request.form.get(
        "two"
    ):
        say(_("Say first whether the schools that look alike are one: look at the list below."))
        return redirect(url_for(".show_work", work_id=work_id))
    if kind is WorkKind.CHECK_PEOPLE and (page := asked_first()):  # such a file gives roles
        return page
    return _started(STORES[kind], content, name)


@bp.post("/imports/<int:work_id>/leave")
@may("import", "host")
def leave_import(work_id: int) -> ResponseReturnValue:
    """Delete the uploaded file now: it will not be stored."""
    service.leave(current_actor(), work_id)
    say(_("The file is deleted here. Nothing of it was stored."))
    return redirect(url_for(".show_work", work_id=work_id))


@bp.post("/imports/<int:work_id>/good")
@may("import", "host")
def take_good_lines(work_id: int) -> ResponseReturnValue:
    """Check the file again without the lines that were refused; what is stored then is all of that."""
    content, name, kind = file_work.without_refused(current_actor(), work_id)
    return _started(kind, content, name)


@bp.post("/imports/<int:work_id>/columns")
@may("import", "host")
def name_columns(work_id: int) -> ResponseReturnValue:
    """Remember which of their columns is which of our fields, and check the file again."""
    chosen = dict(zip(request.form.getlist("heading"), request.form.getlist("field"), strict=False))
    try:
        content, name, kind = file_work.name_columns(current_actor(), work_id, chosen)
    except Rejected:
        say(_("Choose each field once."))
        return redirect(url_for(".show_work", work_id=work_id))
    return _started(kind, content, name)


@bp.post("/imports/<int:work_id>/kinds")
@may("import", "host")
def name_kinds(work_id: int) -> ResponseReturnValue:
    """Remember what files call kinds of schools, and check the file again."""
    chosen = dict(zip(request.form.getlist("heading"), request.form.getlist("field"), strict=False))
    content, name, kind = file_work.name_kinds(current_actor(), work_id, chosen)
    return _started(kind, content, name)


@bp.post("/imports/<int:work_id>/undo")
@may("import", "host")
def undo_import(work_id: int) -> ResponseReturnValue:
    """Take back all that an import stored, or say what keeps it."""
    try:
        file_work.take_back(current_actor(), work_id, now=clock.now())
    except HangsOnIt as hangs:
        changed = hangs.thing == "audit_entry"
        say(
            _("The import stays: somebody has changed what it stored.")
            if changed
            else _("The import stays: newer entries refer to what it stored.")
        )
    except Conflict:
        say(_("This import was taken back already."))
    else:
        say(_("The import is taken back: all that it stored is gone, all that it changed is as before."))
    return redirect(url_for(".show_work", work_id=work_id))
