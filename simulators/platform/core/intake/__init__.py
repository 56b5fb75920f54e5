"""What terminals send: HJ 212, records as JSON, the national platform's JSON, MQTT; each with a codec of its own."""
