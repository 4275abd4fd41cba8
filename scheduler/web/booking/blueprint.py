"""The blueprint of free dates for everybody."""

from flask import Blueprint

bp = Blueprint("booking", __name__)
