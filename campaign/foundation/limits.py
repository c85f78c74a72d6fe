"""Limits on failed tries, in the cache that all processes share. Only failures count: success is free."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache


@dataclass(frozen=True, slots=True)
class FailureLimit:
    """At most `most` failures of one `who` within the last `within`.

    Each failure takes one of `most` slots, which frees itself. Taking a slot is `cache.add`, which only one of two
    processes can win; `cache.incr` is not atomic in Django's database cache, and starts its time-out anew.
    """

    name: str
    most: int
    within: timedelta

    def reached(self, who: str) -> bool:
        return len(cache.get_many(self._slots(who))) >= self.most

    def count(self, who: str) -> None:
        """One more failure of `who`."""
        taken = cache.get_many(self._slots(who))
        for slot in self._slots(who):
            if slot not in taken and cache.add(slot, 1, timeout=self.within.total_seconds()):
                return

    def _slots(self, who: str) -> list[str]:
        return [f"{self.name}:{who}:{slot}" for slot in range(self.most)]


def minutes(number: int) -> timedelta:
    """So that a limit reads as it is said."""
    return timedelta(minutes=number)
