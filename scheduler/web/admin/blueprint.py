"""The blueprint of the administrator's pages: its own small file, because they lie in several."""

from flask import Blueprint

bp = Blueprint("admin", __name__)
