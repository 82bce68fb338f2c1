"""Medians and ratios of a benchmark run: a Markdown table, and a plot as SVG."""

import json
import os
import platform
import statistics
import subprocess
from math import log2
from pathlib import Path

from measures import METRICS

PRIVATE_NETWORK = "BENCH_PRIVATE_NETWORK"  # set to the congestion control of our own network namespace
CONGESTION_CONTROL = Path("/proc/sys/net/ipv4/tcp_congestion_control")
DIRECTIONS = ("cpp->cpp", "go->go", "cpp->go", "go->cpp")


def conditions(programs, repetitions):
    """What a reader must know to judge the figures."""
    versions = {}
    for name, path in programs.items():
        said = subprocess.run([path, "version"], check=True, capture_output=True, text=True).stdout
        versions[name] = json.loads(said)["version"]
    return {"versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
            "repetitions": repetitions, "processors": os.cpu_count(),
            "load at the start": round(os.getloadavg()[0], 1), "kernel": platform.release(),
            "congestion control": os.environ.get(PRIVATE_NETWORK) or CONGESTION_CONTROL.read_text().strip()}


def medians(samples, metric):
    return {direction: statistics.median(values) for direction, values in samples[metric].items()}


def advantage(metric, values):
    """How many times better cpp->cpp is than go->go; above 1 is better. None where one is missing or 0."""
    ours, theirs = values.get("cpp->cpp"), values.get("go->go")
    if not ours or not theirs or ours < 0 or theirs < 0:
        return None
    return ours / theirs if METRICS[metric].more_is_better else theirs / ours


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def spread(values):
    """Half of the distance between the quartiles, in percent of the median: how far to trust it."""
    middle = statistics.median(values)
    if len(values) < 2 or not middle:
        return 0
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return abs(50 * (high - low) / middle)


def table(samples, facts):
    lines = ["# libp2p-peer beside go-libp2p", "",
             "Medians of interleaved repetitions, dialer->listener; `times better` compares cpp->cpp with go->go, "
             "above 1 is in our favour; `spread` is the larger half inter-quartile range of the two.", "",
             "| measure | unit | " + " | ".join(DIRECTIONS) + " | times better | spread |",
             "|---|---|" + "--:|" * (len(DIRECTIONS) + 2)]
    for metric in (name for name in METRICS if name in samples):
        values, about = medians(samples, metric), METRICS[metric]
        cells = [number(values.get(direction)) for direction in DIRECTIONS]
        ratio = advantage(metric, values)
        wide = max(spread(samples[metric].get(direction, [0])) for direction in DIRECTIONS[:2])
        lines.append(f"| {about.title} | {about.unit} | {' | '.join(cells)} | "
                     f"{f'{ratio:.2f}' if ratio else ''} | {wide:.0f} % |")
    lines += ["", "Conditions: " + "; ".join(f"{name} {fact}" for name, fact in facts.items()) + ".", ""]
    return "\n".join(lines)


ROW, LABEL, WIDTH, TOP = 26, 330, 900, 56
BETTER, WORSE, AXIS = "#2a7f62", "#b4503c", "#666666"


def plot(samples):
    """One bar per metric: how many times better than go, on a scale where 2 and 1/2 are equally far from 1."""
    bars = [(METRICS[m].title, advantage(m, medians(samples, m))) for m in METRICS if m in samples]
    bars = [(title, ratio) for title, ratio in bars if ratio]
    reach = max([1.0, *(abs(log2(ratio)) for _, ratio in bars)]) * 1.25
    middle, half = LABEL + (WIDTH - LABEL) / 2, (WIDTH - LABEL) / 2
    height = TOP + ROW * len(bars) + 16
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
           'font-family="sans-serif" font-size="13">',
           f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
           '<text x="12" y="22" font-size="16">libp2p-peer compared with go-libp2p</text>',
           f'<text x="12" y="42" fill="{AXIS}">times better (right) or worse (left), cpp-&gt;cpp to go-&gt;go, '
           'medians, logarithmic</text>']
    for row, (title, ratio) in enumerate(bars):
        y, length = TOP + ROW * row, log2(ratio) / reach * half
        left, colour = (middle, BETTER) if length >= 0 else (middle + length, WORSE)
        end = middle + length + (6 if length >= 0 else -6)
        anchor = "start" if length >= 0 else "end"
        out += [f'<text x="{LABEL - 8}" y="{y + 16}" text-anchor="end">{title}</text>',
                f'<rect x="{left:.1f}" y="{y + 4}" width="{abs(length):.1f}" height="{ROW - 8}" fill="{colour}"/>',
                f'<text x="{end:.1f}" y="{y + 17}" text-anchor="{anchor}">{ratio:.2f}</text>']
    out += [f'<line x1="{middle}" y1="{TOP - 4}" x2="{middle}" y2="{height - 8}" stroke="{AXIS}"/>', "</svg>", ""]
    return "\n".join(out)
