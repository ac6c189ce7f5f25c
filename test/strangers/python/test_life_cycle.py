"""
A whole life cycle over the sandbox's API with pydo, DigitalOcean's own client for Python: over TLS, because it sends no
token in the clear. What one step makes, the next ones use; after one that failed there is no next one (`-f`).
"""

import unittest

from client import client
from steps_account import AccountSteps
from steps_droplets import DropletSteps
from steps_end import EndSteps
from steps_network import NetworkSteps
from steps_storage import StorageSteps


class LifeCycle(AccountSteps, DropletSteps, StorageSteps, NetworkSteps, EndSteps, unittest.TestCase):
    """The steps run in the order of their names."""

    api = client()
    made = {}


if __name__ == "__main__":
    unittest.main()
