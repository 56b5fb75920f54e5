"""The pytest plugin: collects cases under conformance/, runs them on a rig, gathers the results (xdist-safe).

Leaves running a case to bench.run, options and reports to bench.commands.running.session. Active only where cases are
collected; other tests do not notice it.
"""

from __future__ import annotations

import inspect
import logging
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench import sentences
from bench.case import EXIT_ERROR, Case, CaseResult, Verdict
from bench.commands.cluster import ClusterError
from bench.commands.running.options import ROWS, Options, SessionError
from bench.commands.running.session import RigError, Session, Shared, failure_block
from bench.commands.workers import die_with_controller
from bench.journal import Planned
from bench.stopping import like_ctrl_c
from conformance.clauses.ledger import LedgerError
from conformance.clauses.loading import SuiteBroken
from conformance.clauses.suite import case_modules, cases_in

_PROPERTY = "carbonbench"
_GLANCE = "carbonbench-glance"
_AROUND = "carbonbench-around"
_SESSION = pytest.StashKey[Session]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a run; `carbonbench run` passes the same ones."""
    group = parser.getgroup("carbonbench", "conformance runs / 符合性测试")
    for row in ROWS.values():
        row.add_to(group.addoption)
    group.addoption("--carbonbench", action="store_true", help="the suite, from any folder / 在任意目录运行用例")
    group.addoption("--live", action="store_true", help="progress and closing table of the bench, not of pytest")


def _session(config: pytest.Config) -> Session:
    session = config.stash.get(_SESSION, None)
    if session is None:
        shared = getattr(config, "workerinput", {}).get(_PROPERTY)
        options = Options.parse(vars(config.option), live=config.option.live)
        told = msgspec.json.decode(shared, type=Shared) if shared else None
        session = config.stash[_SESSION] = Session(options, told)
    return session


def _asks_for_cases(config: pytest.Config) -> bool:
    for arg in config.args:
        path = Path(arg.split("::")[0]).resolve()
        if any(_is_the_suite(part) for part in (path, *path.parents)):
            return True
    return False


def _add_the_suite(config: pytest.Config) -> None:
    """`--carbonbench` names the suite wherever it is installed; without other words nothing else is collected."""
    suite = str(Path(inspect.getfile(SuiteBroken)).parents[1])
    if config.option.carbonbench and suite not in config.args:
        others = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else []
        config.args = [*others, suite]


def _is_the_suite(folder: Path) -> bool:
    """The room, and no folder of tests that has its name."""
    return folder.name == "conformance" and (folder / "clauses" / "__init__.py").is_file()


class CaseFile(pytest.File):
    """A module of conformance cases."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each selected case and repetition."""
        session = _session(self.config)
        try:
            cases = tuple(cases_in(_module_of(self.path)))
        except SuiteBroken as error:
            raise self.CollectError(str(error)) from None
        for found in cases:
            for planned in session.attempts(found):
                title = found.id().rsplit("/", 1)[1] + (f"#{planned.attempt}" if planned.attempt > 1 else "")
                yield CaseItem.from_parent(self, name=title, case_type=found, planned=planned)


def _module_of(path: Path) -> str:
    """The dotted name of a module below the folder `conformance`; outside of it pytest tells paths from there on."""
    parts = path.with_suffix("").parts
    if "conformance" not in parts:
        return ".".join(("conformance", *parts))
    return ".".join(parts[len(parts) - 1 - parts[::-1].index("conformance") :])


class CaseFailed(Exception):
    """Carries the result of a case that did not pass."""

    def __init__(self, result: CaseResult) -> None:
        super().__init__(result.verdict.value)
        self.result = result


