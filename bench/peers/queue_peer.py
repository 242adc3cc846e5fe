"""Python's multiprocessing.Queue on the same task: one process puts small objects, this one gets them.

Usage: queue_peer.py COUNT ROUNDS; prints one number of seconds for each round.
"""
import multiprocessing
import sys
import time


def produce(queue, ready, count):
    ready.get()
    for i in range(count):
        queue.put({"id": i, "name": "seat", "seats": 2, "ok": True})


def main():
    count, rounds = int(sys.argv[1]), int(sys.argv[2])
    for _ in range(rounds):
        queue, ready = multiprocessing.Queue(), multiprocessing.SimpleQueue()
        producer = multiprocessing.Process(target=produce, args=(queue, ready, count))
        producer.start()
        ready.put(1)
        queue.get()
        start = time.perf_counter()
        for _ in range(count - 1):
            queue.get()
        print(time.perf_counter() - start, flush=True)
        producer.join()


if __name__ == "__main__":
    main()
