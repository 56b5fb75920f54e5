"""Speed of the clause ledger: parsing and gating all five documents, and how soon `carbonbench clauses` answers.

Leaves judging the numbers to the reader. Wall time is read here, where nothing is decided by it.

    python benchmarks/clauses.py [--json] [--cpu] [--rounds N]

1. `parse`: the five files from YAML into entries, nothing remembered; beside it PyYAML's C loader and its Python loader
   on the same octets, which is the floor.
2. `remembered`: the same ledger from the cache of the user.
3. `gates`: every gate of `make test` over the parsed ledger (the drafts' texts only where the house has them).
4. `list`, `show`: the command in a process of its own, beside an interpreter that does nothing.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from conformance.clauses.gates import read_subject, run_gates
from conformance.clauses.ledger import DOCUMENTS, FOLDER, load_ledger, parse
from conformance.clauses.suite import find_cases, find_defects
from conformance.clauses.texts import TextsAbsent, find_texts

COMMAND = Path(sys.executable).with_name("carbonbench")


def cpu_s() -> float:
    """Seconds of processor time of this process and of its children that ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


clock: Callable[[], float] = time.perf_counter
"""What seconds are read from; `--cpu` puts `cpu_s` here."""


def best(rounds: int, work: Callable[[], Any]) -> float:
    """The shortest of several, seconds: the others were disturbed."""
    found: list[float] = []
    for _ in range(rounds):
        gc.collect()
        begin = clock()
        work()
        found.append(clock() - begin)
    return min(found)


def process(*words: str | Path, env: dict[str, str]) -> Callable[[], Any]:
    """A program from start to end."""
    return lambda: subprocess.run([str(word) for word in words], env=env, capture_output=True, check=True)


def measure_all(rounds: int) -> dict[str, float]:
    """All numbers, seconds."""
    paths = [FOLDER / f"{name}.yaml" for name in DOCUMENTS]
    octets = [path.read_bytes() for path in paths]
    with tempfile.TemporaryDirectory() as cache:
        env = {**os.environ, "XDG_CACHE_HOME": cache, "NO_COLOR": "1"}
        os.environ["XDG_CACHE_HOME"] = cache
        begin = clock()
        process(COMMAND, "clauses", "list", env=env)()
        first_s = clock() - begin
        try:
            texts = find_texts()
        except TextsAbsent:
            texts = None
        subject = read_subject(find_cases(), find_defects(), texts)

        def remembered() -> None:
            load_ledger.cache_clear()
            load_ledger()

        numbers = {
            "entries": float(len(load_ledger().by_id)),
            "parse_s": best(rounds, lambda: parse(paths)),
            "yaml_c_s": best(rounds, lambda: [yaml.load(each, Loader=yaml.CSafeLoader) for each in octets]),
            "yaml_python_s": best(1, lambda: [yaml.load(each, Loader=yaml.SafeLoader) for each in octets]),
            "remembered_s": best(rounds, remembered),
            "gates_s": best(rounds, lambda: run_gates(subject)),
            "gates_with_texts": float(texts is not None),
            "list_first_s": first_s,
            "list_s": best(rounds, process(COMMAND, "clauses", "list", env=env)),
            "show_s": best(rounds, process(COMMAND, "clauses", "show", next(iter(subject.ledger.by_id)), env=env)),
            "interpreter_s": best(rounds, process(sys.executable, "-c", "pass", env=env)),
        }
    numbers["ratio_parse_to_yaml_c"] = numbers["parse_s"] / numbers["yaml_c_s"]
    numbers["ratio_parse_to_yaml_python"] = numbers["parse_s"] / numbers["yaml_python_s"]
    numbers["ratio_remembered_to_parse"] = numbers["remembered_s"] / numbers["parse_s"]
    numbers["ratio_list_to_interpreter"] = numbers["list_s"] / numbers["interpreter_s"]
    return numbers


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Speed of the clause ledger, beside PyYAML and the bare interpreter.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--cpu", action="store_true", help="processor time instead of wall time, on a shared machine")
    parser.add_argument("--rounds", type=int, default=3, help="repetitions, the best counts (default 3)")
    options = parser.parse_args()
    if options.cpu:
        global clock
        clock = cpu_s
    numbers = measure_all(options.rounds)
    if options.json:
        print(json.dumps(numbers))
        return
    get = numbers.__getitem__
    texts = "with" if get("gates_with_texts") else "without"
    print(f"ledger parsed, {get('entries'):.0f} entries {get('parse_s') * 1000:>8.0f} ms")
    print(f"  PyYAML, C loader           {get('yaml_c_s') * 1000:>8.0f} ms  ratio {get('ratio_parse_to_yaml_c'):.2f}")
    print(
        f"  PyYAML, Python loader      {get('yaml_python_s') * 1000:>8.0f} ms  "
        f"ratio {get('ratio_parse_to_yaml_python'):.2f}"
    )
    print(
        f"ledger remembered            {get('remembered_s') * 1000:>8.1f} ms  "
        f"ratio {get('ratio_remembered_to_parse'):.3f}"
    )
    print(f"all gates, {texts} the texts  {get('gates_s') * 1000:>8.0f} ms")
    print(f"clauses list, first ever     {get('list_first_s') * 1000:>8.0f} ms")
    print(
        f"clauses list                 {get('list_s') * 1000:>8.0f} ms  "
        f"{get('ratio_list_to_interpreter'):.1f} times a bare interpreter"
    )
    print(f"clauses show                 {get('show_s') * 1000:>8.0f} ms")
    print(f"python -c pass               {get('interpreter_s') * 1000:>8.0f} ms")


if __name__ == "__main__":
    main()
