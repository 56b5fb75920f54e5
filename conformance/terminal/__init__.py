"""Cases for the terminal, one module per chapter of the requirements, one class per case.

Leaves the world to the rigs and the questions' wording to the clause ledger. A case never knows which terminal it has.

Questions of the capability statement that cases need (profile, section [claims]):

- ``protocol.modbus-tcp``: the terminal reads meters by Modbus TCP.
- ``protocol.modbus-rtu``: it reads meters by Modbus RTU or ASCII on serial lines (one by Modbus TCP alone says no).
- ``protocol.serial-server``: it reads serial meters through transparent serial servers (their frames over TCP).
- ``source.dlt645``, ``source.cjt188``: it reads such meters on serial lines.
- ``source.mqtt``, ``source.https``: it takes data from collectors by MQTT, by HTTPS.
- ``source.mqtt5``, ``source.mqtt-qos2``, ``source.mqtt-hj212``: by MQTT 5.0, with QoS 2, as HJ 212 text.
- ``source.opc``, ``source.sql``: it reads nodes of OPC UA servers, rows of databases.
- ``source.cems``: it takes values of a CEMS.
- ``source.collectors``: it takes data from collectors at all.
- ``source.weighing``: it reads weighing indicators that send by themselves.
- ``source.odbc``: it reads rows of databases through ODBC.
- ``source.postgresql``, ``source.mariadb``: it reads those of such a server.
- ``processing.formulas``: it computes points from others: sum, difference, product, quotient, shares, integral.
- ``source.weighing-loads``: it adds up the net weight of every truck from the weights shown.
- ``alarms.signal-failure``: a 4-20 mA loop counts as failed after 4 s at fault, with an alarm.
- ``source.transformers``: it multiplies the readings of meters behind transformers by their ratio.
- ``processing.units``: it keeps and sends points in other units than their meters'.
- ``source.standby``: a standby source takes a silent meter's place.
- ``acquisition.manual-entry``: values can be entered by hand.
- ``uplink.hj212``: it uploads by HJ 212-2017 in continuous mode (each value as its interval ends).
- ``uplink.hj212-window``: it uploads by HJ 212 in a daily window whose time can be set.
- ``uplink.query``: it answers history requests of a centre (2051, 2061, 2031).
- ``uplink.field-information``: it tells its log, state and link on request (3020).
- ``local.readout``: readings, records, gaps and the log can be read at a local interface.
- ``processing.valid-share``: a mean counts from a declared share of its readings on.
- ``local.raw-values``: there raw values stand beside the converted ones.
- ``acquisition.gap-record``: stretches of missing data are recorded.
- ``acquisition.gap-filling``: they are filled with estimates, flagged and with their method.
- ``acquisition.meter-records``: they are filled from freezes or load profiles that DL/T 645 meters keep.
- ``acquisition.on-command``: a centre's command makes it read its meters at once.
- ``acquisition.range-1min-3h``: any polling period from 1 min to 3 h can be set.
- ``accounting.minute-cumulative``: a cumulative value every minute.
- ``counters.rollover``, ``counters.replacement``: rollover is counted; a meter's replacement can be entered.
- ``storage.power-off-48h``: what is stored outlasts 48 h without power.
- ``storage.sets``, ``storage.tables``: stored data go out as a set and in again; they go out as a table for people.
- ``storage.by-source``: they can be read by the emission source that they belong to.
- ``storage.capacity``: it tells what its store holds, may hold, and for how long data are kept.
- ``storage.octet-bound``: what its store may hold can be set, and delivered data are overwritten first.
- ``storage.backup-1-year``: a backup covers a year.
- ``delivery.automatic-backfill``: what an outage held back is sent afterwards without help.
- ``role.collector``: submitted as a collector too (buffer: 168 h by CPCIF, as declared by SSEA).
- ``centres.three``: three destinations at once.
- ``clock.centre``: a centre may read and set its clock (1011, 1012).
- ``clock.ntp``: an NTP server keeps its clock within 1 s.
- ``clock.free-run``: without a time source its clock drifts by at most 1 s a day.
- ``channel.mutual-tls``: it reaches a centre over TLS with certificates on both sides.
- ``channel.certificate-renewal``: its own certificate of a channel can be renewed while it works.
- ``channel.revocation-lists``: it fetches revocation lists while it works and obeys them.
- ``channel.certificate-status``: it asks for the status of centres' certificates (OCSP), and heeds what is stapled.
- ``channel.national-tls``: over TLS 1.3 with the national suites (RFC 8998).
- ``channel.payload``: it signs and enciphers HJ 212 packets above the channel.
- ``management.packages``: it takes signed packages of the management software, online and as files.
- ``management.applications``: management software installs, upgrades and removes its applications and modules.
- ``management.configuration``: centres and data items are configured by signed packages of the management software.
- ``configuration.backup``: its configuration can be backed up to a file and restored from it.
- ``access.accounts``: people log in to accounts of their own.
- ``access.functions``: its maker has listed its functions and who may use them.
- ``access.audit-log``: its audit log is read, searched and exported at a door.
- ``access.audit-bound``: how many entries its audit log may hold can be set.
- ``uplink.third-party``: it passes activity data, methods, boundaries, entries and statistics to a third party.
- ``group.slaves``: it is the master of other terminals, takes their data and reports for them.
- ``uplink.https-json``: it uploads daily sets to an energy platform over HTTPS and JSON.
- ``uplink.https-records``: it uploads each record as its interval ends, as JSON over HTTPS.
- ``uplink.mqtt-records``: it uploads each record as its interval ends, as JSON over MQTT.
- ``functions.accounting``: it accounts for the emissions of a boundary that it is told.
- ``accounting.method.…``: its library holds this document's method.
- ``fingerprint.deposit``: it deposits fingerprints of its records at a platform.
"""

