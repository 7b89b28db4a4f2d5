"""How many answers a printed figure needs before anyone may see it.

A cut with fewer than three distinct officers attributed or on duty is in truth about those officers, so it takes the
officer's thresholds and is never public. `officers` is None where a government has loaded no officers: such cuts are
exempt, because there is nobody a figure could be pinned on.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Fewest answers per purpose; they apply to the printed figure, the sum of the released months.

    `distinct_officers` counts people, `comments` those of a month's batch; everything else counts answers. Fewer than
    `alike` that are all the same print a band. Never lowered inside a period.
    """

    unit: int = 5
    public: int = 30
    counter: int = 10
    service: int = 10
    officer: int = 10
    officer_distribution: int = 20
    officer_feed: int = 30
    comments: int = 5
    distinct_officers: int = 3
    alike: int = 30

    def is_single_officer(self, cut: str, officers: int | None) -> bool:
        """Tell whether a figure is about so few officers that it counts as a figure of an officer."""
        return cut == "officer" or (officers is not None and officers < self.distinct_officers)

    def may_show(self, cut: str, n: int, officers: int | None) -> bool:
        """Tell whether staff in whose scope the cut lies may see its figure.

        Raises:
            ValueError: `cut` is not unit, service, counter or officer.
        """
        return n >= self.fewest_to_view(cut, officers)

    def may_show_distribution(self, cut: str, n: int, officers: int | None) -> bool:
        """Tell whether staff may see how many gave each answer.

        Raises:
            ValueError: `cut` is not unit, service, counter or officer.
        """
        return n >= self.fewest_for_distribution(cut, officers)

    def may_feed(self, cut: str, n: int, officers: int | None) -> bool:
        """Tell whether the figure may leave by the interface for appraisal.

        Raises:
            ValueError: `cut` is not unit, service, counter or officer.
        """
        return n >= self._raised(self.officer_feed, cut, officers)

    def may_publish(self, cut: str, n: int, officers: int | None) -> bool:
        """Tell whether anybody may see the figure.

        Raises:
            ValueError: `cut` is not unit, service, counter or officer.
        """
        return not self.is_single_officer(cut, officers) and n >= max(self.public, self._of_cut(cut))

    def fewest_to_view(self, cut: str, officers: int | None) -> int:
        """Return how many answers staff in whose scope the cut lies must wait for.

        Raises:
            ValueError: `cut` is not unit, service, counter or officer.
        """
        return self._raised(self.officer, cut, officers)

    def fewest_for_distribution(self, cut: str, officers: int | None) -> int:
        """Return how many answers staff must wait for to see how many gave each.

        Raises:
            ValueError: `cut` is not unit, service, counter or officer.
        """
        return self._raised(self.officer_distribution, cut, officers)

    def _raised(self, of_officer: int, cut: str, officers: int | None) -> int:
        """Return the cut's own threshold, raised to the officer's where the cut is about too few officers."""
        own = self._of_cut(cut)
        return max(own, of_officer) if self.is_single_officer(cut, officers) else own

    def _of_cut(self, cut: str) -> int:
        known = {"unit": self.unit, "service": self.service, "counter": self.counter, "officer": self.officer}
        if cut not in known:
            raise ValueError(cut)
        return known[cut]
