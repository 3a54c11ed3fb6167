"""Colours as WCAG 2.2 measures them: relative luminance, contrast, and the nearest shade that can be read."""

import re

HEX = re.compile(r"#[0-9a-fA-F]{6}")
INK, PAPER = "#22302a", "#ffffff"
READABLE = 4.5  # WCAG 2.2, 1.4.3


def luminance(colour: str) -> float:
    """Return the relative luminance of "#rrggbb", 0 for black to 1 for white."""
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def legible(colour: str, *, on: str = PAPER) -> str:
    """Return the colour, darkened until text in it can be read on a light ground; ink when it is not a colour."""
    if not HEX.fullmatch(colour):
        return INK
    while contrast(colour, on) < READABLE:
        parts = (max(int(colour[i : i + 2], 16) * 9 // 10, 0) for i in (1, 3, 5))
        colour = "#" + "".join(f"{part:02x}" for part in parts)
    return colour


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
