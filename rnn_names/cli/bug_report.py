"""What a bug report should say of the system, for `info --system`."""

import locale
import os
import platform
import sys
from importlib.metadata import version

import numpy as np
from threadpoolctl import threadpool_info

from rnn_names.arrays import check_products
from rnn_names.errors import RnnNamesError
from rnn_names.system import can_start_helper, usable_cores
from rnn_names.version import __version__


def facts_for_bug_report() -> dict[str, str]:
    """Facts for a bug report: versions, BLAS and its kernel, cores, locale."""
    keys = "internal_api", "version", "architecture"
    of_blas = [library for library in threadpool_info() if library["user_api"] == "blas"]
    blas = [" ".join(str(library[key]) for key in keys if library.get(key)) for library in of_blas]
    try:
        check_products()
    except RnnNamesError:
        blas.append("WRONG products")
    names = "numpy", "click", "tqdm", "threadpoolctl"
    libraries = ", ".join(f"{name} {version(name)}" for name in names)
    kind = " (frozen)" if hasattr(sys, "frozen") else ""
    return {
        "versions": f"rnn-names {__version__}, {libraries}",
        "python": f"{platform.python_implementation()} {platform.python_version()}{kind}",
        "system": f"{platform.platform()}, {platform.machine()}",
        "blas": ", ".join(blas) or f"not reported by NumPy {np.__version__}",
        "cores": f"{usable_cores()} of {os.cpu_count()}",
        "helper": "can be started" if can_start_helper() else "none here",
        "locale": f"{locale.setlocale(locale.LC_CTYPE)}, {locale.getpreferredencoding(False)}, "
        f"screen {getattr(sys.stderr, 'encoding', None)}",
    }
