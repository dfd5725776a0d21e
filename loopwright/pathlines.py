"""Cuts a configuration into path lines, by the tokeniser that its platform names."""

from collections.abc import Callable, Iterator, Sequence

from loopwright.models import PathLine


def indented(text: str, skip: Sequence[str]) -> tuple[PathLine, ...]:
    """Cut a configuration whose contexts are shown by indentation; lines that start with a `skip` word are noise.

    Every line becomes a path, the lines that open a context too.
    """
    return tuple(_indented(text, tuple(skip)))


def _indented(text: str, skip: tuple[str, ...]) -> Iterator[PathLine]:
    contexts: list[tuple[int, str]] = []
    for raw in text.splitlines():
        line = raw.rstrip()
        content = line.lstrip()
        if not content or content.startswith(skip):
            continue
        depth = len(line) - len(content)
        while contexts and contexts[-1][0] >= depth:
            contexts.pop()
        contexts.append((depth, content))
        yield tuple(words for _, words in contexts)


def by_set(text: str, skip: Sequence[str]) -> tuple[PathLine, ...]:
    """Cut a configuration that is told as `set` commands: each is a path of one line.

    What is deactivated is not in effect: only the line that says so is kept.
    """
    lines = [line.strip() for line in text.splitlines()]
    idle = tuple(line.removeprefix("deactivate ") for line in lines if line.startswith("deactivate "))
    told = [line.removeprefix("set ").removeprefix("/ ") for line in lines if line.startswith("set ")]
    active = (line for line in told if not line.startswith(tuple(skip)))
    kept = (line for line in active if not any(line == path or line.startswith(f"{path} ") for path in idle))
    return (*((line,) for line in kept), *((f"deactivate {path}",) for path in idle))


TOKENISERS: dict[str, Callable[[str, Sequence[str]], tuple[PathLine, ...]]] = {"indented": indented, "set": by_set}
