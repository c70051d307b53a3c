"""How the bench speaks to a peer: a task as JSON in the first argument, then an amount on each line of stdin.

Each amount of work is answered by a line of JSON: its seconds, the process' peak resident memory in MiB, and
which variant of the library did it; of epochs also the seconds of the last one's steps.
"""
import json
import sys
import time


def task():
    return json.loads(sys.argv[1])


def peak_mib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def fastest(variants, wanted):
    """Of work by name: the name and the work that is `wanted`; `None`: that took least time."""
    if wanted is None and len(variants) == 1:
        [wanted] = variants
    if wanted is not None:
        return wanted, variants[wanted]()
    best = None
    for name, make in variants.items():
        try:
            work = make()
            work(2)
            seconds = timed(work, 1)
            # One that is far behind will not catch up.
            if best is None or seconds < 2 * best[0]:
                seconds = min(seconds, *(timed(work, 1) for _ in range(4)))
        except Exception as error:
            if best is None:
                raise
            print(f"{name} left out: {error}", file=sys.stderr)
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
        said = {}
        seconds = timed(lambda amount: said.update(work(amount) or {}), int(line))
        print(json.dumps({"seconds": seconds, "peak": peak_mib(), "variant": variant, **said}), flush=True)
