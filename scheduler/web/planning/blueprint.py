"""The blueprint of planning: its own small file, because its pages lie in three (visits, offers, school)."""

from flask import Blueprint

bp = Blueprint("planning", __name__)
