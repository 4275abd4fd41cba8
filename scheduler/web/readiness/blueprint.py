"""The blueprint of what a school does between plan and visit."""

from flask import Blueprint

bp = Blueprint("readiness", __name__)
