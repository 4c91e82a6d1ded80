"""The portal's settings in the tests' own environment."""

from .environment import prepare

prepare()

from iopportal.settings import *  # noqa: E402, F403  the environment comes first
