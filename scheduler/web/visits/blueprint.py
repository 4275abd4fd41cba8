"""The blueprint of visits: a visit, its crew, its changes and what it became."""

from flask import Blueprint

bp = Blueprint("visits", __name__)
