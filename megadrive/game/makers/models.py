"""The things that fly: the seaplane and what it meets."""

from __future__ import annotations

import math

import numpy as np

from megadrive.game.makers.noise import BAYER, hash01, value_noise
from megadrive.game.makers.solid import Part, box, capsule, ellipsoid, outline, render
from megadrive.game.makers.tiles import Pixels

# palette 0
CREAM, RED, GLASS, DARK = (2, 3, 4, 5), (6, 7, 8, 9), (10, 10, 11), (1, 2)
AMBER = (12, 13)
# palette 3
MOTH, FIRE, STEEL = (2, 3, 4, 5), (6, 7, 8, 9, 10), (11, 12, 13)


def seaplane(pitch: float, roll: float) -> Pixels:
    """Draw the player's seaplane, 40 x 24, flying to the right."""
    parts: list[Part] = [
        ellipsoid((0.0, 0.5, 0.0), (15.5, 3.9, 3.6), CREAM),
        ellipsoid((0.5, 2.6, 0.0), (14.0, 2.6, 3.2), RED),
        ellipsoid((-9.0, -0.6, 0.0), (8.0, 1.9, 1.9), CREAM),
        box((-14.2, -3.6, 0.0), (2.0, 3.6, 0.5), 0.4, RED, -24.0),
        box((-14.0, -1.4, 0.0), (2.2, 0.5, 5.5), 0.4, CREAM),
        ellipsoid((4.2, -2.4, 0.0), (4.4, 2.3, 2.4), GLASS),
        box((0.5, -6.2, 0.0), (4.8, 0.8, 14.0), 0.6, RED),
        capsule((-1.5, -5.8, 2.0), (-0.5, -2.6, 2.0), 0.6, 0.6, DARK),
        capsule((3.0, -5.8, 2.0), (2.4, -2.6, 2.0), 0.6, 0.6, DARK),
        ellipsoid((2.6, -7.6, 0.0), (4.2, 1.9, 1.9), CREAM),
        ellipsoid((0.5, 7.2, 6.0), (7.0, 1.4, 1.5), RED),
        capsule((-2.0, 3.4, 4.2), (-2.0, 6.6, 6.0), 0.5, 0.5, DARK),
        capsule((3.0, 3.4, 4.2), (3.0, 6.6, 6.0), 0.5, 0.5, DARK),
        ellipsoid((14.6, 0.6, 0.0), (1.6, 1.6, 1.6), AMBER),
    ]
    return render(parts, (40, 24), pitch=pitch, roll=roll - 8.0)


def propeller(frame: int) -> Pixels:
    """Draw the blur of the propeller, 8 x 16."""
    picture = np.zeros((16, 8), dtype=np.uint8)
    for y in range(1, 15):
        if (y + frame * 2) % 4 < 2:
            picture[y, 3] = 4 if abs(y - 7.5) < 5 else 3
        elif frame and 3 < y < 12:
            picture[y, 4] = 3
    picture[7:9, 2:5] = 2
    return picture


def moth(flap: float) -> Pixels:
    """Draw a moth, 24 x 24; flap is the wings' angle."""
    lift = math.sin(math.radians(flap)) * 7.0
    spread = 3.0 + math.cos(math.radians(flap)) * 2.4
    parts = [
        ellipsoid((-1.0, 1.0, 0.0), (6.0, 2.4, 2.4), MOTH, 12.0),
        ellipsoid((-6.0, -0.4, 0.0), (2.4, 2.2, 2.2), FIRE[1:4]),
        ellipsoid((1.0, 1.0 - lift * 0.75, 2.0), (6.0, max(1.4, abs(lift) * 0.86), spread), MOTH, -18.0),
        ellipsoid((6.0, 2.0 - lift * 0.42, 2.0), (4.2, max(1.3, abs(lift) * 0.5), spread * 0.8), MOTH[:3], 16.0),
        capsule((-7.0, -2.0, 0.0), (-10.0, -5.0, 0.8), 0.5, 0.4, MOTH[:1]),
    ]
    picture = render(parts, (24, 24), roll=18.0)
    picture[11:13, 5] = 10
    return picture


