"""The blueprint that holds every page of the reports."""

from flask import Blueprint

bp = Blueprint("reports", __name__)
