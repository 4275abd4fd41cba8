"""The blueprint of a presenter's own days and offers."""

from flask import Blueprint

bp = Blueprint("own", __name__)
