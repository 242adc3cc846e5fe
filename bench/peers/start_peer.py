"""Starts of Python's multiprocessing, for start.bench.ts.

Usage: start_peer.py ROUNDS; prints a JSON object: method -> {"first": [ms…], "whole": [ms…]}: until the first line of
the target ran, and until it was joined.
"""
import json
import multiprocessing as mp
import sys
import time


def stamp(answers):
    answers.send(time.time())


def once(context):
    here, there = context.Pipe(duplex=False)
    begin = time.time()
    process = context.Process(target=stamp, args=(there,))
    process.start()
    first = here.recv() - begin
    process.join()
    return first * 1000, (time.time() - begin) * 1000


if __name__ == "__main__":
    rounds = int(sys.argv[1])
    result = {}
    for method in ("fork", "spawn", "forkserver"):
        context = mp.get_context(method)
        once(context)
        times = [once(context) for _ in range(rounds)]
        result[method] = {"first": [t[0] for t in times], "whole": [t[1] for t in times]}
    print(json.dumps(result))