def lantern(frame: int) -> Pixels:
    """Draw a paper lantern, 24 x 32, glowing from below."""
    picture = np.zeros((32, 24), dtype=np.uint8)
    for y in range(32):
        for x in range(24):
            dx, dy = x - 11.5, y - 12.5
            wide = 9.6 if dy < 0 else 9.6 - max(0.0, dy - 2) * 0.38
            if (dx / wide) ** 2 + (dy / 11.5) ** 2 > 1.0 or y > 22:
                continue
            rib = abs(((math.asin(max(-1.0, min(1.0, dx / wide))) / math.pi + 0.5) * 6) % 1.0 - 0.5)
            glow = 1.0 - (dx * dx * 1.1 + (dy - 7) ** 2 * 0.55) / 170.0 + (0.06 if frame else 0.0)
            glow -= 0.14 if rib > 0.40 else 0.0
            grain = ((x ^ y) & 1) * 0.05
            picture[y, x] = FIRE[max(0, min(4, int((glow + grain) * 5.0 - 0.15)))]
    picture[22:24, 8:16] = 11
    picture[22, 8:16] = 12
    picture[24:27, 9:15] = 8
    picture[24:26, 10:14] = 9 + frame
    picture[27, 10:14] = 7
    for y in (24, 25, 26, 27, 28):
        picture[y, 8 + (y - 24) // 3] = picture[y, 15 - (y - 24) // 3] = 11
    picture[28:30, 9:15] = 11
    picture[28, 10:14] = 13
    return outline(picture, 1)


def _polygon(picture: Pixels, points: list[tuple[float, float]], colour: int) -> None:
    height, width = picture.shape
    for y in range(height):
        for x in range(width):
            inside = False
            px, py = x + 0.507, y + 0.503
            for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
                if (ay > py) != (by > py) and px < ax + (py - ay) / (by - ay) * (bx - ax):
                    inside = not inside
            if inside:
                picture[y, x] = colour


def crane(frame: int) -> Pixels:
    """Draw a folded paper crane flying to the left, 32 x 24."""
    up = (-9.0, -2.0, 7.0)[frame]
    picture = np.zeros((24, 32), dtype=np.uint8)
    _polygon(picture, [(15, 12), (19, 12 + up * 0.9), (25, 12 + up * 1.05), (22, 13)], 3)
    _polygon(picture, [(7, 13), (15, 10), (24, 12), (17, 17)], 4)
    _polygon(picture, [(7, 13), (17, 17), (14, 12)], 3)
    _polygon(picture, [(20, 12), (30, 7), (25, 13.5), (21, 15)], 4)
    _polygon(picture, [(25, 12), (30, 7), (25, 13.5)], 5)
    _polygon(picture, [(11, 13), (7, 14), (2.5, 8), (5, 8.5)], 5)
    _polygon(picture, [(5, 8.5), (2.5, 8), (0.5, 11)], 8)
    _polygon(picture, [(11, 12), (13, 12 + up * 1.1), (22, 12 + up * 1.2), (21, 13)], 5)
    _polygon(picture, [(16, 12), (22, 12 + up * 1.2), (21, 13)], 4)
    return outline(picture, 1)


def mine(frame: int) -> Pixels:
    """Draw a thistle seed of steel, 16 x 16, turning."""
    parts = [ellipsoid((0.0, 0.0, 0.0), (4.0, 4.0, 4.0), STEEL)]
    for k in range(8):
        angle = math.radians(45 * k + 22.5 * frame)
        tip = (math.cos(angle) * 6.4, math.sin(angle) * 6.4, 0.0)
        parts.append(capsule((0.0, 0.0, 0.0), tip, 1.2, 0.5, STEEL[1:]))
    picture = render(parts, (16, 16))
    picture[7:9, 7:9] = 9 if frame else 8
    return picture


def airship() -> Pixels:
    """Draw the airship Nightjar, 96 x 48, flying to the left."""
    parts = [ellipsoid((2.0, -5.0, 0.0), (40.0, 13.5, 13.0), MOTH)]
    for x in (-26.0, -12.0, 3.0, 18.0):
        k = 1.0 - ((x - 2.0) / 40.0) ** 2
        parts.append(ellipsoid((x, -5.0, 0.0), (0.8, 13.5 * math.sqrt(k) + 0.3, 13.0 * math.sqrt(k) + 0.3), MOTH[:3]))
    parts += [
        ellipsoid((-35.5, -5.0, 0.0), (4.0, 5.0, 5.0), FIRE[:4]),
        box((37.0, -14.0, 0.0), (6.0, 6.0, 0.7), 0.5, FIRE[:4], 30.0),
        box((37.0, 4.0, 0.0), (6.0, 5.0, 0.7), 0.5, FIRE[:4], -30.0),
        box((38.0, -5.0, 0.0), (5.0, 0.7, 9.0), 0.5, FIRE[:4]),
        box((-4.0, 12.5, 0.0), (15.0, 3.6, 4.0), 2.0, STEEL),
        capsule((-16.0, 7.0, 2.0), (-16.0, 11.0, 2.0), 0.6, 0.6, STEEL[:1]),
        capsule((8.0, 7.0, 2.0), (8.0, 11.0, 2.0), 0.6, 0.6, STEEL[:1]),
        ellipsoid((20.0, 10.5, 5.0), (5.0, 2.6, 2.6), STEEL),
        capsule((20.0, 6.0, 4.0), (20.0, 9.0, 5.0), 0.7, 0.7, STEEL[:1]),
        capsule((-18.0, 13.0, 2.0), (-25.0, 14.0, 2.0), 1.6, 1.2, STEEL),
    ]
    picture = render(parts, (96, 48), roll=14.0)
    for x in range(31, 58, 5):
        picture[35:37, x : x + 3] = 9
        picture[35, x : x + 3] = 10
    return picture


def explosion(frame: int, size: int = 32) -> Pixels:
    """Draw one of six stages of a burst, fire first, then smoke that falls apart."""
    picture = np.zeros((size, size), dtype=np.uint8)
    radius = (6.0, 10.5, 13.5, 15.0, 15.5, 15.5)[frame] * size / 32
    heat = (1.25, 1.12, 0.92, 0.66, 0.40, 0.2)[frame]
    hole = (0.0, 0.0, 0.2, 0.45, 0.66, 0.84)[frame]
    for y in range(size):
        for x in range(size):
            dx, dy = x - size / 2 + 0.5, y - size / 2 + 0.5
            n = value_noise(np.array([x / 4.3 + 9.0 * frame]), np.array([y / 4.3 - frame * 0.7]), 4096, 60)[0]
            n2 = value_noise(np.array([x / 2.0]), np.array([y / 2.0 + frame]), 4096, 61)[0]
            r = math.sqrt(dx * dx + dy * dy) / radius
            edge = 0.72 + 0.45 * float(n)
            if r > edge or r < hole * (0.4 + 0.9 * float(n2)):
                continue
            t = heat * (1.0 - r / edge * 0.75) + (float(n2) - 0.5) * 0.25
            ramp = (1, 2, 6, 7, 8, 9, 10, 10)
            picture[y, x] = ramp[max(0, min(7, int(round(t * 7.4, 5))))]
    return picture


def spark(frame: int) -> Pixels:
    """Draw one of four ember sparks, 8 x 8, dying away."""
    picture = np.zeros((8, 8), dtype=np.uint8)
    radius = (2.6, 1.9, 1.3, 0.8)[frame]
    for y in range(8):
        for x in range(8):
            r = math.sqrt((x - 3.5) ** 2 + (y - 3.5) ** 2)
            if r < radius:
                picture[y, x] = max(6, min(10, 10 - frame - int(r)))
    return picture


def ember(frame: int) -> Pixels:
    """Draw an enemy's shot, 8 x 8."""
    picture = np.zeros((8, 8), dtype=np.uint8)
    for y in range(8):
        for x in range(8):
            r = math.sqrt((x - 3.5) ** 2 + (y - 3.5) ** 2)
            if r < 3.6:
                picture[y, x] = (10, 9, 8 if frame else 9, 7)[int(r)]
    return picture


def bolt() -> Pixels:
    """Draw the player's shot, 16 x 8."""
    picture = np.zeros((8, 16), dtype=np.uint8)
    for x in range(16):
        picture[3:5, x] = 14 if x > 8 else 11 if x > 3 else 10
    picture[2, 9:15] = picture[5, 9:15] = 11
    picture[3:5, 0:2] = 0
    return picture


def feather(frame: int) -> Pixels:
    """Draw a glowing feather that makes the gun stronger, 16 x 16."""
    picture = np.zeros((16, 16), dtype=np.uint8)
    for i in range(13):
        x, y = 2 + i, 13 - i
        wide = round(3.4 * math.sin(math.pi * min(1.0, (i + 1.5) / 12.5)))
        for k in range(-wide, wide + 1):
            px, py = x + (k + 1) // 2, y + k // 2
            if 0 <= px < 16 and 0 <= py < 16:
                picture[py, px] = 13 if (k < 0) != bool(frame) else 12
        picture[y, x] = 5
    return outline(picture, 1)


def orb(frame: int) -> Pixels:
    """Draw a firefly to be collected, 8 x 8."""
    picture = np.zeros((8, 8), dtype=np.uint8)
    for y in range(8):
        for x in range(8):
            r = abs(x - 3.5) + abs(y - 3.5)
            if r < (3.1, 4.1)[frame]:
                picture[y, x] = 5 if r < 1.6 else 13 if r < 2.6 else 12
    return picture


def sun() -> Pixels:
    """Draw the setting sun, 48 x 48."""
    picture = np.zeros((48, 48), dtype=np.uint8)
    for y in range(48):
        for x in range(48):
            if (x - 23.5) ** 2 + (y - 23.5) ** 2 < 23.2**2:
                t = (y - 4) / 40 + ((x + y) & 1) * 0.16 + ((x & 2) ^ (y & 2)) * 0.03
                picture[y, x] = 10 if t < 0.42 else 9 if t < 0.98 else 8
    return picture


def moon() -> Pixels:
    """Draw the moon, 32 x 32."""
    picture = np.zeros((32, 32), dtype=np.uint8)
    craters = ((10, 11, 4.2), (20, 9, 2.4), (18, 20, 5.0), (9, 21, 2.6), (25, 17, 2.2), (14, 27, 2.0))
    for y in range(32):
        for x in range(32):
            if (x - 15.5) ** 2 + (y - 15.5) ** 2 >= 15.2**2:
                continue
            level = 1.0 - max(0.0, ((13 - x) + (y - 19)) / 34.0)
            for cx, cy, cr in craters:
                r = math.sqrt((x - cx) ** 2 + (y - cy) ** 2)
                if r < cr:
                    level -= 0.22
                elif r < cr + 1 and x > cx:
                    level += 0.1
            level += ((x ^ y) & 1) * 0.06
            picture[y, x] = 10 if level > 0.86 else 5 if level > 0.6 else 4
    return picture


def operator_disc(radius: float, operator: int) -> Pixels:
    """Draw the lower right quarter of a dithered disc of highlight or shadow, 32 x 32."""
    picture = np.zeros((32, 32), dtype=np.uint8)
    for y in range(32):
        for x in range(32):
            r = math.sqrt((x + 0.5) ** 2 + (y + 0.5) ** 2) / radius
            if r < 1.0 and float(BAYER[y & 3, x & 3]) < 1.25 - r * 1.15:
                picture[y, x] = operator
    return picture


def beam(width: int = 96, height: int = 48) -> Pixels:
    """Draw the lamp's cone of light as a highlight operator; it falls apart towards its end."""
    picture = np.zeros((height, width), dtype=np.uint8)
    for y in range(height):
        for x in range(width):
            half = 3.0 + (x + 4) * 0.215
            dy = abs(y - height / 2 + 0.5) / half
            if dy > 1.0:
                continue
            density = 1.35 - x / width * 0.95 - dy * dy * 0.55
            pattern = ((0, 2), (3, 1))[y & 1][x & 1] / 4 + 0.125
            if density > pattern:
                picture[y, x] = 14
    return picture


def panel() -> Pixels:
    """Draw what dims the picture behind a text, a shadow operator, 32 x 16."""
    return np.full((16, 32), 15, dtype=np.uint8)


def glitter(kind: int, width: int = 32) -> Pixels:
    """Draw broken strips of light on the water, a highlight operator, 8 lines high."""
    picture = np.zeros((8, width), dtype=np.uint8)
    for y in range(0, 8, 2):
        for k in range(3):
            h = [float(hash01(np.array([y * 3 + k]), np.array([i + kind * 7]), 300)[0]) for i in range(3)]
            length = 3 + int(h[0] * 9)
            spread = (width - length) * (0.25 + 0.75 * h[2]) / 2
            x0 = int(width / 2 - length / 2 + (h[1] * 2 - 1) * spread)
            picture[y, max(0, x0) : min(width, x0 + length)] = 14
    return picture
