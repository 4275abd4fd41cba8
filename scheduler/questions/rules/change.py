"""What has changed between two sums of choices: size, spread, an honest interval, and what is too few to show. Pure.

Before and after are not paired by pupil, because nobody is known: they are compared as two independent groups. The
same pupils answering twice would make the difference more certain than is said here, never less.
"""

import math
from collections.abc import Sequence

from scheduler.core.small_cells import LEAST
from scheduler.questions.terms import (
    ClassSums,
    EffectSize,
    MeasuredChange,
    QuestionKind,
    QuestionRow,
    Side,
    SideSums,
)

Z_95 = 1.959963984540054  # the normal distribution's 97.5 % point
# Student's t, 97.5 % points by degrees of freedom 1 … 30; beyond them the last one, which is a little too wide
T_95 = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
FEWEST_GROUPS = 5  # classes whose differences say something of how much classes differ
SMALL_EFFECT, MEDIUM_EFFECT, LARGE_EFFECT = 0.2, 0.5, 0.8  # Cohen, 1988

Interval = tuple[float, float]


def enough(counts: Sequence[int]) -> bool:
    """Whether the answers of a class to one question may be shown; fewer count in no sum either."""
    return sum(counts) >= LEAST


def shown_classes(classes: Sequence[ClassSums]) -> list[ClassSums]:
    """The classes that a change is made of: enough answers on both sides. Nothing of the others is in any figure."""
    return [one for one in classes if enough(one.before) and enough(one.after)]


def as_wished(sums: SideSums) -> int:
    """How many answered as the programme wishes: of a scale its two steps at that end."""
    if sums.kind is QuestionKind.CHOICE:
        return sums.counts[sums.aim - 1]
    return sum(sums.counts[:2]) if sums.aim == 1 else sum(sums.counts[-2:])


def mean_of(counts: Sequence[int]) -> float:
    """The mean of the choices, counted from one."""
    return sum(step * count for step, count in enumerate(counts, start=1)) / sum(counts)


def spread_of(counts: Sequence[int]) -> float:
    """Their standard deviation as a sample's; of one answer it is none."""
    answers = sum(counts)
    return math.sqrt(_squares(counts) / (answers - 1)) if answers > 1 else 0.0


def side_of(sums: SideSums) -> Side:
    """One side in figures."""
    return Side(sums.answers, as_wished(sums) / sums.answers, mean_of(sums.counts), spread_of(sums.counts))


def score_interval(part: int, whole: int) -> Interval:
    """The 95 % interval of a share.

    Source: E. B. Wilson, "Probable Inference", Journal of the American Statistical Association 22 (1927).
    """
    share, square = part / whole, Z_95**2
    middle = share + square / (2 * whole)
    half = Z_95 * math.sqrt(share * (1 - share) / whole + square / (4 * whole**2))
    return (middle - half) / (1 + square / whole), (middle + half) / (1 + square / whole)


def difference_interval(before: tuple[int, int], after: tuple[int, int]) -> Interval:
    """The 95 % interval of the difference of two shares, each as (part, whole): honest for small classes too.

    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of
    eleven methods", Statistics in Medicine 17 (1998), method 10.
    """
    one, two = before[0] / before[1], after[0] / after[1]
    (low_one, high_one), (low_two, high_two) = score_interval(*before), score_interval(*after)
    down = math.sqrt((two - low_two) ** 2 + (high_one - one) ** 2)
    up = math.sqrt((high_two - two) ** 2 + (one - low_one) ** 2)
    return two - one - down, two - one + up


