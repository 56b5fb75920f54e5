"""The commands of an HJ 212 centre by name (HJ 212-2017 table 9), and the start-up sequence of 6.7.

Leaves sending them and waiting for their end to `hj212`.
"""

from __future__ import annotations

from simulators.centres.hj212.link import Exchange
from simulators.clock import Clock
from simulators.stamps import stamp

HISTORY = {"minute": "2051", "hour": "2061", "day": "2031", "running": "2041"}
"""Classes that can be asked for by a range of time; `running` are the hours an installation ran in a day."""


class Commands:
    """Methods of a centre that send one request each and give what came of it."""

    over_time_s: int
    re_count: int
    realtime_interval_s: int
    minute_interval: int
    pw: str
    _old_pw: str
    _clock: Clock

    async def command(
        self,
        cn: str,
        *cp: tuple[str, str],
        flag: int | None = None,
        over_time_s: float | None = None,
        execution_s: float = 60,
        mn: str = "",
    ) -> Exchange:
        """Send a request and wait for its end."""
        raise NotImplementedError

    async def set_timeouts(self, over_time_s: int, re_count: int) -> Exchange:
        """1000: answer time-out (s) and number of repetitions, taken over by the centre itself when accepted."""
        exchange = await self.command("1000", ("OverTime", str(over_time_s)), ("ReCount", str(re_count)))
        if exchange.result == "1":
            self.over_time_s, self.re_count = over_time_s, re_count
        return exchange

    async def read_clock(self, device: str = "") -> Exchange:
        """1011: the clock of the terminal, or of an instrument (PolId); `value("SystemTime")` of the exchange."""
        return await self.command("1011", *((("PolId", device),) if device else ()))

    async def set_clock(self, at_us: int | None = None, device: str = "") -> Exchange:
        """1012: set the clock of the terminal, or of an instrument, to an instant (us UTC), default true time."""
        now = self._clock.now_us() if at_us is None else at_us
        return await self.command("1012", *((("PolId", device),) if device else ()), ("SystemTime", stamp(now)))

    async def read_realtime_interval(self) -> Exchange:
        """1061: `value("RtdInterval")`, seconds."""
        return await self.command("1061")

    async def set_realtime_interval(self, seconds: int) -> Exchange:
        """1062: real-time interval, 30 to 3600 s."""
        exchange = await self.command("1062", ("RtdInterval", str(seconds)))
        if exchange.result == "1":
            self.realtime_interval_s = seconds
        return exchange

    async def read_minute_interval(self) -> Exchange:
        """1063: `value("MinInterval")`, minutes."""
        return await self.command("1063")

    async def set_minute_interval(self, minutes: int) -> Exchange:
        """1064: interval of minute data."""
        exchange = await self.command("1064", ("MinInterval", str(minutes)))
        if exchange.result == "1":
            self.minute_interval = minutes
        return exchange

    async def set_password(self, new: str) -> Exchange:
        """1072: a new password; the centre uses it from then on and still takes the old one."""
        exchange = await self.command("1072", ("NewPW", new))
        if exchange.result == "1":
            self._old_pw, self.pw = self.pw, new
        return exchange

    async def read_now(self) -> Exchange:
        """2011 as a request: the terminal reads its meters now and sends real-time data."""
        return await self.command("2011")

    async def stop_realtime(self) -> Exchange:
        """2012: real-time data off."""
        return await self.command("2012")

    async def device_state(self) -> Exchange:
        """2021 as a request: the terminal sends the state of its devices."""
        return await self.command("2021")

    async def stop_device_state(self) -> Exchange:
        """2022: device state off."""
        return await self.command("2022")

    async def history(self, kind: str, begin: str, end: str) -> Exchange:
        """2051, 2061, 2031, 2041 as a request: a closed range of stamps; `kind` is minute, hour, day or running."""
        return await self.command(HISTORY[kind], ("BeginTime", begin), ("EndTime", end), execution_s=120)

    async def calibrate_instrument(self, device: str) -> Exchange:
        """3011: zero and span calibration of an instrument (PolId)."""
        return await self.command("3011", ("PolId", device), execution_s=120)

    async def sample_now(self, device: str) -> Exchange:
        """3012: take a sample now."""
        return await self.command("3012", ("PolId", device), execution_s=120)

    async def clean(self, device: str) -> Exchange:
        """3013: cleaning or blowback."""
        return await self.command("3013", ("PolId", device), execution_s=120)

    async def comparison_sample(self, device: str) -> Exchange:
        """3014: take a sample for comparison."""
        return await self.command("3014", ("PolId", device), execution_s=120)

    async def retain_sample(self) -> Exchange:
        """3015: retain a sample; `value("VaseNo")`."""
        return await self.command("3015", execution_s=120)

    async def set_sampling_period(self, device: str, first: str, hours: int) -> Exchange:
        """3016: first sampling of the day (hhmmss) and period, 1 to 24 h."""
        return await self.command("3016", ("PolId", device), ("CstartTime", first), ("Ctime", str(hours)))

    async def read_sampling_period(self, device: str) -> Exchange:
        """3017: `value("CstartTime")` and `value("Ctime")`."""
        return await self.command("3017", ("PolId", device))

    async def read_analysis_time(self, device: str) -> Exchange:
        """3018: `value("Stime")`, minutes."""
        return await self.command("3018", ("PolId", device))

    async def instrument_id(self, device: str) -> Exchange:
        """3019: the id of an instrument, `value("<PolId>-SN")`."""
        return await self.command("3019", ("PolId", device))

    async def information(self, code: str, device: str, begin: str = "", end: str = "") -> Exchange:
        """3020: field information `code` (i11001, ...) of a device (PolId), of a range of time if given."""
        times = (("BeginTime", begin), ("EndTime", end)) if begin else ()
        return await self.command("3020", ("PolId", device), ("InfoId", code), *times)

    async def set_parameter(self, code: str, device: str, value: str) -> Exchange:
        """3021: set a parameter `code` (i13004, ...) of a device (PolId)."""
        return await self.command("3021", ("PolId", device), ("InfoId", code), (f"{code}-Info", value))

    async def start_up(self, *, device_state: bool = False) -> None:
        """HJ 212-2017 6.7: clock, time-outs, intervals, real-time data on or off, device state on or off."""
        await self.set_clock()
        await self.set_timeouts(self.over_time_s, self.re_count)
        if self.realtime_interval_s:
            await self.set_realtime_interval(self.realtime_interval_s)
        await self.set_minute_interval(self.minute_interval)
        await (self.read_now() if self.realtime_interval_s else self.stop_realtime())
        await (self.device_state() if device_state else self.stop_device_state())
