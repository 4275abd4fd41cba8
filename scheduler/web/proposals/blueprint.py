"""The blueprint of the planner's pages."""

from flask import Blueprint

bp = Blueprint("proposals", __name__)
