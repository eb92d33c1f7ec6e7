"""What scripts/bench prints, in Markdown: the bars with their verdicts, all that was measured beside them, and what one more of each costs."""

import statistics

from bar_rows import cpu_of_limit
from verdicts import collect, count_losses, errors, weigh

NONE = "–"


def table(heads, lines):
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def amount(value, digits, unit=""):
    return f"{value:,.{digits}f} {unit}".rstrip()


def spread(value, values, digits, unit=""):
    """What is judged, with [least – most] of VALUES behind it where they differ; None: a dash."""
    if value is None:
        return NONE
    text, least, most = amount(value, digits, unit), amount(min(values), digits), amount(max(values), digits)
    return text if least == most else f"{text} [{least} – {most}]"


def bar_cell(bar, value, values):
    """A difference of what was found over all rounds has no rounds of its own."""
    return spread(value, [value] if bar.is_above_floor else values, bar.digits, bar.unit)


def over_all(values, over, digits, unit=""):
    return spread(over(values) if values else None, values, digits, unit)


def subject_cell(bar, rounds, subject):
    failures = errors(rounds, subject)
    value, values = weigh(bar, rounds, subject)
    if failures and value is None:
        return "failed"
    lost = sum(count_losses(rounds, subject))
    return bar_cell(bar, value, values) + (f", {lost:,} lost" if lost and values else "")


def bar_line(verdict, results, peers):
    bar = verdict.bar
    floor = over_all(collect(bar.floor, results[bar.row], bar.floor_subject), bar.over, bar.digits, bar.floor_unit) if bar.floor else NONE
    told = [subject_cell(bar, results.get(bar.peer_row, []), peer.name) for peer in peers]
    sign = "<" if bar.is_below else "≤"
    return [bar.what, f"{sign} {bar.most:g} {bar.unit}".rstrip(), bar_cell(bar, verdict.value, verdict.values), verdict.text, floor, *told]


def bars_table(verdicts, results, peers):
    heads = ["what", "bar", "camrelay", "verdict", "limit, or no relay", *(peer.name for peer in peers)]
    return table(heads, [bar_line(verdict, results, peers) for verdict in verdicts])


def loads_table(loads, results, peers):
    """Each row of load with each who took part, the limit beside; empty when none was measured."""
    lines = []
    for row in loads:
        rounds = results.get(row.name, [])
        for subject, title in [("relay", "camrelay"), ("limit", "limit"), ("direct", "no relay"), *((peer.name, peer.name) for peer in peers)]:
            if any(subject in beside for beside in rounds):
                lines.append([row.title if subject == "relay" else "", title, *load_cells(row, rounds, subject)])
    return lines and table(["cameras × readers", "who", "CPU, % of a core", "s/GB", "latency p50 / p99, ms", "RSS, MB", "threads", "failed / lost / cut / missing"], lines)


def load_cells(row, rounds, subject):
    """The limit's result is flat, a relay's figures lie below "relay". Who only joins gets old pictures: that is no latency."""
    def told(name, digits, scale=1):
        values = collect(lambda own, _: (own if subject == "limit" else own["relay"])[name] / scale, rounds, subject)
        return over_all(values, statistics.median, digits)

    latencies = [collect(lambda own, _, p=percentile: own["latency_ms"][p], rounds, subject) for percentile in ("p50", "p99")]
    latency = " / ".join(amount(statistics.median(values), 2) for values in latencies) if all(latencies) and not row.begins_warm else NONE
    failures = errors(rounds, subject)
    is_counted = subject != "limit" and len(failures) < sum(subject in beside for beside in rounds)
    faults = " / ".join(f"{count:,}" for count in count_losses(rounds, subject)) if is_counted else NONE
    runs = f", {len(failures)} of {len(rounds)} runs failed" if failures else ""
    return [told("cpu_percent", 2), told("s_per_gb", 2), latency, told("rss_bytes", 0, 1e6), told("threads", 0), faults + runs]


def costs_table(results):
    """What one more of each costs, of rows that were measured; None when one is missing."""
    def relay(row, name):
        return statistics.median(collect(lambda own, _: own["relay"][name], results[row], "relay"))

    try:
        lines = [
            ["a camera with one TCP reader (64 of them)", f"{relay('cameras', 'cpu_percent') / 64:.3f} % of a core, {relay('cameras', 'rss_bytes') / 64e6:.1f} MB"],
            ["a TCP reader more (between 50 and 200)", f"{(relay('tcp', 'cpu_percent') - relay('latency', 'cpu_percent')) / 150:.3f} % of a core, "
             f"{(relay('tcp', 'rss_bytes') - relay('latency', 'rss_bytes')) / 150e3:.0f} kB"],
            ["a UDP reader (100 of them)", f"{relay('udp', 'cpu_percent') / 100:.3f} % of a core"],
            ["threads", f"{relay('cameras', 'threads'):.0f}, however many cameras and readers"],
        ]
    except (KeyError, statistics.StatisticsError):
        return None
    return table(["", "costs"], lines)


def readme_lines(results):
    """Three figures for who wonders whether it is worth a try; None when a row of them is missing."""
    def of(row, figure):
        return statistics.median(collect(figure, results[row], "relay"))

    def cpu(own, _):
        return own["relay"]["cpu_percent"]

    try:
        tcp, latency, cameras = ([of(row, cpu), of(row, lambda own, _: own["relay"]["rss_bytes"])] for row in ("tcp", "latency", "cameras"))
        return "\n".join([
            f"- **64 cameras of 4 Mbit/s**, each watched by one client, take {cameras[0]:.1f} % of a core, {cameras[1] / 1e6:.0f} MB and "
            f"{of('cameras', lambda own, _: own['relay']['threads']):.0f} threads.",
            f"- **A reader more** takes {(tcp[0] - latency[0]) / 150:.3f} % of a core and {(tcp[1] - latency[1]) / 150e3:.0f} kB: 200 of them "
            f"{of('tcp', cpu_of_limit):.2f} times the CPU of nothing but the `send` calls that bring them the same pictures.",
            f"- **Who joins** has a whole picture {of('join', lambda own, _: own['play_to_key_ms']['p50']):.1f} ms after PLAY, the slowest of 200 after "
            f"{of('join', lambda own, _: own['play_to_key_ms']['max']):.0f} ms (medians of {len(results['join'])} rounds).",
        ])
    except (KeyError, statistics.StatisticsError):
        return None


BEGIN, END = "<!-- scripts/bench: begin -->", "<!-- scripts/bench: end -->"


def put_into(page, text):
    """PAGE with TEXT between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{text}\n{END}{after}"
