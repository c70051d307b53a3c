"""The protocol between the bench and a contestant.

The first argument is the task as JSON. When the contestant is ready, it writes a line of JSON with the variant of the library
that it uses. Then the bench writes amounts of work to stdin, one a line. The contestant does the work and answers with a line
of JSON: the seconds, the peak resident memory of the process in MiB, the variant, and the optional fields of `Answer` in
task.ts.
"""
import json
import sys
import time


def task():
    return json.loads(sys.argv[1])


def peak_mib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def fastest(variants, selected):
    """Return the name and the work of the selected variant; if it is None, of the fastest one."""
    if selected is None and len(variants) == 1:
        [selected] = variants
    if selected is not None:
        return selected, variants[selected]()
    best = None
    for name, make in variants.items():
        try:
            work = make()
            work(2)
            seconds = timed(work, 1)
            # A variant that is far behind is measured only once.
            if best is None or seconds < 2 * best[0]:
                seconds = min(seconds, *(timed(work, 1) for _ in range(4)))
        except Exception as error:
            if best is None:
                raise
            print(f"{name} skipped: {error}", file=sys.stderr)
            continue
        print(f"  tried {name or 'plain'}: {1000 * seconds:.1f} ms", file=sys.stderr)
        if best is None or seconds < best[0]:
            best = seconds, name, work
    return best[1:]


def timed(work, amount):
    begin = time.perf_counter()
    work(amount)
    return time.perf_counter() - begin


def serve(variant, work):
    print(json.dumps({"variant": variant}), flush=True)
    for line in sys.stdin:
        details = {}
        seconds = timed(lambda amount: details.update(work(amount) or {}), int(line))
        print(json.dumps({"seconds": seconds, "peak": peak_mib(), "variant": variant, **details}), flush=True)
