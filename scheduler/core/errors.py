"""What can go wrong, in the product's words. Each room adds its own children in its `terms.py`."""

from collections.abc import Mapping


class SchedulerError(Exception):
    """Anything the product itself refuses; bugs are plain exceptions and never this."""


class NotAllowed(SchedulerError):
    """The actor's role does not reach this far."""


class NotFound(SchedulerError):
    """There is no such thing, or it lies outside the actor's scope: both look the same (TRUST S2)."""


class Gone(SchedulerError):
    """It was here and has ended: an old secret link, a used invitation."""


class Conflict(SchedulerError):
    """Somebody else was quicker, or the stored data refused. `reason` is a code that web/forms.py words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Rejected(SchedulerError):
    """The wish breaks rules: {field: reason code}. The form shows each beside its field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{field}: {reason}" for field, reason in problems.items()))
        self.problems = dict(problems)


class TooMany(SchedulerError):
    """A limit on how often something may be tried was reached; try again later."""
