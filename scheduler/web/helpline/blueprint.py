"""The blueprint that holds every page of the helpline's figures."""

from flask import Blueprint

bp = Blueprint("helpline", __name__)
