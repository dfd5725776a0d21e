"""Hazards of the drivers: timers that end with an object, confirmations of nothing, commits saved too early."""

import gc
from collections.abc import Iterator

import pytest

from loopwright.errors import Unconfirmable, UnexpectedAnswer
from tests.hazards.candidates import EOS, IOS, JUNOS, LINES, XR, four, restarted, there
from tests.hazards.ground import Ground


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with four(tmp_path_factory.mktemp("four")) as made:
        yield made


@pytest.fixture
def on(network: Ground) -> Iterator[Ground]:
    with restarted(network) as made:
        yield made


# --- a timer ends with the object that set it


@pytest.mark.parametrize("ending", ["closed", "forgotten"])
def test_a_pending_commit_is_undone_with_its_object_without_the_cure(on: Ground, ending: str) -> None:
    bare = on.driver(EOS, "eos")
    bare.load_merge_candidate(config="\n".join(LINES[EOS]))
    bare.commit_config(revert_in=120)
    assert there(on, EOS)
    on.drivers.clear()
    if ending == "closed":
        bare.close()
    del bare
    gc.collect()
    assert not there(on, EOS)


def armed(on: Ground, name: str) -> None:
    """Commit under a timer, by a connection of which nothing is kept but its host."""
    ours = on.transaction(name, "napalm" if name != XR else "netmiko")
    ours.load(LINES[name])
    ours.commit(120)
    assert there(on, name)


@pytest.mark.parametrize("ending", ["closed", "forgotten"])
@pytest.mark.parametrize("name", [IOS, JUNOS, EOS], ids=["ios", "junos", "eos"])
def test_a_pending_commit_is_left_to_the_clock_of_the_device(on: Ground, name: str, ending: str) -> None:
    armed(on, name)
    host = on.hosts.pop()
    if ending == "closed":
        host.close_connections()
    host.connections.clear()
    del host
    gc.collect()
    assert there(on, name)
    on.emulation.advance(121, name)
    assert not there(on, name)


def test_a_later_object_confirms_nothing_and_says_so(on: Ground) -> None:
    armed(on, EOS)
    on.hosts.pop().close_connections()
    later = on.transaction(EOS)
    assert later.armed()
    with pytest.raises(Unconfirmable, match="the name of its session is not known"):
        later.confirm()
    on.emulation.advance(121, EOS)
    assert not there(on, EOS)


# --- a confirmation that confirms nothing


def test_a_confirmation_after_the_rollback_passes_without_the_cure(on: Ground) -> None:
    bare = on.driver(JUNOS, "junos")
    bare.load_merge_candidate(config="\n".join(LINES[JUNOS]))
    bare.commit_config(revert_in=60)
    on.emulation.advance(61, JUNOS)
    bare.confirm_commit()
    assert not there(on, JUNOS)


@pytest.mark.parametrize("name", [IOS, JUNOS, EOS, XR], ids=["ios", "junos", "eos", "iosxr"])
def test_a_confirmation_after_the_rollback_is_an_error(on: Ground, name: str) -> None:
    ours = on.transaction(name, "napalm" if name != XR else "")
    ours.load(LINES[name])
    ours.commit(60)
    on.emulation.advance(61, name)
    with pytest.raises(UnexpectedAnswer):
        ours.confirm()
    assert not there(on, name)


# --- a trial is its own session's


def test_a_trial_is_confirmed_in_its_own_session(on: Ground) -> None:
    ours = on.transaction(XR)
    ours.load(LINES[XR])
    ours.commit(60)
    with pytest.raises(Unconfirmable, match="in the session that made it"):
        on.transaction(XR).confirm()
    ours.confirm()
    on.emulation.advance(61, XR)
    assert there(on, XR)


def test_another_session_seems_to_confirm_a_trial_without_the_cure(on: Ground) -> None:
    armed(on, XR)
    other = on.netmiko(XR)
    other.config_mode()
    assert "No configuration changes to commit" in other.commit()  # no error: a caller takes it for a confirmation
    on.emulation.advance(121, XR)
    assert not there(on, XR)


def test_a_session_that_dies_leaves_its_trial_to_the_clock_of_the_device(on: Ground) -> None:
    armed(on, XR)
    on.device(XR).cut()
    on.emulation.advance(121, XR)
    assert not there(on, XR)


# --- what stays in the startup configuration


def without_quiet(on: Ground) -> None:
    on.device(IOS).running.apply(["no file prompt quiet"])
    on.device(IOS).saved()


def test_a_line_of_the_driver_is_saved_without_the_cure(on: Ground) -> None:
    without_quiet(on)
    bare = on.driver(IOS, "ios", dest_file_system="flash:")
    bare.load_merge_candidate(config="\n".join([*LINES[IOS], "end"]))
    bare.commit_config()
    bare.close()
    assert "file prompt quiet" not in on.device(IOS).running.text()
    assert "file prompt quiet" in on.device(IOS).startup


def test_a_device_without_that_line_is_told_of_and_not_written_to(on: Ground) -> None:
    without_quiet(on)
    before = on.device(IOS).running.text(), on.device(IOS).startup
    ours = on.transaction(IOS, "napalm")
    ours.load(LINES[IOS])
    with pytest.raises(UnexpectedAnswer, match="file prompt quiet"):
        ours.commit(60)
    assert (on.device(IOS).running.text(), on.device(IOS).startup) == before


def test_a_commit_is_saved_before_any_proof_without_the_cure(on: Ground) -> None:
    on.device(IOS).running.apply(["logging host 192.0.2.99"])
    bare = on.driver(IOS, "ios", dest_file_system="flash:", auto_file_prompt=False)
    bare.load_merge_candidate(config="\n".join([*LINES[IOS], "end"]))
    bare.commit_config()
    assert "Loopback7" in on.device(IOS).startup
    assert "192.0.2.99" in on.device(IOS).startup


@pytest.mark.parametrize("seconds", [0, 120], ids=["at once", "under a timer"])
def test_a_commit_is_saved_when_that_is_asked_for(on: Ground, seconds: int) -> None:
    ours, startup = on.transaction(IOS, "napalm"), on.device(IOS).startup
    ours.load(LINES[IOS])
    ours.commit(seconds)
    if seconds:
        ours.confirm()
    on.emulation.advance(121, IOS)
    assert there(on, IOS)
    assert on.device(IOS).startup == startup
    ours.save()
    assert "Loopback7" in on.device(IOS).startup


def test_going_back_saves_nothing(on: Ground) -> None:
    on.device(IOS).running.apply(["logging host 192.0.2.99"])
    before = on.device(IOS).running.text(), on.device(IOS).startup
    ours = on.transaction(IOS, "napalm")
    ours.load(LINES[IOS])
    ours.commit(120)
    ours.revert("")
    assert (on.device(IOS).running.text(), on.device(IOS).startup) == before
