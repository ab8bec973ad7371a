"""`python -m rnn_names` and the `rnn-names` script.

An interrupt while the modules are imported ends the program at once, without a traceback.
"""

import signal
import sys

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from rnn_names.errors import missing_module

try:
    from rnn_names.cli.main import main
except ModuleNotFoundError as error:
    sys.exit(f"Error: {missing_module(error)}")

if __name__ == "__main__":
    main()
