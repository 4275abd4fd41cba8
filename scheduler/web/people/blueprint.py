"""The blueprint of people: its own small file, because its pages lie in two (views, staff)."""

from flask import Blueprint

bp = Blueprint("people", __name__)
