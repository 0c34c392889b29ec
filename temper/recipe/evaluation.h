#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "temper/adversarial/norm.h"
#include "temper/augment/pipeline/views.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/core/fields.h"
#include "temper/measure/view_mean.h"

/// The recipe's options of evaluation.
namespace temper::recipe {

/// The weights that are evaluated.
enum class Weights : std::uint8_t { averaged, raw, both };

/// Test-time augmentation: the mean over the predictions for several views of an image.
struct TestTimeAugmentation : augment::ViewOptions {
  measure::ViewAverage average = measure::ViewAverage::probabilities;
  double below_confidence = 1;

  /// What is averaged for classes or for regression targets.
  [[nodiscard]] measure::ViewAverage average_of(bool regression) const {
    return regression ? measure::ViewAverage::outputs : average;
  }

  static constexpr About about = {
      .summary =
          "Test-time augmentation: the mean over the predictions for several views of every image "
          "of the test set, in temper eval and in temper predict. The views are all combinations "
          "of a scale, a crop or a shift, and a flip; the first is the image as it is evaluated "
          "without. The evaluations after every epoch have that view alone.",
      .formula =
          "p = sum of w_v * softmax(f(view v)) over the views v, or softmax(sum of w_v * f(view "
          "v))\n"
          "w_v: equal for all scales, for crops, and for flips; shifted views have shift_weight "
          "together, the others the rest",
      .paper =
          "Krizhevsky et al. 2012, ImageNet classification with deep convolutional networks, 4.1 "
          "(crops and flips); Szegedy et al. 2015, arXiv:1409.4842, 7 (scales); Jordan 2024, "
          "arXiv:2404.00498, 3 (shifts)"};
  static constexpr auto fields() {
    using Self = TestTimeAugmentation;
    return std::tuple{
        field(&Self::flip, {.name = "flip",
                            .meaning = "every view also flipped horizontally; not for pictures "
                                       "whose class changes when mirrored, such as text"}),
        field(&Self::crops,
              {.name = "crops",
               .meaning = "center: the crop of evaluation alone; five: also those at the corners "
                          "(with flip: the ten crops of AlexNet)"}),
        field(&Self::scales,
              {.name = "scales",
               .meaning = "further scales, as multiples of the length that evaluation resizes the "
                          "shorter side to; crops are taken at each of them and at 1",
               .bounds = {.low = 0, .high = 16, .open_low = true}}),
        field(&Self::shift,
              {.name = "shift",
               .meaning = "also two crops that are moved by this many pixels, up and to the left, "
                          "and down and to the right, with a reflected border; 0: none",
               .unit = "pixels",
               .bounds = {0, 8191}}),
        field(&Self::shift_weight,
              {.name = "shift_weight",
               .meaning = "weight of the two shifted crops together in the mean",
               .bounds = {0, 1, true, true}}),
        field(&Self::average,
              {.name = "average",
               .meaning = "what is averaged: the predicted probabilities, or the network's outputs "
                          "(logits); of regression targets the predictions, in either case"}),
        field(&Self::below_confidence,
              {.name = "below_confidence",
               .meaning = "the further views are only for images whose highest probability in the "
                          "first view is below this value; 1: all images",
               .bounds = {0, 1, true, false},
               .for_classes = true})};
  }
};

/// The attack on validation images in every evaluation.
struct EvaluationAttack {
  adversarial::Norm norm = adversarial::Norm::linf;
  double radius = 8.0 / 255;
  std::int64_t steps = 10;
  double step_size = 0;
  std::int64_t images = 1000;

