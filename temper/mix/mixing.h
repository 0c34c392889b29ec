#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "temper/core/fields.h"
#include "temper/core/onset.h"
#include "temper/mix/cutmix.h"
#include "temper/mix/manifold_mixup.h"
#include "temper/mix/mixup.h"
#include "temper/mix/resize_mix.h"
#include "temper/mix/zeta_mixup.h"

/// Mixing the images of a batch, and their targets, with one another.
namespace temper::mix {

/// Each has a function `blend(options, size, most, random)`, which draws how an image is mixed.
using Method = std::variant<Mixup, CutMix, ResizeMix, ZetaMixup, ManifoldMixup>;

/// What shares a method, its weights and its box.
enum class Mode : std::uint8_t { batch, pair, elem };

/// Which image of the batch an image is mixed with.
enum class Partner : std::uint8_t { permuted, reversed, rolled, similar };

/// One of several methods is drawn for every batch, pair or image.
struct Mixing {
  std::vector<Method> methods = {Mixup{}};
  Mode mode = Mode::batch;
  Partner partner = Partner::permuted;
  double bandwidth = 1;
  bool across_ranks = true;
  double p = 1;
  std::int64_t off_epoch = 0;

  [[nodiscard]] std::vector<Onset> onsets(const Horizon& run) const;

  static constexpr std::string_view kind = "mixing";
  static constexpr About about = {
      .summary =
          "The images of every training batch are mixed with one another, and their targets "
          "likewise, by a method that is drawn from a list by the methods' weights. Partners are "
          "drawn within the whole batch, whatever the number of micro-batches, or within the part "
          "of "
          "it that a process has, or, for regression, from the whole training set. Label smoothing "
          "and mixing commute, so that it makes no "
          "difference that the targets are smoothed after they have been mixed.",
      .formula =
          "weights of the methods for timm's switch_prob s: mixup 1 - s, cutmix s\n"
          "for torchvision's RandomChoice: equal weights, or its p\n"
          "partner = similar  image j is drawn for image i with a probability in proportion to\n"
          "exp(-|y_i - y_j|^2 / (2 bandwidth^2)),  y: regression targets in standard deviations",
      .paper =
          "Zhang et al. 2017, mixup: beyond empirical risk minimization, arXiv:1710.09412; the "
          "choice between methods as in timm's Mixup and torchvision's RandomChoice; similar: Yao "
          "et "
          "al. 2022, C-Mixup: improving generalization in regression, arXiv:2210.05775"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Mixing::methods,
              {.name = "methods", .meaning = "the methods, one of which is drawn each time"}),
        field(&Mixing::mode,
              {.name = "mode",
               .meaning = "what a method, its weights and its box are drawn for: the whole batch, "
                          "each pair of images that are each other's partners, or each image "
                          "(elem)"}),
        field(&Mixing::partner,
              {.name = "partner",
               .meaning = "partner of an image: permuted: drawn at random (the mixup paper), "
                          "reversed: that of the reversed batch (timm), rolled: the image before "
                          "it (torchvision), similar: drawn from the whole training set, rather "
                          "with similar regression targets than with others (C-Mixup)"}),
        field(&Mixing::bandwidth,
              {.name = "bandwidth",
               .meaning = "of partners that are similar: how far their targets are from the "
                          "image's, as the bandwidth of a Gaussian kernel",
               .unit = "standard deviations of the targets",
               .bounds = {1e-6, 1e6}}),
        field(&Mixing::across_ranks,
              {.name = "across_ranks",
               .meaning = "with several processes: partners are images of the whole batch, which "
                          "the processes send each other; false: of the part of the batch that "
                          "a process has, so that the number of processes changes the mixture"}),
        field(&Mixing::p, {.name = "p",
                           .meaning = "probability that a batch, pair or image is mixed at all",
                           .bounds = {0, 1},
                           .scheduled = true}),
        field(&Mixing::off_epoch,
              {.name = "off_epoch",
               .meaning = "number of epochs with mixing, after which it is switched off; 0: all",
               .unit = "epochs",
               .bounds = {.low = 0},
               .by_step = true})};
  }
};

/// Throws Error{Code::usage} that names the option below `path` where options contradict each
/// other or the batch.
/// @param path  of these options in the recipe
/// @param rows  batch size
void check(const Mixing& options, std::string_view path, std::int64_t rows);

/// The last stage of a network that one of the methods may mix the output of; 0: they mix images
/// alone.
std::int64_t last_stage(const Mixing& options);

/// The number of images that the methods need to mix one with others, at least 2.
std::int64_t images_needed(const Mixing& options);

}  // namespace temper::mix

template <>
struct temper::EnumNames<temper::mix::Mode> {
  static constexpr std::array<std::string_view, 3> value{"batch", "pair", "elem"};
};
template <>
struct temper::EnumNames<temper::mix::Partner> {
  static constexpr std::array<std::string_view, 4> value{"permuted", "reversed", "rolled",
                                                         "similar"};
};
