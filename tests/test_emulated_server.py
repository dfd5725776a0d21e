"""Emulated devices behind SSH: logins, typing ahead, files, faults and clocks."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from quiet_network import NODE, Quiet

from lab.emulated.device import PASSWORD, Device, Login
from lab.emulated.faults import Fault
from lab.emulated.ios import Ios
from lab.emulated.server import Emulation

KEY = asyncssh.generate_private_key("ssh-ed25519")
LOGIN = Login(keys=(KEY.export_public_key().decode(),))
LIMIT = 10


@pytest.fixture(scope="module")
def emulation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulation]:
    folder = tmp_path_factory.mktemp("emulated")
    device = Device(NODE, Ios(), Quiet(), logins=[LOGIN])
    with Emulation([device], known_hosts=folder / "known_hosts", host_key=folder / "key") as emulation:
        yield emulation


@pytest.fixture
def device(emulation: Emulation) -> Iterator[Device]:
    device = emulation.device("r1")
    yield device
    device.faults.clear()
    device.cut()
    until(lambda: not device.sessions)


def until(condition: Callable[[], bool]) -> None:
    late = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < late, "it did not come about"
        time.sleep(0.005)


def connect(emulation: Emulation, **options: object) -> Any:
    host, port = emulation.where["r1"]
    chosen = {"password": PASSWORD, "client_keys": None, "known_hosts": None, "config": None, **options}
    return asyncssh.connect(host, port, username="practice", agent_path=None, login_timeout=LIMIT, **chosen)


async def typed(emulation: Emulation, data: str, ending: str) -> str:
    """Type into a new session and return what is shown up to an ending."""
    async with connect(emulation) as connection:
        session = await connection.create_process(term_type="vt100")
        session.stdin.write(data)
        return await asyncio.wait_for(session.stdout.readuntil(ending), LIMIT)


def shown(emulation: Emulation, data: str, ending: str) -> str:
    return asyncio.run(typed(emulation, data, ending))


def command(emulation: Emulation, words: str, **options: object) -> str:
    """Have one command answered by a connection of its own."""

    async def run() -> str:
        async with connect(emulation, **options) as connection:
            return str((await connection.run(words, timeout=LIMIT)).stdout)

    return asyncio.run(run())


def test_a_single_command_is_answered(emulation: Emulation, device: Device) -> None:
    assert "r1 uptime is" in command(emulation, "show version")


def test_a_key_opens_as_a_password_does(emulation: Emulation, device: Device) -> None:
    assert command(emulation, "show clock", password=None, client_keys=[KEY])


@pytest.mark.parametrize("options", [{"password": "wrong"}, {"password": ""}], ids=["wrong", "empty"])
def test_a_wrong_password_does_not(options: dict[str, object], emulation: Emulation, device: Device) -> None:
    with pytest.raises(asyncssh.PermissionDenied):
        command(emulation, "show clock", **options)


def test_another_key_does_not(emulation: Emulation, device: Device) -> None:
    with pytest.raises(asyncssh.PermissionDenied):
        command(emulation, "show clock", password=None, client_keys=[asyncssh.generate_private_key("ssh-ed25519")])


def test_the_host_key_is_in_known_hosts(emulation: Emulation, device: Device) -> None:
    assert emulation._known_hosts
    assert command(emulation, "show clock", known_hosts=str(emulation._known_hosts))


def test_what_is_typed_ahead_is_answered_in_order(emulation: Emulation, device: Device) -> None:
    seen = shown(emulation, "\r\nshow clock\nconfigure terminal\rhostname r9\r\nend\nexit\n", "r9#exit\r\n")
    device.running.apply(["hostname r1"])
    prompts = [line.partition("#")[0] for line in seen.splitlines() if "#" in line]
    assert prompts == ["r1", "r1", "r1", "r1(config)", "r9(config)", "r9"]


def test_a_character_is_echoed_before_the_line_is_ended(emulation: Emulation, device: Device) -> None:
    assert shown(emulation, "show clo", "show clo").endswith("r1#show clo")


@pytest.mark.parametrize(
    ("data", "line"),
    [("shoX\x7fw clock\n", "show clock"), ("\0show\0 clock\n", "show clock"), ("junk\x03show clock\n", "show clock")],
    ids=["erased", "nul", "interrupted"],
)
def test_a_line_is_edited_while_it_is_typed(data: str, line: str, emulation: Emulation, device: Device) -> None:
    device.faults.add(Fault("reject"))
    assert "UTC" in shown(emulation, data, " 20")


async def _copied(emulation: Emulation, content: bytes, folder: Path) -> None:
    (folder / "a.txt").write_bytes(content)
    async with connect(emulation) as connection:
        await asyncssh.scp(folder / "a.txt", (connection, "flash:/b.txt"))


@pytest.mark.parametrize("size", [0, 5, 100_000])
def test_a_file_is_taken_by_scp(size: int, emulation: Emulation, device: Device, tmp_path: Path) -> None:
    asyncio.run(_copied(emulation, b"x" * size, tmp_path))
    assert device.files.content["b.txt"] == b"x" * size


def test_full_flash_refuses_a_file(emulation: Emulation, device: Device, tmp_path: Path) -> None:
    device.faults.add(Fault("full-flash"))
    with pytest.raises(asyncssh.SFTPError, match="No space left"):
        asyncio.run(_copied(emulation, b"abc", tmp_path))


def test_a_file_may_arrive_spoiled(emulation: Emulation, device: Device, tmp_path: Path) -> None:
    device.faults.add(Fault("md5", times=1))
    asyncio.run(_copied(emulation, b"abc", tmp_path))
    assert "900150983cd24fb0d6963f7d28e17f72" not in command(emulation, "verify /md5 flash:b.txt")


def test_scp_is_refused_where_it_is_not_switched_on(emulation: Emulation, device: Device, tmp_path: Path) -> None:
    device.running.apply(["no ip scp server enable"])
    with pytest.raises(asyncssh.SFTPError, match="Administratively disabled"):
        asyncio.run(_copied(emulation, b"abc", tmp_path))
    device.running.apply(["ip scp server enable"])


def test_a_delay_delays(emulation: Emulation, device: Device) -> None:
    device.faults.add(Fault("delay", match="clock", seconds=0.2))
    began = time.monotonic()
    command(emulation, "show clock")
    assert time.monotonic() - began >= 0.2


def test_a_banner_may_come_late(emulation: Emulation, device: Device) -> None:
    device.faults.add(Fault("banner", seconds=0.2))
    began = time.monotonic()
    command(emulation, "show clock")
    assert time.monotonic() - began >= 0.2


def test_a_stalled_command_is_never_answered_but_others_are(emulation: Emulation, device: Device) -> None:
    device.faults.add(Fault("stall", match="^show clock"))
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(typed(emulation, "show clock\n", "UTC"), 0.3))
    assert command(emulation, "show hosts")


def test_a_connection_is_cut_after_so_many_bytes(emulation: Emulation, device: Device) -> None:
    device.faults.add(Fault("drop", count=500))

    async def read_all() -> str:
        async with connect(emulation) as connection:
            session = await connection.create_process(term_type="vt100")
            session.stdin.write("show running-config\n")
            return str(await asyncio.wait_for(session.stdout.read(), LIMIT))

    assert 0 < len(asyncio.run(read_all())) <= 500


def test_nobody_is_let_in(emulation: Emulation, device: Device) -> None:
    device.faults.add(Fault("authentication"))
    with pytest.raises(asyncssh.PermissionDenied):
        command(emulation, "show clock")


def test_no_line_is_free(emulation: Emulation, device: Device) -> None:
    device.faults.add(Fault("sessions", count=1))

    async def two() -> None:
        async with connect(emulation):
            with pytest.raises((asyncssh.Error, ConnectionError)):
                await connect(emulation)

    asyncio.run(two())


def test_a_line_is_refused_with_a_text(emulation: Emulation, device: Device) -> None:
    device.faults.add(Fault("reject", match="^description", text="% not today"))
    shown(emulation, "configure terminal\ninterface Lo3\ndescription x\n", "% not today")
    assert "description x" not in device.running.text()


def test_a_line_is_taken_and_not_kept(emulation: Emulation, device: Device) -> None:
    device.faults.add(Fault("ignore", match="^description"))
    assert "%" not in shown(emulation, "configure terminal\ninterface Lo3\ndescription y\nend\nexit\n", "r1#exit")
    assert "description y" not in device.running.text()


def test_another_one_holds_the_lock(emulation: Emulation, device: Device) -> None:
    device.faults.add(Fault("locked", text="somebody"))
    assert "somebody" in shown(emulation, "configure terminal\n", "Please try later")


def test_a_device_reloads_in_the_middle(emulation: Emulation, device: Device) -> None:
    device.faults.add(Fault("reload", match="^description", times=1))
    with pytest.raises((asyncssh.Error, asyncio.IncompleteReadError)):
        shown(emulation, "configure terminal\ninterface Loopback44\ndescription x\n", "never")
    assert "Loopback44" not in device.running.text()
    assert command(emulation, "show clock")


def test_a_fault_bites_as_often_as_it_says(device: Device) -> None:
    device.faults.add(Fault("ignore", times=2))
    assert [bool(device.faults.bites("ignore", "x")) for _ in range(3)] == [True, True, False]


def test_a_fault_of_no_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no such fault"):
        Fault("gremlins")  # type: ignore[arg-type]


def test_what_is_asked_is_counted(emulation: Emulation, device: Device) -> None:
    before = device.counters.commands, device.counters.connections
    command(emulation, "show clock")
    assert (device.counters.commands, device.counters.connections) == (before[0] + 1, before[1] + 1)


def test_a_network_that_takes_its_time_holds_nobody_else_up() -> None:
    asked, go = threading.Event(), threading.Event()

    class Slow(Quiet):
        def ping(self, device: str, vrf: str, source: str, destination: str, count: int) -> int:
            asked.set()
            go.wait(LIMIT)
            return count

    other = Device(type(NODE)("r2", "10.255.0.2"), Ios(), Slow(blocking=True))
    with Emulation([Device(NODE, Ios(), Slow(blocking=True)), other]) as emulation:
        waiting = threading.Thread(target=command, args=(emulation, "ping 192.0.2.1"))
        waiting.start()
        assert asked.wait(LIMIT)
        emulation.where["r1"] = emulation.where["r2"]
        assert "r2 uptime" in command(emulation, "show version")
        go.set()
        waiting.join(LIMIT)


def test_devices_listen_on_one_port_of_addresses_of_their_own() -> None:
    devices = [Device(type(NODE)(name, "10.255.0.2"), Ios(), Quiet()) for name in ("r1", "r2")]
    with Emulation([devices[0]], addresses={"r1": ("127.77.0.1", 0)}) as one:
        port = one.ports["r1"]
        with Emulation([devices[1]], addresses={"r2": ("127.77.0.2", port)}) as two:
            assert "r1 uptime" in command(one, "show version")
            two.where["r1"] = two.where["r2"]
            assert "r2 uptime" in command(two, "show version")


def test_wall_time_runs_timers_though_nobody_asks() -> None:
    device = Device(NODE, Ios(), Quiet())
    rung = threading.Event()
    device.clock.call_later(0.05, rung.set)
    with Emulation([device]):
        assert rung.wait(LIMIT)
