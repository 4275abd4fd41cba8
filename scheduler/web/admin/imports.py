"""A register of hosts, uploaded: first what would change, then all of it or nothing, by the importer of the command."""

from contextlib import closing

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from scheduler import policy
from scheduler.core import clock
from scheduler.core.text import BadText, clean
from scheduler.jobs import long_work, work
from scheduler.jobs.terms import WorkKind
from scheduler.web.admin.blueprint import bp
from scheduler.web.admin.forms import RegisterForm
from scheduler.web.admin.words import KINDS, STATES
from scheduler.web.guards import current_actor, may

MOST_BYTES = 900_000  # of one request at most a million is taken at all; larger registers go by the command
NAMES = (".csv", ".txt")
IMPORTS = (WorkKind.CHECK_HOSTS, WorkKind.IMPORT_HOSTS)


@bp.route("/imports", methods=["GET", "POST"])
@may("import", "host")
def imports() -> ResponseReturnValue:
    form = RegisterForm()
    if form.accepted():
        content, problem = _uploaded(form.file.data)
        if problem:
            form.show({"file": problem})
        else:
            work_id = long_work.start(
                current_actor(),
                WorkKind.CHECK_HOSTS,
                now=clock.now(),
                content=content,
                file_name=_name(form.file.data.filename),
            )
            return redirect(url_for(".show_work", work_id=work_id))
    rows = work.latest(current_actor(), IMPORTS, now=clock.now())
    may_see_settings = policy.scope_of(current_actor(), "update", "settings") is not None
    page = render_template(
        "admin/imports.html", form=form, rows=rows, kinds=KINDS, states=STATES, may_see_settings=may_see_settings
    )
    return page, 422 if form.errors else 200


def _uploaded(given: object) -> tuple[bytes, str]:
    """The file, or why it cannot be one: size first, then its kind; what it means is the worker's question."""
    if not isinstance(given, FileStorage) or not given.filename:
        return b"", "file_missing"
    with closing(given.stream):
        content = given.stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return b"", "file_too_large"
    if not content:
        return b"", "file_empty"
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return b"", "file_is_a_spreadsheet"
    if not given.filename.lower().endswith(NAMES):
        return b"", "file_not_csv"
    return content, ""


def _name(typed: str | None) -> str:
    """The file's name for people to recognise; it is never a path."""
    try:
        return clean((typed or "").replace("\\", "/").rpartition("/")[2], limit=120)
    except BadText:
        return ""


@bp.post("/imports/<int:work_id>/apply")
@may("import", "host")
def apply_import(work_id: int) -> ResponseReturnValue:
    """Compare once more and store, in one transaction."""
    content, name = work.content_of(current_actor(), work_id)
    new_id = long_work.start(current_actor(), WorkKind.IMPORT_HOSTS, now=clock.now(), content=content, file_name=name)
    return redirect(url_for(".show_work", work_id=new_id))
