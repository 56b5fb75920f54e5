"""A centre that is an MQTT broker."""
