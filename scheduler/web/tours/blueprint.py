"""The blueprint of tours."""

from flask import Blueprint

bp = Blueprint("tours", __name__)
