"""What a process took of memory."""


def peak_mib():
    """The most that this process has held so far, in MiB."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
