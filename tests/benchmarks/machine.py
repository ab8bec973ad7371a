"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path


class Machine:
    """Tells about processor and libraries; a contender, since it has to load them."""

    def describe(self, cores: int) -> str:
        """A Markdown list."""
        import click
        import numpy as np
        import threadpoolctl
        import torch

        import rnn_names

        np.ones((2, 2)) @ np.ones((2, 2))
        blas = [
            f"{library['internal_api']} {library['version']}, kernel "
            f"{library.get('architecture', 'unknown')}"
            for library in threadpoolctl.threadpool_info()
            if library["user_api"] == "blas"
        ]
        return (
            f"- Processor: {_processor()}; {cores} of {os.cpu_count()} cores used; "
            f"{platform.system()} {platform.machine()}\n"
            f"- Python {platform.python_version()}, NumPy {np.__version__} "
            f"({'; '.join(blas) or 'BLAS unknown'}), "
            f"Click {click.__version__}, rnn-names {rnn_names.__version__}\n"
            f"- PyTorch {torch.__version__} ({_torch_blas(torch.__config__.show())}, "
            f"{torch.backends.cpu.get_cpu_capability()})\n"
        )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _torch_blas(config: str) -> str:
    found = [
        line.strip(" -")
        for line in config.splitlines()
        if "Math Kernel" in line or "OpenBLAS" in line
    ]
    return found[0].split(" for ")[0] if found else "BLAS unknown"
