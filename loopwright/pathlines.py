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


TOKENISERS: dict[str, Callable[[str, Sequence[str]], tuple[PathLine, ...]]] = {"indented": indented}
