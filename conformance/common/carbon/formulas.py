"""The formulas of the documents: tonnes of a gas from inputs in the units that each names.

Leaves defaults and editions to `methods`. The names of the arguments are the documents' symbols; the comment behind a
formula is its place in the facts page. A result is positive where it is emitted and negative where it is deducted.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction as N

from conformance.common.carbon import steam

C_TO_CO2 = N(44, 12)
CH4_TO_CO2 = N(44, 16)
"""Volatile matter is reckoned as methane (facts 4.12)."""


_RATIO = re.compile(r"N\((\d+), (\d+)\)")
_DECIMAL = re.compile(r"""N\(["']([\d.]+)["']\)""")


@dataclass(frozen=True)
class Formula:
    """A formula: what it takes in which units, which gas it gives (t), and where it stands."""

    reckon: Callable[..., N]
    units: Mapping[str, str]
    gas: str
    place: str

    def __call__(self, inputs: Mapping[str, N]) -> N:
        """Tonnes of the gas."""
        return self.reckon(**{symbol: inputs[symbol] for symbol in self.units})

    @property
    def printed(self) -> str:
        """As it stands in this file, with the ratios of molar masses written out."""
        text = " ".join(inspect.getsource(self.reckon).partition("return ")[2].split())
        text = text.replace("C_TO_CO2", "44/12").replace("CH4_TO_CO2", "44/16")
        text = re.sub(r"(?<=[0-9])_(?=[0-9])", "", text)
        return _DECIMAL.sub(r"\1", _RATIO.sub(r"\1/\2", text))


FORMULAS: dict[str, Formula] = {}


def _formula(*names: str, place: str, gas: str = "CO2", **units: str) -> Callable[[Callable[..., N]], Callable[..., N]]:
    def keep(reckon: Callable[..., N]) -> Callable[..., N]:
        for name in names:
            FORMULAS[name] = Formula(reckon, units, gas, place)
        return reckon

    return keep


# Burning.


@_formula("fuel", "biomass", place="F1", FC="t", NCV="GJ/t", CC="tC/TJ", OF="1")
@_formula("gas", place="F1", FC="1e4Nm3", NCV="GJ/1e4Nm3", CC="tC/TJ", OF="1")
def _burning(FC: N, NCV: N, CC: N, OF: N) -> N:
    return FC * NCV * CC / 1000 * OF * C_TO_CO2


@_formula("fuel-carbon", place="F1c", FC="t", C_AR="tC/t", OF="1")
@_formula("gas-carbon", place="F1c", FC="1e4Nm3", C_AR="tC/1e4Nm3", OF="1")
def _burning_carbon(FC: N, C_AR: N, OF: N) -> N:
    return FC * C_AR * OF * C_TO_CO2


@_formula("jet-a1", place="4.8", FC="t", NCV="GJ/t", CC="tC/TJ", OF="1", BF="1")
def _jet(FC: N, NCV: N, CC: N, OF: N, BF: N) -> N:
    return FC * NCV * CC / 1000 * OF * C_TO_CO2 * (1 - BF)


# Electricity and heat.


@_formula("electricity-in", "green-electricity", place="F4", AD="MWh", EF="tCO2/MWh")
@_formula("heat-in", place="F4", AD="GJ", EF="tCO2/GJ")
def _bought(AD: N, EF: N) -> N:
    return AD * EF


@_formula("electricity-out", place="F4", AD="MWh", EF="tCO2/MWh")
@_formula("heat-out", place="F4", AD="GJ", EF="tCO2/GJ")
def _exported(AD: N, EF: N) -> N:
    return -AD * EF


@_formula("steam-in", place="F5", MA="t", EN="kJ/kg", EN0="kJ/kg", EF="tCO2/GJ")
def _steam(MA: N, EN: N, EN0: N, EF: N) -> N:
    return MA * (EN - EN0) / 1000 * EF


@_formula("steam-gauge-in", place="F5, 7, 12.8", MA="t", PG="MPa", PA="MPa", EN0="kJ/kg", EF="tCO2/GJ")
def _steam_by_gauge(MA: N, PG: N, PA: N, EN0: N, EF: N) -> N:
    return MA * (steam.saturated(PG + PA) - EN0) / 1000 * EF


@_formula("water-in", place="F5", MA="t", TW="°C", T0="°C", CP="kJ/(kg·K)", EF="tCO2/GJ")
def _hot_water(MA: N, TW: N, T0: N, CP: N, EF: N) -> N:
    return MA * (TW - T0) * CP / 1000 * EF


# Carbonates, carbon in and out.


@_formula("carbonate", place="F2", AD="t", EF="tCO2/t", PUR="1")
@_formula("oxalic-acid", place="4.11", AD="t", EF="tCO2/t", PUR="1")
@_formula("dolomite-magnesium", place="4.13", AD="t", EF="tCO2/t", PUR="1")
def _carbonate(AD: N, EF: N, PUR: N) -> N:
    return AD * EF * PUR


@_formula("desulphurisation", place="4.1 P1", AD="t", I="1", EF="tCO2/t", TR="1")
def _desulphurisation(AD: N, I: N, EF: N, TR: N) -> N:  # noqa: E741
    return AD * I * EF * TR


@_formula("raw-material", place="4.6", M="t", EF="tCO2/t", F="1")
def _raw_material(M: N, EF: N, F: N) -> N:
    return M * EF * F


@_formula("clay", place="4.13", Q="t", ETA="1", W_CA="1", W_MG="1")
def _clay(Q: N, ETA: N, W_CA: N, W_MG: N) -> N:
    return Q * ETA * (W_CA * N(44, 100) + W_MG * N(44, 84))


@_formula("carbon-in", place="F3", AD="t", CC="tC/t")
def _carbon_in(AD: N, CC: N) -> N:
    return AD * CC * C_TO_CO2


@_formula("carbon-out", place="F3", AD="t", CC="tC/t")
def _carbon_out(AD: N, CC: N) -> N:
    return -AD * CC * C_TO_CO2


@_formula("carbon-powder", place="4.6", Q="t", C="tC/t")
def _carbon_powder(Q: N, C: N) -> N:
    return Q * C * C_TO_CO2


@_formula("recovered", place="F6", Q="1e4Nm3", PUR="1", RHO="t/1e4Nm3")
def _recovered(Q: N, PUR: N, RHO: N) -> N:
    return -Q * PUR * RHO


# A mass and its factor.


@_formula(
    *("limestone", "dolomite", "electrode", "pig-iron", "dri", "ferronickel", "high-carbon-ferrochrome"),
    *("ferromolybdenum", "reductant-semi-coke", "reductant-coke", "reductant-anthracite", "ferrosilicon", "asphalt"),
    *("clinker-portland", "clinker-white", "clinker-sulphoaluminate", "clinker-aluminate"),
    place="4.3, 4.5, 4.7, 4.9, 4.11, 4.13",
    AD="t",
    EF="tCO2/t",
)
@_formula("reductant-natural-gas", place="4.11", AD="1e4Nm3", EF="tCO2/1e4Nm3")
def _by_factor(AD: N, EF: N) -> N:
    return AD * EF


@_formula("stored-pig-iron", "stored-steel", "stored-methanol", place="F9", AD="t", EF="tCO2/t")
def _stored(AD: N, EF: N) -> N:
    return -AD * EF


@_formula(
    *("substitute-lime", "substitute-carbide-slag", "substitute-white-mud", "substitute-fly-ash-vanadium"),
    *("substitute-gypsum", "substitute-steel-slag", "substitute-manganese-slag", "substitute-copper-slag"),
    place="4.7",
    AD="t",
    DF="tCO2/t",
)
def _substitute(AD: N, DF: N) -> N:
    return -AD * DF


# Cement.


@_formula("clinker", place="4.7", QC="t", QK="t", QB="t", CAO="1", CAO_NC="1", MGO="1", MGO_NC="1")
def _clinker(QC: N, QK: N, QB: N, CAO: N, CAO_NC: N, MGO: N, MGO_NC: N) -> N:
    return (QC + QK + QB) * ((CAO - CAO_NC) * N(44, 56) + (MGO - MGO_NC) * N(44, 40))


@_formula("raw-meal", place="4.7", Q="t", FR="tC/t")
def _raw_meal(Q: N, FR: N) -> N:
    return Q * FR * C_TO_CO2


# Aluminium.


@_formula("anode", place="4.5", P="t", NC="tC/t", S="1", A="1")
def _anode(P: N, NC: N, S: N, A: N) -> N:
    return P * NC * (1 - S - A) * C_TO_CO2


@_formula("cf4", place="4.5", gas="CF4", P="t", EF="kgCF4/t")
@_formula("c2f6", place="4.5", gas="C2F6", P="t", EF="kgC2F6/t")
def _anode_effect(P: N, EF: N) -> N:
    return P * EF / 1000


# Chemicals.


@_formula(
    *("nitric-acid-high-pressure", "nitric-acid-medium-pressure", "nitric-acid-atmospheric"),
    *("nitric-acid-double-pressure", "nitric-acid-combined", "nitric-acid-low-pressure"),
    place="4.4",
    gas="N2O",
    AD="t",
    EF="kg/t",
    ETA="1",
    MU="1",
)
def _nitric_acid(AD: N, EF: N, ETA: N, MU: N) -> N:
    return AD * EF / 1000 * (1 - ETA * MU)


@_formula("adipic-acid", place="4.4", gas="N2O", AD="t", EF="t/t", ETA="1", MU="1")
def _adipic_acid(AD: N, EF: N, ETA: N, MU: N) -> N:
    return AD * EF * (1 - ETA * MU)


# Grid.


@_formula("sf6", place="4.2", gas="SF6", CAP="tSF6", REC="tSF6")
def _sf6(CAP: N, REC: N) -> N:
    return CAP - REC


@_formula("loss", place="4.2", FEED="MWh", IMP="MWh", EXP="MWh", SOLD="MWh", EF="tCO2/MWh")
def _loss(FEED: N, IMP: N, EXP: N, SOLD: N, EF: N) -> N:
    return (FEED + IMP - EXP - SOLD) * EF


# Petrochemicals, oil and gas, coal.


@_formula("flare", place="4.9", Q="1e4Nm3", CC="tC/1e4Nm3", OF="1", V="1", RHO="t/1e4Nm3")
def _flare(Q: N, CC: N, OF: N, V: N, RHO: N) -> N:
    return Q * (CC * OF * C_TO_CO2 + V * RHO)


@_formula("flare-accident", place="4.9", GF="1e4Nm3/h", T="h", CN="1", OF="1")
def _flare_accident(GF: N, T: N, CN: N, OF: N) -> N:
    return GF * T * CN * OF * 44 / N("22.4") * 10


@_formula("burn-off", place="4.9", MC="t", CF="1", OF="1")
def _burn_off(MC: N, CF: N, OF: N) -> N:
    return MC * CF * OF * C_TO_CO2


@_formula("regeneration", place="4.9", MC="t", CF_B="1", CF_A="1")
def _regeneration(MC: N, CF_B: N, CF_A: N) -> N:
    return MC * (1 - CF_B) * (CF_B / (1 - CF_B) - CF_A / (1 - CF_A)) * C_TO_CO2


@_formula("acid-gas", place="4.13", Q_IN="1e4Nm3", V_IN="1", Q_OUT="1e4Nm3", V_OUT="1")
def _acid_gas(Q_IN: N, V_IN: N, Q_OUT: N, V_OUT: N) -> N:
    return (Q_IN * V_IN - Q_OUT * V_OUT) * 44 / N("22.4") * 10


@_formula("devices", place="4.13", gas="CH4", NUM="piece", EF="tCH4/piece")
def _devices(NUM: N, EF: N) -> N:
    return NUM * EF


@_formula(
    "methane-mine", place="4.13", gas="CH4", VENT="1e4Nm3", DRAINED="1e4Nm3", FLARED="1e4Nm3", USED="1e4Nm3",
    RHO="t/1e4Nm3",
)  # fmt: skip
def _mine(VENT: N, DRAINED: N, FLARED: N, USED: N, RHO: N) -> N:
    return (VENT + DRAINED - FLARED - USED) * RHO


# Waste water, food, machinery, fluorine, transport.


@_formula(
    "wastewater", place="F8", gas="CH4", W="m3", COD_IN="kgCOD/m3", COD_OUT="kgCOD/m3", S="kgCOD", BO="kg/kg",
    MCF="1", R="t",
)  # fmt: skip
def _wastewater(W: N, COD_IN: N, COD_OUT: N, S: N, BO: N, MCF: N, R: N) -> N:
    return (W * (COD_IN - COD_OUT) - S) * BO * MCF / 1000 - R


@_formula("co2-lost", place="4.13", AD="tCO2", LOSS="1")
def _co2_lost(AD: N, LOSS: N) -> N:
    return AD * LOSS


@_formula("welding", place="4.13", OPENING="t", PURCHASED="t", CLOSING="t", SOLD="t", W="tCO2/t")
def _welding(OPENING: N, PURCHASED: N, CLOSING: N, SOLD: N, W: N) -> N:
    return (OPENING + PURCHASED - CLOSING - SOLD) * W


@_formula("hfc23", place="4.13", gas="HFC-23", GEN="tHFC-23", DES="tHFC-23")
def _hfc23(GEN: N, DES: N) -> N:
    return GEN - DES


@_formula("hfc23-destroyed", place="4.13", DES="tHFC-23")
def _hfc23_destroyed(DES: N) -> N:
    return DES * N(44, 70)


@_formula("methane-road", place="4.13", gas="CH4", D="km", EF="mgCH4/km")
@_formula("nitrous-oxide", place="4.13", gas="N2O", D="km", EF="mgN2O/km")
def _road(D: N, EF: N) -> N:
    return D * EF / 10**9


@_formula("urea", place="4.13", M="kg", P="1")
def _urea(M: N, P: N) -> N:
    return M * N(12, 60) * P * C_TO_CO2 / 1000


@_formula("calcination-ore", place="4.13", AD="t", ETA="1", EF="tCO2/t", W="1")
def _ore(AD: N, ETA: N, EF: N, W: N) -> N:
    return AD * ETA * EF * W


@_formula("uptake", place="4.13", R="tCO2")
def _uptake(R: N) -> N:
    return -R


# Carbon materials.


@_formula(
    "calcination", place="4.12", GC="t", CC="t", UCC="t", DU="t", WFC="tC/t", WFCC="tC/t", WV="1", WVC="1", K1="1",
)  # fmt: skip
def _calcination(GC: N, CC: N, UCC: N, DU: N, WFC: N, WFCC: N, WV: N, WVC: N, K1: N) -> N:
    return (GC * WFC - (CC + UCC + DU) * WFCC) * C_TO_CO2 + K1 * (GC * WV - CC * WVC) * CH4_TO_CO2


@_formula(
    "baking", place="4.12", BPM="t", BG="t", BWT="tC", BP="t", F_BPM="tC/t", F_BG="tC/t", F_BP="tC/t", V_BPM="1",
    V_BG="1", K2="1",
)  # fmt: skip
def _baking(BPM: N, BG: N, BWT: N, BP: N, F_BPM: N, F_BG: N, F_BP: N, V_BPM: N, V_BG: N, K2: N) -> N:
    carbon = BPM * F_BPM + BG * F_BG - BWT - BP * F_BP
    return carbon * C_TO_CO2 + K2 * (BPM * V_BPM + BG * V_BG) * CH4_TO_CO2


@_formula(
    "graphitisation", place="4.12", GPM="t", GTA="t", GWT="tC", GP="t", F_GPM="tC/t", F_GTA="tC/t", F_GP="tC/t",
    V_GPM="1", K3="1",
)  # fmt: skip
def _graphitisation(GPM: N, GTA: N, GWT: N, GP: N, F_GPM: N, F_GTA: N, F_GP: N, V_GPM: N, K3: N) -> N:
    return (GPM * F_GPM + GTA * F_GTA - GWT - GP * F_GP) * C_TO_CO2 + K3 * GPM * V_GPM * CH4_TO_CO2


# Measured in the stack.


@_formula("stack-wet", place="6.1 A2, A3", Q="1e4Nm3", XSW="1", CO2="1")
def _stack_wet(Q: N, XSW: N, CO2: N) -> N:
    return Q * (1 - XSW) * CO2 * 10_000 * 44 / N("22.4") / 1000


@_formula("stack-state", place="6.1 A1 to A3", Q="m3", P="Pa", TS="°C", XSW="1", CO2="1")
def _stack_state(Q: N, P: N, TS: N, XSW: N, CO2: N) -> N:
    return Q * P / 101325 * 273 / (273 + TS) * (1 - XSW) * CO2 * 44 / N("22.4") / 1000


@_formula("stack", place="6.1", CO2="%", Q="1e4Nm3")
def _stack(CO2: N, Q: N) -> N:
    return CO2 / 100 * Q * 10_000 * 44 / N("22.4") / 1000