  static constexpr About about = {
      .summary =
          "The accuracy on validation images under PGD, measured in every evaluation, so that the "
          "log and the report show how robustness develops. An image counts as correct where it is "
          "classified correctly without the attack and with it. It does not change the training.",
      .paper =
          "Madry et al. 2018, Towards deep learning models resistant to adversarial attacks, "
          "arXiv:1706.06083; Rice et al. 2020, Overfitting in adversarially robust deep learning, "
          "arXiv:2002.11569",
      .for_classes = true};
  static constexpr auto fields() {
    using Self = EvaluationAttack;
    return std::tuple{
        field(&Self::norm, {.name = "norm",
                            .meaning = "norm of the perturbation; linf: the largest change of a "
                                       "sample; l2: the Euclidean length of the change of an "
                                       "image"}),
        field(&Self::radius,
              {.name = "radius",
               .meaning = "largest perturbation, of samples in [0, 1] before normalization: 8/255 "
                          "is 0.0314; at most 1 for linf",
               .bounds = {.low = 0, .open_low = true}}),
        field(&Self::steps, {.name = "steps",
                             .meaning = "steps of the attack, a forward and a backward pass each",
                             .bounds = {1, 1000}}),
        field(&Self::step_size, {.name = "step_size",
                                 .meaning = "step size of the attack; 0: 2.5 * radius / steps",
                                 .bounds = {.low = 0}}),
        field(&Self::images,
              {.name = "images",
               .meaning = "number of validation images that are attacked, drawn once and the same "
                          "in all runs; 0, or more than there are: all",
               .bounds = {.low = 0}})};
  }
};

struct Evaluation {
  Weights weights = Weights::averaged;
  std::int64_t statistics_images = 0;
  Auto size = {};
  double crop_ratio = 0;
  augment::Interpolation interpolation = augment::Interpolation::bilinear;
  bool antialias = true;
  std::optional<TestTimeAugmentation> tta = {};
  std::optional<EvaluationAttack> attack = {};

  static constexpr auto fields() {
    return std::tuple{
        field(&Evaluation::weights,
              {.name = "weights",
               .meaning = "which weights are evaluated after every epoch and, once, on the test "
                          "set: averaged where there are any, raw as trained, or both (the test "
                          "set with the averaged)"}),
        field(&Evaluation::statistics_images,
              {.name = "statistics_images",
               .meaning = "number of images for the recalibration of BatchNorm statistics, where "
                          "averaged weights need it; 0: the whole training set",
               .bounds = {.low = 0}}),
        // Touvron et al. 2019, Fixing the train-test resolution discrepancy, arXiv:1906.06423.
        field(&Evaluation::size,
              {.name = "size",
               .meaning = "height and width of images in evaluation and prediction (the longer "
                          "side where they differ), often larger than in training; auto: same as "
                          "data.size",
               .unit = "pixels",
               .bounds = {1, 8192}}),
        field(&Evaluation::crop_ratio,
              {.name = "crop_ratio",
               .meaning = "length of the evaluation's center crop as a fraction of the length that "
                          "the shorter side is resized to before; 0: 0.875, unless all images have "
                          "the size of the training input: these are not cropped, and resized only "
                          "where evaluation.size is another",
               .bounds = {0, 1},
               .alias = "crop_pct"}),
        field(&Evaluation::interpolation,
              {.name = "interpolation",
               .meaning = "interpolation method of the resize in evaluation"}),
        field(&Evaluation::antialias,
              {.name = "antialias",
               .meaning = "antialiasing when evaluation shrinks an image: all source pixels "
                          "contribute, as in Pillow; false: only the nearest ones"}),
        field(&Evaluation::tta, {.name = "tta", .meaning = "test-time augmentation"}),
        field(&Evaluation::attack, {.name = "attack",
                                    .meaning = "accuracy under an adversarial attack after every "
                                               "epoch"})};
  }
};

/// What `--tta` asks for: "none"; "flip", "five_crop" or "ten_crop"; or a table as evaluation.tta
/// has it, `{ scales = [1.15] }`. Throws Error{Code::usage}.
std::optional<TestTimeAugmentation> parse_tta(const std::string& text);

/// As a table on one line, every option that is not at its default and flip; "none" without.
std::string tta_text(const std::optional<TestTimeAugmentation>& tta);

}  // namespace temper::recipe

template <>
struct temper::EnumNames<temper::recipe::Weights> {
  static constexpr std::array<std::string_view, 3> value{"averaged", "raw", "both"};
};
