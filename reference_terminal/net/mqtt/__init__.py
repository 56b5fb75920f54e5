"""MQTT 3.1.1 and 5.0: packets, their properties and reasons, and a client that asks and waits for an answer."""
