/* tables.c - sine and exponential of the operators.
 *
 * LOGSIN[i] = round(-256 * log2(sin((2 * i + 1) * pi / 1024))) and EXP[i] = round(1024 * (2^(i / 256) - 1)) give the 256 words of
 * each ROM on the die exactly.  The preprocessor spreads them to the tables below.
 */
#include "internal.h"

/* LOGSIN, sixteen words a row, rows upwards and downwards. */
#define SINE_0(ROW, half) ROW(2137, 1731, 1543, 1419, 1326, 1252, 1190, 1137, 1091, 1050, 1013, 979, 949, 920, 894, 869, half)
#define SINE_1(ROW, half) ROW(846, 825, 804, 785, 767, 749, 732, 717, 701, 687, 672, 659, 646, 633, 621, 609, half)
#define SINE_2(ROW, half) ROW(598, 587, 576, 566, 556, 546, 536, 527, 518, 509, 501, 492, 484, 476, 468, 461, half)
#define SINE_3(ROW, half) ROW(453, 446, 439, 432, 425, 418, 411, 405, 399, 392, 386, 380, 375, 369, 363, 358, half)
#define SINE_4(ROW, half) ROW(352, 347, 341, 336, 331, 326, 321, 316, 311, 307, 302, 297, 293, 289, 284, 280, half)
#define SINE_5(ROW, half) ROW(276, 271, 267, 263, 259, 255, 251, 248, 244, 240, 236, 233, 229, 226, 222, 219, half)
#define SINE_6(ROW, half) ROW(215, 212, 209, 205, 202, 199, 196, 193, 190, 187, 184, 181, 178, 175, 172, 169, half)
#define SINE_7(ROW, half) ROW(167, 164, 161, 159, 156, 153, 151, 148, 146, 143, 141, 138, 136, 134, 131, 129, half)
#define SINE_8(ROW, half) ROW(127, 125, 122, 120, 118, 116, 114, 112, 110, 108, 106, 104, 102, 100, 98, 96, half)
#define SINE_9(ROW, half) ROW(94, 92, 91, 89, 87, 85, 83, 82, 80, 78, 77, 75, 74, 72, 70, 69, half)
#define SINE_10(ROW, half) ROW(67, 66, 64, 63, 62, 60, 59, 57, 56, 55, 53, 52, 51, 49, 48, 47, half)
#define SINE_11(ROW, half) ROW(46, 45, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, half)
#define SINE_12(ROW, half) ROW(29, 28, 27, 26, 25, 24, 23, 23, 22, 21, 20, 20, 19, 18, 17, 17, half)
#define SINE_13(ROW, half) ROW(16, 15, 15, 14, 13, 13, 12, 12, 11, 10, 10, 9, 9, 8, 8, 7, half)
#define SINE_14(ROW, half) ROW(7, 7, 6, 6, 5, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, half)
#define SINE_15(ROW, half) ROW(2, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, half)

#define UP(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, half) \
    2 * a + half, 2 * b + half, 2 * c + half, 2 * d + half, 2 * e + half, 2 * f + half, 2 * g + half, 2 * h + half, \
    2 * i + half, 2 * j + half, 2 * k + half, 2 * l + half, 2 * m + half, 2 * n + half, 2 * o + half, 2 * p + half,
#define DOWN(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, half) \
    UP(p, o, n, m, l, k, j, i, h, g, f, e, d, c, b, a, half)
#define HALF(half) \
    SINE_0(UP, half) SINE_1(UP, half) SINE_2(UP, half) SINE_3(UP, half) \
    SINE_4(UP, half) SINE_5(UP, half) SINE_6(UP, half) SINE_7(UP, half) \
    SINE_8(UP, half) SINE_9(UP, half) SINE_10(UP, half) SINE_11(UP, half) \
    SINE_12(UP, half) SINE_13(UP, half) SINE_14(UP, half) SINE_15(UP, half) \
    SINE_15(DOWN, half) SINE_14(DOWN, half) SINE_13(DOWN, half) SINE_12(DOWN, half) \
    SINE_11(DOWN, half) SINE_10(DOWN, half) SINE_9(DOWN, half) SINE_8(DOWN, half) \
    SINE_7(DOWN, half) SINE_6(DOWN, half) SINE_5(DOWN, half) SINE_4(DOWN, half) \
    SINE_3(DOWN, half) SINE_2(DOWN, half) SINE_1(DOWN, half) SINE_0(DOWN, half)

const uint16_t ym2612_sine[1024] = {HALF(0) HALF(1)};

