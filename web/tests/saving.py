"""Saving a page of the set-up as a browser does: what it showed in hidden fields goes with what was typed."""

import re

HIDDEN = re.compile(r'name="(version|one_time_key)" value="([^"]+)"')


def opened(client, path):
    """The hidden fields of a page of the admin, as somebody has it open who may change it."""
    return dict(HIDDEN.findall(client.get(path).content.decode()))


def save(client, path, data, **how):
    """Open the page and send it."""
    return client.post(path, data | opened(client, path), **how)
