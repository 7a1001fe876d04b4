"""How a piece of a run is carried out under Prefect, and what the page asks for before it starts one."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any, NoReturn, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from pydantic import Field

from nianbao.language import speak_arguments

P = ParamSpec("P")
T = TypeVar("T")

# Prefect writes down what every library logs; what Great Expectations has to say becomes findings and errors of ours.
logging.getLogger("great_expectations").propagate = False
# A good run has a log as well: what a flow says for itself is kept, of its tasks only what went wrong.
logging.getLogger("prefect.flow_runs").setLevel(logging.INFO)

Year = Annotated[int, Field(ge=2000, le=2100)]


def explained(work: Callable[P, T]) -> Callable[P, T]:
    """Let the page explain the parameters of a flow in the language of who deploys it."""
    work.__doc__ = speak_arguments(work.__doc__ or "")
    return work


def as_task(name: str, work: Callable[..., T], *arguments: Any) -> T:
    """Carry out a step as a Prefect task, in this thread; it is never retried, and what it returns stays in memory.

    The arguments (an open warehouse among them) are kept from Prefect, which would look through every one of them.
    """

    @task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False, retries=0)
    def carry_out() -> T:
        return work(*arguments)

    return carry_out()


def leave(exit_code: int) -> NoReturn:
    """End a script. Prefect's threads live on until the very end, and DuckDB would list what they hold as leaks."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_code)
