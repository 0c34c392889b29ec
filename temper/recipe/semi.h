#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/augment/pipeline/operation.h"
#include "temper/core/fields.h"
#include "temper/semi/method.h"

namespace temper::recipe {

/// Whose images BatchNorm's running statistics, and the statistics that layers normalize with, are
/// of.
enum class SemiStatistics : std::uint8_t {
  automatic,   ///< that of the method
  all,         ///< one pass of all images
  labelled,    ///< passes of their own; that of the labeled images updates the running statistics
  separate,    ///< passes of their own, both of which update the running statistics
  interleaved  ///< several passes of as many images, each with images of all kinds
};

/// Semi-supervised training: a step also learns from images without a label.
struct Semi {
  semi::Method method = {};
  std::int64_t ratio = 1;
  bool include_labelled = true;
  std::vector<augment::Operation> strong = {};
  SemiStatistics batch_norm = SemiStatistics::automatic;

  static constexpr std::string_view kind = "semi";
  static constexpr About about = {
      .summary =
          "Semi-supervised training: every step has a batch of labeled images and, from a second "
          "stream, images of the training set that have no label, or whose label data.labels or "
          "data.labelled does not keep. The method's loss of these is added to the loss of the "
          "labels. An epoch is a pass over the images without a label; the labeled ones are passed "
          "through as often as that takes.",
      .formula = "loss(labeled batch) + method(unlabeled batch of ratio * data.batch_size images)",
      .paper = "include_labelled and ratio as in Sohn et al. 2020, FixMatch, arXiv:2001.07685, 2",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{
        field(&Semi::method, {.name = "method", .meaning = "what is learned from these images"}),
        field(&Semi::ratio, {.name = "ratio",
                             .meaning = "number of unlabeled images for each labeled one of a step",
                             .bounds = {1, 1024},
                             .alias = "uratio"}),
        field(&Semi::include_labelled,
              {.name = "include_labelled",
               .meaning = "the stream of unlabeled images also contains the labeled ones, without "
                          "their labels",
               .alias = "include_lb_to_ulb"}),
        field(
            &Semi::strong,
            {.name = "augment",
             .meaning = "all augmentations of a strongly augmented view of an unlabeled image, in "
                        "this order; weakly augmented views have data.augment",
             .ahead_of_step = true}),
        field(&Semi::batch_norm,
              {.name = "batch_norm",
               .meaning = "all: one pass of all images, with common BatchNorm statistics; "
                          "labelled: labeled and unlabeled images pass one after the other, each "
                          "with statistics of their own, and only the labeled ones update the "
                          "running statistics; separate: the same, but both update them; "
                          "interleaved: as MixMatch's code, passes of "
                          "data.batch_size images, which have exchanged some, so that each has "
                          "labeled and unlabeled ones, and the first updates the running "
                          "statistics; auto: that of the method's published code, which is "
                          "interleaved for mixmatch, labelled for pseudo_label, separate for "
                          "interpolation and all for the others"})};
  }
};

/// batch_norm, with `auto` resolved.
SemiStatistics statistics_of(const Semi& semi);

}  // namespace temper::recipe

template <>
struct temper::EnumNames<temper::recipe::SemiStatistics> {
  static constexpr std::array<std::string_view, 5> value{"auto", "all", "labelled", "separate",
                                                         "interleaved"};
};
