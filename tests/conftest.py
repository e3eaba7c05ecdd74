"""Fixtures for all tests. Those with a store belong to the desk's environment (Python 3.11 and newer)."""

import sys

if sys.version_info >= (3, 11):
    pytest_plugins = ["tests.support.store_fixtures", "tests.support.messaging_fixtures"]
