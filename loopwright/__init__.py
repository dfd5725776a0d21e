"""The core: what loopbacks should be, are, and how to get from one to the other; pure functions over frozen values."""
