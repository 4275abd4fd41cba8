"""Words of trainings of presenters."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

SHORTEST_TRAINING, LONGEST_TRAINING = 15, 600  # minutes


class TrainingSubject(StrEnum):
    """What a presenter was trained in: chosen, never typed."""

    SPEAKING = "speaking"
    ONLINE_SAFETY = "online_safety"
    HANDING_ON = "handing_on"
    REPORTING = "reporting"
    PROGRAMME = "programme"


@dataclass(frozen=True)
class TrainingDraft:
    """A training as somebody notes it."""

    on_day: dt.date
    subject: TrainingSubject
    minutes: int


@dataclass(frozen=True)
class TrainingRow:
    """A training that is noted."""

    id: int
    on_day: dt.date
    subject: TrainingSubject
    minutes: int
