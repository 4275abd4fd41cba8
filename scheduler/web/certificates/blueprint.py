"""The blueprint of certificates."""

from flask import Blueprint

bp = Blueprint("certificates", __name__)
UNSEEN = {"X-Robots-Tag": "noindex, nofollow"}
