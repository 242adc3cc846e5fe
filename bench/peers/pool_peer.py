"""Python's multiprocessing.Pool, for pool.bench.ts.

Usage: pool_peer.py ROUNDS; prints a JSON object: "apply": [µs…] for one task after the other, "map64": [ns…] for an item
of map(chunksize=64).
"""
import json
import multiprocessing as mp
import sys
import time


def work(x):
    return x


if __name__ == "__main__":
    rounds = int(sys.argv[1])
    apply, mapped = [], []
    with mp.Pool(2) as pool:
        for turn in range(rounds + 1):
            begin = time.perf_counter()
            for i in range(3000):
                pool.apply(work, (i,))
            one = (time.perf_counter() - begin) / 3000 * 1e6
            begin = time.perf_counter()
            pool.map(work, range(200_000), chunksize=64)
            item = (time.perf_counter() - begin) / 200_000 * 1e9
            if turn > 0:
                apply.append(one)
                mapped.append(item)
    print(json.dumps({"apply": apply, "map64": mapped}))
