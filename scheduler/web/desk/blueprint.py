"""The blueprint of the desk: its own small file, because its pages lie in several."""

from flask import Blueprint

bp = Blueprint("desk", __name__)
