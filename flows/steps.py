"""How a run and a piece of it are carried out under Prefect, and what the page says of them."""

from __future__ import annotations

import inspect
import logging
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any, NoReturn, ParamSpec, TypeVar
from weakref import ref

import prefect
from prefect.cache_policies import NO_CACHE
from pydantic import Field

from flows.server import send_logs
from nianbao.errors import NianbaoError
from nianbao.language import _, documented

P = ParamSpec("P")
T = TypeVar("T")

# Prefect writes down what every library logs; what Great Expectations has to say becomes findings and errors of ours.
logging.getLogger("great_expectations").propagate = False
# A good run has a log as well: what a flow says for itself is kept, of its tasks only what went wrong.
logging.getLogger("prefect.flow_runs").setLevel(logging.INFO)


class ToldOnce(logging.Filter):
    """Says a fault that has a sentence of its own in that sentence, once; Prefect would print its whole trace twice.

    The run fails as before, and a fault that nobody foresaw keeps its trace; with PREFECT_LOGGING_LEVEL=DEBUG all do.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: Callable[[], BaseException | None] = lambda: None

    def filter(self, record: logging.LogRecord) -> bool:
        """Put the sentence in the place of message and trace; whether it is new."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, NianbaoError) or logging.getLogger("prefect").isEnabledFor(logging.DEBUG):
            return True
        is_new = error is not self._told()
        self._told = ref(error)  # its trace would keep a warehouse open
        record.msg, record.args, record.exc_info, record.exc_text = str(error), (), None, None
        return is_new


_told_once = ToldOnce()
for _kind in ("flow_runs", "task_runs"):
    logging.getLogger(f"prefect.{_kind}").addFilter(_told_once)

Year = Annotated[int, Field(ge=2000, le=2100)]


def flow(name: str) -> Callable[[Callable[P, T]], prefect.Flow[P, T]]:
    """A flow that the page explains, with its parameters, in the language of who deploys it; no result is kept."""

    def make(work: Callable[P, T]) -> prefect.Flow[P, T]:
        said, arguments = documented(inspect.getdoc(work) or "")
        description = "\n\n".join(map(_, said))
        meanings = "\n".join(f"    {argument}: {_(meaning)}" for argument, meaning in arguments.items())
        work.__doc__ = f"{description}\n\nArgs:\n{meanings}"
        return prefect.flow(name=name, description=description, persist_result=False)(work)

    return make


def as_task(name: str, work: Callable[..., T], *arguments: Any) -> T:
    """Carry out a step as a Prefect task, in this thread; it is never retried, and what it returns stays in memory.

    The arguments (an open warehouse among them) are kept from Prefect, which would look through every one of them.
    """

    @prefect.task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False, retries=0)
    def carry_out() -> T:
        return work(*arguments)

    return carry_out()


def leave(exit_code: int) -> NoReturn:
    """End a script. Prefect's threads live on until the very end, and DuckDB would list what they hold as leaks."""
    send_logs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_code)
