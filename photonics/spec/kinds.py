"""The kinds of scalar that specs use: dimension and the side that hurts, under the name an engineer would
say."""

from typing import Annotated

from photonics.spec.scalar import Scalar, ScalarOf

# Losses, ratios in dB
Loss = Annotated[Scalar, ScalarOf("loss", "high")]
SetMargin = Annotated[Scalar, ScalarOf("loss", "high", plausible=(0.0, 6.0))]
ReturnLoss = Annotated[Scalar, ScalarOf("return_loss", "low")]
ExtinctionRatio = Annotated[Scalar, ScalarOf("extinction_ratio", "low")]
Sndr = Annotated[Scalar, ScalarOf("snr", "low")]
FibreAttenuation = Annotated[Scalar, ScalarOf("attenuation", "high", plausible=(0.1, 10.0))]
GuideAttenuation = Annotated[Scalar, ScalarOf("attenuation", "high", plausible=(0.1, 1e6))]
Rin = Annotated[Scalar, ScalarOf("rin", "high")]

# Light
LaserPower = Annotated[Scalar, ScalarOf("level", "low")]
LaunchLevel = Annotated[Scalar, ScalarOf("level", "low")]
LevelLimit = Annotated[Scalar, ScalarOf("level", "low")]
Wavelength = Annotated[Scalar, ScalarOf("wavelength", "either")]
ZeroDispersionWavelength = Annotated[Scalar, ScalarOf("wavelength", "either", plausible=(1260.0, 1625.0))]
DispersionSlope = Annotated[Scalar, ScalarOf("dispersion_slope", "high")]
Dgd = Annotated[Scalar, ScalarOf("time", "high", plausible=(0.0, 1e-10))]
FibreLength = Annotated[Scalar, ScalarOf("length", "high", plausible=(0.0, 120e3))]
GuideLength = Annotated[Scalar, ScalarOf("length", "high", plausible=(0.0, 1.0))]

# Electronics and the laser diode
Current = Annotated[Scalar, ScalarOf("current", "high")]
Voltage = Annotated[Scalar, ScalarOf("voltage", "high")]
SwingVoltage = Annotated[Scalar, ScalarOf("voltage", "low")]
SupplySwing = Annotated[Scalar, ScalarOf("voltage", "high")]
Resistance = Annotated[Scalar, ScalarOf("resistance", "high")]
LoadResistance = Annotated[Scalar, ScalarOf("resistance", "low", low=1e-3)]
SlopeEfficiency = Annotated[Scalar, ScalarOf("slope_efficiency", "low")]
Responsivity = Annotated[Scalar, ScalarOf("responsivity", "low")]
NoiseDensity = Annotated[Scalar, ScalarOf("noise_density", "high")]
Bandwidth = Annotated[Scalar, ScalarOf("frequency", "high")]
Enob = Annotated[Scalar, ScalarOf("number", "low", low=0.0, high=64.0, plausible=(2.0, 16.0))]
ReferenceTemperature = Annotated[Scalar, ScalarOf("temperature", "low")]
Temperature = Annotated[Scalar, ScalarOf("temperature", "high")]
SelfHeating = Annotated[Scalar, ScalarOf("temperature_difference", "high", plausible=(1.0, 80.0))]
Gain = Annotated[Scalar, ScalarOf("ratio", "low", low=1.0, plausible=(1.0, 50.0))]
IonisationRatio = Annotated[Scalar, ScalarOf("fraction", "high")]
CharacteristicTemperature = Annotated[
    Scalar, ScalarOf("temperature_difference", "low", plausible=(10.0, 1000.0))
]
Power = Annotated[Scalar, ScalarOf("power", "high")]
PowerLimit = Annotated[Scalar, ScalarOf("power", "low")]
EnergyPerBit = Annotated[Scalar, ScalarOf("energy_per_bit", "high")]
Time = Annotated[Scalar, ScalarOf("time", "high")]

