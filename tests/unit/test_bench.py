"""The arithmetic of scripts/bench: figures of rounds, what is judged of them, and how the tables tell it. Nothing is measured here."""

import pathlib
import statistics
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "bench"))

import bar_rows  # noqa: E402
import tables  # noqa: E402
from rounds import Rounds  # noqa: E402
from verdicts import Bar, collect, count_losses, judge, judge_all, lower_quartile  # noqa: E402


class Peer:
    name = "other"


def result(s_per_gb=0.5, lost=0, **more):
    return {"failed": 0, "pictures_lost": lost, "pictures_cut": 0, "packets_missing": 0, "relay": {"s_per_gb": s_per_gb}, **more}


def against(*pairs):
    """Rounds of (the relay's CPU, the limit's)."""
    return [{"relay": result(own), "limit": {"s_per_gb": least}} for own, least in pairs]


CPU = Bar("CPU", "tcp", bar_rows.cpu_of_limit, 1.25, "×", floor=bar_rows.said("s_per_gb"), floor_subject="limit", floor_unit="s/GB", peer_row="tcp")


def test_lower_quartile_is_the_second_of_five():
    assert lower_quartile([5, 1, 4, 2, 3]) == 2
    assert lower_quartile([7]) == 7
    assert lower_quartile([1, 3]) == 1.5


def test_ratios_are_of_one_round():
    # A machine that is twice as slow in one round is that for both.
    assert collect(CPU.figure, against((1, 1), (2.2, 2), (1.2, 1)), "relay") == [1, 1.1, 1.2]


def test_a_round_without_all_it_takes_has_no_figure():
    rounds = [*against((1, 1)), {"relay": result()}, {"relay": result(), "limit": {"error": "killed"}}, {"relay": {"error": "no"}, "limit": {"s_per_gb": 1}}]
    assert collect(CPU.figure, rounds, "relay") == [1]
    assert collect(bar_rows.time_ms("latency_ms", "p50"), [{"relay": result(latency_ms=None)}], "relay") == []


def test_the_median_is_judged():
    assert judge(CPU, against((1.2, 1), (1.25, 1), (9, 1))).text == "met"
    assert judge(CPU, against((1.2, 1), (1.26, 1), (9, 1))).text == "**missed**"
    assert not judge(CPU, against((1.2, 1), (1.26, 1), (9, 1))).is_met


def test_a_bar_may_be_the_first_value_that_misses():
    rounds = [{"relay": {"gap": 100}}]
    assert judge(Bar("gap", "stall", bar_rows.said("gap"), 100), rounds).is_met
    assert not judge(Bar("gap", "stall", bar_rows.said("gap"), 100, is_below=True), rounds).is_met


def test_slack_is_for_the_quick_look():
    verdict = judge(CPU, against((1.5, 1)), slack=1.25)
    assert (verdict.is_met, verdict.text) == (True, "over, by less than 25%")
    assert not judge(CPU, against((1.57, 1)), slack=1.25).is_met


@pytest.mark.parametrize("rounds,why", [
    ([], "not measured"),
    ([{"relay": {"error": "load-client: refused\nmore"}}, *against((1, 1))], "load-client: refused"),
    ([{"relay": result(lost=3), "limit": {"s_per_gb": 9}}, *against((1, 1))], "3 failed or lost"),
])
def test_cheap_is_not_enough(rounds, why):
    verdict = judge(CPU, rounds)
    assert (verdict.is_met, verdict.text) == (False, f"**missed**: {why}")


def test_one_bar_may_excuse_another():
    plain = Bar("plain", "latency", bar_rows.P99, 3, or_else="added")
    added = Bar("added", "latency", bar_rows.P99, 3, floor=bar_rows.P99, floor_subject="direct", is_above_floor=True)

    def verdicts(own, direct):
        return judge_all([plain, added, CPU], {"latency": [{"relay": result(latency_ms={"p99": own}), "direct": {"latency_ms": {"p99": direct}}}]})

    assert [(verdict.bar.what, verdict.text) for verdict in verdicts(2, 1)] == [("plain", "met"), ("added", "met")]
    assert [(verdict.is_met, verdict.text) for verdict in verdicts(6, 5)] == [(True, "missed; met instead: added"), (True, "met")]
    assert [verdict.is_met for verdict in verdicts(6, 1)] == [False, False]


def test_what_is_added_is_above_the_floor_of_all_rounds():
    added = Bar("added", "latency", bar_rows.P50, 1, "ms", over=lower_quartile, floor=bar_rows.P50, floor_subject="direct", is_above_floor=True)
    rounds = [{"relay": {"latency_ms": {"p50": own}}, "direct": {"latency_ms": {"p50": floor}}} for own, floor in ((3, 1), (3, 1), (3, 90))]
    verdict = judge(added, rounds)
    assert (verdict.value, verdict.is_met) == (2, False)  # one shaken floor is no excuse
    assert tables.bar_cell(added, verdict.value, verdict.values) == "2.00 ms"
    assert judge(added, [{"relay": {"latency_ms": {"p50": 1}}}]).text == "**missed**: not measured"


def test_losses_of_all_rounds_are_told():
    rounds = [{"relay": result(lost=2)}, {"relay": result(lost=3)}, {"relay": {"error": "gone"}}]
    assert count_losses(rounds, "relay") == [0, 5, 0, 0]
    assert count_losses(rounds, "limit") == [0, 0, 0, 0]


