"""The blueprint of the pages of certificates: its own small file, because they lie in several."""

from flask import Blueprint

bp = Blueprint("certificates", __name__)
