"""MQTT for collectors and centres: the embedded broker, and a real Mosquitto."""
