"""Programs that end when the script that started them ends, whatever ends it."""
import os
import signal
import subprocess
import sys


def end_on_signals():
    """SIGINT, SIGTERM and SIGHUP end the script as an exception does: temporary folders go, and programs are told to stop."""
    def stop(number, _frame):
        sys.exit(128 + number)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def run(words, **options):
    """As subprocess.run, but a program that is left behind is told to stop (SIGTERM), so that it can stop its own."""
    with subprocess.Popen([str(word) for word in words], text=True, **options) as child:
        try:
            output, errors = child.communicate()
        except BaseException:
            child.terminate()
            child.wait()
            raise
    return subprocess.CompletedProcess(words, child.returncode, output, errors)


def problem_with(program):
    """Why a program cannot be started; None when it can."""
    if os.path.dirname(program) and not os.path.exists(program):
        return f"there is no {program}"
    try:
        subprocess.run([program, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError as problem:
        return f"{program} cannot be started: {problem.strerror}"
    return None
