"""The blueprint of messages: its own small file, because its pages lie in two (outbox, letters of a demo)."""

from flask import Blueprint

bp = Blueprint("messages", __name__)
