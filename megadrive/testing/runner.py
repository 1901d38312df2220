"""Run a corpus of test cases on one or more cores, in parallel."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
import pathlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from megadrive.testing.adapters import DEFAULT_CORES, AdapterFactory, load_adapter
from megadrive.testing.cases import Adapter, Case, Outcome
from megadrive.testing.compare import Difference, compare, corrected
from megadrive.testing.explain import explain
from megadrive.testing.formats import MAGIC, FormatError, open_file, read_cases, split_name
from megadrive.testing.report import InstructionResult, Report

Core: TypeAlias = str | AdapterFactory
"""An adapter's class, or MODULE:ADAPTER."""

_CORRECTED = "compared as hardware does, not as the corpus has it (see megadrive.testing.compare)"
_SPLIT = 1 << 20  # files larger than this are dealt out to several processes


@dataclass
class _Task:
    """A file, or every so manieth case of one, to be run."""

    path: pathlib.Path
    part: int
    parts: int
    size: int


@dataclass
class _Done:
    """What a process has found out about one task."""

    results: list[InstructionResult] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    error: str | None = None


def verify(
    path: str | os.PathLike[str],
    cores: Sequence[Core] = (),
    jobs: int | None = None,
    show: int = 3,
    progress: Callable[[float], object] | None = None,
) -> Report:
    """Run all test cases of a file or folder on one or more cores.

    Parameters
    ----------
    path : path
        File of cases (:mod:`megadrive.testing.formats`), or a folder, whose folders are searched too. Files of a folder
        that hold no cases are passed over, and named in the report.
    cores : sequence of adapter classes or "MODULE:ADAPTER"
        What to test; by default this package's 68000 and Z80. Cases are run on the cores of their CPU.
    jobs : int, optional
        Processes; by default as many as the machine has CPUs for this one. With more than one, adapter classes have to
        be importable, and a script has to call this function under ``if __name__ == "__main__":``.
    show : int
        Failing cases of each core that are explained in the report.
    progress : callable, optional
        Called now and then with the share of the work that is done, 0.0 to 1.0.

    Returns
    -------
    Report
        What passed, by core and instruction, and which files are broken.

    Raises
    ------
    FileNotFoundError
        If there is no such path.
    ValueError
        If an adapter's name is wrong.

    Examples
    --------
    >>> import tempfile
    >>> from megadrive import testing
    >>> case = testing.Case("z80", "00 0000", {"pc": 0}, [(0, 0)], {"pc": 1}, [(0, 0)], 4)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     count = testing.write_cases(folder + "/00.json", [case])
    ...     report = testing.verify(folder, jobs=1)
    >>> report.passed, report.results[0].cases
    (True, 1)
    """
    names = _core_names(cores)
    if jobs is None:
        jobs = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if jobs < 1:
        raise ValueError(f"jobs is {jobs}, expected 1 or more")
    report = Report()
    tasks = [*_tasks(pathlib.Path(path), jobs, report)]
    total = sum(task.size for task in tasks) or 1
    finished = 0
    for task, done in _run_all(tasks, names, show, jobs):
        _add(report, done)
        finished += task.size
        if progress is not None:
            progress(finished / total)
    _finish(report, names, show, bool(cores))
    return report


def _core_names(cores: Sequence[Core]) -> list[Core]:
    found: list[Core] = []
    for core in cores or DEFAULT_CORES.values():
        factory = load_adapter(core) if isinstance(core, str) else core
        if getattr(factory, "cpu", None) not in DEFAULT_CORES:
            raise ValueError(f"{core!r} is not an adapter's class: it needs cpu = 'm68000' or 'z80'")
        found.append(core)
    return found


def _label(core: Core) -> str:
    return core if isinstance(core, str) else str(getattr(core, "__name__", core))


def _cpu(core: Core) -> str:
    return str((load_adapter(core) if isinstance(core, str) else core).cpu)  # type: ignore[attr-defined]


# ------------------------------------------------------------------------------------------------- files