from bench.case import AnyOf, Evidence, Text, claimed, standing
from conformance import rests
from conformance.common import alarms_over, every_frame

MODBUS = "protocol.modbus-tcp"
HJ212 = "uplink.hj212"
HJ212_WINDOW = "uplink.hj212-window"
HTTPS_RECORDS = "uplink.https-records"
MQTT_RECORDS = "uplink.mqtt-records"
LIVE = AnyOf(HJ212, HTTPS_RECORDS, MQTT_RECORDS)
"""An uplink by which each record leaves as its interval ends."""
UPLINK = AnyOf(HJ212, HTTPS_RECORDS, MQTT_RECORDS, HJ212_WINDOW)
"""Any uplink at all: the records at a centre are evidence, by whatever way they came (R-46)."""
LOCAL = "local.readout"
MUTUAL_TLS = "channel.mutual-tls"
REVOCATION_LISTS = "channel.revocation-lists"
CERTIFICATE_STATUS = "channel.certificate-status"
NATIONAL_TLS = "channel.national-tls"
PAYLOAD = "channel.payload"
MANAGEMENT = "management.packages"
APPLICATIONS = "management.applications"
CONFIGURATION = "management.configuration"
BACKUP = "configuration.backup"
ACCOUNTS = "access.accounts"
CODES = "access.one-time-codes"
CERTIFICATE_LOGIN = "access.certificate-login"
FUNCTIONS = "access.functions"
AUDIT = "access.audit-log"
THIRD_PARTY = "uplink.third-party"
SLAVES = "group.slaves"
PLATFORM = "uplink.https-json"
FINGERPRINT = "fingerprint.deposit"
OPC = "source.opc"
SQL = "source.sql"
CEMS = "source.cems"


_AT_THE_CENTRE = {
    f"{check}-stored": f"{check}-centre-a"
    for check in ("same-reading", "same-digits", "same-value", "same-status", "same-instant", "known-origin")
} | {f"edge-{check}-stored": f"edge-{check}-centre-a" for check in ("values", "numbers")}
"""What is compared in the store is compared at the centre too, which is enough where there is no read-out (R-46)."""


def read_out(*checks: str) -> Evidence:
    """Checks, by id or pattern, that only a read-out decides; the others of the case go by its wires (R-46)."""
    return Evidence(LOCAL, *checks, instead=_AT_THE_CENTRE)


READ_GAPS = read_out("gap-recorded", "gap-bounds", "no-repeated-value", "no-false-gap")
"""Recorded gaps are read out; that no value is sent as read shows at the centre."""

BY_TIME_OF_DAY = Text(
    "what happens is set by the time of day at which the case begins, which real time does not choose",
    "各步骤取决于用例开始的时刻，实时台架无法选择",
)
"""Why a case of a whole day runs in virtual time alone."""

standing.join("every-frame", every_frame.STANDING)
standing.join("alarms-over", alarms_over.STANDING)
claimed.join(rests.rests_of, rests.LEFT)
