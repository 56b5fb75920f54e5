"""Collectors and systems that hand on what they have: MQTT, HTTPS, OPC UA, databases."""
