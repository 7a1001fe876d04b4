"""What every test may use: skip where a program is not installed."""

import shutil

import pytest

PROGRAMS = {"browser": ("chromium", "chromium-browser", "google-chrome"), "libreoffice": ("soffice", "libreoffice")}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that look through a program which this machine does not have."""
    missing = {marker for marker, names in PROGRAMS.items() if not any(map(shutil.which, names))}
    for item in items:
        for marker in missing & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.skip(reason=f"no {marker} on this machine"))
