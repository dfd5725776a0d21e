"""The workflows and the command line, each short: session, tasks, report."""
