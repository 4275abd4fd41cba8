"""The blueprint of closures."""

from flask import Blueprint

bp = Blueprint("closures", __name__)
