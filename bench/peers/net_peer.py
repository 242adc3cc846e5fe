"""Servers on Python's standard library, for net.bench.ts.

Usage: net_peer.py threads | asyncio | udp; prints its port, and serves until its input ends. They send back what they
get.
"""
import asyncio
import os
import socketserver
import sys
import threading


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            while data := self.request.recv(65536):
                self.request.sendall(data)
        except ConnectionError:
            pass


class Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 511  # as Node.js; with its own, which is 5, connections wait for seconds


class Datagrams(socketserver.BaseRequestHandler):
    def handle(self):
        data, socket = self.request
        socket.sendto(data, self.client_address)


class Protocol(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def serve_asyncio():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Protocol, "127.0.0.1", 0, backlog=511)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def end_with_input():
    sys.stdin.read()
    os._exit(0)


def main():
    threading.Thread(target=end_with_input, daemon=True).start()
    kind = sys.argv[1]
    if kind == "asyncio":
        asyncio.run(serve_asyncio())
        return
    server = Threads(("127.0.0.1", 0), Echo) if kind == "threads" else socketserver.UDPServer(("127.0.0.1", 0), Datagrams)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
