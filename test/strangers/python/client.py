"""What the steps of the life cycle share: clients of the sandbox, pages, waiting."""

import os
import time
from urllib.parse import parse_qs, urlparse

from pydo import Client

REGION = "fra1"
SIZE = "s-1vcpu-1gb"
IMAGE = "debian-13-x64"
TAG = "pydo"
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFqhVzK2jZbGxxq4XyVsm2eE3lHqLr2Yb1cQ8yqSgV8m pydo@example"


def client(token=None):
    """A client without retries: an error is seen as it came. The CA comes from REQUESTS_CA_BUNDLE."""
    return Client(
        token=token or os.environ["SANDBOX_TOKEN"],
        endpoint=os.environ["SANDBOX_TLS_URL"],
        retry_total=0,
        timeout=20,
    )


def pages(name, get, per_page):
    """Every item of a collection. The next page is the one that the link of the last one leads to, as pydo's examples do."""
    items, page = [], 1
    while True:
        answer = get(per_page=per_page, page=page)
        assert len(answer[name]) <= per_page, f"a page of {per_page} has {len(answer[name])}"
        items += answer[name]
        following = answer["links"].get("pages", {}).get("next")
        if following is None:
            assert answer["meta"]["total"] == len(items), f"{len(items)} were listed, not {answer['meta']['total']}"
            return items
        page = int(parse_qs(urlparse(following).query)["page"][0])


def wait_for(look, is_there, what, seconds=20):
    """pydo waits for nothing by itself; this is the loop of its examples."""
    end = time.monotonic() + seconds
    while True:
        seen = look()
        if is_there(seen):
            return seen
        assert time.monotonic() < end, f"{what} did not come: {seen}"
        time.sleep(0.1)


def wait_for_action(api, answer):
    """Waits until an action that an answer speaks of is completed."""
    number = answer["action"]["id"]
    done = wait_for(
        lambda: api.actions.get(number)["action"],
        lambda action: action["status"] != "in-progress",
        f"the end of action {number}",
    )
    assert done["status"] == "completed", done
    return done
