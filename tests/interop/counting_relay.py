"""A relay of TCP on loopback that counts the connections through it: how many in all, how many at once."""

import asyncio
import threading


class CountingRelay:
    """Relays to 127.0.0.1:`port` from a port of its own while it is entered."""

    def __init__(self, port):
        self.target, self.total, self.now, self.most = port, 0, 0, 0

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.server = self.call(asyncio.start_server(self.serve, "127.0.0.1", 0))
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_):
        self.server.close()
        self.call(self.end_streams())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def end_streams(self):
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def serve(self, reader, writer):
        self.total, self.now = self.total + 1, self.now + 1
        self.most = max(self.most, self.now)
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            await asyncio.gather(self.until_dialer_ends(reader, back), pipe(there, writer))
        finally:
            writer.close()
            back.close()

    async def until_dialer_ends(self, reader, back):
        """A connection counts until its dialer has ended its direction: only then may it open the next."""
        try:
            await pipe(reader, back)
        finally:
            self.now -= 1


async def pipe(source, sink):
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
        sink.write_eof()
    except OSError:
        sink.close()  # the other direction ends by it
