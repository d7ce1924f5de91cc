"""Constants of the elementary functions, once for each of the two floating-point formats.

Polynomials are minimax fits by the Remez exchange in 60 digits (mpmath), rounded to the format, highest power first:

- `exponential`: (e^r - 1 - r) / r^2 on [-ln2/2, ln2/2], error weighted by r;
- `logarithm`: ((log(1+s) - log(1-s)) / s - 2) / s^2 in z = s^2 on [0, (sqrt2-1)^2 / (sqrt2+1)^2], weighted by z;
- `sine`: (sin r - r) / r^3 and `cosine`: (cos r - 1 + r^2/2) / r^4, in z = r^2 on [0, (pi/4)^2], weighted by z and z^2.

`ln2` is split as in Cody & Waite (1980), with fdlibm's lengths: n ln2[0] is exact for every exponent n. `half_pi` is
split likewise: n times each part but the last is exact for every n below 2^35 (2^15 in single precision), and the
first three parts end at the last bit of the format, so that subtracting them from x is exact too.
"""

from typing import Any, NamedTuple

import numpy as np


class Format(NamedTuple):
    """A floating-point format: its layout, its limits and its constants, all of its own type."""

    zero: Any
    half: Any
    one: Any
    two: Any
    infinity: Any
    nan: Any
    fraction_bits: int
    bias: int  # of the exponent
    tiny: Any  # a power of two, and what to take from a biased exponent to make up for it
    raise_tiny: int
    sign: Any  # bit of the sign
    to_sign: int  # shift from bit 1 to the bit of the sign
    round_even: Any  # 1.5 times 2^fraction_bits: added and subtracted, it rounds to the nearest whole number
    round_biased: Any  # the same plus twice the exponent bias, so that half of the low bits is a biased exponent
    exp_range: tuple  # beyond, exp is 0 or infinite
    expm1_range: tuple  # beyond, expm1 is -1 or infinite
    artanh_half: Any
    tanh_end: Any  # beyond, tanh is 1
    log2_e: Any
    ln2: tuple
    exponential: tuple
    sqrt2: Any
    least_normal: Any
    to_normal: tuple  # a power of two that makes any subnormal normal, and its exponent
    from_root: int  # bits of 1 less bits of sqrt(1/2)
    root: int  # bits of sqrt(1/2)
    fraction: int  # mask of the fraction
    exponent_carrier: tuple  # bits of 2^fraction_bits, and that number plus the exponent bias
    logarithm: tuple
    two_over_pi: Any
    angle_end: Any
    half_pi: tuple
    sine: tuple
    cosine: tuple


def as_type(real: type, values: tuple[float, ...]) -> tuple:
    """Round each value to the type `real`."""
    return tuple(real(value) for value in values)


def build(real: type, integer: type, bits: int, fraction_bits: int, **own: Any) -> Format:
    """Derive what follows from a format's layout, and give the format's own constants its type."""
    bias = 2 ** (bits - fraction_bits - 2) - 1
    root = int(real(0.5**0.5).view(integer))
    return Format(
        **{name: as_type(real, value) if isinstance(value, tuple) else real(value) for name, value in own.items()},
        zero=real(0),
        half=real(0.5),
        one=real(1),
        two=real(2),
        infinity=real("inf"),
        nan=real("nan"),
        fraction_bits=fraction_bits,
        bias=bias,
        tiny=real(2.0 ** (-2 * fraction_bits)),
        raise_tiny=bias - 2 * fraction_bits,
        sign=integer(-(2 ** (bits - 1))),
        to_sign=bits - 2,
        round_even=real(1.5 * 2**fraction_bits),
        round_biased=real(1.5 * 2**fraction_bits + 2 * bias),
        log2_e=real(1.4426950408889634),
        artanh_half=real(0.5493061443340549),
        sqrt2=real(2**0.5),
        least_normal=real(2.0 ** (1 - bias)),
        to_normal=as_type(real, (2.0 ** (fraction_bits + 2), fraction_bits + 2)),
        from_root=(bias << fraction_bits) - root,
        root=root,
        fraction=(1 << fraction_bits) - 1,
        exponent_carrier=(int(real(2**fraction_bits).view(integer)), real(2**fraction_bits + bias)),
        two_over_pi=real(0.6366197723675814),
    )


DOUBLE = build(
    np.float64,
    np.int64,
    bits=64,
    fraction_bits=52,
    exp_range=(-746.0, 710.0),
    expm1_range=(-40.0, 710.0),
    tanh_end=20.0,
    ln2=(0.6931471803691238, 1.9082149292705877e-10),
    exponential=(
        2.5114491310876775e-08,
        2.762632739803149e-07,
        2.7557227889080416e-06,
        2.4801504443868243e-05,
        0.00019841269903113438,
        0.0013888888932380285,
        0.008333333333314548,
        0.04166666666657362,
        0.16666666666666685,
        0.5000000000000006,
    ),
    logarithm=(
        0.14797509666436426,
        0.15313903052210914,
        0.18183569747331255,
        0.2222219847584909,
        0.2857142874326371,
        0.3999999999941109,
        0.6666666666666735,
    ),
    angle_end=5e10,
    half_pi=(
        1.5707931518554688,
        3.1749368645250797e-06,
        2.563393941557024e-12,
        -4.9789867189028655e-17,
        -9.531640972539751e-23,
        2.9038559739793605e-28,
    ),
    sine=(
        1.5896505178497513e-10,
        -2.5050753269279795e-08,
        2.7557313662094935e-06,
        -0.00019841269829725346,
        0.008333333333322316,
        -0.16666666666666632,
    ),
    cosine=(
        -1.1359448444202524e-11,
        2.0875719555529986e-09,
        -2.755731432602047e-07,
        2.480158728939495e-05,
        -0.001388888888887399,
        0.0416666666666666,
    ),
)

SINGLE = build(
    np.float32,
    np.int32,
    bits=32,
    fraction_bits=23,
    exp_range=(-105.0, 89.0),
    expm1_range=(-20.0, 89.0),
    tanh_end=10.0,
    ln2=(0.693145751953125, 1.4286068203094173e-06),
    exponential=(0.0013946450781077147, 0.008366583846509457, 0.04166628047823906, 0.1666654348373413, 0.5),
    logarithm=(0.2987309396266937, 0.3997749388217926, 0.6666677594184875),
    angle_end=5e4,
    half_pi=(
        1.5703125,
        0.000484466552734375,
        -6.556510925292969e-07,
        1.5890691429376602e-08,
        2.5579538487363607e-12,
        5.390302953474238e-15,
    ),
    sine=(-0.00019516656175255775, 0.008332173340022564, -0.16666655242443085),
    cosine=(2.4437729734927416e-05, -0.001388736185617745, 0.04166664555668831),
)
