"""The blueprint of requests: its own small file, because its pages lie in three (booking, school, desk)."""

from flask import Blueprint

bp = Blueprint("requests", __name__)
