"""A TCP forwarder on 127.0.0.1 that delays each direction and counts round trips.

Runs as `python -m lab.forwarder ROUND_TRIP_S PORT...`: prints the new ports, answers each line on its standard input
with the counts, and ends when that input does.

A connection begins as it would over a real line: the far side hears of it one and a half round trips after the client
asked (SYN, SYN-ACK, ACK), and what the client sends meanwhile arrives no earlier.

**Serial round trips** are counted as the longest chain of cause and effect, not as turns of direction. What the client
sends carries a generation one higher than the highest that it has heard; what the server sends carries the highest that
has reached it. The round trips of a connection are the highest generation that came back to the client. So an answer
cut into many pieces, both sides talking at once, or a window update in the middle of a long answer count once, where a
count of turns would count each. The opening of the connection is not counted. It stays an upper bound: something sent
after something heard need not be caused by it, so that commands which run side by side on one connection may add some.
"""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass

from lab.ssh import LOCALHOST

CHUNK = 1 << 16
# How much may be under way in one direction before reading pauses.
IN_FLIGHT = 512


@dataclass
class Counts:
    """What passed through one connection."""

    port: int
    round_trips: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    # The highest generation that has reached the server, and the highest that the client has heard.
    reached: int = 0


@dataclass(frozen=True)
class Parcel:
    """Bytes under way: when they are due and which generation they carry; none at all is the end of the stream."""

    due: float
    data: bytes
    generation: int


class Connection:
    """One client's connection, forwarded with delay."""

    def __init__(self, counts: Counts, one_way_s: float) -> None:
        """Start the clock of the connection."""
        self.counts = counts
        self.one_way_s = one_way_s
        self.open_at = asyncio.get_running_loop().time() + 3 * one_way_s

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry a connection to its server and back until both sides are done."""
        up: asyncio.Queue[Parcel] = asyncio.Queue(IN_FLIGHT)
        down: asyncio.Queue[Parcel] = asyncio.Queue(IN_FLIGHT)
        server: asyncio.StreamWriter | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._collect(reader, up, client=True))
                await _sleep_until(self.open_at)
                far, server = await asyncio.open_connection(LOCALHOST, self.counts.port)
                tasks.create_task(self._deliver(up, server, client=False))
                tasks.create_task(self._collect(far, down, client=False))
                tasks.create_task(self._deliver(down, writer, client=True))
        except* OSError:
            # One side broke the connection off: the other one sees just that.
            pass
        finally:
            for side in (writer, server):
                if side is not None:
                    side.close()

    async def _collect(self, reader: asyncio.StreamReader, queue: asyncio.Queue[Parcel], *, client: bool) -> None:
        """Stamp what one side sends with the time when it is due."""
        loop, counts = asyncio.get_running_loop(), self.counts
        while True:
            data = await _read(reader)
            due = loop.time() + self.one_way_s
            if client:
                counts.bytes_up += len(data)
                await queue.put(Parcel(max(due, self.open_at), data, counts.round_trips + 1))
            else:
                counts.bytes_down += len(data)
                await queue.put(Parcel(due, data, counts.reached))
            if not data:
                return

    async def _deliver(self, queue: asyncio.Queue[Parcel], writer: asyncio.StreamWriter, *, client: bool) -> None:
        """Hand over what is due, in order and in the pieces in which it came."""
        counts = self.counts
        while True:
            parcel = await queue.get()
            await _sleep_until(parcel.due)
            if not parcel.data:
                writer.write_eof()
                return
            if client:
                counts.round_trips = max(counts.round_trips, parcel.generation)
            else:
                counts.reached = max(counts.reached, parcel.generation)
            writer.write(parcel.data)
            await writer.drain()


async def _read(reader: asyncio.StreamReader) -> bytes:
    """Return what one side sends; a connection broken off ends like one that was closed."""
    try:
        return await reader.read(CHUNK)
    except ConnectionError:
        return b""


async def _sleep_until(due: float) -> None:
    """Wait until a time of the running loop."""
    remaining = due - asyncio.get_running_loop().time()
    if remaining > 0:
        await asyncio.sleep(remaining)


async def _open(
    port: int, one_way_s: float, everything: list[Counts], running: set[asyncio.Task[None]]
) -> asyncio.Server:
    """Open the delayed twin of a port."""

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        counts = Counts(port)
        everything.append(counts)
        # Kept, because the loop itself holds tasks only weakly.
        task = asyncio.create_task(Connection(counts, one_way_s).forward(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    return await asyncio.start_server(accepted, LOCALHOST, 0, backlog=256)


async def serve(ports: list[int], round_trip_s: float) -> None:
    """Forward all ports until the standard input ends."""
    everything: list[Counts] = []

    running: set[asyncio.Task[None]] = set()
    servers = [await _open(port, round_trip_s / 2, everything, running) for port in ports]
    _say({port: server.sockets[0].getsockname()[1] for port, server in zip(ports, servers, strict=True)})
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while await orders.readline():
        _say([asdict(counts) for counts in everything])


def _say(answer: object) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Forward the ports that the command line names."""
    asyncio.run(serve([int(port) for port in sys.argv[2:]], float(sys.argv[1])))


if __name__ == "__main__":
    main()
