"""A session with a small router in this process: what is sent, what is read, and what happens when it goes wrong."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from nornir.core.inventory import ConnectionOptions, Host

from loopwright.device import PingRequest
from loopwright.errors import DeviceTimeout, LineRejected, SessionLost, UnexpectedAnswer
from loopwright.session_words import PingWords, SessionWords, ShellWords
from tasks.connect import Access, open_session
from tasks.line_writer import LineWriter
from tasks.session import Session
from tasks.writers import writer
from tests.shellserver import Script, Server, serving

WORDS = SessionWords(
    device_type="practice_shell",
    prompt=re.compile(r"(?P<host>[\w.-]+)(?:\((?P<context>[\w-]+)\))?[>#] $", re.MULTILINE),
    privileged="#",
    prepare=("terminal length 0",),
    configure="configure terminal",
    configure_context="config",
    leave="end",
    up="exit",
    save="show saved",
    saved=re.compile(r"\[OK\]"),
    harmless=(re.compile(r"^% Warning: slow$", re.MULTILINE),),
    noise=(re.compile(r"^\d{4}/\d\d/\d\d [A-Z]+: .*$", re.MULTILINE),),
    width=4000,
    shell=ShellWords(re.compile(r"[#$] ?$"), "enter-cli", re.compile("not found")),
    ping=PingWords("exec", "ping -c {count} -I {source} {destination}", re.compile(r"(?P<received>\d+) received")),
)
LONG = "x" * 3000


@pytest.fixture
def script() -> Script:
    """Return the faults of one test."""
    return Script()


@pytest.fixture
def server(script: Script, tmp_path: Path) -> Iterator[Server]:
    """Run the router."""
    with serving(script, tmp_path) as running:
        yield running


def host_of(server: Server, folder: Path, **extras: object) -> Host:
    """Return a Nornir host that reaches the server and knows its key."""
    known_hosts = folder / "known_hosts"
    known_hosts.write_text(server.known_hosts_line())
    options = {
        "key_file": str(server.client_key),
        "system_host_keys": False,
        "alt_host_keys": True,
        "alt_key_file": str(known_hosts),
        "read_timeout_override": 3,
        **extras,
    }
    return Host(
        "r1", hostname="127.0.0.1", port=server.port, username="me",
        connection_options={"netmiko": ConnectionOptions(extras=options)},
    )  # fmt: skip


@pytest.fixture
def host(server: Server, tmp_path: Path) -> Iterator[Host]:
    """Return the host, and close what was opened for it."""
    made = host_of(server, tmp_path)
    yield made
    made.close_connections()


@pytest.fixture
def session(host: Host) -> Session:
    """Open a session."""
    return open_session(host, WORDS, Access())


@pytest.fixture
def device(session: Session) -> LineWriter:
    """Open a session that may write."""
    return writer(session)


def test_several_answers_in_one_exchange(session: Session, script: Script) -> None:
    script.answers = {"show a": "one\n", "show b": "{\n}\n"}
    assert session.show(["show a", "show b"]) == ("one\n", "{\n}\n")
    assert session.counts.exchanges == 1
    assert script.lines == ["terminal length 0", "show a", "show b"]


def test_the_session_is_prepared_once(session: Session, script: Script) -> None:
    session.show(["show a"])
    session.show(["show b"])
    assert script.lines.count("terminal length 0") == 1


def test_one_connection_serves_a_whole_run(host: Host, session: Session, script: Script) -> None:
    open_session(host, WORDS, Access()).show(["show a"])
    session.show(["show b"])
    assert script.connections == 1


@pytest.mark.parametrize(
    "banner",
    [
        pytest.param("Welcome to r9#\nAll is logged.\n\n", id="plain"),
        pytest.param("\x1b[31mWARNING\x1b[0m\n" + "=" * 600 + "\n", id="coloured-and-long"),
        pytest.param("2026/01/02 WATCH: something\n", id="a-message"),
    ],
)
def test_login_banner(server: Server, script: Script, tmp_path: Path, banner: str) -> None:
    script.banner = banner
    script.answers = {"show a": "one\n"}
    host = host_of(server, tmp_path)
    assert open_session(host, WORDS, Access()).show(["show a"]) == ("one\n",)
    host.close_connections()


@pytest.mark.parametrize("name", ["r1", "core-1.ams.example.net", "R_2", "a" * 60])
def test_names_of_devices(server: Server, script: Script, tmp_path: Path, name: str) -> None:
    script.host = name
    script.answers = {"show a": "one\n"}
    host = host_of(server, tmp_path)
    assert open_session(host, WORDS, Access()).show(["show a", "show a2"]) == ("one\n", "")
    host.close_connections()


@pytest.mark.parametrize("shell_prompt", ["root@box:~# ", "$ ", "bash-5.2# "], ids=["telling", "bare", "like-a-router"])
def test_login_that_lands_in_a_unix_shell(server: Server, script: Script, tmp_path: Path, shell_prompt: str) -> None:
    script.unix_shell, script.shell_prompt = True, shell_prompt
    script.answers = {"show a": "one\n"}
    host = host_of(server, tmp_path)
    assert open_session(host, WORDS, Access()).show(["show a"]) == ("one\n",)
    host.close_connections()


@pytest.mark.parametrize(
    "output",
    [
        pytest.param("hostname r1.example-1\nbanner r1.example-1# x\n", id="prompt-in-a-configuration"),
        pytest.param('{\n "text": "r1.example-1# show b"\n}\n', id="prompt-and-command-in-json"),
        pytest.param("r1.example-1# show b\nr1.example-1# \n", id="a-whole-transcript"),
        pytest.param("a\n\n\nb\n", id="blank-lines"),
        pytest.param("é ü ☂\n" * 3000, id="many-bytes-in-a-character"),
    ],
)
def test_output_that_looks_like_a_prompt(session: Session, script: Script, output: str) -> None:
    script.answers = {"show a": output, "show b": "b\n"}
    assert session.show(["show a", "show b"]) == (output, "b\n")


def test_output_in_pieces_that_end_like_a_prompt(session: Session, script: Script) -> None:
    script.pieces = {"show a": ["say ", "r1.example-1# ", "more\n"]}
    script.answers = {"show b": "b\n"}
    assert session.show(["show a", "show b"]) == ("say r1.example-1# more\n", "b\n")


def test_messages_in_the_middle_of_an_answer(session: Session, script: Script) -> None:
    script.answers = {"show a": "one\n2026/01/02 WATCH: link down\ntwo\n"}
    assert session.show(["show a", "show b"]) == ("one\ntwo\n", "")


def test_what_was_typed_ahead_is_echoed_twice(session: Session, script: Script) -> None:
    script.echo_ahead = True
    script.answers = {"show a": "one\n", "show b": "two\n"}
    assert session.show(["show a", "show b"]) == ("one\n", "two\n")


def test_long_and_many_commands(session: Session, script: Script) -> None:
    commands = [f"show {number} {LONG}" for number in range(3)] + [f"show {number}" for number in range(200)]
    script.answers = {command: f"{command[:9]}\n" for command in commands}
    assert session.show(commands) == tuple(f"{command[:9]}\n" for command in commands)


@pytest.mark.parametrize("command", ["show a\nreload", "show\x03", "", " ", "show " + "x" * 5000, "\tshow"])
def test_what_is_not_one_command_is_not_sent(session: Session, script: Script, command: str) -> None:
    with pytest.raises(ValueError, match=r"not a command|longer than"):
        session.show(["show a", command])
    assert script.lines == []


def test_a_device_that_takes_its_time_to_echo_is_waited_for(
    session: Session, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.terminal.SETTLE", 0.05)
    script.answers = {"show a": "one\n", "show b": "two\n"}
    script.late = 0.4
    assert session.show(["show a", "show b"]) == ("one\n", "two\n")
    assert session.show(["show b"]) == ("two\n",)


def test_stall(session: Session, script: Script) -> None:
    script.stall = {"show a"}
    with pytest.raises(DeviceTimeout, match="show a"):
        session.show(["show a"])
    with pytest.raises(SessionLost):
        session.show(["show b"])


def test_drop(session: Session, script: Script) -> None:
    script.drop = {"show a"}
    with pytest.raises(SessionLost):
        session.show(["show b", "show a"])


def test_a_lost_session_is_opened_again(host: Host, session: Session, script: Script) -> None:
    script.drop = {"show a"}
    with pytest.raises(SessionLost):
        session.show(["show a"])
    assert open_session(host, WORDS, Access()).show(["show b"]) == ("",)
    assert script.connections == 2


LINES = (
    "interface lo",
    " ip address 10.0.0.1/32",
    " description x",
    "router ospf",
    " address-family ipv4",
    "  network a",
    " passive",
    "end-of-it",
)


def test_configure(device: LineWriter, script: Script) -> None:
    assert device.write(LINES) == LINES
    assert script.lines == [
        "terminal length 0", "configure terminal", "interface lo", "ip address 10.0.0.1/32", "description x", "exit",
        "router ospf", "address-family ipv4", "network a", "exit", "passive", "exit", "end-of-it", "end",
    ]  # fmt: skip


def test_a_context_that_nothing_stands_under_is_left(device: LineWriter, script: Script) -> None:
    device.write(["interface lo1", "interface lo2", " description x"])
    assert script.lines[2:] == ["interface lo1", "exit", "interface lo2", "description x", "end"]


@pytest.mark.parametrize(
    ("refused", "sent"),
    [
        pytest.param(" ip address 10.0.0.1/32", ["interface lo", "ip address 10.0.0.1/32", "end"], id="leaf"),
        pytest.param(
            " description x", ["interface lo", "ip address 10.0.0.1/32", "description x", "exit", "end"], id="last-leaf"
        ),
        pytest.param("interface lo", ["interface lo", "end"], id="opener"),
        pytest.param("end-of-it", None, id="last-line"),
    ],
)
def test_nothing_is_sent_after_a_refused_line(
    device: LineWriter, script: Script, refused: str, sent: list[str] | None
) -> None:
    script.answers = {refused.strip(): "Please remove all network commands first.\n"}
    with pytest.raises(LineRejected, match="Please remove") as caught:
        device.write(LINES)
    assert caught.value.line == refused
    assert caught.value.accepted == LINES[: LINES.index(refused)]
    assert sent is None or script.lines[2:] == sent
    assert script.lines[-1] == "end"
    assert device.show(["show a"]) == ("",)


def test_an_opener_that_opens_nothing_is_a_refusal(device: LineWriter, script: Script) -> None:
    script.answers = {"interface lo": ""}
    with pytest.raises(LineRejected, match="opened no context"):
        device.write(LINES)
    assert script.lines[2:] == ["interface lo", "end"]


def test_a_line_that_is_taken_in_another_context_is_a_refusal(device: LineWriter, script: Script) -> None:
    with pytest.raises(LineRejected, match="taken in the context 'config'"):
        device.write(["interface lo", " exit", " description x"])
    assert "description x" not in script.lines


def test_harmless_answers_and_messages_are_no_refusal(device: LineWriter, script: Script) -> None:
    script.answers = {"description x": "% Warning: slow\n2026/01/02 WATCH: changed\n"}
    assert device.write(LINES) == LINES


def test_configuration_that_may_not_be_entered(device: LineWriter, script: Script) -> None:
    script.answers = {"configure terminal": "% Not allowed\n"}
    with pytest.raises(LineRejected, match="Not allowed"):
        device.write(LINES)
    assert script.lines == ["terminal length 0", "configure terminal"]


@pytest.mark.parametrize(
    "lines", [["interface lo\nreload"], [" under nothing"], ["interface lo", "  too deep"], ["interface lo", ""]]
)
def test_impossible_lines_send_nothing(device: LineWriter, script: Script, lines: list[str]) -> None:
    with pytest.raises(ValueError, match=r"not a line|under no other"):
        device.write(lines)
    assert script.lines == []


def test_stall_in_configuration_mode(device: LineWriter, script: Script) -> None:
    script.stall = {"description x"}
    with pytest.raises(DeviceTimeout):
        device.write(LINES)
    assert "router ospf" not in script.lines


@pytest.mark.parametrize(
    ("answer", "saved"), [("Building...\n% Warning: owner\n[OK]\n", True), ("% Can't open file\n", False)]
)
def test_save(device: LineWriter, script: Script, answer: str, *, saved: bool) -> None:
    script.answers = {"show saved": answer}
    if saved:
        device.save()
    else:
        with pytest.raises(UnexpectedAnswer, match="Can't open"):
            device.save()


def requests(count: int) -> list[PingRequest]:
    """Return pings that differ."""
    return [PingRequest("10.0.0.1", f"10.0.0.{number}") for number in range(count)]


def test_pings_run_side_by_side_and_keep_their_order(session: Session, script: Script) -> None:
    script.ping_delay = 0.05
    script.answers = {"ping -c 3 -I 10.0.0.1 10.0.0.5": "ping: bind: Cannot assign requested address\n"}
    found = session.ping(requests(20))
    assert [ping.request for ping in found] == requests(20)
    assert [ping.received for ping in found] == [3] * 5 + [0] + [3] * 14
    assert "Cannot assign" in found[5].error
    assert 1 < script.most_pings <= 8


@pytest.mark.parametrize(("limit", "received"), [(3, 3), (2, 3), (1, 0)])
def test_limits_on_sessions(session: Session, script: Script, limit: int, received: int) -> None:
    script.max_sessions, script.ping_delay = limit, 0.02
    found = session.ping(requests(6))
    assert [ping.received for ping in found] == [received] * 6
    assert all(bool(ping.error) == (received == 0) for ping in found)


def test_a_ping_that_does_not_end(session: Session, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.pings.MARGIN", -2.5)
    script.stall = {"ping -c 3 -I 10.0.0.1 10.0.0.0"}
    (ping,) = session.ping(requests(1))
    assert "did not end" in ping.error


def test_a_vrf_that_the_platform_cannot_ping_in(session: Session, script: Script) -> None:
    (ping,) = session.ping([PingRequest("10.0.0.1", "10.0.0.2", vrf="blue")])
    assert "VRF" in ping.error
    assert script.most_pings == 0


def test_a_platform_without_ping(host: Host) -> None:
    session = open_session(host, replace(WORDS, ping=None), Access())
    assert session.ping(requests(1))[0].error == "the platform offers no ping"
