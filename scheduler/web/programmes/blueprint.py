"""The blueprint of programmes and campaigns."""

from flask import Blueprint

bp = Blueprint("programmes", __name__)