# Frequency responses: what slows a signal is worse; what only shapes it has no worse side
ResponseBandwidth = Annotated[Scalar, ScalarOf("frequency", "low", plausible=(1e8, 1e13))]
NoiseCorner = Annotated[Scalar, ScalarOf("frequency", "low", plausible=(1e8, 1e13))]
ShapeFrequency = Annotated[Scalar, ScalarOf("frequency", "either", plausible=(1e6, 1e13))]
PoleQuality = Annotated[Scalar, ScalarOf("ratio", "either", plausible=(0.3, 3.0))]
RingQuality = Annotated[Scalar, ScalarOf("ratio", "high", plausible=(100.0, 1e6))]
PhotonLifetime = Annotated[Scalar, ScalarOf("time", "high", low=1e-18, plausible=(1e-14, 1e-9))]
IntrinsicShare = Annotated[Scalar, ScalarOf("fraction", "either", low=1e-3, plausible=(0.05, 1.0))]
RollOff = Annotated[Scalar, ScalarOf("fraction", "either")]
Capacitance = Annotated[Scalar, ScalarOf("capacitance", "high")]
Inductance = Annotated[Scalar, ScalarOf("inductance", "either")]
LineResistance = Annotated[Scalar, ScalarOf("resistance", "either", low=1e-3, plausible=(1.0, 1000.0))]
ElectrodeLength = Annotated[Scalar, ScalarOf("length", "high", plausible=(1e-5, 0.1))]
IndexMismatch = Annotated[Scalar, ScalarOf("number", "high", low=0.0, high=100.0, plausible=(0.0, 3.0))]
TraceLength = Annotated[Scalar, ScalarOf("length", "high", plausible=(0.0, 2.0))]
SkinLoss = Annotated[Scalar, ScalarOf("skin_loss", "high")]
DielectricLoss = Annotated[Scalar, ScalarOf("dielectric_loss", "high")]
LineAttenuation = Annotated[Scalar, ScalarOf("attenuation", "high", plausible=(0.0, 1e6))]
DelayPerLength = Annotated[Scalar, ScalarOf("delay_per_length", "either")]
CtleGain = Annotated[Scalar, ScalarOf("gain", "either")]
CouplingLoss = Annotated[Scalar, ScalarOf("loss", "low", plausible=(5.0, 100.0))]

# Equalisers and clocks: fewer taps and tighter limits are worse
TapCount = Annotated[Scalar, ScalarOf("count", "low", high=128.0)]
PreTaps = Annotated[Scalar, ScalarOf("count", "low", low=0.0, high=127.0)]
SamplesPerSymbol = Annotated[Scalar, ScalarOf("count", "low", high=2.0)]
FeedbackTaps = Annotated[Scalar, ScalarOf("count", "low", low=0.0, high=5.0)]
SequenceMemory = Annotated[Scalar, ScalarOf("count", "low", low=0.0, high=2.0)]
TapLimit = Annotated[Scalar, ScalarOf("ratio", "low", plausible=(0.01, 10.0))]
Jitter = Annotated[Scalar, ScalarOf("time", "high", plausible=(0.0, 1e-11))]

# Rates, ratios, counts, money
SymbolRate = Annotated[Scalar, ScalarOf("symbol_rate", "high")]
BitRate = Annotated[Scalar, ScalarOf("bit_rate", "high")]
Efficiency = Annotated[Scalar, ScalarOf("fraction", "low", low=1e-6)]
LevelMismatch = Annotated[Scalar, ScalarOf("fraction", "low", low=1e-3, plausible=(0.5, 1.0))]
Fraction = Annotated[Scalar, ScalarOf("fraction", "high")]
CarnotFraction = Annotated[Scalar, ScalarOf("fraction", "low", low=1e-3, plausible=(0.01, 0.5))]
Cop = Annotated[Scalar, ScalarOf("ratio", "low", plausible=(0.05, 20.0))]
Ratio = Annotated[Scalar, ScalarOf("ratio", "high")]
ConverterRange = Annotated[Scalar, ScalarOf("ratio", "high", plausible=(0.5, 10.0))]
Pue = Annotated[Scalar, ScalarOf("ratio", "high", low=1.0, plausible=(1.0, 3.0))]
ErrorRatio = Annotated[Scalar, ScalarOf("error_ratio", "high")]
Alpha = Annotated[Scalar, ScalarOf("number", "high", low=-1000.0, high=1000.0, plausible=(-10.0, 10.0))]
Count = Annotated[Scalar, ScalarOf("count", "high")]
CountFromZero = Annotated[Scalar, ScalarOf("count", "high", low=0.0)]
Money = Annotated[Scalar, ScalarOf("money", "high")]
Worth = Annotated[Scalar, ScalarOf("money", "low")]
FailureRate = Annotated[Scalar, ScalarOf("failure_rate", "high")]
Length = Annotated[Scalar, ScalarOf("length", "high")]
Reach = Annotated[Scalar, ScalarOf("length", "low")]
