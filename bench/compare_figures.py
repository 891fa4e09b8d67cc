"""The figures that compare.py prints: taken from both programs' reports, their medians and ratios, as a table."""

import statistics

MB = 1e6
MOST_OTHERS = 0.1  # cores that other programs may use before a figure is doubtful
# The figures of each run: name, unit, and whether more of it is better.
FIGURES = {
    "fps": ("frames/s", True),
    "p50_ms": ("latency p50, ms", False),
    "p99_ms": ("latency p99, ms", False),
    "memory_mb": ("memory, MB", False),
    "cores": ("cores", False),
    "core_ms": ("core-ms a frame", False),
    "dropped": ("dropped, %", False),
    "delivered": ("delivered", True),
    "others": ("others, cores", False),
}
# By how many times Vigia is better; cores in use and deliveries are no merit by themselves.
RATIOS = ("fps", "p50_ms", "p99_ms", "memory_mb", "core_ms")


def per(of, each):
    return of / each if each else 0.0


def or_none(value, known):
    return value if known else None


def figures_of_vigia(report):
    """Of the JSON of 'vigia bench pipeline --no-bound' with one run."""
    job = report["runs"][0]["job"]
    return {"fps": job["fps"], "p50_ms": job["latency_ms"]["p50"], "p99_ms": job["latency_ms"]["p99"],
            "memory_mb": job["rss_peak_bytes"] / MB, "cores": job["cores"], "core_ms": job["core_ms"],
            "dropped": 100 * (1 - per(job["frames_processed"], job["frames_offered"])),
            "delivered": job["faces_posted_measured"], "others": per(job["foreign_cpu_seconds"], job["seconds"])}


def figures_of_reference(report):
    """Of the last line of the reference's output."""
    counts, latency = report["counts"], report["latency_ms"] or {"p50": None, "p99": None}
    offered = counts.get("captured", 0) + counts.get("missed", 0)
    return {"fps": report["detected_fps"], "p50_ms": latency["p50"], "p99_ms": latency["p99"],
            "memory_mb": report["rss_mb"]["peak"] * 2**20 / MB, "cores": report["cpu_cores"],
            "core_ms": or_none(report["cpu_ms_per_detected"], report["detected_fps"] > 0),
            "dropped": max(0.0, 100 * (1 - per(counts.get("detected", 0), offered))),
            "delivered": counts.get("sent", 0), "others": per(report["foreign_cpu_s"], report["seconds"])}


def spread(values):
    """None where there is no value."""
    values = [value for value in values if value is not None]
    return None if not values else {"median": statistics.median(values), "min": min(values), "max": max(values)}


def times_better(figure, ours, theirs):
    """By how many times ours is better; None where there is nothing to divide by."""
    if not ours or not theirs:
        return None
    return per(ours, theirs) if FIGURES[figure][1] else per(theirs, ours)


def ratios(ours, theirs):
    """Round by round: the two ran one after the other."""
    return {figure: spread([times_better(figure, a[figure], b[figure]) for a, b in zip(ours, theirs)])
            for figure in RATIOS}


def summarize(results):
    """Medians with their spread, and by how many times Vigia is better, of the rounds that were finished."""
    runs = results["runs"]
    results["medians"] = {name: {figure: spread([one[figure] for one in rounds]) for figure in FIGURES}
                          for name, rounds in runs.items()}
    results["ratios"] = {ours: {name: ratios(runs[ours], rounds) for name, rounds in runs.items()
                                if name.startswith("reference ")} for ours in runs if ours.startswith("vigia ")}


def shown(value):
    if value is None:
        return "-"
    return f"{value['median']:.2f} ({value['min']:.2f}..{value['max']:.2f})"


def table(results):
    lines = []
    names = list(results["medians"])
    width = 32
    lines.append(f"{'median (min..max)':<26}" + "".join(f"{name:>{width}}" for name in names))
    for figure, (title, _) in FIGURES.items():
        lines.append(f"{title:<26}" + "".join(f"{shown(results['medians'][name][figure]):>{width}}" for name in names))
    for ours, ratios_of in results["ratios"].items():
        if not ratios_of:
            continue
        lines += ["", f"{ours + ', times better':<26}" + "".join(f"{name:>{width}}" for name in ratios_of)]
        for figure in RATIOS:
            cells = "".join(f"{shown(of[figure]):>{width}}" for of in ratios_of.values())
            lines.append(f"{FIGURES[figure][0]:<26}{cells}")
    for name, rounds in results["runs"].items():
        most = max(one["others"] for one in rounds)
        if most > MOST_OTHERS:
            lines.append(f"warning: other programs used {most:.2f} cores during {name}: its figures are doubtful")
    return "\n".join(lines)