class CaseItem(pytest.Item):
    """One run of one case."""

    def __init__(self, *, case_type: type[Case], planned: Planned, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case_type = case_type
        self.planned = planned

    def runtest(self) -> None:
        """Run the case; anything but a pass becomes a pytest outcome that is not a pass either."""
        session = _session(self.config)
        try:
            found = session.ran(self.planned)
        except ClusterError as error:
            pytest.exit(str(error), returncode=EXIT_ERROR)
        result = found.result
        self.user_properties.append((_PROPERTY, msgspec.json.encode(result).decode()))
        self.user_properties.append((_GLANCE, session.decorate(found)))
        if found.around:
            self.user_properties.append((_AROUND, "\n".join(found.around)))
        if result.verdict in (Verdict.NOT_APPLICABLE, Verdict.NOT_RUN):
            pytest.skip(f"{result.verdict.value}: {result.reason}")
        if result.verdict is not Verdict.PASS:
            raise CaseFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The block a person reads: requirement, expected, actual, evidence, replay."""
        if isinstance(excinfo.value, CaseFailed):
            return failure_block(excinfo.value.result)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The module of the case, and its id."""
        return self.path, None, self.case_type.id()


class Collector:
    """Gathers results in the controlling process."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """A case begins, here or in a worker."""
        attempt = nodeid.rpartition("#")[2]
        self.session.started(location[2], int(attempt) if "#" in nodeid else 1)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A case ended, here or in a worker."""
        told = {name: str(text) for name, text in report.user_properties}
        if _PROPERTY in told and report.when == "call":
            result = msgspec.json.decode(told[_PROPERTY].encode(), type=CaseResult)
            self.session.finished(result, told.get(_GLANCE, ""), told.get(_AROUND, "").splitlines())
            if self.session.ended_early:
                self._stop("a case failed (--fail-fast)")

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Keep what is told to stop."""
        self._running = session

    def _stop(self, why: str) -> None:
        """No further case begins, here or in a worker."""
        spread: Any = self._running.config.pluginmanager.get_plugin("dsession")
        self._running.shouldstop = why
        if spread is not None:
            spread.shouldstop = why

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module of cases that cannot be imported is the bench's own error, never a shorter run."""
        if report.failed:
            self.session.broken(str(report.longrepr))

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """A run folder that takes no more (a full disk), or a bench that is another one by now: one sentence."""
        error = excinfo.value
        if isinstance(error, Exception) and self.session.house_changed():
            _tell_changed(self.session.folder, error)
            return True
        if not isinstance(error, OSError):
            return False
        _tell_full(self.session.folder, error)
        return True

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Tell the session what will run (without workers; with them, xdist collects)."""
        self.session.expect([item.planned for item in items if isinstance(item, CaseItem)])

    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Tell the session what will run (with workers, who all collect the same)."""
        by_node = {f"{planned.case}#{planned.attempt}": planned for planned in self.session.plan()}
        self.session.expect([by_node[case_of(node)] for node in ids])


def case_of(nodeid: str) -> str:
    """The attempt that a node id stands for: conformance/terminal/delivery/delivery.py::name#2 is delivery/name#2."""
    path, _, name = nodeid.rpartition("::")
    title, _, attempt = name.partition("#")
    ids = {found.id().rsplit("/", 1)[1]: found.id() for found in cases_in(_module_of(Path(path)))}
    return f"{ids[title]}#{attempt or 1}"


def _told(record: logging.LogRecord) -> bool:
    """Whether asyncio's complaint is worth telling: what a bench that was stopped leaves behind is not."""
    return not (record.exc_info and isinstance(record.exc_info[1], KeyboardInterrupt))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """An attempt has its folder before anybody is told that it began."""
    if isinstance(item, CaseItem):
        _session(item.config).begins(item.planned)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin the run folder in the controlling process, before Allure looks for its own."""
    _add_the_suite(config)
    if not _asks_for_cases(config):
        return
    _stop_like_ctrl_c()
    try:
        session = _session(config)
        if config.option.collectonly:
            return
        if getattr(config, "workerinput", None) is None:
            session.begin(_workers(config))
            if session.options.cluster:
                scope = ExitStack()
                config.add_cleanup(scope.close)
                session.call_in(scope)
    except SessionError as error:
        if config.option.live:
            # As every other command says it; without words of its own, the exit code is all that pytest adds.
            print(error, file=sys.stderr)
            raise pytest.UsageError from None
        raise pytest.UsageError(str(error)) from None
    except (RigError, SuiteBroken, LedgerError) as error:
        pytest.exit(str(error), returncode=EXIT_ERROR)
    except KeyboardInterrupt:
        # Before the session stands pytest tells nobody, and its own code for this is ours for an undecided run.
        pytest.exit(str(sentences.WAS_INTERRUPTED()), returncode=EXIT_ERROR)
    logging.getLogger("asyncio").addFilter(_told)
    if getattr(config, "workerinput", None) is not None:
        die_with_controller()
        # The farewell of a worker whose controller was killed: nobody is there to hear it, and it is no news.
        warnings.filterwarnings("ignore", message="A plugin raised an exception during an old-style hookwrapper")
    else:
        config.pluginmanager.register(Collector(session), "carbonbench-collector")
    if config.option.allure_report_dir is None:
        config.option.allure_report_dir = str(session.folder / "allure-results")


def _stop_like_ctrl_c() -> None:
    """Who asks the bench to end (kill, a closed console) gets what Ctrl-C gives: a report, and nothing left behind."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, like_ctrl_c)


def _workers(config: pytest.Config) -> int:
    told = getattr(config.option, "numprocesses", None)
    return told if isinstance(told, int) and told > 0 else 1


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: tell a worker which run folder is in use."""
    session = node.config.stash.get(_SESSION, None)
    if session is not None:
        node.workerinput[_PROPERTY] = msgspec.json.encode(session.shared()).decode()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.File | None:
    """Files of cases are the suite's (`conformance.clauses.suite`), and those that no option selects stay unread."""
    if file_path.suffix != ".py" or "conformance" not in file_path.parts:
        return None
    module = _module_of(file_path)
    if module not in case_modules() or not _session(parent.config).concerns(module):
        return None
    return CaseFile.from_parent(parent, path=file_path)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the reports and set the exit code of the bench."""
    config = session.config
    run = config.stash.get(_SESSION, None)
    if run is None or hasattr(config, "workerinput") or config.option.collectonly:
        return
    if exitstatus in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
        return
    try:
        interrupted = exitstatus == pytest.ExitCode.INTERRUPTED and not run.ended_early
        session.exitstatus = run.close(interrupted=interrupted)
    except Exception as error:
        if run.house_changed():
            _tell_changed(run.folder, error)
        elif isinstance(error, OSError):
            _tell_full(run.folder, error)
        else:
            raise
        session.exitstatus = EXIT_ERROR


def _tell_changed(folder: Path, error: Exception) -> None:
    print(
        sentences.BENCH_CHANGED(name=type(error).__name__).after(folder),
        file=sys.stderr,
    )


def _tell_full(folder: Path, error: OSError) -> None:
    print(
        sentences.RUN_UNWRITABLE(folder=folder, strerror=error.strerror or error).after(folder),
        file=sys.stderr,
    )
