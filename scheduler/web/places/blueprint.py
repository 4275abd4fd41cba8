"""The blueprint of places: hosts for staff, and a school's own shifts and bells."""

from flask import Blueprint

bp = Blueprint("places", __name__)
