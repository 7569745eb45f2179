"""SIGTERM and SIGHUP as an orderly end: what a run made for itself is removed, as on Ctrl-C."""


def end_orderly() -> None:
    """From now on, let these signals unwind the program, so that temporary folders and processes end with it.

    Left alone where somebody handles or ignores them already, and outside of the main thread, which alone may say.
    """
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        return
    for number in {signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _unwind)


def _unwind(number: int, _: object) -> None:
    # The exit status that shells give to what a signal ended.
    raise SystemExit(128 + number)
