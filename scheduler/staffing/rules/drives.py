"""What kilometres cost."""

import math


def cost_of(kilometres: int, rate: float) -> int:
    """Dinars for so many kilometres, halves upwards; 0 where the installation names no rate."""
    return math.floor(kilometres * rate + 0.5)
