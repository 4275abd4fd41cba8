"""Who gets visits, and who gives them, without a plan and with it: what fairness is seen by."""

from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.proposals.terms.pages import GroupShare, HostGroup
from scheduler.waitlist.rules import is_rural


@dataclass(frozen=True)
class AskedOfYear:
    """A request of a school year: where its host lies, whether it has a visit, whether the plan gives it one."""

    place: str
    towns: tuple[str, ...]
    special_needs: bool
    visited: bool
    planned: bool

    @property
    def groups(self) -> tuple[HostGroup, ...]:
        """A village is what the waiting list calls one; a class for children with difficulties is told beside it."""
        lies = HostGroup.VILLAGE if is_rural(self.place, self.towns) else HostGroup.TOWN
        return (lies, HostGroup.SPECIAL_NEEDS) if self.special_needs else (lies,)


def group_shares(asked: Iterable[AskedOfYear]) -> tuple[GroupShare, ...]:
    """How many of each group asked, and how many of them have a visit without the plan and with it."""
    counts = {group: [0, 0, 0] for group in HostGroup}
    for one in asked:
        for group in one.groups:
            counts[group][0] += 1
            counts[group][1] += one.visited
            counts[group][2] += one.visited or one.planned
    return tuple(GroupShare(group, *numbers) for group, numbers in counts.items() if numbers[0])
