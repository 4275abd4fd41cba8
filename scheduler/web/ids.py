"""Ids in addresses: a number beyond every row's is an address that is not there, on any database."""

import re

from flask import Flask
from werkzeug.routing import IntegerConverter

from scheduler.core.db import LARGEST_ID

ID = re.compile(rf"0|[1-9][0-9]{{0,{len(str(LARGEST_ID)) - 1}}}")  # one way to write it: no zeros before


class IdConverter(IntegerConverter):
    """What `<int:…>` means in every address of the house: by its shape, so that no other method of it answers 405."""

    regex = rf"(?:{ID.pattern})"


def register(app: Flask) -> None:
    app.url_map.converters["int"] = IdConverter
