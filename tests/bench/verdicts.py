"""The arithmetic of scripts/bench: a bar's figure in each round, what is judged of them, and whether that is good enough. Measures nothing.

A row's rounds are a list of {subject: result}: "relay", "limit", "direct" (at the cameras, no relay) and each peer's name; a result is what the
programs of this folder print, or {"error": why} when the run failed."""

import statistics
from typing import Callable, NamedTuple, Optional


def lower_quartile(values):
    """Of five the second smallest."""
    return values[0] if len(values) == 1 else statistics.quantiles(values, n=4, method="inclusive")[0]


class Bar(NamedTuple):
    what: str
    row: str  # whose rounds have the figure
    figure: Callable  # of one result and all results of its round
    most: float
    unit: str = ""
    digits: int = 2
    over: Callable = statistics.median  # of all rounds' figures
    is_below: bool = False  # the bar itself is missed already
    floor: Optional[Callable] = None  # the same, of what the relay is held against …
    floor_subject: str = ""
    floor_unit: str = ""
    is_above_floor: bool = False  # judged is what it has more than the floor, both over all rounds: a floor that shakes in one round helps nobody
    peer_row: str = ""  # whose rounds have the peers' figure; empty: they are not asked
    or_else: str = ""  # the name of another bar: that one met excuses this one


class Verdict(NamedTuple):
    bar: Bar
    value: Optional[float]  # None: not measured
    values: list  # of the rounds
    is_met: bool
    text: str


def collect(figure, rounds, subject):
    """FIGURE of SUBJECT in each round that has all that is needed."""
    found = []
    for beside in rounds:
        try:
            found.append(figure(beside[subject], beside))
        except (KeyError, TypeError):  # no such run, it failed, or nothing of it came
            continue
    return found


def weigh(bar, rounds, subject):
    """What is judged of SUBJECT, None when it was not measured, and the figures of all rounds behind it."""
    values = collect(bar.figure, rounds, subject)
    if not values:
        return None, []
    if not bar.is_above_floor:
        return bar.over(values), values
    floors = collect(bar.floor, rounds, bar.floor_subject)
    return (bar.over(values) - bar.over(floors), values) if floors else (None, [])


def errors(rounds, subject):
    return [beside[subject]["error"] for beside in rounds if "error" in beside.get(subject, {})]


def count_losses(rounds, subject):
    """Readers that failed, pictures lost, pictures cut and packets missing, each over all rounds."""
    runs = [beside[subject] for beside in rounds if "pictures_lost" in beside.get(subject, {})]
    return [sum(run[name] for run in runs) for name in ("failed", "pictures_lost", "pictures_cut", "packets_missing")]


def is_within(bar, value, slack):
    most = bar.most * slack
    return value < most if bar.is_below else value <= most


def judge(bar, rounds, slack=1.0):
    """A run that failed, was not measured or lost anything misses the bar whatever its figure; the figure may be SLACK times the bar."""
    value, values = weigh(bar, rounds, "relay")
    failures = errors(rounds, "relay")
    lost = sum(count_losses(rounds, "relay"))
    if failures:
        return Verdict(bar, value, values, False, f"**missed**: {failures[0].splitlines()[0]}")
    if value is None:
        return Verdict(bar, value, values, False, "**missed**: not measured")
    if lost:
        return Verdict(bar, value, values, False, f"**missed**: {lost} failed or lost")
    if is_within(bar, value, 1.0):
        return Verdict(bar, value, values, True, "met")
    if is_within(bar, value, slack):
        return Verdict(bar, value, values, True, f"over, by less than {slack - 1:.0%}")
    return Verdict(bar, value, values, False, "**missed**")


def judge_all(bars, results, slack=1.0):
    """A verdict for each bar whose row was measured; results: {row: rounds}."""
    verdicts = {bar.what: judge(bar, results[bar.row], slack) for bar in bars if bar.row in results}
    for what, verdict in verdicts.items():
        excuse = verdicts.get(verdict.bar.or_else)
        if not verdict.is_met and excuse is not None and excuse.is_met:
            verdicts[what] = verdict._replace(is_met=True, text=f"missed; met instead: {excuse.bar.what}")
    return list(verdicts.values())
