"""All pages of the administrator: settings, holidays, programmes, imports, health; and long work for who started it."""

from scheduler.web.admin import calendar, exports, health, holidays, imports, programmes, settings, waiting, work
from scheduler.web.admin.blueprint import bp

__all__ = ["bp", "calendar", "exports", "health", "holidays", "imports", "programmes", "settings", "waiting", "work"]
