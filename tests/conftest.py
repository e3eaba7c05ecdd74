"""Fixtures for all tests. Those with a store belong to the desk's environment (Python 3.11 and newer)."""

import sys

from tests.support.examples import load_profile

if sys.version_info >= (3, 11):
    pytest_plugins = ["tests.support.store_fixtures", "tests.support.messaging_fixtures"]

load_profile()
