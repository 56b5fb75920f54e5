"""The virtual world: clock, event loop, power, network and disk in one process, the same history for the same seed.

Leaves protocols and devices to those who live in it: nothing here knows Modbus, HJ 212 or a terminal.

Start with `loop.run(main())`; inside, `Network()` for wires, `Domain(name)` for a device's power, `VirtualDisk` for its
store, `DeviceClock` for its idea of time. `prove.require_all()` shows that every injector does what it says.
"""
