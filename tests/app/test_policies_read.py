"""Folders of policies are read, or refused; nothing in one keeps the service waiting."""

import os

import pytest

from holdfast.app.policies import load_policies
from holdfast.errors import PolicyError


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this platform has no pipes with names")
def test_a_pipe_in_the_folder_is_refused(tmp_path):
    """Opened, it would hold a thread of the service until somebody writes to it."""
    (tmp_path / "staff").mkdir()
    os.mkfifo(tmp_path / "staff" / "own.cedar")
    with pytest.raises(PolicyError, match=r"own\.cedar is no file"):
        load_policies(tmp_path)
