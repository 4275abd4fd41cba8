"""What counts of a drive."""


def as_driven(driven: int | None, planned: int) -> int:
    """Kilometres or minutes as driven, or as planned while nobody has said otherwise."""
    return planned if driven is None else driven
