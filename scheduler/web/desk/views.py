"""The first page of everybody who signs in: what must I do now?"""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.attendance import queries as attendance_queries
from scheduler.core import clock
from scheduler.planning import queries
from scheduler.requests import queries as request_queries
from scheduler.requests.terms import InboxFilters
from scheduler.safeguarding import queries as safeguarding_queries
from scheduler.web.guards import current_actor, may
from flask import Blueprint

bp = Blueprint("desk", __name__)
