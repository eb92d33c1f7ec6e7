"""Prometheus's text exposition format 0.0.4, read strictly: what a scraper would take with a shrug is an error here."""
import re
from dataclasses import dataclass, field

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)')
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
TYPES = ("gauge", "counter", "histogram")
UNESCAPED = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


class Fault(Exception):
    """What is wrong, and in which line."""


@dataclass
class Family:
    help: str
    type: str = ""
    samples: dict = field(default_factory=dict)  # (name, ((label, value), …)) to the number


def read_labels(text, line):
    labels, at = [], 0
    while at < len(text):
        match = LABEL.match(text, at)
        if not match or (match[3] == "," and match.end() == len(text)):
            raise Fault(f"labels: {line}")
        labels.append((match[1], re.sub(r'\\[\\"n]', lambda found: UNESCAPED[found[0]], match[2])))
        at = match.end()
    if len({name for name, _ in labels}) != len(labels):
        raise Fault(f"a label twice: {line}")
    return tuple(labels)


def read_number(text, line):
    if text in ("+Inf", "-Inf", "NaN"):
        return float(text)
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", text):
        raise Fault(f"no number: {line}")
    return float(text)


def add_sample(name, family, line):
    match = SAMPLE.fullmatch(line)
    if not match:
        raise Fault(f"no sample: {line}")
    suffix = match[1].removeprefix(name)
    if suffix not in (("_bucket", "_sum", "_count") if family.type == "histogram" else ("",)):
        raise Fault(f"not where its family is: {line}")
    key = match[1], read_labels(match[2] or "", line)
    if match[2] == "" or key in family.samples:
        raise Fault(f"twice, or empty braces: {line}")
    family.samples[key] = read_number(match[3], line)
    if family.type == "counter" and not family.samples[key] >= 0:
        raise Fault(f"a counter below 0: {line}")


def check_histogram(name, family):
    series = {}
    for (sample, labels), value in family.samples.items():
        others = tuple(pair for pair in labels if pair[0] != "le")
        bound = dict(labels).get("le")
        if (bound is not None) != sample.endswith("_bucket"):
            raise Fault(f"le where it does not belong: {sample} {labels}")
        series.setdefault(others, {}).setdefault(sample.removeprefix(name), []).append((bound, value))
    for labels, parts in series.items():
        bounds = [read_number(bound, name) for bound, _ in parts.get("_bucket", [])]
        counts = [count for _, count in parts.get("_bucket", [])]
        if not bounds or bounds[-1] != float("inf") or bounds != sorted(set(bounds)):
            raise Fault(f"bounds of {name} {labels}: {bounds}")
        if counts != sorted(counts) or parts.get("_count") != [(None, counts[-1])] or len(parts.get("_sum", [])) != 1:
            raise Fault(f"counts of {name} {labels}: {parts}")


def read(text):
    """Its families by name; a Fault for anything that is not as it should be."""
    families, name = {}, None
    if not text.endswith("\n"):
        raise Fault("no line feed at the end")
    for line in text.split("\n")[:-1]:
        if match := re.fullmatch(rf"# HELP ({NAME}) (.+)", line):
            name = match[1]
            if name in families:
                raise Fault(f"a family twice: {line}")
            families[name] = Family(match[2])
        elif match := re.fullmatch(rf"# TYPE ({NAME}) (\w+)", line):
            if match[1] != name or families[name].type or match[2] not in TYPES:
                raise Fault(f"type: {line}")
            families[name].type = match[2]
        elif name is None or not families[name].type:
            raise Fault(f"before its TYPE: {line}")
        else:
            add_sample(name, families[name], line)
    for name, family in families.items():
        if not family.samples:
            raise Fault(f"no sample of {name}")
        if family.type == "histogram":
            check_histogram(name, family)
    return families
