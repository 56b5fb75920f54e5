"""Accounts of carbon and energy: factors, methods, levels, statistics, benchmarks, ledgers, reports.

Questions of the capability statement: ``platform.accounting`` (points, entries, factors and accounts of them),
``platform.methods`` (sources by sectors' methods), ``platform.statistics``, ``platform.benchmarks``,
``platform.energy-ledgers``, ``platform.reports``, ``platform.regional-inventory``.
"""

ACCOUNTING = "platform.accounting"
METHODS = "platform.methods"
STATISTICS = "platform.statistics"
BENCHMARKS = "platform.benchmarks"
LEDGERS = "platform.energy-ledgers"
REPORTS = "platform.reports"
INVENTORY = "platform.regional-inventory"
