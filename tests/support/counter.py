"""What a helper process shares with its tests, in a module that imports no pytest."""

import os
import time


def is_helper():
    return "RNN_NAMES_HELPER_PROCESS" in os.environ


class Counter:
    """What the two processes have: a number, and perhaps rows of memory."""

    def __init__(self, *rows):
        self.rows, self.number, self.others_are_wrong = rows, 0, False

    def set(self, number):
        self.number = number

    def be_wrong(self):
        self.others_are_wrong = True

    def check(self):
        return self.number + 1 + (self.others_are_wrong and is_helper())

    def plus(self, amount):
        return self.number + amount

    def fill(self, value):
        for row in self.rows:
            row[:] = value
        return value

    def fail_elsewhere(self):
        if is_helper():
            raise MemoryError
        return 5

    def stop_elsewhere(self, number):
        if is_helper():
            os.kill(os.getpid(), number)
        return 6

    def wait(self):
        time.sleep(60)

    def pid(self):
        return os.getpid()

    def environment(self):
        return {name: os.environ.get(name) for name in ("OPENBLAS_NUM_THREADS", "TZ")}
