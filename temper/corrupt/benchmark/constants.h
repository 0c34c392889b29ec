#pragma once
#include <array>
#include <cstddef>

#include "temper/corrupt/benchmark/kind.h"
#include "temper/corrupt/kinds/blur.h"
#include "temper/corrupt/kinds/elastic.h"
#include "temper/corrupt/kinds/fog.h"
#include "temper/corrupt/kinds/frost.h"
#include "temper/corrupt/kinds/snow.h"
#include "temper/corrupt/kinds/spatter.h"
#include "temper/corrupt/kinds/tone.h"

/// The constants of the five severities: of ImageNet-C, whose pictures have 224 pixels, and of
/// CIFAR-10-C and CIFAR-100-C, whose pictures have 32 (make_imagenet_c.py and make_cifar_c.py of
/// github.com/hendrycks/robustness, commit 8190fe3).
namespace temper::corrupt::constants {

template <class T>
struct Table {
  std::array<T, kSeverities> imagenet;
  std::array<T, kSeverities> cifar;

  /// @param severity  1 to 5
  [[nodiscard]] const T& at(bool is_cifar, int severity) const {
    return (is_cifar ? cifar : imagenet).at(static_cast<std::size_t>(severity - 1));
  }
};

inline constexpr Table<double> gaussian_noise{{.08, .12, .18, .26, .38}, {.04, .06, .08, .09, .10}};
inline constexpr Table<double> shot_noise{{60, 25, 12, 5, 3}, {500, 250, 100, 75, 50}};
inline constexpr Table<double> impulse_noise{{.03, .06, .09, .17, .27}, {.01, .02, .03, .05, .07}};
inline constexpr Table<double> speckle_noise{{.15, .2, .35, .45, .6}, {.06, .1, .12, .16, .2}};
inline constexpr Table<double> gaussian_blur{{1, 2, 3, 4, 6}, {.4, .6, .7, .8, 1}};
inline constexpr Table<Glass> glass_blur{
    {{{.7, 1, 2}, {.9, 2, 1}, {1, 2, 3}, {1.1, 3, 2}, {1.5, 4, 2}}},
    {{{.05, 1, 1}, {.25, 1, 1}, {.4, 1, 1}, {.25, 1, 2}, {.4, 1, 2}}}};
inline constexpr Table<Disk> defocus_blur{{{{3, .1}, {4, .5}, {6, .5}, {8, .5}, {10, .5}}},
                                          {{{.3, .4}, {.4, .5}, {.5, .6}, {1, .2}, {1.5, .1}}}};

struct MotionBlur {
  int radius;
  double sigma;
};
inline constexpr Table<MotionBlur> motion_blur{{{{10, 3}, {15, 5}, {15, 8}, {15, 12}, {20, 15}}},
                                               {{{6, 1}, {6, 1.5}, {6, 2}, {8, 2}, {9, 2.5}}}};
inline constexpr Table<Zooms> zoom_blur{
    {{{1.11, .01}, {1.16, .01}, {1.21, .02}, {1.26, .02}, {1.31, .03}}},
    {{{1.06, .01}, {1.11, .01}, {1.16, .01}, {1.21, .01}, {1.26, .01}}}};
inline constexpr Table<Snow> snow{{{{.1, .3, 3, .5, 10, 4, .8},
                                    {.2, .3, 2, .5, 12, 4, .7},
                                    {.55, .3, 4, .9, 12, 8, .7},
                                    {.55, .3, 4.5, .85, 12, 8, .65},
                                    {.55, .3, 2.5, .85, 12, 12, .55}}},
                                  {{{.1, .2, 1, .6, 8, 3, .95},
                                    {.1, .2, 1, .5, 10, 4, .9},
                                    {.15, .3, 1.75, .55, 10, 4, .9},
                                    {.25, .3, 2.25, .6, 12, 6, .85},
                                    {.3, .3, 1.25, .65, 14, 12, .8}}}};
inline constexpr Table<Frost> frost{{{{1, .4}, {.8, .6}, {.7, .7}, {.65, .7}, {.6, .75}}},
                                    {{{1, .2}, {1, .3}, {.9, .4}, {.85, .4}, {.75, .45}}}};
inline constexpr Table<Fog> fog{{{{1.5, 2}, {2, 2}, {2.5, 1.7}, {2.5, 1.5}, {3, 1.4}}},
                                {{{.2, 3}, {.5, 3}, {.75, 2.5}, {1, 2}, {1.5, 1.75}}}};
inline constexpr Table<Spatter> spatter{{{{.65, .3, 4, .69, .6, false},
                                          {.65, .3, 3, .68, .6, false},
                                          {.65, .3, 2, .68, .5, false},
                                          {.65, .3, 1, .65, 1.5, true},
                                          {.67, .4, 1, .65, 1.5, true}}},
                                        {{{.62, .1, .7, .7, .5, false},
                                          {.65, .1, .8, .7, .5, false},
                                          {.65, .3, 1, .69, .5, false},
                                          {.65, .1, .7, .69, .6, true},
                                          {.65, .1, .5, .68, .6, true}}}};
inline constexpr Table<double> contrast{{.4, .3, .2, .1, .05}, {.75, .5, .4, .3, .15}};
inline constexpr Table<double> brightness{{.1, .2, .3, .4, .5}, {.05, .1, .15, .2, .3}};
inline constexpr Table<Saturation> saturate{{{{.3, 0}, {.1, 0}, {2, 0}, {5, .1}, {20, .2}}},
                                            {{{.3, 0}, {.1, 0}, {1.5, 0}, {2, .1}, {2.5, .2}}}};
inline constexpr Table<int> jpeg_compression{{25, 18, 15, 10, 7}, {80, 65, 58, 50, 40}};
inline constexpr Table<double> pixelate{{.6, .5, .4, .3, .25}, {.95, .9, .85, .75, .65}};
inline constexpr Table<Elastic> elastic_transform{
    {{{2, .7, .1}, {2, .08, .2}, {.05, .01, .02}, {.07, .01, .02}, {.12, .01, .02}}},
    {{{0, 0, .08}, {.05, .2, .07}, {.08, .06, .06}, {.1, .04, .05}, {.1, .03, .03}}}};

/// Of imagecorruptions, for all sizes.
inline constexpr std::array<double, kSeverities> elastic_of_imagecorruptions{
    250 * .05, 250 * .065, 250 * .085, 250 * .1, 250 * .12};

}  // namespace temper::corrupt::constants
