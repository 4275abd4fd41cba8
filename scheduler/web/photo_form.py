"""A photograph from a form: its pages alone take more than the megabyte that every other page takes."""

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
        if not isinstance(self.photo.data, FileStorage):
            return b""
        with closing(self.photo.data.stream):
            return self.photo.data.stream.read(MOST_SCAN_BYTES + 1)


def takes_photographs(bp: Blueprint, page: str) -> None:
    """Let one page of a blueprint take a photograph."""

    def _allow(endpoint: str | None, _values: object) -> None:
        if endpoint == page:
            request.max_content_length = MOST_SCAN_BYTES + SPARE

    bp.url_value_preprocessor(_allow)
