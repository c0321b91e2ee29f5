"""What both trainings share: their arguments, and the measuring of a step."""

import argparse
import json
import os
import statistics
import time


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--bfloat16", action="store_true")
    return parser.parse_args()


def cores():
    """Those that this process may use; not every system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def measure(step, batch, steps):
    """Prints images a second, by the median step after three that are not counted."""
    for _ in range(3):
        step()
    seconds = []
    for _ in range(steps):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"images_per_second": batch / statistics.median(seconds)}))
