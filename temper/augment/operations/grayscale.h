#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Takes the color away.
struct Grayscale {
  double p = 0.1;

  static constexpr std::string_view kind = "grayscale";
  static constexpr About about = {.summary =
                                      "Replaces all channels by their gray, ITU-R 601 luma; the "
                                      "number of channels stays. Gray images do not change.",
                                  .formula = "gray = (19595 R + 38470 G + 7471 B + 32768) >> 16",
                                  .paper =
                                      "Chen et al. 2020, A simple framework for contrastive "
                                      "learning of visual representations, arXiv:2002.05709"};
  static constexpr auto fields() { return std::tuple{field(&Grayscale::p, kProbability)}; }
};

void apply(const Grayscale& options, Frame& frame, Random& random);

}  // namespace temper::augment