def _tasks(path: pathlib.Path, jobs: int, report: Report) -> Iterator[_Task]:
    if not path.exists():
        raise FileNotFoundError(f"there is no file or folder {path}")
    alone = not path.is_dir()
    for file in [path] if alone else sorted(one for one in path.rglob("*") if one.is_file()):
        _, suffix = split_name(file)
        if alone or (suffix and _has_cases(file, suffix)):
            size = file.stat().st_size
            parts = jobs if size > _SPLIT and suffix == ".jsonl" else 1
            for part in range(parts):
                yield _Task(file, part, parts, size // parts)
        else:
            report.skipped.append(str(file))


def _has_cases(path: pathlib.Path, suffix: str) -> bool:
    """Tell whether a file of a folder is meant to be one of cases: .bin and .json may be anything."""
    if path.name.endswith((".json.bin", ".bin.xz", ".bin.gz", ".bin.bz2")) or suffix == ".jsonl":
        return True
    try:
        with open_file(path) as file:
            start = file.read(4096).lstrip()
    except (OSError, EOFError, ValueError):
        return True  # the reader will say what is wrong
    if suffix == ".bin":
        return start[:4] == MAGIC
    return start[:1] == b"[" and (b'"initial"' in start or not start[1:].strip(b" \n\r\t]"))


# --------------------------------------------------------------------------------------------- processes


def _run_all(tasks: list[_Task], cores: list[Core], show: int, jobs: int) -> Iterator[tuple[_Task, _Done]]:
    if jobs == 1 or len(tasks) <= 1:
        for task in tasks:
            yield task, _run(task, cores, show)
        return
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(min(jobs, len(tasks)), context) as pool:
        largest_first = sorted(tasks, key=lambda task: -task.size)
        futures = {pool.submit(_run, task, cores, show): task for task in largest_first}
        try:
            for future in concurrent.futures.as_completed(futures):
                yield futures[future], future.result()
        except concurrent.futures.process.BrokenProcessPool:
            raise RuntimeError(
                "a process ended while it was running cases: a core has crashed, or the script that called verify() "
                'does not do so under if __name__ == "__main__":'
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_adapters: dict[str, Adapter] = {}  # of this process


def _adapter(core: Core) -> Adapter:
    key = _label(core) + repr(core)
    if key not in _adapters:
        _adapters[key] = (load_adapter(core) if isinstance(core, str) else core)()
    return _adapters[key]


def _run(task: _Task, cores: list[Core], show: int) -> _Done:
    """Run the cases of a task: what a process does."""
    done = _Done()
    results: dict[tuple[str, str], InstructionResult] = {}
    stem, _ = split_name(task.path)
    try:
        adapters = [(_label(core), _adapter(core)) for core in cores]
        for case in read_cases(task.path, task.part, task.parts):
            _, note = corrected(case)
            instruction = case.name.rsplit(" ", 1)[0] if case.cpu == "z80" else stem
            for label, adapter in adapters:
                if adapter.cpu != case.cpu:
                    continue
                if note is not None:
                    done.notes[
                        f"{note}: compared as hardware does, not as the corpus has it (see megadrive.testing.compare)"
                    ] += 1
                result = results.get((label, instruction))
                if result is None:
                    result = results[label, instruction] = InstructionResult(label, case.cpu, instruction)
                _run_case(case, adapter, result, done.failures, show)
    except (FormatError, OSError) as error:
        done.error = str(error)
    done.results = [*results.values()]
    return done


def _run_case(case: Case, adapter: Adapter, result: InstructionResult, failures: list[str], show: int) -> None:
    outcome: Outcome | None = None
    differences: list[Difference]
    try:
        outcome = adapter.run(case)
        differences = compare(case, outcome)
    except Exception as error:  # of somebody's core: it is a failing case, not the end
        differences = [Difference("state", "the run", "a result", f"{type(error).__name__}: {error}")]
    result.add(case, outcome, {difference.aspect for difference in differences})
    if differences and len(failures) < show:
        failures.append(f"{result.core}: {explain(case, outcome, differences)}")


def _add(report: Report, done: _Done) -> None:
    known = {(result.core, result.cpu, result.instruction): result for result in report.results}
    for result in done.results:
        key = (result.core, result.cpu, result.instruction)
        if key in known:
            known[key].merge(result)
        else:
            report.results.append(result)
    report.failures += done.failures
    report.notes += done.notes
    if done.error is not None:
        report.errors.append(done.error)


def _finish(report: Report, cores: list[Core], show: int, explicit: bool) -> None:
    order: dict[Any, int] = {_label(core): number for number, core in enumerate(cores)}
    report.results.sort(key=lambda result: (order[result.core], result.instruction))
    report.failures.sort()
    shown: Counter[str] = Counter()
    kept = []
    for failure in report.failures:
        label = failure.split(": ", 1)[0]
        shown[label] += 1
        if shown[label] <= show:
            kept.append(failure)
    report.failures = kept
    report.errors.sort()
    if not report.results and not report.errors:
        report.errors.append("no test cases were found")
    tested = {result.core for result in report.results}
    for core in cores:
        if explicit and report.results and _label(core) not in tested:
            report.errors.append(f"{_label(core)}: there were no cases of a {_cpu(core)}")
