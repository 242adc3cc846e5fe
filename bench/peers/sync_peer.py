"""Python's multiprocessing primitives on the tasks of sync.bench.ts.

Usage: sync_peer.py MILLISECONDS TURNS ROUNDS; prints a JSON object: name -> operations a second, median of the rounds.
"""
import json
import multiprocessing as mp
import statistics
import sys
import time

MS, TURNS, ROUNDS = (int(argument) for argument in sys.argv[1:4])
PARTIES = (2, 4, 8)


def pairs(primitive, count):
    start = time.perf_counter()
    for _ in range(count):
        primitive.acquire()
        primitive.release()
    return count / (time.perf_counter() - start)


def alone():
    yield "Lock", lambda: pairs(mp.Lock(), 200_000)
    yield "RLock", lambda: pairs(mp.RLock(), 200_000)
    yield "Semaphore", lambda: pairs(mp.Semaphore(2), 200_000)
    yield "BoundedSemaphore", lambda: pairs(mp.BoundedSemaphore(2), 200_000)

    def event():
        one, count = mp.Event(), 50_000
        start = time.perf_counter()
        for _ in range(count):
            one.set()
            one.clear()
        return count / (time.perf_counter() - start)

    yield "Event", event


def contend(primitive, stop, total, begin):
    begin.wait()
    count = 0
    while not stop.value:
        primitive.acquire()
        primitive.release()
        count += 1
    with total.get_lock():
        total.value += count


def contended(primitive, parties):
    stop, total, begin = mp.Value("i", 0, lock=False), mp.Value("q", 0), mp.Barrier(parties + 1)
    people = [mp.Process(target=contend, args=(primitive, stop, total, begin)) for _ in range(parties)]
    for one in people:
        one.start()
    begin.wait()
    start = time.perf_counter()
    time.sleep(MS / 1000)
    stop.value = 1
    took = time.perf_counter() - start
    for one in people:
        one.join()
    return total.value / took


def meet(barrier, begin):
    begin.wait()
    for _ in range(TURNS):
        barrier.wait()


def go_round(condition, turn, me, parties, begin):
    begin.wait()
    for _ in range(TURNS):
        with condition:
            condition.wait_for(lambda: turn.value == me)
            turn.value = (me + 1) % parties
            condition.notify_all()


def ping(one, other, begin):
    begin.wait()
    for _ in range(TURNS):
        one.wait()
        one.clear()
        other.set()


def turns(target, arguments, parties):
    begin = mp.Barrier(parties + 1)
    people = [mp.Process(target=target, args=(*arguments(me), begin)) for me in range(parties)]
    for one in people:
        one.start()
    begin.wait()
    start = time.perf_counter()
    for one in people:
        one.join()
    return TURNS / (time.perf_counter() - start)


def rounds_of_barrier(parties):
    barrier = mp.Barrier(parties)
    return turns(meet, lambda me: (barrier,), parties)


def rounds_of_condition(parties):
    condition, turn = mp.Condition(), mp.Value("i", 0, lock=False)
    return turns(go_round, lambda me: (condition, turn, me, parties), parties)


def round_trips():
    events = (mp.Event(), mp.Event())
    events[0].set()
    return turns(ping, lambda me: (events[me], events[1 - me]), 2)


def main():
    mp.set_start_method("fork")
    tasks = {f"{name} alone": task for name, task in alone()}
    makers = {
        "Lock": mp.Lock,
        "RLock": mp.RLock,
        "Semaphore": lambda: mp.Semaphore(1),
        "BoundedSemaphore": lambda: mp.BoundedSemaphore(1),
    }
    for parties in PARTIES:
        for name, make in makers.items():
            tasks[f"{name} {parties}"] = lambda make=make, parties=parties: contended(make(), parties)
        tasks[f"Barrier {parties}"] = lambda parties=parties: rounds_of_barrier(parties)
        tasks[f"Condition {parties}"] = lambda parties=parties: rounds_of_condition(parties)
    tasks["Event 2"] = round_trips
    print(json.dumps({name: statistics.median(task() for _ in range(ROUNDS)) for name, task in tasks.items()}))


if __name__ == "__main__":
    main()
