"""Systems that a terminal reads values from: OPC UA servers, SQL databases, and identities they show."""