/* EXP[~i & 255] | 1024, shifted left by 2: outputs for attenuations 0-255; each further 256 halves them. */
#define OUT(v, shift) (v) >> (shift), -((v) >> (shift)),
#define OCTAVE(s) \
    OUT(8168, s) OUT(8148, s) OUT(8124, s) OUT(8104, s) OUT(8080, s) OUT(8060, s) OUT(8040, s) OUT(8016, s) \
    OUT(7996, s) OUT(7972, s) OUT(7952, s) OUT(7932, s) OUT(7908, s) OUT(7888, s) OUT(7864, s) OUT(7844, s) \
    OUT(7824, s) OUT(7804, s) OUT(7780, s) OUT(7760, s) OUT(7740, s) OUT(7720, s) OUT(7696, s) OUT(7676, s) \
    OUT(7656, s) OUT(7636, s) OUT(7616, s) OUT(7592, s) OUT(7572, s) OUT(7552, s) OUT(7532, s) OUT(7512, s) \
    OUT(7492, s) OUT(7472, s) OUT(7452, s) OUT(7432, s) OUT(7412, s) OUT(7392, s) OUT(7372, s) OUT(7352, s) \
    OUT(7332, s) OUT(7312, s) OUT(7292, s) OUT(7272, s) OUT(7252, s) OUT(7232, s) OUT(7212, s) OUT(7192, s) \
    OUT(7176, s) OUT(7156, s) OUT(7136, s) OUT(7116, s) OUT(7096, s) OUT(7076, s) OUT(7060, s) OUT(7040, s) \
    OUT(7020, s) OUT(7000, s) OUT(6984, s) OUT(6964, s) OUT(6944, s) OUT(6928, s) OUT(6908, s) OUT(6888, s) \
    OUT(6868, s) OUT(6852, s) OUT(6832, s) OUT(6816, s) OUT(6796, s) OUT(6776, s) OUT(6760, s) OUT(6740, s) \
    OUT(6724, s) OUT(6704, s) OUT(6688, s) OUT(6668, s) OUT(6652, s) OUT(6632, s) OUT(6616, s) OUT(6596, s) \
    OUT(6580, s) OUT(6560, s) OUT(6544, s) OUT(6524, s) OUT(6508, s) OUT(6492, s) OUT(6472, s) OUT(6456, s) \
    OUT(6436, s) OUT(6420, s) OUT(6404, s) OUT(6384, s) OUT(6368, s) OUT(6352, s) OUT(6336, s) OUT(6316, s) \
    OUT(6300, s) OUT(6284, s) OUT(6264, s) OUT(6248, s) OUT(6232, s) OUT(6216, s) OUT(6200, s) OUT(6180, s) \
    OUT(6164, s) OUT(6148, s) OUT(6132, s) OUT(6116, s) OUT(6100, s) OUT(6080, s) OUT(6064, s) OUT(6048, s) \
    OUT(6032, s) OUT(6016, s) OUT(6000, s) OUT(5984, s) OUT(5968, s) OUT(5952, s) OUT(5936, s) OUT(5920, s) \
    OUT(5904, s) OUT(5888, s) OUT(5872, s) OUT(5856, s) OUT(5840, s) OUT(5824, s) OUT(5808, s) OUT(5792, s) \
    OUT(5776, s) OUT(5760, s) OUT(5744, s) OUT(5732, s) OUT(5716, s) OUT(5700, s) OUT(5684, s) OUT(5668, s) \
    OUT(5652, s) OUT(5636, s) OUT(5624, s) OUT(5608, s) OUT(5592, s) OUT(5576, s) OUT(5564, s) OUT(5548, s) \
    OUT(5532, s) OUT(5516, s) OUT(5504, s) OUT(5488, s) OUT(5472, s) OUT(5456, s) OUT(5444, s) OUT(5428, s) \
    OUT(5412, s) OUT(5400, s) OUT(5384, s) OUT(5368, s) OUT(5356, s) OUT(5340, s) OUT(5328, s) OUT(5312, s) \
    OUT(5296, s) OUT(5284, s) OUT(5268, s) OUT(5256, s) OUT(5240, s) OUT(5228, s) OUT(5212, s) OUT(5200, s) \
    OUT(5184, s) OUT(5168, s) OUT(5156, s) OUT(5144, s) OUT(5128, s) OUT(5116, s) OUT(5100, s) OUT(5088, s) \
    OUT(5072, s) OUT(5060, s) OUT(5044, s) OUT(5032, s) OUT(5020, s) OUT(5004, s) OUT(4992, s) OUT(4976, s) \
    OUT(4964, s) OUT(4952, s) OUT(4936, s) OUT(4924, s) OUT(4912, s) OUT(4896, s) OUT(4884, s) OUT(4872, s) \
    OUT(4856, s) OUT(4844, s) OUT(4832, s) OUT(4820, s) OUT(4804, s) OUT(4792, s) OUT(4780, s) OUT(4768, s) \
    OUT(4752, s) OUT(4740, s) OUT(4728, s) OUT(4716, s) OUT(4704, s) OUT(4688, s) OUT(4676, s) OUT(4664, s) \
    OUT(4652, s) OUT(4640, s) OUT(4628, s) OUT(4616, s) OUT(4600, s) OUT(4588, s) OUT(4576, s) OUT(4564, s) \
    OUT(4552, s) OUT(4540, s) OUT(4528, s) OUT(4516, s) OUT(4504, s) OUT(4492, s) OUT(4480, s) OUT(4468, s) \
    OUT(4456, s) OUT(4444, s) OUT(4432, s) OUT(4420, s) OUT(4408, s) OUT(4396, s) OUT(4384, s) OUT(4372, s) \
    OUT(4360, s) OUT(4348, s) OUT(4336, s) OUT(4324, s) OUT(4312, s) OUT(4300, s) OUT(4288, s) OUT(4276, s) \
    OUT(4264, s) OUT(4256, s) OUT(4244, s) OUT(4232, s) OUT(4220, s) OUT(4208, s) OUT(4196, s) OUT(4184, s) \
    OUT(4176, s) OUT(4164, s) OUT(4152, s) OUT(4140, s) OUT(4128, s) OUT(4120, s) OUT(4108, s) OUT(4096, s)

/* From the 13th octave on all outputs are 0. */
const int16_t ym2612_wave[2 * 6400] = {
    OCTAVE(0) OCTAVE(1) OCTAVE(2) OCTAVE(3) OCTAVE(4) OCTAVE(5) OCTAVE(6) OCTAVE(7) OCTAVE(8) OCTAVE(9) OCTAVE(10) OCTAVE(11)
    OCTAVE(12)
};
