"""A small works in SimPy: shifts, start-ups, ramps, stoppages, base load and noise of electricity, gas, steam and heat.

Leaves to others: how meters show the truth. The SimPy environment is the plant's own and runs ahead only as far as
somebody asks, so the plant serves virtual and real time alike; every process has its own stream of chance, so that the
truth depends on seed and instant alone.

Sources and their measures (a quantity is `source.measure`):
- `e01`, `e02`, ... circuits: energy, energy_export (kWh), energy_reactive (kvarh), power (kW), reactive (kvar),
  apparent (kVA), current (A), voltage (V, line to neutral), voltage_ll (V), pf, frequency (Hz)
- `gas`: volume (m3), volume_actual (m3), flow (m3/h), temperature (degC), pressure (kPa)
- `steam`: mass (t), flow (t/h), volume_flow (m3/h), density (kg/m3), temperature (degC), pressure (kPa)
- `heat`: energy (GJ), rate (GJ/h), volume (m3), flow (m3/h), supply, return (degC)
- `bridge`: weight (t) on the weighbridge, loads (1) done, net (t) delivered
- `stack` (flue gas of the boiler and the furnace): co2, o2, moisture (%), concentration (mg/m3, dry, standard state),
  velocity (m/s), temperature (degC), pressure (kPa against the air), flow (m3/h, dry, standard state), co2_mass (t)
- `site`: electricity (kWh, all circuits), power (kW), output (t of product), output_rate (t/h)
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass
from decimal import Decimal
from math import isqrt
from typing import Any

import simpy

from simulators.plant.bridge import RATED_LOADS_PER_H, RATED_T_PER_H, Weighbridge
from simulators.plant.plant import Quantity, Reader, as_decimal
from simulators.plant.tracks import COUNTER_DIGITS, RATE_DIGITS, Track

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_UNIT = 10**RATE_DIGITS
# The works keeps Chinese standard time, +08:00 the whole year.
_ZONE_US = 8 * _HOUR
# Square root of 3, scaled by 10^7, for line-to-line voltages and three-phase currents.
_ROOT3_E7 = 17_320_508

Process = Generator[simpy.Event, Any, None]


@dataclass(frozen=True)
class Load:
    """One kind of consumer: rated power and base load (kW), power factor (1e-3), and how it follows the shifts.

    `follows` is shift (runs while a shift works), day (weekday office hours) or always. `inrush` is the peak at start
    in percent of rated power, `ramp_s` the start-up ramp, `stops` the chance in 1e-3 that a running spell ends in a
    stoppage, `steam` the steam drawn at full load in kg/h.
    """

    name: str
    rated_kw: int
    base_kw: int
    pf: int
    follows: str
    inrush: int = 100
    ramp_s: int = 30
    stops: int = 0
    steam: int = 0


LOADS = (
    Load("incomer auxiliaries 进线辅助", 24, 12, 920, "always"),
    Load("melting furnace 熔炼炉", 950, 40, 880, "shift", 120, 600, 8),
    Load("holding furnace 保温炉", 320, 90, 900, "always", 110, 300, 2),
    Load("rolling mill stand 1 轧机一", 780, 18, 840, "shift", 180, 60, 25),
    Load("rolling mill stand 2 轧机二", 720, 18, 840, "shift", 180, 60, 25),
    Load("reheating line 加热线", 260, 20, 900, "shift", 120, 240, 10, 400),
    Load("pickling line 酸洗线", 140, 12, 860, "shift", 140, 120, 12, 900),
    Load("coating line 涂装线", 180, 15, 870, "shift", 130, 180, 12, 700),
    Load("dryer 烘干机", 210, 8, 890, "shift", 120, 300, 6, 1100),
    Load("extruder 1 挤出机一", 110, 4, 830, "shift", 170, 90, 18),
    Load("extruder 2 挤出机二", 110, 4, 830, "shift", 170, 90, 18),
    Load("mixer 搅拌机", 75, 2, 820, "shift", 220, 20, 20, 300),
    Load("crusher 破碎机", 132, 2, 800, "shift", 300, 30, 30),
    Load("air compressor 1 空压机一", 160, 35, 880, "always", 200, 15, 4),
    Load("air compressor 2 空压机二", 160, 10, 880, "shift", 200, 15, 8),
    Load("cooling water pump 1 冷却水泵一", 55, 20, 850, "always", 250, 10, 2),
    Load("cooling water pump 2 冷却水泵二", 55, 2, 850, "shift", 250, 10, 5),
    Load("cooling tower fans 冷却塔风机", 45, 6, 840, "shift", 200, 20, 4),
    Load("exhaust fans 排风机", 90, 10, 850, "shift", 220, 25, 4),
    Load("dust filter 除尘器", 110, 6, 860, "shift", 200, 30, 4),
    Load("boiler house 锅炉房", 60, 18, 870, "always", 150, 30, 2),
    Load("water treatment 水处理", 40, 14, 850, "always", 160, 20, 2),
    Load("crane hall 行车", 70, 1, 780, "shift", 260, 5, 60),
    Load("machine shop 机修车间", 65, 3, 810, "day", 200, 10, 15),
    Load("laboratory 化验室", 22, 6, 930, "day", 110, 10, 0),
    Load("office 办公楼", 85, 14, 940, "day", 105, 60, 0),
    Load("canteen 食堂", 60, 5, 950, "day", 110, 60, 0, 150),
    Load("lighting 照明", 48, 16, 960, "shift", 105, 5, 0),
    Load("forklift chargers 叉车充电", 64, 3, 930, "always", 105, 60, 0),
)

# Staffing in percent for each 8-hour shift (night, early, late), Monday first.
SHIFTS = ((60, 100, 90),) * 5 + ((0, 80, 0), (0, 0, 0))


def shift_level(at_us: int) -> int:
    """Staffing in percent at an instant: three shifts on weekdays, one on Saturday, none on Sunday."""
    day, rest = divmod(at_us + _ZONE_US, _DAY)
    return SHIFTS[(day + 3) % 7][rest // (8 * _HOUR)]


def office_level(at_us: int) -> int:
    """100 within weekday office hours (08:00 to 17:30 local), else 0."""
    day, rest = divmod(at_us + _ZONE_US, _DAY)
    return 100 if (day + 3) % 7 < 5 and 8 * _HOUR <= rest < 17 * _HOUR + 30 * _MINUTE else 0


def always_level(_at_us: int) -> int:
    """Runs day and night at a level that leaves room for noise."""
    return 70


_LEVELS: dict[str, Callable[[int], int]] = {"shift": shift_level, "day": office_level, "always": always_level}


class _Source:
    """A consumer's tracks and its opening counter readings."""

    def __init__(self, start_us: int, rate: int, opening: int) -> None:
        self.rate = Track(start_us, rate)
        self.opening = opening


