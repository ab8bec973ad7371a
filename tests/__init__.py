"""What every change must pass: `python -m tests`."""
