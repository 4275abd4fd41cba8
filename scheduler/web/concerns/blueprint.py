"""The blueprint of concerns: what a child told is handed on, and somebody speaks up about a presenter."""

from flask import Blueprint

bp = Blueprint("concerns", __name__)
