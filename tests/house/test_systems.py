"""What differs between systems is in one module."""

import re

from support.package import MODULES

ASKS = re.compile(
    r"sys\.platform|\bos\.name\b|\bplatform\.|(?:has|get)attr\((?:os|signal|socket)\b|sys, .frozen"
    r"|/dev/stdin|import (?:fcntl|resource|pwd|termios|msvcrt|winreg)\b"
    r"|memfd_create|sched_getaffinity"
)


def test_no_other_module_asks_which_system_this_is():
    asking = {module for module, path in MODULES.items() if ASKS.search(path.read_text("utf-8"))}
    assert asking == {"rnn_names.system"}
