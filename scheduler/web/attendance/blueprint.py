"""The blueprint that holds every page of counting."""

from flask import Blueprint

bp = Blueprint("attendance", __name__)
