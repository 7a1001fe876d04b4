"""What a failed run leaves in the terminal of its worker and in the log of Prefect's page."""

import logging
from collections.abc import Iterator

import pytest

import flows.steps  # noqa: F401 (it says how the loggers of Prefect speak)
from nianbao.errors import StoreError

KINDS = ("flow_runs", "task_runs")


class Kept(logging.Handler):
    """Keeps every record as it would be printed."""

    def __init__(self) -> None:
        super().__init__()
        self.printed: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.printed.append(self.format(record))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    """What the loggers of runs and tasks print; no server is told."""
    handler = Kept()
    loggers = [logging.getLogger(f"prefect.{kind}") for kind in KINDS]
    for logger in loggers:
        monkeypatch.setattr(logger, "handlers", [handler])
        monkeypatch.setattr(logger, "propagate", False)
    return handler


def fail(error: Exception, kind: str) -> None:
    """Say of a run or a task what Prefect says of it when it has failed."""
    try:
        raise error
    except type(error):
        logging.getLogger(f"prefect.{kind}").error("Encountered exception: %r", error, exc_info=True)


def test_a_fault_with_a_sentence_is_told_once_in_that_sentence(kept: Kept) -> None:
    """The task, the run and the engine all tell of it; what stands there is what happened and what to do next."""
    error = StoreError("the disk is full", "var", "make room and run again")
    for kind in ("task_runs", "flow_runs", "flow_runs"):
        fail(error, kind)
    assert kept.printed == [str(error)]


def test_a_fault_that_nobody_foresaw_keeps_its_trace(kept: Kept) -> None:
    """Of an error of the program somebody must see where it came from."""
    fail(ZeroDivisionError("by nought"), "flow_runs")
    assert len(kept.printed) == 1 and "Traceback" in kept.printed[0] and "by nought" in kept.printed[0]


@pytest.fixture
def debugging() -> Iterator[None]:
    """Prefect at the level of whoever looks for a fault of the program."""
    prefect = logging.getLogger("prefect")
    before = prefect.level
    prefect.setLevel(logging.DEBUG)
    yield
    prefect.setLevel(before)


@pytest.mark.usefixtures("debugging")
def test_all_traces_are_there_for_the_asking(kept: Kept) -> None:
    """With PREFECT_LOGGING_LEVEL=DEBUG a fault that has a sentence has its trace, too."""
    fail(StoreError("the disk is full"), "flow_runs")
    assert "Traceback" in kept.printed[0]
