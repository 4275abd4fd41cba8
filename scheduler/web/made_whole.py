"""Files that are made whole before they leave, so that an error is a page and never half a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from flask import Response, send_file

IN_MEMORY = 5_000_000  # a larger one lies in a nameless file


@contextmanager
def made_whole() -> Iterator[IO[bytes]]:
    """Where it is written; closed at once when that fails, else by the answer that sends it."""
    stream = cast(IO[bytes], SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  (the answer closes it)
    try:
        yield stream
    except BaseException:
        stream.close()
        raise
    stream.seek(0)


def handed_out(stream: IO[bytes], name: str, ending: str) -> Response:
    """The answer that saves it under a name, and that nothing on the way keeps."""
    answer = send_file(stream, mimetype=f"application/{ending}", as_attachment=True, download_name=f"{name}.{ending}")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
