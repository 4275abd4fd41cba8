"""The blueprint of the pages of certificates: its own small file, because they lie in several."""

from flask import Blueprint

bp = Blueprint("certificates", __name__)
UNSEEN = {"X-Robots-Tag": "noindex, nofollow"}
