"""The blueprint of the waiting list."""

from flask import Blueprint

bp = Blueprint("waitlist", __name__)