def test_a_reader_that_missed_its_key_picture_is_late():
    def late_s(late_ms, took_ms):
        return bar_rows.plays_late_s({"key_late_ms": {"max": late_ms}, "play_to_key_ms": {"max": took_ms}}, {})
    assert late_s(20, 1980) == 0.02
    assert late_s(20, 2500) == 2.5


def test_the_table_of_bars():
    results = {"tcp": against((1.1, 1), (1.2, 1), (1.25, 1))}
    results["tcp"][0]["other"] = result(2.25)
    line = tables.bars_table(judge_all([CPU], results), results, [Peer]).splitlines()[-1]
    assert line == "| CPU | ≤ 1.25 × | 1.20 × [1.10 – 1.25] | met | 1.00 s/GB | 2.25 × |"


def test_the_table_tells_what_peers_lost():
    results = {"tcp": against((1, 1), (1, 1), (1, 1))}
    results["tcp"][0]["other"] = result(2, lost=1200)
    assert tables.subject_cell(CPU, results["tcp"], "other") == "2.00 ×, 1,200 lost"
    results["tcp"][0]["other"] = {"error": "no stream"}
    assert tables.subject_cell(CPU, results["tcp"], "other") == "failed"
    assert tables.subject_cell(CPU, results["tcp"], "nobody") == "–"


def test_a_spread_needs_two_that_differ():
    assert tables.over_all([4, 4, 4], statistics.median, 0) == "4"
    assert tables.over_all([0.123], statistics.median, 2, "s") == "0.12 s"
    assert tables.over_all([1, 3, 2000], statistics.median, 0) == "3 [1 – 2,000]"
    assert tables.over_all([], statistics.median, 0) == "–"


def test_the_table_of_loads_shows_who_took_part():
    own = result(cpu=1)
    own["relay"].update(cpu_percent=4.5, rss_bytes=15_000_000, threads=4)
    own["latency_ms"] = {"p50": 1, "p99": 2.5}
    results = {"tcp": [{"relay": own, "limit": {"s_per_gb": 0.25, "cpu_percent": 3}, "other": {"error": "no"}}]}
    lines = tables.loads_table(bar_rows.LOADS, results, [Peer]).splitlines()[2:]
    assert lines == ["| 1 camera × 200 TCP readers | camrelay | 4.50 | 0.50 | 1.00 / 2.50 | 15 | 4 | 0 / 0 / 0 / 0 |",
                     "|  | limit | 3.00 | 0.25 | – | – | – | – |",
                     "|  | other | – | – | – | – | – | –, 1 of 1 runs failed |"]


def test_scenarios_have_figures():
    stalled = {"failed": 0, "lost": 0, "worst_gap_ms": 61, "stalled_back": 4, "key_ms_max": 200, "live_ms_max": None, "rss_growth_bytes": 4e6}
    churn = {"failed": 0, "rss_after_200": 20_000_000, "rss_end": 20_500_000, "fds_before": 9, "fds_after": 10, "threads_before": 4, "threads_after": 4}
    told = [verdict.values for verdict in judge_all(bar_rows.BARS, {"stalled": [{"relay": stalled}], "churn": [{"relay": churn}]})]
    assert told == [[0], [61], [1], [0.2], [], [4], [0], [0.5], [1]]


class Rehearsal(Rounds):
    """Rounds in which nothing runs but the peer, which cannot."""

    def _load_relay(self, row):
        return result()

    def _load_peer(self, row, peer):
        raise OSError("no such program")


def rehearse(rounds, **more):
    peer = Peer()
    peer.has_udp = False
    rehearsal = Rehearsal(None, None, 1, [peer], **more)
    rows = [bar_rows.Load("tcp", "", 1, 1, peer_arguments=()), bar_rows.Load("udp", "", 1, 1, peer_arguments=("--udp",)), bar_rows.Load("own", "", 1, 1)]
    rehearsal.run(rows, rounds)
    return rehearsal


def test_what_a_peer_fails_in_is_told_and_given_up():
    rehearsal = rehearse(4)
    assert [beside.get("other") for beside in rehearsal.results["tcp"]] == [{"error": "OSError: no such program"}] * 2 + [None] * 2
    assert [list(beside) for name in ("udp", "own") for beside in rehearsal.results[name]] == [["relay"]] * 8


def test_peers_sit_out_when_time_runs_short():
    assert rehearse(3).with_peers == 3
    short = rehearse(3, budget_s=0)
    assert short.with_peers == 0
    assert [list(beside) for beside in short.results["tcp"]] == [["relay"]] * 3


def test_costs_need_their_rows():
    assert tables.costs_table({"tcp": against((1, 1))}) is None


def test_a_page_keeps_what_is_around_its_figures():
    page = f"# Title\n\n{tables.BEGIN}\nold\n{tables.END}\n\nmore\n"
    assert tables.put_into(page, "new") == page.replace("old", "new")
    for name in ("README.md", "docs/performance.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert text.count(tables.BEGIN) == text.count(tables.END) == 1


def test_every_bar_has_its_row_and_name():
    rows = {row.name for row in (*bar_rows.LOADS, *bar_rows.SCENARIOS)}
    assert {bar.row for bar in bar_rows.BARS} <= rows
    asked = {row.name for row in bar_rows.LOADS if row.peer_arguments is not None} | {row.name for row in bar_rows.SCENARIOS}
    assert {bar.peer_row for bar in bar_rows.BARS} - {""} <= asked
    assert len({bar.what for bar in bar_rows.BARS}) == len(bar_rows.BARS)
    assert {bar.or_else for bar in bar_rows.BARS} - {""} <= {bar.what for bar in bar_rows.BARS}
