"""What a platform takes in, from terminals by every way and from people: whole, exact, once, under the right key.

Questions of the capability statement that these cases need:

- ``platform.intake``: terminals can send to it in a way of section [connection].
- ``platform.readings``: the values and records that it has of a point can be asked for.
- ``platform.intake.hj212``, ``platform.intake.json``, ``platform.intake.mqtt``: single ways.
- ``platform.entries``: data of a period can be entered by hand.
"""

from conformance.platform import OBJECTS

FED = (OBJECTS, "platform.intake", "platform.readings")
"""What a case needs whose terminals tell it the truth and whose judge asks for it."""
HJ212, JSON, MQTT = "platform.intake.hj212", "platform.intake.json", "platform.intake.mqtt"
ENTRIES = "platform.entries"
