"""Emulated devices: configuration stores of several systems under the transports that the real ones speak.

Each system keeps its own syntax and its own refusals; nothing here reads `templates/`, so that an emulator cannot share
the mistakes of what it tests. What an emulated device knows of the network around it comes from a `Routing`.
"""