class Works:
    """The plant. `circuits` electricity circuits (named e01, e02, ...), gas, steam and heat, from one seed.

    `chance` gives a stream of chance by name. Before `start_us` nothing happens: counters hold their opening values.
    """

    def __init__(self, chance: Callable[[str], random.Random], start_us: int, circuits: int = 29) -> None:
        # SimPy types its clock as float; ours counts whole microseconds.
        self._env: Any = simpy.Environment(initial_time=start_us)
        self._ahead = start_us
        self._steam_drawn: dict[str, int] = {}
        self._furnace: Track | None = None
        self.quantities: dict[str, Quantity] = {}
        self._readers: dict[str, Reader] = {}
        self.names: dict[str, str] = {}
        openings = chance("plant/openings")

        def opening(whole: int) -> int:
            return openings.randrange(whole) * 10**COUNTER_DIGITS

        self._voltage = Track(start_us, 400 * _UNIT)
        self._frequency = Track(start_us, 50 * _UNIT)
        self._env.process(self._mains(chance("plant/mains")))
        width = max(2, len(str(circuits)))
        self._circuits: dict[str, _Source] = {}
        for index in range(circuits):
            load = LOADS[index % len(LOADS)]
            name = f"e{index + 1:0{width}d}"
            self.names[name] = load.name
            source = _Source(start_us, load.base_kw * _UNIT, opening(400_000))
            self._add_circuit(name, load, source)
            self._circuits[name] = source
            self._env.process(self._line(name, load, source.rate, chance(f"plant/{name}")))
            if index == 1:
                self._furnace = source.rate
        self._steam = _Source(start_us, _UNIT // 5, opening(60_000))
        self._gas = _Source(start_us, 20 * _UNIT, opening(900_000))
        self._heat = _Source(start_us, _UNIT, opening(30_000))
        self._heat_flow = Track(start_us, 12 * _UNIT)
        self._levels = {
            name: Track(start_us, level)
            for name, level in (
                ("steam.temperature", 184 * _UNIT),
                ("steam.pressure", 1_000 * _UNIT),
                ("gas.temperature", 17 * _UNIT),
                ("gas.pressure", 215 * _UNIT),
                ("heat.supply", 95 * _UNIT),
            )
        }
        self._bridge = Weighbridge(start_us)
        self._env.process(self._bridge.deliveries(self._env, shift_level, chance("plant/bridge")))
        self._env.process(self._boiler(chance("plant/boiler")))
        self._env.process(self._heating(chance("plant/heating")))
        for name, step, low, high in (
            ("steam.temperature", 400_000, 181, 188),
            ("steam.pressure", 6_000_000, 960, 1_040),
            ("gas.temperature", 150_000, 12, 22),
            ("gas.pressure", 900_000, 205, 225),
            ("heat.supply", 500_000, 88, 98),
        ):
            self._env.process(self._wander(self._levels[name], step, low, high, chance(f"plant/{name}")))
        self._add_media()
        self._add_stack()
        self._add_site()

    # What the meters ask.

    def reader(self, quantity: str) -> Reader:
        """A function from instant (us UTC) to whole steps; KeyError names an unknown quantity."""
        return self._readers[quantity]

    def value(self, quantity: str, at_us: int) -> Decimal:
        """The exact value at an instant, in the quantity's unit."""
        return as_decimal(self._readers[quantity](at_us), self.quantities[quantity].digits)

    def _advance(self, at_us: int) -> None:
        """Let the SimPy processes run until everything that determines this instant has happened."""
        if at_us >= self._ahead:
            # A minute at once: asking every meter at one instant costs one run.
            self._ahead = at_us + _MINUTE
            self._env.run(until=self._ahead)

    # Quantities.

    def _add(self, name: str, kind: str, unit: str, digits: int, read: Reader, rated_per_h: str = "") -> None:
        def reader(at_us: int) -> int:
            if at_us >= self._ahead:
                self._advance(at_us)
            return read(at_us)

        self.quantities[name] = Quantity(name, kind, unit, digits, rated_per_h)
        self._readers[name] = reader

    def _counter(self, name: str, unit: str, source: _Source, rated_per_h: str) -> None:
        track, first = source.rate, source.opening
        self._add(name, "counter", unit, COUNTER_DIGITS, lambda at: first + track.gathered(at), rated_per_h)

    def _add_circuit(self, name: str, load: Load, source: _Source) -> None:
        rate, volts, hertz, pf = source.rate, self._voltage, self._frequency, load.pf

        def apparent(at: int) -> int:
            return rate.rate(at) * 1000 // pf

        def reactive(at: int) -> int:
            whole, real = apparent(at), rate.rate(at)
            return isqrt(max(whole * whole - real * real, 0))

        def reactive_energy(at: int) -> int:
            return source.opening // 4 + rate.gathered(at) * isqrt(1_000_000 - pf * pf) // pf

        def current(at: int) -> int:
            return rate.rate(at) * 10**19 // (_ROOT3_E7 * volts.rate(at) * pf)

        peak = load.rated_kw * max(load.inrush, 130) // 100
        self._counter(f"{name}.energy", "kWh", source, str(peak))
        self._add(f"{name}.energy_reactive", "counter", "kvarh", COUNTER_DIGITS, reactive_energy, str(peak))
        self._add(f"{name}.energy_export", "counter", "kWh", COUNTER_DIGITS, lambda at: 0, "0")
        self._add(f"{name}.power", "instant", "kW", RATE_DIGITS, rate.rate)
        self._add(f"{name}.reactive", "instant", "kvar", RATE_DIGITS, reactive)
        self._add(f"{name}.apparent", "instant", "kVA", RATE_DIGITS, apparent)
        self._add(f"{name}.current", "instant", "A", RATE_DIGITS, current)
        self._add(f"{name}.voltage", "instant", "V", RATE_DIGITS, lambda at: volts.rate(at) * 10**7 // _ROOT3_E7)
        self._add(f"{name}.voltage_ll", "instant", "V", RATE_DIGITS, volts.rate)
        self._add(f"{name}.pf", "instant", "1", 3, lambda at: pf)
        self._add(f"{name}.frequency", "instant", "Hz", RATE_DIGITS, hertz.rate)

    def _add_media(self) -> None:
        gas, steam, heat, level = self._gas.rate, self._steam.rate, self._heat.rate, self._levels
        gas_t, gas_p = level["gas.temperature"], level["gas.pressure"]
        steam_p, flow, supply = level["steam.pressure"], self._heat_flow, level["heat.supply"]
        actual_first = self._gas.opening // 3

        def actual_volume(at: int) -> int:
            # The corrector's uncorrected total: standard volume over the nominal correction factor of 3.
            return actual_first + gas.gathered(at) // 3

        def density(at: int) -> int:
            # Saturated steam near 1 MPa: 5.15 kg/m3, proportional to absolute pressure in this narrow range.
            return 5_150_000 * (steam_p.rate(at) + 101 * _UNIT) // (1_101 * _UNIT)

        def cooled(at: int) -> int:
            # Return temperature: supply less rate / (flow x 4.1868e-3 GJ/(m3 K)).
            return supply.rate(at) - heat.rate(at) * 10_000_000_000 * _UNIT // (flow.rate(at) * 41_868_000)

        self._counter("gas.volume", "m3", self._gas, "900")
        self._add("gas.volume_actual", "counter", "m3", COUNTER_DIGITS, actual_volume, "300")
        self._add("gas.flow", "instant", "m3/h", RATE_DIGITS, gas.rate)
        self._add("gas.temperature", "instant", "degC", RATE_DIGITS, gas_t.rate)
        self._add("gas.pressure", "instant", "kPa", RATE_DIGITS, gas_p.rate)
        self._counter("steam.mass", "t", self._steam, "8")
        self._add("steam.flow", "instant", "t/h", RATE_DIGITS, steam.rate)
        self._add(
            "steam.volume_flow",
            "instant",
            "m3/h",
            RATE_DIGITS,
            lambda at: steam.rate(at) * 1000 * _UNIT // density(at),
        )
        self._add("steam.density", "instant", "kg/m3", RATE_DIGITS, density)
        self._add("steam.temperature", "instant", "degC", RATE_DIGITS, level["steam.temperature"].rate)
        self._add("steam.pressure", "instant", "kPa", RATE_DIGITS, steam_p.rate)
        self._counter("heat.energy", "GJ", self._heat, "6")
        self._add("heat.rate", "instant", "GJ/h", RATE_DIGITS, heat.rate)
        self._add("heat.volume", "counter", "m3", COUNTER_DIGITS, flow.gathered, "40")
        self._add("heat.flow", "instant", "m3/h", RATE_DIGITS, flow.rate)
        self._add("heat.supply", "instant", "degC", RATE_DIGITS, supply.rate)
        self._add("heat.return", "instant", "degC", RATE_DIGITS, cooled)
        bridge = self._bridge
        self._add("bridge.weight", "instant", "t", RATE_DIGITS, bridge.weight.rate)
        self._add("bridge.loads", "counter", "1", 0, bridge.loads, RATED_LOADS_PER_H)
        self._add("bridge.net", "counter", "t", COUNTER_DIGITS, bridge.net, RATED_T_PER_H)

    def _add_stack(self) -> None:
        """Flue gas as it follows from the gas burnt: what is measured at the stack and in the gas line must agree."""
        gas, gas_t, supply = self._gas.rate, self._levels["gas.temperature"], self._levels["heat.supply"]

        def co2(at: int) -> int:
            # 8.6 % dry at the usual excess of air, which rises a little with cold combustion air.
            return 8_600_000 + (gas_t.rate(at) - 17 * _UNIT) // 20

        def flow(at: int) -> int:
            # Dry flue gas for 1 m3 of gas: 1.008 m3 of CO2 at that share.
            return gas.rate(at) * 1_008 * 100 * _UNIT // (1000 * co2(at))

        def velocity(at: int) -> int:
            # A duct of 0.5 m2, gas at the stack's temperature and moisture.
            return flow(at) * (273 * _UNIT + temperature(at)) * 100 // (1800 * 273 * (100 * _UNIT - moisture(at)))

        def temperature(at: int) -> int:
            return 92 * _UNIT + supply.rate(at) // 10

        def moisture(at: int) -> int:
            return 16_500_000 + (gas_t.rate(at) - 17 * _UNIT) // 25

        first = self._gas.opening * 1_981 // 1_000_000

        self._add("stack.co2", "instant", "%", RATE_DIGITS, co2)
        self._add("stack.o2", "instant", "%", RATE_DIGITS, lambda at: 20_900_000 - co2(at) * 178 // 100)
        self._add("stack.moisture", "instant", "%", RATE_DIGITS, moisture)
        # A8 of the HJ 75 family: a share in percent is 44/22.4 x 10^4 mg/m3.
        self._add("stack.concentration", "instant", "mg/m3", RATE_DIGITS, lambda at: co2(at) * 440_000 * 10 // 224)
        self._add("stack.velocity", "instant", "m/s", RATE_DIGITS, velocity)
        self._add("stack.temperature", "instant", "degC", RATE_DIGITS, temperature)
        self._add("stack.pressure", "instant", "kPa", RATE_DIGITS, lambda at: -120_000 - gas.rate(at) // 10_000)
        self._add("stack.flow", "instant", "m3/h", RATE_DIGITS, flow)
        self._add(
            "stack.co2_mass",
            "counter",
            "t",
            COUNTER_DIGITS,
            lambda at: first + gas.gathered(at) * 1_981 // 1_000_000,
            "2",
        )

    def _add_site(self) -> None:
        """What the works' own systems add up: all electricity, and the product, 85 kWh of it for a tonne."""
        loads = tuple(self._circuits.values())
        first = sum(source.opening for source in loads)

        def energy(at: int) -> int:
            return first + sum(source.rate.gathered(at) for source in loads)

        def power(at: int) -> int:
            return sum(source.rate.rate(at) for source in loads)

        rated = sum(int(self.quantities[f"{name}.energy"].rated_per_h) for name in self._circuits)
        self._add("site.electricity", "counter", "kWh", COUNTER_DIGITS, energy, str(rated))
        self._add("site.power", "instant", "kW", RATE_DIGITS, power)
        self._add("site.output", "counter", "t", COUNTER_DIGITS, lambda at: energy(at) // 85, str(rated // 85 + 1))
        self._add("site.output_rate", "instant", "t/h", RATE_DIGITS, lambda at: power(at) // 85)

    # Processes.

    def _line(self, name: str, load: Load, track: Track, chance: random.Random) -> Process:
        """One consumer: idle at base load, start up with inrush and ramp, run in spells with noise, stop at times."""
        env = self._env
        level_of = _LEVELS[load.follows]
        base = load.base_kw * _UNIT
        rated = load.rated_kw * _UNIT
        while True:
            while not level_of(env.now):
                self._steam_drawn[name] = 0
                track.hold(env.now, base * chance.randrange(900_000, 1_100_001) // 1_000_000)
                yield env.timeout(chance.randrange(4 * _MINUTE, 12 * _MINUTE))
            # Nobody presses the button on the minute.
            yield env.timeout(chance.randrange(_SECOND, 9 * _MINUTE))
            if load.inrush > 100:
                track.hold(env.now, rated * load.inrush // 100)
                yield env.timeout(chance.randrange(4 * _SECOND, 15 * _SECOND))
            running = rated * level_of(env.now) // 100 or base
            start = max(base, running // 3)
            until = env.now + load.ramp_s * _SECOND
            track.ramp(env.now, start, until, running)
            yield env.timeout(load.ramp_s * _SECOND)
            while level := level_of(env.now):
                target = max(rated * level * chance.randrange(720_000, 1_020_001) // 100_000_000, base)
                ramp = chance.randrange(5 * _SECOND, 60 * _SECOND)
                track.ramp(env.now, track.rate(env.now), env.now + ramp, target)
                self._steam_drawn[name] = load.steam * target // rated
                yield env.timeout(chance.randrange(2 * _MINUTE, 8 * _MINUTE))
                if chance.randrange(1000) < load.stops:
                    self._steam_drawn[name] = 0
                    track.ramp(env.now, track.rate(env.now), env.now + 20 * _SECOND, base)
                    yield env.timeout(chance.randrange(5 * _MINUTE, 40 * _MINUTE))
                    break
            else:
                track.ramp(env.now, track.rate(env.now), env.now + 90 * _SECOND, base)
                yield env.timeout(90 * _SECOND)

    def _boiler(self, chance: random.Random) -> Process:
        """Steam follows what the lines draw, within the boiler's rate of change; gas follows steam and the furnace."""
        env, steam, gas = self._env, self._steam.rate, self._gas.rate
        while True:
            drawn = sum(self._steam_drawn.values()) * 1000 + 200_000
            now = steam.rate(env.now)
            wanted = drawn * chance.randrange(970_000, 1_030_001) // 1_000_000
            # Not more than 0.4 t/h up or down in one step: the boiler's own inertia.
            target = max(min(wanted, now + 400_000), now - 400_000, 50_000)
            steam.ramp(env.now, now, env.now + 60 * _SECOND, target)
            furnace = self._furnace.rate(env.now) // 40 if self._furnace else 0
            burnt = target * 76 * chance.randrange(980_000, 1_020_001) // 1_000_000 + furnace * 4
            gas.ramp(env.now, gas.rate(env.now), env.now + 60 * _SECOND, burnt)
            yield env.timeout(chance.randrange(90 * _SECOND, 240 * _SECOND))

    def _heating(self, chance: random.Random) -> Process:
        """Space heating: follows the hour of the day and the presence of people."""
        env = self._env
        while True:
            people = max(shift_level(env.now), office_level(env.now))
            hour = ((env.now + _ZONE_US) % _DAY) // _HOUR
            cold = abs(14 - hour)
            target = (800_000 + 90_000 * cold + 9_000 * people) * chance.randrange(960_000, 1_040_001) // 1_000_000
            until = env.now + 3 * _MINUTE
            self._heat.rate.ramp(env.now, self._heat.rate.rate(env.now), until, target)
            self._heat_flow.ramp(env.now, self._heat_flow.rate(env.now), until, target * 12 + 2 * _UNIT)
            yield env.timeout(chance.randrange(5 * _MINUTE, 15 * _MINUTE))

    def _mains(self, chance: random.Random) -> Process:
        """Voltage and frequency wander within their usual bands."""
        env = self._env
        while True:
            self._voltage.hold(env.now, (392 + chance.randrange(0, 17)) * _UNIT + chance.randrange(_UNIT))
            self._frequency.hold(env.now, 49_950_000 + chance.randrange(100_000))
            yield env.timeout(chance.randrange(_MINUTE, 4 * _MINUTE))

    def _wander(self, track: Track, step: int, low: int, high: int, chance: random.Random) -> Process:
        """A slow level: a bounded random walk, in straight lines."""
        env = self._env
        while True:
            now = track.rate(env.now)
            target = min(max(now + chance.randrange(-step, step + 1), low * _UNIT), high * _UNIT)
            length = chance.randrange(3 * _MINUTE, 10 * _MINUTE)
            track.ramp(env.now, now, env.now + length, target)
            yield env.timeout(length)
