"""A photograph or scan from a form: its pages alone take more than the megabyte that every other page takes."""

from contextlib import closing

from flask import Blueprint, request
from werkzeug.datastructures import FileStorage

from scheduler.core.scans import MOST_SCAN_BYTES
from scheduler.web.forms import BaseForm, Needed, UploadField
from scheduler.web.i18n import _l

SPARE = 200_000  # of a request: the other fields, and what a browser puts around a file


class PictureForm(BaseForm):
    """A photograph; a page adds what is agreed with it."""

    photo = UploadField(
        _l("Photograph"), [Needed(_l("Choose the photograph."))], render_kw={"accept": ".jpg,.jpeg,.png"}
    )

    def content(self) -> bytes:
        """What was chosen; of a file that is too large a byte too much is read."""
        return sent_in(self.photo)


def sent_in(field: UploadField) -> bytes:
    """The file of a field; of one that is too large a byte too much."""
    if not isinstance(field.data, FileStorage):
        return b""
    with closing(field.data.stream):
        return bytes(field.data.stream.read(MOST_SCAN_BYTES + 1))


def takes_photographs(bp: Blueprint, page: str) -> None:
    """Let one page of a blueprint take a photograph."""

    def _allow(endpoint: str | None, _values: object) -> None:
        if endpoint == page:
            request.max_content_length = MOST_SCAN_BYTES + SPARE

    bp.url_value_preprocessor(_allow)
