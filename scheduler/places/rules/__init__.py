"""Pure rules of places: how far, how long a drive, whether a day is a school day, when a class has which lesson."""

from scheduler.places.rules.hosts import (
    both_scripts,
    city_of,
    is_school_day,
    problems_with,
    road_km,
    road_minutes,
    search_key,
    straight_line_km,
    teaches,
)
from scheduler.places.rules.school_time import (
    classes_in,
    groups_change,
    lesson_at,
    lesson_on,
    lessons_of,
    problems_with_school_time,
    read_class,
    sections_in,
    shift_on,
    shifts_in_use,
    week_of,
)

__all__ = [
    "both_scripts",
    "city_of",
    "classes_in",
    "groups_change",
    "is_school_day",
    "lesson_at",
    "lesson_on",
    "lessons_of",
    "problems_with",
    "problems_with_school_time",
    "read_class",
    "road_km",
    "road_minutes",
    "search_key",
    "sections_in",
    "shift_on",
    "shifts_in_use",
    "straight_line_km",
    "teaches",
    "week_of",
]