def interval_by_groups(groups: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> Interval:
    """The same where whole classes were asked: pupils of one class are alike, so classes are the units.

    Each group is ((part, whole) before, (part, whole) after). The difference of ratios is linearised, and the sum over
    groups has Student's distribution. Source: W. G. Cochran, Sampling Techniques, 3rd edition (1977), section 6.3.
    """
    whole_before, whole_after = sum(one[1] for one, _two in groups), sum(two[1] for _one, two in groups)
    share_before = sum(one[0] for one, _two in groups) / whole_before
    share_after = sum(two[0] for _one, two in groups) / whole_after
    apart = [
        (two[0] - share_after * two[1]) / whole_after - (one[0] - share_before * one[1]) / whole_before
        for one, two in groups
    ]
    count = len(groups)
    half = T_95[min(count - 1, len(T_95)) - 1] * math.sqrt(count / (count - 1) * sum(one**2 for one in apart))
    return share_after - share_before - half, share_after - share_before + half


def cohens_d(before: Sequence[int], after: Sequence[int]) -> float:
    """The difference of two means in standard deviations, both sides' pooled. Source: Cohen (1988), section 2.5.

    Where nobody differs from anybody on either side there is no deviation to measure with: no effect, or an endless
    one, which is said as the largest that is called large.
    """
    apart = mean_of(after) - mean_of(before)
    pooled = math.sqrt((_squares(before) + _squares(after)) / (sum(before) + sum(after) - 2))
    if pooled:
        return apart / pooled
    return math.copysign(LARGE_EFFECT, apart) if apart else 0.0


def cohens_h(before: float, after: float) -> float:
    """The difference of two shares, each turned into an angle. Source: Cohen (1988), section 6.2."""
    return 2 * math.asin(math.sqrt(after)) - 2 * math.asin(math.sqrt(before))


def size_of(effect: float) -> EffectSize:
    """The word for an effect, whichever way it leads."""
    far = abs(effect)
    if far < SMALL_EFFECT:
        return EffectSize.NONE
    if far < MEDIUM_EFFECT:
        return EffectSize.SMALL
    return EffectSize.MEDIUM if far < LARGE_EFFECT else EffectSize.LARGE


def change_in(question: QuestionRow, classes: Sequence[ClassSums]) -> MeasuredChange | None:
    """The change of one question over these classes; None while no class has enough answers on both sides."""
    told = shown_classes(classes)
    if not told:
        return None
    before, after = (_whole(question, [getattr(one, side) for one in told]) for side in ("before", "after"))
    one, two = side_of(before), side_of(after)
    groups = [(_pair(question, each.before), _pair(question, each.after)) for each in told]
    low, high = difference_interval(_pair(question, before.counts), _pair(question, after.counts))
    if len(groups) >= FEWEST_GROUPS:
        wider = interval_by_groups(groups)
        low, high = min(low, wider[0]), max(high, wider[1])
    effect = _effect(question, before, after)
    return MeasuredChange(
        one, two, two.share - one.share, max(low, -1.0), min(high, 1.0), effect, size_of(effect), len(groups)
    )


def _effect(question: QuestionRow, before: SideSums, after: SideSums) -> float:
    if question.kind is QuestionKind.CHOICE:
        return cohens_h(as_wished(before) / before.answers, as_wished(after) / after.answers)
    effect = cohens_d(before.counts, after.counts)
    return -effect if question.aim == 1 else effect


def _pair(question: QuestionRow, counts: Sequence[int]) -> tuple[int, int]:
    return as_wished(SideSums(tuple(counts), question.aim, question.kind)), sum(counts)


def _whole(question: QuestionRow, each: Sequence[tuple[int, ...]]) -> SideSums:
    counts = tuple(sum(one) for one in zip(*each, strict=True))
    return SideSums(counts, question.aim, question.kind)


def _squares(counts: Sequence[int]) -> float:
    mean = mean_of(counts)
    return sum(count * (step - mean) ** 2 for step, count in enumerate(counts, start=1))


def told_share(part: int, whole: int) -> int | None:
    """How many answered as wished, for who is outside of the centre: None where that, or the rest, is under five."""
    rest = whole - part
    return None if 0 < part < LEAST or 0 < rest < LEAST else part
