"""What is most likely a slip, and is asked about before it is sent."""

from enum import StrEnum


class TypedSlip(StrEnum):
    """Allowed, and seldom meant."""

    WEEKEND = "weekend"
    OTHER_LEVEL = "other_level"
    CLASS_WITH_PICTURE = "class_with_picture"
