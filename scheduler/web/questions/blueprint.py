"""The blueprint that holds every page of questions."""

from flask import Blueprint

bp = Blueprint("questions", __name__)
